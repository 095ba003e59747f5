"""`manage.py parvis_migrate`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...conf import db


class Command(BaseCommand):
    """Prepares the store, or brings it to this release."""

    help = "Prepares the store of Parvis, or brings it to this release."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--print", action="store_true", help="only print the SQL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrates."""
        if options["print"]:
            self.stdout.write(db().ddl())
            return
        db().migrate()
        self.stdout.write("The store is ready.")
