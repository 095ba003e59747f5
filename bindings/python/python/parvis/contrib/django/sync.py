"""Repairs: compares what Parvis knows of users and groups with what Django knows, and tells what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from ... import errors
from ..._args import external
from . import conf, people, signals

#: Fields of a person that he reads of himself, as he would be told.
_READ = ("name", "email", "title", "languages", "zone", "handle")


@dataclass(slots=True)
class Report:
    """What was repaired. `same` is said of what can be read back."""

    people: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "changed", "same", "ended"), 0))
    spaces: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "changed", "same"), 0))
    members: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("new", "ended", "same"), 0))
    #: What was refused, in words.
    refused: list[str] = field(default_factory=list)


def sync(*, at_most: int = 5, missing: bool = True) -> Report:
    """Repairs everything. With `missing`, people whom Django does not know any more are deactivated, unless they are
    more than `at_most` percent: a database that was restored in part ends no house."""
    report = Report()
    users = get_user_model()._default_manager.order_by("pk")
    for user in users.iterator(chunk_size=500):
        person(user, report)
    if missing:
        ended = end_missing([str(pk) for pk in users.values_list("pk", flat=True)], at_most, report)
        report.people["ended"] += ended
    if signals.spaces():
        groups(report)
    return report


def profile(user: Any) -> dict[str, Any] | None:
    """What Parvis knows of a user, as he reads it himself; nothing of one who is unknown to it or may not act."""
    here = conf.settings()
    named = external(user.pk, here.app)
    try:
        known = conf.db().act_as(here.network, named).people.get(named)
    except errors.NotFound:
        return None
    return known.to_dict()


def person(user: Any, report: Report) -> None:
    """One user. What the setting `PERSON` adds cannot all be read back, so it is told in any case."""
    known, told = profile(user), people.fields(user)
    if not user.is_active:
        kind = "same" if known is None else "ended"
    elif known is None:
        kind = "new"
    else:
        differs = any((told[name] or None) != (known[name] or None) for name in _READ if name in told)
        kind = "changed" if differs or known["guest"] != (told.get("kind") == "guest") else "same"
    if kind != "same" or (known is not None and conf.settings().person is not conf.nothing):
        try:
            signals.tell_user(user.pk, None)
        except errors.ParvisError as error:
            report.refused.append(f"user {user.pk}: {error}")
            return
    report.people[kind] += 1


def end_missing(present: list[str], at_most: int, report: Report) -> int:
    """Ends the people whom Django does not know."""
    request = msgspec.json.encode({"present": present, "at_most": at_most})
    try:
        ended: int = msgspec.json.decode(people.system().call("import.end_missing", request))["ended"]
    except errors.Conflict as error:
        report.refused.append(f"people whom Django does not know: {error}")
        return 0
    return ended


def groups(report: Report) -> None:
    """Spaces of all groups, then the memberships of everybody who may act."""
    told = people.bring([people.space(group) for group in Group.objects.order_by("pk")], log=False)
    for kind in report.spaces:
        report.spaces[kind] += told[kind]
    report.refused += [people.refusal(bad) for bad in told["bad"]]
    rows: list[dict[str, Any]] = []
    users = get_user_model()._default_manager.filter(is_active=True).prefetch_related("groups").order_by("pk")
    for user in users.iterator(chunk_size=500):
        rows += memberships(user, report)
    told = people.bring(rows, log=False)
    report.refused += [people.refusal(bad) for bad in told["bad"]]


def memberships(user: Any, report: Report) -> Iterator[dict[str, Any]]:
    """The rows of one user that differ."""
    here = conf.settings()
    wanted = {str(group.pk) for group in user.groups.all()}
    try:
        page = conf.db().act_as(here.network, external(user.pk, here.app)).spaces.mine(limit=100)
        spaces = [space.external or "" for space in page.all()]
    except errors.NotFound:
        # He was refused above.
        return
    known = {name.removeprefix("group:") for name in spaces if name.startswith("group:")}
    report.members["same"] += len(wanted & known)
    report.members["new"] += len(wanted - known)
    report.members["ended"] += len(known - wanted)
    for group in sorted(wanted - known):
        yield people.member(group, user.pk)
    for group in sorted(known - wanted):
        yield people.member(group, user.pk, ended=True)
