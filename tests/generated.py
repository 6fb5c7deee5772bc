"""Files of any size: airports in the example domain's shape, each with a code of its own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HEADER: Final = (
    "icao", "iata", "name", "city", "country", "latitude", "longitude", "elevation", "timezone",
)  # fmt: skip

COUNTRIES: Final = "code,name\nFR,France\nDE,Germany\nJP,Japan\n"
"""What the generated airports refer to."""

CODES: Final = ("FR", "DE", "JP")
DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

MOST: Final = len(DIGITS) ** 4
"""There are no more ICAO codes than these 1,679,616."""

BYTES_A_ROW: Final = 220
"""At least so many in a wide row: near the most that the columns take, for a big file needs
codes."""


def icao(number: int) -> str:
    """The number in four digits of base 36."""
    digits = ""
    for _ in range(4):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits


def airports(rows: int) -> Iterator[tuple[str, ...]]:
    """Rows in the order of their codes; coordinates and countries differ from row to row."""
    for n in range(rows):
        yield (
            icao(n),
            "",
            f"Airfield number {n}",
            f"City {n % 977}",
            CODES[n % len(CODES)],
            f"{n % 179 - 89}.{n % 1_000_000:06}",
            f"{n % 359 - 179}.{n % 1_000_000:06}",
            f"{n % 9000}",
            "Europe/Paris",
        )


def write_airports(path: Path, rows: int, *, wide: bool = False) -> Path:
    """A CSV file; `wide` fills the texts up."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for row in airports(rows):
            if wide:
                writer.writerow((*row[:2], row[2].ljust(90, "x"), row[3].ljust(85, "y"), *row[4:]))
            else:
                writer.writerow(row)
    return path


def write_airports_of(path: Path, size: int) -> int:
    """A file of some `size` bytes or a little more; how many rows it has."""
    rows = size // BYTES_A_ROW
    write_airports(path, rows, wide=True)
    return rows
