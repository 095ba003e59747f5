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
from statistics import median
from typing import Any

import parvis
from parvis import external
from parvis.testing import run_until_idle

NETWORK = "bench"
PEOPLE = 48
SPACES = 8
POSTS = 480
ROUNDS = 5
THREADS = 8
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


def single(calls: Sequence[Callable[[], object]], seconds: float) -> list[float]:
    """Microseconds of calls one by one, in turn; the first round is not counted."""
    for call in calls:
        call()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        for call in calls:
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1e6)
    return times


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


def threads(actors: list[parvis.Actor], request: bytes, count: int, seconds: float) -> float:
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
    go.wait()
    start = time.perf_counter()
    time.sleep(seconds)
    took, pages = time.perf_counter() - start, sum(done)
    stop.set()
    for thread in running:
        thread.join()
    return pages / took


def from_rust(program: str, file: Path, request: bytes, rounds: int) -> list[float]:
    """Microseconds of the same pages, asked for by a program in Rust."""
    command = [program, str(file), str(PEOPLE), str(rounds), request.decode()]
    out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    times: list[float] = json.loads(out)
    return times


def ratio(what: str, above: list[float], below: list[float]) -> Line:
    """How one compares to the other, round by round."""
    times = sorted(over / under for over, under in zip(above, below, strict=True))
    return {"w": what, "times": round(median(times), 2), "rounds": [round(one, 2) for one in times]}


def measure(folder: Path, seconds: float, pages: str | None) -> list[Line]:
    """Every figure, printed as it is found."""
    lines: list[Line] = []

    def tell(told: Line) -> None:
        print(json.dumps(told), flush=True)
        lines.append(told)

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
            faces: dict[str, Callable[[], list[float]]] = {
                "bytes": partial(single, [partial(me.call, "feed.home", request) for me in people], seconds),
                "typed": partial(single, [partial(me.feed.home, **json.loads(request)) for me in people], seconds),
            }
            if pages:
                faces["from Rust"] = partial(from_rust, pages, file, request, max(2, round(4 * seconds)))
            share = foreign_share()
            # In turn: what slows the machine down for a while slows all of them.
            rounds = [{face: ask() for face, ask in faces.items()} for _ in range(ROUNDS)]
            foreign = share()
            for face in faces:
                tell(line(f"home, {name}, {face}", [one for told in rounds for one in told[face]], foreign))
            medians = {face: [median(told[face]) for told in rounds] for face in faces}
            for face in ("bytes", "typed") if pages else ():
                tell(ratio(f"home, {name}, {face}, against Rust", medians[face], medians["from Rust"]))
        for name, request in (("newest", NEWEST), ("ranked", RANKED)):
            counts: dict[int, list[float]] = {1: [], THREADS: []}
            share = foreign_share()
            for _ in range(ROUNDS):
                for count, found in counts.items():
                    found.append(threads(people, request, count, seconds))
            foreign = share()
            for count, found in counts.items():
                tell({"w": f"home, {name}, {count} threads", "pages_s": round(median(found), 1), "foreign": foreign})
            tell(ratio(f"home, {name}, {THREADS} threads against 1", counts[THREADS], counts[1]))

    async def home() -> None:
        async with parvis.aio.open(f"sqlite://{file}") as db:
            people = [db.act_as(NETWORK, external(id)) for id in range(PEOPLE)]
            calls = [partial(me.call, "feed.home", NEWEST) for me in people]
            tell(await single_aio("home, newest, bytes, asyncio", calls, seconds))

    asyncio.run(home())
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
            print(f"{told['w']:34}{told['times']:>10.2f} times, rounds {told['rounds']}")


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
