"""Parvis in FastAPI: by its own test client, and streams on a server that listens."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")
httpx = pytest.importorskip("httpx")
uvicorn = pytest.importorskip("uvicorn")

from fastapi import Depends, FastAPI, Request  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from test_fragment import said  # noqa: E402
from web_story import NETWORK, OPEN, SECRET, tell, until  # noqa: E402

import parvis  # noqa: E402
import parvis.aio  # noqa: E402
import parvis.pydantic  # noqa: E402
from conftest import Place  # noqa: E402
from parvis import external  # noqa: E402
from parvis.contrib.fastapi import Parvis  # noqa: E402


class Host:
    """An app, who signed out of it, and the store by another door."""

    def __init__(self, place: Place) -> None:
        self.out: set[str] = set()
        with place.open(inline=True) as db:
            self.story = tell(db)
        self.db = place.aio(inline=True)
        self.app = FastAPI()
        self.social = Parvis(
            self.db, network=NETWORK, person=signed_in, over=lambda request: who(request) in self.out, tick=0.2
        )
        self.social.install(self.app)
        acting = Depends(self.social.actor)

        @self.app.get("/home", response_model=parvis.pydantic.FeedPage)
        async def home(me: Any = acting) -> Any:
            return (await me.feed.home()).to_dict()

        @self.app.get("/posts/{id}")
        async def post(id: str, me: Any = acting) -> Any:
            return (await me.items.get(id)).to_dict()

        @self.app.get("/page")
        async def page(request: Request, me: Any = acting) -> str:
            return await self.social.fragment(me, request, "feed")


def who(request: Request) -> str | None:
    """Who is signed in."""
    return request.headers.get("x-user")


async def signed_in(request: Request) -> str | None:
    """The same as a dependency: one that is not `async` is called in a thread of FastAPI's."""
    return who(request)


@pytest.fixture
def host(place: Place) -> Host:
    """A host with the story told."""
    if not place.lasts:
        pytest.skip("a memory is of one face alone")
    return Host(place)


@contextmanager
def browser(host: Host, user: str | None = None) -> Iterator[TestClient]:
    """A browser of somebody."""
    with TestClient(host.app, headers={"x-user": user} if user else {}) as client:
        yield client


def test_the_actor_is_a_dependency(host: Host) -> None:
    with browser(host) as nobody:
        assert nobody.get("/home").status_code == 401
        assert nobody.get("/parvis/feed").status_code == 401
        assert nobody.get("/parvis/parvis.css").status_code == 200
    with browser(host, "3") as cleo:
        page = cleo.get("/home").json()
        assert [item["body"]["source"] for item in page["items"]] == [OPEN]
        assert SECRET not in cleo.get("/page").text
    with browser(host, "1") as ana:
        page = ana.get("/parvis/feed")
        assert SECRET in page.text
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]


def test_a_host_is_set_up_as_the_docs_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with parvis.open("sqlite://parvis.db") as db:
        db.system("acme", "host").people.put(external("1"), "Ana Lima")
    names: dict[str, Any] = {"__name__": "host"}
    exec(said("from fastapi import"), names)
    with TestClient(names["app"]) as browser:
        assert browser.get("/parvis/feed").status_code == 401
        assert browser.get("/parvis/feed", headers={"x-user": "1"}).status_code == 200


def test_the_response_model_is_in_the_description(host: Host) -> None:
    described = host.app.openapi()
    assert "FeedPage" in described["components"]["schemas"]
    assert not [path for path in described["paths"] if path.startswith("/parvis")]


def test_errors_are_problems(host: Host) -> None:
    absent = "00000000-0000-7000-8000-000000000000"
    with browser(host, "3") as cleo:
        hidden = cleo.get(f"/posts/{host.story.secret}", headers={"accept-language": "fr"})
        assert hidden.status_code == 404
        assert hidden.headers["content-type"] == "application/problem+json"
        assert hidden.json() == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": parvis.NotFound("named").message("fr"),
            "code": "not_found",
            "reason": "named",
            "field": "item",
            "retry": "never",
            "after_ms": None,
        }
        assert cleo.get(f"/posts/{absent}", headers={"accept-language": "fr"}).content == hidden.content
        assert cleo.get("/posts/nonsense").status_code == 400


def test_posts_of_the_host_alone_and_none_that_is_too_large(host: Host) -> None:
    form = {"on": host.story.open, "item": host.story.open, "body": "Hé <i>"}
    with browser(host, "1") as ana:
        assert ana.post("/parvis/comment", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        answer = ana.post("/parvis/comment", data=form, headers={"x-parvis": "1"})
        assert "Hé &lt;i&gt;" in answer.text
        assert ana.post("/parvis/comment", data=form | {"body": "x" * 70_000}).status_code == 413
        assert ana.post("/parvis/comment", data=form | {"body": ""}, headers={"x-parvis": "1"}).status_code == 400


def test_a_stream_holds_nothing_that_its_reader_was_found_by(host: Host) -> None:
    opened: list[str] = []

    async def session(request: Request) -> AsyncIterator[str | None]:
        opened.append("open")
        yield who(request)
        opened.pop()

    app = FastAPI()
    Parvis(host.db, network=NETWORK, person=session).install(app)
    host.app = app

    async def play() -> None:
        async with serving(host) as client:
            streams = [Stream() for _ in range(5)]
            tasks = [asyncio.ensure_future(stream.follow(client, "2")) for stream in streams]
            await until(lambda: all(stream.changes for stream in streams))
            assert opened == []
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())


