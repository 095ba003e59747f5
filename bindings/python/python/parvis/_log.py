"""Hands what the library says about itself over to :mod:`logging`, under the logger ``parvis``."""

from __future__ import annotations

import logging
import threading

from parvis import _parvis

_handing = threading.local()


def hand_over() -> None:
    """Takes what waits in the native queue. The native module calls it where it holds the interpreter lock anyway."""
    # A handler may call the database, whose call would hand over again.
    if getattr(_handing, "now", False):
        return
    _handing.now = True
    try:
        records, lost = _parvis.log_records()
        for level, name, created, text in records:
            _handle(level, name, created, text)
        if lost:
            logging.getLogger("parvis").warning("%d messages were lost: too many at once", lost)
    finally:
        _handing.now = False


def _handle(level: int, name: str, created: float, text: str) -> None:
    logger = logging.getLogger(name)
    if not logger.isEnabledFor(level):
        return
    record = logger.makeRecord(name, level, "(parvis)", 0, text, (), None)
    record.created = created
    record.msecs = (created - int(created)) * 1000
    try:
        logger.handle(record)
    except Exception:
        # A filter or a handler of the host that fails must not fail a call.
        logging.Handler().handleError(record)
