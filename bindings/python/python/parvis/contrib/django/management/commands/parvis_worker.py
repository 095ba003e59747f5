"""`manage.py parvis_worker`."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from .....types import Due
from .....worker import work
from ...later import carry_out


class Command(BaseCommand):
    """Carries out what is due, until it is told to stop (SIGTERM, Ctrl-C)."""

    help = "Carries out what is due, until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        parser.add_argument("--once", action="store_true", help="carry out what is due now, and end")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two looks (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Works."""
        stop = threading.Event()
        if not options["once"]:
            for one in (signal.SIGINT, signal.SIGTERM):
                signal.signal(one, lambda *_: stop.set())
        away = (OperationalError, InterfaceError)
        done = work(step, stop, idle=options["pause"], once=options["once"], away=away)
        self.stdout.write(f"{done} done")


def step() -> Due:
    """Carries out what is due, on connections that a request would find: those that were lost are made anew."""
    close_old_connections()
    return carry_out()
