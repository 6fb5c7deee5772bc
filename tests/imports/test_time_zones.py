"""The user's time zone reaches the database as what it is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from imports.time_zones import current_time_zone

NOON = dt.datetime(2025, 1, 1, 12)  # noqa: DTZ001  (as a file has it)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "zone",
    [
        ZoneInfo("Asia/Tokyo"),
        dt.UTC,
        dt.timezone(dt.timedelta(hours=9)),
        timezone.get_fixed_timezone(-210),
        dt.timezone(dt.timedelta(0), "Greenwich"),
    ],
    ids=str,
)
def test_a_time_without_a_zone_is_the_users(zone: dt.tzinfo) -> None:
    with timezone.override(zone), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [current_time_zone()])
        cursor.execute("SELECT extract(epoch FROM CAST(%s AS timestamptz))", [str(NOON)])
        assert cursor.fetchone() == (NOON.replace(tzinfo=zone).timestamp(),)
