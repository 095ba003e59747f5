"""Users as people and groups as spaces: by signals, and by `parvis_sync` where there were none."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test import override_settings
from web_django import act_as, browser, setting, spaces
from web_story import NETWORK

import parvis
from conftest import Place
from parvis import external
from parvis.contrib.django import conf, people

assert django_host.PAGE
pytest_plugins = ["web_django"]


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
    monkeypatch.setattr(people, "put", lambda user, known: told.append(user))
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


def test_access_that_was_taken_away_stays_away(users: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = users["ana"], users["ben"]
    sales = Group.objects.create(name="Sales")
    put, bring = people.put, people.bring

    # Between the reading and the telling of one, another one takes the access away and tells it.
    def late_put(user: User, known: Any) -> None:
        monkeypatch.setattr(people, "put", put)
        other = User.objects.get(pk=user.pk)
        other.is_active = False
        other.save()
        put(user, known)

    def late_bring(rows: Any) -> Any:
        monkeypatch.setattr(people, "bring", bring)
        ben.groups.remove(sales)
        return bring(rows)

    def deleted_put(user: User, known: Any) -> None:
        monkeypatch.setattr(people, "put", put)
        User.objects.get(pk=user.pk).delete()
        put(user, known)

    monkeypatch.setattr(people, "put", late_put)
    ana.save()
    with pytest.raises(parvis.NotFound):
        act_as(ana).inbox.unread()
    monkeypatch.setattr(people, "bring", late_bring)
    ben.groups.add(sales)
    assert spaces(ben) == set()
    monkeypatch.setattr(people, "put", deleted_put)
    users["cleo"].save()
    with pytest.raises(parvis.NotFound):
        act_as(users["cleo"]).inbox.unread()


def test_a_group_that_is_renamed_twice_keeps_its_last_name(
    users: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = Group.objects.create(name="Sales")
    users["ana"].groups.add(sales)
    bring = people.bring

    def late(rows: Any) -> Any:
        monkeypatch.setattr(people, "bring", bring)
        other = Group.objects.get(pk=sales.pk)
        other.name = "Sales South"
        other.save()
        return bring(rows)

    monkeypatch.setattr(people, "bring", late)
    sales.name = "Sales North"
    sales.save()
    assert spaces(users["ana"]) == {"Sales South"}


def test_what_changes_all_the_time_is_told_a_few_times() -> None:
    seen = iter(range(100))
    told: list[int] = []
    people.settle(lambda: next(seen), told.append)
    assert told == [0, 1, 2, 3, 4]


def failing(user: User) -> dict[str, Any]:
    """A host's function with a defect."""
    raise LookupError(user.username)


def test_nobody_stays_because_the_hosts_function_fails(sqlite: Place) -> None:
    with override_settings(PARVIS=setting(sqlite)):
        ana, ben = User.objects.create_user("ana"), User.objects.create_user("ben")
    with override_settings(PARVIS=setting(sqlite, PERSON=f"{__name__}.failing")):
        gone = conf.db().act_as(NETWORK, external(ana.pk))
        ana.delete()
        ben.is_active = False
        ben.save()
        for person in (gone, act_as(ben)):
            with pytest.raises(parvis.NotFound):
                person.inbox.unread()
        ben.delete()


