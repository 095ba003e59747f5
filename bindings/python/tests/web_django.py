"""What the tests of Django have in common: a fresh store, users whom the signals told, browsers of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client, override_settings
from web_story import NETWORK, OPEN, SECRET, Story

import parvis
from conftest import Place
from parvis import external
from parvis.contrib.django import conf


def setting(place: Place, **more: Any) -> dict[str, Any]:
    """The setting that names a store."""
    told = {"URL": place.url, "NETWORK": NETWORK, "OPTIONS": place.options | {"inline": True}, "TICK": 1}
    return told | more


@pytest.fixture
def store(place: Place) -> Iterator[Any]:
    """A fresh store, and Django's tables empty."""
    told = setting(place)
    with override_settings(PARVIS=told):
        try:
            yield conf.db()
        finally:
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


def posts(user: User) -> list[str]:
    """What a user has in his feed, newest first."""
    return [item.body.source for item in act_as(user).feed.home(order="newest").items if item.body]
