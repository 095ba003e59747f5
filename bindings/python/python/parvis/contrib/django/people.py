"""Users as people, groups as spaces: what Parvis is told of them.

A group is a space of the network's own, known by `group:` and the group's id, whose members are the group's. Nobody
owns it, so nobody but the host lets people in; its members may announce in it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ..._args import external
from ...types import PersonKind
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
#: Bytes of a name.
MAX_NAME = 400
#: Characters that no name has: of control, ends of lines, marks of direction.
_REFUSED = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


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
    """Tells Parvis of a user: what is `known` of him, or what is so now. Whoever may not act any more ends, even where
    the rest of it is refused: a name that is too long, an address that is none."""
    known = fields(user) if known is None else known
    try:
        system().people.put(external=external(user.pk, conf.settings().app), **known)
    except Exception as error:
        if known["status"] == "active" or getattr(error, "retry", "never") != "never":
            raise
        _log.warning("user %s ends, and nothing else is told of him: %s", user.pk, error)
        end(user.pk, str(known["name"] or name(user)), guest=known.get("kind") == "guest")


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


def end(pk: Any, name: str, *, guest: bool = False) -> None:
    """Tells Parvis that a user is no more: he cannot read or act, what he wrote stays. Nothing of it can be refused."""
    kind, app = PersonKind.GUEST if guest else PersonKind.INTERNAL, conf.settings().app
    system().people.put(external=external(pk, app), name=fit(name) or str(pk), kind=kind, status="deactivated")


def fit(name: str) -> str:
    """A name as it is accepted: one line, without marks that turn its direction around, of at most 400 bytes."""
    line = " ".join(_REFUSED.sub(" ", name).split())
    return line.encode("utf-8", "ignore")[:MAX_NAME].decode("utf-8", "ignore").rstrip()


def space(group: Any) -> dict[str, Any]:
    """The row of a group's space."""
    return {"type": "space", "id": f"group:{group.pk}", "name": group.name, "kind": conf.settings().groups}


def member(group: Any, person: Any, *, ended: bool = False) -> dict[str, Any]:
    """The row of a membership."""
    row = {"type": "member", "space": f"group:{group}", "person": str(person)}
    return {**row, "expires": ENDED} if ended else row


def bring(rows: Iterable[Mapping[str, Any]], *, log: bool = True) -> dict[str, Any]:
    """Tells rows of spaces and members; answers how many were new, changed and the same, and which were refused. These
    are in the log, unless the caller tells them."""
    total: dict[str, Any] = {"new": 0, "changed": 0, "same": 0, "bad": []}
    waiting = list(rows)
    for start in range(0, len(waiting), CHUNK):
        request = msgspec.json.encode({"rows": waiting[start : start + CHUNK]})
        report = msgspec.json.decode(system().call("import.put", request))
        for count in ("new", "changed", "same"):
            total[count] += report[count]
        total["bad"] += [{**bad, "row": waiting[start + bad["row"]]} for bad in report["bad"]]
    if log:
        for bad in total["bad"]:
            _log.error("Parvis refuses %s", refusal(bad))
    return total


def refusal(bad: Mapping[str, Any]) -> str:
    """A row that was refused, in words."""
    about = " ".join(str(bad["row"][key]) for key in ("type", "space", "id", "person") if key in bad["row"])
    return f"{about}: {bad['reason']}" + (f" in `{bad['field']}`" if bad["field"] else "")
