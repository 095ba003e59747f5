"""Parvis: an enterprise social network inside software that people already use.

    import parvis
    from parvis import external

    db = parvis.open("sqlite://parvis.db")          # lazy: nothing is opened before the first call
    me = db.act_as("acme", external(4711))          # network and person, by your own names
    me.items.create("Signed!", place=parvis.types.PlaceNetwork())
    for item in me.feed.home().items:
        print(item.body and item.body.text, [reason.text for reason in item.reasons])

`parvis.aio` is the same for asyncio, `parvis.types` has the records, `parvis.errors` what calls fail with, and
`parvis.testing` what tests need.
"""

from __future__ import annotations

import atexit as _atexit
import os as _os

from . import _parvis, aio, errors, types
from ._args import external, handle
from ._db import Actor, Db, Prepared, System

# Not in `__all__`: a star must not hide Python's own.
from ._db import open as open
from ._open import Clock, Entropy, Storage
from .errors import (
    Conflict,
    CursorExpired,
    Forbidden,
    ForeignSqlite,
    Internal,
    Invalid,
    KeyReused,
    Misuse,
    NotFound,
    OutcomeUnknown,
    ParvisError,
    SchemaTooNew,
    SchemaTooOld,
    TooLarge,
    Unavailable,
)

__version__: str = _parvis.version()


def version() -> str:
    """The version of the library.

    >>> import parvis
    >>> parvis.version() == parvis.__version__
    True
    """
    return __version__


# A file must not be open while a process forks; see `fork` in the native module.
if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(
        before=_parvis.before_fork,
        after_in_parent=lambda: _parvis.after_fork(False),
        after_in_child=lambda: _parvis.after_fork(True),
    )
_atexit.register(_parvis.close_all)

__all__ = [
    "Actor",
    "Clock",
    "Conflict",
    "CursorExpired",
    "Db",
    "Entropy",
    "Forbidden",
    "ForeignSqlite",
    "Internal",
    "Invalid",
    "KeyReused",
    "Misuse",
    "NotFound",
    "OutcomeUnknown",
    "ParvisError",
    "Prepared",
    "SchemaTooNew",
    "SchemaTooOld",
    "Storage",
    "System",
    "TooLarge",
    "Unavailable",
    "__version__",
    "aio",
    "errors",
    "external",
    "handle",
    "types",
    "version",
]
