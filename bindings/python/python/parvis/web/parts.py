"""The parts by their names, for those who put one into a page."""

from __future__ import annotations

import logging
from typing import Literal, TypedDict, Unpack

import msgspec

from .._args import as_ref
from .._group import AioCalls, Calls
from ..errors import Forbidden, Invalid, NotFound, ParvisError
from ..types import RefLike
from .feed import WALLS, feed
from .inbox import badge
from .markup import Html
from .site import Site, View
from .steps import Steps, arun, run
from .texts import Texts, language
from .thread import thread

_LOG = logging.getLogger("parvis.web")

#: What can stand in a page.
Part = Literal["feed", "badge", "comments"]
#: What a feed can show.
Wall = Literal["home", "network", "space", "person"]


class Of(TypedDict, total=False):
    """What a part shows.

    `wall` of a feed is `home` (ranked, with reasons), `network`, `space` or `person`. `of` says whose wall, or on what
    the comments are: an id of Parvis's, `external(..)`, `handle(..)`, or a `Ref`. `limit` is how many rows a page has.
    """

    wall: Wall
    of: RefLike
    limit: int


def part(view: View, name: Part, shown: Of) -> Steps[Html]:
    """The steps of a part. Who may not see it, or whom Parvis does not know, sees nothing where it would stand, and
    neither does anybody while the store is away, which is logged: the page around it is the host's.

    Raises:
        Invalid: there is no such wall. That is no reader's doing.
    """
    wall = shown.get("wall", "home")
    if wall not in WALLS:
        raise Invalid("bad_value", "wall", text=f"{wall!r} is no wall: {', '.join(WALLS)}")
    named = shown.get("of")
    of = None if named is None else msgspec.to_builtins(as_ref(named, "of"))
    limit = shown.get("limit", 20)
    try:
        if name == "badge":
            return (yield from badge(view))
        if name == "comments":
            return (yield from thread(view, of=of or {}, limit=limit))
        return (yield from feed(view, wall=wall, of=of, limit=limit))
    except (NotFound, Forbidden) as error:
        _LOG.debug("the %s of a page is not shown: %s", name, error)
        return Html("")
    except ParvisError as error:
        _LOG.error("the %s of a page is not shown: %s", name, error)
        return Html("")


def view(tag: str, site: Site, csrf: tuple[str, str] | None) -> View:
    """One request's view of a site."""
    return View(site, Texts(language(tag)), csrf)


def fragment(
    me: Calls,
    name: Part,
    tag: str = "en",
    *,
    site: Site | None = None,
    csrf: tuple[str, str] | None = None,
    **shown: Unpack[Of],
) -> Html:
    """A part of a page in the language of a BCP 47 tag, as HTML that may stand in it as it is."""
    return run(me, part(view(tag, site or Site(), csrf), name, shown))


async def afragment(
    me: AioCalls,
    name: Part,
    tag: str = "en",
    *,
    site: Site | None = None,
    csrf: tuple[str, str] | None = None,
    **shown: Unpack[Of],
) -> Html:
    """As `fragment`, for asyncio."""
    return await arun(me, part(view(tag, site or Site(), csrf), name, shown))
