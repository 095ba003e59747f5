"""Users as people, groups as spaces: what Parvis is told of them.

A group is a space of the network's own, known by `group:` and the group's id, whose members are the group's. Nobody
owns it, so nobody but the host lets people in; its members may announce in it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ..._args import external
from . import conf

if TYPE_CHECKING:
    from ..._db import System

T = TypeVar("T")
_log = logging.getLogger("parvis.django")

#: The instant at which a membership ended that is over: always the same one, so that telling it twice changes nothing.
ENDED = "1970-01-01T00:00:00.000Z"
#: Rows of one import.
CHUNK = 500
#: How often something is told that changes again and again meanwhile.
TIMES = 5


def system() -> System:
    """The host's system, in whose range of ids users and groups are."""
    here = conf.settings()
    return conf.db().system(here.network, here.app)


def fields(user: Any) -> dict[str, Any]:
    """What Parvis is told of a user: name, e-mail address, whether he may act, and what the setting `PERSON` adds."""
    known: dict[str, Any] = {"name": name(user), "email": getattr(user, user.get_email_field_name(), "") or ""}
    try:
        known.update(conf.settings().person(user))
    except Exception:
        # That somebody may not act any more is told in any case.
        if user.is_active:
            raise
        _log.exception("PARVIS['PERSON'] failed for user %s", user.pk)
    known["status"] = "active" if user.is_active else "deactivated"
    return known


def name(user: Any) -> str:
    """What Django calls a user. Not every model of users has a full name."""
    full = getattr(user, "get_full_name", None)
    return str((full() if full else "") or "").strip() or str(user.get_username())


def last_name(user: Any) -> str:
    """What a user who is being deleted was called last, even where the host's function fails."""
    try:
        return str(fields(user)["name"])
    except Exception:
        _log.exception("PARVIS['PERSON'] failed for user %s, who is being deleted", user.pk)
        return name(user)


def put(user: Any, known: Mapping[str, Any] | None = None) -> None:
    """Tells Parvis of a user: what is `known` of him, or what is so now."""
    known = fields(user) if known is None else known
    system().people.put(external=external(user.pk, conf.settings().app), **known)


def settle(read: Callable[[], T], tell: Callable[[T], object]) -> None:
    """Tells what is read, and again until it is still so afterwards.

    Two who read before they tell may tell in the other order; whoever tells last sees here that it is over.
    """
    now = read()
    for _ in range(TIMES):
        tell(now)
        told, now = now, read()
        if now == told:
            return
    _log.warning("what Parvis is told changes all the time; parvis_sync repairs what is left")


def end(pk: Any, name: str) -> None:
    """Tells Parvis that a user is no more: he cannot read or act, what he wrote stays."""
    system().people.put(external=external(pk, conf.settings().app), name=name, status="deactivated")


def space(group: Any) -> dict[str, Any]:
    """The row of a group's space."""
    return {"type": "space", "id": f"group:{group.pk}", "name": group.name, "kind": conf.settings().groups}


def member(group: Any, person: Any, *, ended: bool = False) -> dict[str, Any]:
    """The row of a membership."""
    row = {"type": "member", "space": f"group:{group}", "person": str(person)}
    return {**row, "expires": ENDED} if ended else row


def bring(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Tells rows of spaces and members; answers how many were new, changed and the same, and which were refused."""
    total: dict[str, Any] = {"new": 0, "changed": 0, "same": 0, "bad": []}
    waiting = list(rows)
    for start in range(0, len(waiting), CHUNK):
        request = msgspec.json.encode({"rows": waiting[start : start + CHUNK]})
        report = msgspec.json.decode(system().call("import.put", request))
        for count in ("new", "changed", "same"):
            total[count] += report[count]
        total["bad"] += [{**bad, "row": waiting[start + bad["row"]]} for bad in report["bad"]]
    return total
