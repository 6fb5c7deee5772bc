"""The project as an app, so that its commands are found."""

from django.apps import AppConfig


class WebappConfig(AppConfig):
    """Holds no models."""

    name = "webapp"
