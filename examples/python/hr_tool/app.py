"""An HR tool: a list of hires in a table of its own. Whoever is hired becomes a person of Parvis, and is welcomed."""

import os
import re
import sqlite3
from typing import Any
from uuid import uuid4

from flask import Flask, abort, g, redirect, render_template, request, session
from werkzeug.wrappers import Response

import parvis
from parvis import external, web
from parvis.contrib.flask import Parvis

NETWORK = "acme"
#: Who works in HR, by the tool's own ids. A real tool has a table of users and passwords.
STAFF = {"hana": "Hana Okafor", "marc": "Marc Petit"}


def create_app(url: str = "sqlite://hr-parvis.db", table: str = "hr.db") -> Flask:
    """The tool, with Parvis's store at `url` and the table of hires in a file of its own."""
    app = Flask(__name__)
    app.secret_key = os.environ.get("SECRET_KEY", "only for this example")
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    db = parvis.open(url, inline=True)
    social = Parvis(app, db=db, network=NETWORK, person=lambda: session.get("user"))
    # What the tool does by itself it does under its name.
    tool = db.system(NETWORK, "hr-tool")
    for id, name in STAFF.items():
        tool.people.put(external(id), name, title="HR")

    def rows() -> sqlite3.Connection:
        if "rows" not in g:
            g.rows = sqlite3.connect(table)
            g.rows.row_factory = sqlite3.Row
            g.rows.execute("create table if not exists hire (id integer primary key, key text unique, name, job)")
        connection: sqlite3.Connection = g.rows
        return connection

    @app.get("/")
    def home() -> str:
        hires = rows().execute("select * from hire order by id desc").fetchall()
        return render_template("home.html", hires=hires, staff=STAFF, user=session.get("user"), key=uuid4())

    @app.post("/hires")
    def hire() -> Response:
        if not web.same_origin(request.headers, request.host):
            abort(403)
        me, form = social.me, request.form
        told = (form["key"], form["name"].strip(), form["job"].strip())
        # The key is of the form that was shown: pressed twice or sent twice, it is one row, and so one person and one
        # post.
        with rows() as connection:
            connection.execute("insert into hire (key, name, job) values (?, ?, ?) on conflict do nothing", told)
        made, name, job = rows().execute("select id, name, job from hire where key = ?", told[:1]).fetchone()
        person = tool.people.put(external(f"hire:{made}"), name, title=job)
        words = f"@[{plain(name)}](person:{person.id}) joins us: {plain(job)}. Welcome!"
        me.items.create(words, place=parvis.types.PlaceNetwork(), idempotency_key=f"hire:{made}")
        return redirect("/", 303)

    @app.get("/login/<user>")
    def login(user: str) -> Response:
        session["user"] = user if user in STAFF else abort(404)
        return redirect("/")

    @app.get("/logout")
    def logout() -> Response:
        session.clear()
        return redirect("/")

    @app.teardown_appcontext
    def close(error: object) -> None:
        if "rows" in g:
            g.rows.close()

    @app.after_request
    def strict(answer: Any) -> Any:
        answer.headers["Content-Security-Policy"] = web.CSP
        return answer

    return app


def plain(words: str) -> str:
    """Words that are no markup in CommonMark."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~@:&])", r"\\\1", words)
