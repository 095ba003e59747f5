"""The script and the style sheet, as they are in the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from .markup import Html, el, join
from .site import Site

#: The files, by the routes under which they are.
ASSETS = ("parvis.js", "parvis.css")

_TYPES = {"parvis.js": "text/javascript; charset=utf-8", "parvis.css": "text/css; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    type: str
    version: str

    @property
    def headers(self) -> Mapping[str, str]:
        """It is asked for under its version, so it may be kept."""
        return {
            "Cache-Control": "public, max-age=31536000, immutable",
            "ETag": f'"{self.version}"',
            "X-Content-Type-Options": "nosniff",
        }


@cache
def find(name: str) -> Asset | None:
    """A file by its name; nothing where there is none of that name."""
    if name not in _TYPES:
        return None
    body = (files("parvis.web") / "static" / name).read_bytes()
    return Asset(body, _TYPES[name], sha256(body).hexdigest()[:16])


def head(site: Site) -> Html:
    """What stands in the head of a page that shows parts of Parvis."""
    found = {name: find(name) for name in _TYPES}
    at = {name: site.url(name, v=asset.version) for name, asset in found.items() if asset}
    return join(
        [
            el("link", rel="stylesheet", href=at["parvis.css"]),
            el("script", src=at["parvis.js"], type="module"),
        ]
    )
