"""The face for asyncio: the same calls, awaited; cancelled at any point."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time

import pytest

import parvis
from conftest import Place
from parvis import external
from parvis.types import PlaceNetwork


def test_calls_are_awaited(place: Place) -> None:
    async def story() -> None:
        async with place.aio(inline=True) as db:
            hr = db.system("acme", "hr")
            await asyncio.gather(*(hr.people.put(external(id), name) for id, name in ((1, "Ana"), (2, "Ben"))))
            ana, ben = (db.act_as("acme", external(id)) for id in (1, 2))
            made = [(await ana.items.create(f"Number {n}", place=PlaceNetwork())).id for n in range(5)]
            page = await ben.feed.home(limit=2)
            assert {item.id async for item in page.all()} == set(made)
            with pytest.raises(parvis.NotFound):
                await ben.items.get("00000000-0000-0000-0000-000000000000")
            assert (await db.status("acme")).overdue == 0
            assert (await db.check()).adds > 0
            assert (await db.run_due()).failed == 0
            assert (await db.refused("acme")).commands == ()
            assert (await db.command_state("x")).to_dict() == {"type": "gone"}
            await db.forget("x")
        with pytest.raises(parvis.Misuse, match="closed"):
            await db.ready()

    asyncio.run(story())


def test_fifty_calls_wait_at_the_same_time(place: Place) -> None:
    async def story() -> None:
        async with place.aio(inline=True) as db:
            await db.system("acme", "hr").people.put(external(1), "Ana")
            ana = db.act_as("acme", external(1))
            began = time.monotonic()
            at = (await ana.live.changes()).position
            await asyncio.gather(*(ana.live.changes(after=at, wait_seconds=1) for _ in range(50)))
            assert 0.5 < time.monotonic() - began < 20

    asyncio.run(story())


def test_a_waiting_call_inside_a_running_loop_is_refused(near: Place) -> None:
    async def story() -> None:
        with pytest.raises(parvis.Misuse, match=r"parvis\.aio"):
            near.open().ready()

    asyncio.run(story())


def test_each_loop_of_a_process_may_use_one_database(near: Place) -> None:
    db = near.aio()
    for _ in range(3):
        asyncio.run(db.ready())
    asyncio.run(db.close())


def test_calls_that_are_cancelled_at_random_points_leave_nothing_stuck(place: Place) -> None:
    seed = int(os.environ.get("PARVIS_TEST_SEED", time.time_ns() % 10**6))
    print(f"PARVIS_TEST_SEED={seed}")
    dice = random.Random(seed)
    rounds = 150 if place.kind in ("memory", "sqlite") else 60

    async def story() -> None:
        async with place.aio(inline=True) as db:
            await db.system("acme", "hr").people.put(external(1), "Ana")
            ana = db.act_as("acme", external(1))
            cancelled = 0
            for n in range(rounds):
                create = ana.items.create(f"Number {n}", place=PlaceNetwork(), idempotency_key=f"key {n}")
                tasks = [asyncio.create_task(call) for call in (create, ana.feed.home(), db.run_due())]
                await asyncio.sleep(dice.choice((0, dice.random() * 0.01)))
                for task in tasks:
                    task.cancel()
                for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                    cancelled += isinstance(outcome, asyncio.CancelledError)
                    assert not isinstance(outcome, parvis.Internal), outcome
            assert cancelled > 0
            # Each is carried out whole or not at all: what was sent again is there once.
            for n in range(rounds):
                await ana.items.create(f"Number {n}", place=PlaceNetwork(), idempotency_key=f"key {n}")
            wall = await ana.feed.network_wall(limit=50)
            texts = [item.body.text async for item in wall.all() if item.body]
            assert sorted(texts) == sorted(f"Number {n}" for n in range(rounds))

    asyncio.run(asyncio.wait_for(story(), 120))


def test_a_loop_that_ends_under_a_call_ends_the_call(near: Place) -> None:
    db = near.aio(inline=True)
    # Tests before this one may have left threads of their own.
    before = set(threading.enumerate())

    async def wait() -> None:
        await db.system("acme", "hr").people.put(external(1), "Ana")
        ana = db.act_as("acme", external(1))
        at = (await ana.live.changes()).position
        asyncio.get_running_loop().create_task(ana.live.changes(after=at, wait_seconds=60))
        await asyncio.sleep(0.05)

    began = time.monotonic()
    asyncio.run(wait())
    asyncio.run(db.close())
    assert time.monotonic() - began < 20
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)
