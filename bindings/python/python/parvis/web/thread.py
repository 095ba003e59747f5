"""The comments on an item, with the box for another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .feed import query
from .items import comment
from .markup import Html, el, join
from .site import View
from .steps import Ask, Steps


def thread(view: View, *, of: Mapping[str, Any], cursor: str | None = None, limit: int = 20) -> Steps[Html]:
    """The newest comments on an item, oldest of them first, and a box; with a `cursor` the rows before them."""
    asked: dict[str, object] = {"item": of, "limit": limit, "cursor": cursor}
    if cursor is None:
        asked["end"] = "newest"
    page = yield Ask("items.get", asked)
    rows: list[Html] = []
    if page["next"]:
        rows.append(earlier(view, of, page["next"], limit))
    rows += [el("li", row(view, page["item"]["id"], found)) for found in page["comments"]]
    if cursor:
        return join(rows)
    item = page["item"]
    box = None
    if "comment" in item["viewer"]["can"]:
        box = write(view, item["id"], item["id"], "your_comment")
    return el(
        "section",
        el("ol", rows, class_="parvis-comments") if rows else None,
        box,
        class_="parvis parvis-thread",
        aria_label=view.texts("thread"),
        data_parvis_part="thread",
        **view.root(),
    )


def row(view: View, item: str, found: dict[str, Any]) -> Html:
    """A comment on the item with some of its answers."""
    # Rows that `items.get` of a comment answers are answers: nothing stands under them.
    rows = [el("li", comment(view, answer)) for answer in found.get("answers", ())]
    if found.get("next"):
        rows.insert(0, earlier(view, {"type": "id", "id": found["id"]}, found["next"], 20))
    answers = el("ol", rows, class_="parvis-comments") if rows else None
    box = None
    if "comment" in found["viewer"]["can"]:
        summary = el("summary", view.texts("answer"))
        box = el("details", summary, write(view, item, found["id"], "your_answer"), class_="parvis-answer")
    return comment(view, found, answers, box)


def earlier(view: View, of: Mapping[str, Any], cursor: str, limit: int) -> Html:
    """The door to the comments before those that are shown."""
    href = view.url("thread", **query("home", of, limit), cursor=cursor)
    link = el("a", view.texts("earlier"), href=href, data_parvis_get=True)
    return el("li", link, class_="parvis-more", data_parvis_part="more")


def write(view: View, item: str, on: str, label: str) -> Html:
    """The box: what is sent answers with the thread of `item`."""
    field = f"parvis-write-{on}"
    return el(
        "div",
        view.form(
            "comment",
            el("label", view.texts(label), for_=field),
            el("textarea", id=field, name="body", rows=2, required=True, dir="auto", data_parvis_focus=field),
            el("p", role="alert", class_="parvis-error", hidden=True, data_parvis_error=True),
            el(
                "button",
                view.texts("send"),
                type="submit",
                class_="parvis-button parvis-first",
                data_parvis_focus=field,
            ),
            item=item,
            on=on,
        ),
        class_="parvis-write",
    )
