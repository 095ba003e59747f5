"""How calls name things, and how that goes into a request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import overload

from ._wire import text
from .errors import Invalid
from .types import External, Handle, Id, Place, PlaceNetwork, PlaceSpace, PlaceWall, Ref, RefLike


def external(id: object, app: str = "host") -> External:
    """The host's own id of a person, a unit, a space or an item.

    Args:
        id: The id there; numbers become texts.
        app: The app of the host's whose id it is.

    >>> external(4711)
    External(app='host', id='4711')
    """
    return External(app=text(app), id=text(str(id)))


def handle(handle: str) -> Handle:
    """The person or the space that has this handle when the call is made.

    >>> handle("@ana")
    Handle(handle='@ana')
    """
    return Handle(handle=text(handle))


@overload
def as_ref(value: None, field: str) -> None: ...
@overload
def as_ref(value: RefLike, field: str) -> Ref: ...
def as_ref(value: RefLike | None, field: str) -> Ref | None:
    """A name of something as it is on the wire.

    Raises:
        Invalid: for what is no name.
    """
    if isinstance(value, str):
        return Id(id=text(value))
    if value is None or isinstance(value, (Id, External, Handle)):
        return value
    said = f"not a name of anything: {value!r} (accepted: an id, external(..), handle(..))"
    raise Invalid("bad_value", field, text=said)


def as_refs(values: Iterable[RefLike], field: str) -> list[Ref]:
    """Names of several things as they are on the wire."""
    return [as_ref(value, field) for value in values]


def as_place(value: Place | RefLike | None, field: str) -> Place | None:
    """A place as it is on the wire: whatever names a space is that space.

    Raises:
        Invalid: for what is neither.
    """
    if value is None or isinstance(value, (PlaceSpace, PlaceWall, PlaceNetwork)):
        return value
    return PlaceSpace(space=as_ref(value, field))


def as_instant(value: datetime | None, field: str) -> datetime | None:
    """An instant as it is on the wire.

    Raises:
        Invalid: for one without a time zone, which says no instant.
    """
    if value is not None and value.tzinfo is None:
        said = f"an instant needs a time zone: {value!r} (for example datetime.now(timezone.utc))"
        raise Invalid("bad_value", field, text=said)
    return value
