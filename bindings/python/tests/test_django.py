"""Parvis in Django, by Django's own test client, with `ATOMIC_REQUESTS` on: pages, forms, streams, settings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import AsyncClient, Client, override_settings
from web_django import act_as, browser, text
from web_story import NETWORK, OPEN, SECRET, Story, events

import parvis
from parvis import web
from parvis.contrib.django import conf

assert django_host.PAGE
pytest_plugins = ["web_django"]


def test_a_page_shows_what_its_reader_may_see(users: dict[str, User], story: Story) -> None:
    anas, cleos = text(browser(users["ana"]).get("/")), text(browser(users["cleo"]).get("/"))
    assert SECRET in anas
    assert OPEN in cleos
    assert SECRET not in cleos
    assert "Pantry" not in cleos
    assert text(browser().get("/")) == web.head(web.Site())


def test_hidden_and_absent_are_a_404_and_what_is_forbidden_a_403(users: dict[str, User], story: Story) -> None:
    cleo = browser(users["cleo"])
    absent = "00000000-0000-7000-8000-000000000000"
    hidden_page, absent_page = cleo.get(f"/items/{story.secret}/"), cleo.get(f"/items/{absent}/")
    assert hidden_page.status_code == absent_page.status_code == 404
    assert hidden_page.content == absent_page.content
    assert text(cleo.get(f"/items/{story.open}/")) == OPEN
    assert browser().get(f"/items/{story.open}/").status_code == 403
    closed = act_as(users["ana"]).spaces.create("Kitchen", "open").id
    assert cleo.get(f"/write/?group=g&space={closed}").status_code == 403
    assert not Group.objects.filter(name="g").exists(), "the host's own row went with it"


def test_the_comments_of_what_one_may_not_see_are_nothing(users: dict[str, User], story: Story) -> None:
    assert text(browser(users["cleo"]).get(f"/comments/{story.secret}/")) == ""
    assert "<textarea" in text(browser(users["ana"]).get(f"/comments/{story.secret}/"))


def test_forms_need_the_token_of_the_host(users: dict[str, User], story: Story) -> None:
    ana = browser(users["ana"], enforce_csrf_checks=True)
    form = {"on": story.open, "item": story.open, "body": "Thanks"}
    assert ana.post("/parvis/comment", form).status_code == 403
    page = text(ana.get("/"))
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    answer = ana.post("/parvis/comment", form | {"csrfmiddlewaretoken": token}, headers={"X-Parvis": "1"})
    assert answer.status_code == 200
    assert "Thanks" in text(answer)
    plain = ana.post(
        "/parvis/comment", form | {"csrfmiddlewaretoken": token}, headers={"Referer": "http://testserver/items/7/"}
    )
    assert (plain.status_code, plain["Location"]) == (303, "/items/7/")


def test_forms_need_it_without_djangos_middleware_too(users: dict[str, User], story: Story) -> None:
    without = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    with override_settings(MIDDLEWARE=without):
        ana = browser(users["ana"], enforce_csrf_checks=True)
        form = {"on": story.open, "item": story.open, "body": "Thanks"}
        assert ana.post("/parvis/comment", form).status_code == 403


def test_the_language_is_djangos(users: dict[str, User], story: Story) -> None:
    french = text(browser(users["ana"]).get("/", headers={"Accept-Language": "fr"}))
    assert 'aria-label="Actualités"' in french


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


def test_a_file_of_djangos_is_refused() -> None:
    host = connection.settings_dict["NAME"]
    with override_settings(PARVIS={"URL": f"sqlite://{host}", "NETWORK": NETWORK}):
        with pytest.raises(parvis.errors.ForeignSqlite, match="DATABASES"):
            conf.db()
        with pytest.raises(Exception, match=r"parvis\.E002"):
            call_command("check")


def test_a_setting_that_is_misspelt_is_told() -> None:
    for told, word in (({"URL": "memory:"}, "NETWORK"), ({"URL": "memory:", "NETWORK": "a", "URI": ""}, "URI")):
        with override_settings(PARVIS=told), pytest.raises(ImproperlyConfigured, match=word):
            conf.settings()


def test_the_commands_of_a_deploy(store: Any) -> None:
    out = StringIO()
    call_command("parvis_migrate", stdout=out)
    assert "ready" in out.getvalue()
    call_command("parvis_migrate", "--print", stdout=out)
    call_command("parvis_worker", "--once", stdout=out)
    assert "done" in out.getvalue()
