"""The app."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register


class ParvisConfig(AppConfig):
    """Listens to users and groups, and checks the settings."""

    name = "parvis.contrib.django"
    label = "parvis"
    verbose_name: str = "Parvis"  # pyright: ignore[reportIncompatibleVariableOverride]

    def ready(self) -> None:
        """Connects the signals, unless the setting `SIGNALS` is off."""
        from . import conf, signals

        register(check)
        if conf.settings().signals:
            signals.connect()


def check(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check` says what is wrong with the setting `PARVIS`, and what is missing around it."""
    from django.core.exceptions import ImproperlyConfigured

    from ...errors import ForeignSqlite, Invalid
    from . import conf

    try:
        here = conf.settings()
        conf.own_file(here.url)
    except ForeignSqlite as error:
        return [Error(str(error), hint="Give Parvis a file of its own.", id="parvis.E002")]
    except (ImproperlyConfigured, Invalid) as error:
        return [Error(str(error), id="parvis.E001")]
    # Tests never go to the configured store, so its folder need not be where they run.
    return [*missing_middleware(), *missing_folder(here.test_url if conf.testing() else here.url), *missing_request()]


def missing_middleware() -> Iterator[CheckMessage]:
    """Without the middleware requests have no `parvis`, and neither routes nor parts have anybody who acts."""
    from django.conf import settings

    from .middleware import ParvisMiddleware

    path = f"{ParvisMiddleware.__module__}.{ParvisMiddleware.__qualname__}"
    if path not in settings.MIDDLEWARE and not any(inherits(one, ParvisMiddleware) for one in settings.MIDDLEWARE):
        hint = f"Add {path!r}, after sessions, authentication and language."
        yield Error("MIDDLEWARE has none of Parvis's", hint=hint, id="parvis.E003")


def inherits(path: str, base: type) -> bool:
    """Whether a path is one of a class that inherits from another. What cannot be imported Django tells itself."""
    from django.utils.module_loading import import_string

    try:
        found = import_string(path)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, base)


def missing_folder(url: str) -> Iterator[CheckMessage]:
    """A file is made where it is missing, a folder is not."""
    from . import conf

    path = conf.file(url)
    folder = path and os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        yield Error(f"the folder of PARVIS['URL'] does not exist: {folder}", id="parvis.E004")


def missing_request() -> Iterator[CheckMessage]:
    """The tags `{% parvis_feed %}` and others ask the template for its request."""
    from django.template import engines
    from django.template.backends.django import DjangoTemplates

    wanted = "django.template.context_processors.request"
    found = [one.engine.context_processors for one in engines.all() if isinstance(one, DjangoTemplates)]
    if found and not any(wanted in one for one in found):
        hint = f"Add {wanted!r} to the context_processors of TEMPLATES."
        yield Warning("templates do not know the request, which the tags of Parvis need", hint=hint, id="parvis.W001")
