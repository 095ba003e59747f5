"""The home and the inbox of a reader, from Python: the workloads W1 and W5, which the peers of the harness have, too.

    ESN_DATA=FOLDER python bindings/python/benches/beside.py FILE

`FILE` is a SQLite file that `workloads` of `parvis-benches` has filled from the same folder. One line of JSON for each,
as every peer prints it: `check` is a digest of all answers, equal where the answers are.
"""

from __future__ import annotations

import json
import os
import sys
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from calls import foreign_share

import parvis
from parvis import external
from parvis.testing import ManualClock
from parvis.types import EntriesPage, FeedPage

NETWORK = "workloads"
PAGE = 20
KINDS = {"reaction": 0, "comment": 1}

T = TypeVar("T")


def run(workload: str, count: int, call: Callable[[int], T], digest: Callable[[T], str]) -> None:
    """One pass that digests every answer, then timed passes for 1.5 seconds."""
    crc = 0
    for n in range(count):
        crc = zlib.crc32((digest(call(n)) + ";").encode(), crc)
    times: list[float] = []
    share, end, worked = foreign_share(), time.perf_counter() + 1.5, time.process_time()
    while not times or time.perf_counter() < end:
        for n in range(count):
            start = time.perf_counter_ns()
            call(n)
            times.append((time.perf_counter_ns() - start) / 1e3)
    worked = time.process_time() - worked
    times.sort()
    line = {
        "peer": "parvis sqlite, from Python",
        "w": workload,
        "n": len(times),
        "median_us": times[len(times) // 2],
        "p99_us": times[round((len(times) - 1) * 0.99)],
        "cpu_us": worked / len(times) * 1e6,
        "check": f"{crc:08x}",
        "foreign": share(),
    }
    print(json.dumps(line), flush=True)


def newest(folder: Path) -> datetime:
    """One second after the newest date of the organisation: where the clock of every program stands."""
    stamps = (
        json.loads(line)["ts"]
        for name in ("posts", "interactions", "notifications")
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    )
    return datetime.fromtimestamp(max(stamps), UTC) + timedelta(seconds=1)


def home(page: FeedPage) -> str:
    """A page by the numbers of the files."""
    return "".join(f"{item.external}," for item in page.items)


def inbox(page: EntriesPage) -> str:
    """The count of what is unread, then kind, actor and post of each entry."""
    rows = (
        f"{KINDS.get(entry.code, 2)}{entry.actor.external if entry.actor else '?'}"
        f"@{entry.root.external if entry.root else '?'},"
        for entry in page.entries
    )
    return f"{page.unread.unread if page.unread else 0}:" + "".join(rows)


def main() -> None:
    """Measures."""
    folder = Path(os.environ["ESN_DATA"])
    samples = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    with parvis.open(f"sqlite://{sys.argv[1]}", clock=ManualClock(newest(folder))) as db:
        readers = [db.act_as(NETWORK, external(id)) for id in samples["readers"]]
        run("W1", len(readers), lambda n: readers[n].feed.home(order="newest", limit=PAGE), home)
        run("W5", len(readers), lambda n: readers[n].inbox.entries(limit=PAGE), inbox)


if __name__ == "__main__":
    main()
