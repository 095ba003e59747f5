"""Where tests run: every test that asks for `place` or `db` runs on each store, in a place of its own."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import parvis
from parvis import external

# What these assert is told as in tests.
pytest.register_assert_rewrite("web_audit", "web_browser", "web_django", "web_story")

_COUNT = itertools.count()


@dataclass(frozen=True)
class Place:
    """A store of one test."""

    kind: str
    url: str
    options: dict[str, Any] = field(default_factory=dict)

    def open(self, **more: Any) -> parvis.Db:
        return parvis.open(self.url, **{**self.options, **more})

    def aio(self, **more: Any) -> parvis.aio.Db:
        return parvis.aio.open(self.url, **{**self.options, **more})

    @property
    def lasts(self) -> bool:
        """Whether what is written outlives a closed database."""
        return self.kind != "memory"


def _fresh() -> str:
    return f"py_{os.getpid()}_{next(_COUNT)}_{time.monotonic_ns() % 10**9}_"


def _place(kind: str, folder: Path) -> Place:
    if kind == "memory":
        return Place(kind, "memory:")
    if kind in ("sqlite", "sled"):
        return Place(kind, f"{kind}://{folder}/parvis.{kind}")
    variable = {"postgres": "PARVIS_TEST_POSTGRES", "mysql": "PARVIS_TEST_MYSQL"}[kind]
    url = os.environ.get(variable, "none")
    if url == "none":
        pytest.skip(f"no `{variable}`; scripts/test makes a server")
    return Place(kind, url, {"prefix": _fresh(), "readers": 2, "writers": 2})


@pytest.fixture(params=["memory", "sqlite", "postgres", "mysql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A store of each kind."""
    return _place(request.param, tmp_path)


@pytest.fixture(params=["memory", "sqlite"])
def near(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A store of each kind that needs no server."""
    return _place(request.param, tmp_path)


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    """A file."""
    return _place("sqlite", tmp_path)


@pytest.fixture
def db(place: Place) -> Iterator[parvis.Db]:
    """An open store of each kind, with Ana (1) and Ben (2)."""
    with place.open(inline=True) as db:
        people(db)
        yield db


def people(db: parvis.Db, network: str = "acme") -> None:
    """Ana, who is 1, and Ben, who is 2."""
    hr = db.system(network, "hr")
    hr.people.put(external(1), "Ana Lima")
    hr.people.put(external(2), "Ben Okafor")
