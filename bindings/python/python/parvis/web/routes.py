"""The routes of the fragment, without a framework: from what was asked to what is answered. Django, FastAPI and Flask
carry the same steps out, so they give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import msgspec

from ..errors import ParvisError
from . import assets
from .feed import WALLS, feed, reference
from .inbox import badge, inbox
from .items import bar
from .markup import Html, el
from .problems import STATUS
from .site import CSP, Site, View
from .steps import Ask, Steps
from .texts import Texts, language
from .thread import thread

_HTML = "text/html; charset=utf-8"
#: What a page shows to one reader is nobody else's.
_PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Vary": "Cookie"}
#: A whole page of Parvis's own stands in no frame of another site: one press there would be a post of the reader's.
_WHOLE = {**_PRIVATE, "Content-Security-Policy": CSP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked. `route` is the path under the site's root; `enhanced` says that the script asks, which takes
    parts of pages; `back` is the page to return to where it does not."""

    method: str
    route: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    csrf: tuple[str, str] | None = None
    enhanced: bool = False
    back: str = "/"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered."""

    body: bytes = b""
    status: int = 200
    type: str = _HTML
    headers: Mapping[str, str] = field(default_factory=lambda: _PRIVATE)


def public(site: Site, asked: Request) -> Answer | None:
    """The answer to what nobody needs to be signed in for: the script and the style sheet."""
    asset = assets.find(asked.route) if asked.method in ("GET", "HEAD") else None
    return Answer(asset.body, 200, asset.type, asset.headers) if asset else None


def respond(site: Site, asked: Request) -> Steps[Answer]:
    """Answers a request. What Parvis refuses to show is raised; what it refuses to do is told where it was asked."""
    view = View(site, Texts(language(asked.query.get("lang") or asked.form.get("lang") or asked.language)), asked.csrf)
    if asked.method in ("GET", "HEAD"):
        if asked.route == "unread":
            return (yield from unread())
        if asked.route in ("feed", "badge", "inbox", "thread"):
            return page(view, asked, (yield from show(view, asked)))
    elif asked.method == "POST" and asked.route in _DONE:
        try:
            part = yield from _DONE[asked.route](view, asked.form)
        except ParvisError as error:
            said = el("p", error.message(view.texts.language), role="alert", class_="parvis-error")
            return page(view, asked, said, STATUS.get(error.code, 500))
        if asked.enhanced:
            return Answer(part.encode(), 200 if part else 204)
        return Answer(status=303, headers={**_PRIVATE, "Location": asked.back})
    return Answer(b"", 404)


def page(view: View, asked: Request, part: Html, status: int = 200) -> Answer:
    """A part as the script takes it, or as a page of its own."""
    if asked.enhanced:
        return Answer(part.encode(), status)
    body = el("ol", part, class_="parvis-rows") if part.startswith("<li") else part
    whole = el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("title", view.texts("feed")),
            assets.head(view.site),
        ),
        el("body", el("main", body, class_="parvis parvis-page", **view.root())),
        lang=view.texts.language,
    )
    return Answer(f"<!doctype html>{whole}".encode(), status, headers=_WHOLE)


def show(view: View, asked: Request) -> Steps[Html]:
    """A part of a page."""
    query, cursor, limit = asked.query, asked.query.get("cursor"), number(asked.query.get("limit"))
    if asked.route == "badge":
        return (yield from badge(view))
    if asked.route == "inbox":
        return (yield from inbox(view, cursor=cursor, limit=limit))
    of = reference(query)
    if asked.route == "thread":
        return (yield from thread(view, of=of or {}, cursor=cursor, limit=limit))
    wall = query.get("wall", "home")
    return (yield from feed(view, wall=wall if wall in WALLS else "home", of=of, cursor=cursor, limit=limit))


def number(text: str | None) -> int:
    """How many rows were asked for; what is no number is the usual one."""
    return min(int(text), 100) if text and text.isascii() and text.isdigit() and len(text) < 4 else 20


def unread() -> Steps[Answer]:
    """The badge as data, for the script where no connection stays open."""
    found = yield Ask("inbox.unread", {})
    return Answer(msgspec.json.encode(found), 200, "application/json")


def named(form: Mapping[str, str], key: str) -> dict[str, str]:
    """The thing that a field names by its id."""
    return {"type": "id", "id": form.get(key, "")}


def do_comment(view: View, form: Mapping[str, str]) -> Steps[Html]:
    """Comments, and shows the thread."""
    asked: dict[str, object] = {"on": named(form, "on"), "body": form.get("body", "")}
    if form.get("key"):
        asked["idempotency_key"] = form["key"]
    yield Ask("items.comment", asked)
    return (yield from thread(view, of=named(form, "item")))


def do_react(view: View, form: Mapping[str, str]) -> Steps[Html]:
    """Reacts, or takes a reaction back, and shows the bar."""
    item, reaction = named(form, "item"), form.get("reaction")
    if reaction:
        yield Ask("items.react", {"item": item, "reaction": reaction})
    else:
        yield Ask("items.unreact", {"item": item})
    found = yield Ask("items.get", {"item": item, "limit": 1})
    return bar(view, found["item"])


def do_read(view: View, form: Mapping[str, str]) -> Steps[Html]:
    """Marks notices as read, those named or all up to one, and shows the list."""
    if form.get("up_to"):
        yield Ask("inbox.read_up_to", {"entry": form["up_to"]})
    else:
        yield Ask("inbox.read", {"entries": form.get("entries", "").split()})
    return (yield from inbox(view))


def do_seen(view: View, form: Mapping[str, str]) -> Steps[Html]:
    """The list was open: the badge falls to nothing."""
    yield Ask("inbox.seen", {})
    return Html("")


def do_saw(view: View, form: Mapping[str, str]) -> Steps[Html]:
    """Cards of the feed were on the screen."""
    items = [{"type": "id", "id": item} for item in form.get("items", "").split()]
    yield Ask("feed.seen", {"items": items})
    return Html("")


_DONE = {"comment": do_comment, "react": do_react, "read": do_read, "seen": do_seen, "saw": do_saw}


class Headers(Protocol):
    """Headers as a framework has them: a dictionary will do. Their names are in any case."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Names and values."""
        ...


def same_origin(headers: Headers, host: str) -> bool:
    """Whether a post comes from a page of the host's own, by what browsers say of it: for hosts that have no token in
    forms. What says nothing of where it comes from is no browser, and carries nobody's cookies."""
    told = [(name.lower(), value) for name, value in headers.items()]
    sites = [value for name, value in told if name == "sec-fetch-site"]
    if sites:
        return all(site in ("same-origin", "none") for site in sites)
    return all(host and located(value).netloc == host for name, value in told if name == "origin")


def located(url: str | None) -> SplitResult:
    """The parts of a URL that a browser told; of what is no URL, none."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def back(referer: str | None, host: str) -> str:
    """The page of this host that a form was sent from; its front page, where that is not known."""
    parts = located(referer)
    if parts.netloc != host or not parts.path.startswith("/") or parts.path.startswith("//") or "\\" in parts.path:
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
