"""Connections of the host, whatever its driver: one way to run a statement on each.

A driver is told by the module its class comes from, so that none of them is imported here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

Engine = Literal["sqlite", "postgresql", "mysql"]
Row = Sequence[Any]

_MARK = re.compile(r"\?")


class Driver:
    """A connection of the host."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.engine: Engine = "sqlite"

    def percent(self) -> bool:
        """Whether each parameter is written as `%s`."""
        return False

    def run(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Runs a statement in the transaction that is open on the connection, and answers its rows.

        Args:
            text: With parameters as the engine's own protocol has them, or as `%s` where `percent()` says so.
            parameters: In order.
        """
        raise NotImplementedError

    def ask(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The same for a text whose parameters are written as `?`."""
        return self.run(self.marked(text), parameters)

    def marked(self, text: str) -> str:
        """A text with `?` as this driver writes it."""
        if self.percent():
            return _MARK.sub("%s", text)
        if self.engine == "postgresql":
            numbers = iter(range(1, 1000))
            return _MARK.sub(lambda _: f"${next(numbers)}", text)
        return text

    def commit(self) -> None:
        """Commits, where the driver keeps a transaction open between statements."""


class _DbApi(Driver):
    """sqlite3, psycopg, PyMySQL and mysqlclient: PEP 249."""

    def __init__(self, connection: Any, engine: Engine) -> None:
        super().__init__(connection)
        self.engine = engine

    def percent(self) -> bool:
        return self.engine != "sqlite"

    def run(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        cursor = self.connection.cursor()
        if self.engine == "sqlite" and hasattr(cursor, "row_factory"):
            # The host may want its own rows in another form.
            cursor.row_factory = None
        try:
            cursor.execute(text, tuple(parameters))
            return [_plain(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            cursor.close()

    def commit(self) -> None:
        self.connection.commit()


def _plain(row: Any) -> Row:
    """A row by its places: dictionaries of a driver keep the order of the columns."""
    return tuple(row.values()) if isinstance(row, dict) else tuple(row)


class _Django(_DbApi):
    """A connection of `django.db.connections`: it commits by itself, or in its `atomic` blocks."""

    def percent(self) -> bool:
        return True

    def commit(self) -> None:
        pass


class _SqlAlchemy(Driver):
    """A connection or a session of SQLAlchemy."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        # A session works on a connection of its transaction.
        self._session = connection if hasattr(connection, "connection") and hasattr(connection, "add") else None
        dialect = (connection.get_bind() if self._session is not None else connection).dialect
        self.engine = _engine(dialect.name)
        self._style = dialect.paramstyle

    def percent(self) -> bool:
        return self._style in ("format", "pyformat")

    def run(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        connection = self._session.connection() if self._session is not None else self.connection
        found = connection.exec_driver_sql(text, tuple(parameters))
        return [tuple(row) for row in found] if found.returns_rows else []

    def commit(self) -> None:
        self.connection.commit()


class AioDriver(Driver):
    """A connection of the host for asyncio."""

    async def arun(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """As `Driver.run`."""
        raise NotImplementedError

    async def aask(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """As `Driver.ask`."""
        return await self.arun(self.marked(text), parameters)

    async def acommit(self) -> None:
        """As `Driver.commit`."""


class _Asyncpg(AioDriver):
    """A connection of asyncpg, or one that its pool gave out."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.engine = "postgresql"

    async def arun(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return list(await self.connection.fetch(text, *parameters))


class _AsyncPsycopg(AioDriver):
    """A `psycopg.AsyncConnection`."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.engine = "postgresql"

    def percent(self) -> bool:
        return True

    async def arun(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        cursor = await self.connection.execute(text, tuple(parameters))
        return [_plain(row) for row in await cursor.fetchall()] if cursor.description else []

    async def acommit(self) -> None:
        await self.connection.commit()


class _AsyncSqlAlchemy(AioDriver):
    """An asynchronous connection or session of SQLAlchemy."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        dialect = (connection.get_bind() if hasattr(connection, "get_bind") else connection).dialect
        self.engine = _engine(dialect.name)
        self._style = dialect.paramstyle

    def percent(self) -> bool:
        return self._style in ("format", "pyformat")

    async def arun(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        connection = self.connection
        if hasattr(connection, "add"):
            connection = await connection.connection()
        found = await connection.exec_driver_sql(text, tuple(parameters))
        return [tuple(row) for row in found] if found.returns_rows else []

    async def acommit(self) -> None:
        await self.connection.commit()


def _engine(name: str) -> Engine:
    """The engine by the name that a framework has for it."""
    for word, engine in _ENGINES.items():
        if word in name.lower():
            return engine
    raise TypeError(f"no engine that commands can be handed over on: {name} (accepted: SQLite, PostgreSQL, MySQL)")


_ENGINES: dict[str, Engine] = {
    "sqlite": "sqlite",
    "postg": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}


def driver(connection: Any) -> Driver:
    """How statements are run on a connection of the host.

    Raises:
        TypeError: for a connection of a driver that is not known.
    """
    for kind in type(connection).__mro__:
        module = kind.__module__.split(".")[0]
        if hasattr(connection, "vendor") and hasattr(connection, "in_atomic_block"):
            return _Django(connection, _engine(connection.vendor))
        match module:
            case "sqlite3":
                return _DbApi(connection, "sqlite")
            case "psycopg" if kind.__name__ == "AsyncConnection":
                return _AsyncPsycopg(connection)
            case "psycopg" | "psycopg2":
                return _DbApi(connection, "postgresql")
            case "pymysql" | "MySQLdb":
                return _DbApi(connection, "mysql")
            case "asyncpg":
                return _Asyncpg(connection)
            case "sqlalchemy" if kind.__module__.startswith("sqlalchemy.ext.asyncio"):
                return _AsyncSqlAlchemy(connection)
            case "sqlalchemy":
                return _SqlAlchemy(connection)
    raise TypeError(
        f"no connection that commands can be handed over on: {type(connection).__name__} (accepted: sqlite3, psycopg, "
        "asyncpg, PyMySQL, mysqlclient, SQLAlchemy, Django's connections[..])"
    )


def aio_driver(connection: Any) -> AioDriver:
    """The same for asyncio.

    Raises:
        TypeError: for a connection of another driver.
    """
    found = driver(connection)
    if not isinstance(found, AioDriver):
        raise TypeError(f"{type(connection).__name__} is no connection for asyncio: use parvis.open(..)")
    return found


__all__ = ["AioDriver", "Driver", "Engine", "Row", "aio_driver", "driver"]
