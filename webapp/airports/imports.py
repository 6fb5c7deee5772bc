"""What of the example domain can be imported."""

import imports
from webapp.airports.models import Airport, Country, Route


@imports.register
class CountryImport(imports.ImportTarget):
    model = Country
    natural_key = ["code"]
    synonyms = {"code": ["alpha_2", "country code"]}


@imports.register
class AirportImport(imports.ImportTarget):
    model = Airport
    natural_key = ["icao"]
    lookups = {"country": "code"}
    synonyms = {"latitude": ["lat"], "longitude": ["lon", "lng"], "timezone": ["tz"]}


@imports.register
class RouteImport(imports.ImportTarget):
    model = Route
    natural_key = ["airline", "origin", "destination"]
    lookups = {"origin": "iata", "destination": "iata"}
    synonyms = {"airline": ["carrier"], "destination": ["dest"]}
