"""`request.parvis.later`: a command and a row of Django's happen together or not at all."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import OperationalError, connections, transaction
from django.test import RequestFactory, TestCase, override_settings
from web_django import act_as, browser, posts, setting
from web_story import NETWORK, Story

from conftest import _place
from parvis import external
from parvis.contrib.django import conf
from parvis.contrib.django import later as host_later
from parvis.contrib.django.management.commands import parvis_worker
from parvis.contrib.django.middleware import Me
from parvis.types import Due, PlaceNetwork

assert django_host.PAGE
pytest_plugins = ["web_django"]


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


def test_the_worker_outlives_the_connections_of_the_host(
    users: dict[str, User], story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction, "on_commit", lambda *args, **kwargs: None)
    browser(users["ana"]).get(f"/later/?group=one&space={story.space}")
    monkeypatch.undo()
    # The server closed the connection, which Django notices by its first error and renews when it is told to.
    connections["default"].ensure_connection()
    monkeypatch.setattr(connections["default"], "errors_occurred", True)
    monkeypatch.setattr(connections["default"], "is_usable", lambda: False)
    connections["default"].connection.close()
    stop = threading.Event()
    handlers: dict[Any, Any] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(threading, "Event", lambda: stop)
    real = host_later.carry_out
    steps: list[int] = []

    def carry_out() -> Due:
        steps.append(len(steps))
        if len(steps) > 1:
            handlers[signal.SIGTERM]()
        if len(steps) == 1:
            raise OperationalError("server closed the connection")
        return real()

    monkeypatch.setattr(parvis_worker, "carry_out", carry_out)
    call_command("parvis_worker", "--pause", "0.01", stdout=StringIO())
    assert steps == [0, 1]
    assert posts(users["ben"]).count("New group: one") == 1
    steps.clear()
    stop.clear()
    with pytest.raises(OperationalError):
        call_command("parvis_worker", "--once", stdout=StringIO())


def test_a_transaction_is_carried_out_once(users: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    request = RequestFactory().get("/")
    request.user = users["ana"]
    me, carried, carry_out = Me(request), [], host_later.carry_out
    monkeypatch.setattr(host_later, "carry_out", lambda: carried.append(carry_out()))
    with transaction.atomic():
        for n in range(3):
            # The first one's savepoint does not come to be.
            with suppress(RuntimeError), transaction.atomic():
                me.later.items.create(f"Post {n}", place=PlaceNetwork())
                if n == 0:
                    raise RuntimeError
    assert len(carried) == 1
    assert sorted(posts(users["ben"])) == ["Post 1", "Post 2"]
    me.later.items.create("Post 3", place=PlaceNetwork())
    assert len(carried) == 2


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Me, str]]:
    """Ana, and a table of the host's in the database in which Parvis is, too."""
    pytest.importorskip("psycopg")
    place = _place("postgres", tmp_path)
    table = f"deal_{place.options['prefix']}"
    with override_settings(PARVIS=setting(place, ALIAS="server")):
        ana = User.objects.create_user("ana")
        request = RequestFactory().get("/")
        request.user = ana
        with connections["server"].cursor() as cursor:
            cursor.execute(f"create table {table} (name text)")
        try:
            yield Me(request), table
        finally:
            with connections["server"].cursor() as cursor:
                cursor.execute(f"drop table {table}")
            connections["server"].close()
            ana.delete()


def test_on_one_server_the_row_of_a_command_is_parvis_own(
    server: tuple[Me, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    me, table = server
    # Nothing is moved on from a table of the host's: whoever does what is due finds it.
    monkeypatch.setattr(transaction, "on_commit", lambda *args, **kwargs: None)
    for name in ("kept", "gone"):
        with suppress(RuntimeError), transaction.atomic(using="server"):
            with connections["server"].cursor() as cursor:
                cursor.execute(f"insert into {table} values (%s)", [name])
            me.later.items.create(name)
            if name == "gone":
                raise RuntimeError
    conf.db().run_due()
    mine = external(User.objects.get(username="ana").pk)
    assert [item.body.source for item in me.feed.person_wall(mine).items if item.body] == ["kept"]
    with connections["server"].cursor() as cursor:
        cursor.execute(f"select name from {table}")
        assert cursor.fetchall() == [("kept",)]


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
