"""The routes of the fragment, and what of a request they need."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY, get_user
from django.core.handlers.asgi import ASGIRequest
from django.db import connections, transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from ... import web
from . import conf


def site() -> web.Site:
    """The host's pages, by the setting."""
    here = conf.settings()
    return web.Site(root=reverse("parvis:root"), links=here.links, live=here.live)


def csrf(request: HttpRequest) -> tuple[str, str]:
    """The token that Django wants in forms."""
    return "csrfmiddlewaretoken", get_token(request)


def fragment(request: HttpRequest, name: web.Part, shown: web.Of) -> web.Html:
    """A part of the page; nothing where nobody is signed in."""
    if not request.user.is_authenticated:
        return web.Html("")
    me = request.parvis.actor  # type: ignore[attr-defined]
    return web.fragment(me, name, get_language() or "en", site=site(), csrf=csrf(request), **shown)


# Nothing of the host's is written here, so no transaction of the host's is held open.
@transaction.non_atomic_requests
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def route(request: HttpRequest, route: str) -> HttpResponse:
    """All routes but the stream."""
    asked = web.Request(
        method=request.method or "GET",
        route=route,
        query=request.GET.dict(),
        form=request.POST.dict(),
        language=get_language() or "en",
        csrf=None if route in web.ASSETS else csrf(request),
        enhanced="X-Parvis" in request.headers,
        back=web.back(request.headers.get("Referer"), request.get_host()),
    )
    here = site()
    answer = web.public(here, asked) or web.run(request.parvis.actor, web.respond(here, asked))  # type: ignore[attr-defined]
    return HttpResponse(answer.body, status=answer.status, content_type=answer.type, headers=dict(answer.headers))


@transaction.non_atomic_requests
@require_GET
def live(request: HttpRequest) -> StreamingHttpResponse:
    """The stream of live changes. Under WSGI it takes one thread of the server: `LIVE` is off where these are few."""
    here = conf.settings()
    if not here.live:
        raise Http404
    me = request.parvis.actor  # type: ignore[attr-defined]
    after = request.headers.get("Last-Event-ID") or request.GET.get("after")
    signed_out = watch(request)
    body: Any
    if isinstance(request, ASGIRequest):
        # A thread for the moment of each look only: any number of streams leave the server its threads.
        over = sync_to_async(signed_out, thread_sensitive=False)
        body = web.events(me.aio, after, over=over, tick=here.tick)
    else:
        body = web.events_blocking(me, after, over=signed_out, tick=here.tick)
    return StreamingHttpResponse(body, headers=dict(web.STREAM))


class Kept(dict[str, Any]):
    """What a session keeps, to be looked at: the browser's own session is not ended or renewed from here."""

    def flush(self) -> None:
        """Forgets it."""
        self.clear()

    def cycle_key(self) -> None:
        """Leaves the key, which the browser could not be told any more."""


def watch(request: HttpRequest) -> Callable[[], bool]:
    """What tells, as often as it is asked, whether the one who is signed in now is signed out.

    It is the session that tells it, as it is kept then. A host that knows people by something else than a session has
    nothing to look at: its streams end when the browser comes back. Whoever acts as another than the session's user,
    by a middleware of the host's, does so by something that the host keeps in the session: his stream is over as soon
    as anything is another there.
    """
    session: Any = getattr(request, "session", None)
    user: Any = request.user
    pk = user.pk
    if session is None or SESSION_KEY not in session:
        return lambda: False
    own = session[SESSION_KEY] == user._meta.pk.value_to_string(user)
    began = None if own else plain(dict(session.items()))

    def over() -> bool:
        now = HttpRequest()
        try:
            kept = Kept(type(session)(session.session_key).load() if session.session_key else {})
            now.session, same = kept, own or plain(kept) == began  # type: ignore[assignment]
            # Django itself decides: a session ends with a change of the password and with the user, too.
            found = get_user(now)
            return not (found.pk == pk if own else same and found.is_authenticated)
        finally:
            # A stream is open for hours; the connections of its thread are for those who need them now.
            for connection in connections.all(initialized_only=True):
                if not connection.in_atomic_block:
                    connection.close()

    return over


def plain(kept: dict[str, Any]) -> Any:
    """What a session keeps, as it comes back from a store that writes it as JSON."""
    return json.loads(json.dumps(kept, default=repr, skipkeys=True))
