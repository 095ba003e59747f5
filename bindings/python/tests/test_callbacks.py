"""F24: what the host's own code raises fails the call, and never the process."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

import parvis
from conftest import Place, people
from parvis import external
from parvis.testing import ManualClock, MapStorage
from parvis.types import PlaceNetwork


class Moody:
    """A clock and an entropy that do as told."""

    def __init__(self) -> None:
        self.raises: Callable[[], BaseException] | None = None
        self.answers: object = None

    def now(self) -> datetime:
        if self.raises:
            raise self.raises()
        return datetime.now(UTC) if self.answers is None else self.answers  # type: ignore[return-value]

    def fill(self, count: int) -> bytes:
        if self.raises:
            raise self.raises()
        return os.urandom(count) if self.answers is None else self.answers  # type: ignore[return-value]


RAISED: list[Callable[[], BaseException]] = [
    lambda: RuntimeError("stopped"),
    lambda: KeyboardInterrupt(),
    lambda: SystemExit(3),
    lambda: StopIteration(),
    lambda: MemoryError(),
]


@pytest.mark.parametrize("raised", RAISED)
def test_f24_an_exception_of_the_clock_is_the_failure_of_the_call(
    near: Place, raised: Callable[[], BaseException]
) -> None:
    clock = Moody()
    with near.open(clock=clock, inline=True) as db:
        people(db)
        ana = db.act_as("acme", external(1))
        clock.raises = raised
        with pytest.raises(parvis.Internal) as caught:
            ana.items.create("Lost", place=PlaceNetwork())
        assert type(caught.value.__cause__) is type(raised())
        clock.raises = None
        ana.items.create("Found", place=PlaceNetwork())
        wall = ana.feed.network_wall()
        assert [item.body.text for item in wall.items if item.body] == ["Found"]


@pytest.mark.parametrize("answer", ["later", 1.5, datetime(2026, 1, 1), object()])
def test_f24_a_clock_that_answers_nonsense_fails_the_call(near: Place, answer: object) -> None:
    clock = Moody()
    clock.answers = answer
    with near.open(clock=clock) as db, pytest.raises(parvis.Internal) as caught:
        people(db)
    assert isinstance(caught.value.__cause__, Exception)


@pytest.mark.parametrize("raised", RAISED)
def test_f24_an_exception_of_the_entropy_is_the_failure_of_the_call(
    near: Place, raised: Callable[[], BaseException]
) -> None:
    entropy = Moody()
    with near.open(entropy=entropy, inline=True) as db:
        people(db)
        entropy.raises = raised
        with pytest.raises(parvis.Unavailable) as caught:
            db.act_as("acme", external(1)).items.create("Lost", place=PlaceNetwork())
        assert type(caught.value.__cause__) is type(raised())
        entropy.raises = None
        db.act_as("acme", external(1)).items.create("Found", place=PlaceNetwork())


@pytest.mark.parametrize("answer", [b"short", "text", b"x" * 1000, 7])
def test_f24_an_entropy_that_answers_nonsense_fails_the_call(near: Place, answer: object) -> None:
    entropy = Moody()
    entropy.answers = answer
    with near.open(entropy=entropy) as db, pytest.raises(parvis.Unavailable) as caught:
        people(db)
    assert isinstance(caught.value.__cause__, Exception)


def test_f24_an_exception_of_the_clock_fails_an_awaited_call(near: Place) -> None:
    clock = Moody()

    async def story() -> None:
        async with near.aio(clock=clock, inline=True) as db:
            await db.system("acme", "hr").people.put(external(1), "Ana")
            ana = db.act_as("acme", external(1))
            clock.raises = RAISED[0]
            calls = [ana.items.create(f"{n}", place=PlaceNetwork()) for n in range(20)]
            for outcome in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(outcome, parvis.Internal), outcome
            clock.raises = None
            await ana.items.create("Found", place=PlaceNetwork())

    asyncio.run(asyncio.wait_for(story(), 60))


def test_f24_a_callback_that_calls_the_database_is_refused_and_does_not_hang(near: Place) -> None:
    class Curious(ManualClock):
        def now(self) -> datetime:
            if self.armed:
                self.armed = False
                self.db.ready()
            return super().now()

        armed = False
        db: parvis.Db

    clock = Curious()
    with near.open(clock=clock) as db:
        people(db)
        clock.db = db
        clock.armed = True
        with pytest.raises(parvis.Internal) as caught:
            people(db, "other")
        assert isinstance(caught.value.__cause__, parvis.Misuse)
        people(db, "other")


@pytest.mark.parametrize("method", ["get", "scan", "write"])
@pytest.mark.parametrize("raised", RAISED)
def test_f24_an_exception_of_the_storage_is_the_failure_of_the_call(
    method: str, raised: Callable[[], BaseException]
) -> None:
    storage = MapStorage()
    with parvis.open("memory:", storage=storage, inline=True) as db:
        people(db)
        db.act_as("acme", external(1)).items.create("Before", place=PlaceNetwork())

        def fails(*_: object) -> None:
            raise raised()

        setattr(storage, method, fails)
        failure = parvis.OutcomeUnknown if method == "write" else parvis.Unavailable
        with pytest.raises(failure) as caught:
            if method == "scan":
                db.act_as("acme", external(2)).feed.home()
            else:
                db.act_as("acme", external(1)).items.create("Lost", place=PlaceNetwork())
        assert type(caught.value.__cause__) is type(raised())
        delattr(storage, method)
        wall = db.act_as("acme", external(2)).feed.network_wall()
        assert [item.body.text for item in wall.items if item.body] == ["Before"]


@pytest.mark.parametrize("answer", [7, "text", [("a", "b")], [(b"a",)]])
def test_f24_a_storage_that_answers_nonsense_fails_the_call(answer: object) -> None:
    storage = MapStorage()
    with parvis.open("memory:", storage=storage) as db:
        people(db)
        storage.scan = lambda *_: answer  # type: ignore[method-assign, assignment]
        with pytest.raises(parvis.Unavailable) as caught:
            db.act_as("acme", external(1)).feed.home()
        assert isinstance(caught.value.__cause__, Exception)


def test_f24_what_raised_is_let_go(near: Place) -> None:
    class Weighty(Exception):
        count = 0

        def __init__(self) -> None:
            Weighty.count += 1

        def __del__(self) -> None:
            Weighty.count -= 1

    clock = Moody()
    with near.open(clock=clock) as db:
        people(db)
        clock.raises = Weighty
        for _ in range(100):
            with pytest.raises(parvis.Internal):
                people(db, "other")
    clock.raises = None
    gc.collect()
    assert Weighty.count == 0
