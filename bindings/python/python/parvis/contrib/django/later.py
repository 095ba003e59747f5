"""`request.parvis.later`: commands as rows of Django's own transaction, and their carrying out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections, transaction

from ... import later
from ..._drivers import driver
from ..._group import CommandId
from . import conf

if TYPE_CHECKING:
    from ..._db import Actor
    from ...types import Due


class Later(later.Later):
    """Commands on the connection of the setting `ALIAS`.

    They are carried out as soon as its transaction is committed, and gone when it is rolled back. The worker does what
    a process that died left.
    """

    __slots__ = ("_alias",)

    def __init__(self, actor: Actor) -> None:
        self._alias = conf.settings().alias
        super().__init__(actor, connections[self._alias])

    def hand_over(self, name: str, request: bytes, /) -> CommandId:
        """A command by its name; it happens after the commit."""
        id = super().hand_over(name, request)
        # What fails then is in the log, and happens when the worker comes by.
        transaction.on_commit(carry_out, using=self._alias, robust=True)
        return id


def carry_out() -> Due:
    """Moves what was committed beside the host's rows on to Parvis, and does what is due."""
    db = conf.db()
    connection: Any = connections[conf.settings().alias]
    if later._keeps(db.engine, driver(connection)):
        # What stands there is committed, or will be with the test that captures commits.
        later._relay(db, connection)
    return db.run_due()
