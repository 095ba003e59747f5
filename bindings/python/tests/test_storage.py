"""A storage in Python: what is said over it is what is said over memory, byte for byte."""

from __future__ import annotations

import json
import threading
from typing import Any

import parvis
from conftest import people
from parvis import external
from parvis.testing import SECRET, ManualClock, MapStorage, SeededEntropy, run_until_idle


def _open(**more: Any) -> parvis.Db:
    options: dict[str, Any] = {"secret": SECRET, "clock": ManualClock(), "entropy": SeededEntropy(1)}
    return parvis.open("memory:", **options, **more)


def _story(db: parvis.Db) -> list[bytes]:
    """Calls of every group, pages of several kinds in both directions, refusals."""
    said = []

    def call(by: int, name: str, /, **request: Any) -> Any:
        try:
            answer = db.act_as("acme", external(by)).call(name, json.dumps(request).encode())
        except parvis.ParvisError as error:
            answer = json.dumps(error.to_dict()).encode()
        said.append(answer)
        return json.loads(answer)

    people(db)
    for id in range(3, 90):
        db.system("acme", "hr").people.put(external(id), f"Person {id:03}")
    room = call(1, "spaces.create", name="Deal 42", visibility="closed")["id"]
    named = {"type": "id", "id": room}
    for id in range(2, 80):
        call(1, "spaces.add", space=named, person={"type": "external", "id": str(id)})
    place = {"type": "space", "space": named}
    posts = [call(1, "items.create", body=f"Number {n}", place=place)["id"] for n in range(75)]
    for n, post in enumerate(posts[:20]):
        call(2 + n % 5, "items.comment", on={"type": "id", "id": post}, body=f"Answer {n}")
        call(3, "items.react", item={"type": "id", "id": post}, reaction="like")
    run_until_idle(db)
    for by in (1, 2, 85):
        for name in ("feed.home", "feed.network_wall", "inbox.entries", "inbox.unread", "spaces.mine", "spaces.list"):
            page = call(by, name, **({"limit": 20} if name in ("feed.home", "inbox.entries") else {}))
            while page.get("next"):
                page = call(by, name, limit=20, cursor=page["next"])
    page = call(1, "spaces.members", space=named, limit=30)
    while page["next"]:
        page = call(1, "spaces.members", space=named, limit=30, cursor=page["next"])
    call(2, "feed.space_wall", space=named)
    call(85, "feed.space_wall", space=named)
    call(1, "spaces.remove", space=named, person={"type": "external", "id": "2"})
    call(2, "items.get", item={"type": "id", "id": posts[0]})
    return said


def test_a_storage_in_python_says_what_memory_says() -> None:
    storage = MapStorage()
    with _open() as db, _open(storage=storage) as other:
        assert other.engine == "python"
        told, again = _story(db), _story(other)
    assert len(told) > 200
    assert told == again
    assert len(storage.entries) > 500


def test_a_storage_in_python_is_opened_again() -> None:
    storage = MapStorage()
    with _open(storage=storage) as db:
        people(db)
    with _open(storage=storage) as db:
        assert db.act_as("acme", external(1)).people.get(external(2)).name == "Ben Okafor"
        assert not db.migrate().changed


def test_calls_on_a_storage_come_one_after_the_other() -> None:
    class Watched(MapStorage):
        inside = 0
        most = 0

        def get(self, key: bytes, /) -> bytes | None:
            self.inside += 1
            self.most = max(self.most, self.inside)
            value = super().get(key)
            self.inside -= 1
            return value

    storage = Watched()
    with _open(storage=storage) as db:
        people(db)

        def work(by: int) -> None:
            for _ in range(20):
                db.act_as("acme", external(by)).feed.home()

        threads = [threading.Thread(target=work, args=(1 + n % 2,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
    assert storage.most == 1
