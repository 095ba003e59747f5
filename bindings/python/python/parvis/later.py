"""Commands in a transaction of the host: its own rows and Parvis's happen together, or neither does.

    with psycopg.connect(...) as connection:                       # the host's own connection, in its own transaction
        connection.execute("update deal set stage = 'won' where id = %s", [42])
        me.later(connection).items.create("Signed!", place=external("deal:42"), idempotency_key="won:42")
    db.run_due()                                                   # carried out once, after the commit

A command is one row, which the host's own connection inserts; a rollback takes it back. There are two places for it:

- Where Parvis's tables are in the same database as the host's, the row goes into Parvis's table of commands, and
  `db.run_due()` (or any worker) carries it out.
- Elsewhere (the host on a SQLite file or another server, Parvis on a store of its own) it goes into a table of the
  host's, `parvis_host_command`, which `prepare` makes. `relay` moves committed rows on; `db.run_due()` follows. Whoever
  dies in between loses nothing: the next relay moves them again, and each happens once.

A command that is refused (a right that is gone by then, for instance) is told by `db.refused(network)`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ._drivers import Driver, Engine, Row, aio_driver, driver
from ._facade_later import LaterGroups
from ._facade_later_aio import AioLaterGroups
from ._group import CommandId
from .errors import Invalid, Misuse

if TYPE_CHECKING:
    from . import _db, _db_aio

TABLE = "parvis_host_command"
"""The table of the host's that keeps commands until they are moved on."""

_DDL: dict[Engine, str] = {
    "sqlite": "create table if not exists {table} (id text primary key, turn integer not null, command text not null)",
    "postgresql": "create table if not exists {table} "
    "(id uuid primary key, turn bigint not null, command text not null)",
    "mysql": "create table if not exists {table} (id char(36) character set ascii primary key, turn bigint not null, "
    "command mediumtext character set utf8mb4 not null) engine = InnoDB",
}
_INSERT: dict[Engine, str] = {
    "sqlite": "insert into {table} (id, turn, command) values (?, ?, ?) on conflict (id) do nothing",
    "postgresql": "insert into {table} (id, turn, command) values (?::uuid, ?, ?) on conflict (id) do nothing",
    "mysql": "insert into {table} (id, turn, command) values (?, ?, ?) on duplicate key update id = id",
}
_SELECT = "select id, command from {table} order by turn, id limit {limit}"
_AT_ONCE = 200
_DELETE: dict[Engine, str] = {
    "sqlite": "delete from {table} where id = ?",
    "postgresql": "delete from {table} where id = ?::uuid",
    "mysql": "delete from {table} where id = ?",
}
_SERVERS = ("postgresql", "mysql")

_LOG = logging.getLogger("parvis.later")
_ordered = threading.Lock()
_last = 0


def ddl(connection: Any) -> str:
    """The statement that makes the table of the host's, for those whose migrations are written by hand.

    Args:
        connection: A connection of the host, which says what engine it is.
    """
    return _DDL[driver(connection).engine].format(table=TABLE)


def prepare(connection: Any) -> None:
    """Makes the table of the host's where it is missing, and commits. Run it where the host's own tables are made.

    Args:
        connection: A connection of sqlite3, psycopg, PyMySQL, mysqlclient, SQLAlchemy or Django.

    >>> import sqlite3
    >>> prepare(sqlite3.connect(":memory:"))
    """
    to = driver(connection)
    to.run(_DDL[to.engine].format(table=TABLE))
    to.commit()


def relay(db: _db.Db, connection: Any) -> int:
    """Moves commands that are committed in the host's table on to Parvis, in their order; `db.run_due()` does them.

    Any number of processes may call it at the same time. It commits on the connection, so it must not be called in the
    middle of a transaction of the host's: what is not committed would be moved on with the rest.

    Returns:
        How many were moved. A row that is no command stays where it is, and is named in the log.

    Raises:
        Misuse: within an `atomic` block of Django.
    """
    if getattr(connection, "in_atomic_block", False):
        raise Misuse("in_transaction")
    return _relay(db, connection)


def _relay(db: _db.Db, connection: Any) -> int:
    """As `relay`, for one who knows that what stands there is committed."""
    of = driver(connection)
    moved = 0
    stay: set[str] = set()
    while rows := _new(of.ask(_select(stay)), stay):
        for row in _taken(db.take, rows, stay):
            of.ask(_DELETE[of.engine].format(table=TABLE), [str(row[0])])
            moved += 1
        of.commit()
    of.commit()
    return moved


