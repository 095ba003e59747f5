"""A small intranet: one page with the feed of the one who is signed in, with reasons and notifications.

What is Parvis's here are the lines that say `parvis`; the rest is any intranet: who is signed in, and a page.
"""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

from company import internal, settle
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

import parvis
import parvis.aio
import parvis.pydantic
from parvis import web
from parvis.contrib.fastapi import Parvis

HERE = Path(__file__).parent
NETWORK = "lumen"
WORDS = {
    "en": {
        "title": "Atelier Lumen",
        "share": "Share something with everyone",
        "send": "Post",
        "out": "Sign out",
        "who": "Who are you?",
        "other": "Français",
    },
    "fr": {
        "title": "Atelier Lumen",
        "share": "Partager quelque chose avec tout le monde",
        "send": "Publier",
        "out": "Quitter",
        "who": "Qui êtes-vous ?",
        "other": "English",
    },
}

db = parvis.aio.open(os.environ.get("PARVIS_URL", "sqlite://intranet.db"), inline=True)

# Who is signed in: a host has this already.
sessions: dict[str, str] = {}


def signed_in(request: Request) -> str | None:
    """The host's id of the one who is signed in."""
    return sessions.get(request.cookies.get("session", ""))


def language(request: Request) -> str:
    """The language that was chosen, or the browser's."""
    return request.cookies.get("language") or web.preferred(request.headers.get("accept-language"))


social = Parvis(
    db,
    network=NETWORK,
    person=signed_in,
    language=language,
    site=web.Site(links={"item": "/posts/{id}"}, zone="Europe/Paris"),
    over=lambda request: signed_in(request) is None,
)
Me = Annotated[parvis.aio.Actor, Depends(social.actor)]


@asynccontextmanager
async def life(app: FastAPI) -> AsyncIterator[None]:
    """A company to look at, and the store closed at the end."""
    await settle(db, NETWORK)
    yield
    await db.close()


pages = Jinja2Templates(HERE / "templates")
app = FastAPI(lifespan=life)
social.install(app)
app.mount("/static", StaticFiles(directory=HERE / "static"))


@app.middleware("http")
async def strict(request: Request, call_next):  # type: ignore[no-untyped-def]
    """No inline script or style, nothing from elsewhere."""
    answer = await call_next(request)
    answer.headers["Content-Security-Policy"] = web.CSP
    return answer


async def page(request: Request, name: str, **shown: Any) -> Response:
    """A page of the intranet, with the badge of the one who is signed in."""
    who, tongue = signed_in(request), web.language(language(request))
    me = db.act_as(NETWORK, parvis.external(who)) if who else None
    badge = await social.fragment(me, request, "badge") if me else ""
    given = {"words": WORDS[tongue], "language": tongue, "head": social.head(), "badge": badge, "who": who}
    return pages.TemplateResponse(request, name, given | shown)


@app.get("/")
async def home(request: Request) -> Response:
    """The feed, or the door."""
    who = signed_in(request)
    if who is None:
        return await page(request, "door.html", people=internal())
    me = db.act_as(NETWORK, parvis.external(who))
    return await page(request, "home.html", feed=await social.fragment(me, request, "feed"))


@app.get("/posts/{id}")
async def post(request: Request, me: Me, id: str) -> Response:
    """One post with its comments: a problem with the status 404 for whoever may not see it."""
    found = (await me.items.get(id)).item
    thread = await social.fragment(me, request, "comments", of=id)
    return await page(request, "post.html", item=found, thread=thread)


@app.post("/posts")
async def share(request: Request, me: Me) -> RedirectResponse:
    """Writes to everyone."""
    if not web.same_origin(request.headers, request.headers.get("host", "")):
        raise HTTPException(403)
    form = parse_qs((await request.body()).decode())
    await me.items.create(form.get("body", [""])[0], place=parvis.types.PlaceNetwork())
    return RedirectResponse("/", 303)


@app.get("/api/home", response_model=parvis.pydantic.FeedPage)
async def api(me: Me, cursor: parvis.types.Token | None = None) -> dict[str, object]:
    """The same feed as data."""
    return (await me.feed.home(cursor=cursor)).to_dict()


@app.get("/login/{id}")
async def login(id: str) -> RedirectResponse:
    """Anybody may be anybody: this is an example."""
    token = secrets.token_urlsafe()
    sessions[token] = id
    answer = RedirectResponse("/", 303)
    answer.set_cookie("session", token, httponly=True, samesite="lax")
    return answer


@app.get("/logout")
async def logout(request: Request) -> RedirectResponse:
    """Forgets the session: its stream of events ends."""
    sessions.pop(request.cookies.get("session", ""), None)
    return RedirectResponse("/", 303)


@app.get("/language/{tag}")
async def choose(tag: str) -> RedirectResponse:
    """French or English."""
    answer = RedirectResponse("/", 303)
    answer.set_cookie("language", web.language(tag), samesite="lax")
    return answer
