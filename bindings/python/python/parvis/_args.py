"""How calls name things, and how that goes into a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import overload

from .types import External, Handle, Id, Place, PlaceNetwork, PlaceSpace, PlaceWall, Ref, RefLike


def external(id: object, app: str = "host") -> External:
    """The host's own id of a person, a unit, a space or an item.

    Args:
        id: The id there; numbers become texts.
        app: The app of the host's whose id it is.

    >>> external(4711)
    External(app='host', id='4711')
    """
    return External(app=app, id=str(id))


def handle(handle: str) -> Handle:
    """The person or the space that has this handle when the call is made.

    >>> handle("@ana")
    Handle(handle='@ana')
    """
    return Handle(handle=handle)


@overload
def as_ref(value: None) -> None: ...
@overload
def as_ref(value: RefLike) -> Ref: ...
def as_ref(value: RefLike | None) -> Ref | None:
    """A name of something as it is on the wire."""
    if isinstance(value, str):
        return Id(id=value)
    if value is None or isinstance(value, (Id, External, Handle)):
        return value
    raise TypeError(f"not a name of anything: {value!r} (accepted: an id, external(..), handle(..))")


def as_refs(values: Iterable[RefLike]) -> list[Ref]:
    """Names of several things as they are on the wire."""
    return [as_ref(value) for value in values]


def as_place(value: Place | RefLike | None) -> Place | None:
    """A place as it is on the wire: whatever names a space is that space."""
    if value is None or isinstance(value, (PlaceSpace, PlaceWall, PlaceNetwork)):
        return value
    return PlaceSpace(space=value)


def as_instant(value: datetime | None) -> datetime | None:
    """An instant as it is on the wire: one without a time zone says no instant."""
    if value is not None and value.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {value!r} (for example datetime.now(timezone.utc))")
    return value
