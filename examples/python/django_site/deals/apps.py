"""The app of the deals."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    """Deals."""

    name = "deals"
    default_auto_field = "django.db.models.BigAutoField"
