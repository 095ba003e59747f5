"""HTML that is escaped by construction: words are escaped, only `Html` stands as it is."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

#: Elements that have no end tag.
_VOID = frozenset({"input", "link", "meta", "path"})


class Html(str):
    """Markup that may stand in a page as it is. Django and Jinja take it as safe, by its `__html__`."""

    __slots__ = ()

    def __html__(self) -> Html:
        return self


Child: TypeAlias = "str | Iterable[Child] | None"
Value: TypeAlias = "str | int | bool | None"


def join(children: Iterable[Child]) -> Html:
    """Words, escaped, and markup, as it is, one after the other; `None` is nothing."""
    out: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            out.append(child)
        elif isinstance(child, str):
            out.append(escape(child, quote=False))
        else:
            out.append(join(child))
    return Html("".join(out))


def el(name: str, /, *children: Child, **attributes: Value) -> Html:
    """One element. `class_` is `class`, `data_parvis_part` is `data-parvis-part`; `True` is an attribute without a
    value, `None` and `False` are none.

    >>> el("a", "1 < 2", href='/?a="b"', class_="x", hidden=True)
    '<a href="/?a=&quot;b&quot;" class="x" hidden>1 &lt; 2</a>'
    """
    out = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        out.append(key if value is True else f'{key}="{escape(str(value))}"')
    start = Html(f"<{' '.join(out)}>")
    return start if name in _VOID else Html(f"{start}{join(children)}</{name}>")


def icon(path: str, size: int) -> Html:
    """A drawing of 24 by 24 in lines, in the colour of the words beside it; nothing to those who hear the page."""
    drawn: dict[str, Value] = {"fill": "none", "stroke": "currentColor", "stroke_width": 2}
    ends: dict[str, Value] = {"stroke_linecap": "round", "stroke_linejoin": "round"}
    line = el("path", d=path)
    return el("svg", line, viewBox="0 0 24 24", width=size, height=size, **drawn, **ends, aria_hidden="true")
