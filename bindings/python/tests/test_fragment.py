"""The parts of a page: what they show, in both languages, and that nothing of what people wrote runs in them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from web_audit import audit

from conftest import Place
from parvis import external, handle, web
from parvis.errors import Forbidden, Invalid, NotFound, ParvisError, Unavailable
from parvis.web import assets, texts

GOLDEN = Path(__file__).parents[3] / "tests" / "golden"
SITE = web.Site(links={"person": "/people/{external}", "item": "/posts/{id}", "space": "/spaces/{id}"})
ITEM = "01a0c33d-c380-7019-b6bb-a1da2fa1ecbc"
PARTS: tuple[web.Part, ...] = ("feed", "badge", "comments")


def said(about: str) -> str:
    """The program in the docs of pages that has these words."""
    docs = (GOLDEN.parents[1] / "docs" / "web.md").read_text()
    return next(str(block) for block in re.findall(r"```python\n(.*?)```", docs, re.DOTALL) if about in block)


def golden(operation: str) -> Any:
    """The answer of a golden file's first case."""
    cases = json.loads(read(operation))["cases"]
    return next(case["answer"] for case in cases if "answer" in case)


@cache
def read(operation: str) -> str:
    """A golden file."""
    return (GOLDEN / f"{operation}.json").read_text()


class Golden:
    """Answers every operation as its golden file does, changed by `change`."""

    def __init__(self, change: Callable[[str, Any], Any] = lambda operation, answer: answer) -> None:
        self.change = change
        self.asked: list[tuple[str, Any]] = []

    def call(self, name: str, request: bytes, /) -> bytes:
        """The answer of the golden file's first case."""
        self.asked.append((name, json.loads(request)))
        answer = golden(name)
        return json.dumps(self.change(name, answer)).encode()


def show(part: web.Part, me: Any = None, language: str = "en", **shown: Any) -> web.Html:
    """A part as HTML."""
    return web.fragment(me or Golden(), part, language, site=SITE, of=ITEM, **shown)


def get(route: str, me: Any = None, **asked: Any) -> web.Answer:
    """What a route answers."""
    request = web.Request(method="GET", route=route, query={"id": ITEM}, **asked)
    return web.public(SITE, request) or web.run(me or Golden(), web.respond(SITE, request))


def post(route: str, form: dict[str, str], me: Any = None, **asked: Any) -> web.Answer:
    """What a post is answered."""
    request = web.Request(method="POST", route=route, form=form, **asked)
    return web.run(me or Golden(), web.respond(SITE, request))


def test_both_languages_say_the_same_things() -> None:
    assert texts.FRENCH.keys() == texts.ENGLISH.keys()
    for key, english in texts.ENGLISH.items():
        french = texts.FRENCH[key]
        assert type(french) is type(english), key
        named = [sorted(set(re.findall(r"\{(\w+)", " ".join(text)))) for text in (english, french)]
        assert named[0] == named[1], key


@pytest.mark.parametrize(("language", "title", "more", "date"), [
    ("fr-CA", "Actualités", "Afficher la suite", "21 septembre 2026 à 09:13"),
    ("en-GB", "News", "Show more", "21 September 2026, 09:13"),
])  # fmt: skip
def test_the_feed_is_in_the_language_of_the_reader(language: str, title: str, more: str, date: str) -> None:
    me = Golden(lambda name, answer: answer | {"next": "CURSOR"})
    page = show("feed", me, language)
    assert f'aria-label="{title}"' in page
    assert f">{more}</a>" in page
    assert f">{date}</time>" in page
    assert f'lang="{language[:2]}"' in page
    assert me.asked[0][1]["language"] == language[:2]


def test_the_feed_tells_why_a_post_is_there() -> None:
    words = audit(show("feed")).words
    assert words.count("Why you see this") >= 2
    assert "Vous y êtes mentionné" in words, "the reasons of the answer"


def test_mentions_lead_where_the_host_shows_people() -> None:
    by_id = web.Site(links={"person": "/p/{id}"})
    page = web.fragment(Golden(), "feed", site=by_id)
    assert '<a href="/p/01a0c3e2-8f00-7001-af94-f0dd73aaf381" class="parvis-person">@ben</a>' in page
    bare = web.fragment(Golden(), "feed", site=web.Site())
    assert '<span class="parvis-person">@ben</span>' in bare
    assert 'href="person:' not in bare
    assert 'href="tag:' not in bare


