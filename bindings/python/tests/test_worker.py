"""The loop of a worker."""

from __future__ import annotations

import threading

import pytest

import parvis
from parvis.types import Due
from parvis.worker import work

NOTHING = Due(done=0, more=False, next=None, lag_ms=0, failed=0)


class Steps:
    """Answers one after the other, and tells the worker to stop behind the last."""

    def __init__(self, *answers: Due | Exception) -> None:
        self.answers = list(answers)
        self.stop = threading.Event()

    def __call__(self) -> Due:
        answer = self.answers.pop(0)
        if not self.answers:
            self.stop.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


def some(done: int, *, more: bool = False) -> Due:
    return Due(done=done, more=more, next=None, lag_ms=0, failed=0)


def test_it_goes_on_while_more_is_due_and_stops_when_told() -> None:
    steps = Steps(some(3, more=True), some(2), NOTHING)
    assert work(steps, steps.stop, idle=0.01) == 5
    assert steps.answers == []


def test_once_ends_when_nothing_more_is_due() -> None:
    steps = Steps(some(3, more=True), some(2), some(7))
    assert work(steps, steps.stop, once=True) == 5
    assert steps.answers == [some(7)]


def test_a_store_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    away = parvis.Unavailable("store", retry="after")
    steps = Steps(away, some(4), NOTHING)
    assert work(steps, steps.stop, idle=0.01) == 4
    assert "trying again" in caplog.text
    with pytest.raises(parvis.Unavailable):
        work(Steps(away, NOTHING), threading.Event(), once=True)


class GoneAway(Exception):
    """What a host's driver says of its server."""


def test_a_database_of_the_hosts_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    steps = Steps(GoneAway("server"), some(4), NOTHING)
    assert work(steps, steps.stop, idle=0.01, away=(GoneAway,)) == 4
    assert "server; trying again" in caplog.text
    with pytest.raises(GoneAway):
        work(Steps(GoneAway(), NOTHING), threading.Event(), once=True, away=(GoneAway,))
    with pytest.raises(GoneAway):
        work(Steps(GoneAway(), NOTHING), threading.Event())


def test_what_trying_again_will_not_mend_ends_it() -> None:
    with pytest.raises(parvis.SchemaTooNew):
        work(Steps(parvis.SchemaTooNew("new_schema"), NOTHING), threading.Event())
