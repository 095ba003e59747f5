"""The pages, and the routes of Parvis."""

from deals import views
from django.urls import include, path

urlpatterns = [
    path("", views.home, name="home"),
    path("deals/<int:pk>/", views.deal, name="deal"),
    path("deals/<int:pk>/win/", views.win, name="win"),
    path("posts/<uuid:pk>/", views.post, name="post"),
    path("login/", views.door, name="login"),
    path("login/<int:pk>/", views.enter, name="enter"),
    path("parvis/", include("parvis.contrib.django.urls")),
]
