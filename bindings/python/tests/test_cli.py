"""`python -m parvis`: what an operator sees."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import parvis
from conftest import Place
from parvis import external
from parvis.__main__ import main, table

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
    code, said, _ = run(capsys, "status", *of(place), "--network", "lumen")
    assert "affinity    0" in said
    code, said, _ = run(capsys, "explain", *of(place), "external:p01", "--network", "lumen", "--as", "amelie")
    assert (code, said.splitlines()[0]) == (0, "allowed")
    code, said, wrong = run(capsys, "explain", *of(place), "external:nothing", "--network", "lumen", "--as", "amelie")
    assert (code, said) == (2, "")
    assert wrong.startswith("parvis: named in `item`")


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
    for url in ("ftp://x", f"sqlite://{tmp_path}/no/such/folder/x.db"):
        code, said, wrong = run(capsys, "check", url)
        assert (code, said) == (2, "")
        assert wrong.startswith("parvis: ")
        assert "Traceback" not in wrong
    with pytest.raises(SystemExit):
        run(capsys, "fly")


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
