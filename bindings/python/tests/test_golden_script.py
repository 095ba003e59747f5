"""The golden script (`tests/script`): 300 calls in two networks, and the bytes that every face must get, on all stores.

Each step goes through the typed face where its request can be written there, and a request that no typed call can make
(an unknown word, a field too many) through `call`. What the typed face answers is written as JSON again: the bytes
must be those of Rust.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
import types
import typing
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import blake3
import msgspec
import pytest

import parvis
import parvis.aio
import parvis.pydantic
from conftest import Place
from parvis._wire import Record, plain

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tests" / "script"
STEPS = [json.loads(line) for line in (SCRIPT / "steps.jsonl").read_text(encoding="utf-8").splitlines() if line]
ANSWERS = (SCRIPT / "answers.jsonl").read_text(encoding="utf-8").splitlines()
OPERATIONS = {row["name"] for row in json.loads(parvis._parvis.operations())}


class Clock:
    """Stands where the last `clock` step set it."""

    at = datetime(1970, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Entropy:
    """The n-th draw is BLAKE3 over n."""

    def __init__(self, seed: int) -> None:
        self.n = seed

    def fill(self, count: int) -> bytes:
        drawn = blake3.blake3(self.n.to_bytes(8, "little")).digest(length=count)
        self.n += 1
        return drawn


class NotTyped(Exception):
    """No typed call can make this request."""


def accepted(hint: Any) -> Any:
    """A hint without the words of a vocabulary, for which its enum stands."""
    if get_origin(hint) in (typing.Union, types.UnionType):
        rest = [one for one in get_args(hint) if get_origin(one) is not Literal]
        hint = rest[0]
        for one in rest[1:]:
            hint = hint | one
    return hint


def arguments(method: Callable[..., Any], request: dict[str, Any]) -> dict[str, Any]:
    """A request as arguments of a typed call."""
    hints = typing.get_type_hints(method)
    signature = inspect.signature(method)
    given = {}
    for name, value in request.items():
        if name not in signature.parameters:
            raise NotTyped(name)
        if isinstance(value, dict) and "type" not in value and hints[name] is parvis.types.External:
            value = {"type": "external", "app": "host", **value}
        try:
            given[name] = msgspec.convert(value, accepted(hints[name]), strict=True)
        except msgspec.ValidationError as error:
            raise NotTyped(str(error)) from error
    missing = [name for name, one in signature.parameters.items() if one.default is one.empty and name not in given]
    if missing:
        raise NotTyped(str(missing))
    return given


class Stage:
    """What both players share."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.known: dict[str, Any] = {}
        self.typed: set[str] = set()
        self.raw = 0

    def filled(self, value: Any) -> Any:
        """A request with what stands for other values put in its place."""
        match value:
            case {"$": path, **rest} if not rest:
                found: Any = self.known
                for part in path.split("/"):
                    found = found[int(part)] if isinstance(found, list) else found[part]
                return found
            case {"*": [times, of], **rest} if not rest:
                return self.filled(of) * times
            case dict():
                return {name: self.filled(one) for name, one in value.items()}
            case list():
                return [self.filled(one) for one in value]
        return value

    def request(self, step: dict[str, Any]) -> dict[str, Any]:
        request = self.filled(step.get("with", {}))
        if "key" in step:
            request["idempotency_key"] = step["key"]
        return typing.cast("dict[str, Any]", request)

    def actor(self, db: Any, step: dict[str, Any]) -> Any:
        if "app" in step:
            return db.system(step["in"], step["app"])
        by = self.filled(step["by"])
        who = parvis.external(by) if isinstance(by, str) else msgspec.convert(by, parvis.types.Ref)
        return db.act_as(step["in"], who)

    def method(self, actor: Any, name: str) -> Callable[..., Any]:
        group, operation = name.split(".")
        groups = getattr(actor, "importing" if group == "import" else group, None)
        method = getattr(groups, operation, None)
        if method is None:
            raise NotTyped(name)
        return typing.cast("Callable[..., Any]", method)

    def keep(self, step: dict[str, Any], value: Any) -> None:
        if "as" in step:
            self.known[step["as"]] = value


def failed(name: str, error: parvis.ParvisError) -> str:
    wire = {
        "code": error.code,
        "reason": error.reason,
        "field": error.field,
        "retry": error.retry,
        "after_ms": error.after_ms,
    }
    texts = [
        json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        for part in (wire, error.message("en"), error.message("fr"))
    ]
    return f'{{"call":"{name}","error":{texts[0]},"en":{texts[1]},"fr":{texts[2]}}}'


