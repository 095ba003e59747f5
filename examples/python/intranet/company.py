"""Atelier Lumen, the sample company of `examples/data`, so that there is something to read on the first page."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import parvis.aio

DATA = Path(__file__).parents[2] / "data"
#: What a row of each file is called, in the order in which they are told.
FILES = {
    "units": "unit",
    "people": "person",
    "spaces": "space",
    "members": "member",
    "follows": "follow",
    "posts": "post",
    "interactions": "",
    "notifications": "notice",
}


def lines(name: str) -> Iterator[dict[str, Any]]:
    """The rows of a file; an empty field is an absent one."""
    sheet = DATA / f"{name}.csv"
    if sheet.exists():
        with sheet.open(newline="") as file:
            yield from ({key: value for key, value in line.items() if value} for line in csv.DictReader(file))
    else:
        yield from map(json.loads, (DATA / f"{name}.jsonl").read_text().splitlines())


def row(kind: str, line: dict[str, Any]) -> dict[str, Any]:
    """A line as a row of `import.put`."""
    row = dict(line)
    # What an interaction is stands in the line.
    row["type"] = kind or row.pop("kind")
    for flag in ("guest", "active", "announce", "read"):
        if flag in row:
            row[flag] = row[flag] in (1, "1")
    if str(row.get("ts")).isdigit():
        row["ts"] = datetime.fromtimestamp(int(row["ts"]), UTC).isoformat()
    if "skills" in row:
        row["skills"] = row["skills"].split(",")
    if kind == "post":
        vis = row.pop("vis", "public")
        kinds = {"public": {"type": "place"}, "followers": {"type": "followers"}}
        row["audience"] = kinds.get(vis) or {"type": "unit", "id": vis.removeprefix("unit:")}
    if row["type"] == "reaction":
        row.setdefault("reaction", "like")
    if row["type"] == "comment":
        row["staff"] = row.pop("audience", "") == "staff"
    return row


async def settle(db: parvis.aio.Db, network: str) -> None:
    """Tells all of it. Telling it again changes nothing."""
    host = db.system(network, "host")
    for name, kind in FILES.items():
        rows = [row(kind, line) for line in lines(name)]
        await host.call("import.put", json.dumps({"rows": rows}).encode())


def internal() -> dict[str, str]:
    """Id and name of those who may sign in."""
    people = lines("people")
    return {line["id"]: line["name"] for line in people if not line.get("guest") and line.get("active") != "0"}
