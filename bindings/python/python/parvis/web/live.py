"""Live changes as server-sent events. Waiting costs a reader nothing: however many streams are open, the core looks
once a round at how far the network is. A position is the id of an event, so a browser that comes back goes on where it
was."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import msgspec

from .._group import AioCalls, Calls
from ..errors import CursorExpired, NotFound, Unavailable

#: Seconds until a browser that lost the stream comes back.
_RETRY = 3
#: Seconds after which a silent stream says that it lives: proxies close what says nothing.
_SILENCE = 15
#: Seconds for which one call waits. The end of an account wakes it; that a guest's time is over does so only once a
#: worker found it, so it asks again in any case.
_WAIT = 10
#: Seconds that a stream lives. The browser comes back, and the host is asked anew who is signed in: what it knows of an
#: open stream is what it knew when the stream began.
_LIFE = 300
#: What a stream says that has nothing to say. It also shows a server that nobody listens any more.
_ALIVE = ": \n\n"

#: The content type of a stream, and what keeps proxies from holding it back.
STREAM = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(change: dict[str, Any]) -> str:
    """One change as an event: `data` is the answer of `live.changes`."""
    return f"id: {change['position']}\nevent: changes\ndata: {msgspec.json.encode(change).decode()}\n\n"


def ended(why: str) -> str:
    """The last event: the script closes the stream and does not come back."""
    return f'event: end\ndata: {{"why":"{why}"}}\n\n'


def ask(after: str | None, wait: float) -> bytes:
    """The request for what changed."""
    return msgspec.json.encode({"after": after, "wait_seconds": int(wait) if after else 0})


async def events(
    me: AioCalls,
    after: str | None = None,
    *,
    over: Callable[[], bool | Awaitable[bool]] = lambda: False,
    tick: float = 1.0,
) -> AsyncIterator[str]:
    """The events of one reader, from the position `after` on. `over` is asked every `tick` seconds whether he signed
    out; the stream ends then, and when he may not read any more. After five minutes it breaks off, and the browser
    comes back."""
    yield f"retry: {int(_RETRY * 1000)}\n\n"
    began = spoken = asked = time.monotonic()
    while time.monotonic() - began < _LIFE:
        if time.monotonic() - asked >= tick:
            # Where something happens all the time, or the store is away, no call waits below.
            asked = time.monotonic()
            if await true(over()):
                yield ended("signed_out")
                return
        call = asyncio.ensure_future(me.call("live.changes", ask(after, _WAIT)))
        try:
            while not (await asyncio.wait({call}, timeout=max(0, asked + tick - time.monotonic())))[0]:
                asked = time.monotonic()
                if await true(over()):
                    yield ended("signed_out")
                    return
                if time.monotonic() - spoken >= _SILENCE:
                    spoken = time.monotonic()
                    yield _ALIVE
            change = msgspec.json.decode(call.result())
        except NotFound:
            yield ended("revoked")
            return
        except CursorExpired:
            # A position of another secret or another reader: everything is new.
            after = None
            continue
        except Unavailable:
            spoken = time.monotonic()
            yield _ALIVE
            await asyncio.sleep(_RETRY)
            continue
        finally:
            call.cancel()
        if after is None or change["position"] != after:
            spoken, after = time.monotonic(), change["position"]
            yield event(change)


async def true(said: bool | Awaitable[bool]) -> bool:
    """What a host said, at once or later."""
    return said if isinstance(said, bool) else await said


def events_blocking(
    me: Calls,
    after: str | None = None,
    *,
    over: Callable[[], bool] = lambda: False,
    tick: float = 5.0,
) -> Iterator[str]:
    """As `events`, for servers of threads: one stream takes one thread, and each `tick` costs it a look at its
    inbox."""
    yield f"retry: {int(_RETRY * 1000)}\n\n"
    began = spoken = time.monotonic()
    asked = began - tick
    while time.monotonic() - began < _LIFE:
        if time.monotonic() - asked >= tick:
            asked = time.monotonic()
            if over():
                yield ended("signed_out")
                return
        try:
            change = msgspec.json.decode(
                me.call("live.changes", ask(after, max(math.ceil(asked + tick - time.monotonic()), 1)))
            )
        except NotFound:
            yield ended("revoked")
            return
        except CursorExpired:
            after = None
            continue
        except Unavailable:
            spoken = time.monotonic()
            yield _ALIVE
            time.sleep(_RETRY)
            continue
        if after is None or change["position"] != after:
            spoken, after = time.monotonic(), change["position"]
            yield event(change)
        elif time.monotonic() - spoken >= _SILENCE:
            spoken = time.monotonic()
            yield _ALIVE
