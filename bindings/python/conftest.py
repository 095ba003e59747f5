"""What the examples of docstrings find there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def example(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ana (`me`, 1) and Ben (`ben`, 2) in a space (`room`) with a post (`post`); the host's system (`hr`)."""
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return
    import parvis
    from parvis import external, types

    names: dict[str, Any] = request.getfixturevalue("doctest_namespace")
    with parvis.open("memory:", inline=True) as db:
        hr = db.system("acme", "hr")
        hr.people.put(external(1), "Ana Lima")
        hr.people.put(external(2), "Ben Okafor")
        me, ben = db.act_as("acme", external(1)), db.act_as("acme", external(2))
        room = me.spaces.create("Deal 42", "closed").id
        me.spaces.add(room, external(2))
        post = me.items.create("Hello!", place=room).id
        names.update(db=db, hr=hr, me=me, ben=ben, room=room, post=post)
        names.update(external=external, types=types)
        yield
