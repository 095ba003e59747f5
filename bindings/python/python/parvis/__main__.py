"""`python -m parvis`: what an operator does with a store.

python -m parvis migrate URL [--print]
python -m parvis check URL
python -m parvis worker URL
python -m parvis import FOLDER URL --network acme
python -m parvis feed URL --network acme --as 4711
python -m parvis explain URL ITEM --network acme --as 4711
python -m parvis status URL --network acme
python -m parvis refused URL --network acme

Who puts people with `external(4711, "hr")` instead of `external(4711)`, or imports them with `--app hr`, says
`--app hr` wherever these ids are named.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from itertools import islice
from types import FrameType

import parvis
from parvis import _parvis, external
from parvis.types import Fact, ItemView
from parvis.worker import work

APP = (
    "the app of yours whose ids these are: `host`, which is what external(ID) means, unless they were put with "
    "external(ID, APP) or imported under an app of their own"
)
COUNTED = 100
"""Refused commands that `status` counts."""


class Missing(Exception):
    """There is no store where the URL leads, and none is to be made."""


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    top = argparse.ArgumentParser(prog="python -m parvis", description="What an operator does with a store of Parvis.")
    top.add_argument("--version", action="version", version=f"parvis {parvis.version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, about: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=about, description=about)
        if name == "import":
            one.add_argument("folder", metavar="FOLDER", help="CSV and JSON Lines files: docs/import-format.md")
        one.add_argument(
            "url",
            metavar="URL",
            nargs="?" if "PARVIS_URL" in os.environ else None,
            default=os.environ.get("PARVIS_URL"),
            help="sqlite://file, postgresql://..., mysql://..., sled://folder; PARVIS_URL where none is named",
        )
        one.add_argument("--schema", help="PostgreSQL: the schema of the tables")
        one.add_argument("--prefix", help="servers: what the names of tables begin with")
        one.add_argument(
            "--secret",
            default=os.environ.get("PARVIS_SECRET"),
            help="64 hexadecimal digits that seal cursors; PARVIS_SECRET unless named",
        )
        return one

    def of_network(one: argparse.ArgumentParser) -> argparse.ArgumentParser:
        one.add_argument("--network", required=True, help="the tenant, by your name for it")
        return one

    def by_person(one: argparse.ArgumentParser) -> argparse.ArgumentParser:
        one.add_argument("--as", dest="person", required=True, help="your own id of the person who looks")
        one.add_argument("--app", default="host", help=APP)
        return of_network(one)

    migrate = command("migrate", "Makes the store fit this release; repeating it is harmless.")
    migrate.add_argument("--print", action="store_true", help="print the statements for an empty database, run none")
    command("check", "Says whether the store fits this release.")
    worker = command("worker", "Carries out what is due, until it is told to stop.")
    worker.add_argument("--once", action="store_true", help="end when nothing more is due now")
    folder = of_network(command("import", "Imports an organisation from a folder."))
    folder.add_argument("--app", default="host", help=APP)
    folder.add_argument(
        "--authoritative",
        choices=["people"],
        help="the file of people is the truth: who is missing is deactivated",
    )
    folder.add_argument("--force", action="store_true", help="even where more than 5 %% are missing")
    feed = by_person(command("feed", "Prints somebody's home with points and reasons."))
    feed.add_argument("--limit", type=int, default=20)
    feed.add_argument("--language", default="en", help="en or fr")
    explain = by_person(command("explain", "Says why somebody may see an item, or why not."))
    explain.add_argument("item", metavar="ITEM", help="Parvis's id, or your own as `external:ID`, of the same app")
    of_network(command("status", "Says how far the work behind the commands of a network is, and counts refusals."))
    of_network(command("refused", "Lists the commands of a network that were handed over and refused for good."))
    return top


def store(given: argparse.Namespace, *, make: bool = False) -> parvis.Db:
    """The store that the arguments name. Only who is to `make` one may name a file or folder that is not there yet."""
    db = parvis.open(given.url, schema=given.schema, prefix=given.prefix, secret=given.secret)
    engine, path = _parvis.place(given.url)
    if path is not None and not make and not os.path.exists(path):
        kind = "file" if engine == "sqlite" else "folder"
        raise Missing(f"there is no {kind} {path}: `python -m parvis migrate URL` makes a store")
    return db


def sentence(error: parvis.ParvisError) -> str:
    """What went wrong, in words, with the reason and the field behind it, and what there is to know beyond that."""
    hint = "`python -m parvis migrate URL` mends it" if isinstance(error, parvis.SchemaTooOld) else error.hint
    return f"{error.message('en')} ({error.where})" + (f": {hint}" if hint else "")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns as wide as they must be."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def migrate(given: argparse.Namespace) -> int:
    """Makes the store fit, or prints how."""
    with store(given, make=True) as db:
        if given.print:
            print(db.ddl(), end="")
            return 0
        done = db.migrate()
        print(f"addition {done.adds}, break {done.breaks}: {'upgraded' if done.changed else 'nothing to do'}")
    return 0


def check(given: argparse.Namespace) -> int:
    """Whether the store fits."""
    with store(given) as db:
        found = db.check()
        print(f"addition {found.adds}, break {found.breaks}: fits")
    return 0


def worker(given: argparse.Namespace) -> int:
    """Works until SIGINT or SIGTERM."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    with store(given) as db:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, end)
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        work(db.run_due, stop, once=given.once)
    return 0


