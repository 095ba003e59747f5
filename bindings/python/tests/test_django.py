"""Parvis in Django, by Django's own test client, with `ATOMIC_REQUESTS` on: pages, forms, streams, settings."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import alogin, alogout, login, logout
from django.contrib.auth.middleware import auser
from django.contrib.auth.models import AnonymousUser, Group, User
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import AsyncClient, AsyncRequestFactory, RequestFactory, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment
from web_django import act_as, browser, setting, text
from web_story import NETWORK, OPEN, SECRET, Story

import parvis
from conftest import Place
from parvis import external, web
from parvis.contrib.django import conf
from parvis.contrib.django.apps import check
from parvis.contrib.django.middleware import Me, ParvisMiddleware

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


def test_a_tag_names_things_by_words_in_the_template(users: dict[str, User], story: Story) -> None:
    row = parvis.types.PostRow(
        id="deal:42",
        author=str(users["ana"].pk),
        text="Deal 42",
        ts=datetime(2026, 11, 2, 12, tzinfo=UTC),
        audience=parvis.types.PostAudiencePlace(),
    )
    assert conf.db().system(NETWORK, "host").importing.put([row]).new == 1
    tag = "parvis_comments external='deal:42'"
    assert 'data-parvis-part="thread"' in text(browser(users["ana"]).get(f"/part/{tag}/"))


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


def test_an_async_view_awaits_its_actor(users: dict[str, User], story: Story) -> None:
    async def play() -> None:
        client = AsyncClient()
        await sync_to_async(client.force_login)(users["ben"])
        answer: Any = await client.get("/posts/")
        assert set(answer.json()["posts"]) == {SECRET, OPEN}
        assert (await AsyncClient().get("/posts/")).status_code == 403

    asyncio.run(play())


def test_a_file_of_djangos_is_refused() -> None:
    host = connection.settings_dict["NAME"]
    with override_settings(PARVIS={"URL": f"sqlite://{host}", "NETWORK": NETWORK}):
        with pytest.raises(parvis.errors.ForeignSqlite, match="DATABASES"):
            conf.db()
        with pytest.raises(Exception, match=r"parvis\.E002"):
            call_command("check")


def test_a_file_of_djangos_is_refused_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    host = tmp_path / "host 50%25?.db"
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": host}}
    monkeypatch.setattr(settings, "DATABASES", databases)
    (tmp_path / "link.db").symlink_to(host)
    same = [f"sqlite://{host}", f"sqlite:{host}", f"SQLite://{host}", f"sqlite://{host.name}", f"sqlite:{host.name}"]
    for url in [*same, "sqlite://link.db"]:
        with pytest.raises(parvis.errors.ForeignSqlite, match="DATABASES"):
            conf.own_file(url)
    own = tmp_path / "host 50%.db"
    for url in (f"sqlite://{own}", f"sqlite://{tmp_path}/host 50%25", "memory:", f"sled://{host}", "postgresql:///x"):
        conf.own_file(url)


def found(**more: Any) -> list[str]:
    """What `manage.py check` says of these settings."""
    with override_settings(**more):
        return [str(message.id) for message in check(None)]


def test_check_says_what_is_missing(tmp_path: Path) -> None:
    good: dict[str, Any] = {"URL": f"sqlite://{tmp_path}/parvis.db", "NETWORK": NETWORK}
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
    request = "django.template.context_processors.request"
    whole = [engine, {**engine, "NAME": "two", "OPTIONS": {"context_processors": [request]}}]
    assert found(PARVIS=good, TEMPLATES=whole) == []
    assert found(PARVIS={**good, "URL": "postgresql://host:port/x"}, TEMPLATES=whole) == ["parvis.E001"]
    assert found(PARVIS=good, TEMPLATES=[engine]) == ["parvis.W001"]
    assert found(PARVIS=good, TEMPLATES=[]) == []
    without = [path for path in settings.MIDDLEWARE if "parvis" not in path]
    assert found(PARVIS=good, TEMPLATES=whole, MIDDLEWARE=[*without, "absent.One"]) == ["parvis.E003"]
    assert found(PARVIS=good, TEMPLATES=whole, MIDDLEWARE=[*without, f"{__name__}.Own"]) == []
    nowhere = {**good, "URL": f"sqlite://{tmp_path}/nowhere/parvis.db"}
    assert found(PARVIS=nowhere, TEMPLATES=whole) == ["parvis.E004"]
    assert found(PARVIS={"URL": "memory:"}, TEMPLATES=[engine]) == ["parvis.E001"]
    # Tests never go there.
    setup_test_environment()
    try:
        assert found(PARVIS=nowhere, TEMPLATES=whole) == []
        assert found(PARVIS={**good, "TEST": {"URL": nowhere["URL"]}}, TEMPLATES=whole) == ["parvis.E004"]
    finally:
        teardown_test_environment()


class Own(ParvisMiddleware):
    """A host's own."""


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


def test_tests_write_nothing_to_the_configured_store(sqlite: Place) -> None:
    with override_settings(PARVIS=setting(sqlite)):
        User.objects.create_user("ana", first_name="Ana")
        real = conf.db()
        setup_test_environment()
        try:
            assert conf.db() is conf.db() is not real
            assert conf.db().engine == "memory"
            ghost = User.objects.create_user("ghost")
            assert act_as(ghost).inbox.unread() is not None
        finally:
            teardown_test_environment()
        assert conf.db() is real
        with pytest.raises(parvis.NotFound):
            act_as(ghost).inbox.unread()
        User.objects.all().delete()


