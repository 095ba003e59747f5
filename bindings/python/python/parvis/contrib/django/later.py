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


#: On a connection: whether commands wait for its commit.
_DUE = "_parvis_due"


class Later(later.Later):
    """Commands on the connection of the setting `ALIAS`.

    They are carried out as soon as its transaction is committed, and gone when it is rolled back. The worker does what
    a process that died left.
    """

    __slots__ = ("_alias", "_connection")

    def __init__(self, actor: Actor) -> None:
        self._alias = conf.settings().alias
        self._connection: Any = connections[self._alias]
        super().__init__(actor, self._connection)

    def hand_over(self, name: str, request: bytes, /) -> CommandId:
        """A command by its name; it happens after the commit."""
        id = super().hand_over(name, request)
        # What fails then is in the log, and happens when the worker comes by.
        alias, connection = self._alias, self._connection
        setattr(connection, _DUE, True)
        transaction.on_commit(lambda: once(connection), using=alias, robust=True)
        return id


def once(connection: Any) -> None:
    """Carries out what a transaction handed over: its first command does it for all."""
    if getattr(connection, _DUE, False):
        # A savepoint that is rolled back takes its commands' turn with it, so that each of them has one.
        setattr(connection, _DUE, False)
        carry_out()


def carry_out() -> Due:
    """Moves what was committed beside the host's rows on to Parvis, and does what is due."""
    db = conf.db()
    connection: Any = connections[conf.settings().alias]
    if later._keeps(db.engine, driver(connection)):
        # What stands there is committed, or will be with the test that captures commits.
        later._relay(db, connection)
    return db.run_due()
