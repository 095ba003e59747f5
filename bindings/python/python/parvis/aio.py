"""Parvis for asyncio: the same as `parvis.open`, with `await`.

    db = parvis.aio.open("postgresql://app@db.example.org/intranet", secret=SECRET)
    page = await db.act_as("acme", external(4711)).feed.home(limit=20)

Cancelling a call ends it: a command is then carried out whole or not at all.
"""

from __future__ import annotations

from ._db_aio import Actor, Db, System, open

__all__ = ["Actor", "Db", "System", "open"]
