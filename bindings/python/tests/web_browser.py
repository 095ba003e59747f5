"""A Chromium without a screen, of Debian's packages, and what is asked of a page in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

#: Text whose contrast with what is behind it is too small, by WCAG 2.2 AA; only what is on the screen.
CONTRAST = """
const channel = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
function behind(element) {
  for (let e = element; e; e = e.parentElement) {
    const color = parse(getComputedStyle(e).backgroundColor);
    if (color.length < 4 || color[3] > 0.99) return color;
  }
  return [255, 255, 255];
}
const found = [];
for (const element of document.querySelectorAll("body *")) {
  const words = [...element.childNodes].filter((n) => n.nodeType === 3 && n.textContent.trim());
  const box = element.getBoundingClientRect();
  if (!words.length || !box.width || !element.checkVisibility() || element.closest(".parvis-unseen")) continue;
  const style = getComputedStyle(element);
  const [a, b] = [light(parse(style.color)), light(behind(element))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} ${element.className} ${words[0].textContent}`);
}
return found;
"""

#: Elements to press or to fill that have no name, ids that are there twice, and what is wider than the screen.
NAMES = """
const found = [];
for (const e of document.querySelectorAll("button, summary, a[href], input:not([type=hidden]), textarea")) {
  const label = e.labels?.[0]?.textContent || e.getAttribute("aria-label") || e.textContent;
  if (e.checkVisibility() && !label.trim()) found.push(`no name: ${e.outerHTML.slice(0, 120)}`);
}
const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => found.push(`twice: ${id}`));
if (document.documentElement.scrollWidth > innerWidth) {
  for (const e of document.querySelectorAll("body *")) {
    if (e.getBoundingClientRect().right > innerWidth + 1) found.push(`wider: ${e.outerHTML.slice(0, 120)}`);
  }
}
return found;
"""


def installed() -> tuple[str, str]:
    """Where the browser and its driver are; they are installed where they are not there and may be."""
    names = ("chromium", "chromedriver")
    if not all(map(shutil.which, names)) and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = ["chromium", "chromium-driver", "fonts-dejavu-core", "fonts-noto-color-emoji"]
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(install, check=False, capture_output=True, env=environment)
    browser, driver = map(shutil.which, names)
    if not browser or not driver:
        pytest.skip("no Chromium, and it could not be installed")
    return browser, driver


def started() -> Any:
    """A browser that keeps what its console says."""
    webdriver = pytest.importorskip("selenium.webdriver")
    browser, driver = installed()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def sized(browser: Any, width: int, height: int) -> None:
    """The browser as wide as a desk's, or a phone's."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def artefacts() -> Path:
    """Where pictures are kept: under `target`, which is not committed."""
    root = Path(__file__).parents[3]
    folder = Path(os.environ.get("CARGO_TARGET_DIR", root / "target")) / "artefacts" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
