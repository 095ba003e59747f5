"""Calls, raw and typed, and what a database is besides them."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime

import pytest

import parvis
from conftest import Place
from parvis import external
from parvis.testing import ManualClock, run_until_idle
from parvis.types import PlaceNetwork


def test_an_operation_is_called_by_its_name_from_json_to_json(db: parvis.Db) -> None:
    request = json.dumps({"body": "Hello", "place": {"type": "network"}}).encode()
    made = json.loads(db.act_as("acme", external(1)).call("items.create", request))
    page = json.loads(db.act_as("acme", external(2)).call("feed.home", b"{}"))
    assert [item["id"] for item in page["items"]] == [made["id"]]


def test_the_typed_face_answers_the_bytes_of_the_raw_one(db: parvis.Db) -> None:
    db.act_as("acme", external(1)).items.create("Hello", place=PlaceNetwork())
    ben = db.act_as("acme", external(2))
    # What is unread is counted as an answer is made; apart from that two answers are the same.
    assert ben.people.get(external(1)).to_json() == ben.call("people.get", b'{"person":{"type":"external","id":"1"}}')


def test_a_post_is_found_at_home(db: parvis.Db) -> None:
    ana, ben = (db.act_as("acme", external(id)) for id in (1, 2))
    room = ana.spaces.create("Deal 42", visibility="closed")
    ana.spaces.add(room.id, external(2))
    ana.items.create("Signed!", place=room.id)
    page = ben.feed.home()
    assert [item.body.text for item in page.items if item.body] == ["Signed!"]
    assert page.items[0].reasons[0].text
    assert pickle.loads(pickle.dumps(page)) == page


def test_all_goes_over_every_page(db: parvis.Db) -> None:
    ana, ben = (db.act_as("acme", external(id)) for id in (1, 2))
    made = [ana.items.create(f"Number {n}", place=PlaceNetwork()).id for n in range(7)]
    assert {item.id for item in ben.feed.home(limit=2).all()} == set(made)


def test_what_is_due_is_done_by_a_worker(place: Place) -> None:
    with place.open() as db:
        for id, name in ((1, "Ana"), (2, "Ben")):
            db.system("acme", "hr").people.put(external(id), name)
        db.act_as("acme", external(1)).items.create("Hello", place=PlaceNetwork())
        assert any(progress.behind for progress in db.status("acme").projections)
        assert run_until_idle(db) > 0
        status = db.status("acme")
        assert all(progress.behind == 0 for progress in status.projections)
        assert status.worker_ran is not None


def test_the_numbers_of_the_schema_are_compared_and_made_to_fit(place: Place) -> None:
    with place.open() as db:
        with pytest.raises(parvis.SchemaTooOld):
            db.check()
        assert db.migrate().changed
        assert not db.migrate().changed
        assert db.check() == db.migrate()


def test_servers_say_how_their_tables_are_made(place: Place) -> None:
    with place.open() as db:
        text = db.ddl()
    assert ("create table" in text.lower()) == (place.kind in ("postgres", "mysql"))


def test_a_closed_database_refuses_calls(place: Place) -> None:
    db = place.open()
    me = db.system("acme", "hr")
    me.people.put(external(1), "Ana")
    db.close()
    db.close()
    with pytest.raises(parvis.Misuse, match="closed"):
        me.people.get(external(1))
    with pytest.raises(parvis.Misuse, match="closed"):
        db.ready()


def test_what_is_written_is_there_after_it_was_closed(place: Place) -> None:
    with place.open() as db:
        db.system("acme", "hr").people.put(external(1), "Ana")
    with place.open() as db:
        me = db.act_as("acme", external(1))
        if place.lasts:
            assert me.people.get(external(1)).name == "Ana"
        else:
            with pytest.raises(parvis.NotFound):
                me.people.get(external(1))


def test_a_clock_of_the_host_is_asked(place: Place) -> None:
    clock = ManualClock("2026-03-27T17:00:00.123Z")
    with place.open(clock=clock, inline=True) as db:
        db.system("acme", "hr").people.put(external(1), "Ana")
        ana = db.act_as("acme", external(1))
        made = ana.items.create("Hello", place=PlaceNetwork())
        assert ana.items.get(made.id).item.t == datetime(2026, 3, 27, 17, 0, 0, 123_000, tzinfo=UTC)


def test_a_command_is_made_a_row_of_the_hosts_transaction(db: parvis.Db, place: Place) -> None:
    ana = db.act_as("acme", external(1))
    if place.kind == "memory":
        with pytest.raises(parvis.Invalid):
            ana.row("items.create", b'{"body":"Later"}')
        return
    id, text, parameters = ana.row("items.create", b'{"body":"Later"}', percent=True)
    assert text.count("%s") == len(parameters) and id in parameters
    _, text, parameters = ana.row("items.create", b'{"body":"Later"}')
    assert ("$1" in text) == (place.kind == "postgres")
    assert db.command_state(id).to_dict() == {"type": "gone"}
    assert db.refused("acme").commands == ()
    db.forget(id)


@pytest.mark.parametrize(
    ("url", "options", "field"),
    [
        ("parvis.db", {}, "url"),
        ("redis://x", {}, "url"),
        ("postgresql://me:hidden@host:port/x", {}, "url"),
        ("mysql://[::1/x", {}, "url"),
        ("memory:", {"secret": b"short"}, "secret"),
        ("memory:", {"secret": "z" * 64}, "secret"),
        ("memory:", {"schema": "parvis"}, "schema"),
        ("sqlite://x.db", {"writers": 2}, "writers"),
    ],
)
def test_what_cannot_be_opened_is_refused_at_once(url: str, options: dict[str, str], field: str) -> None:
    with pytest.raises(parvis.Invalid) as caught:
        parvis.open(url, **options)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert "hidden" not in str(caught.value)


def test_a_secret_of_another_process_opens_its_cursors(sqlite: Place) -> None:
    secret = bytes(range(32))
    with sqlite.open(secret=secret, inline=True) as db:
        for id, name in ((1, "Ana"), (2, "Ben")):
            db.system("acme", "hr").people.put(external(id), name)
        for n in range(3):
            db.act_as("acme", external(1)).items.create(f"{n}", place=PlaceNetwork())
        cursor = db.act_as("acme", external(2)).feed.home(limit=1).next
        assert cursor is not None
    with sqlite.open(secret=secret.hex()) as db:
        assert db.act_as("acme", external(2)).feed.home(cursor=cursor, limit=1).items
    with sqlite.open(secret=bytes(32)) as db, pytest.raises(parvis.CursorExpired):
        db.act_as("acme", external(2)).feed.home(cursor=cursor)
