"""Users and groups that a host saves and deletes through models of its own: proxies, children, those of migrations."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.migrations.state import ProjectState
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.test.utils import isolate_apps
from web_django import act_as, spaces
from web_story import NETWORK

import parvis
from parvis import external
from parvis.contrib.django import conf, people, signals

assert django_host.PAGE
pytest_plugins = ["web_django"]


class Staff(User):
    """A host's proxy of users."""

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Beside the model of users."""

        proxy = True
        app_label = "auth"


class Team(Group):
    """A host's proxy of groups."""

    class Meta:
        """Beside the model of groups."""

        proxy = True
        app_label = "auth"


def test_a_proxy_of_a_user_tells_as_the_user_does(users: dict[str, User]) -> None:
    ana, ben = (Staff.objects.get(pk=users[name].pk) for name in ("ana", "ben"))
    ana.is_active = False
    ana.save()
    with pytest.raises(parvis.NotFound):
        act_as(ana).inbox.unread()
    ben.delete()
    with pytest.raises(parvis.NotFound):
        act_as(users["ben"]).inbox.unread()
    new = Staff.objects.create_user("dora", first_name="Dora")
    assert act_as(new).people.get(external(new.pk)).name == "Dora"


def test_a_proxy_of_a_group_tells_as_the_group_does(users: dict[str, User]) -> None:
    team: Any = Team.objects.create(name="Sales")
    ana = Staff.objects.get(pk=users["ana"].pk)
    ana.groups.add(team)
    team.user_set.add(users["ben"])
    assert spaces(ana) == spaces(users["ben"]) == {"Sales"}
    post = act_as(ana).items.create("Within", place=external(f"group:{team.pk}")).id
    team.name = "Sales North"
    team.save()
    assert spaces(ana) == {"Sales North"}
    ana.groups.clear()
    with pytest.raises(parvis.NotFound):
        act_as(ana).items.get(post)
    team.delete()
    assert spaces(users["ben"]) == set()


@isolate_apps("django.contrib.auth")
def test_a_child_of_the_users_is_told_as_the_user_that_it_is(store: Any) -> None:
    class Driver(User):
        user: Any = models.OneToOneField(User, models.CASCADE, parent_link=True)
        licence: Any = models.CharField(max_length=20, primary_key=True)

        class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
            app_label = "auth"

    with connection.schema_editor() as editor:
        editor.create_model(Driver)
    try:
        driver = Driver.objects.create(licence="B7", username="dan", first_name="Dan")
        dan = User.objects.get(username="dan")
        pk = dan.pk
        assert act_as(dan).people.get(external(pk)).name == "Dan"
        driver.is_active = False
        driver.save()
        with pytest.raises(parvis.NotFound):
            act_as(dan).inbox.unread()
        driver.is_active = True
        driver.save()
        assert act_as(dan).inbox.unread() is not None
        driver.delete()
        with pytest.raises(parvis.NotFound):
            conf.db().act_as(NETWORK, external(pk)).inbox.unread()
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Driver)


def test_what_migrations_and_fixtures_save_is_left_to_sync(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(people, "put", lambda *args: told.append(args))
    monkeypatch.setattr(people, "bring", lambda *args: told.append(args))
    monkeypatch.setattr(people, "end", lambda *args: told.append(args))
    historic = ProjectState.from_apps(apps).apps
    user, group = historic.get_model("auth", "User"), historic.get_model("auth", "Group")
    # As where they stand at the address of a model that is no more: by that Django knows who is listened to.
    for signal, heard, model in (
        (post_save, signals.user_saved, user),
        (post_delete, signals.user_deleted, user),
        (post_save, signals.group_saved, group),
        (pre_delete, signals.group_goes, group),
    ):
        signal.connect(heard, sender=model)
    user.objects.create(username="hal").delete()
    group.objects.create(name="Pods").delete()
    Staff(pk=4711, username="ray").save_base(raw=True)
    Team(pk=4711, name="Raw").save_base(raw=True)
    assert told == []


@pytest.mark.parametrize("model", [Permission, Session])
def test_nothing_is_heard_of_other_models(model: type[models.Model]) -> None:
    # Whoever listens to a deletion takes its one statement away from a model: Django reads every row then.
    for signal in (post_save, pre_delete, post_delete, m2m_changed):
        assert not signal.has_listeners(model)


def test_one_instance_that_is_saved_as_two_users_is_told_as_two(store: Any) -> None:
    with transaction.atomic():
        user, group = User.objects.create_user("ana"), Group.objects.create(name="Sales")
        first = user.pk, group.pk
        user.pk, user.username, group.pk, group.name = None, "ben", None, "Buyers"
        user.save()
        group.save()
    ana = User.objects.get(pk=first[0])
    assert act_as(ana).people.get(external(user.pk)).name == "ben"
    assert people.bring([people.member(first[1], ana.pk)])["new"] == 1
    assert spaces(ana) == {"Sales"}