def test_a_page_for_everybody_shows_parts_to_those_who_are_signed_in(host: Host) -> None:
    visiting = Depends(host.social.visitor)

    @host.app.get("/front")
    async def front(request: Request, me: Any = visiting) -> str:
        return await host.social.fragment(me, request, "badge")

    with browser(host) as nobody:
        assert (nobody.get("/front").status_code, nobody.get("/front").json()) == (200, "")
    with browser(host, "1") as ana:
        assert "parvis-badge" in ana.get("/front").json()


def test_below_a_path_links_lead_below_it(host: Host) -> None:
    outer = FastAPI()
    outer.mount("/intranet", host.app)
    with TestClient(outer, headers={"x-user": "1"}) as ana:
        for path in ("/intranet/page", "/intranet/parvis/feed"):
            page = ana.get(path).text
            assert "/intranet/parvis/" in page, path
            assert '"/parvis/' not in page, path


class Stream:
    """One open stream of events."""

    def __init__(self) -> None:
        self.events: list[dict[str, str]] = []
        self.over = False

    @property
    def changes(self) -> list[Any]:
        """What was told of changes."""
        return [json.loads(event["data"]) for event in self.events if event.get("event") == "changes"]

    @property
    def end(self) -> Any:
        """Why it ended."""
        return next((json.loads(event["data"])["why"] for event in self.events if event.get("event") == "end"), None)

    async def follow(self, client: Any, user: str, last: str | None = None) -> None:
        """Reads it until it ends."""
        headers = {"x-user": user} | ({"last-event-id": last} if last else {})
        async with client.stream("GET", "/parvis/live", headers=headers, timeout=60) as answer:
            assert answer.status_code == 200, answer.status_code
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    key, _, value = line.partition(": ")
                    event[key] = value
                elif event:
                    self.events.append(event)
                    event = {}
        self.over = True


@asynccontextmanager
async def serving(host: Host) -> AsyncIterator[Any]:
    """A server that listens, and a client of it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(host.app, log_level="error", timeout_graceful_shutdown=1))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    await until(lambda: server.started)
    limits = httpx.Limits(max_connections=200)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url, limits=limits) as client:
        yield client
    server.should_exit = True
    await running
    await host.db.close()


def test_a_hundred_streams_take_no_thread_each_and_all_hear_of_a_post(host: Host) -> None:
    async def play() -> None:
        system = host.db.system(NETWORK, "host")
        people = [f"p{n}" for n in range(100)]
        for id in people:
            await system.people.put(external(id), f"Person {id}")
        async with serving(host) as client:
            before = threading.active_count()
            streams = [Stream() for _ in people]
            tasks = [
                asyncio.ensure_future(stream.follow(client, id)) for stream, id in zip(streams, people, strict=True)
            ]
            await until(lambda: all(stream.changes for stream in streams), 60)
            assert threading.active_count() <= before + 2
            ana = host.db.act_as(NETWORK, external("1"))
            await ana.items.create("To all of you", place=parvis.types.PlaceNetwork())
            await until(lambda: all(any(c["feed_new"] for c in stream.changes) for stream in streams), 60)
            assert {stream.changes[-1]["feed_new"] for stream in streams} == {1}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())


def test_a_stream_ends_when_its_reader_loses_his_rights_or_signs_out(host: Host) -> None:
    async def play() -> None:
        async with serving(host) as client:
            bens, cleos, anas = Stream(), Stream(), Stream()
            users = {bens: "2", cleos: "3", anas: "1"}
            tasks = [asyncio.ensure_future(stream.follow(client, user)) for stream, user in users.items()]
            await until(lambda: all(stream.changes for stream in users))
            host.out.add("3")
            await until(lambda: cleos.over)
            assert cleos.end == "signed_out"
            system = host.db.system(NETWORK, "host")
            await asyncio.sleep(1)
            await system.people.put(external("2"), "Ben Okafor", status="deactivated")
            await until(lambda: bens.over, 5)
            assert bens.end == "revoked"
            assert not anas.over, "the others go on"
            tasks[2].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())


def test_a_stream_goes_on_where_it_was(host: Host) -> None:
    async def play() -> None:
        async with serving(host) as client:
            first = Stream()
            task = asyncio.ensure_future(first.follow(client, "2"))
            await until(lambda: bool(first.changes))
            task.cancel()
            ana = host.db.act_as(NETWORK, external("1"))
            for n in range(2):
                await ana.items.create(f"Meanwhile {n}", place=parvis.types.PlaceNetwork())
            again, strange = Stream(), Stream()
            tasks = [
                asyncio.ensure_future(again.follow(client, "2", first.events[-1]["id"])),
                # A position that is none, of a secret that was changed for instance: it begins anew.
                asyncio.ensure_future(strange.follow(client, "3", "AAAA")),
            ]
            await until(lambda: bool(again.changes and strange.changes))
            assert again.changes[0]["feed_new"] == 2
            assert strange.changes[0]["feed_new"] == 0
            for open in tasks:
                open.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())


def test_a_closed_stream_leaves_nothing_behind(host: Host) -> None:
    async def play() -> None:
        async with serving(host) as client:
            before = len(asyncio.all_tasks())
            for _ in range(3):
                stream = Stream()
                task = asyncio.ensure_future(stream.follow(client, "1"))
                await until(lambda stream=stream: bool(stream.changes))  # type: ignore[misc]
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await until(lambda: len(asyncio.all_tasks()) <= before)

    asyncio.run(play())
