"""What tests of a host get, and whether the stub says what the native module is."""

from __future__ import annotations

import ast
import asyncio
import inspect
from datetime import UTC, datetime
from pathlib import Path

import pytest

import parvis
from parvis import _parvis, external
from parvis.testing import ManualClock, SeededEntropy, arun_until_idle, memory, memory_aio, run_until_idle
from parvis.types import PlaceNetwork


def test_the_fixtures_are_there(parvis_db: parvis.Db, parvis_clock: ManualClock) -> None:
    parvis_db.system("acme", "hr").people.put(external(1), "Ana")
    ana = parvis_db.act_as("acme", external(1))
    first = ana.items.create("Before", place=PlaceNetwork()).id
    parvis_clock.advance(hours=64)
    second = ana.items.create("After", place=PlaceNetwork()).id
    times = [ana.items.get(id).item.t for id in (first, second)]
    assert (times[1] - times[0]).total_seconds() == 64 * 3600


def test_a_clock_by_hand() -> None:
    clock = ManualClock("2026-03-27T18:00:00+01:00")
    assert clock.now() == datetime(2026, 3, 27, 17, tzinfo=UTC)
    clock.advance(days=1, minutes=1.5, milliseconds=2)
    assert clock.now() == datetime(2026, 3, 28, 17, 1, 30, 2_000, tzinfo=UTC)
    clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2020
    with pytest.raises(ValueError, match="time zone"):
        clock.set("2026-03-27T18:00:00")


def _story(db: parvis.Db) -> list[bytes]:
    hr = db.system("acme", "hr")
    said = [hr.people.put(external(id), f"Person {id}").to_json() for id in range(3)]
    made = db.act_as("acme", external(1)).items.create("Hello", place=PlaceNetwork())
    run_until_idle(db)
    return [*said, made.to_json(), db.act_as("acme", external(2)).call("feed.home", b"{}")]


def test_what_happens_follows_from_clock_and_seed() -> None:
    with memory(seed=1) as one, memory(seed=1) as two, memory(seed=2) as three:
        told = _story(one)
        assert told == _story(two)
        assert told != _story(three)


def test_randomness_from_a_seed() -> None:
    one, two = SeededEntropy(5), SeededEntropy(5)
    drawn = [one.fill(32) for _ in range(10)]
    assert drawn == [two.fill(32) for _ in range(10)]
    assert len(set(drawn)) == 10


def test_asyncio_has_the_same() -> None:
    async def story() -> None:
        async with memory_aio(inline=False) as db:
            await db.system("acme", "hr").people.put(external(1), "Ana")
            await db.act_as("acme", external(1)).items.create("Hello", place=PlaceNetwork())
            assert await arun_until_idle(db) > 0
            assert await arun_until_idle(db) == 0

    asyncio.run(story())


def _public(node: ast.Module | ast.ClassDef) -> dict[str, ast.stmt]:
    named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {one.name: one for one in node.body if isinstance(one, named) and not one.name.startswith("_")}


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]


def test_the_stub_says_what_the_native_module_is() -> None:
    stub = ast.parse(Path(_parvis.__file__).parent.joinpath("_parvis.pyi").read_text(encoding="utf-8"))
    declared = _public(stub)
    assert set(declared) == {name for name in vars(_parvis) if not name.startswith("_")}
    for name, node in declared.items():
        real = getattr(_parvis, name)
        if isinstance(node, ast.FunctionDef):
            assert list(inspect.signature(real).parameters) == _arguments(node), name
        elif isinstance(node, ast.ClassDef):
            members = _public(node)
            assert set(members) == {member for member in vars(real) if not member.startswith("_")}, name
            for member, method in members.items():
                found = getattr(real, member)
                if callable(found) and isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    parameters = [one for one in inspect.signature(found).parameters if one != "self"]
                    assert parameters == _arguments(method), f"{name}.{member}"
                    assert member.endswith("_async") == isinstance(method, ast.AsyncFunctionDef)


def test_every_native_call_that_waits_has_a_coroutine() -> None:
    alone = {"actor", "system", "ddl", "engine"}
    for kind in (_parvis.Db, _parvis.Actor):
        names = {name for name in vars(kind) if not name.startswith("_")}
        waits = {name for name in names if not name.endswith("_async")} - alone
        assert {f"{name}_async" for name in waits} == {name for name in names if name.endswith("_async")}
        assert all(getattr(kind, name).__doc__ for name in names)