def _select(stay: set[str]) -> str:
    return _SELECT.format(table=TABLE, limit=_AT_ONCE + len(stay))


def _new(rows: list[Row], stay: set[str]) -> list[Row]:
    return [row for row in rows if str(row[0]) not in stay]


def _taken(take: Callable[[list[str]], None], rows: list[Row], stay: set[str]) -> list[Row]:
    """The rows that Parvis has now: all of them, but for those that are no commands, which `stay`."""
    try:
        take([row[1] for row in rows])
    except Invalid:
        if len(rows) > 1:
            return [one for row in rows for one in _taken(take, [row], stay)]
        _strange(rows[0], stay)
        return []
    return rows


def _strange(row: Row, stay: set[str]) -> None:
    _LOG.error("the row %s of %s is no command: it stays", row[0], TABLE)
    stay.add(str(row[0]))


async def arelay(db: _db_aio.Db, connection: Any) -> int:
    """As `relay`, for asyncio."""
    of = aio_driver(connection)
    moved = 0
    stay: set[str] = set()
    while rows := _new(await of.aask(_select(stay)), stay):
        for row in await _ataken(db.take, rows, stay):
            await of.aask(_DELETE[of.engine].format(table=TABLE), [str(row[0])])
            moved += 1
        await of.acommit()
    await of.acommit()
    return moved


async def _ataken(take: Callable[[list[str]], Awaitable[None]], rows: list[Row], stay: set[str]) -> list[Row]:
    """As `_taken`."""
    try:
        await take([row[1] for row in rows])
    except Invalid:
        if len(rows) > 1:
            return [one for row in rows for one in await _ataken(take, [row], stay)]
        _strange(rows[0], stay)
        return []
    return rows


class Later(LaterGroups):
    """The commands of one who acts, as rows of the host's transaction."""

    __slots__ = ("_actor", "_driver", "_own")

    def __init__(self, actor: _db.Actor, connection: Any, *, own_table: bool | None = None) -> None:
        self._actor = actor
        self._driver = driver(connection)
        self._own = _keeps(actor.engine, self._driver) if own_table is None else own_table

    def hand_over(self, name: str, request: bytes, /) -> CommandId:
        """A command by its name, with its request as JSON.

        Returns:
            The command's id, for `db.command_state`.
        """
        to = self._driver
        if self._own:
            id, command = self._actor.kept_row(name, request)
            to.ask(_INSERT[to.engine].format(table=TABLE), [id, _turn(), command])
        else:
            id, text, parameters = self._actor.row(name, request, percent=to.percent())
            to.run(text, parameters)
        return CommandId(id)


class AioLater(AioLaterGroups):
    """The commands of one who acts, as rows of the host's transaction, for asyncio."""

    __slots__ = ("_actor", "_driver", "_own")

    def __init__(self, actor: _db_aio.Actor, connection: Any, *, own_table: bool | None = None) -> None:
        self._actor = actor
        self._driver = aio_driver(connection)
        self._own = _keeps(actor.engine, self._driver) if own_table is None else own_table

    async def hand_over(self, name: str, request: bytes, /) -> CommandId:
        """A command by its name, with its request as JSON.

        Returns:
            The command's id, for `db.command_state`.
        """
        to = self._driver
        if self._own:
            id, command = await self._actor.kept_row(name, request)
            await to.aask(_INSERT[to.engine].format(table=TABLE), [id, _turn(), command])
        else:
            id, text, parameters = await self._actor.row(name, request, percent=to.percent())
            await to.arun(text, parameters)
        return CommandId(id)


def _keeps(store: str, of: Driver) -> bool:
    """Whether the row goes into a table of the host's: wherever Parvis's own cannot be reached from its connection."""
    return store not in _SERVERS or store != of.engine


def _turn() -> int:
    """The next place in the order of this process: milliseconds, then a count, always larger than the one before."""
    global _last
    with _ordered:
        _last = max(_last + 1, time.time_ns() // 1_000_000 << 12)
        return _last


__all__ = ["TABLE", "AioLater", "Later", "arelay", "ddl", "prepare", "relay"]
