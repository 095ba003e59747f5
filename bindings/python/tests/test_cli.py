"""`python -m parvis`: what an operator sees."""

from __future__ import annotations

import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import parvis
from conftest import Place
from parvis import __main__ as command_line
from parvis import external, later
from parvis.__main__ import main, parser, table

DATA = Path(__file__).resolve().parents[3] / "examples" / "data"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(one) for one in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def of(place: Place) -> list[str]:
    prefix = place.options.get("prefix")
    return [place.url] if prefix is None else [place.url, "--prefix", prefix]


def test_a_store_is_made_filled_and_looked_at(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    if not place.lasts:
        pytest.skip("nothing outlives a command")
    assert run(capsys, "migrate", *of(place))[0] == 0
    code, said, _ = run(capsys, "check", *of(place))
    assert (code, "fits" in said) == (0, True)
    code, said, _ = run(capsys, "import", DATA, *of(place), "--network", "lumen")
    assert code == 0
    assert "people          14 rows:  14 new" in said
    code, said, _ = run(capsys, "import", DATA, *of(place), "--network", "lumen", "--authoritative", "people")
    assert "total          301 rows: 0 new, 0 changed, 301 unchanged" in said
    assert "0 accounts ended" in said
    code, said, _ = run(capsys, "feed", *of(place), "--network", "lumen", "--as", "amelie", "--language", "fr")
    lines = said.splitlines()
    assert lines[0].split() == ["points", "author", "what", "why"]
    assert len(lines) > 5
    assert "Vous participez à l’espace" in said
    assert "log is empty" in run(capsys, "status", *of(place), "--network", "lunem")[1]
    code, said, _ = run(capsys, "status", *of(place), "--network", "lumen")
    assert "affinity    0" in said
    assert "log is empty" not in said
    code, said, _ = run(capsys, "explain", *of(place), "external:p01", "--network", "lumen", "--as", "amelie")
    assert (code, said.splitlines()[0]) == (0, "allowed")
    assert "The reader is a member of the space (member): space " in said
    code, said, _ = run(capsys, "explain", *of(place), "external:nothing", "--network", "lumen", "--as", "amelie")
    assert (code, said.splitlines()[0]) == (1, "not allowed")
    assert "there is nothing of that id" in said


def test_statements_are_printed_for_those_who_read_before_they_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, said, _ = run(capsys, "migrate", "--print", "postgresql://nobody@127.0.0.1:1/nothing")
    assert code == 0
    assert said.count("create table") > 10


def test_a_bad_line_is_told_and_the_rest_goes_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people.csv").write_text("id,name,titel\nana,Ana Silva,x\n,Nobody,\n", encoding="utf-8")
    url = f"sqlite://{tmp_path}/parvis.db"
    code, said, _ = run(capsys, "import", tmp_path, url, "--network", "acme")
    assert code == 1
    assert "people.csv: column `titel` is not known and was ignored" in said
    assert "people.csv:3: missing id" in said
    with parvis.open(url) as db:
        people = db.act_as("acme", external("ana")).people.list()
        assert [person.name for person in people.all()] == ["Ana Silva"]
        with pytest.raises(parvis.Invalid, match="is no folder"):
            db.system("acme", "host").import_folder(tmp_path / "nowhere")


def test_what_cannot_be_done_is_said_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("ftp://x", f"sqlite://{tmp_path}/no/such/folder/x.db", "sqlite:"):
        code, said, wrong = run(capsys, "check", url)
        assert (code, said) == (2, "")
        assert wrong.startswith("parvis: ")
        assert "Traceback" not in wrong
    code, _, wrong = run(capsys, "check", "ftp://x")
    assert wrong.startswith("parvis: This value is not one of those accepted (bad_value in `url`): a store is named by")
    with pytest.raises(SystemExit):
        run(capsys, "fly")


def test_what_went_wrong_is_told_in_a_sentence_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.db").touch()
    code, _, wrong = run(capsys, "check", f"sqlite://{tmp_path}/old.db")
    assert (code, wrong) == (
        2,
        "parvis: The store must be upgraded first (old_schema): `python -m parvis migrate URL` mends it\n",
    )
    url = f"sqlite://{tmp_path}/parvis.db"
    run(capsys, "migrate", url)
    code, _, wrong = run(capsys, "feed", url, "--network", "acme", "--as", "nobody")
    assert (code, wrong) == (2, "parvis: You cannot act here: the account is unknown, ended or deactivated (actor)\n")


READING = [
    ["check"],
    ["status", "--network", "acme"],
    ["refused", "--network", "acme"],
    ["feed", "--network", "acme", "--as", "1"],
    ["explain", "external:1", "--network", "acme", "--as", "1"],
    ["worker", "--once"],
]


@pytest.mark.parametrize("url", ["sqlite://new.db", "SQLite:new.db", "sqlite://%6eew.db", "sled://new", "sled:new"])
@pytest.mark.parametrize("arguments", READING, ids=lambda arguments: arguments[0])
def test_who_reads_makes_no_store(
    url: str,
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said, wrong = run(capsys, arguments[0], url, *arguments[1:])
    assert (code, said, list(tmp_path.iterdir())) == (2, "", [])
    assert wrong.startswith("parvis: there is no ")
    assert f"{tmp_path}/{url.partition(':')[2].removeprefix('//')}: " in wrong


@pytest.mark.parametrize("url", ["sqlite://new.db", "SQLite:new.db", "sled://new"])
def test_a_store_is_made_by_those_who_write(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "migrate", url)[0] == 0
    assert len(list(tmp_path.iterdir())) == 1
    assert run(capsys, "check", url)[0] == 0
    assert run(capsys, "status", url, "--network", "acme")[0] == 0
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "people.csv").write_text("id,name\nana,Ana Silva\n", encoding="utf-8")
    assert run(capsys, "import", "rows", url.replace("new", "other"), "--network", "acme")[0] == 0


def test_an_item_is_named_by_the_app_whose_ids_these_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of_hr = [f"sqlite://{tmp_path}/parvis.db", "--network", "lumen", "--app", "hr"]
    assert run(capsys, "import", DATA, *of_hr)[0] == 0
    code, said, _ = run(capsys, "explain", of_hr[0], "external:p01", *of_hr[1:], "--as", "amelie")
    assert (code, said.splitlines()[0]) == (0, "allowed")


def test_it_is_said_why_somebody_may_not_see_an_item(sqlite: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with sqlite.open(inline=True) as db:
        db.system("acme", "hr").people.put(external(1), "Ana Lima")
        db.system("acme", "hr").people.put(external(2), "Ben Okafor")
        ana = db.act_as("acme", external(1))
        room = ana.spaces.create("Deal 42", "secret").id
        post = ana.items.create("Signed!", place=room).id
    code, said, wrong = run(capsys, "explain", sqlite.url, post, "--network", "acme", "--as", "1")
    assert (code, wrong, said.splitlines()[0]) == (0, "", "allowed")
    assert said.splitlines()[1] == f"  The reader is a member of the space (member): space {room}, role owner"
    code, said, wrong = run(capsys, "explain", sqlite.url, post, "--network", "acme", "--as", "2")
    assert (code, wrong) == (1, "")
    assert said.splitlines() == [
        "not allowed",
        f"  No: the reader holds no key of the audience (no_key): needed space {room}",
    ]


def refuse(db: parvis.Db, commands: int) -> None:
    """Hands commands over that nobody may give."""
    host = sqlite3.connect(":memory:")
    later.prepare(host)
    for _ in range(commands):
        db.act_as("acme", external("nobody")).later(host).items.create("x")
    host.commit()
    later.relay(db, host)
    while db.run_due().more:
        pass
    host.close()


def test_what_was_refused_is_counted_and_listed(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    if not place.lasts:
        pytest.skip("nothing outlives a command")
    acme = [*of(place), "--network", "acme"]
    with place.open() as db:
        db.system("acme", "hr").people.put(external(1), "Ana Lima")
    code, said, _ = run(capsys, "status", *acme)
    assert (code, said.splitlines()[-1]) == (0, "refused 0")
    code, said, _ = run(capsys, "refused", *acme)
    assert (code, said) == (0, "nothing was refused\n")
    with place.open() as db:
        refuse(db, 2)
        first = db.refused("acme").commands[0]
    code, said, _ = run(capsys, "status", *acme)
    assert (code, said.splitlines()[-1]) == (0, "refused 2, which the command `refused` lists")
    code, said, _ = run(capsys, "refused", *acme)
    lines = said.splitlines()
    assert (code, len(lines)) == (0, 3)
    assert lines[0].split() == ["id", "operation", "given", "refused", "why"]
    assert lines[1].split()[:2] == [first.id, "items.create"]
    assert f"  {first.refused:%Y-%m-%d %H:%M:%S}+00:00  " in lines[1]
    assert lines[1].endswith("  You cannot act here: the account is unknown, ended or deactivated (actor)")
    code, said, _ = run(capsys, "refused", *of(place), "--network", "other")
    assert (code, said) == (0, "nothing was refused\n")


def test_many_refusals_are_counted_up_to_a_bound_and_all_listed(
    sqlite: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    acme = [sqlite.url, "--network", "acme"]
    for more, count in ((99, "99"), (1, "100 or more"), (20, "100 or more")):
        with sqlite.open() as db:
            refuse(db, more)
        _, said, _ = run(capsys, "status", *acme)
        assert said.splitlines()[-1].startswith(f"refused {count}, ")
    _, said, _ = run(capsys, "refused", *acme)
    assert len(said.splitlines()) == 121


def test_examples_are_read_and_name_no_app() -> None:
    examples = [line for line in (command_line.__doc__ or "").splitlines() if line.startswith("python -m parvis ")]
    assert len(examples) == len(command_line.COMMANDS)
    for example in examples:
        given = parser().parse_args(shlex.split(example.replace("[", "").replace("]", ""))[3:])
        assert getattr(given, "app", "host") == "host"


@pytest.mark.parametrize("command", ["import", "feed", "explain"])
def test_help_says_what_an_app_is(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "`host`, which is what external(ID) means" in said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_works_until_it_is_told_to_stop(tmp_path: Path, how: signal.Signals) -> None:
    url = f"sqlite://{tmp_path}/parvis.db"
    with parvis.open(url) as db:
        db.system("acme", "hr").people.put(external(1), "Ana Lima")
        ana = db.act_as("acme", external(1))
        worker = subprocess.Popen([sys.executable, "-m", "parvis", "worker", url], stderr=subprocess.PIPE, text=True)
        try:
            ana.items.create("Signed!")
            until = time.monotonic() + 60
            while any(one.behind for one in db.status("acme").projections) or db.status("acme").worker_ran is None:
                assert time.monotonic() < until, "nobody worked"
                time.sleep(0.05)
            worker.send_signal(how)
            _, wrong = worker.communicate(timeout=60)
        finally:
            worker.kill()
        assert worker.returncode == 0, wrong
        assert "Traceback" not in wrong


def test_columns_are_as_wide_as_they_must_be() -> None:
    assert table([("a", "bb"), ("ccc", "d")]) == "a    bb\nccc  d"
