"""The fixtures of `parvis.testing`, which pytest finds by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ._db import Db
    from .testing import ManualClock


@pytest.fixture
def parvis_clock() -> ManualClock:
    """A clock that stands until it is moved; that of `parvis_db`."""
    from .testing import ManualClock

    return ManualClock()


@pytest.fixture
def parvis_db(parvis_clock: ManualClock) -> Iterator[Db]:
    """An empty database in memory, closed after the test."""
    from .testing import memory

    with memory(parvis_clock) as db:
        yield db
