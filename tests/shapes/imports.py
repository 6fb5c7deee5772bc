"""Targets of the models for tests; each shows some of what a target can say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import imports
from imports import Dates, Duplicates, Mode, ReadAs
from imports.targets import Request
from tests.shapes.models import (
    Article,
    Booking,
    Category,
    City,
    Continent,
    Customer,
    Invoice,
    Land,
    Parcel,
    Station,
    Tag,
)


class OfTenant(imports.ImportTarget):
    """Rows of the tenant that the user's name names; tests have no other users."""

    def scope(self, request: Request) -> Mapping[str, Any]:
        return {"tenant": tenant_of(request.user)}


def tenant_of(user: Any) -> Any:
    """The tenant that a user belongs to."""
    from tests.shapes.models import Tenant

    return Tenant.objects.get_or_create(name=user.get_username() if user else "nobody")[0]


@imports.register
class CustomerImport(OfTenant):
    model = Customer
    natural_key = ["number"]
    mode = Mode.UPSERT


@imports.register
class InvoiceImport(OfTenant):
    model = Invoice
    natural_key = ["number"]


@imports.register
class ContinentImport(imports.ImportTarget):
    model = Continent
    natural_key = ["code"]


@imports.register
class LandImport(imports.ImportTarget):
    model = Land
    natural_key = ["code"]


@imports.register
class CityImport(imports.ImportTarget):
    model = City
    natural_key = ["land", "name"]


@imports.register
class StationImport(imports.ImportTarget):
    model = Station
    natural_key = ["code"]
    lookups = {"city": ["land__code", "name"]}
    synonyms = {"city__land__code": ["country"], "city__name": ["city"]}


@imports.register
class CategoryImport(imports.ImportTarget):
    model = Category
    natural_key = ["code"]
    lookups = {"parent": "code"}
    mode = Mode.UPSERT


@imports.register
class TagImport(imports.ImportTarget):
    model = Tag
    natural_key = ["name"]
    duplicates = Duplicates.LAST


@imports.register
class ArticleImport(imports.ImportTarget):
    model = Article
    natural_key = ["slug"]
    mode = Mode.UPSERT
    hexadecimal = ["digest"]
    update_fields = ["title", "tags", "rank"]
    read_as = {
        "price": ReadAs(decimal=",", thousands="."),
        "day": ReadAs(dates=Dates.DAY_FIRST),
        "tags": ReadAs(separator="|"),
        "published": ReadAs(time_zone="Asia/Tokyo"),
        "active": ReadAs(true=("ja",), false=("nein",)),
        "rank": ReadAs(nulls=("", "NA")),
    }


@imports.register
class ParcelImport(imports.ImportTarget):
    model = Parcel
    natural_key = ["number"]
    mode = Mode.UPSERT


@imports.register
class BookingImport(imports.ImportTarget):
    model = Booking
    natural_key = ["reference"]
    duplicates = Duplicates.NONE
