"""The routes of the fragment: `path("parvis/", include("parvis.contrib.django.urls"))`."""

from django.urls import URLPattern, path

from .views import live, route

app_name = "parvis"

urlpatterns: list[URLPattern] = [
    path("", route, {"route": ""}, name="root"),
    path("live", live, name="live"),
    path("<str:route>", route, name="route"),
]
