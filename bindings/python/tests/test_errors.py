"""Every code has its class, and every class is met."""

from __future__ import annotations

import pickle
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

import parvis
from conftest import Place, people
from parvis import _parvis, errors, external
from parvis.testing import MapStorage
from parvis.types import PlaceNetwork, Token


def test_every_code_of_the_library_has_a_class() -> None:
    codes = {code for code, _ in _parvis.reasons()}
    assert codes == {code for code in errors._BY_CODE} - {"foreign_sqlite", "misuse"}
    assert len(codes) == 12


def test_every_reason_speaks_both_languages() -> None:
    for code, reason in _parvis.reasons():
        error = errors.from_native(code, reason, None, "never", None, None)
        assert error.code == code and error.message("en") and error.message("fr") != error.message("en")
        assert type(pickle.loads(pickle.dumps(error))) is type(error)
        assert pickle.loads(pickle.dumps(error)).to_dict() == error.to_dict()


def test_not_found(db: parvis.Db) -> None:
    with pytest.raises(LookupError) as caught:
        db.act_as("acme", external(1)).items.get("00000000-0000-0000-0000-000000000000")
    error = caught.value
    assert isinstance(error, parvis.NotFound)
    assert error.to_dict() == {
        "code": "not_found",
        "reason": "named",
        "field": "item",
        "retry": "never",
        "after_ms": None,
    }
    assert str(error) == f"named in `item`: {error.message()}"


def test_forbidden(db: parvis.Db) -> None:
    with pytest.raises(PermissionError) as caught:
        db.act_as("acme", external(1)).people.put(external(3), "Cleo")
    assert isinstance(caught.value, parvis.Forbidden)
    assert caught.value.reason == "system_only" and "system_only" in str(caught.value)


def test_conflict(db: parvis.Db) -> None:
    ana = db.act_as("acme", external(1))
    room = ana.spaces.create("Deal 42", visibility="open")
    with pytest.raises(parvis.Conflict, match="last_owner"):
        ana.spaces.leave(room.id)


def test_invalid(db: parvis.Db) -> None:
    ana = db.act_as("acme", external(1))
    with pytest.raises(ValueError) as caught:
        ana.items.create("")
    assert isinstance(caught.value, parvis.Invalid)
    with pytest.raises(parvis.Invalid, match="no_operation"):
        ana.call("items.nothing", b"{}")
    with pytest.raises(parvis.Invalid, match="request"):
        ana.call("items.create", b"{")
    with pytest.raises(parvis.Invalid, match="person"):
        db.act_as("acme", 4711)  # type: ignore[arg-type]


def test_what_cannot_be_read_is_told_with_its_field_and_what_is_accepted(db: parvis.Db) -> None:
    ana: Any = db.act_as("acme", external(1))
    for call, field, said in (
        (lambda: ana.feed.home(order="latest"), "order", "expected one of `ranked`, `newest`"),
        (lambda: ana.feed.home(limit=-1), "limit", "expected u32"),
        (lambda: ana.items.create("x", publishing="later"), "publishing", "expected"),
        (lambda: ana.items.may("read", external(1)), "verb", "expected one of"),
        (lambda: ana.items.get(7), "item", "accepted: an id, external(..)"),
        (lambda: ana.items.create("x", place=7), "place", "accepted: an id, external(..)"),
        (lambda: ana.items.create("x", expires=datetime(2030, 1, 1)), "expires", "needs a time zone"),
        (lambda: db.system("acme", "hr").people.put(cast("Any", 1), "Ana"), "external", "expected"),
        (
            lambda: db.system("acme", "hr").people.put(external(1), "Ana", status=cast("Any", "gone")),
            "status",
            "not one",
        ),
    ):
        with pytest.raises(parvis.Invalid, match="bad_value") as caught:
            call()
        assert caught.value.field == field, str(caught.value)
        assert said in str(caught.value), str(caught.value)


def test_a_text_of_a_framework_is_a_text(db: parvis.Db) -> None:
    class Safe(str):
        """What templates make: its own text."""

        def __str__(self) -> str:
            return self

    ana = db.act_as("acme", external(Safe("1")))
    made = ana.items.create(Safe("Hello"), place=PlaceNetwork(), tags=[Safe("dijon")])
    assert ana.items.get(Safe(made.id)).item.id == made.id
    assert db.act_as("acme", Safe(ana.people.get(external(1)).id)).items.get(made.id).item.body is not None


def test_too_large(db: parvis.Db) -> None:
    with pytest.raises(parvis.TooLarge):
        db.act_as("acme", external(1)).items.create("x" * 20_000, place=PlaceNetwork())


def test_key_reused(db: parvis.Db) -> None:
    ana = db.act_as("acme", external(1))
    ana.items.create("One", place=PlaceNetwork(), idempotency_key="k")
    with pytest.raises(parvis.KeyReused):
        ana.items.create("Two", place=PlaceNetwork(), idempotency_key="k")


def test_cursor_expired(db: parvis.Db) -> None:
    with pytest.raises(parvis.CursorExpired):
        db.act_as("acme", external(1)).feed.home(cursor=Token("nonsense"))


def test_unavailable() -> None:
    db = parvis.open("postgresql://nobody@127.0.0.1:1/none", call_timeout=5)
    with db, pytest.raises(parvis.Unavailable) as caught:
        db.ready()
    assert caught.value.retry == "after" and caught.value.after_ms == 250


def test_outcome_unknown() -> None:
    class Torn(MapStorage):
        torn = False

        def write(self, changes: list[tuple[bytes, bytes | None]], /) -> None:
            if self.torn:
                raise OSError("the cable")
            super().write(changes)

    storage = Torn()
    with parvis.open("memory:", storage=storage) as db:
        people(db)
        storage.torn = True
        with pytest.raises(parvis.OutcomeUnknown) as caught:
            people(db, "other")
    assert caught.value.retry == "now"
    assert isinstance(caught.value.__cause__, OSError)


def test_internal(near: Place) -> None:
    class Broken:
        def now(self) -> None:
            raise RuntimeError("stopped")

    with near.open(clock=Broken()) as db, pytest.raises(parvis.Internal) as caught:
        people(db)
    assert caught.value.reason == "callback" and isinstance(caught.value.__cause__, RuntimeError)


def test_schema_too_new(sqlite: Place) -> None:
    with sqlite.open() as db:
        people(db)
    file = Path(sqlite.url.removeprefix("sqlite://"))
    other = sqlite3.connect(file)
    tables = [name for (name,) in other.execute("select name from sqlite_master where type = 'table'")]
    numbers = [name for name in tables if "breaks" in {row[1] for row in other.execute(f"pragma table_info({name})")}]
    assert len(numbers) == 1
    other.execute(f"update {numbers[0]} set breaks = breaks + 1")
    other.commit()
    other.close()
    with sqlite.open() as db:
        for call in (db.check, db.ready):
            with pytest.raises(parvis.SchemaTooNew):
                call()