def test_links_are_only_of_ids_the_reader_has() -> None:
    page = show("feed", Golden(lambda name, answer: replaced(answer, "external", None)))
    assert "/people/" not in page, "nobody has an id of the host's here"
    assert '"/people/cleo"' in show("feed")


def test_words_that_look_like_a_link_of_the_core_stay_words() -> None:
    words = '&lt;a href="person:01a0c3e2-8f00-7001-af94-f0dd73aaf381"&gt;x&lt;/a&gt; href="person:x"'
    me = Golden(lambda name, answer: replaced(answer, "html", f"<p>{words}</p>"))
    assert f"<p>{words}</p>" in show("feed", me)


def test_an_announcement_and_a_placeholder() -> None:
    def change(name: str, answer: Any) -> Any:
        first, second = answer["items"][:2]
        first |= {"kind": "announcement", "body": first["body"] | {"title": "Move"}}
        second |= {"shown": "deleted", "author": None, "body": None, "viewer": second["viewer"] | {"can": ["see"]}}
        return answer | {"items": [first, second]}

    page = audit(show("feed", Golden(change)))
    assert "Announcement" in page.words
    assert "Move" in page.words
    assert "This message was deleted." in page.words
    assert page.found == []


def test_who_may_not_react_or_comment_has_no_button() -> None:
    me = Golden(lambda name, answer: replaced(answer, "can", ["see"]))
    for part in PARTS:
        page = show(part, me)
        assert "<form" not in page
        assert "<textarea" not in page


def test_what_the_reader_pressed_can_be_taken_back() -> None:
    me = Golden(lambda name, answer: replaced(answer, "reaction", "like"))
    page = show("feed", me)
    assert 'aria-pressed="true"' in page
    assert '<input type="hidden" name="reaction" value="">' in page


def test_every_field_of_a_form_has_a_label_and_every_button_words() -> None:
    for part in (*PARTS, "inbox"):
        page = get("inbox").body.decode() if part == "inbox" else show(part)  # type: ignore[arg-type]
        for field in re.findall(r'<textarea id="([^"]+)"', page):
            assert f'<label for="{field}">' in page
        for button in re.findall(r"<button.*?</button>", page):
            assert "".join(audit(button).words).strip()


def test_forms_carry_the_token_of_the_host() -> None:
    page = web.fragment(Golden(), "comments", csrf=("tok", 'a"<b'), of=ITEM)
    assert '<input type="hidden" name="tok" value="a&quot;&lt;b">' in page
    assert 'data-parvis-csrf="tok=a%22%3Cb"' in page


def test_hidden_looks_like_absent_and_the_page_around_it_stays() -> None:
    class Nobody:
        def call(self, name: str, request: bytes, /) -> bytes:
            raise not_found()

    for part in PARTS:
        assert show(part, Nobody()) == ""
    with pytest.raises(LookupError):
        get("thread", Nobody())


class Fails:
    """A store that answers every call with an error."""

    def __init__(self, error: ParvisError) -> None:
        self.error = error

    def call(self, name: str, request: bytes, /) -> bytes:
        """The error."""
        raise self.error


@pytest.mark.parametrize("part", PARTS)
def test_a_wall_that_is_closed_to_its_reader_shows_nothing(part: web.Part) -> None:
    assert show(part, Fails(Forbidden("not_member"))) == ""


@pytest.mark.parametrize("part", PARTS)
def test_a_store_that_is_away_takes_no_page_down(part: web.Part, caplog: pytest.LogCaptureFixture) -> None:
    assert show(part, Fails(Unavailable("store"))) == ""
    assert [(record.name, record.levelname) for record in caplog.records] == [("parvis.web", "ERROR")]
    assert part in caplog.text
    with pytest.raises(Unavailable):
        get("thread", Fails(Unavailable("store")))


def test_what_a_reader_may_not_see_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for error in (NotFound("named"), Forbidden("not_member")):
        assert show("badge", Fails(error)) == ""
    assert not caplog.records


