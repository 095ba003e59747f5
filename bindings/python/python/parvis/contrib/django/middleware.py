"""`request.parvis`, and errors as Django knows them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.log import log_response
from django.utils.translation import get_language

from ... import errors, web
from ..._args import external
from ..._facade import Groups
from . import conf
from .later import Later

if TYPE_CHECKING:
    from ..._db import Actor
    from ..._db_aio import Actor as AioActor


class Me(Groups):
    """The one who is signed in, as an actor: all its groups, and `later`. Nothing is read before the first use."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._known: tuple[Any, Actor] | None = None

    @property
    def actor(self) -> Actor:
        """The actor: whoever is signed in at the moment. 403 where nobody is."""
        user = getattr(self._request, "user", None)
        if user is None or not user.is_authenticated:
            raise PermissionDenied("nobody is signed in")
        if self._known is None or self._known[0] != user.pk:
            here = conf.settings()
            self._known = user.pk, conf.db().act_as(here.network, external(user.pk, here.app))
        return self._known[1]

    async def aactor(self) -> AioActor:
        """The actor in an async view, whose operations are awaited: `me = await request.parvis.aactor()`."""
        # Not `request.auser()`, which stays the same after signing in or out, and when a middleware of the host's puts
        # another one into `request.user`.
        return (await sync_to_async(lambda: self.actor)()).aio

    def call(self, name: str, request: bytes, /) -> bytes:
        """Runs an operation by its name, from JSON to JSON."""
        return self.actor.call(name, request)

    @property
    def later(self) -> Later:
        """Commands as rows of the host's own transaction: they are carried out when it commits, and gone when it does
        not."""
        return Later(self.actor)


class ParvisRequest(HttpRequest):
    """A request behind the middleware, for annotations: `def page(request: ParvisRequest) -> HttpResponse`."""

    parvis: Me


class ParvisMiddleware(MiddlewareMixin):
    """Gives requests `parvis`. What Parvis does not find is a 404, absent and hidden alike; what it forbids is a
    403, what else it refuses is problem JSON under the status that it has everywhere. A defect (500) stays Django's."""

    def process_request(self, request: HttpRequest) -> None:
        """Puts `parvis` there."""
        request.parvis = Me(request)  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Tells an error of Parvis as Django knows it: the host's own pages for 404 and 403 are shown."""
        if isinstance(exception, errors.NotFound):
            raise Http404(str(exception)) from exception
        if isinstance(exception, errors.Forbidden):
            raise PermissionDenied(str(exception)) from exception
        if not isinstance(exception, errors.ParvisError):
            return None
        status, headers, body = web.problem(exception, get_language() or "en")
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return None
        answer = HttpResponse(body, status=status, headers=headers)
        if status > HTTPStatus.INTERNAL_SERVER_ERROR:
            # With the traceback, which Django would not have any more.
            log_response("%s: %s", exception, request.path, response=answer, request=request, exception=exception)
        return answer
