"""The files: the same bytes every time, on every machine and Python, since only whole numbers are
used.

Eight columns, some 105 bytes a row, in no order of the key, as exports of other systems come. One
note in twenty has a comma, and so stands in quotes; one in fifty is not ASCII.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

WAREHOUSES: Final = 1_000
PRODUCTS: Final = 10_000

HEADER: Final = "reference,warehouse,product,quantity,unit_price,moved_on,state,note"

STATES: Final = ("received", "shipped", "returned", "adjusted")

NOTES: Final = (
    "Counted by the morning shift and found to be right",
    "Moved to the upper rack because of the new pallets",
    "Delivered with the second truck of the day",
    "As ordered by phone; the customer collects it",
)
NOTE_WITH_COMMA: Final = '"Box damaged, contents fine, photographs were taken"'
NOTE_NOT_ASCII: Final = "Für das Lager in Malmö geprüft und für gut befunden"

KEY_STRIDE: Final = 7_368_787
"""A prime: i * stride mod rows visits every number once, all over the place, where the number of
rows is a power of ten (or any other that it does not divide)."""

SEED: Final = 20_240_517


class Variant(StrEnum):
    """Which file."""

    CLEAN = "clean"
    RESOLVED = "resolved"
    """As clean, with the ids of the foreign keys: what COPY can take as it is."""
    REJECTS = "rejects"
    """One row in a hundred is bad, in one of four ways by turns."""
    CHANGED_10 = "changed_10"
    """One row in ten has another quantity."""
    CHANGED_ALL = "changed_all"
    """Every row has another quantity."""
    HALF_NEW = "half_new"
    """Every other row has a key that the table has not."""


def warehouse_code(number: int) -> str:
    """The natural key of a warehouse; its id is `number` + 1."""
    return f"W{number:04}"


def product_sku(number: int) -> str:
    """The natural key of a product; its id is `number` + 1."""
    return f"SKU-{number:05}"


def rejected(rows: int) -> int:
    """How many rows of the variant `rejects` are bad."""
    return rows // 100


def write(path: Path, variant: Variant, rows: int) -> None:
    """Write a file, header and all."""
    with path.open("w", encoding="utf-8", newline="", buffering=1 << 20) as file:
        file.write(HEADER + "\n")
        for line in lines(variant, rows):
            file.write(line)


def lines(variant: Variant, rows: int) -> Iterator[str]:
    """A file's lines after the header."""
    resolved = variant is Variant.RESOLVED
    change = _CHANGES.get(variant)
    for i in range(rows):
        mixed = _mix(i)
        warehouse, product = mixed % WAREHOUSES, (mixed >> 20) % PRODUCTS
        row = [
            f"MV-{i * KEY_STRIDE % rows:09}",
            str(warehouse + 1) if resolved else warehouse_code(warehouse),
            str(product + 1) if resolved else product_sku(product),
            str((mixed >> 40) % 500 + 1),
            f"{(mixed >> 12) % 90_000 / 100 + 1:.2f}",
            f"20{(mixed >> 8) % 5 + 20}-{(mixed >> 16) % 12 + 1:02}-{(mixed >> 30) % 28 + 1:02}",
            STATES[(mixed >> 50) % 4],
            _note(i, mixed),
        ]
        if change is not None:
            change(i, rows, row)
        yield ",".join(row) + "\n"


def _mix(i: int) -> int:
    """Sixty-four bits that look like chance (the end of splitmix64)."""
    x = (i + SEED) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return x ^ (x >> 27)


def _note(i: int, mixed: int) -> str:
    if i % 20 == 7:
        return NOTE_WITH_COMMA
    if i % 50 == 13:
        return NOTE_NOT_ASCII
    return NOTES[(mixed >> 56) % 4]


def _spoil(i: int, rows: int, row: list[str]) -> None:
    """Row 99 an unknown reference, 199 a bad number, 299 too long, 399 the key of row 398, ..."""
    if i % 100 != 99:
        return
    fault = i // 100 % 4
    if fault == 0:
        row[2] = "SKU-NONE"
    elif fault == 1:
        row[3] = "12x"
    elif fault == 2:
        row[7] = "x" * 121
    else:
        row[0] = f"MV-{(i - 1) * KEY_STRIDE % rows:09}"


def _other_quantity(row: list[str]) -> None:
    row[3] = str(int(row[3]) + 1)


def _change_one_in_ten(i: int, rows: int, row: list[str]) -> None:
    if i % 10 == 3:
        _other_quantity(row)


def _change_all(i: int, rows: int, row: list[str]) -> None:
    _other_quantity(row)


def _half_new(i: int, rows: int, row: list[str]) -> None:
    if i % 2:
        row[0] = f"MV-{rows + i * KEY_STRIDE % rows:09}"


_CHANGES: Final[dict[Variant, Callable[[int, int, list[str]], None]]] = {
    Variant.REJECTS: _spoil,
    Variant.CHANGED_10: _change_one_in_ten,
    Variant.CHANGED_ALL: _change_all,
    Variant.HALF_NEW: _half_new,
}
