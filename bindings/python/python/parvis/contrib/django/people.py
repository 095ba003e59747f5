"""Users as people, groups as spaces: what Parvis is told of them.

A group is a space of the network's own, known by `group:` and the group's id, whose members are the group's. Nobody
owns it, so nobody but the host lets people in; its members may announce in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ..._args import external
from . import conf

if TYPE_CHECKING:
    from ..._db import System

#: The instant at which a membership ended that is over: always the same one, so that telling it twice changes nothing.
ENDED = "1970-01-01T00:00:00.000Z"
#: Rows of one import.
CHUNK = 500


def system() -> System:
    """The host's system, in whose range of ids users and groups are."""
    here = conf.settings()
    return conf.db().system(here.network, here.app)


def fields(user: Any) -> dict[str, Any]:
    """What Parvis is told of a user: name, e-mail address, whether he may act, and what the setting `PERSON` adds."""
    name = user.get_full_name().strip() or user.get_username()
    known: dict[str, Any] = {"name": name, "email": getattr(user, user.get_email_field_name(), "") or ""}
    known.update(conf.settings().person(user))
    known["status"] = "active" if user.is_active else "deactivated"
    return known


def put(user: Any) -> None:
    """Tells Parvis of a user."""
    system().people.put(external=external(user.pk, conf.settings().app), **fields(user))


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