class Plain(AbstractBaseUser):
    """A user with no more than Django demands."""

    login: Any = models.CharField(max_length=20, unique=True)
    USERNAME_FIELD = "login"

    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Its app has no table of it."""

        app_label = "plain"


def test_users_need_no_full_name(store: Any) -> None:
    assert people.fields(Plain(pk=7, login="ana")) == {"name": "ana", "email": "", "status": "active"}


def refused(user: User, how: str) -> None:
    """Gives a user what Parvis refuses, without a signal."""
    long = {"first_name": "é" * 150, "last_name": "é" * 150}
    given = {"name": long, "marks": {"first_name": "Ana\u202eamiL"}, "email": {"email": "no address"}}
    User.objects.filter(pk=user.pk).update(**given[how])
    user.refresh_from_db()


@pytest.mark.parametrize("how", ["name", "marks", "email"])
def test_nobody_stays_because_parvis_refuses_what_he_is_called(
    users: dict[str, User], how: str, caplog: pytest.LogCaptureFixture
) -> None:
    ana, ben, cleo = users["ana"], users["ben"], users["cleo"]
    for user in (ana, ben, cleo):
        refused(user, how)
    gone = conf.db().act_as(NETWORK, external(ben.pk))
    ana.is_active = False
    ana.save()
    with pytest.raises(parvis.NotFound):
        act_as(ana).inbox.unread()
    assert f"user {ana.pk}" in caplog.text
    ben.delete()
    with pytest.raises(parvis.NotFound):
        gone.inbox.unread()
    User.objects.filter(pk=cleo.pk).update(is_active=False)
    assert "1 ended" in synced()
    with pytest.raises(parvis.NotFound):
        act_as(cleo).inbox.unread()


def test_a_user_who_may_act_is_still_refused(users: dict[str, User]) -> None:
    refused(users["ana"], "name")
    with pytest.raises(parvis.errors.TooLarge):
        people.put(users["ana"])
    with pytest.raises(CommandError, match=f"user {users['ana'].pk}: long_text in `name`"):
        synced()


def test_nobody_stays_because_of_what_the_hosts_function_adds(sqlite: Place) -> None:
    for path in ("strange", "odd"):
        with override_settings(PARVIS=setting(sqlite)):
            ana = User.objects.create_user("ana")
        with override_settings(PARVIS=setting(sqlite, PERSON=f"{__name__}.{path}")):
            ana.is_active = False
            ana.save()
            with pytest.raises(parvis.NotFound):
                act_as(ana).inbox.unread()
            ana.delete()


def strange(user: User) -> dict[str, Any]:
    """A unit that nobody made."""
    return {"unit": external("nowhere")}


def odd(user: User) -> dict[str, Any]:
    """A field that persons do not have, and no name."""
    return {"shoes": 43, "name": None}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (" Ana Lima ", "Ana Lima"),
        ("é" * 300, "é" * 200),
        ("x" + "é" * 300, "x" + "é" * 199),
        ("Ana\u202e\nLima", "Ana Lima"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u2028", ""),
    ],
)
def test_a_name_is_cut_to_what_is_accepted(name: str, kept: str) -> None:
    assert people.fit(name) == kept


def test_while_the_store_is_away_an_end_is_not_told_in_other_words(
    users: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    class Away:
        people = property(lambda self: self)

        def put(self, **known: Any) -> None:
            told.append(known)
            raise parvis.Unavailable("store", retry="after")

    monkeypatch.setattr(people, "system", Away)
    users["ana"].is_active = False
    with pytest.raises(parvis.Unavailable):
        people.put(users["ana"])
    assert len(told) == 1


GUESTS: set[Any] = set()


def kinds(user: User) -> dict[str, Any]:
    """What the host knows of employees and guests."""
    return {"kind": "guest"} if user.pk in GUESTS else {"unit": external("sales")} if user.last_name == "S" else {}


def test_sync_tells_what_cannot_be_read_back(sqlite: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    GUESTS.clear()
    with override_settings(PARVIS=setting(sqlite, PERSON=f"{__name__}.kinds")):
        people.system().people.put_unit(external("sales"), "Sales")
        ana, ben = User.objects.create_user("ana", last_name="S"), User.objects.create_user("ben")
        act_as(ana).items.create("For employees", place=parvis.types.PlaceNetwork())
        # A bulk operation calls no signal.
        GUESTS.add(ben.pk)
        assert "0 new, 1 changed, 1 same" in synced()
        with pytest.raises(parvis.Forbidden):
            act_as(ben).feed.network_wall()
        GUESTS.clear()
        assert "1 changed" in synced()
        assert act_as(ben).feed.network_wall().items
        User.objects.filter(pk=ana.pk).update(last_name="Lima")
        told: dict[str, Any] = {}
        monkeypatch.setattr(people, "put", lambda user, known: told.update({user.username: known}))
        synced()
        assert "unit" not in told["ana"]
        monkeypatch.undo()
        User.objects.all().delete()


def test_a_group_that_is_refused_is_told(users: dict[str, User], caplog: pytest.LogCaptureFixture) -> None:
    group = Group.objects.create(name="字" * 140)
    users["ana"].groups.add(group)
    assert f"space group:{group.pk}: too_long in `name`" in caplog.text
    assert f"member group:{group.pk} {users['ana'].pk}: " in caplog.text
    caplog.clear()
    with pytest.raises(CommandError, match=f"group:{group.pk}"):
        synced()
    assert not [one for one in caplog.records if one.name == "parvis.django"]