def test_tests_have_the_store_that_is_named_for_them(sqlite: Place, tmp_path: Path) -> None:
    named = {"URL": f"sqlite://{tmp_path / 'tests.db'}"}
    with override_settings(PARVIS=setting(sqlite, TEST=named)):
        setup_test_environment()
        try:
            assert conf.db().engine == "sqlite"
            conf.db().migrate()
        finally:
            teardown_test_environment()
    assert (tmp_path / "tests.db").exists()
    with override_settings(PARVIS=setting(sqlite, TEST={"URI": ""})), pytest.raises(ImproperlyConfigured, match="URI"):
        conf.settings()


def test_an_outbox_alone_is_no_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "outbox", [], raising=False)
    assert not conf.testing()


def test_settings_show_no_secret() -> None:
    told: dict[str, Any] = {"URL": "postgresql://me:hunter2@db/acme", "NETWORK": NETWORK, "SECRET": "5ec4e7" * 10}
    told["TEST"] = {"URL": "postgresql://me:hunter2@db/tests"}
    with override_settings(PARVIS=told):
        shown = repr(conf.settings())
    assert "acme" in shown
    assert "hunter2" not in shown
    assert "5ec4e7" not in shown


def test_threads_open_one_store(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []

    class Store:
        def __init__(self, *args: Any, **options: Any) -> None:
            opened.append(args)
            time.sleep(0.2)

        def close(self) -> None:
            pass

    with override_settings(PARVIS={"URL": "memory:", "NETWORK": NETWORK}):
        monkeypatch.setattr(parvis, "open", Store)
        with ThreadPoolExecutor(8) as pool:
            stores = list(pool.map(lambda _: conf.db(), range(8)))
        assert len(opened) == 1
        assert len(set(map(id, stores))) == 1


def test_who_signs_in_as_another_acts_as_him(users: dict[str, User]) -> None:
    request: Any = RequestFactory().get("/")
    request.session, request.user = SessionStore(), users["ana"]
    me = Me(request)
    assert me.people.get(external(users["ben"].pk)).name == "Ben Okafor"
    first = me.actor
    assert me.actor is first
    login(request, users["ben"], backend="django.contrib.auth.backends.ModelBackend")
    me.items.create("Mine")
    (item,) = me.feed.person_wall(external(users["ben"].pk)).items
    assert item.body
    assert item.body.source == "Mine"
    logout(request)
    with pytest.raises(PermissionDenied):
        assert me.actor


@pytest.mark.parametrize(
    ("error", "status", "after"),
    [
        (parvis.errors.CursorExpired(), 410, None),
        (parvis.errors.Invalid("bad_value", "limit"), 400, None),
        (parvis.errors.Unavailable(retry="after", after_ms=1500), 503, "2"),
    ],
)
def test_what_is_refused_has_the_status_that_it_has_everywhere(
    users: dict[str, User], monkeypatch: pytest.MonkeyPatch, error: parvis.ParvisError, status: int, after: str | None
) -> None:
    def refuse(*args: Any) -> Any:
        raise error

    ana = browser(users["ana"])
    monkeypatch.setattr(Me, "call", refuse)
    answer = ana.get("/write/?group=g&space=x", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.headers.get("Retry-After") == after
    told = json.loads(answer.content)
    assert (told["code"], told["detail"]) == (error.code, error.message("fr"))
    assert not Group.objects.filter(name="g").exists(), "the host's own row went with it"


def test_a_defect_stays_djangos(users: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> Any:
        raise parvis.errors.Internal

    monkeypatch.setattr(Me, "call", refuse)
    answer = browser(users["ana"]).get("/write/?group=g&space=x")
    assert (answer.status_code, answer["Content-Type"][:9]) == (500, "text/html")


def test_an_async_view_acts_as_whoever_is_signed_in_at_the_moment(users: dict[str, User]) -> None:
    ana, ben = users["ana"], users["ben"]
    backend = "django.contrib.auth.backends.ModelBackend"

    async def play() -> None:
        request: Any = AsyncRequestFactory().get("/")
        request.session = SessionStore()
        request.user, request.auser = AnonymousUser(), partial(auser, request)
        me = Me(request)

        async def acts_as() -> int:
            actor = await me.aactor()
            assert repr(actor).replace("parvis.aio.", "parvis.") == repr(await sync_to_async(lambda: me.actor)())
            return int(repr(actor).partition("id='")[2].partition("'")[0])

        await alogin(request, ana, backend)
        assert await acts_as() == ana.pk
        await alogin(request, ben, backend)
        assert await acts_as() == ben.pk
        # A middleware of the host's lets him act as another, or as nobody yet.
        request.user = ana
        assert await acts_as() == ana.pk
        request.user = AnonymousUser()
        with pytest.raises(PermissionDenied):
            await me.aactor()
        await alogin(request, ana, backend)
        await alogout(request)
        with pytest.raises(PermissionDenied):
            await me.aactor()

    asyncio.run(play())
