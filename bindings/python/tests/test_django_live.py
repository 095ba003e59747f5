"""The stream of live changes in Django: what it tells, what it costs, and when it is over."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import AsyncClient, Client, RequestFactory, override_settings
from web_django import act_as, browser, setting
from web_story import Story, events

import parvis
from conftest import Place
from parvis.contrib.django import conf, views

assert django_host.PAGE
pytest_plugins = ["web_django"]


def live(client: Client, **extra: Any) -> Iterator[bytes]:
    """A stream of changes."""
    answer: Any = client.get("/parvis/live", **extra)
    assert answer["Content-Type"] == "text/event-stream"
    return iter(answer.streaming_content)


def test_live_changes_come_and_end_with_the_session(users: dict[str, User], story: Story) -> None:
    ben = browser(users["ben"])
    stream = live(ben)

    def heard() -> list[dict[str, str]]:
        return events(next(stream).decode().split("\n")[:-1])

    assert heard() == [{"retry": "3000"}]
    (first,) = heard()
    act_as(users["ana"]).items.create("More bread", place=parvis.types.PlaceNetwork())
    (second,) = heard()
    assert json.loads(second["data"])["feed_new"] == 1
    resumed = live(ben, headers={"Last-Event-ID": first["id"]})
    next(resumed)
    assert b'"feed_new":1' in next(resumed)
    ben.logout()
    assert list(stream) == [b'event: end\ndata: {"why":"signed_out"}\n\n']


def test_a_server_of_asyncio_keeps_its_loop_free(users: dict[str, User], story: Story) -> None:
    async def play() -> list[bytes]:
        client = AsyncClient(raise_request_exception=False)
        await sync_to_async(client.force_login)(users["ben"])
        answer: Any = await client.get("/parvis/live")
        stream = answer.streaming_content
        heard = [await anext(stream), await anext(stream)]
        third = asyncio.ensure_future(anext(stream))
        # The loop goes on while a thread waits.
        await sync_to_async(act_as(users["ana"]).items.create, thread_sensitive=False)(
            "More bread", place=parvis.types.PlaceNetwork()
        )
        heard.append(await asyncio.wait_for(third, 20))
        answer.close()
        return heard

    heard = asyncio.run(play())
    assert heard[0] == b"retry: 3000\n\n"
    assert b'"feed_new":1' in heard[2]


def test_streams_of_a_server_of_asyncio_leave_it_its_threads(users: dict[str, User], story: Story) -> None:
    async def play() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        client = AsyncClient(raise_request_exception=False)
        await sync_to_async(client.force_login)(users["ben"])
        answers: list[Any] = [await client.get("/parvis/live") for _ in range(20)]
        streams = [answer.streaming_content for answer in answers]
        for stream in streams:
            await anext(stream)
            await anext(stream)
        waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
        await asyncio.sleep(0.5)
        asked = sync_to_async(act_as(users["ana"]).items.create, thread_sensitive=False)
        await asyncio.wait_for(asked("More bread", place=parvis.types.PlaceNetwork()), 2)
        heard = await asyncio.wait_for(asyncio.gather(*waiting), 20)
        assert all(b'"feed_new":1' in event for event in heard)

    asyncio.run(play())


def test_a_stream_ends_with_a_change_of_the_password(users: dict[str, User], story: Story) -> None:
    ben = browser(users["ben"])
    stream = live(ben)
    next(stream)
    next(stream)
    users["ben"].set_password("another")
    users["ben"].save()
    soon = time.monotonic() + 3 * conf.settings().tick + 5
    rest = []
    for event in stream:
        rest.append(event)
        assert time.monotonic() < soon, "the stream goes on"
    assert [event for event in rest if event != b": \n\n"] == [b'event: end\ndata: {"why":"signed_out"}\n\n']


def test_a_stream_leaves_the_session_of_an_older_key(users: dict[str, User], story: Story) -> None:
    ben = browser(users["ben"])
    request: Any = RequestFactory().get("/")
    with override_settings(SECRET_KEY="newer", SECRET_KEY_FALLBACKS=["x"]):
        request.session, request.user = SessionStore(ben.session.session_key), users["ben"]
        assert not views.watch(request)()
        assert SessionStore(ben.session.session_key).load()["_auth_user_id"] == str(users["ben"].pk)


def test_there_is_no_stream_where_it_is_off(sqlite: Place) -> None:
    with override_settings(PARVIS=setting(sqlite, LIVE=False)):
        ana = User.objects.create_user("ana")
        assert browser(ana).get("/parvis/live").status_code == 404
        assert browser().get("/parvis/live").status_code == 404
        ana.delete()


def seen(session: Any, user: User) -> Callable[[], bool]:
    """Whether the stream is over that began with a session, for one as whom the host's middleware let it act."""
    request: Any = RequestFactory().get("/parvis/live")
    request.session, request.user = session, user
    return views.watch(request)


def stored(client: Client, **more: Any) -> SessionStore:
    """The session of a browser, as another request finds it, with what the host keeps in it."""
    session = SessionStore(client.session.session_key)
    session.update(more)
    session.save()
    return SessionStore(client.session.session_key)


def test_a_stream_of_another_ends_when_the_host_keeps_something_else(users: dict[str, User]) -> None:
    ana, ben = users["ana"], users["ben"]
    client = browser(ana)
    over = seen(stored(client, impersonates=ben.pk, trail=("a", 1)), ben)
    assert not over()
    stored(client, seen="now")
    assert over()
    over = seen(stored(client), ben)
    assert not over()
    session = SessionStore(client.session.session_key)
    del session["impersonates"]
    session.save()
    assert over()
    over = seen(stored(client, impersonates=ben.pk), ben)
    ana.set_password("another")
    ana.save()
    assert over()


def test_a_stream_without_a_signed_in_session_goes_on(users: dict[str, User]) -> None:
    ben = users["ben"]
    assert not seen(SessionStore(), ben)()
    # A session for other things.
    session = SessionStore()
    session["cart"] = [1]
    session.save()
    over = seen(SessionStore(session.session_key), ben)
    session.delete()
    assert not over()
    request = HttpRequest()
    request.user = ben
    assert not views.watch(request)()


def test_a_stream_is_over_when_another_signs_in(users: dict[str, User]) -> None:
    ana, ben = users["ana"], users["ben"]
    client = browser(ben)
    over = seen(SessionStore(client.session.session_key), ben)
    assert not over()
    # What the host keeps of himself changes nothing.
    stored(client, cart=[1])
    assert not over()
    client.force_login(ana)
    assert over()
    client = browser(ben)
    over = seen(SessionStore(client.session.session_key), ben)
    other = browser(ana).session
    stored(client, **{name: other[name] for name in ("_auth_user_id", "_auth_user_hash")})
    assert over()
