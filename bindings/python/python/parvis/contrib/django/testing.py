"""What tests of a host need: a fresh store for each, which knows the users and groups that the test makes.

    class DealsTest(ParvisMixin, TestCase):
        def setUp(self):
            super().setUp()
            self.ana = User.objects.create_user("ana")

        def test_winning_posts(self):
            with self.captureOnCommitCallbacks(execute=True):       # what `request.parvis.later` was handed
                self.client.post("/deals/42/win/")
            self.assertTrue(act_as(self.ana).feed.home().items)

A `TestCase` of Django's never commits, and what Parvis is told it is told after the commit; and it takes its rows back,
so that the next user has the key of the one before, whose posts a store of the whole run would still have. With pytest:

    @pytest.fixture(autouse=True)
    def parvis_store(db):
        with fresh() as store:
            yield store
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.test import TestCase

from ..._args import external
from . import conf, signals, sync

if TYPE_CHECKING:
    from django.test import TransactionTestCase as Base

    from ..._db import Actor, Db
else:
    Base = object

_log = logging.getLogger("parvis.django")


@contextmanager
def fresh(*, commits: bool = False) -> Iterator[Db]:
    """An empty store in memory in the place of that of the run. It is told of the users and groups that are there, and
    of each that changes from then on.

    Args:
        commits: Whether transactions of the test are committed. Where they are not, users and groups are told at once;
            commands of `request.parvis.later` wait for `captureOnCommitCallbacks(execute=True)` as all callbacks do.

    Raises:
        RuntimeError: where Django's test environment is not set up.
        ImproperlyConfigured: where `PARVIS["TEST"]["URL"]` names a store that is not in memory, so not empty.
    """
    if not conf.testing():
        raise RuntimeError("Django's test environment is not set up")
    if not conf.settings().test_url.lower().startswith("memory:"):
        raise ImproperlyConfigured("PARVIS['TEST']['URL'] is not memory:, so no test has a store of its own")
    with conf.opened(under_test=True) as store:
        before = conf.swap(store)
        try:
            for line in sync.sync(missing=False).refused:
                _log.error("Parvis refuses %s", line)
            with nullcontext() if commits else mock.patch.object(signals, "committed", at_once):
                yield store
        finally:
            # Another one, where the test changed the setting.
            last = conf.swap(before)
            if last is not None:
                last.close()


def at_once(using: str | None, tell: Callable[[], object]) -> None:
    """Tells something now. As after a commit, the log has what fails, and the host's work stands."""
    try:
        tell()
    except Exception:
        _log.exception("Parvis was not told")


def act_as(user: Any) -> Actor:
    """A user as the one who acts."""
    here = conf.settings()
    return conf.db().act_as(here.network, external(user.pk, here.app))


class ParvisMixin(Base):
    """Gives each test of a `TestCase` or `TransactionTestCase` a `fresh` store: `class DealsTest(ParvisMixin,
    TestCase)`. Users and groups of `setUpTestData` and of `fixtures` are told when the test begins, others as they are
    made. What is written into Parvis is written in `setUp`, behind `super().setUp()`, or in the test."""

    def setUp(self) -> None:
        """Opens the store."""
        super().setUp()
        self.enterContext(fresh(commits=not isinstance(self, TestCase)))
