"""Parvis in Django, by Django's own test client, with `ATOMIC_REQUESTS` on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import AsyncClient, Client, RequestFactory, TestCase, override_settings
from web_story import NETWORK, OPEN, SECRET, Story, events

import parvis
from conftest import Place, _place
from parvis import external, later, web
from parvis.contrib.django import conf, people
from parvis.contrib.django.middleware import Me

assert django_host.PAGE


def setting(place: Place, **more: Any) -> dict[str, Any]:
    """The setting that names a store."""
    told = {"URL": place.url, "NETWORK": NETWORK, "OPTIONS": place.options | {"inline": True}, "TICK": 1}
    return told | more


@pytest.fixture
def store(place: Place) -> Iterator[Any]:
    """A fresh store, and Django's tables empty."""
    told = setting(place)
    with override_settings(PARVIS=told):
        yield conf.db()
        with override_settings(PARVIS={"URL": "memory:", "NETWORK": NETWORK}):
            User.objects.all().delete()
            Group.objects.all().delete()


@pytest.fixture
def users(store: Any) -> dict[str, User]:
    """Ana, Ben and Cleo, whom the signals told."""
    made = {}
    for name in ("Ana Lima", "Ben Okafor", "Cleo Sand"):
        first, last = name.split()
        made[first.lower()] = User.objects.create_user(first.lower(), first_name=first, last_name=last)
    return made


def act_as(user: User) -> Any:
    """A user as an actor."""
    return conf.db().act_as(NETWORK, external(user.pk))


@pytest.fixture
def story(users: dict[str, User]) -> Story:
    """Ana and Ben share a secret space."""
    ana = act_as(users["ana"])
    space = ana.spaces.create("Pantry", "secret").id
    ana.spaces.add(space, external(users["ben"].pk))
    secret = ana.items.create(SECRET, place=space).id
    return Story(secret, ana.items.create(OPEN, place=parvis.types.PlaceNetwork()).id, space)


def browser(user: User | None = None, **extra: Any) -> Client:
    """A browser of somebody."""
    client = Client(raise_request_exception=False, **extra)
    if user:
        client.force_login(user)
    return client


def text(answer: Any) -> str:
    """The words of an answer."""
    return str(answer.content.decode())


def spaces(user: User) -> set[str]:
    """The names of a user's spaces."""
    return {space.name for space in act_as(user).spaces.mine().all()}


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


def posts(user: User) -> list[str]:
    """What a user has in his feed, newest first."""
    return [item.body.source for item in act_as(user).feed.home(order="newest").items if item.body]


def test_a_command_and_a_row_happen_together(users: dict[str, User], story: Story) -> None:
    ana = browser(users["ana"])
    assert ana.get(f"/later/?group=one&space={story.space}").status_code == 200
    assert posts(users["ben"])[0] == "New group: one"
    assert ana.get(f"/later/?group=two&space={story.space}&fail=1").status_code == 500
    assert not Group.objects.filter(name="two").exists()
    call_command("parvis_worker", "--once", stdout=StringIO())
    assert "New group: two" not in posts(users["ben"])
    # Refused when it is carried out: the host's row stands, and it is told.
    assert browser(users["cleo"]).get(f"/later/?group=three&space={story.space}").status_code == 200
    assert Group.objects.filter(name="three").exists()
    refused = conf.db().refused(NETWORK).commands
    assert [(found.operation, found.reason) for found in refused] == [("items.create", "named")]


def test_the_worker_does_what_a_process_that_died_left(
    users: dict[str, User], story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "on_commit", lambda *args, **kwargs: None)
    browser(users["ana"]).get(f"/later/?group=one&space={story.space}")
    monkeypatch.undo()
    assert "New group: one" not in posts(users["ben"])
    for _ in range(2):
        call_command("parvis_worker", "--once", stdout=StringIO())
        assert posts(users["ben"]).count("New group: one") == 1