def looked_at(answer: Record) -> Record:
    """What every answer can do, whatever it holds."""
    assert pickle.loads(pickle.dumps(answer)) == answer
    assert repr(answer).startswith(f"{type(answer).__name__}(")
    assert hash(answer) == hash(pickle.loads(pickle.dumps(answer)))
    assert answer.to_dict() == json.loads(answer.to_json())
    with pytest.raises(AttributeError):
        answer.position = "another"  # type: ignore[attr-defined]
    model = getattr(parvis.pydantic, type(answer).__name__)
    shown = json.loads(model.model_validate_json(answer.to_json()).model_dump_json())
    assert shown == json.loads(answer.to_json().replace(b".000Z", b"Z")), "a model says what the record says"
    return answer


def bytes_of(answer: Record | bytes) -> bytes:
    return answer if isinstance(answer, bytes) else answer.to_json()


def told(name: str, answers: list[bytes]) -> str:
    return f'{{"call":"{name}","answers":[{",".join(answer.decode() for answer in answers)}]}}'


def told_due(done: int, next: datetime | None) -> str:
    return f'{{"due":{done},"next":{json.dumps(plain(next))}}}'


def steps() -> Iterator[tuple[dict[str, Any], str | None]]:
    """Steps with their answers, but for those whose store must fail: this face puts none under itself."""
    answers = iter(ANSWERS)
    for step in STEPS:
        answer = next(answers) if "call" in step or "due" in step else None
        if "reads" not in step and "commits" not in step:
            yield step, answer


def play(db: parvis.Db, clock: Clock) -> Stage:
    stage = Stage(clock)
    for step, expected in steps():
        if "clock" in step:
            clock.at = datetime.fromisoformat(step["clock"])
        elif "due" in step:
            done, due = 0, db.run_due(100)
            while due.more:
                done, due = done + due.done, db.run_due(100)
            assert told_due(done + due.done, due.next) == expected
        elif "call" in step:
            name = step["call"]
            try:
                said = told(name, list(calls(stage, db, step)))
            except parvis.ParvisError as error:
                said = failed(name, error)
            assert said == expected, step
    return stage


def calls(stage: Stage, db: parvis.Db, step: dict[str, Any]) -> Iterator[bytes]:
    """Every page where `pages` says so, one answer else."""
    name, actor, request = step["call"], stage.actor(db, step), stage.request(step)
    while True:
        try:
            method = stage.method(actor, name)
            given = arguments(method, request)
        except NotTyped:
            stage.raw += 1
            raw = actor.call(name, json.dumps(request).encode())
        else:
            stage.typed.add(name)
            raw = bytes_of(looked_at(method(**given)))
        yield raw
        value = json.loads(raw)
        if "pages" in step and value["next"] is not None:
            request["cursor"] = value["next"]
            continue
        stage.keep(step, value)
        return


async def aplay(db: parvis.aio.Db, clock: Clock) -> Stage:
    stage = Stage(clock)
    for step, expected in steps():
        if "clock" in step:
            clock.at = datetime.fromisoformat(step["clock"])
        elif "due" in step:
            done, due = 0, await db.run_due(100)
            while due.more:
                done, due = done + due.done, await db.run_due(100)
            assert told_due(done + due.done, due.next) == expected
        elif "call" in step:
            name = step["call"]
            try:
                said = told(name, await acalls(stage, db, step))
            except parvis.ParvisError as error:
                said = failed(name, error)
            assert said == expected, step
    return stage


async def acalls(stage: Stage, db: parvis.aio.Db, step: dict[str, Any]) -> list[bytes]:
    name, actor, request = step["call"], stage.actor(db, step), stage.request(step)
    answers = []
    while True:
        try:
            method = stage.method(actor, name)
            given = arguments(method, request)
        except NotTyped:
            stage.raw += 1
            raw = await actor.call(name, json.dumps(request).encode())
        else:
            stage.typed.add(name)
            raw = bytes_of(await typing.cast("Awaitable[Record]", method(**given)))
        answers.append(raw)
        value = json.loads(raw)
        if "pages" in step and value["next"] is not None:
            request["cursor"] = value["next"]
            continue
        stage.keep(step, value)
        return answers


def whole(stage: Stage) -> None:
    """No operation without its typed call, and few requests that no typed call can make."""
    assert stage.typed == OPERATIONS
    assert stage.raw < 20


def test_the_golden_script_gives_the_same_bytes(place: Place) -> None:
    clock = Clock()
    with place.open(secret=bytes([7] * 32), clock=clock, entropy=Entropy(11)) as db:
        whole(play(db, clock))


def test_the_golden_script_gives_the_same_bytes_to_asyncio(place: Place) -> None:
    async def script() -> Stage:
        clock = Clock()
        async with place.aio(secret=bytes([7] * 32), clock=clock, entropy=Entropy(11)) as db:
            return await aplay(db, clock)

    whole(asyncio.run(script()))


def test_a_changed_answer_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ANSWERS", [answer.replace('"next":null', '"next": null') for answer in ANSWERS])
    clock = Clock()
    with (
        pytest.raises(AssertionError),
        parvis.open("memory:", secret=bytes([7] * 32), clock=clock, entropy=Entropy(11)) as db,
    ):
        play(db, clock)
