"""What open streams cost: asyncio alone, without a framework."""

from __future__ import annotations

import asyncio

import pytest
from web_story import NETWORK

import parvis
from parvis import external, web
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
