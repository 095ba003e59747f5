"""The loop of a worker: what `python -m parvis worker` and `manage.py parvis_worker` run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from .errors import ParvisError
from .types import Due

_LOG = logging.getLogger("parvis.worker")


def work(
    step: Callable[[], Due],
    stop: threading.Event,
    *,
    idle: float = 1.0,
    once: bool = False,
    away: tuple[type[Exception], ...] = (),
) -> int:
    """Does a step again and again until it is told to stop.

    A store that is away is waited for, and so is a database of the host's; the wait doubles up to half a minute.

    Args:
        step: Carries out what is due: `db.run_due`, for example.
        stop: Ends it, between two steps.
        idle: Seconds after which it looks again at the latest, where nothing is due: new commands may have come.
        once: It ends when nothing more is due now, and where the store is away.
        away: What the host's own driver raises while its database is away.

    Returns:
        Batches that were carried out.

    Raises:
        ParvisError: what trying again will not mend; with `once` whatever fails, what `away` names as well.
    """
    done, failures = 0, 0
    failing: tuple[type[Exception], ...] = (ParvisError, *away)
    while not stop.is_set():
        try:
            due = step()
        except failing as error:
            if once or (isinstance(error, ParvisError) and error.retry == "never"):
                raise
            failures += 1
            _LOG.warning("%s; trying again", error)
            stop.wait(min(30.0, 0.5 * 2 ** min(failures, 6)))
            continue
        failures = 0
        done += due.done
        if due.failed:
            _LOG.error("%d networks fail; see the log of the library", due.failed)
        if due.more:
            continue
        if once:
            break
        until = idle if due.next is None else (due.next - datetime.now(UTC)).total_seconds()
        stop.wait(min(idle, max(0.05, until)))
    return done
