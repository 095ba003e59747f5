"""What tests of a host need: a clock by hand, randomness from a seed, a database in memory, a storage to look into.

With pytest the fixtures `parvis_clock` and `parvis_db` are there without a line of configuration.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from bisect import bisect_left, insort
from datetime import UTC, datetime, timedelta

from . import _db, _db_aio, aio
from ._db import open as _open

__all__ = ["ManualClock", "MapStorage", "SeededEntropy", "arun_until_idle", "memory", "memory_aio", "run_until_idle"]

START = datetime(2026, 3, 27, 17, 0, tzinfo=UTC)
SECRET = bytes([7]) * 32


class ManualClock:
    """A clock that stands until it is moved.

    >>> clock = ManualClock("2026-03-27T17:00:00Z")
    >>> clock.advance(hours=64)
    >>> clock.now().isoformat()
    '2026-03-30T09:00:00+00:00'
    """

    def __init__(self, at: datetime | str = START) -> None:
        self._lock = threading.Lock()
        self._now = _instant(at)

    def now(self) -> datetime:
        """The instant that it shows."""
        return self._now

    def set(self, at: datetime | str) -> None:
        """Moves the hand to an instant, forwards or back."""
        with self._lock:
            self._now = _instant(at)

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, milliseconds: float = 0
    ) -> None:
        """Moves the hand by a span."""
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
        with self._lock:
            self._now += span


def _instant(at: datetime | str) -> datetime:
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at!r}")
    return instant.astimezone(UTC)


class SeededEntropy:
    """Bytes that follow from a seed. Not for secrets.

    >>> SeededEntropy(1).fill(4) == SeededEntropy(1).fill(4)
    True
    """

    def __init__(self, seed: int = 1) -> None:
        self._count = itertools.count(seed)

    def fill(self, count: int) -> bytes:
        """So many bytes."""
        return hashlib.shake_256(next(self._count).to_bytes(16, "little", signed=True)).digest(count)


def memory(clock: ManualClock | None = None, *, seed: int = 1, inline: bool = True) -> _db.Db:
    """An empty database in memory whose every outcome follows from the clock and a seed.

    Args:
        clock: The clock; one that stands at :data:`START` unless given.
        seed: Where its randomness begins.
        inline: Whether commands do at once what is due behind them.

    >>> from parvis import external
    >>> db = memory()
    >>> _ = db.system("acme", "hr").people.put(external(1), "Ana Lima")
    >>> db.act_as("acme", external(1)).people.get(external(1)).name
    'Ana Lima'
    """
    clock = clock or ManualClock()
    return _open("memory:", secret=SECRET, clock=clock, entropy=SeededEntropy(seed), inline=inline)


def memory_aio(clock: ManualClock | None = None, *, seed: int = 1, inline: bool = True) -> _db_aio.Db:
    """The same for asyncio."""
    clock = clock or ManualClock()
    return aio.open("memory:", secret=SECRET, clock=clock, entropy=SeededEntropy(seed), inline=inline)


def run_until_idle(db: _db.Db, *, steps: int = 100) -> int:
    """Carries out what is due until nothing more is; answers how many batches that were."""
    done = 0
    while True:
        due = db.run_due(steps)
        done += due.done
        if not due.more:
            return done


async def arun_until_idle(db: _db_aio.Db, *, steps: int = 100) -> int:
    """The same for asyncio."""
    done = 0
    while True:
        due = await db.run_due(steps)
        done += due.done
        if not due.more:
            return done


class MapStorage:
    """A storage in a dictionary: what :class:`parvis.Storage` asks for, to look into and to make fail."""

    def __init__(self) -> None:
        self.entries: dict[bytes, bytes] = {}
        self._keys: list[bytes] = []

    def get(self, key: bytes, /) -> bytes | None:
        """The value of a key."""
        return self.entries.get(key)

    def scan(self, start: bytes, end: bytes | None, reverse: bool, limit: int, /) -> list[tuple[bytes, bytes]]:
        """At most `limit` entries of a range."""
        first = bisect_left(self._keys, start)
        last = len(self._keys) if end is None else bisect_left(self._keys, end)
        keys = (
            self._keys[max(first, last - limit) : last][::-1]
            if reverse
            else self._keys[first : min(last, first + limit)]
        )
        return [(key, self.entries[key]) for key in keys]

    def write(self, changes: list[tuple[bytes, bytes | None]], /) -> None:
        """All of it."""
        for key, value in changes:
            if value is not None:
                if key not in self.entries:
                    insort(self._keys, key)
                self.entries[key] = value
            elif self.entries.pop(key, None) is not None:
                del self._keys[bisect_left(self._keys, key)]
