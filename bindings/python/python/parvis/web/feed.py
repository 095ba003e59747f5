"""The feed: the reader's home with its reasons, or a wall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .items import card
from .markup import Html, el, join
from .site import View
from .steps import Ask, Steps

#: The walls there are, and the field of the request that names whose.
WALLS = {"home": None, "network": None, "space": "space", "person": "person"}


def feed(
    view: View,
    *,
    wall: str = "home",
    of: Mapping[str, Any] | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Steps[Html]:
    """The feed, or with a `cursor` the rows that follow."""
    asked: dict[str, object] = {"limit": limit, "cursor": cursor}
    if wall == "home":
        asked["language"] = view.texts.language
    named = WALLS[wall]
    if named:
        asked[named] = of
    page = yield Ask("feed.home" if wall == "home" else f"feed.{wall}_wall", asked)
    here = query(wall, of, limit)
    pinned = [] if cursor else page["pinned"]
    rows = [el("li", card(view, item, pinned=True)) for item in pinned]
    on_top = {item["id"] for item in pinned}
    rows += [el("li", card(view, item)) for item in page["items"] if item["id"] not in on_top]
    if page["next"]:
        link = el("a", view.texts("more"), href=view.url("feed", **here, cursor=page["next"]), data_parvis_get=True)
        rows.append(el("li", link, class_="parvis-more", data_parvis_part="more"))
    if cursor:
        return join(rows)
    url = view.url("feed", **here)
    one, many = view.texts.forms("news")
    news = el(
        "a",
        href=url,
        class_="parvis-button",
        data_parvis_get=True,
        data_parvis_news=True,
        data_parvis_one=one,
        data_parvis_many=many,
    )
    return el(
        "section",
        el("p", news, class_="parvis-news", hidden=True, role="status"),
        el("ol", rows, class_="parvis-rows") if rows else el("p", view.texts("nothing"), class_="parvis-nothing"),
        class_="parvis parvis-feed",
        aria_label=view.texts("feed"),
        data_parvis_part="feed",
        data_parvis_home=wall == "home",
        data_parvis_live=view.live(page["position"]),
        **view.root(),
    )


def query(wall: str, of: Mapping[str, Any] | None, limit: int) -> dict[str, str | int | None]:
    """What a URL says to name a wall, as `reference` reads it."""
    asked: dict[str, str | int | None] = {} if wall == "home" else {"wall": wall}
    if of and of["type"] == "external":
        asked |= {"app": of.get("app", "host"), "external": of["id"]}
    elif of:
        # Its key is called as its kind is: `id` or `handle`.
        asked[of["type"]] = of[of["type"]]
    if limit != 20:
        asked["limit"] = limit
    return asked


def reference(asked: Mapping[str, str]) -> dict[str, str] | None:
    """What a URL names: something by Parvis's `id`, or by the host's own (`external`, in the range of an `app`), or
    by a `handle`."""
    if "external" in asked:
        return {"type": "external", "app": asked.get("app", "host"), "id": asked["external"]}
    return next(({"type": kind, kind: asked[kind]} for kind in ("id", "handle") if kind in asked), None)
