"""Commands in a transaction of the host: with its rows or not at all, once, on every driver that a host may have."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pymysql
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

import parvis
from conftest import _fresh, people
from parvis import external, later
from parvis._drivers import driver


def server(variable: str) -> str:
    url = os.environ.get(variable, "none")
    if url == "none":
        pytest.skip(f"no `{variable}`; scripts/test makes a server")
    return url


SCHEMA = "py_later_host"
"""PostgreSQL: where these hosts' tables are; other tests have theirs elsewhere."""


def on_postgres(url: str) -> str:
    """The URL of a host whose tables are in a schema of their own."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create schema if not exists {SCHEMA}")
    return f"{url}?options=-c%20search_path%3D{SCHEMA},public"


def on_mysql(url: str) -> Any:
    parts = urllib.parse.urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "",
        port=parts.port or 3306,
        user=parts.username or "",
        password=parts.password or "",
        database=parts.path.lstrip("/"),
    )


@dataclass
class Host:
    """A host with a table of its own, and Parvis beside it."""

    db: parvis.Db
    connect: Callable[[], Any]
    own_table: bool

    def deals(self) -> list[str]:
        connection = self.connect()
        try:
            return [row[0] for row in driver(connection).ask("select name from deal order by name")]
        finally:
            connection.close()

    def texts(self) -> list[str]:
        """What Ana wrote, oldest first."""
        self.settle()
        ana = self.db.act_as("acme", external(1))
        wall = ana.feed.person_wall(external(1), limit=100)
        return [item.body.text.strip() for item in reversed(wall.items) if item.body]

    def settle(self) -> None:
        if self.own_table:
            connection = self.connect()
            later.relay(self.db, connection)
            connection.close()
        while self.db.run_due().more:
            pass


KINDS = ["sqlite3", "alchemy-sqlite", "psycopg", "alchemy-session", "pymysql", "psycopg beside a file"]


@pytest.fixture(params=KINDS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """Hosts whose tables lie beside Parvis's, and such whose tables lie elsewhere."""
    kind = request.param
    table = _fresh()
    connect: Callable[[], Any]
    match kind:
        case "sqlite3" | "alchemy-sqlite":
            db = parvis.open(f"sqlite://{tmp_path}/parvis.db")
            file = tmp_path / "host.db"
            engine = sqlalchemy.create_engine(f"sqlite:///{file}")
            connect = (lambda: sqlite3.connect(file)) if kind == "sqlite3" else engine.connect
        case "pymysql":
            url = server("PARVIS_TEST_MYSQL")
            db = parvis.open(url, prefix=table, readers=1, writers=1)
            connect = lambda: on_mysql(url)  # noqa: E731
        case _:
            url = server("PARVIS_TEST_POSTGRES")
            beside = "beside" in kind
            db = parvis.open("memory:") if beside else parvis.open(url, prefix=table, readers=1, writers=1)
            hosts = on_postgres(url)
            engine = sqlalchemy.create_engine(hosts.replace("postgresql://", "postgresql+psycopg://"))
            connect = (lambda: Session(engine)) if kind == "alchemy-session" else (lambda: psycopg.connect(hosts))
    own_table = db._native.engine not in ("postgresql", "mysql")
    connection = connect()
    to = driver(connection)
    for text in ("drop table if exists deal", "create table deal(name varchar(40) primary key)"):
        to.run(text)
    if own_table:
        to.run(f"drop table if exists {later.TABLE}")
        later.prepare(connection)
        later.prepare(connection)
    to.commit()
    connection.close()
    people(db)
    yield Host(db, connect, own_table)
    db.close()


def win(host: Host, connection: Any, name: str, **more: Any) -> str:
    driver(connection).ask("insert into deal(name) values (?)", [name])
    ana = host.db.act_as("acme", external(1))
    return ana.later(connection).items.create(f"Won {name}!", **more)


def test_n10_rows_and_commands_commit_together(host: Host) -> None:
    connection = host.connect()
    win(host, connection, "one")
    win(host, connection, "two")
    assert host.texts() == [], "nothing happens before the commit"
    connection.commit()
    connection.close()
    assert host.deals() == ["one", "two"]
    assert sorted(host.texts()) == ["Won one!", "Won two!"]
    assert sorted(host.texts()) == ["Won one!", "Won two!"], "once"


def test_n10_a_rollback_leaves_neither(host: Host) -> None:
    connection = host.connect()
    id = win(host, connection, "one")
    connection.rollback()
    connection.close()
    assert host.deals() == []
    assert host.texts() == []
    assert host.db.command_state(id) == parvis.types.CommandStateGone()


def test_a_command_of_the_hosts_key_happens_once(host: Host) -> None:
    for _ in range(2):
        connection = host.connect()
        ana = host.db.act_as("acme", external(1))
        ana.later(connection).items.create("Signed!", idempotency_key="won:42")
        connection.commit()
        connection.close()
        assert host.texts() == ["Signed!"]


def test_another_request_under_a_key_that_is_taken_does_not_vanish(host: Host) -> None:
    connection = host.connect()
    ana = host.db.act_as("acme", external(1)).later(connection)
    first = ana.items.create("Signed!", idempotency_key="won:42")
    assert ana.items.create("Signed!", idempotency_key="won:42") == first
    other = ana.items.create("Lost!", idempotency_key="won:42")
    connection.commit()
    connection.close()
    assert host.texts() == ["Signed!"]
    assert [(one.id, one.reason) for one in host.db.refused("acme").all()] == [(other, "other_request")]


