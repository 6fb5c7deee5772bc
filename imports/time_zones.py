"""The user's time zone as PostgreSQL knows it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


def current_time_zone() -> str:
    """The current zone's name, or a fixed offset as POSIX writes it: `<+0900>-09:00` is nine hours
    east of Greenwich."""
    zone = timezone.get_current_timezone()
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    offset = zone.utcoffset(timezone.now().replace(tzinfo=None)) or timedelta()
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    east, west = ("+", "-") if offset >= timedelta() else ("-", "+")
    return f"<{east}{hours:02}{minutes:02}>{west}{hours:02}:{minutes:02}"
