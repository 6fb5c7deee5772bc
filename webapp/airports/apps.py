"""The app of the example domain."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AirportsConfig(AppConfig):
    """Countries, airports, routes."""

    name = "webapp.airports"
    verbose_name = _("Airports")