def test_on_one_server_the_row_of_a_command_is_parvis_own(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    place = _place("postgres", tmp_path)
    table = f"deal_{place.options['prefix']}"
    with override_settings(PARVIS=setting(place, ALIAS="server")):
        ana = User.objects.create_user("ana")
        request = RequestFactory().get("/")
        request.user = ana
        me = Me(request)
        with connections["server"].cursor() as cursor:
            cursor.execute(f"create table {table} (name text)")
        for name in ("kept", "gone"):
            with suppress(RuntimeError), transaction.atomic(using="server"):
                with connections["server"].cursor() as cursor:
                    cursor.execute(f"insert into {table} values (%s)", [name])
                me.later.items.create(name)
                if name == "gone":
                    raise RuntimeError
        assert [item.body.source for item in me.feed.person_wall(external(ana.pk)).items if item.body] == ["kept"]
        with connections["server"].cursor() as cursor:
            cursor.execute(f"select name from {table}")
            assert cursor.fetchall() == [("kept",)]
            cursor.execute(f"drop table {table}")
        assert later.TABLE not in connections["server"].introspection.table_names()
        ana.delete()
    connections["server"].close()


class InATestCase(TestCase):
    """A host's own tests, whose transactions never end."""

    def test_commands_are_carried_out_where_commits_are_captured(self) -> None:
        """Users are told, and commands happen."""
        with override_settings(PARVIS={"URL": "memory:", "NETWORK": NETWORK, "OPTIONS": {"inline": True}}):
            with self.captureOnCommitCallbacks(execute=True):
                ana = User.objects.create_user("ana")
            space = act_as(ana).spaces.create("Pantry", "secret").id
            browser(ana).get(f"/later/?group=none&space={space}")
            self.assertEqual(posts(ana), [])
            with self.captureOnCommitCallbacks(execute=True):
                browser(ana).get(f"/later/?group=some&space={space}")
            self.assertEqual(sorted(posts(ana)), ["New group: none", "New group: some"])


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


def test_users_are_people(users: dict[str, User]) -> None:
    ana = users["ana"]
    known = act_as(users["ben"]).people.get(external(ana.pk))
    assert (known.name, known.active) == ("Ana Lima", True)
    ana.first_name, ana.email = "Anna", "anna@acme.example"
    ana.save()
    known = act_as(users["ben"]).people.get(external(ana.pk))
    assert (known.name, known.email) == ("Anna Lima", "anna@acme.example")
    ana.is_active = False
    ana.save()
    with pytest.raises(parvis.NotFound):
        act_as(ana).inbox.unread()
    gone, pk = users["cleo"], users["cleo"].pk
    gone.delete()
    with pytest.raises(parvis.NotFound):
        conf.db().act_as(NETWORK, external(pk)).inbox.unread()


def test_signing_in_tells_nothing(users: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(people, "put", told.append)
    browser(users["ana"])
    assert told == []
    users["ana"].save()
    assert told == [users["ana"]]


def test_what_is_rolled_back_is_not_told(users: dict[str, User]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        users["ana"].first_name = "Nobody"
        users["ana"].save()
        raise RuntimeError
    assert act_as(users["ben"]).people.get(external(users["ana"].pk)).name == "Ana Lima"


def test_the_host_goes_on_while_parvis_cannot_be_reached(
    users: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable() -> Any:
        raise parvis.Unavailable

    monkeypatch.setattr(people, "system", unreachable)
    users["ana"].first_name = "Anna"
    users["ana"].save()
    monkeypatch.undo()
    assert User.objects.get(pk=users["ana"].pk).first_name == "Anna"
    assert act_as(users["ana"]).people.get(external(users["ana"].pk)).name == "Ana Lima"
    assert "people: 0 new, 1 changed" in synced()
    assert act_as(users["ana"]).people.get(external(users["ana"].pk)).name == "Anna Lima"


def test_groups_are_spaces(users: dict[str, User]) -> None:
    ana, ben = users["ana"], users["ben"]
    sales: Any = Group.objects.create(name="Sales")
    ana.groups.add(sales)
    sales.user_set.add(ben)
    assert spaces(ana) == spaces(ben) == {"Sales"}
    post = act_as(ana).items.create("Within", place=external(f"group:{sales.pk}")).id
    with pytest.raises(parvis.NotFound):
        act_as(users["cleo"]).items.get(post)
    sales.name = "Sales North"
    sales.save()
    assert spaces(ben) == {"Sales North"}
    ben.groups.remove(sales)
    assert spaces(ben) == set()
    with pytest.raises(parvis.NotFound):
        act_as(ben).items.get(post)
    ben.groups.add(sales)
    assert spaces(ben) == {"Sales North"}
    sales.user_set.clear()
    assert spaces(ana) == spaces(ben) == set()
    ana.groups.set([sales])
    assert spaces(ana) == {"Sales North"}
    sales.delete()
    assert spaces(ana) == set()


def synced(*arguments: str) -> str:
    """What `parvis_sync` says."""
    out = StringIO()
    call_command("parvis_sync", *arguments, stdout=out)
    return out.getvalue()


def test_sync_repairs_what_bulk_operations_did_and_says_it(users: dict[str, User]) -> None:
    sales = Group.objects.create(name="Sales")
    users["cleo"].groups.add(sales)
    assert synced() == (
        "people: 0 new, 0 changed, 3 same, 0 ended\nspaces: 0 new, 0 changed, 1 same\n"
        "memberships: 0 new, 0 ended, 1 same\n"
    )
    # Nothing of this calls a signal.
    many = [User(username=f"u{n}", first_name="U", last_name=str(n)) for n in range(40)]
    User.objects.bulk_create(many)
    User.objects.filter(pk=users["ana"].pk).update(first_name="Anna")
    User.objects.filter(pk=users["ben"].pk).update(is_active=False)
    bulk = Group.objects.bulk_create([Group(name="Buyers")])[0]
    through = User.groups.through
    through.objects.bulk_create([through(user=user, group=bulk) for user in many[:5]])
    through.objects.filter(user=users["cleo"])._raw_delete("default")
    User.objects.filter(pk=many[39].pk)._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("delete from auth_group where id = %s", [sales.pk])
    assert synced() == (
        "people: 39 new, 1 changed, 1 same, 1 ended\nspaces: 1 new, 0 changed, 0 same\n"
        "memberships: 5 new, 1 ended, 0 same\n"
    )
    assert spaces(many[0]) == {"Buyers"}
    assert spaces(users["cleo"]) == set()
    assert act_as(users["cleo"]).people.get(external(users["ana"].pk)).name == "Anna Lima"
    with pytest.raises(parvis.NotFound):
        act_as(users["ben"]).inbox.unread()
    assert synced().startswith("people: 0 new, 0 changed, 42 same, 0 ended")
    # One of many was deleted, which is believed; half of them, which is not unless it is said.
    User.objects.filter(pk=many[38].pk)._raw_delete("default")
    assert "1 ended" in synced()
    User.objects.filter(pk__in=[user.pk for user in many[5:38]])._raw_delete("default")
    with pytest.raises(CommandError, match="many_missing"):
        synced()
    assert "0 ended" in synced("--keep-missing")
    assert "33 ended" in synced("--at-most", "100")


def test_a_hosts_own_function_adds_to_people(sqlite: Place) -> None:
    with override_settings(PARVIS=setting(sqlite)):
        ana = User.objects.create_user("ana")
    with override_settings(PARVIS=setting(sqlite, PERSON=f"{__name__}.shown")):
        assert "people: 0 new, 1 changed" in synced()
        assert act_as(ana).people.get(external(ana.pk)).title == "ana of Acme"
        ana.delete()


def shown(user: User) -> dict[str, Any]:
    """What the host shows of a user."""
    return {"title": f"{user.username} of Acme"}


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
