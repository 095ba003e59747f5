"""What open streams cost: asyncio alone, without a framework."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from web_story import NETWORK

import parvis
from parvis import external, web
from parvis.errors import Unavailable
from parvis.testing import MapStorage
from parvis.web import live


class Counting(MapStorage):
    """A store that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get(self, key: bytes, /) -> bytes | None:
        """One value."""
        self.asked += 1
        return super().get(key)

    def scan(self, start: bytes, end: bytes | None, reverse: bool, limit: int, /) -> list[tuple[bytes, bytes]]:
        """A range."""
        self.asked += 1
        return super().scan(start, end, reverse, limit)

    async def meanwhile(self, seconds: float) -> int:
        """How often it is asked in so many seconds."""
        before = self.asked
        await asyncio.sleep(seconds)
        return self.asked - before


async def quiet(streams: int) -> int:
    """How often a store is asked in two seconds in which nothing happens, with so many streams open."""
    store = Counting()
    async with parvis.aio.open("memory:", storage=store, inline=True) as db:
        system = db.system(NETWORK, "host")
        for n in range(streams):
            await system.people.put(external(n), f"Person {n}")
        opened = [web.events(db.act_as(NETWORK, external(n))) for n in range(streams)]
        for stream in opened:
            # Where to come back to, and how much is unread.
            await anext(stream)
            await anext(stream)
        waiting = [asyncio.ensure_future(anext(stream)) for stream in opened]
        # Each of them looks once before it waits.
        while await store.meanwhile(0.5) > 20:
            pass
        asked = await store.meanwhile(2)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return asked


def test_a_hundred_quiet_streams_ask_the_store_as_rarely_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow the machine is, none of them asks anew meanwhile.
    monkeypatch.setattr(live, "_WAIT", 60)
    one, hundred = asyncio.run(quiet(1)), asyncio.run(quiet(100))
    assert one > 0, "a stream looks whether something happened"
    # Each for itself, they would ask 2,400 times.
    assert hundred < 200


class Busy:
    """A network in which something happens all the time, or whose store is away."""

    def __init__(self, away: bool = False) -> None:
        self.away = away
        self.positions = itertools.count()

    def answer(self) -> bytes:
        """What changed."""
        if self.away:
            raise Unavailable("store")
        return json.dumps({"position": str(next(self.positions)), "badge": 0, "feed_new": 1}).encode()

    def call(self, name: str, request: bytes, /) -> bytes:
        """The same at once."""
        time.sleep(0.01)
        return self.answer()


class BusyAio(Busy):
    """The same for asyncio."""

    async def call(self, name: str, request: bytes, /) -> bytes:  # type: ignore[override]
        """The same at once."""
        await asyncio.sleep(0.01)
        return self.answer()


def heard(away: bool, over: Callable[[], bool | Awaitable[bool]], tick: float = 0.1) -> list[str]:
    """What a stream of asyncio says until it ends."""

    async def play() -> list[str]:
        async with asyncio.timeout(5):
            return [event async for event in web.events(BusyAio(away), over=over, tick=tick)]

    return asyncio.run(play())


def after(seconds: float) -> Callable[[], bool]:
    """Something that is so after some seconds."""
    began = time.monotonic()
    return lambda: time.monotonic() - began > seconds


@pytest.mark.parametrize("away", [False, True])
def test_who_signed_out_hears_nothing_more_however_busy_the_network_is(
    away: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_RETRY", 0.05)
    assert heard(away, after(0.3))[-1] == live.ended("signed_out")
    gone = after(0.3)

    async def later() -> bool:
        return gone()

    assert heard(away, later)[-1] == live.ended("signed_out")


def test_over_is_asked_once_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def over() -> bool:
        asked.append(time.monotonic())
        return len(asked) == 3

    assert heard(False, over)[-1] == live.ended("signed_out")
    assert min(b - a for a, b in itertools.pairwise(asked)) > 0.09


def test_a_stream_of_threads_asks_over_once_a_tick_too() -> None:
    asked: list[float] = []

    def over() -> bool:
        asked.append(time.monotonic())
        return len(asked) == 3

    assert list(web.events_blocking(Busy(False), over=over, tick=0.1))[-1] == live.ended("signed_out")
    assert min(b - a for a, b in itertools.pairwise(asked)) > 0.09


def test_a_stream_says_that_it_lives_while_the_store_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_RETRY", 0.05)
    assert ": \n\n" in heard(True, after(0.3))
    assert ": \n\n" in list(web.events_blocking(Busy(away=True), over=after(0.3), tick=0.1))


@pytest.mark.parametrize("away", [False, True])
def test_a_stream_ends_after_a_while_and_the_browser_may_come_back(away: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_RETRY", 0.05)
    monkeypatch.setattr(live, "_LIFE", 0.3, raising=False)
    for said in (heard(away, lambda: False), within(5, Busy(away))):
        assert said[0].startswith("retry: ")
        assert not any("event: end" in event for event in said), "the script does not come back after an end"


def within(seconds: float, me: Any) -> list[str]:
    """What a stream of threads says; it has to be over in so many seconds."""
    said, late = [], after(seconds)
    for event in web.events_blocking(me):
        said.append(event)
        assert not late(), "the stream never ends"
    return said