def test_routes_are_parts_for_the_script_and_pages_without_it() -> None:
    for route in ("feed", "badge", "inbox", "thread"):
        part, page = get(route, enhanced=True), get(route)
        assert part.body.startswith((b"<section", b"<details", b"<div"))
        assert page.body.startswith(b"<!doctype html>")
        assert part.body in page.body
        assert page.headers["Cache-Control"] == "private, no-store"
    assert get("nowhere").status == 404
    assert post("feed", {}).status == 404


def test_a_cursor_asks_for_rows_alone() -> None:
    request = web.Request(method="GET", route="feed", query={"cursor": "abc", "limit": "7"}, enhanced=True)
    me = Golden()
    answer = web.run(me, web.respond(SITE, request))
    assert answer.body.startswith(b"<li>")
    assert me.asked == [("feed.home", {"limit": 7, "cursor": "abc", "language": "en"})]


@pytest.mark.parametrize(("query", "asked"), [
    (
        {"wall": "space", "external": "deal:42", "app": "crm"},
        ("feed.space_wall", "space", {"type": "external", "app": "crm", "id": "deal:42"}),
    ),
    ({"wall": "person", "id": ITEM}, ("feed.person_wall", "person", {"type": "id", "id": ITEM})),
    ({"wall": "person", "handle": "@ben"}, ("feed.person_wall", "person", {"type": "handle", "handle": "@ben"})),
])  # fmt: skip
def test_a_wall_goes_on_as_it_began(query: dict[str, str], asked: tuple[str, str, Any]) -> None:
    me = Golden(lambda name, answer: answer | {"next": "CURSOR"})
    answer = web.run(me, web.respond(SITE, web.Request(method="GET", route="feed", query=query, enhanced=True)))
    assert me.asked[0][0] == asked[0]
    assert me.asked[0][1][asked[1]] == asked[2]
    more = re.findall(r'href="([^"]+cursor=CURSOR[^"]*)"', answer.body.decode())
    assert len(more) == 1
    for name, value in query.items():
        assert f"{name}={value.replace(':', '%3A').replace('@', '%40')}" in more[0]


def test_a_part_of_somebody_by_handle_goes_on_by_handle() -> None:
    me = Golden(lambda name, answer: answer | {"next": "CURSOR"})
    shown = web.fragment(me, "feed", site=SITE, wall="person", of=handle("@ben"))
    more = next(value for value in audit(shown).values if "cursor=" in value)
    query = dict(parse_qsl(urlsplit(more).query))
    web.run(me, web.respond(SITE, web.Request(method="GET", route="feed", query=query, enhanced=True)))
    assert me.asked[0][1]["person"] == me.asked[1][1]["person"] == {"type": "handle", "handle": "@ben"}


def test_a_mount_is_no_more_than_a_path() -> None:
    site = web.Site()
    assert site.below("/intranet/").root == "/intranet/parvis/"
    assert site.below("").root == site.below("/").root == "/parvis/"
    assert site.below("//evil.example").root == "/evil.example/parvis/"
    assert site.below('/"><script>').root == "/%22%3E%3Cscript%3E/parvis/"
    assert web.Site(root="https://host.example/p/").below("/a").root == "https://host.example/p/"


def test_a_wall_that_there_is_not_is_said_in_words() -> None:
    me = Golden()
    unknown: Any = "spaces"
    with pytest.raises(Invalid, match="'spaces' is no wall: home, network, space, person") as caught:
        web.fragment(me, "feed", wall=unknown, of=ITEM)
    assert (caught.value.reason, caught.value.field) == ("bad_value", "wall")
    assert me.asked == []


@pytest.mark.parametrize("root", ["/parvis", "/parvis/", "/parvis//", "parvis"])
def test_a_root_is_the_same_with_a_slash_and_without(root: str) -> None:
    site = web.Site(root=root)
    assert (site.root, site.prefix, site.url("feed")) == ("/parvis/", "/parvis", "/parvis/feed")
    assert web.fragment(Golden(), "badge", site=site) == web.fragment(Golden(), "badge")
    assert (web.Site(root="/").url("feed"), web.Site(root="/").prefix) == ("/feed", "")
    assert web.Site(root="https://social.example/p").url("feed") == "https://social.example/p/feed"


