"""The example domain in the admin."""

from django.contrib import admin

from webapp.airports.models import Airport, Country, Route


@admin.register(Country)
class CountryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(Airport)
class AirportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["icao", "iata", "name", "city", "country"]
    list_select_related = ["country"]
    search_fields = ["icao", "iata", "name", "city"]
    autocomplete_fields = ["country"]


@admin.register(Route)
class RouteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["airline", "origin", "destination", "stops"]
    list_select_related = ["origin", "destination"]
    search_fields = ["airline"]
    autocomplete_fields = ["origin", "destination"]
