"""A small story for the tests of pages: Ana and Ben share a secret space, Cleo knows nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import parvis
from parvis import external

NETWORK = "acme"
SECRET = "Plum jam by the window"
OPEN = "Bread for everybody"


@dataclass(frozen=True)
class Story:
    """What was made."""

    secret: str
    open: str
    space: str


def tell(db: Any) -> Story:
    """Tells it to a store."""
    host = db.system(NETWORK, "host")
    for id, name in {"1": "Ana Lima", "2": "Ben Okafor", "3": "Cleo Sand"}.items():
        host.people.put(external(id), name)
    ana = db.act_as(NETWORK, external("1"))
    space = ana.spaces.create("Pantry", "secret").id
    ana.spaces.add(space, external("2"))
    secret = ana.items.create(SECRET, place=space).id
    shared = ana.items.create(OPEN, place=parvis.types.PlaceNetwork()).id
    return Story(secret=secret, open=shared, space=space)


def events(lines: list[str]) -> list[dict[str, str]]:
    """Server-sent events out of the lines of a stream."""
    found: list[dict[str, str]] = [{}]
    for line in lines:
        if not line:
            found.append({})
        elif not line.startswith(":"):
            key, _, value = line.partition(": ")
            found[-1][key] = value
    return [event for event in found if event]


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Waits until something is so."""
    for _ in range(int(seconds * 20)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")
