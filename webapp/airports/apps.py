"""The app of the example domain."""

from django.apps import AppConfig


class AirportsConfig(AppConfig):
    """Countries, airports, routes."""

    name = "webapp.airports"
    verbose_name = "Airports"
