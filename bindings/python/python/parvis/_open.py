"""What `open` takes, for the sync face and for asyncio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from . import _parvis
from ._args import as_ref
from .types import RefLike


class Clock(Protocol):
    """Tells the time: for tests."""

    def now(self) -> datetime:
        """The present instant, with a time zone."""
        ...


class Entropy(Protocol):
    """Draws random bytes: for tests that compare byte for byte. Elsewhere they must be fit for secrets."""

    def fill(self, count: int) -> bytes:
        """So many random bytes."""
        ...


class Storage(Protocol):
    """A store of the host's own: an ordered map of bytes to bytes, in byte order.

    Calls come one after the other, from any thread; a call of the database from within them is refused. It is slow
    (each call crosses from one language to the other several times) and meant for tests. An exception fails the call
    with :class:`~parvis.errors.Unavailable`, or with :class:`~parvis.errors.OutcomeUnknown` where it came from `write`.
    """

    def get(self, key: bytes, /) -> bytes | None:
        """The value of a key."""
        ...

    def scan(self, start: bytes, end: bytes | None, reverse: bool, limit: int, /) -> list[tuple[bytes, bytes]]:
        """At most `limit` entries with `start <= key < end` (to the last key where `end` is None), in byte order or,
        with `reverse`, against it from the end. Fewer than `limit` only where there are no more."""
        ...

    def write(self, changes: list[tuple[bytes, bytes | None]], /) -> None:
        """Sets each key to its value, or takes it away where that is None: all of it or nothing, and lasting."""
        ...


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(clock: Clock) -> Callable[[], int]:
    def now() -> int:
        instant = clock.now()
        if instant.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {instant!r}")
        since = instant - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000

    return now


def _secret(secret: bytes | str | None) -> str | None:
    return secret.hex() if isinstance(secret, (bytes, bytearray)) else secret


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else max(0, round(seconds * 1_000))


def native(
    url: str,
    *,
    secret: bytes | str | None,
    inline: bool,
    zone: str | None,
    clock: Clock | None,
    entropy: Entropy | None,
    storage: Storage | None,
    schema: str | None,
    prefix: str | None,
    replica: str | None,
    replica_wait: float | None,
    readers: int | None,
    writers: int | None,
    busy_timeout: float | None,
    call_timeout: float | None,
    acquire_timeout: float | None,
) -> _parvis.Db:
    """The native database. Nothing is opened."""
    options: dict[str, Any] = {
        "secret": _secret(secret),
        "zone": zone,
        "schema": schema,
        "prefix": prefix,
        "replica": replica,
        "replica_wait_ms": _ms(replica_wait),
        "readers": readers,
        "writers": writers,
        "busy_timeout_ms": _ms(busy_timeout),
        "call_timeout_ms": _ms(call_timeout),
        "acquire_timeout_ms": _ms(acquire_timeout),
    }
    given = {name: value for name, value in options.items() if value is not None}
    return _parvis.Db(
        url,
        msgspec.json.encode(given | {"inline": inline}),
        None if clock is None else _milliseconds(clock),
        None if entropy is None else entropy.fill,
        storage,
    )


def who(person: RefLike) -> bytes:
    """The one who acts, as JSON."""
    return msgspec.json.encode(as_ref(person, "person"))


def steps(count: int) -> bytes:
    """A budget of `run_due`."""
    return msgspec.json.encode({"steps": count})


def refused(network: str, cursor: str | None, limit: int | None) -> bytes:
    """Which refused commands."""
    return msgspec.json.encode({"network": network, "cursor": cursor, "limit": limit})
