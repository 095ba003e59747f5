"""What the groups of operations are made of: a call is a name and JSON, an answer is a record made of JSON."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, NewType, Protocol, TypeVar

from ._wire import Page, Record, decode, encode

R = TypeVar("R", bound=Record)
P = TypeVar("P", bound=Page)

CommandId = NewType("CommandId", str)
"""Names a command that was handed over in a transaction of the host."""


class Calls(Protocol):
    """Whoever carries out a call and waits for it."""

    __slots__ = ()

    def call(self, name: str, request: bytes, /) -> bytes:
        """From JSON to JSON."""
        ...


class AioCalls(Protocol):
    """Whoever carries out a call for asyncio."""

    __slots__ = ()

    def call(self, name: str, request: bytes, /) -> Awaitable[bytes]:
        """From JSON to JSON."""
        ...


class HandsOver(Protocol):
    """Whoever inserts a command as a row of the host's transaction."""

    __slots__ = ()

    def hand_over(self, name: str, request: bytes, /) -> str:
        """The command's id."""
        ...


class AioHandsOver(Protocol):
    """Whoever inserts a command as a row of the host's transaction, for asyncio."""

    __slots__ = ()

    def hand_over(self, name: str, request: bytes, /) -> Awaitable[str]:
        """The command's id."""
        ...


class Group:
    """Operations whose caller waits."""

    __slots__ = ("_actor",)

    def __init__(self, actor: Calls) -> None:
        self._actor = actor

    def _ask(self, name: str, request: dict[str, Any], answer: type[R]) -> R:
        return decode(self._actor.call(name, encode(request)), answer)

    def _page(self, name: str, request: dict[str, Any], answer: type[P]) -> P:
        page = self._ask(name, request, answer)
        vars(page)["_next"] = lambda cursor: self._page(name, request | {"cursor": cursor}, answer)
        return page


class AioGroup:
    """Operations for asyncio."""

    __slots__ = ("_actor",)

    def __init__(self, actor: AioCalls) -> None:
        self._actor = actor

    async def _ask(self, name: str, request: dict[str, Any], answer: type[R]) -> R:
        return decode(await self._actor.call(name, encode(request)), answer)

    async def _page(self, name: str, request: dict[str, Any], answer: type[P]) -> P:
        page = await self._ask(name, request, answer)
        vars(page)["_next"] = lambda cursor: self._page(name, request | {"cursor": cursor}, answer)
        return page


class LaterGroup:
    """Commands as rows of the host's own transaction."""

    __slots__ = ("_actor",)

    def __init__(self, actor: HandsOver) -> None:
        self._actor = actor

    def _later(self, name: str, request: dict[str, Any]) -> CommandId:
        return CommandId(self._actor.hand_over(name, encode(request)))


class AioLaterGroup:
    """Commands as rows of the host's own transaction, for asyncio."""

    __slots__ = ("_actor",)

    def __init__(self, actor: AioHandsOver) -> None:
        self._actor = actor

    async def _later(self, name: str, request: dict[str, Any]) -> CommandId:
        return CommandId(await self._actor.hand_over(name, encode(request)))
