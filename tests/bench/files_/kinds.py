"""One table in every form in which it may come, written to files."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

HEADER: Final = ("id", "name", "city", "amount", "day", "note")
CITIES: Final = ("Bern", "Zürich", "Genève", "Basel", "Chur", "Neuchâtel")
JAPANESE: Final = ("東京都", "大阪府", "北海道", "神奈川県横浜市", "能登ー表示", "京都府")


def rows(number: int, cities: tuple[str, ...] = CITIES) -> Iterator[list[str]]:
    """Records of some 75 bytes."""
    for n in range(number):
        city = cities[n % len(cities)]
        day = f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}"
        yield [str(n), f"Name {n % 977}", city, f"{n % 1000}.{n % 100:02}", day, f"note no. {n}"]


def _csv(number: int, path: Path, *, encoding: str = "utf-8", odd: int = 0, **form: Any) -> None:
    cities = JAPANESE if encoding in ("cp932", "euc_jp") else CITIES
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n", **form)
        writer.writerow(HEADER)
        for n, row in enumerate(rows(number, cities)):
            if odd and n % odd == 0:
                row[5] = 'said "yes",\nand left'
            writer.writerow(row)


def _json(number: int, path: Path, *, lines: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        before, between, after = ("", "\n", "\n") if lines else ("[", ",\n", "]")
        file.write(before)
        for n, row in enumerate(rows(number)):
            record = dict(zip(HEADER, row, strict=True))
            file.write((between if n else "") + json.dumps(record, ensure_ascii=False))
        file.write(after)


def _packed(number: int, path: Path, pack: Callable[[bytes], bytes]) -> None:
    _csv(number, path)
    path.write_bytes(pack(path.read_bytes()))


def _zstd(data: bytes) -> bytes:
    from backports import zstd

    return bytes(zstd.compress(data))


KINDS: Final[dict[str, Callable[[int, Path], None]]] = {
    "CSV": _csv,
    "CSV, all quoted": lambda n, path: _csv(n, path, quoting=csv.QUOTE_ALL),
    "CSV, one record in 1,000 odd": lambda n, path: _csv(n, path, odd=1000),
    "CSV, one record in 10 odd": lambda n, path: _csv(n, path, odd=10),
    "CSV, Windows-1252": lambda n, path: _csv(n, path, encoding="cp1252"),
    "CSV, Shift_JIS": lambda n, path: _csv(n, path, encoding="cp932"),
    "CSV, UTF-16": lambda n, path: _csv(n, path, encoding="utf-16"),
    "TSV": lambda n, path: _csv(n, path, delimiter="\t"),
    "JSON": lambda n, path: _json(n, path, lines=False),
    "NDJSON": lambda n, path: _json(n, path, lines=True),
    "CSV, gzip": lambda n, path: _packed(n, path, lambda data: gzip.compress(data, 6)),
    "CSV, bzip2": lambda n, path: _packed(n, path, bz2.compress),
    "CSV, xz": lambda n, path: _packed(n, path, lambda data: lzma.compress(data, preset=1)),
    "CSV, zstd": lambda n, path: _packed(n, path, _zstd),
}
