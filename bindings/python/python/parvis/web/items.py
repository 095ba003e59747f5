"""One item: its card, its bar of reactions, a comment."""

from __future__ import annotations

import zlib
from typing import Any

from .markup import Html, el, icon, join
from .site import View

#: What stands for a reaction of that name.
_SIGNS = {"thanks": "🙏", "celebrate": "🎉", "support": "🤝", "idea": "💡", "funny": "😄", "love": "❤️"}
#: Drawn, because not every machine has a font with a thumb.
_THUMB = icon("M7 11v9H4v-9zM7 11l4-8a2.4 2.4 0 0 1 2.4 2.6L13 9h6a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7", 16)
_WHY = icon("M12 3a9 9 0 1 1 0 18a9 9 0 0 1 0-18M12 11v5M12 8v.01", 14)
#: Colours of avatars in the style sheet.
_HUES = 8


def avatar(card: dict[str, Any]) -> Html:
    """The initials of a person. The name stands beside it, so it is nothing to a screen reader."""
    words = [word for word in card["name"].split() if word[:1].isalnum()] or ["?"]
    initials = (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
    hue = zlib.crc32(card["id"].encode()) % _HUES
    return el("span", initials, class_=f"parvis-avatar parvis-hue-{hue}", aria_hidden="true")


def name(view: View, card: dict[str, Any]) -> Html:
    """A person's name. It is kept apart from the words around it, whatever direction it is written in."""
    link = view.anchor("person", card["id"], card["external"], el("bdi", card["name"]), class_="parvis-name")
    if not card["guest"]:
        return link
    mark = el("span", view.texts("guest"), class_="parvis-guest", title=view.texts("guest_long"))
    return join([link, Html(" "), mark])


def place(view: View, where: dict[str, Any]) -> Html:
    """Where an item stands."""
    if where["type"] == "space":
        space = view.anchor("space", where["id"], None, el("bdi", where["name"] or view.texts("space")))
        before, after = view.texts("in", place="|").split("|")
        return join([before, space, after])
    if where["type"] == "wall":
        return view.anchor("person", where["person"], None, view.texts("wall"))
    return el("span", view.texts("everyone"))


def when(view: View, item: dict[str, Any]) -> Html:
    """When an item was written, as a link to it."""
    moment = view.anchor("item", item["id"], item["external"], view.time(item["t"]))
    edited = el("span", " · ", view.texts("edited")) if item["edited"] else None
    return join([moment, edited])


def bar(view: View, item: dict[str, Any]) -> Html:
    """The reactions to an item, with a button where the reader may react."""
    counts = {reaction["reaction"]: reaction["n"] for reaction in item["reactions"]}
    likes, mine = counts.pop("like", 0), item["viewer"]["reaction"]
    told = view.texts("likes", likes)
    number = el("span", str(likes), class_="parvis-number", aria_hidden="true") if likes else None
    known = el("span", told, class_="parvis-unseen") if likes else None
    parts: list[Html] = []
    if "react" in item["viewer"]["can"]:
        button = el(
            "button",
            _THUMB,
            el("span", view.texts("like")),
            number,
            type="submit",
            class_="parvis-button",
            aria_pressed="true" if mine == "like" else "false",
            data_parvis_focus="like",
        )
        wanted = "" if mine == "like" else "like"
        parts.append(view.form("react", button, item=item["id"], reaction=wanted))
    elif likes:
        parts.append(el("span", _THUMB, number, class_="parvis-reaction"))
    if known:
        parts.append(known)
    for reaction, n in counts.items():
        parts.append(
            el(
                "span",
                el("span", _SIGNS.get(reaction, reaction), f" {n}", aria_hidden="true"),
                el("span", view.texts("reacted", n, name=reaction), class_="parvis-unseen"),
                class_="parvis-reaction parvis-mine" if reaction == mine else "parvis-reaction",
            )
        )
    return el("div", parts, class_="parvis-bar", data_parvis_part="bar")


def words(view: View, item: dict[str, Any]) -> Html:
    """What an item says, or what stands in its place."""
    body = item["body"]
    if body is None:
        gone = view.texts("deleted" if item["shown"] == "deleted" else "blocked")
        return el("p", gone, class_="parvis-gone")
    title = el("h3", body["title"], class_="parvis-title", dir="auto") if body["title"] else None
    written = el("div", view.body(body["html"]), class_="parvis-body", lang=body["language"], dir="auto")
    return join([title, written])


def card(view: View, item: dict[str, Any], *, pinned: bool = False) -> Html:
    """An item of a feed, with the reasons why it is there and a door to its thread."""
    texts, author, named = view.texts, item["author"], f"parvis-by-{item['id']}"
    kinds = ["pinned"] * pinned + ["announcement"] * (item["kind"] == "announcement")
    marks = [join([" ", el("span", texts(kind), class_="parvis-mark")]) for kind in kinds]
    head = el(
        "header",
        avatar(author) if author else None,
        el(
            "div",
            el("p", name(view, author) if author else None, marks, class_="parvis-by", id=named),
            el("p", place(view, item["place"]), " · ", when(view, item), class_="parvis-when"),
        ),
    )
    return el(
        "article",
        head,
        words(view, item),
        why(view, item["reasons"]),
        el("div", bar(view, item), door(view, item), class_="parvis-foot"),
        class_="parvis-item",
        data_parvis_item=item["id"],
        aria_labelledby=named if author else None,
    )


def why(view: View, reasons: list[dict[str, Any]]) -> Html | None:
    """The reasons why an item is in the ranked home: the strongest one in a line, all of them behind it."""
    if not reasons:
        return None
    first = el("summary", _WHY, el("span", view.texts("why"), class_="parvis-unseen"), " ", reasons[0]["text"])
    rest = el("ul", [el("li", reason["text"]) for reason in reasons])
    return el("details", first, el("p", view.texts("why")), rest, class_="parvis-why")


def door(view: View, item: dict[str, Any]) -> Html | None:
    """The thread of an item, fetched when it is opened; a link to it where there is no script."""
    may, n = "comment" in item["viewer"]["can"], item["comments"]
    if not (may or n):
        return None
    label = view.texts("comments", n) if n else view.texts("discuss")
    href = view.url("thread", id=item["id"])
    link = el("a", view.texts("thread"), href=href)
    return el(
        "details",
        el("summary", label, class_="parvis-button"),
        el("div", link, data_parvis_part="thread", data_parvis_load=href),
        class_="parvis-door",
    )


def comment(view: View, item: dict[str, Any], *children: Html | None) -> Html:
    """A comment, with what stands under it."""
    author = item["author"]
    moment = el("span", when(view, item), class_="parvis-when")
    head = el("p", name(view, author) if author else None, " ", moment, class_="parvis-by")
    said = el("div", head, words(view, item), bar(view, item) if item["body"] else None, *children)
    return el("article", avatar(author) if author else None, said, class_="parvis-comment", data_parvis_item=item["id"])
