"""What a call from Python costs: one JSON line a figure, then a table.

    python bindings/python/benches/calls.py [--pages target/release/pages] [--seconds 2]

Measure with a release wheel (`maturin build --release`) on a quiet machine: `foreign` is the share of the processors'
time that others took meanwhile. `--pages` names the program of `parvis-benches` that asks for the same pages from Rust.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import parvis
from parvis import external
from parvis.testing import run_until_idle

NETWORK = "bench"
PEOPLE = 48
SPACES = 8
POSTS = 480
NEWEST = json.dumps({"order": "newest", "limit": 20}).encode()
RANKED = json.dumps({"limit": 20}).encode()

Line = dict[str, Any]


def fill(db: parvis.Db) -> None:
    """A small organisation: each is a member of a quarter of the spaces, and follows a few."""
    hr = db.system(NETWORK, "bench")
    for id in range(PEOPLE):
        hr.people.put(external(id), f"Person {id}")
    people = [db.act_as(NETWORK, external(id)) for id in range(PEOPLE)]
    spaces = []
    for n in range(SPACES):
        spaces.append(people[n].spaces.create(f"Space {n}", visibility="open").id)
        for id in range(PEOPLE):
            if id % 4 == n % 4 and id != n:
                people[id].spaces.join(spaces[n])
    for id in range(PEOPLE):
        for step in (1, 7, 19):
            people[id].people.follow(external((id + step) % PEOPLE))
    for n in range(POSTS):
        space = n % SPACES
        # A member of that space.
        writer = people[(n * 4 + space % 4) % PEOPLE]
        made = writer.items.create(f"Post {n}: what became of it, and what comes next.", place=spaces[space])
        if n % 5 == 0:
            writer.items.comment(made.id, "And one more thing.")
    run_until_idle(db)


def foreign_share() -> Callable[[], float]:
    """The share of the processors' time that others take from now on."""

    def ticks() -> tuple[float, float, float]:
        cpu = [float(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        # Ours, and those of programs that have ended since.
        return sum(cpu) - cpu[3] - cpu[4], sum(cpu), sum(os.times()[:4]) * 100

    busy, every, ours = ticks()

    def share() -> float:
        now_busy, now_every, now_ours = ticks()
        return round(max(0.0, (now_busy - busy - (now_ours - ours)) / max(1.0, now_every - every)), 2)

    return share


def line(what: str, times: list[float], share: float, **more: Any) -> Line:
    """One figure: microseconds of single calls, or of batches divided by their length."""
    times = sorted(times)
    at = [times[round((len(times) - 1) * part)] for part in (0.0, 0.5, 0.99)]
    told = dict(zip(("min_us", "median_us", "p99_us"), (round(value, 3) for value in at), strict=True))
    return {"w": what, "n": len(times), **told, "foreign": share, **more}


def batches(what: str, call: Callable[[], object], seconds: float, size: int = 2_000) -> Line:
    """A call that is too short for the clock: batches of it."""
    share, times, end = foreign_share(), [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(size):
            call()
        times.append((time.perf_counter() - start) / size * 1e6)
    return line(what, times, share(), batch=size)


async def batches_aio(what: str, call: Callable[[], Awaitable[object]], seconds: float, size: int = 500) -> Line:
    """The same, awaited one after the other."""
    share, times, end = foreign_share(), [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(size):
            await call()
        times.append((time.perf_counter() - start) / size * 1e6)
    return line(what, times, share(), batch=size)


def single(what: str, calls: Sequence[Callable[[], object]], seconds: float) -> Line:
    """Calls one by one, in turn; the first round is not counted."""
    for call in calls:
        call()
    share, times, end = foreign_share(), [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        for call in calls:
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1e6)
    return line(what, times, share())


async def single_aio(what: str, calls: Sequence[Callable[[], Awaitable[object]]], seconds: float) -> Line:
    """The same, awaited."""
    for call in calls:
        await call()
    share, times, end = foreign_share(), [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        for call in calls:
            start = time.perf_counter()
            await call()
            times.append((time.perf_counter() - start) * 1e6)
    return line(what, times, share())


def threads(what: str, actors: list[parvis.Actor], request: bytes, count: int, seconds: float) -> Line:
    """Pages a second of so many threads."""
    done, go, stop = [0] * count, threading.Barrier(count + 1), threading.Event()

    def work(n: int) -> None:
        go.wait()
        turn = n
        while not stop.is_set():
            actors[turn % len(actors)].call("feed.home", request)
            done[n] += 1
            turn += 1

    running = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in running:
        thread.start()
    share = foreign_share()
    go.wait()
    start = time.perf_counter()
    time.sleep(seconds)
    took, pages, foreign = time.perf_counter() - start, sum(done), share()
    stop.set()
    for thread in running:
        thread.join()
    return {"w": what, "n": pages, "threads": count, "pages_s": round(pages / took, 1), "foreign": foreign}


def from_rust(program: str, file: Path, what: str, request: bytes, rounds: int) -> Line:
    """The same pages, asked for by a program in Rust."""
    share = foreign_share()
    command = [program, str(file), str(PEOPLE), str(rounds), request.decode()]
    out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return line(what, json.loads(out), share())


def measure(folder: Path, seconds: float, pages: str | None) -> list[Line]:
    """Every figure, printed as it is found."""
    lines: list[Line] = []

    def tell(told: Line) -> Line:
        print(json.dumps(told), flush=True)
        lines.append(told)
        return told

    with parvis.open("memory:") as db:
        db.ready()
        tell(batches("ready, sync", db.ready, seconds))

    async def ready() -> None:
        async with parvis.aio.open("memory:") as db:
            await db.ready()
            tell(await batches_aio("ready, asyncio", db.ready, seconds))

    asyncio.run(ready())

    file = folder / "bench.db"
    with parvis.open(f"sqlite://{file}") as db:
        fill(db)
        people = [db.act_as(NETWORK, external(id)) for id in range(PEOPLE)]
        for name, request in (("newest", NEWEST), ("ranked", RANKED)):
            raw = [partial(me.call, "feed.home", request) for me in people]
            tell(single(f"home, {name}, bytes", raw, seconds))
            typed = [partial(me.feed.home, **json.loads(request)) for me in people]
            tell(single(f"home, {name}, typed", typed, seconds))
        for name, request in (("newest", NEWEST), ("ranked", RANKED)):
            one = tell(threads(f"home, {name}, 1 thread", people, request, 1, 2 * seconds))
            many = tell(threads(f"home, {name}, 8 threads", people, request, 8, 2 * seconds))
            tell({"w": f"home, {name}, 8 threads against 1", "times": round(many["pages_s"] / one["pages_s"], 2)})

    async def home() -> None:
        async with parvis.aio.open(f"sqlite://{file}") as db:
            people = [db.act_as(NETWORK, external(id)) for id in range(PEOPLE)]
            calls = [partial(me.call, "feed.home", NEWEST) for me in people]
            tell(await single_aio("home, newest, bytes, asyncio", calls, seconds))

    asyncio.run(home())
    if pages:
        for name, request in (("newest", NEWEST), ("ranked", RANKED)):
            rust = tell(from_rust(pages, file, f"home, {name}, from Rust", request, max(5, round(10 * seconds))))
            for face in ("bytes", "typed"):
                python = next(told for told in lines if told["w"] == f"home, {name}, {face}")
                times = round(python["median_us"] / rust["median_us"], 2)
                tell({"w": f"home, {name}, {face}, against Rust", "times": times})
    return lines


def table(lines: list[Line]) -> None:
    """The figures, to read."""
    print(f"\n{'':34} {'min':>10} {'median':>10} {'p99':>10}  others")
    for told in lines:
        if "median_us" in told:
            cells = "".join(f"{told[name]:>8.2f} us" for name in ("min_us", "median_us", "p99_us"))
            print(f"{told['w']:34}{cells}  {told['foreign']:.0%}")
        elif "pages_s" in told:
            print(f"{told['w']:34}{told['pages_s']:>10.1f} pages a second  {told['foreign']:.0%}")
        else:
            print(f"{told['w']:34}{told['times']:>10.2f} times")


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", help="the program `pages` of parvis-benches")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each figure is measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table(measure(Path(folder), options.seconds, options.pages))


if __name__ == "__main__":
    main()
