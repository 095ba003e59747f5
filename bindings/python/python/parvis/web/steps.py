"""Parts of a page as generators: they yield what they ask of Parvis and are sent the answers, so that one text of them
serves blocking hosts and asyncio."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from .._group import AioCalls, Calls

T = TypeVar("T")


class Ask(NamedTuple):
    """One operation to be called."""

    operation: str
    request: Mapping[str, object]


Steps = Generator[Ask, Any, T]


def run(me: Calls, steps: Steps[T]) -> T:
    """Carries steps out. An error of a call is raised inside them, at the place that asked."""
    try:
        ask = next(steps)
        while True:
            try:
                answer = msgspec.json.decode(me.call(ask.operation, msgspec.json.encode(ask.request)))
            except Exception as error:
                ask = steps.throw(error)
            else:
                ask = steps.send(answer)
    except StopIteration as end:
        done: T = end.value
        return done


async def arun(me: AioCalls, steps: Steps[T]) -> T:
    """As `run`, for asyncio."""
    try:
        ask = next(steps)
        while True:
            try:
                answer = msgspec.json.decode(await me.call(ask.operation, msgspec.json.encode(ask.request)))
            except Exception as error:
                ask = steps.throw(error)
            else:
                ask = steps.send(answer)
    except StopIteration as end:
        done: T = end.value
        return done
