"""The badge, and the list that opens behind it."""

from __future__ import annotations

from typing import Any

from .items import avatar
from .markup import Html, el, icon, join
from .site import View
from .steps import Ask, Steps

#: A bell.
_BELL = icon("M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0", 22)


def badge(view: View) -> Steps[Html]:
    """The bell with the number of new notices; opened, it fetches the list."""
    unread = yield Ask("inbox.unread", {})
    n = unread["badge"]
    href, (one, many) = view.url("inbox"), view.texts.forms("badge")
    return el(
        "details",
        el(
            "summary",
            _BELL,
            el("span", str(n), class_="parvis-count", aria_hidden="true", hidden=n == 0, data_parvis_count=True),
            el(
                "span",
                label(view, n),
                class_="parvis-unseen",
                role="status",
                data_parvis_label=True,
                data_parvis_none=view.texts("badge_none"),
                data_parvis_one=one,
                data_parvis_many=many,
            ),
        ),
        el(
            "div",
            el("a", view.texts("inbox"), href=href),
            class_="parvis-panel",
            data_parvis_part="inbox",
            data_parvis_load=href,
        ),
        class_="parvis parvis-badge",
        data_parvis_live=view.live(unread["position"]),
        **view.root(),
    )


def label(view: View, n: int) -> str:
    """What the badge says to those who hear it."""
    return view.texts("badge", n) if n else view.texts("badge_none")


def inbox(view: View, *, cursor: str | None = None, limit: int = 20) -> Steps[Html]:
    """The list, or with a `cursor` the rows that follow."""
    asked = {"limit": limit, "cursor": cursor, "language": view.texts.language}
    page = yield Ask("inbox.entries", asked)
    rows = [row(view, entry) for entry in page["entries"]]
    if page["next"]:
        href = view.url("inbox", cursor=page["next"])
        link = el("a", view.texts("more"), href=href, data_parvis_get=True)
        rows.append(el("li", link, class_="parvis-more", data_parvis_part="more"))
    if cursor:
        return join(rows)
    all_read = None
    if page["entries"] and page["unread"]["unread"]:
        button = el("button", view.texts("all_read"), type="submit", class_="parvis-button", data_parvis_focus="all")
        # What comes after this page was made is not read by a press on its button.
        all_read = view.form("read", button, up_to=page["entries"][0]["id"])
    return el(
        "div",
        el("header", el("h2", view.texts("inbox")), all_read),
        el("ul", rows, class_="parvis-entries") if rows else el("p", view.texts("nothing"), class_="parvis-nothing"),
        class_="parvis-panel",
        data_parvis_part="inbox",
        data_parvis_load=view.url("inbox"),
    )


def row(view: View, entry: dict[str, Any]) -> Html:
    """One notice."""
    said = el("span", entry["text"], class_="parvis-sentence", dir="auto")
    about = entry["item"]
    if about:
        # Where the host shows no single items, the thread as Parvis shows it.
        href = view.site.link("item", about["id"], about["external"]) or view.url("thread", id=about["id"])
        said = el("a", entry["text"], href=href, dir="auto", class_="parvis-sentence", data_parvis_read=entry["id"])
    mark = None
    if not entry["read"]:
        dot = el("span", class_="parvis-dot", aria_hidden="true")
        told = el("span", view.texts("read_one"), class_="parvis-unseen")
        button = el("button", dot, told, type="submit", title=view.texts("read_one"), class_="parvis-tick")
        mark = view.form("read", button, entries=entry["id"])
    state = el("span", view.texts("unread"), class_="parvis-unseen") if not entry["read"] else None
    return el(
        "li",
        avatar(entry["actor"]) if entry["actor"] else None,
        el("div", state, " " if state else None, said, el("p", view.time(entry["t"]), class_="parvis-when")),
        mark,
        class_="parvis-entry" if entry["read"] else "parvis-entry parvis-unread",
    )
