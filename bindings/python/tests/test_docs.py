"""Every public function, class and method says what it does."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import parvis

# The framework of the first is asked for its settings when it is imported.
NEEDS_SETTINGS = "parvis.contrib.django"


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(parvis.__path__, "parvis."):
        last = found.name.rpartition(".")[2]
        if not found.name.startswith(NEEDS_SETTINGS) and last not in ("_parvis", "_pytest"):
            yield importlib.import_module(found.name)


def undocumented(module: Any) -> Iterator[str]:
    if not module.__doc__:
        yield module.__name__
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if (inspect.isclass(value) or inspect.isfunction(value)) and not value.__doc__:
            yield f"{module.__name__}.{name}"
        if not inspect.isclass(value):
            continue
        for method, body in vars(value).items():
            if method.startswith("_") or not (inspect.isfunction(body) or isinstance(body, property)):
                continue
            above = (getattr(base, method, None) for base in value.__mro__[1:])
            if not body.__doc__ and not any(getattr(one, "__doc__", None) for one in above):
                yield f"{module.__name__}.{name}.{method}"


def test_everything_public_says_what_it_does() -> None:
    missing = [name for module in modules() for name in undocumented(module)]
    assert missing == []


def test_a_missing_word_would_be_noticed() -> None:
    class Silent:
        __module__ = "test_docs"

        def call(self) -> None: ...

    module = type(importlib)("test_docs", "Something.")
    module.Silent = Silent  # type: ignore[attr-defined]
    assert set(undocumented(module)) == {"test_docs.Silent", "test_docs.Silent.call"}
