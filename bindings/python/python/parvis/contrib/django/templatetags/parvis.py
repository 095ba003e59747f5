"""`{% load parvis %}`: `{% parvis_head %}` in the head, `{% parvis_feed %}`, `{% parvis_badge %}` and `{%
parvis_comments external="deal:42" %}` where they should be seen."""

from __future__ import annotations

from typing import Any

from django import template

from .... import web
from ...._args import external as named
from .. import views

register: template.Library = template.Library()


def shown(id: Any, external: Any, app: str, wall: web.Wall, limit: int) -> web.Of:
    """What the arguments of a tag say."""
    of: web.Of = {"wall": wall, "limit": limit}
    if external is not None:
        of["of"] = named(external, app)
    elif id is not None:
        of["of"] = str(id)
    return of


@register.simple_tag
def parvis_head() -> web.Html:
    """The script and the style sheet."""
    return web.head(views.site())


@register.simple_tag(takes_context=True)
def parvis_feed(
    context: template.Context,
    wall: web.Wall = "home",
    *,
    id: Any = None,
    external: Any = None,
    app: str = "host",
    limit: int = 20,
) -> web.Html:
    """The home of the one who is signed in, or the wall of a `space`, a `person` or the `network`."""
    return views.fragment(context["request"], "feed", shown(id, external, app, wall, limit))


@register.simple_tag(takes_context=True)
def parvis_badge(context: template.Context) -> web.Html:
    """The bell, with the list behind it."""
    return views.fragment(context["request"], "badge", {})


@register.simple_tag(takes_context=True)
def parvis_comments(
    context: template.Context, *, id: Any = None, external: Any = None, app: str = "host", limit: int = 20
) -> web.Html:
    """The comments on an item, with a box."""
    return views.fragment(context["request"], "comments", shown(id, external, app, "home", limit))
