"""Parvis in Django: `parvis.contrib.django` in `INSTALLED_APPS`, and one setting.

    PARVIS = {
        "URL": f"sqlite://{BASE_DIR / 'parvis.db'}",    # a file of its own, or a server: postgresql://, mysql://
        "NETWORK": "acme",                              # the tenant, known by your name for it
    }
    MIDDLEWARE = [..., "parvis.contrib.django.middleware.ParvisMiddleware"]      # after authentication
    urlpatterns = [path("parvis/", include("parvis.contrib.django.urls")), ...]

Users become people and groups become spaces by signals; `manage.py parvis_sync` repairs what bulk operations did
without them. `request.parvis` is the one who is signed in; `{% load parvis %}` brings feed, badge and comment box. All
settings are in `parvis.contrib.django.conf`.
"""
