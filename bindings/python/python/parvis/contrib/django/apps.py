"""The app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


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
    """`manage.py check` says what is wrong with the setting `PARVIS`."""
    from django.core.exceptions import ImproperlyConfigured

    from ...errors import ForeignSqlite
    from . import conf

    try:
        conf.own_file(conf.settings().url)
    except ForeignSqlite as error:
        return [Error(str(error), hint="Give Parvis a file of its own.", id="parvis.E002")]
    except ImproperlyConfigured as error:
        return [Error(str(error), id="parvis.E001")]
    return []
