"""The setting `PARVIS`, and the store that it names.

| key | meaning | unless named |
|---|---|---|
| `URL` | where Parvis keeps what it knows | required |
| `NETWORK` | the tenant | required |
| `SECRET` | 32 bytes that sign cursors, as bytes or hexadecimal text; servers need it | kept in the store |
| `OPTIONS` | further options of `parvis.open` | none |
| `APP` | the range of ids in which users and groups are | `host` |
| `ALIAS` | the database of `DATABASES` with which `request.parvis.later` commits | `default` |
| `PERSON` | path of a function from a user to further fields of `people.put` | none |
| `GROUPS` | visibility of spaces that groups become: `open`, `closed`, `secret`; `None`: groups are none | `closed` |
| `SIGNALS` | whether users and groups are told when they change | `True` |
| `LINKS` | where the host shows a `person`, `space`, `item`, `tag`: templates with `{id}` or `{external}` | none |
| `LIVE` | whether badge and feed keep a connection open | `True` |
| `TICK` | seconds between two looks whether somebody signed out | `5` |
| `TEST` | the store of `manage.py test`: its `URL` and `OPTIONS` | `memory:`, inline upkeep |

While tests run (Django's `setup_test_environment`: `manage.py test`, pytest-django), Django has a database of its own
for them, and so has Parvis: `URL` and `OPTIONS` are left alone, whatever they name. It is one store for the whole run,
though Django takes back what each test writes: `parvis.contrib.django.testing` gives each test one of its own.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from ... import _parvis
from ...errors import ForeignSqlite

if TYPE_CHECKING:
    from ..._db import Db

_KEYS = frozenset(
    [
        "URL",
        "NETWORK",
        "SECRET",
        "OPTIONS",
        "APP",
        "ALIAS",
        "PERSON",
        "GROUPS",
        "SIGNALS",
        "LINKS",
        "LIVE",
        "TICK",
        "TEST",
    ],
)
_TEST_KEYS = frozenset(["URL", "OPTIONS"])


@dataclass(frozen=True, slots=True)
class Settings:
    """What the setting says. Logs and pages of errors show it without passwords and secret."""

    url: str = field(repr=False)
    network: str
    options: Mapping[str, Any] = field(repr=False)
    app: str
    alias: str
    person: Callable[[Any], Mapping[str, Any]]
    groups: str | None
    signals: bool
    links: Mapping[str, str]
    live: bool
    tick: float
    test_url: str = field(repr=False)
    test_options: Mapping[str, Any] = field(repr=False)


def nothing(user: Any) -> Mapping[str, Any]:
    """What is added to users where the setting `PERSON` is not."""
    return {}


@cache
def settings() -> Settings:
    """The setting, read once."""
    given: dict[str, Any] = getattr(django_settings, "PARVIS", {})
    if unknown := given.keys() - _KEYS:
        raise ImproperlyConfigured(f"PARVIS has no key {', '.join(sorted(unknown))}")
    if missing := {"URL", "NETWORK"} - given.keys():
        raise ImproperlyConfigured(f"PARVIS needs {' and '.join(sorted(missing))}")
    test: dict[str, Any] = given.get("TEST", {})
    if unknown := test.keys() - _TEST_KEYS:
        raise ImproperlyConfigured(f"PARVIS['TEST'] has no key {', '.join(sorted(unknown))}")
    secret = {} if given.get("SECRET") is None else {"secret": given["SECRET"]}
    return Settings(
        url=given["URL"],
        network=given["NETWORK"],
        options={**given.get("OPTIONS", {}), **secret},
        app=given.get("APP", "host"),
        alias=given.get("ALIAS", "default"),
        person=import_string(given["PERSON"]) if given.get("PERSON") else nothing,
        groups=given.get("GROUPS", "closed"),
        signals=given.get("SIGNALS", True),
        links=given.get("LINKS", {}),
        live=given.get("LIVE", True),
        tick=given.get("TICK", 5.0),
        test_url=test.get("URL", "memory:"),
        test_options={**secret, "inline": True, **test.get("OPTIONS", {})},
    )


#: The stores that are open: the configured one, and by `True` that of the tests.
_stores: dict[bool, Db] = {}
_opening = threading.Lock()


def db() -> Db:
    """The store, opened when it is used first, once for all threads. While tests run it is theirs."""
    under_test = testing()
    found = _stores.get(under_test)
    if found is None:
        with _opening:
            found = _stores.get(under_test)
            if found is None:
                found = _stores[under_test] = opened(under_test)
    return found


def opened(under_test: bool) -> Db:
    """The store, opened anew."""
    import parvis

    here = settings()
    url, options = (here.test_url, here.test_options) if under_test else (here.url, here.options)
    own_file(url)
    return parvis.open(url, **options)


def swap(store: Db | None) -> Db | None:
    """Puts a store in the place of that of the tests; answers the one that was there."""
    with _opening:
        before = _stores.pop(True, None)
        if store is not None:
            _stores[True] = store
    return before


def testing() -> bool:
    """Whether Django's test environment is set up."""
    # Whoever has not imported it has not set it up. An outbox alone says less: some use its backend without tests.
    utils = sys.modules.get("django.test.utils")
    if utils is None:
        return False
    state = getattr(utils, "_TestState", None)
    return hasattr(mail, "outbox") if state is None else hasattr(state, "saved_data")


def file(url: str) -> str | None:
    """The file that a URL names, as `parvis.open` reads it; nothing where it names another kind of store."""
    engine, path = _parvis.place(url)
    return path if engine == "sqlite" else None


def own_file(url: str) -> None:
    """Refuses a file that Django has open: two SQLite libraries in one process break each other's locks.

    Raises:
        ForeignSqlite: the file of the URL is one of `DATABASES`.
    """
    path = file(url)
    if path is None:
        return
    for alias, database in django_settings.DATABASES.items():
        name = str(database.get("NAME") or "")
        sqlite = database.get("ENGINE", "").endswith("sqlite3")
        if sqlite and name and os.path.realpath(name) == os.path.realpath(path):
            raise ForeignSqlite(text=f"PARVIS['URL'] is the file of DATABASES[{alias!r}]")


def forget(*, setting: str, **kwargs: Any) -> None:
    """Reads the setting again after a test changed it."""
    if setting in ("PARVIS", "DATABASES"):
        with _opening:
            for store in _stores.values():
                store.close()
            _stores.clear()
            settings.cache_clear()


setting_changed.connect(forget)
