"""The demo's files say what the packages say."""

from __future__ import annotations

import csv
from pathlib import Path

import airportsdata
import pycountry

from devstack.demo_data import demo_files


def test_every_record_of_the_packages_is_in_the_files(tmp_path: Path) -> None:
    countries, airports, routes = demo_files(tmp_path)
    assert countries.read == len(pycountry.countries)
    assert airports.read == len(airportsdata.load("ICAO"))
    assert routes.read == routes.inserted > 0


def test_the_files_hold_as_many_records_as_they_say(tmp_path: Path) -> None:
    for file in demo_files(tmp_path):
        with file.path.open(newline="", encoding="utf-8") as stream:
            assert sum(1 for _ in csv.DictReader(stream)) == file.read


def test_only_airports_without_an_icao_or_country_code_are_rejects(tmp_path: Path) -> None:
    _, airports, _ = demo_files(tmp_path)
    codes = {country.alpha_2 for country in pycountry.countries}
    lost = [
        each
        for each in airportsdata.load("ICAO").values()
        if each["country"] not in codes or each["icao"].startswith("_")
    ]
    assert airports.rejected == len(lost)
