"""`manage.py parvis_sync`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...sync import Report, sync


class Command(BaseCommand):
    """Repairs what bulk operations did without signals, and says what it was."""

    help = "Tells Parvis what differs of users and groups, and says what it was."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--keep-missing", action="store_true", help="leave people whom Django does not know")
        parser.add_argument("--at-most", type=int, default=5, help="how many percent of the people may end at once (5)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Repairs."""
        report = sync(at_most=options["at_most"], missing=not options["keep_missing"])
        for line in lines(report):
            self.stdout.write(line)
        if report.refused:
            raise CommandError(f"{len(report.refused)} refused:\n  " + "\n  ".join(report.refused))


def lines(report: Report) -> list[str]:
    """A report in words."""
    parts = {"people": report.people, "spaces": report.spaces, "memberships": report.members}
    return [f"{name}: {', '.join(f'{n} {kind}' for kind, n in counts.items())}" for name, counts in parts.items()]
