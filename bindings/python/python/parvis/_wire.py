"""Records and their one form on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from enum import Enum
from inspect import isawaitable
from typing import Any, Generic, TypeVar, cast

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What all records have: they are frozen, compare by value and can be pickled."""

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON knows it: instants are texts in UTC with milliseconds."""
        return cast("dict[str, Any]", plain(self))

    def to_json(self) -> bytes:
        """The record as JSON, the same bytes in every language."""
        return msgspec.json.encode(plain(self))


class Page(Record, frozen=True, kw_only=True, dict=True):
    """What all pages have: they know how to ask for the next one."""


class Pages(Generic[T]):
    """Everything from a page to the end of its list, page by page, as it is asked for.

    `for` goes through a page of `parvis.open(..)`, `async for` through one of `parvis.aio.open(..)`.
    """

    __slots__ = ("_list", "_page")

    def __init__(self, page: Page, name: str) -> None:
        self._page = page
        self._list = name

    def __iter__(self) -> Iterator[T]:
        page: Any = self._page
        while True:
            yield from getattr(page, self._list)
            if page.next is None:
                return
            page = _next(page, waits=False)

    async def __aiter__(self) -> AsyncIterator[T]:
        page: Any = self._page
        while True:
            for one in getattr(page, self._list):
                yield one
            if page.next is None:
                return
            page = await _next(page, waits=True)


def _next(page: Any, *, waits: bool) -> Any:
    ask = page.__dict__.get("_next")
    if ask is None:
        raise TypeError("this page was not answered by a call (or was pickled since): ask with cursor=page.next")
    found = ask(page.next)
    if isawaitable(found) == waits:
        return found
    if not waits:
        cast("Any", found).close()
        raise TypeError("this page is of parvis.aio: use `async for`")
    raise TypeError("this page is of the sync face: use `for`")


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        out: dict[str, Any] = {} if config.tag is None else {cast("str", config.tag_field): config.tag}
        for name in value.__struct_fields__:
            out[name] = plain(getattr(value, name))
        return out
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value


def normal(record: msgspec.Struct, name: str) -> None:
    """Puts the id that a text stands for into a record that is being made."""
    from ._args import as_ref

    msgspec.structs.force_setattr(record, name, as_ref(getattr(record, name), name))


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode(raw: bytes, answer: type[T]) -> T:
    """An answer from its JSON."""
    decoder = _DECODERS.get(answer)
    if decoder is None:
        decoder = _DECODERS[answer] = msgspec.json.Decoder(answer)
    return cast("T", decoder.decode(raw))


def text(value: str) -> str:
    """A text without what frameworks add to it: what a template or an escape function made is a text like any other."""
    return str.__str__(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return text(value)
    raise TypeError(f"no value of a request: {value!r}")


encode = msgspec.json.Encoder(enc_hook=_text).encode
