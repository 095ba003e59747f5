"""Django's tag, Flask's macro and FastAPI's route give the same bytes, from one store."""

from __future__ import annotations

from typing import Any

import pytest

for needed in ("django", "flask", "fastapi", "httpx"):
    pytest.importorskip(needed)

import django_host  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from fastapi import Depends, FastAPI, Request  # noqa: E402
from fastapi.responses import HTMLResponse  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402
from flask import Flask, render_template_string  # noqa: E402
from web_story import NETWORK, tell  # noqa: E402

import parvis  # noqa: E402
import parvis.aio  # noqa: E402
from conftest import Place  # noqa: E402
from parvis.contrib.django import views  # noqa: E402
from parvis.contrib.fastapi import Parvis as InFastApi  # noqa: E402
from parvis.contrib.flask import Parvis as InFlask  # noqa: E402

assert django_host.PAGE
#: The hidden field of forms: a host of any framework may have one.
TOKEN = ("csrfmiddlewaretoken", "the same")


def test_the_same_bytes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    if not place.lasts:
        pytest.skip("a memory is of one face alone")
    monkeypatch.setattr(views, "csrf", lambda request: TOKEN)
    with place.open(inline=True) as db:
        story = tell(db)
        ben = db.act_as(NETWORK, parvis.external("2"))
        ben.items.comment(story.open, "Hé <b>&amp;</b> — “done”")
        paths = [
            *(f"/parvis/{part}?lang={lang}" for part in ("feed", "badge", "inbox", "unread") for lang in ("fr", "en")),
            f"/parvis/thread?id={story.open}&lang=fr",
            f"/parvis/feed?wall=space&id={story.space}&limit=1&lang=en",
            "/parvis/parvis.js",
            "/parvis/parvis.css",
            "/parvis/nowhere",
        ]
        said = {"flask": in_flask(db, paths), "fastapi": in_fastapi(place, paths), "django": in_django(place, paths)}
    assert said["flask"] == said["fastapi"]
    assert said["flask"] == said["django"]
    assert all(answer[0] in (200, 404) for answer in said["flask"])
    assert {answer[0] for answer in said["flask"][:-1]} == {200}


def in_flask(db: Any, paths: list[str]) -> list[tuple[int, bytes]]:
    """Flask's routes, and its macros last."""
    app = Flask(__name__)
    InFlask(app, db=db, network=NETWORK, person=lambda: "1", csrf=lambda: TOKEN, language=lambda: "en")
    app.add_url_rule("/tag", "tag", lambda: render_template_string("{{ parvis_feed() }}{{ parvis_badge() }}"))
    client = app.test_client()
    answers = [client.get(path, headers={"X-Parvis": "1"}) for path in ["/tag", *paths]]
    return [(answer.status_code, answer.data) for answer in answers]


def in_fastapi(place: Place, paths: list[str]) -> list[tuple[int, bytes]]:
    """FastAPI's routes, and its function first."""
    db, app = place.aio(inline=True), FastAPI()
    social = InFastApi(
        db, network=NETWORK, person=lambda: "1", csrf=lambda request: TOKEN, language=lambda request: "en"
    )
    social.install(app)

    @app.get("/tag")
    async def tag(request: Request, me: Any = Depends(social.actor)) -> HTMLResponse:  # noqa: B008
        feed = await social.fragment(me, request, "feed")
        return HTMLResponse(feed + await social.fragment(me, request, "badge"))

    with TestClient(app) as client:
        answers = [client.get(path, headers={"X-Parvis": "1"}) for path in ["/tag", *paths]]
        return [(answer.status_code, answer.content) for answer in answers]


def in_django(place: Place, paths: list[str]) -> list[tuple[int, bytes]]:
    """Django's routes, and its tags first."""
    User.objects.filter(pk=1).delete()
    with override_settings(PARVIS={"URL": "memory:", "NETWORK": "elsewhere"}):
        user = User.objects.create_user("ana", pk=1)
    with override_settings(PARVIS={"URL": place.url, "NETWORK": NETWORK, "OPTIONS": place.options | {"inline": True}}):
        client = Client()
        client.force_login(user)
        tags = client.get("/part/parvis_feed/").content + client.get("/part/parvis_badge/").content
        answers = [client.get(path, headers={"X-Parvis": "1"}) for path in paths]
        found = [(200, tags), *((answer.status_code, answer.content) for answer in answers)]
    with override_settings(PARVIS={"URL": "memory:", "NETWORK": "elsewhere"}):
        user.delete()
    return found
