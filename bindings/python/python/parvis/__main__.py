"""`python -m parvis`: what an operator does with a store.

python -m parvis migrate URL [--print]
python -m parvis check URL
python -m parvis worker URL
python -m parvis import FOLDER URL --network acme --app hr
python -m parvis feed URL --network acme --as 4711 --app hr
python -m parvis explain URL ITEM --network acme --as 4711
python -m parvis status URL --network acme
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
from types import FrameType

import parvis
from parvis import external
from parvis.types import ItemView
from parvis.worker import work


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
        one.add_argument("--app", default="host", help="the app of yours whose id that is")
        return of_network(one)

    migrate = command("migrate", "Makes the store fit this release; repeating it is harmless.")
    migrate.add_argument("--print", action="store_true", help="print the statements for an empty database, run none")
    command("check", "Says whether the store fits this release.")
    worker = command("worker", "Carries out what is due, until it is told to stop.")
    worker.add_argument("--once", action="store_true", help="end when nothing more is due now")
    folder = of_network(command("import", "Imports an organisation from a folder."))
    folder.add_argument("--app", default="host", help="the app of yours whose ids these are")
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
    explain.add_argument("item", metavar="ITEM", help="Parvis's id, or your own as `external:ID`")
    of_network(command("status", "Says how far the work behind the commands of a network is."))
    return top


def store(given: argparse.Namespace) -> parvis.Db:
    """The store that the arguments name."""
    return parvis.open(given.url, schema=given.schema, prefix=given.prefix, secret=given.secret)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns as wide as they must be."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def migrate(given: argparse.Namespace) -> int:
    """Makes the store fit, or prints how."""
    with store(given) as db:
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

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, end)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with store(given) as db:
        work(db.run_due, stop, once=given.once)
    return 0


def import_(given: argparse.Namespace) -> int:
    """Imports a folder and prints what became of it."""
    at_most = None if given.authoritative is None else 100 if given.force else 5
    with store(given) as db:
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


def explain(given: argparse.Namespace) -> int:
    """Why somebody may see an item."""
    kind, _, id = given.item.partition(":")
    item = external(id) if kind == "external" and id else given.item
    with store(given) as db:
        found = db.act_as(given.network, external(given.person, given.app)).items.explain(item)
        print("allowed" if found.allowed else "not allowed")
        for fact in found.path:
            about = {name: value for name, value in fact.to_dict().items() if name != "type"}
            print(f"  {fact.to_dict()['type']}" + (f" {about}" if about else ""))
    return 0 if found.allowed else 1


def status(given: argparse.Namespace) -> int:
    """How far the work is."""
    with store(given) as db:
        found = db.status(given.network)
    rows = [("projection", "behind", "since")]
    rows += [(one.name, str(one.behind), str(one.since or "")) for one in found.projections]
    print(table(rows))
    print(f"overdue {found.overdue}, next {found.next or 'nothing'}, a worker ran {found.worker_ran or 'never'}")
    return 0


COMMANDS = {
    "migrate": migrate,
    "check": check,
    "worker": worker,
    "import": import_,
    "feed": feed,
    "explain": explain,
    "status": status,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers the exit code: 0, 1 where the answer is no, 2 where it could not be done."""
    given = parser().parse_args(arguments)
    try:
        return COMMANDS[given.command](given)
    except parvis.ParvisError as error:
        print(f"parvis: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
