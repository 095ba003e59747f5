"""Reads HTML as a browser would, and tells what could run in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

_ELEMENTS = """
a article bdi blockquote br button code del details div em form h1 h2 h3 h4 h5 h6 header hr input label li ol p pre
section span strong summary svg path table tbody td textarea th thead time tr ul
"""
_ATTRIBUTES = """
action class d datetime dir disabled fill for height hidden href id lang maxlength method name rel required role rows
start stroke stroke-linecap stroke-linejoin stroke-width tabindex title type value viewbox width
"""
#: What parts and sanitised bodies are made of.
ELEMENTS = frozenset(_ELEMENTS.split())
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
SCHEMES = frozenset({"", "http", "https", "mailto", "tel"})


@dataclass
class Audit(HTMLParser):
    """What was found in a piece of HTML."""

    found: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            known = name in ATTRIBUTES or name.startswith(("aria-", "data-parvis-"))
            if not known:
                self.found.append(f"<{tag} {name}>")
            if name in ("href", "action") and urlsplit((value or "").strip()).scheme not in SCHEMES:
                self.found.append(f"<{tag} {name}={value}>")
            self.values.append(value or "")
        if tag not in ("input", "br", "hr", "path"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened.pop() != tag:
            self.found.append(f"</{tag}> out of place")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")


def audit(html: str) -> Audit:
    """What is in a piece of HTML; `found` is what must not be there."""
    page = Audit()
    page.feed(html)
    page.close()
    if page.opened:
        page.found.append(f"never ended: {page.opened}")
    return page
