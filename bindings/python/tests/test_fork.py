"""Forks: before the first use, after it, and in the midst of calls. Each child is ended where it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Generator

import pytest

import parvis
from conftest import Place, people
from parvis import external
from parvis.types import PlaceNetwork

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def forked(work: Callable[[], None], seconds: float = 60) -> None:
    """Does something in a forked child and insists that it ended well."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert os.waitstatus_to_exitcode(status) == 0
            return
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("the child does not come back")


def post(db: parvis.Db, text: str, by: int = 1) -> None:
    db.act_as("acme", external(by)).items.create(text, place=PlaceNetwork())


def texts(db: parvis.Db) -> list[str]:
    wall = db.act_as("acme", external(1)).feed.network_wall(limit=50)
    return sorted(item.body.text for item in wall.all() if item.body)


def test_a_child_opens_what_the_parent_has_not_used_yet(place: Place) -> None:
    with place.open(inline=True) as db:

        def child() -> None:
            people(db)
            post(db, "child")
            assert texts(db) == ["child"]

        forked(child)
        if place.lasts:
            assert texts(db) == ["child"]


def test_parent_and_child_go_on_with_what_was_open(place: Place) -> None:
    with place.open(inline=True) as db:
        people(db)
        post(db, "before")

        def child() -> None:
            if not place.lasts:
                # A store in memory is the process's own: empty.
                people(db)
            post(db, "child")
            assert texts(db) == (["before", "child"] if place.lasts else ["child"])

        forked(child)
        post(db, "after")
        assert texts(db) == (["after", "before", "child"] if place.lasts else ["after", "before"])


def test_a_child_may_end_without_touching_what_was_open(place: Place) -> None:
    with place.open(inline=True) as db:
        people(db)
        for _ in range(5):
            forked(lambda: None)
        post(db, "here")
        assert texts(db) == ["here"]


def test_a_child_may_let_go_of_what_the_parent_has_open(place: Place) -> None:
    databases = [place.open(inline=True)]
    people(databases[0])

    def child() -> None:
        databases.clear()

    forked(child)
    post(databases[0], "here")
    assert texts(databases[0]) == ["here"]
    databases[0].close()


def test_children_are_made_while_threads_call(place: Place) -> None:
    stop = threading.Event()
    failures: list[BaseException] = []
    with place.open(inline=True) as db:
        people(db)

        def work(name: int) -> None:
            n = 0
            try:
                while not stop.is_set():
                    n += 1
                    post(db, f"{name}.{n}", by=1 + name % 2)
                    db.act_as("acme", external(1)).feed.home(limit=5)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
        for thread in threads:
            thread.start()

        def child() -> None:
            if not place.lasts:
                people(db)
            post(db, "child")

        try:
            for _ in range(8):
                time.sleep(0.02)
                forked(child)
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        assert not failures
        assert all(not thread.is_alive() for thread in threads)
        assert texts(db).count("child") == (8 if place.lasts else 0)
    if place.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(place.url.removeprefix("sqlite://"))) as file:
            assert file.execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the C library by name")
def test_a_fork_that_python_knows_nothing_of_is_refused_the_file(sqlite: Place) -> None:
    with sqlite.open(inline=True) as db:
        people(db)
        # What a server written in C does: no hook of Python's is called.
        child = ctypes.PyDLL(None).fork()
        if child == 0:
            code = 1
            try:
                db.ready()
            except parvis.Misuse as error:
                code = 0 if error.reason == "forked" else 2
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        post(db, "here")
        assert texts(db) == ["here"]


def test_a_child_waits_for_changes_though_the_parent_did(place: Place) -> None:
    with place.open(inline=True) as db:
        people(db)

        def waits() -> None:
            ana = db.act_as("acme", external(1))
            at = ana.live.changes().position
            ana.live.changes(after=at, wait_seconds=1)

        waits()

        def child() -> None:
            if not place.lasts:
                people(db)
            waits()

        forked(child)
        waits()


def _in_process(url: str, options: dict[str, object], name: int) -> None:
    with parvis.open(url, inline=True, **options) as db:  # type: ignore[arg-type]
        post(db, f"process {name}")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_multiprocessing_share_a_store(place: Place, method: str) -> None:
    if not place.lasts:
        pytest.skip("a store in memory is the process's own")
    with place.open(inline=True) as db:
        people(db)
        context = multiprocessing.get_context(method)
        processes = [
            context.Process(target=_in_process, args=(place.url, place.options, name))  # type: ignore[attr-defined]
            for name in range(3)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
            assert process.exitcode == 0
        assert texts(db) == [f"process {name}" for name in range(3)]


@contextlib.contextmanager
def forking() -> Generator[None]:
    """Another thread forks all the time."""
    over = threading.Event()

    def fork() -> None:
        while not over.is_set():
            forked(lambda: None)
            time.sleep(0.002)

    forks = threading.Thread(target=fork)
    forks.start()
    try:
        yield
    finally:
        over.set()
        forks.join()


def test_forks_that_follow_each_other_keep_no_call_waiting(sqlite: Place) -> None:
    with sqlite.open(inline=True) as db:
        people(db)
        worst, end = 0.0, time.monotonic() + 8
        with forking():
            while time.monotonic() < end:
                begun = time.monotonic()
                assert db.act_as("acme", external(1)).people.get(external(1)).id
                worst = max(worst, time.monotonic() - begun)
        # A fork that waits for a call which waits for the fork gives up after ten seconds.
        assert worst < 5


def test_a_coroutine_that_meets_a_fork_opens_the_file_anew(sqlite: Place) -> None:
    async def play() -> None:
        async with sqlite.aio(inline=True) as db:
            me = db.system("acme", "hr")
            await me.people.put(external(1), "Ana")
            end = time.monotonic() + 5
            with forking():
                while time.monotonic() < end:
                    await me.kept_row("people.put", b'{"external":{"id":"2"},"name":"Ben"}')
                    await asyncio.sleep(0)

    asyncio.run(play())
