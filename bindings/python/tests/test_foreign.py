"""Another SQLite library of this process on Parvis's file: refused where it can be seen."""

from __future__ import annotations

import gc
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import parvis
from conftest import Place, people
from parvis import external

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="cannot be seen here")


def _file(place: Place) -> Path:
    return Path(place.url.removeprefix("sqlite://"))


def _other(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table if not exists host (id integer primary key)")
    connection.execute("insert into host default values")
    connection.commit()
    return connection


def test_a_file_on_which_another_library_works_is_refused(sqlite: Place) -> None:
    other = _other(_file(sqlite))
    with sqlite.open() as db:
        for _ in range(2):
            with pytest.raises(parvis.ForeignSqlite, match="file of its own"):
                db.ready()
        # Parvis touched nothing, and comes in once the other one has left.
        assert other.execute("select count(*) from host").fetchone() == (1,)
        other.execute("insert into host default values")
        other.commit()
        other.close()
        people(db)


def test_it_is_refused_by_whatever_name(sqlite: Place, tmp_path: Path) -> None:
    other = _other(_file(sqlite))
    (tmp_path / "link.db").symlink_to(_file(sqlite))
    with parvis.open(f"sqlite://{tmp_path}/link.db") as db, pytest.raises(parvis.ForeignSqlite):
        db.ready()
    other.close()


def test_one_that_came_second_is_noticed_by_the_next_who_opens(sqlite: Place) -> None:
    with sqlite.open() as db:
        people(db)
        other = _other(_file(sqlite))
        with sqlite.open() as second, pytest.raises(parvis.ForeignSqlite):
            second.ready()
        other.close()


def test_one_that_comes_while_parvis_works_is_refused_and_the_file_opened_anew_after_it(sqlite: Place) -> None:
    with sqlite.open() as db:
        people(db)
        other = _other(_file(sqlite))
        _within(5, lambda: _refused(db))
        other.close()
        _within(5, lambda: not _refused(db))
        db.system("acme", "hr").people.put(external("late"), "Late")
    with sqlite.open() as again:
        assert {person.name for person in again.act_as("acme", external("late")).people.list().all()} >= {"Late"}
    check = sqlite3.connect(_file(sqlite))
    assert check.execute("pragma integrity_check").fetchone() == ("ok",)
    assert check.execute("select count(*) from host").fetchone() == (1,)
    check.close()


def _refused(db: parvis.Db) -> bool:
    try:
        db.status("acme")
    except parvis.ForeignSqlite:
        return True
    return False


def _within(seconds: float, so: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_parvis_itself_may_open_a_file_many_times(sqlite: Place) -> None:
    databases = [sqlite.open() for _ in range(5)]
    for n, db in enumerate(databases):
        db.system("acme", "hr").people.put(external(n), f"Person {n}")
    for db in databases[::2]:
        db.close()
    with sqlite.open() as db:
        assert db.act_as("acme", external(0)).people.get(external(4)).name == "Person 4"
    for db in databases:
        db.close()
    with sqlite.open() as db:
        db.ready()


def test_a_database_that_was_dropped_unclosed_is_no_other_library(sqlite: Place) -> None:
    for _ in range(20):
        db = sqlite.open()
        people(db)
        del db
        gc.collect()
    with sqlite.open() as db:
        db.ready()


def test_another_file_and_another_process_are_nobodys_business(sqlite: Place, tmp_path: Path) -> None:
    other = _other(tmp_path / "host.db")
    with sqlite.open() as db:
        people(db)
        script = (
            f"import sqlite3; c = sqlite3.connect({os.fspath(_file(sqlite))!r}); "
            "print(c.execute('select count(*) from sqlite_master').fetchone()[0])"
        )
        out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        assert int(out) > 10
        with sqlite.open() as second:
            second.ready()
    other.close()
