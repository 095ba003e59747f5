"""Parvis in Flask, by Flask's own test client."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

flask = pytest.importorskip("flask")

from flask import Flask, abort, g, render_template_string, request, session  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from test_fragment import said  # noqa: E402
from web_audit import audit  # noqa: E402
from web_story import NETWORK, OPEN, SECRET, Story, events, tell  # noqa: E402
from werkzeug.middleware.dispatcher import DispatcherMiddleware  # noqa: E402
from werkzeug.test import Client  # noqa: E402

import parvis  # noqa: E402
from conftest import Place  # noqa: E402
from parvis import external, web  # noqa: E402
from parvis.contrib.flask import Parvis  # noqa: E402

PAGE = "{{ parvis_head() }}{{ parvis_badge() }}{{ parvis_feed() }}"


@pytest.fixture
def db(place: Place) -> Iterator[Any]:
    """A store."""
    with place.open(inline=True) as db:
        yield db


@pytest.fixture
def story(db: Any) -> Story:
    """The story in it."""
    return tell(db)


@pytest.fixture
def app(db: Any, story: Story) -> Flask:
    """A host."""
    app = Flask(__name__)
    app.secret_key = "x"
    social = Parvis(app, db=db, network=NETWORK, person=lambda: session.get("user"), tick=1)

    @app.get("/login/<user>")
    def login(user: str) -> str:
        session["user"] = user
        return ""

    @app.get("/logout")
    def logout() -> str:
        session.clear()
        return ""

    @app.get("/")
    def home() -> str:
        return render_template_string(PAGE)

    @app.get("/posts/<id>")
    def post(id: str) -> str:
        item = social.me.items.get(id)
        return render_template_string("{{ parvis_comments(of=id) }}", id=item.item.id)

    @app.errorhandler(404)
    def absent(error: Any) -> tuple[str, int]:
        return f"the host's own page: {error.description}", 404

    return app


def client(app: Flask, user: str | None = None) -> FlaskClient:
    """A browser of somebody."""
    browser = app.test_client()
    if user:
        browser.get(f"/login/{user}")
    return browser


def test_a_page_shows_what_its_reader_may_see(app: Flask) -> None:
    anas = client(app, "1").get("/").text
    cleos = client(app, "3").get("/").text
    assert SECRET in anas
    assert OPEN in anas
    assert OPEN in cleos
    assert SECRET not in cleos
    assert "Pantry" not in cleos
    assert client(app).get("/").text == web.head(web.Site()), "nobody is signed in: the page is the host's"


def test_an_actor_is_of_his_extension_and_of_who_is_signed_in_now(db: Any, story: Story) -> None:
    app, signed_in = Flask(__name__), ["1"]
    one = Parvis(db=db, network=NETWORK, person=lambda: signed_in[0])
    other = Parvis(db=db, network=NETWORK, person=lambda: "3")
    with app.test_request_context():
        assert SECRET in one.fragment("feed")
        assert SECRET not in other.fragment("feed"), "another extension has another person"
        signed_in[0] = "3"
        assert SECRET not in one.fragment("feed"), "another one signed in meanwhile"


def test_a_referer_that_is_no_address_is_no_error(app: Flask, story: Story) -> None:
    form = {"on": story.open, "item": story.open, "body": "Hi"}
    answer = client(app, "1").post("/parvis/comment", data=form, headers={"Referer": "http://["})
    assert (answer.status_code, answer.location) == (303, "/")
    answer = client(app, "1").post("/parvis/comment", data=form, headers={"Origin": "http://["})
    assert answer.status_code == 403


def test_a_root_without_a_slash_and_pages_that_stand_in_no_frame(db: Any, story: Story) -> None:
    app = Flask(__name__)
    Parvis(app, db=db, network=NETWORK, person=lambda: "1", site=web.Site(root="/social"))
    page = app.test_client().get("/social/feed")
    assert 'href="/social/feed?' in page.text
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]


def test_a_host_is_set_up_as_the_docs_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "host"}
    exec(said("from flask import"), names)
    host, db = names["app"], names["db"]
    with db, host.test_client() as browser:
        assert browser.get("/parvis/feed").status_code == 401
        with browser.session_transaction() as kept:
            kept["user"] = "1"
        assert browser.get("/parvis/feed").status_code == 200


def test_a_token_of_the_hosts_takes_no_post_of_another_page(db: Any, story: Story) -> None:
    app = Flask(__name__)
    Parvis(app, db=db, network=NETWORK, person=lambda: "1", csrf=lambda: ("token", "right"))
    form, cross = {"item": story.open, "reaction": "like", "token": "right"}, {"Sec-Fetch-Site": "cross-site"}
    assert app.test_client().post("/parvis/react", data=form, headers=cross).status_code == 403


def test_routes_are_for_those_who_are_signed_in(app: Flask, story: Story) -> None:
    for route in ("feed", "badge", "inbox", "unread", "live", f"thread?id={story.open}"):
        assert client(app).get(f"/parvis/{route}").status_code == 401
    assert client(app).get("/parvis/parvis.js").status_code == 200
    for route in ("feed", "badge", "inbox", "unread"):
        assert client(app, "1").get(f"/parvis/{route}").status_code == 200


def test_hidden_and_absent_are_the_same_page(app: Flask, story: Story) -> None:
    cleo = client(app, "3")
    absent = "00000000-0000-7000-8000-000000000000"
    hidden_page, absent_page = cleo.get(f"/posts/{story.secret}"), cleo.get(f"/posts/{absent}")
    assert (hidden_page.status_code, hidden_page.text) == (absent_page.status_code, absent_page.text)
    assert hidden_page.text.startswith("the host's own page")
    assert client(app, "1").get(f"/posts/{story.secret}").status_code == 200


def test_errors_are_problems_where_json_is_asked_for(app: Flask, story: Story) -> None:
    headers = {"Accept": "application/json", "Accept-Language": "fr"}
    answer = client(app, "3").get(f"/posts/{story.secret}", headers=headers)
    assert answer.content_type == "application/problem+json"
    told = json.loads(answer.data)
    assert (told["status"], told["code"], told["reason"], told["retry"]) == (404, "not_found", "named", "never")
    assert told["detail"] == parvis.NotFound("named").message("fr")


def test_a_comment_by_the_script_and_without_it(app: Flask, story: Story) -> None:
    ana = client(app, "1")
    form = {"on": story.open, "item": story.open, "body": "<b>Thanks</b>", "key": "k"}
    answer = ana.post("/parvis/comment", data=form, headers={"X-Parvis": "1"})
    assert answer.status_code == 200
    assert "&lt;b&gt;Thanks&lt;/b&gt;" in answer.text
    assert audit(answer.text).found == []
    # The same again, because the answer was lost: it happened once.
    again = ana.post("/parvis/comment", data=form, headers={"X-Parvis": "1"})
    assert again.text.count("Thanks") == 1
    plain = ana.post("/parvis/comment", data=form | {"key": "l"}, headers={"Referer": "http://localhost/posts/7"})
    assert (plain.status_code, plain.location) == (303, "/posts/7")


def test_posts_of_other_pages_are_not_taken(app: Flask, story: Story) -> None:
    form = {"on": story.open, "item": story.open, "body": "Hi"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client(app, "1").post("/parvis/comment", data=form, headers=headers).status_code == 403


def test_a_refusal_is_told_beside_the_box(app: Flask, story: Story) -> None:
    form = {"on": story.secret, "item": story.secret, "body": "Hi", "lang": "fr"}
    answer = client(app, "3").post("/parvis/comment", data=form, headers={"X-Parvis": "1"})
    assert answer.status_code == 404
    assert parvis.NotFound("named").message("fr") in answer.text


def test_reactions_reading_and_seeing(app: Flask, db: Any, story: Story) -> None:
    db.act_as(NETWORK, external("2")).items.comment(story.open, "Mine too")
    ana, script = client(app, "1"), {"X-Parvis": "1"}
    liked = ana.post("/parvis/react", data={"item": story.open, "reaction": "like"}, headers=script).text
    assert 'aria-pressed="true"' in liked
    assert 'aria-pressed="false"' in ana.post("/parvis/react", data={"item": story.open}, headers=script).text
    assert unread(ana)["badge"] == 1
    inbox = ana.get("/parvis/inbox", headers=script).text
    assert "Ben Okafor" in inbox
    assert ana.post("/parvis/seen", headers=script).status_code == 204
    assert (unread(ana)["badge"], unread(ana)["unread"]) == (0, 1)
    entry = inbox.split('name="up_to" value="')[1].split('"')[0]
    assert "parvis-unread" not in ana.post("/parvis/read", data={"up_to": entry}, headers=script).text
    assert ana.post("/parvis/saw", data={"items": story.open}, headers=script).status_code == 204


def unread(browser: FlaskClient) -> Any:
    """What the script asks where no connection stays open."""
    return json.loads(browser.get("/parvis/unread").data)


def test_live_changes_come_resume_and_end(app: Flask, db: Any, story: Story) -> None:
    def stream(user: str, **headers: str) -> Generator[dict[str, str]]:
        answer = client(app, user).get("/parvis/live", headers=headers, buffered=False)
        assert answer.content_type.startswith("text/event-stream")
        lines: list[str] = []
        for chunk in answer.iter_encoded():
            lines += chunk.decode().split("\n")[:-1]
            yield from events(lines)
            lines = []

    bens = stream("2")
    assert next(bens) == {"retry": "3000"}
    first = next(bens)
    assert first["event"] == "changes"
    ana = db.act_as(NETWORK, external("1"))
    ana.items.create("More bread", place=parvis.types.PlaceNetwork())
    second = next(bens)
    assert json.loads(second["data"])["feed_new"] == 1
    bens.close()
    ana.items.create("And butter", place=parvis.types.PlaceNetwork())
    resumed = stream("2", **{"Last-Event-ID": second["id"]})
    next(resumed)
    assert json.loads(next(resumed)["data"])["feed_new"] == 1
    db.system(NETWORK, "host").people.put(external("2"), "Ben Okafor", status="deactivated")
    ends = [event for event in resumed if event.get("event") == "end"]
    assert [json.loads(event["data"]) for event in ends] == [{"why": "revoked"}]


def test_who_signed_out_is_told_nothing_more(db: Any, story: Story) -> None:
    app = Flask(__name__)
    gone: list[bool] = []
    Parvis(app, db=db, network=NETWORK, person=lambda: "1", over=lambda: bool(gone), tick=1)
    answer = app.test_client().get("/parvis/live", buffered=False)
    chunks = answer.iter_encoded()
    next(chunks)
    assert b"event: changes" in next(chunks)
    gone.append(True)
    assert list(chunks) == [b'event: end\ndata: {"why":"signed_out"}\n\n']


def test_a_stream_keeps_nothing_open_that_the_host_opened(db: Any, story: Story) -> None:
    app = Flask(__name__)
    opened: list[int] = []
    closed: list[int] = []

    @app.before_request
    def load() -> Any:
        opened.append(len(opened))
        g.user = "1"
        return ("signed out", 403) if len(opened) > 3 else None

    app.teardown_request(lambda error: closed.append(len(opened)))
    Parvis(app, db=db, network=NETWORK, person=lambda: g.user, tick=1)
    answer = app.test_client().get("/parvis/live", buffered=False)
    chunks = answer.iter_encoded()
    next(chunks)
    assert b"event: changes" in next(chunks)
    assert opened == [0, 1]
    assert 2 in closed, "what the first look opened is closed while the stream goes on"
    assert list(chunks)[-1] == b'event: end\ndata: {"why":"signed_out"}\n\n'


@pytest.mark.parametrize("gone", ["abort", "another"])
def test_a_stream_ends_where_the_host_aborts_and_where_another_person_is_signed_in(
    db: Any, story: Story, gone: str
) -> None:
    app = Flask(__name__)
    asked: list[int] = []

    def person() -> str:
        asked.append(1)
        if len(asked) > 3:
            if gone == "abort":
                abort(401)
            return "2"
        return "1"

    Parvis(app, db=db, network=NETWORK, person=person, tick=1)
    chunks = app.test_client().get("/parvis/live", buffered=False).iter_encoded()
    assert b"event: changes" in b"".join([next(chunks), next(chunks)])
    assert list(chunks)[-1] == b'event: end\ndata: {"why":"signed_out"}\n\n'


def test_a_template_names_things_by_the_hosts_ids(db: Any, story: Story) -> None:
    app = Flask(__name__)
    Parvis(app, db=db, network=NETWORK, person=lambda: "1")
    db.system(NETWORK, "host").importing.put(
        [
            parvis.types.PostRow(
                id="deal:42",
                author="1",
                text="Deal 42",
                ts=datetime(2026, 11, 2, 12, tzinfo=UTC),
                audience=parvis.types.PostAudiencePlace(),
            )
        ]
    )
    with app.test_request_context("/"):
        page = render_template_string('{{ parvis_comments(of=external("deal:42")) }}')
    assert "parvis-thread" in page or "data-parvis-part" in page


def test_below_a_path_links_lead_below_it(app: Flask, story: Story) -> None:
    mounted = Client(DispatcherMiddleware(Flask("front"), {"/intranet": app.wsgi_app}))
    mounted.get("/intranet/login/1")
    for path in ("/intranet/", "/intranet/parvis/feed"):
        page = mounted.get(path).text
        assert "/intranet/parvis/" in page
        assert '"/parvis/' not in page, path
    assert '"/parvis/' in client(app, "1").get("/").text


def test_the_language_is_the_browsers_unless_the_host_knows_better(db: Any, story: Story) -> None:
    app = Flask(__name__)
    Parvis(app, db=db, network=NETWORK, person=lambda: "1")
    french = app.test_client().get("/parvis/feed", headers={"Accept-Language": "fr-FR, en;q=0.5"}).text
    assert 'aria-label="Actualités"' in french
    chosen = Flask(__name__)
    Parvis(chosen, db=db, network=NETWORK, person=lambda: "1", language=lambda: request.args.get("l", "en"))
    assert 'aria-label="News"' in chosen.test_client().get("/parvis/feed", headers={"Accept-Language": "fr"}).text
