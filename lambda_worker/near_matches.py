"""Near matches: what a value that names nothing was probably meant to be."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from psycopg import sql

from lambda_worker.checking import mapped
from lambda_worker.choices import values_by_choice
from lambda_worker.database import Data
from lambda_worker.lookups import leaf_keys, lookup_of, parents
from lambda_worker.plan import ColumnPlan, ImportPlan, Kind, Lookup
from lambda_worker.staged_values import trimmed
from lambda_worker.tables import StagingTables

VALUES_ASKED: Final = 200
"""Different wrong values of one column that are looked at, the commonest first."""

ROWS_ASKED: Final = 10_000
"""A related table with more rows, within the scope, is not searched."""

SHORTEST: Final = 4
"""Letters and digits of a name at least, for one wrong letter to be a slip: among shorter ones,
codes most of them, everything is near to something."""

LONGEST: Final = 60
"""Letters and digits of a name at most, for slips to be looked for."""

_VALUES = sql.SQL("""
SELECT {value}
  FROM {fault} f
  JOIN {raw} s ON s.record = f.record
 WHERE f.column_no = {index} AND f.code IN ('unknown_reference', 'not_a_choice')
 GROUP BY 1
 ORDER BY count(*) DESC, 1
 LIMIT {limit}""")
_DETAIL = sql.SQL("f.detail")
_NAMES = sql.SQL("SELECT q.k1 FROM ({parents}) q LIMIT {limit}")


def near_matches(data: Data, plan: ImportPlan, tables: StagingTables) -> dict[tuple[int, str], str]:
    """By column and value, trimmed, or item of a list: the one name that was probably meant. Rows
    outside the scope are not named, nor those that the user may not see."""
    found: dict[tuple[int, str], str] = {}
    for index, column in mapped(plan).items():
        if not _has_names(plan, column):
            continue
        values = _wrong_values(data, plan, tables, index, column)
        if values:
            near = nearest(values, _names(data, plan, column))
            found |= {(index, value): name for value, name in near.items()}
    return found


def _has_names(plan: ImportPlan, column: ColumnPlan) -> bool:
    lookup = lookup_of(plan, column)
    if lookup is None:
        return bool(column.choices)
    return column.field in plan.nameable and _is_by_name(lookup)


def _is_by_name(lookup: Lookup) -> bool:
    """Whether one text alone finds the row."""
    return [key.kind for key in leaf_keys(lookup)] == [Kind.TEXT]


def _wrong_values(
    data: Data, plan: ImportPlan, tables: StagingTables, index: int, column: ColumnPlan
) -> list[str]:
    statement = _VALUES.format(
        value=_DETAIL if column.listed else trimmed(plan, str(column.header)),
        fault=tables.fault,
        raw=tables.raw,
        index=sql.Literal(index),
        limit=sql.Literal(VALUES_ASKED),
    )
    return [value for (value,) in data.execute(statement)]


def _names(data: Data, plan: ImportPlan, column: ColumnPlan) -> Iterable[str]:
    lookup = lookup_of(plan, column)
    if lookup is None:
        return values_by_choice(column)
    statement = _NAMES.format(parents=parents(lookup), limit=sql.Literal(ROWS_ASKED + 1))
    names = [name for (name,) in data.execute(statement) if name is not None]
    return names if len(names) <= ROWS_ASKED else ()


# -- Likeness --------------------------------------------------------------------------------------


def nearest(values: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """For each value the only name that has the same letters and digits, whatever their case and
    accents, or else the only one that is one slip away."""
    spellings = {value: _letters(value) for value in values}
    wanted = set(spellings.values()) - {""}
    slips: dict[str, set[str]] = defaultdict(set)
    for letters in wanted:
        for variant in _variants(letters):
            slips[variant].add(letters)
    same: dict[str, set[str]] = defaultdict(set)
    close: dict[str, set[str]] = defaultdict(set)
    for name in names:
        letters = _letters(name)
        if letters in wanted:
            same[letters].add(name)
        for other in {other for v in _variants(letters) for other in slips.get(v, ())}:
            if _one_slip(letters, other):
                close[other].add(name)
    found = {value: same[x] or close[x] for value, x in spellings.items()}
    return {value: min(near) for value, near in found.items() if len(near) == 1}


def _letters(text: str) -> str:
    """Letters and digits alone, without case, width and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if character.isalnum())


def _variants(letters: str) -> Iterator[str]:
    """What two spellings that are one slip apart have in common: itself, and itself without any one
    character. Nothing for those too short or too long."""
    if SHORTEST <= len(letters) <= LONGEST:
        yield letters
        for n in range(len(letters)):
            yield letters[:n] + letters[n + 1 :]


def _one_slip(a: str, b: str) -> bool:
    """Whether one character is missing, too many, wrong, or has changed places with the next."""
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return (len(a) <= 1 and len(b) <= 1) or (len(a) == 2 and a == b[::-1])
