"""Parvis in Flask.

    parvis_ = Parvis(app, db=db, network="acme", person=lambda: session.get("user"))

    @app.get("/deals/<id>")
    def deal(id):
        return render_template("deal.html", posts=parvis_.me.feed.space_wall(external(f"deal:{id}")))

In a template `parvis_head()` stands in the head, `parvis_feed()`, `parvis_badge()` and `parvis_comments(of=..)` where
they should be seen. Errors of Parvis become pages of your error handlers (404, 403, ...), or problem JSON where JSON
was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Unpack

from flask import Blueprint, Flask, Response, abort, current_app, request
from werkzeug.exceptions import HTTPException, default_exceptions

from .. import web
from .._args import external
from ..errors import ParvisError
from ..types import RefLike

if TYPE_CHECKING:
    from .._db import Actor, Db


def _accepted() -> str:
    return web.preferred(request.headers.get("Accept-Language"))


class Parvis:
    """The extension. `person` tells who is signed in: the host's id (text or number), a `Ref`, or `None` for nobody.

    `language` tells the language of a request, `over` whether the person signed out since his stream of changes began,
    `csrf` a hidden field of forms, for a check of the host's own: posts are taken from pages of the same origin only in
    any case.

    Unless `over` is given, a stream asks whether `person` is still the same, in a request of its own that is like the
    one with which it began. Functions that run before a request run before it (a limit of requests counts it), and the
    stream ends where they answer or abort. That helps where the host looks into a store of its own. A
    session that is a cookie, as Flask's own is, stands still in the request and cannot tell: there `over` has to look
    into a store, or a stream goes on for its five minutes after its reader signed out.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        db: Db,
        network: str,
        person: Callable[[], RefLike | int | None],
        site: web.Site | None = None,
        language: Callable[[], str] = _accepted,
        csrf: Callable[[], tuple[str, str] | None] = lambda: None,
        over: Callable[[], bool] | None = None,
        tick: float = 5.0,
    ) -> None:
        self.db = db
        self.network = network
        self.person = person
        self.site: web.Site = site or web.Site()
        self.language = language
        self.csrf = csrf
        self.over = over
        self.tick = tick
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Adds the routes, the handler of errors, and what templates call."""
        app.extensions["parvis"] = self
        routes = Blueprint("parvis", __name__, url_prefix=self.site.prefix)
        routes.add_url_rule("/<route>", "route", self._route, methods=["GET", "POST"])
        app.register_blueprint(routes)
        app.register_error_handler(ParvisError, self._refused)
        app.jinja_env.globals.update(
            external=external,
            parvis_head=lambda: web.head(self._here),
            parvis_feed=lambda **shown: self.fragment("feed", **shown),
            parvis_badge=lambda: self.fragment("badge"),
            parvis_comments=lambda **shown: self.fragment("comments", **shown),
        )

    @property
    def signed_in(self) -> bool:
        """Whether anybody is signed in."""
        return self.person() is not None

    @property
    def me(self) -> Actor:
        """The one who is signed in. 401 where nobody is."""
        # Not kept with the request: another extension has another person, and one may sign in meanwhile. It costs no
        # call.
        who = self.person()
        if who is None:
            abort(401)
        return self.db.act_as(self.network, external(who) if isinstance(who, (str, int)) else who)

    @property
    def _here(self) -> web.Site:
        return self.site.below(request.script_root)

    def fragment(self, name: web.Part, **shown: Unpack[web.Of]) -> web.Html:
        """A part of the page; nothing where nobody is signed in."""
        if not self.signed_in:
            return web.Html("")
        return web.fragment(self.me, name, self.language(), site=self._here, csrf=self.csrf(), **shown)

    def _route(self, route: str) -> Response:
        if route == "live" and self.site.live:
            return self._live()
        if request.method == "POST" and not web.same_origin(request.headers, request.host):
            abort(403)
        asked = web.Request(
            method=request.method,
            route=route,
            query=request.args.to_dict(),
            form=request.form.to_dict(),
            language=self.language(),
            csrf=self.csrf(),
            enhanced="X-Parvis" in request.headers,
            back=web.back(request.headers.get("Referer"), request.host),
        )
        here = self._here
        answer = web.public(here, asked) or web.run(self.me, web.respond(here, asked))
        return Response(answer.body, answer.status, dict(answer.headers), content_type=answer.type)

    def _live(self) -> Response:
        after = request.headers.get("Last-Event-ID") or request.args.get("after")
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        environ, who = dict(request.environ), self.person()

        def over() -> bool:
            # A request of its own for each look: what the host opens for it is closed after it, not after the stream.
            with app.request_context(environ):
                try:
                    if app.preprocess_request() is not None:
                        return True
                    return self.person() != who if self.over is None else self.over()
                except HTTPException:
                    return True

        stream = web.events_blocking(self.me, after, over=over, tick=self.tick)
        return Response(stream, headers=dict(web.STREAM))

    def _refused(self, error: ParvisError) -> Any:
        status, headers, body = web.problem(error, self.language())
        accepted = request.accept_mimetypes
        if status in default_exceptions and accepted["text/html"] >= accepted["application/json"]:
            page = default_exceptions[status](description=error.message(self.language()))
            return current_app.handle_http_exception(page)
        return Response(body, status, headers)
