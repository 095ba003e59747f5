"""`manage.py parvis_worker`."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

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
            signal.signal(signal.SIGTERM, lambda *_: stop.set())
        done = 0
        try:
            while not stop.is_set():
                due = carry_out()
                done += due.done
                if due.more:
                    continue
                if options["once"]:
                    break
                stop.wait(options["pause"])
        except KeyboardInterrupt:
            pass
        self.stdout.write(f"{done} done")
