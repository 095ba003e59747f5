"""The examples: each by its framework's own test client, the intranet in a browser, too."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from test_fragment import said
from web_audit import audit

EXAMPLES = Path(__file__).parents[3] / "examples" / "python"


def loaded(folder: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The `app.py` of an example, as if it was run in its folder."""
    monkeypatch.syspath_prepend(EXAMPLES / folder)
    spec = importlib.util.spec_from_file_location(f"{folder}_app", EXAMPLES / folder / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", ["hr_tool", "intranet", "django_site"])
def test_a_readme_of_three_lines_says_how_to_run_it(folder: str) -> None:
    lines = [line for line in (EXAMPLES / folder / "README.md").read_text().splitlines() if line]
    assert len(lines) == 3
    # Parvis is in no package index: it is installed from this repository, as seen from the example's folder.
    path, extra = re.findall(r"pip install '([^'\[]+)\[(\w+)\]'", lines[2])[0]
    assert extra in {"django_site": "django", "hr_tool": "flask", "intranet": "fastapi"}[folder]
    assert (EXAMPLES / folder / path / "pyproject.toml").is_file()


@pytest.fixture
def hr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The HR tool."""
    pytest.importorskip("flask")
    module = loaded("hr_tool", monkeypatch)
    return module.create_app(f"sqlite://{tmp_path}/parvis.db", str(tmp_path / "hr.db"))


def test_the_hr_tool_welcomes_who_is_hired(hr: Any) -> None:
    hana, marc = hr.test_client(), hr.test_client()
    assert hana.post("/hires", data={"name": "Ana", "job": "Baker"}).status_code == 401
    hana.get("/login/hana")
    name, job = "Zoé [x](javascript:alert(1)) <b>", "*Chief* of #bread & @hana"
    assert hana.post("/hires", data={"name": name, "job": job, "key": key(hana)}).status_code == 303
    marc.get("/login/marc")
    page = marc.get("/").text
    body = page.split('class="parvis-body"')[1].split("</div>")[0]
    assert audit(f"<div {body}</div>").found == []
    words = "".join(audit(f"<div {body}</div>").words)
    assert job in words, words
    assert "joins us" in words
    assert "javascript:" not in body.replace("(javascript:", "")
    assert "<em>" not in body
    assert (
        hana.get("/", headers={"Accept": "text/html"})
        .headers["Content-Security-Policy"]
        .startswith("default-src 'none'")
    )
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert hana.post("/hires", data={"name": "A", "job": "B", "key": "k"}, headers=cross).status_code == 403


def key(browser: Any) -> str:
    """The key of the form that somebody sees."""
    return str(browser.get("/").text.split('name="key" value="')[1].split('"')[0])


def test_a_hire_that_is_sent_twice_is_one_hire_and_one_post(hr: Any) -> None:
    hana = hr.test_client()
    hana.get("/login/hana")
    form = {"name": "Ana", "job": "Baker", "key": key(hana)}
    for _ in range(2):
        assert hana.post("/hires", data=form).status_code == 303
    # Sent again with other words, it is still the first.
    assert hana.post("/hires", data=form | {"job": "Chef"}).status_code == 303
    page = hana.get("/").text
    assert page.count('<th scope="row">Ana</th><td>Baker</td>') == page.count('<th scope="row">') == 1
    assert page.count('class="parvis-body"') == 1
    assert hana.post("/hires", data={"name": "Ana", "job": "Baker", "key": key(hana)}).status_code == 303
    page = hana.get("/").text
    assert page.count('<th scope="row">') == page.count('class="parvis-body"') == 2
    assert hana.post("/hires", data={"name": "A", "job": "B"}).status_code == 400


@pytest.fixture
def intranet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """The intranet, and a browser of FastAPI's."""
    pytest.importorskip("fastapi")
    testclient = pytest.importorskip("fastapi.testclient")
    monkeypatch.setenv("PARVIS_URL", f"sqlite://{tmp_path}/intranet.db")
    module = loaded("intranet", monkeypatch)
    with testclient.TestClient(module.app) as client:
        yield client


def test_the_intranet_shows_feed_reasons_and_notifications(intranet: Any) -> None:
    assert "Amélie Roux" in intranet.get("/").text
    page = intranet.get("/login/amelie").text
    assert "Why you see this" in page
    assert "Nadia Ferrand" in page
    french = intranet.get("/language/fr").text
    assert "Pourquoi vous voyez ceci" in french
    assert "Notifications" in intranet.get("/parvis/inbox").text
    home = intranet.get("/api/home").json()
    assert len(home["items"]) == 20
    more = intranet.get("/api/home", params={"cursor": home["next"]}).json()
    assert {item["id"] for item in home["items"]}.isdisjoint(item["id"] for item in more["items"])


def test_a_secret_of_the_intranet_stays_one(intranet: Any) -> None:
    yukis = intranet.get("/login/yuki").text
    assert "Les 50 ans de Paul" in yukis
    pauls = intranet.get("/login/paul").text
    assert "50 ans" not in pauls
    for part in ("feed", "inbox", "badge"):
        assert "50 ans" not in intranet.get(f"/parvis/{part}").text
    intranet.get("/login/yuki")
    secret = next(
        item
        for item in intranet.get("/api/home", params={"limit": 100}).json()["items"]
        if (item["place"].get("name") or "").startswith("Les 50 ans")
    )
    assert intranet.get(f"/posts/{secret['id']}").status_code == 200
    intranet.get("/login/paul")
    assert intranet.get(f"/posts/{secret['id']}").status_code == 404


def test_what_is_shared_comes_to_the_others(intranet: Any) -> None:
    intranet.get("/login/hugo")
    assert intranet.post("/posts", data={"body": "Bonjour <script>"}).status_code == 200
    page = intranet.get("/login/amelie").text
    assert "Bonjour &lt;script&gt;" in page
    intranet.get("/logout")
    assert intranet.post("/posts", data={"body": "x"}).status_code == 401


def test_the_django_site_by_its_own_tests(tmp_path: Path) -> None:
    pytest.importorskip("django")
    environment = os.environ | {"SITE_DB": str(tmp_path / "site.db"), "PARVIS_URL": f"sqlite://{tmp_path}/parvis.db"}
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "manage.py", "test", "--verbosity", "2"],
        cwd=EXAMPLES / "django_site",
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ran 5 tests" in done.stderr


def test_the_django_site_is_set_up_as_the_docs_say() -> None:
    set_up = "".join((EXAMPLES / "django_site" / "shop" / name).read_text() for name in ("settings.py", "urls.py"))
    paths = re.findall(r'"(?:parvis|django)\.[\w.]+"', said("INSTALLED_APPS"))
    assert len(paths) == 3
    assert [path for path in paths if path not in set_up] == []


def test_the_django_site_as_its_readme_says(tmp_path: Path) -> None:
    pytest.importorskip("django")
    environment = os.environ | {"SITE_DB": str(tmp_path / "site.db"), "PARVIS_URL": f"sqlite://{tmp_path}/parvis.db"}
    readme = (EXAMPLES / "django_site" / "README.md").read_text()
    commands = [part.split()[2:] for part in readme.split("&&") if "manage.py" in part]
    assert commands[-1] == ["runserver"]
    told = ""
    for command in [*commands[:-1], ["check"], ["parvis_sync"]]:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=EXAMPLES / "django_site",
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout + done.stderr)
        told = done.stdout
    assert "people: 0 new, 0 changed, 3 same" in told
