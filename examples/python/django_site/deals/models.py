"""What the site is about."""

from django.contrib.auth.models import Group
from django.db import models


class Deal(models.Model):
    """A deal, which the people of one group work on."""

    name = models.CharField(max_length=200)
    team = models.ForeignKey(Group, on_delete=models.PROTECT)
    won = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name
