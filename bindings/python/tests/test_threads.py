"""Eight threads on one database; what is said inside reaches `logging`; many are opened and closed."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import parvis
from conftest import Place, people
from parvis import _parvis, external
from parvis.types import PlaceNetwork


def test_eight_threads_share_a_database(place: Place) -> None:
    failures: list[BaseException] = []
    with place.open(inline=True) as db:
        hr = db.system("acme", "hr")
        for id in range(8):
            hr.people.put(external(id), f"Person {id}")
        start = threading.Barrier(8)

        def work(id: int) -> None:
            try:
                start.wait(30)
                me = db.act_as("acme", external(id))
                for n in range(10):
                    me.items.create(f"{id}.{n}", place=PlaceNetwork(), idempotency_key=f"{id}.{n}")
                    me.feed.home(limit=5)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(id,)) for id in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not failures and not any(thread.is_alive() for thread in threads)
        wall = db.act_as("acme", external(0)).feed.network_wall(limit=50)
        texts = [item.body.text for item in wall.all() if item.body]
        assert sorted(texts) == sorted(f"{id}.{n}" for id in range(8) for n in range(10))


def test_the_first_call_of_many_threads_opens_once(sqlite: Place) -> None:
    with sqlite.open() as db:
        start = threading.Barrier(8)
        failures: list[BaseException] = []

        def work() -> None:
            try:
                start.wait(30)
                db.ready()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures
        people(db)


def test_one_thread_closes_what_others_use(near: Place) -> None:
    for _ in range(10):
        db = near.open(inline=True)
        people(db)
        outcomes: list[BaseException | None] = []

        def work(db: parvis.Db = db, outcomes: list[BaseException | None] = outcomes) -> None:
            try:
                while True:
                    db.act_as("acme", external(1)).feed.home()
            except BaseException as error:
                outcomes.append(error)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        db.close()
        for thread in threads:
            thread.join(60)
        assert [type(outcome) for outcome in outcomes] == [parvis.Misuse] * 3


def test_what_is_said_inside_reaches_logging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="parvis")
    with parvis.open("postgresql://nobody@127.0.0.1:1/none", call_timeout=5) as db, pytest.raises(parvis.Unavailable):
        db.ready()
    records = [record for record in caplog.records if record.name.startswith("parvis.sqlx")]
    assert records and all(record.levelno >= logging.DEBUG for record in records)
    assert any("error=" in record.getMessage() for record in records)
    assert all(abs(record.created - time.time()) < 60 for record in records)


def test_what_is_said_by_a_callback_reaches_logging(near: Place, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def now(self) -> None:
            raise RuntimeError("stopped")

    with near.open(clock=Broken()) as db, pytest.raises(parvis.Internal):
        people(db)
    assert any(record.levelno == logging.ERROR and record.name == "parvis.callbacks" for record in caplog.records)
    # Whoever asks for nothing is told nothing twice.
    assert _parvis.log_records() == ([], 0)


def test_a_handler_that_fails_or_calls_back_fails_no_call(near: Place) -> None:
    class Failing(logging.Handler):
        calls = 0

        def emit(self, record: logging.LogRecord) -> None:
            Failing.calls += 1
            db.ready()
            raise RuntimeError("no disk")

    class Broken:
        broken = False

        def fill(self, count: int) -> bytes:
            if self.broken:
                raise RuntimeError("stopped")
            return os.urandom(count)

    entropy = Broken()
    handler = Failing()
    logging.getLogger("parvis").addHandler(handler)
    try:
        with near.open(entropy=entropy) as db:
            people(db)
            entropy.broken = True
            with pytest.raises(parvis.Unavailable):
                db.act_as("acme", external(1)).items.create("x", place=PlaceNetwork())
    finally:
        logging.getLogger("parvis").removeHandler(handler)
    assert Failing.calls > 0


ENDS = """
import sys, threading, time, parvis
from parvis import external
db = parvis.open(sys.argv[1], inline=True)
db.system("acme", "hr").people.put(external(1), "Ana")
me = db.act_as("acme", external(1))
at = me.live.changes().position
def waits():
    me.live.changes(after=at, wait_seconds=60)
def calls():
    while True:
        me.feed.home()
for work in (waits, calls, calls):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""


def test_the_interpreter_ends_under_threads_that_call(near: Place) -> None:
    # What they are told as it ends is on the standard error; that it ends well is what counts.
    ended = subprocess.run([sys.executable, "-c", ENDS, near.url], timeout=60, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert b"panicked" not in ended.stderr and b"Fatal" not in ended.stderr


def _resident() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize("kind", ["memory", "sqlite", "unused"])
def test_ten_thousand_opens_and_closes_leave_the_memory_as_it_was(kind: str, tmp_path: Path) -> None:
    url = "memory:" if kind == "memory" else f"sqlite://{tmp_path}/town.db"

    def some(times: int) -> None:
        for _ in range(times):
            with parvis.open(url) as db:
                db.act_as("acme", external(1))
                if kind != "unused":
                    db.ready()

    some(2_000)
    gc.collect()
    before = _resident()
    tasks = len(list(Path("/proc/self/task").iterdir()))
    some(8_000)
    gc.collect()
    grown = (_resident() - before) / before
    assert grown < 0.05, f"grew by {grown:.1%}"
    assert len(list(Path("/proc/self/task").iterdir())) <= tasks + 4
