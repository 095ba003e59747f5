"""Feed, badge and comment box for any page of a host: one script, one HTML fragment.

A part is made on the server and works without a script; the script makes it live. The parts are `feed` (the reader's
home with its reasons, or a wall), `badge` (the bell with the list behind it) and `comments` (the thread of an item,
with a box).

    head = parvis.web.head(site)                                  # in the head of the page
    html = parvis.web.fragment(me, "feed", "fr", site=site)       # where it should stand
    answer = parvis.web.run(me, parvis.web.respond(site, asked))  # under `site.root`; Django, FastAPI and Flask do it
    for you
"""

from __future__ import annotations

from .assets import ASSETS, head
from .live import STREAM, events, events_blocking
from .markup import Html
from .parts import Of, Part, Wall, afragment, fragment
from .problems import STATUS, problem
from .routes import Answer, Request, back, public, respond, same_origin
from .site import CSP, Site, View
from .steps import Ask, arun, run
from .texts import Texts, language, preferred

__all__ = [
    "ASSETS",
    "CSP",
    "STATUS",
    "STREAM",
    "Answer",
    "Ask",
    "Html",
    "Of",
    "Part",
    "Request",
    "Site",
    "Texts",
    "View",
    "Wall",
    "afragment",
    "arun",
    "back",
    "events",
    "events_blocking",
    "fragment",
    "head",
    "language",
    "preferred",
    "problem",
    "public",
    "respond",
    "run",
    "same_origin",
]
