"""Parvis in FastAPI.

    db = parvis.aio.open("postgresql://...", secret=SECRET)
    parvis_ = Parvis(db, network="acme", person=signed_in)      # `signed_in` is a dependency of yours
    parvis_.install(app)

    @app.get("/home", response_model=parvis.pydantic.FeedPage)
    async def home(me: Annotated[Actor, Depends(parvis_.actor)], cursor: str | None = None):
        return (await me.feed.home(cursor=cursor)).to_dict()

`install` adds the routes of the fragment, among them the stream of live changes, and tells errors of Parvis as problem
JSON (RFC 9457). One stream of events costs no thread, and all streams together one small read a quarter of a second.
"""

# No `from __future__ import annotations`: FastAPI reads the annotations of functions that are made in here.

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Unpack
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from .. import web
from .._args import external
from ..errors import ParvisError

if TYPE_CHECKING:
    from .._db_aio import Actor, Db

#: A post of the fragment is a text of at most 16 kB, percent-encoded, and some ids.
_LARGEST = 64 * 1024


def _accepted(request: Request) -> str:
    return web.preferred(request.headers.get("accept-language"))


def visitor(
    db: "Db", network: str, person: Callable[..., Any], *, scope: Literal["function", "request"] | None = None
) -> Callable[..., Any]:
    """A dependency: the one who is signed in, as an actor, or `None`. `person` is a dependency of the host's that
    answers the host's id (text or number), a `Ref`, or `None` for nobody; `scope` says how long what it opened stays
    open, as for `Depends`."""

    # Not in a thread: it waits for nothing.
    async def visiting(who: Annotated[Any, Depends(person, scope=scope)]) -> Any:
        if who is None:
            return None
        return db.act_as(network, external(who) if isinstance(who, (str, int)) else who)

    return visiting


def actor(
    db: "Db", network: str, person: Callable[..., Any], *, scope: Literal["function", "request"] | None = None
) -> Callable[..., Any]:
    """As `visitor`, for pages of those who are signed in: 401 for others."""

    async def acting(me: Annotated[Any, Depends(visitor(db, network, person, scope=scope))]) -> Any:
        if me is None:
            raise HTTPException(401)
        return me

    return acting


def problems(app: FastAPI, language: Callable[[Request], str] = _accepted) -> None:
    """Tells errors of Parvis as problem JSON, with the message in the language of the request."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, ParvisError)
        status, headers, body = web.problem(error, language(request))
        return Response(body, status, headers)

    app.add_exception_handler(ParvisError, refused)


class Parvis:
    """All of it for one app. `person` as for `actor`; `language` tells the language of a request, `csrf` a hidden
    field of forms, for a check of the host's own: posts are taken from pages of the same origin only in any case.

    `actor` is a dependency that answers who is signed in (401 for others), `visitor` one that answers `None` for
    nobody. A stream lives for minutes: what `person` opens by `yield` is closed before that; where a dependency below
    `person` opens something, `Depends(it, scope="function")` says the same for it.

    `over` tells whether the person signed out since his stream began; it is asked every `tick` seconds, and has to look
    into a store of the host's: the request it is given is the one with which the stream began."""

    def __init__(
        self,
        db: "Db",
        *,
        network: str,
        person: Callable[..., Any],
        site: web.Site | None = None,
        language: Callable[[Request], str] = _accepted,
        csrf: Callable[[Request], tuple[str, str] | None] = lambda request: None,
        over: Callable[[Request], bool | Awaitable[bool]] = lambda request: False,
        tick: float = 1.0,
    ) -> None:
        self.actor: Callable[..., Any] = actor(db, network, person)
        self.visitor: Callable[..., Any] = visitor(db, network, person)
        # What `person` opens is closed when a stream begins, not when it ends.
        self._listener = actor(db, network, person, scope="function")
        self.site: web.Site = site or web.Site()
        self.language = language
        self.csrf = csrf
        self.over = over
        self.tick = tick
        self.router: APIRouter = self._router()

    def install(self, app: FastAPI) -> None:
        """Adds the routes and the handler of errors."""
        app.include_router(self.router)
        problems(app, self.language)

    def head(self, request: Request | None = None) -> web.Html:
        """What stands in the head of a page that shows parts; of the request, where the app is mounted below a path."""
        return web.head(self.site if request is None else self._here(request))

    def _here(self, request: Request) -> web.Site:
        return self.site.below(request.scope.get("root_path", ""))

    async def fragment(self, me: "Actor | None", request: Request, name: web.Part, **shown: Unpack[web.Of]) -> web.Html:
        """A part of a page; nothing where nobody is signed in."""
        if me is None:
            return web.Html("")
        return await web.afragment(
            me, name, self.language(request), site=self._here(request), csrf=self.csrf(request), **shown
        )

    def _router(self) -> APIRouter:
        router = APIRouter(prefix=self.site.prefix, include_in_schema=False)

        async def asset(request: Request) -> Response:
            return _response(web.public(self._here(request), self._asked(request)) or web.Answer(status=404))

        async def live(request: Request, me: Annotated[Any, Depends(self._listener)]) -> Response:
            return StreamingResponse(self._events(request, me), headers=dict(web.STREAM))

        async def part(request: Request, me: Annotated[Any, Depends(self.actor)]) -> Response:
            form: dict[str, str] = {}
            if request.method == "POST":
                if not web.same_origin(request.headers, request.headers.get("host", "")):
                    raise HTTPException(403)
                form = dict(parse_qsl(await _body(request), keep_blank_values=True))
            return _response(await web.arun(me, web.respond(self._here(request), self._asked(request, form))))

        for name in web.ASSETS:
            router.add_api_route(f"/{name}", asset, methods=["GET"])
        if self.site.live:
            router.add_api_route("/live", live, methods=["GET"])
        router.add_api_route("/{route}", part, methods=["GET", "POST"])
        return router

    def _asked(self, request: Request, form: dict[str, str] | None = None) -> web.Request:
        return web.Request(
            method=request.method,
            route=request.url.path.rpartition("/")[2],
            query=dict(request.query_params),
            form=form or {},
            language=self.language(request),
            csrf=self.csrf(request),
            enhanced="x-parvis" in request.headers,
            back=web.back(request.headers.get("referer"), request.headers.get("host", "")),
        )

    def _events(self, request: Request, me: "Actor") -> AsyncIterator[str]:
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        return web.events(me, after, over=lambda: self.over(request), tick=self.tick)


async def _body(request: Request) -> str:
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > _LARGEST:
            raise HTTPException(413)
    return read.decode("ascii", "replace")


def _response(answer: web.Answer) -> Response:
    headers = {**answer.headers, "Content-Type": answer.type}
    return Response(answer.body, answer.status, headers)