def test_a_whole_page_stands_in_no_frame_of_others() -> None:
    for route in ("feed", "badge", "inbox", "thread"):
        assert "frame-ancestors 'self'" in get(route).headers["Content-Security-Policy"]
        assert get(route).headers["Cache-Control"] == "private, no-store"
        assert "Content-Security-Policy" not in get(route, enhanced=True).headers, "the page around it is the host's"
    refused = post("comment", {"on": ITEM, "body": ""}, Fails(NotFound("named")))
    assert "frame-ancestors 'self'" in refused.headers["Content-Security-Policy"]


def test_a_post_does_one_thing_and_shows_what_became_of_it() -> None:
    me = Golden()
    answer = post("comment", {"on": ITEM, "item": ITEM, "body": "Well", "key": "k1"}, me, enhanced=True)
    assert answer.status == 200
    assert b"parvis-write" in answer.body
    wanted = {"on": {"type": "id", "id": ITEM}, "body": "Well", "idempotency_key": "k1"}
    assert me.asked[0] == ("items.comment", wanted)
    me = Golden()
    assert b'data-parvis-part="bar"' in post("react", {"item": ITEM, "reaction": "like"}, me, enhanced=True).body
    assert post("react", {"item": ITEM, "reaction": ""}, me, enhanced=True).status == 200
    assert [name for name, _ in me.asked] == ["items.react", "items.get", "items.unreact", "items.get"]
    me = Golden()
    assert post("seen", {}, me, enhanced=True).status == 204
    assert post("saw", {"items": f"{ITEM} {ITEM}"}, me, enhanced=True).status == 204
    assert post("read", {"entries": ITEM}, me, enhanced=True).status == 200
    assert post("read", {"up_to": ITEM}, me, enhanced=True).status == 200
    asked = [name for name, _ in me.asked if not name.endswith("entries")]
    assert asked == ["inbox.seen", "feed.seen", "inbox.read", "inbox.read_up_to"]


def test_without_the_script_a_post_returns_to_its_page() -> None:
    answer = post("react", {"item": ITEM, "reaction": "like"}, back="/deals/42?tab=2")
    assert (answer.status, answer.headers["Location"]) == (303, "/deals/42?tab=2")


@pytest.mark.parametrize(("referer", "page"), [
    ("https://intra.example/deals/42?tab=2#x", "/deals/42?tab=2"),
    ("https://evil.example/deals", "/"),
    ("https://intra.example//evil.example/", "/"),
    ("https://intra.example/\\evil.example", "/"),
    ("javascript:alert(1)", "/"),
    ("http://[", "/"),
    (None, "/"),
])  # fmt: skip
def test_nobody_is_led_elsewhere(referer: str | None, page: str) -> None:
    assert web.back(referer, "intra.example") == page


@pytest.mark.parametrize(("headers", "taken"), [
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "cross-site", "origin": "https://intra.example"}, False),
    ({"origin": "https://intra.example"}, True),
    ({"origin": "https://intra.example:444"}, False),
    ({"origin": "https://evil.example"}, False),
    ({"origin": "null"}, False),
    ({"origin": "http://["}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"SEC-FETCH-SITE": "same-origin"}, True),
    ({"Sec-Fetch-Site": "same-origin", "sec-fetch-site": "cross-site"}, False),
    ({"Origin": "https://evil.example"}, False),
    ({}, True),
])  # fmt: skip
def test_posts_come_from_pages_of_the_host(headers: dict[str, str], taken: bool) -> None:
    assert web.same_origin(headers, "intra.example") is taken


def test_a_request_without_a_host_is_from_no_page_of_it() -> None:
    for origin in ("null", "http://[", ""):
        assert not web.same_origin({"origin": origin}, "")


def test_what_parvis_refuses_is_told_in_the_readers_language() -> None:
    class Refuses(Golden):
        def call(self, name: str, request: bytes, /) -> bytes:
            raise not_found()

    answer = post("comment", {"on": ITEM, "body": "", "lang": "fr"}, Refuses(), enhanced=True)
    assert answer.status == 404
    assert b'role="alert"' in answer.body
    assert audit(answer.body.decode()).words == [not_found().message("fr")]


def test_assets_are_kept_under_their_version() -> None:
    head = web.head(SITE)
    for name in web.ASSETS:
        found = assets.find(name)
        assert found
        assert f"/parvis/{name}?v={found.version}" in head
        assert get(name).headers["ETag"] == f'"{found.version}"'
    assert web.public(SITE, web.Request(method="GET", route="../__init__.py")) is None


