"""What a host says once about its pages, and what is known of one request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from .markup import Html, Value, el
from .texts import Texts

#: Links of the core into the host, in sanitised HTML: `<` and `"` of words are escaped there, so nothing else looks
#: like this.
_INWARD = re.compile(r'<a href="(person|tag):([0-9a-f-]{36})"[^<>]*>(.*?)</a>', re.DOTALL)

#: What Parvis's own pages and those of an example allow themselves: no inline script or style, nothing from elsewhere.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The host's pages.

    `root` is where the routes of Parvis are, with a slash at its end or without. `links` says where the host shows a
    `person`, `space`, `item` or `tag`, with `{id}` (Parvis's id) or `{external}` (the host's own) in it; what has no
    link is words. `live` is off where a server cannot keep a connection open: then the badge is asked for once a
    minute. `zone` is the time zone of dates until the browser writes them in its own.
    """

    root: str = "/parvis/"
    links: Mapping[str, str] = field(default_factory=dict)
    live: bool = True
    zone: str = "UTC"

    def __post_init__(self) -> None:
        root = self.root.rstrip("/") + "/"
        if not root.startswith("/") and "://" not in root:
            root = f"/{root}"
        object.__setattr__(self, "root", root)

    def below(self, mount: str) -> Site:
        """The site as browsers see it where the whole app is mounted below a path."""
        # Behind some proxies it is what a header says: no more than a path comes out.
        path = quote(mount.strip("/"))
        return replace(self, root=f"/{path}{self.root}") if path and self.root.startswith("/") else self

    @property
    def prefix(self) -> str:
        """The root as frameworks want it: without the slash at its end."""
        return self.root[:-1]

    def url(self, route: str, **query: str | int | None) -> str:
        """Where a route is, with what is asked of it."""
        asked = {key: value for key, value in query.items() if value is not None}
        return f"{self.root}{route}" + (f"?{urlencode(asked)}" if asked else "")

    def link(self, kind: str, id: str, external: str | None = None) -> str | None:
        """Where the host shows something; nothing where it shows no such thing."""
        template = self.links.get(kind)
        if template is None or (external is None and "{external}" in template):
            return None
        return template.replace("{id}", quote(id, safe="")).replace("{external}", quote(external or "", safe=""))


@dataclass(frozen=True, slots=True)
class View:
    """One request: whose language it is in, and the token that the host wants back in forms."""

    site: Site
    texts: Texts
    #: Name and value of a hidden field, where the host protects its forms by one.
    csrf: tuple[str, str] | None = None

    def url(self, route: str, **query: str | int | None) -> str:
        """As `Site.url`, in the same language."""
        return self.site.url(route, **query, lang=self.texts.language)

    def root(self) -> dict[str, Value]:
        """What the script must know of a part that stands in a page of the host."""
        return {
            "lang": self.texts.language,
            "data_parvis_at": self.site.root,
            "data_parvis_csrf": urlencode([self.csrf]) if self.csrf else None,
            "data_parvis_failed": self.texts("failed"),
        }

    def live(self, position: str) -> str | None:
        """Where the changes after a position come from."""
        return self.url("live", after=position) if self.site.live else None

    def form(self, route: str, *children: Html, **fields: str) -> Html:
        """A form that works without the script, too; the script replaces the part in which it stands by the answer."""
        hidden = {**fields, "lang": self.texts.language}
        if self.csrf:
            hidden[self.csrf[0]] = self.csrf[1]
        inputs = [el("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
        return el("form", inputs, children, method="post", action=self.site.url(route), data_parvis_do=True)

    def anchor(
        self, kind: str, id: str, external: str | None, *children: Html | str, class_: str | None = None
    ) -> Html:
        """A link into the host's pages; words where the host has no such page."""
        href = self.site.link(kind, id, external)
        return el("a", *children, href=href, class_=class_) if href else el("span", *children, class_=class_)

    def time(self, instant: str) -> Html:
        """An instant; the script writes it as the browser's reader counts time."""
        return el("time", self.texts.date(instant, self.site.zone), datetime=instant)

    def body(self, html: str) -> Html:
        """HTML of the core, which is sanitised; mentions and tags lead to the host's pages."""

        def inward(found: re.Match[str]) -> str:
            kind, id, words = found.groups()
            return self.anchor(kind, id, None, Html(words), class_=f"parvis-{kind}")

        return Html(_INWARD.sub(inward, html))
