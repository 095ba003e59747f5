"""`manage.py demo`: some users, two teams and two deals to look at."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand

from deals.models import Deal


class Command(BaseCommand):
    """Makes them; again, it changes nothing."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Makes them."""
        for team, names in {"Sales North": ["Ana Lima", "Ben Okafor"], "Sales South": ["Cleo Sand"]}.items():
            group, _ = Group.objects.get_or_create(name=team)
            for name in names:
                first, last = name.split()
                user, _ = User.objects.get_or_create(
                    username=first.lower(), defaults={"first_name": first, "last_name": last}
                )
                user.groups.add(group)
            Deal.objects.get_or_create(name=f"A deal of {team}", team=group)