def test_a_refusal_is_told_and_holds_up_nothing(host: Host) -> None:
    connection = host.connect()
    nobody = host.db.act_as("acme", external("nobody"))
    id = nobody.later(connection).items.create("x")
    win(host, connection, "one")
    connection.commit()
    connection.close()
    assert host.texts() == ["Won one!"]
    state = host.db.command_state(id)
    assert isinstance(state, parvis.types.CommandStateRefused)
    assert (state.code, state.reason, state.operation) == ("not_found", "actor", "items.create")
    assert [refused.id for refused in host.db.refused("acme").all()] == [id]
    host.db.forget(id)
    assert host.db.refused("acme").commands == ()


def test_who_dies_between_the_moves_loses_nothing_and_repeats_nothing(host: Host) -> None:
    if not host.own_table:
        pytest.skip("the row is in Parvis's own table at once")
    connection = host.connect()
    win(host, connection, "one")
    connection.commit()
    to = driver(connection)
    kept = to.ask(f"select id, turn, command from {later.TABLE}")
    assert host.texts() == ["Won one!"]
    # He died after Parvis had it and before his own row was gone.
    to.ask(later._INSERT[to.engine].format(table=later.TABLE), [str(kept[0][0]), *kept[0][1:]])
    connection.commit()
    assert host.texts() == ["Won one!"]
    assert to.ask(f"select id from {later.TABLE}") == []
    connection.close()


def test_a_row_that_is_no_command_holds_up_nothing(host: Host, caplog: pytest.LogCaptureFixture) -> None:
    if not host.own_table:
        pytest.skip("the host keeps no rows")
    connection = host.connect()
    to = driver(connection)
    strange = str(uuid.uuid4())
    to.ask(later._INSERT[to.engine].format(table=later.TABLE), [strange, 1, "{garbage"])
    win(host, connection, "one")
    connection.commit()
    assert host.texts() == ["Won one!"]
    assert [str(row[0]) for row in to.ask(f"select id from {later.TABLE}")] == [strange]
    assert strange in caplog.text
    connection.close()


def named(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def test_rows_may_have_the_form_that_the_host_likes(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "host.db")
    connection.row_factory = named
    later.prepare(connection)
    with parvis.open("memory:") as db:
        people(db)
        with connection:
            db.act_as("acme", external(1)).later(connection).items.create("Signed!")
        assert later.relay(db, connection) == 1
    connection.close()


def test_wrong_requests_are_told_before_anything_is_inserted(host: Host) -> None:
    connection = host.connect()
    ana = host.db.act_as("acme", external(1))
    with pytest.raises(parvis.Invalid) as refused:
        ana.later(connection).hand_over("items.fly", b"{}")
    assert refused.value.reason == "no_operation"
    with pytest.raises(parvis.Invalid):
        ana.later(connection).items.create("x", audience="everybody")  # type: ignore[arg-type]
    connection.rollback()
    connection.close()
    assert host.texts() == []


def test_a_stranger_is_no_connection() -> None:
    with parvis.open("memory:") as db, pytest.raises(TypeError, match="accepted: sqlite3, psycopg"):
        db.act_as("acme", external(1)).later(object())


@pytest.mark.parametrize("kind", ["asyncpg", "psycopg", "alchemy", "asyncpg beside a file"])
def test_n10_for_asyncio(kind: str) -> None:
    url = server("PARVIS_TEST_POSTGRES")
    prefix = _fresh()

    async def host() -> None:
        options: dict[str, Any] = {"prefix": prefix, "readers": 1, "writers": 1}
        beside = "beside" in kind
        async with parvis.aio.open("memory:" if beside else url, **({} if beside else options)) as db:
            await db.system("acme", "hr").people.put(external(1), "Ana Lima")
            ana = db.act_as("acme", external(1))
            hosts = on_postgres(url)
            keeper = psycopg.connect(hosts, autocommit=True)
            if beside:
                keeper.execute(f"drop table if exists {later.TABLE}")
                later.prepare(keeper)
            connection: Any
            for text, commits in (("no", False), ("yes", True)):
                if kind.startswith("asyncpg"):
                    connection = await asyncpg.connect(url, server_settings={"search_path": f"{SCHEMA},public"})
                    transaction = connection.transaction()
                    await transaction.start()
                    await ana.later(connection).items.create(text)
                    await (transaction.commit() if commits else transaction.rollback())
                elif kind == "psycopg":
                    connection = await psycopg.AsyncConnection.connect(hosts)
                    await ana.later(connection).items.create(text)
                    await (connection.commit() if commits else connection.rollback())
                else:
                    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
                    connection = await engine.connect()
                    await ana.later(connection).items.create(text)
                    await (connection.commit() if commits else connection.rollback())
                if beside and commits:
                    assert await later.arelay(db, connection) == 1
                await connection.close()
            while (await db.run_due()).more:
                pass
            wall = await ana.feed.person_wall(external(1))
            assert [item.body.text.strip() for item in wall.items if item.body] == ["yes"]
            keeper.close()

    asyncio.run(host())