def import_(given: argparse.Namespace) -> int:
    """Imports a folder and prints what became of it."""
    at_most = None if given.authoritative is None else 100 if given.force else 5
    with store(given, make=True) as db:
        begun = time.monotonic()
        report = db.system(given.network, given.app).import_folder(given.folder, at_most=at_most)
        print(report, end="")
        if report.ended is not None:
            print(f"{report.ended} accounts ended")
        while db.run_due().more:
            pass
        print(f"{time.monotonic() - begun:.1f} s", file=sys.stderr)
        return 1 if any(file.refused for file in report.files) else 0


def line(item: ItemView) -> str:
    """The words of an item in a line."""
    words = item.body.text if item.body else item.shown.value
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:59] + "…"


def feed(given: argparse.Namespace) -> int:
    """Somebody's home."""
    with store(given) as db:
        me = db.act_as(given.network, external(given.person, given.app))
        page = me.feed.home(limit=given.limit, language=given.language)
        rows = [("points", "author", "what", "why")]
        for item in page.items:
            author = item.author.name if item.author else ""
            why = "; ".join(reason.text for reason in item.reasons)
            rows.append((str(item.points), author, line(item), why))
        print(table(rows))
    return 0


def told(fact: Fact) -> str:
    """A fact in words, with its name on the wire and what it is about."""
    about = fact.to_dict()
    name = about.pop("type")
    words = " ".join((type(fact).__doc__ or "").split()).rstrip(".")
    parts = [
        f"{part} {' '.join(value.values()) if isinstance(value, dict) else value}" for part, value in about.items()
    ]
    return f"{words} ({name})" + (f": {', '.join(parts)}" if parts else "")


def explain(given: argparse.Namespace) -> int:
    """Why somebody may see an item, or why not: the system asks, for it is told of what is hidden from that person."""
    kind, _, id = given.item.partition(":")
    item = external(id, given.app) if kind == "external" and id else given.item
    with store(given) as db:
        found = db.system(given.network, given.app).items.explain(item, person=external(given.person, given.app))
        print("allowed" if found.allowed else "not allowed")
        for fact in found.path:
            print(f"  {told(fact)}")
    return 0 if found.allowed else 1


def status(given: argparse.Namespace) -> int:
    """How far the work is, and how much of it was refused."""
    with store(given) as db:
        found = db.status(given.network)
        count = len(list(islice(db.refused(given.network, limit=COUNTED).all(), COUNTED)))
    rows = [("projection", "behind", "since")]
    rows += [(one.name, str(one.behind), str(one.since or "")) for one in found.projections]
    print(table(rows))
    print(f"overdue {found.overdue}, next {found.next or 'nothing'}, a worker ran {found.worker_ran or 'never'}")
    if not found.entries:
        print("its log is empty: nothing was done in it yet, or no network has this name")
    many = f"{count} or more" if count == COUNTED else str(count)
    print(f"refused {many}" + (", which the command `refused` lists" if count else ""))
    return 0


def refused(given: argparse.Namespace) -> int:
    """What was refused, the oldest first."""
    rows = [("id", "operation", "given", "refused", "why")]
    with store(given) as db:
        for one in db.refused(given.network).all():
            why = sentence(parvis.ParvisError(one.reason, one.field))
            times = one.given.isoformat(" ", "seconds"), one.refused.isoformat(" ", "seconds")
            rows.append((one.id, one.operation, *times, why))
    print(table(rows) if len(rows) > 1 else "nothing was refused")
    return 0


COMMANDS = {
    "migrate": migrate,
    "check": check,
    "worker": worker,
    "import": import_,
    "feed": feed,
    "explain": explain,
    "status": status,
    "refused": refused,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers the exit code: 0, 1 where the answer is no, 2 where it could not be done."""
    given = parser().parse_args(arguments)
    try:
        return COMMANDS[given.command](given)
    except parvis.ParvisError as error:
        said = sentence(error)
    except Missing as error:
        said = str(error)
    print(f"parvis: {said}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
