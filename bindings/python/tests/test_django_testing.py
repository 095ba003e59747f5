"""What a host's own tests are given: a fresh store for each, which knows the users and groups that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("django")

import django_host
from django.contrib.auth.models import Group, User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import TestCase, TransactionTestCase, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment
from web_django import browser
from web_story import NETWORK

import parvis
from parvis.contrib.django import conf, people
from parvis.contrib.django.testing import ParvisMixin, act_as, fresh
from parvis.types import PlaceNetwork

assert django_host.PAGE


@pytest.fixture(autouse=True, scope="module")
def environment() -> Iterator[None]:
    """As `manage.py test` has it."""
    setup_test_environment()
    yield
    teardown_test_environment()


def spaces(user: User) -> set[str]:
    """The names of a user's spaces."""
    return {space.name for space in act_as(user).spaces.mine().all()}


def posts(user: User) -> list[str]:
    """What a user has in his feed."""
    return [item.body.source for item in act_as(user).feed.home().items if item.body]


class InATransaction(ParvisMixin, TestCase):
    """Tests whose transactions never end."""

    ana: User
    sales: Any

    @classmethod
    def setUpTestData(cls) -> None:
        """Ana, who sells."""
        cls.ana = User.objects.create_user("ana", first_name="Ana")
        cls.sales = Group.objects.create(name="Sales")
        cls.ana.groups.add(cls.sales)

    def setUp(self) -> None:
        """Ben, and a post."""
        super().setUp()
        self.ben = User.objects.create_user("ben", first_name="Ben")
        act_as(self.ben).items.create("From the start", place=PlaceNetwork())

    def test_what_another_test_writes_is_not_here(self) -> None:
        """The one half."""
        self.assertEqual(posts(self.ana), ["From the start"])
        act_as(self.ana).items.create("Here", place=PlaceNetwork())

    def test_what_one_test_writes_is_not_elsewhere(self) -> None:
        """The other half."""
        self.test_what_another_test_writes_is_not_here()

    def test_users_and_groups_are_known_at_once(self) -> None:
        """However they change."""
        self.assertEqual(spaces(self.ana), {"Sales"})
        with transaction.atomic():
            self.sales.user_set.add(self.ben)
        self.assertEqual(spaces(self.ben), {"Sales"})
        self.sales.user_set.clear()
        self.assertEqual(spaces(self.ana) | spaces(self.ben), set())
        self.ben.groups.set([self.sales])
        self.ben.groups.remove(self.sales)
        self.ana.groups.add(self.sales)
        self.ana.groups.clear()
        self.assertEqual(spaces(self.ana) | spaces(self.ben), set())
        self.ben.groups.add(self.sales)
        self.sales.delete()
        self.assertEqual(spaces(self.ben), set())
        gone = act_as(self.ben)
        self.ben.delete()
        with self.assertRaises(parvis.NotFound):
            gone.inbox.unread()

    def test_commands_wait_for_the_commit_that_is_captured(self) -> None:
        """As every callback in a test of Django's."""
        path = f"/later/?group=some&space={act_as(self.ana).spaces.mine().spaces[0].id}"
        browser(self.ana).get(path)
        self.assertNotIn("New group: some", posts(self.ana))
        Group.objects.filter(name="some").delete()
        with self.captureOnCommitCallbacks(execute=True):
            browser(self.ana).get(path)
        self.assertIn("New group: some", posts(self.ana))

    def test_what_is_refused_breaks_nothing_of_the_hosts(self) -> None:
        """The log says it, as it does after a commit."""
        with self.assertLogs("parvis.django", "ERROR"):
            User.objects.create_user("long", first_name="é" * 150, last_name="é" * 150)


class WithCommits(ParvisMixin, TransactionTestCase):
    """Tests whose transactions are committed."""

    def test_users_are_told_when_they_are_committed(self) -> None:
        """And not before."""
        told = people.put
        with transaction.atomic():
            ana = User.objects.create_user("ana")
            with self.assertRaises(parvis.NotFound):
                act_as(ana).inbox.unread()
        self.assertIs(people.put, told)
        self.assertEqual(posts(ana), [])

    def test_what_one_test_writes_is_not_elsewhere(self) -> None:
        """Though primary keys come again."""
        self.test_users_are_told_when_they_are_committed()
        act_as(User.objects.get(username="ana")).items.create("Mine")


def test_the_store_of_the_run_is_left_alone() -> None:
    run = conf.db()
    with fresh() as store:
        assert conf.db() is store is not run
    assert conf.db() is run
    run.ready()


def test_a_test_may_change_the_setting() -> None:
    run = conf.db()
    with fresh() as store:
        with override_settings(PARVIS={"URL": "memory:", "NETWORK": "other"}):
            assert conf.db() is not store
        assert conf.db() is not store
    assert conf.db() is run


def test_a_fresh_store_is_one_in_memory_and_of_tests() -> None:
    told = {"URL": "memory:", "NETWORK": NETWORK, "TEST": {"URL": "sqlite://nowhere.db"}}
    with override_settings(PARVIS=told), pytest.raises(ImproperlyConfigured, match="memory:"), fresh():
        pass
    teardown_test_environment()
    try:
        with pytest.raises(RuntimeError, match="test environment"), fresh():
            pass
    finally:
        setup_test_environment()
