"""Countries, their airports, and the routes between them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Country(models.Model):
    """A country by its ISO 3166-1 alpha-2 code."""

    code = models.CharField(
        _("code"),
        max_length=2,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z]{2}$", _("A country code is two capital letters, as in FR."))
        ],
    )
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        ordering = ["name"]
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self) -> str:
        return self.name


class Airport(models.Model):
    """An airport by its ICAO code; only the bigger ones have an IATA code too."""

    icao = models.CharField(
        _("ICAO"),
        max_length=4,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z0-9]{4}$", _("An ICAO code is four capital letters or digits."))
        ],
    )
    iata = models.CharField(
        _("IATA"),
        max_length=3,
        unique=True,
        null=True,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z0-9]{3}$", _("An IATA code is three capital letters or digits."))
        ],
    )
    name = models.CharField(_("name"), max_length=100)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="airports", verbose_name=_("country")
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=6,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    elevation = models.DecimalField(
        _("elevation"), max_digits=7, decimal_places=2, help_text=_("In feet.")
    )
    timezone = models.CharField(_("time zone"), max_length=40)

    class Meta:
        ordering = ["icao"]
        verbose_name = _("airport")
        verbose_name_plural = _("airports")

    def __str__(self) -> str:
        return f"{self.name} ({self.icao})"


class Route(models.Model):
    """An airline's flight from one airport to another."""

    airline = models.CharField(_("airline"), max_length=3)
    origin = models.ForeignKey(
        Airport, on_delete=models.PROTECT, related_name="departures", verbose_name=_("origin")
    )
    destination = models.ForeignKey(
        Airport, on_delete=models.PROTECT, related_name="arrivals", verbose_name=_("destination")
    )
    stops = models.PositiveSmallIntegerField(_("stops"), default=0)

    class Meta:
        ordering = ["airline", "origin", "destination"]
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        constraints = [
            models.UniqueConstraint(
                fields=["airline", "origin", "destination"], name="route_once_per_airline"
            )
        ]

    def __str__(self) -> str:
        return f"{self.airline} {self.origin_id} - {self.destination_id}"
