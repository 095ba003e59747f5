"""The routes of the fragment: `path("parvis/", include("parvis.contrib.django.urls"))`."""

from django.urls import path

from .views import live, route

app_name = "parvis"

urlpatterns = [
    path("", route, {"route": ""}, name="root"),
    path("live", live, name="live"),
    path("<str:route>", route, name="route"),
]