def test_the_script_is_small_and_asks_for_nothing_that_a_strict_policy_forbids() -> None:
    script = assets.find("parvis.js")
    style = assets.find("parvis.css")
    assert script
    assert style
    source = script.body.decode()
    assert len(source.splitlines()) < 300
    for forbidden in ("eval(", "Function(", ".style", 'setAttribute("style', "document.write", "http://", "https://"):
        assert forbidden not in source
    assert b"url(" not in style.body
    assert b"@import" not in style.body


# What people wrote.


def replaced(value: Any, key: str, by: Any) -> Any:
    """A value with `by` wherever a field is called `key`."""
    if isinstance(value, dict):
        return {name: by if name == key else replaced(inner, key, by) for name, inner in value.items()}
    return [replaced(inner, key, by) for inner in value] if isinstance(value, list) else value


#: Fields that people fill, or that come from hosts.
WRITTEN = ("name", "title", "text", "external", "source", "language", "next", "version", "code")


def hostile(payload: str) -> Golden:
    """Answers in which every field that somebody fills holds a payload."""

    def change(name: str, answer: Any) -> Any:
        for key in WRITTEN:
            answer = replaced(answer, key, payload)
        return replaced(answer, "reactions", [{"reaction": payload, "n": 2}, {"reaction": "like", "n": 2}])

    return Golden(change)


def payloads() -> list[str]:
    """The corpora, and some of our own."""
    own = [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onfocus='alert(1)",
        "{0}{n}{{x}}",
        "&lt;b&gt;",
        "]]>",
    ]
    shared = os.environ.get("PARVIS_SHARED")
    if not shared:
        return own
    bad = Path(shared) / "data" / "badinput"
    lines = (bad / "markup" / "xss-payloads.txt").read_text().splitlines()
    return (
        own
        + [line for line in lines if line.strip()]
        + [entry["s"] for entry in json.loads((bad / "text" / "blns.json").read_text())]
    )


def test_names_and_texts_are_words_and_nothing_else() -> None:
    told = payloads()
    for payload in told:
        me = hostile(payload)
        for part in PARTS:
            page = audit(show(part, me))
            assert page.found == [], (part, payload)
            seen = "".join(page.words) + "".join(page.values)
            if part != "badge" and payload.strip():
                assert payload.replace("\r", "\n").strip("\n") in seen.replace("\r", "\n"), (part, payload)
        inbox = audit(get("inbox", me, enhanced=True).body.decode())
        assert inbox.found == [], payload
    if not os.environ.get("PARVIS_SHARED"):
        pytest.skip("PARVIS_SHARED is not set: the payloads of our own alone")


def test_what_people_wrote_comes_through_the_core_as_words(near: Place) -> None:
    written = [payload for payload in payloads() if payload.strip() and "\0" not in payload]
    with near.open(inline=True) as db:
        host, ana = db.system("acme", "host"), db.act_as("acme", external("1"))
        host.people.put(external("1"), "<img src=x onerror=alert(1)>", title="<script>alert(1)</script>")
        space = ana.spaces.create('"><svg onload=alert(1)>', "closed").id
        for payload in written[:: max(1, len(written) // 300)]:
            with suppress(ParvisError):
                ana.items.create(payload, place=space)
        seen, route = 0, "feed"
        query: dict[str, str] = {"wall": "space", "id": space, "limit": "100"}
        while query:
            answer = web.run(ana, web.respond(SITE, web.Request(method="GET", route=route, query=query, enhanced=True)))
            page = audit(answer.body.decode())
            assert page.found == []
            seen += answer.body.count(b'class="parvis-body"')
            more = [value for value in page.values if "cursor=" in value]
            query = dict(parse_qsl(urlsplit(more[0]).query)) if more else {}
        assert seen >= min(250, len(written) - 3)


def test_hostile_cursors_and_references_stay_in_their_attribute() -> None:
    for payload in payloads()[:200]:
        query = {"external": payload, "app": payload, "wall": "space", "lang": payload, "limit": payload}
        request = web.Request(method="GET", route="feed", query=query, enhanced=True)
        page = audit(web.run(hostile(payload), web.respond(SITE, request)).body.decode())
        assert page.found == [], payload


def not_found() -> ParvisError:
    """The error of what is absent or hidden."""
    return NotFound("named")
