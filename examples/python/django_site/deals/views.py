"""The pages."""

from uuid import UUID

from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from parvis import external
from parvis.contrib.django.middleware import ParvisRequest

from .models import Deal


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The reader's feed, and the deals."""
    return render(request, "deals/home.html", {"deals": Deal.objects.order_by("pk")})


@login_required
def deal(request: HttpRequest, pk: int) -> HttpResponse:
    """One deal, with the wall of its team: those who are not in it see the deal alone."""
    found = get_object_or_404(Deal, pk=pk)
    return render(request, "deals/deal.html", {"deal": found, "space": f"group:{found.team_id}"})


@login_required
@require_POST
def win(request: ParvisRequest, pk: int) -> HttpResponse:
    """Wins a deal, and says so in the space of its team: both, or neither, whatever fails in between."""
    found = get_object_or_404(Deal.objects.select_for_update(), pk=pk)
    if not request.user.groups.filter(pk=found.team_id).exists():
        raise PermissionDenied
    found.won = True
    found.save()
    place = external(f"group:{found.team_id}")
    request.parvis.later.items.create(f"Signed: **{found}**", place=place, idempotency_key=f"won:{pk}")
    return redirect("deal", pk)


@login_required
def post(request: ParvisRequest, pk: UUID) -> HttpResponse:
    """One post with its comments: a 404 for whoever may not see it."""
    item = request.parvis.items.get(str(pk)).item
    return render(request, "deals/post.html", {"item": item})


def door(request: HttpRequest) -> HttpResponse:
    """Who are you? This is an example."""
    return render(request, "deals/door.html", {"users": get_user_model().objects.filter(is_active=True)})


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Anybody may be anybody."""
    login(request, get_object_or_404(get_user_model(), pk=pk), "django.contrib.auth.backends.ModelBackend")
    return redirect("home")
