"""Ctrl-C ends a call that waits, wherever it is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from conftest import Place

SCRIPT = """
import sys, parvis
from parvis import external
db = parvis.open(sys.argv[1], inline=True)
db.system("acme", "hr").people.put(external(1), "Ana")
me = db.act_as("acme", external(1))
at = me.live.changes().position
print("waits", flush=True)
try:
    me.live.changes(after=at, wait_seconds=60)
    print("came back")
except KeyboardInterrupt:
    print("interrupted", flush=True)
    me.items.create("It goes on")
    print("goes on")
"""

WORKER = """
import sys, time, threading, parvis
db = parvis.open(sys.argv[1])
print("waits", flush=True)
try:
    while True:
        db.run_due()
except KeyboardInterrupt:
    db.close()
    print("interrupted")
"""

HANDLER = """
import signal, sys, parvis
from parvis import external
db = parvis.open(sys.argv[1], inline=True)
db.system("acme", "hr").people.put(external(1), "Ana")
me = db.act_as("acme", external(1))
at = me.live.changes().position
signal.signal(signal.SIGINT, lambda *_: print("handled", flush=True))
print("waits", flush=True)
me.live.changes(after=at, wait_seconds=2)
print("came back")
"""


def _heard() -> None:
    """Whoever runs the tests in the background may have told them not to hear it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run(script: str, place: Place) -> tuple[str, float]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, place.url], stdout=subprocess.PIPE, text=True, preexec_fn=_heard
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    time.sleep(0.5)
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        out, _ = process.communicate(timeout=40)
    finally:
        process.kill()
    assert process.returncode == 0, out
    return out, time.monotonic() - sent


def test_ctrl_c_ends_a_call_that_waits(near: Place) -> None:
    out, took = _run(SCRIPT, near)
    assert out == "interrupted\ngoes on\n"
    assert took < 20


def test_ctrl_c_ends_a_worker(near: Place) -> None:
    out, took = _run(WORKER, near)
    assert out == "interrupted\n"
    assert took < 20


def test_a_handler_that_returns_lets_the_call_wait_on(near: Place) -> None:
    out, _ = _run(HANDLER, near)
    assert out == "handled\ncame back\n"


@pytest.mark.parametrize("name", ["SIGTERM"])
def test_a_signal_whose_handler_raises_ends_the_call(near: Place, name: str) -> None:
    script = SCRIPT.replace(
        'print("waits"',
        f"import signal\nsignal.signal(signal.{name}, signal.default_int_handler)\nprint('waits'",
    )
    process = subprocess.Popen([sys.executable, "-c", script, near.url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    time.sleep(0.3)
    process.send_signal(getattr(signal, name))
    out, _ = process.communicate(timeout=40)
    assert process.returncode == 0 and out == "interrupted\ngoes on\n"
