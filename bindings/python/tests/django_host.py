"""A Django site for the tests: its settings, and its pages."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings


def databases() -> dict[str, Any]:
    """A file of the host's; and the tests' PostgreSQL, where there is one."""
    own = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(tempfile.mkdtemp()) / "host.db")}
    found: dict[str, Any] = {"default": own | {"ATOMIC_REQUESTS": True, "OPTIONS": {"timeout": 20}}}
    url = urlsplit(os.environ.get("PARVIS_TEST_POSTGRES", "none"))
    if url.hostname:
        found["server"] = {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": url.hostname,
            "PORT": url.port,
            "USER": url.username,
            "PASSWORD": url.password or "",
            "NAME": url.path.lstrip("/"),
        }
    return found


if not settings.configured:
    settings.configure(
        SECRET_KEY="x",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        LANGUAGES=[("en", "English"), ("fr", "Français")],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "parvis.contrib.django",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "parvis.contrib.django.middleware.ParvisMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES=databases(),
        PARVIS={"URL": "memory:", "NETWORK": "acme", "OPTIONS": {"inline": True}, "TICK": 1},
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

from django.contrib.auth.models import Group  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.urls import include, path  # noqa: E402

PAGE = Template("{% load parvis %}{% parvis_head %}{% parvis_badge %}{% parvis_feed %}")


def page(request: HttpRequest) -> HttpResponse:
    """Feed and badge."""
    return HttpResponse(PAGE.render(Context({"request": request})))


def part(request: HttpRequest, name: str) -> HttpResponse:
    """One tag, as it is called."""
    return HttpResponse(Template("{% load parvis %}{% " + name + " %}").render(Context({"request": request})))


def comments(request: HttpRequest, pk: str) -> HttpResponse:
    """The comments on an item."""
    tag = Template("{% load parvis %}{% parvis_comments id=pk %}")
    return HttpResponse(tag.render(Context({"request": request, "pk": pk})))


def item(request: Any, pk: str) -> HttpResponse:
    """One item."""
    return HttpResponse(request.parvis.items.get(pk).item.body.text)


def later(request: Any) -> HttpResponse:
    """Writes a row of the host's and a post, together or not at all."""
    group = Group.objects.create(name=request.GET["group"])
    request.parvis.later.items.create(
        f"New group: {group.name}", place=request.GET["space"], idempotency_key=f"group:{group.name}"
    )
    if "fail" in request.GET:
        raise RuntimeError
    return HttpResponse("written")


@transaction.non_atomic_requests
async def posts(request: Any) -> HttpResponse:
    """The words at home, awaited."""
    me = await request.parvis.aactor()
    return JsonResponse({"posts": [item.body.text async for item in (await me.feed.home()).all()]})


def write(request: Any) -> HttpResponse:
    """Writes a row of the host's, then in a space: a 403 takes the row back."""
    Group.objects.create(name=request.GET["group"])
    request.parvis.items.create("Hello", place=request.GET["space"])
    return HttpResponse("written")


urlpatterns = [
    path("", page),
    path("part/<str:name>/", part),
    path("comments/<str:pk>/", comments),
    path("items/<str:pk>/", item),
    path("posts/", posts),
    path("write/", write),
    path("later/", later),
    path("parvis/", include("parvis.contrib.django.urls")),
]
