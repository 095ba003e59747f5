"""`open` opens nothing: no thread, no socket, no file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import parvis
from conftest import Place
from parvis import external

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def _held() -> tuple[int, set[str]]:
    links = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            links.add(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue
    return len(os.listdir("/proc/self/task")), {link for link in links if not link.startswith("/proc/")}


@linux
@pytest.mark.parametrize(
    "url", ["sqlite", "sled", "postgresql://a@127.0.0.1:1/b", "mysql://a@127.0.0.1:1/b", "memory:"]
)
def test_nothing_is_opened_before_the_first_call(url: str, tmp_path: Path) -> None:
    before = _held()
    url = f"{url}://{tmp_path}/store" if url in ("sqlite", "sled") else url
    db = parvis.open(url)
    assert repr(db.act_as("acme", external(1)).people)
    assert repr(db.system("acme", "hr"))
    aio = parvis.aio.open(url)
    aio.act_as("acme", external(1))
    assert _held() == before
    assert list(tmp_path.iterdir()) == []
    db.close()
    assert _held()[1] == before[1]


def test_a_relative_path_is_that_of_the_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(here)
    with parvis.open("sqlite://town.db") as db:
        monkeypatch.chdir(elsewhere)
        db.ready()
        assert (here / "town.db").exists() and not list(elsewhere.iterdir())


def test_what_could_not_be_opened_is_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    with parvis.open(f"sqlite://{folder}/town.db") as db:
        with pytest.raises(parvis.Unavailable, match=r"there is no folder .*/later") as caught:
            db.ready()
        assert (caught.value.field, caught.value.retry) == ("url", "after")
        assert not folder.exists()
        folder.mkdir()
        db.ready()


def test_ready_opens(near: Place) -> None:
    with near.open() as db:
        db.ready()
        db.ready()
        assert db.engine == near.kind and repr(db) == f"<parvis.Db {near.kind}>"


@pytest.mark.parametrize("url", ["sqlite://:memory:", "sqlite::memory:", "sled://:memory:"])
def test_what_others_call_a_memory_makes_no_file(url: str) -> None:
    with pytest.raises(parvis.Invalid, match="memory:") as caught:
        parvis.open(url)
    assert caught.value.field == "url"
