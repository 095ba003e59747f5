"""The intranet of the examples in a browser: what comes by itself, what is pressed, how it looks, what is forbidden."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

pytest.importorskip("selenium")
pytest.importorskip("uvicorn")
pytest.importorskip("fastapi")
pytest.importorskip("jinja2")

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from web_browser import CONTRAST, NAMES, artefacts, sized, started

INTRANET = Path(__file__).parents[3] / "examples" / "python" / "intranet"
DESK, PHONE = (1100, 1400), (390, 1400)


class Person:
    """Somebody who uses the intranet without a browser."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.opener = build_opener(HTTPCookieProcessor())
        self.opener.open(f"{url}/login/{name}").close()

    def post(self, path: str, **form: str) -> None:
        """Sends a form."""
        asked = Request(self.url + path, urlencode(form).encode(), {"Sec-Fetch-Site": "same-origin"})
        self.opener.open(asked).close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The intranet, listening."""
    store = tmp_path_factory.mktemp("intranet") / "parvis.db"
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    command = [sys.executable, "-m", "uvicorn", "app:app", "--fd", str(listener.fileno()), "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "1"]
    server = subprocess.Popen(
        command, cwd=INTRANET, env=os.environ | {"PARVIS_URL": f"sqlite://{store}"}, pass_fds=[listener.fileno()]
    )
    try:
        yield address
    finally:
        server.terminate()
        server.wait(30)
        listener.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    browser = started()
    yield browser
    browser.quit()


@pytest.fixture
def amelie(url: str, chromium: Any) -> Iterator[Any]:
    """Amélie at her desk, reading English. Nothing that the policy forbids is tried, and nothing fails."""
    sized(chromium, *DESK)
    chromium.get(f"{url}/language/en")
    chromium.get(f"{url}/login/amelie")
    chromium.get_log("browser")
    yield chromium
    said = [entry["message"] for entry in chromium.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
    assert said == []


def one(browser: Any, selector: str) -> Any:
    """The first element of a selector."""
    return browser.find_element(By.CSS_SELECTOR, selector)


def comes(true: Callable[[], Any], seconds: float = 15) -> Any:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # What is being replaced is gone for a moment.
        with suppress(NoSuchElementException, StaleElementReferenceException):
            found = true()
            if found:
                return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def count(browser: Any) -> int:
    """What the badge shows."""
    shown = one(browser, "[data-parvis-count]")
    return int(shown.text) if shown.is_displayed() else 0


def cards(browser: Any) -> list[Any]:
    """The posts of the feed."""
    return list(browser.find_elements(By.CSS_SELECTOR, ".parvis-feed .parvis-item"))


def card(browser: Any) -> Any:
    """The first of them."""
    return cards(browser)[0]


@pytest.mark.parametrize(("name", "size"), [("desk", DESK), ("phone", PHONE)])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_legible_named_and_fits(amelie: Any, url: str, language: str, name: str, size: tuple[int, int]) -> None:
    sized(amelie, *size)
    amelie.get(f"{url}/language/{language}")
    assert one(amelie, "html").get_attribute("lang") == language
    pictures = artefacts()
    doors = amelie.find_elements(By.CSS_SELECTOR, ".parvis-door > summary")
    door = next(item for item in doors if item.text[:1].isdigit())
    amelie.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", door)
    comes(lambda: amelie.find_elements(By.CSS_SELECTOR, ".parvis-thread .parvis-comment"))
    # A bar of the page may lie over it where it stands.
    why = one(amelie, ".parvis-why > summary")
    amelie.execute_script("arguments[0].scrollIntoView({block: 'center'})", why)
    why.click()
    amelie.execute_script("scrollTo(0, 0)")
    amelie.save_screenshot(str(pictures / f"intranet-{name}-{language}.png"))
    amelie.execute_script("arguments[0].scrollIntoView({block: 'center'})", door)
    amelie.save_screenshot(str(pictures / f"intranet-{name}-{language}-thread.png"))
    assert amelie.execute_script(CONTRAST) == []
    assert amelie.execute_script(NAMES) == []
    amelie.execute_script("scrollTo(0, 0)")
    one(amelie, ".parvis-badge > summary").click()
    comes(lambda: one(amelie, ".parvis-panel h2").is_displayed())
    time.sleep(0.3)
    amelie.save_screenshot(str(pictures / f"intranet-{name}-{language}-inbox.png"))
    assert amelie.execute_script(CONTRAST) == []
    assert amelie.execute_script(NAMES) == []


def test_a_comment_of_somebody_else_comes_to_the_badge_by_itself(amelie: Any, url: str) -> None:
    one(amelie, "#share").send_keys("Who has the keys of the van?")
    one(amelie, ".share button").click()
    mine = comes(lambda: [item for item in cards(amelie) if "the van" in item.text])
    item = mine[0].get_attribute("data-parvis-item")
    before = count(amelie)
    Person(url, "hugo").post("/parvis/comment", on=item, item=item, body="I have")
    comes(lambda: count(amelie) == before + 1)
    label = one(amelie, "[data-parvis-label]").get_attribute("textContent")
    assert label == f"Notifications: {before + 1} new"
    one(amelie, ".parvis-badge > summary").click()
    comes(lambda: "Hugo Lambert" in one(amelie, ".parvis-panel").text)
    comes(lambda: count(amelie) == 0)
    unread = len(amelie.find_elements(By.CSS_SELECTOR, ".parvis-unread"))
    one(amelie, ".parvis-unread .parvis-tick").click()
    comes(lambda: len(amelie.find_elements(By.CSS_SELECTOR, ".parvis-unread")) == unread - 1)
    assert one(amelie, ".parvis-panel h2").is_displayed(), "the list stays open"
    one(amelie, ".parvis-panel header button").click()
    comes(lambda: not amelie.find_elements(By.CSS_SELECTOR, ".parvis-unread"))
    amelie.refresh()
    assert count(amelie) == 0, "the list was open"


def test_a_post_of_somebody_else_is_told_and_comes_when_it_is_asked_for(amelie: Any, url: str) -> None:
    Person(url, "hugo").post("/posts", body="The soup is ready")
    news = comes(lambda: one(amelie, ".parvis-news").is_displayed() and one(amelie, "[data-parvis-news]"))
    assert news.text == "1 new post"
    assert "The soup is ready" not in one(amelie, ".parvis-feed").text
    news.send_keys(Keys.ENTER)
    comes(lambda: "The soup is ready" in one(amelie, ".parvis-feed").text)
    assert not one(amelie, ".parvis-news").is_displayed()


def test_all_of_it_works_by_the_keyboard(amelie: Any) -> None:
    like = card(amelie).find_element(By.CSS_SELECTOR, ".parvis-bar button")
    was = like.get_attribute("aria-pressed")
    amelie.execute_script("arguments[0].focus()", like)
    like.send_keys(Keys.SPACE)

    def pressed() -> Any:
        focused = amelie.switch_to.active_element
        return focused.tag_name == "button" and focused.get_attribute("aria-pressed") not in (None, was)

    comes(pressed)
    door = card(amelie).find_element(By.CSS_SELECTOR, ".parvis-door > summary")
    amelie.switch_to.active_element.send_keys(Keys.TAB)
    assert amelie.switch_to.active_element == door, "the thread is the next stop"
    outline = """const style = getComputedStyle(document.activeElement);
        return style.outlineStyle + style.outlineWidth"""
    assert amelie.execute_script(outline) == "solid3px", "the focus can be seen"
    door.send_keys(Keys.ENTER)
    box = comes(lambda: card(amelie).find_elements(By.CSS_SELECTOR, ".parvis-write textarea"))[-1]
    box.send_keys("By the keyboard alone" + Keys.CONTROL + Keys.ENTER)
    comes(lambda: "By the keyboard alone" in card(amelie).text)
    focused = amelie.switch_to.active_element
    assert focused.tag_name == "textarea"
    assert focused.get_attribute("value") == ""
    badge = one(amelie, ".parvis-badge > summary")
    badge.send_keys(Keys.ENTER)
    comes(lambda: one(amelie, ".parvis-panel h2").is_displayed())
    amelie.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert one(amelie, ".parvis-badge").get_attribute("open") is None
    assert amelie.switch_to.active_element == badge


def test_more_of_the_feed_comes_where_it_is_asked_for(amelie: Any) -> None:
    items = amelie.find_elements(By.CSS_SELECTOR, ".parvis-item")
    more = one(amelie, ".parvis-more a")
    amelie.execute_script("arguments[0].focus()", more)
    more.send_keys(Keys.ENTER)
    comes(lambda: len(amelie.find_elements(By.CSS_SELECTOR, ".parvis-item")) > len(items))
    ids = [item.get_attribute("data-parvis-item") for item in amelie.find_elements(By.CSS_SELECTOR, ".parvis-item")]
    assert len(set(ids)) == len(ids)
    inside = "return arguments[0].contains(document.activeElement)"
    assert amelie.execute_script(inside, one(amelie, ".parvis-rows")), "the reader is not thrown back to the top"


def test_what_was_refused_is_said_beside_the_box(amelie: Any) -> None:
    card(amelie).find_element(By.CSS_SELECTOR, ".parvis-door > summary").click()
    box = comes(lambda: card(amelie).find_elements(By.CSS_SELECTOR, ".parvis-write textarea"))[-1]
    amelie.execute_script("arguments[0].value = 'x'.repeat(17000)", box)
    send = box.find_element(By.XPATH, "./following-sibling::button")
    send.click()
    alert = comes(lambda: [e for e in card(amelie).find_elements(By.CSS_SELECTOR, "[role=alert]") if e.is_displayed()])
    assert alert[0].text
    assert box.get_attribute("value").startswith("xxx"), "what was written is not lost"
    said = amelie.get_log("browser")
    assert all("413" in entry["message"] for entry in said), said


def test_whoever_signs_out_elsewhere_hears_nothing_more(amelie: Any, url: str) -> None:
    token = amelie.get_cookie("session")["value"]
    opener = build_opener()
    closed = """return performance.getEntriesByType("resource")
        .some((e) => e.name.includes("/parvis/live") && e.responseEnd > 0)"""
    assert not amelie.execute_script(closed)
    opener.open(Request(f"{url}/logout", headers={"Cookie": f"session={token}"})).close()
    comes(lambda: amelie.execute_script(closed))
    before = count(amelie)
    Person(url, "hugo").post("/posts", body="Nobody tells Amélie")
    time.sleep(1.5)
    assert not one(amelie, ".parvis-news").is_displayed()
    assert count(amelie) == before
    # What the page reports of itself is refused.
    said = amelie.get_log("browser")
    assert all("401" in entry["message"] for entry in said), said


def test_a_page_says_what_its_policy_forbids(amelie: Any) -> None:
    amelie.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )
    assert amelie.execute_script("return window.ran") is None
    said = [entry["message"] for entry in amelie.get_log("browser")]
    assert any("Content Security Policy" in message for message in said), "the log would tell, so its silence counts"
