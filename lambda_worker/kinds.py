"""What each kind of value looks like in a file, and the SQL that reads it: shape, text as Postgres
takes it, type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import sql

from lambda_worker.plan import ColumnPlan, Dates, Kind, ReadAs


@dataclass(frozen=True, slots=True)
class KindRule:
    """A kind's SQL type, and the codes of values that have not its shape, or not its range."""

    sql_type: LiteralString
    shape_fault: str
    range_fault: str


RULES: Final[dict[Kind, KindRule]] = {
    Kind.SMALLINT: KindRule("int2", "not_a_whole_number", "out_of_range"),
    Kind.INTEGER: KindRule("int4", "not_a_whole_number", "out_of_range"),
    Kind.BIGINT: KindRule("int8", "not_a_whole_number", "out_of_range"),
    Kind.DECIMAL: KindRule("numeric", "not_a_number", "out_of_range"),
    Kind.FLOAT: KindRule("float8", "not_a_number", "out_of_range"),
    Kind.BOOLEAN: KindRule("bool", "not_true_or_false", ""),
    Kind.TEXT: KindRule("text", "", ""),
    Kind.DATE: KindRule("date", "not_a_date", "not_a_date"),
    Kind.DATETIME: KindRule("timestamptz", "not_a_datetime", "not_a_datetime"),
    Kind.TIME: KindRule("time", "not_a_time", "not_a_time"),
    Kind.DURATION: KindRule("interval", "not_a_duration", "not_a_duration"),
    Kind.UUID: KindRule("uuid", "not_a_uuid", "not_a_uuid"),
    Kind.JSON: KindRule("jsonb", "", "not_json"),
    Kind.IP: KindRule("inet", "not_an_ip", "not_an_ip"),
    Kind.BASE64: KindRule("bytea", "not_base64", ""),
    Kind.HEX: KindRule("bytea", "not_hex", ""),
}

WHOLE: Final = frozenset({Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT})
NUMBERS: Final = WHOLE | {Kind.DECIMAL, Kind.FLOAT}

# -- Shapes --------------------------------------------------------------------------------------

# PostgreSQL's regular expressions, for the whole trimmed value. They come before the type's own
# input function, which takes too much ('today', 0x1F, 1_000, infinity, 24:00).
_EXPONENT: Final = "([eE][+-]?[0-9]{1,3})?"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_ZONE: Final = "[zZ]|[+-][0-9]{2}(:?[0-9]{2})?"
_ISO_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_YEAR_LAST: Final = "|".join(f"[0-9]{{1,2}}[{s}][0-9]{{1,2}}[{s}][0-9]{{4}}" for s in "./-")
_HEX: Final = "[0-9a-fA-F]"
_SHAPES: Final[dict[Kind, str]] = {
    Kind.TIME: f"^{_CLOCK}$",
    # ISO 8601 up to days, or days and a clock with seconds: where Django and Postgres agree.
    Kind.DURATION: r"^(P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]{1,6})?S)?)?"
    r"|(-?[0-9]+ (days?,? )?)?-?[0-9]+:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?)$",
    Kind.UUID: f"^{_HEX}{{8}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{12}}$",
    Kind.IP: r"^[0-9a-fA-F.:]+$",
    Kind.BASE64: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    Kind.HEX: f"^({_HEX}{{2}})*$",
}


def shape(kind: Kind, read_as: ReadAs) -> str | None:
    """The regular expression of a kind's whole trimmed value. None: the type's own check does."""
    if kind in WHOLE:
        return f"^[+-]?({_digits(read_as)})$"
    if kind in NUMBERS:
        point = _escaped(read_as.decimal)
        return f"^[+-]?(({_digits(read_as)})({point}[0-9]*)?|{point}[0-9]+){_EXPONENT}$"
    if kind is Kind.DATE:
        return f"^({_day(read_as)})$"
    if kind is Kind.DATETIME:
        return f"^({_day(read_as)})[T ]{_CLOCK} ?({_ZONE})?$"
    return _SHAPES.get(kind)


def _digits(read_as: ReadAs) -> str:
    """Digits, plain or in groups of three; one character groups all of a number."""
    groups = (f"[0-9]{{1,3}}({_escaped(c)}[0-9]{{3}})+" for c in read_as.thousands)
    return "|".join(["[0-9]+", *groups])


def _day(read_as: ReadAs) -> str:
    if read_as.dates in (Dates.DAY_FIRST, Dates.MONTH_FIRST):
        return f"{_ISO_DAY}|{_YEAR_LAST}"
    return _ISO_DAY


def _escaped(character: str) -> str:
    return f"[{character}]" if character not in "^\\]" else f"\\{character}"


YEAR_LAST: Final = f"^({_YEAR_LAST})"
"""How dates begin whose order the file has to prove."""

# -- The value as its type takes it ----------------------------------------------------------------

_TRANSLATED = sql.SQL("translate({value}, {given}, '.')")
_REORDERED = sql.SQL("regexp_replace({value}, {parts}, {order})")
_PARTS: Final = "^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})"
_ORDERS: Final = {Dates.DAY_FIRST: r"\3-\2-\1", Dates.MONTH_FIRST: r"\3-\1-\2"}
_ZONED = sql.SQL("{value} || CASE WHEN {value} ~ {zoned} THEN '' ELSE {zone} END")
_HAS_ZONE: Final = f":[0-9.]+ ?({_ZONE})$"


def plain_text(kind: Kind, read_as: ReadAs, value: sql.Composed) -> sql.Composed:
    """A value of the kind's shape as the text that its type's input function takes."""
    if kind in NUMBERS and (read_as.thousands or read_as.decimal != "."):
        given = sql.Literal(read_as.decimal + read_as.thousands)
        return _TRANSLATED.format(value=value, given=given)
    if kind in (Kind.DATE, Kind.DATETIME) and read_as.dates in _ORDERS:
        value = _REORDERED.format(
            value=value, parts=sql.Literal(_PARTS), order=sql.Literal(_ORDERS[read_as.dates])
        )
    if kind is Kind.DATETIME and read_as.time_zone:
        value = _ZONED.format(
            value=value, zoned=sql.Literal(_HAS_ZONE), zone=sql.Literal(f" {read_as.time_zone}")
        )
    return value


_CAST = sql.SQL("CAST({value} AS {type})")
_IS_TRUE = sql.SQL("(lower({value}) = ANY (CAST({words} AS text[])))")
_DECODED = sql.SQL("decode({value}, {encoding})")


def typed(kind: Kind, read_as: ReadAs, value: sql.Composed) -> sql.Composed:
    """A value without a fault, as its type."""
    if kind is Kind.BOOLEAN:
        return _IS_TRUE.format(value=value, words=words(read_as.true))
    if kind in (Kind.BASE64, Kind.HEX):
        return _DECODED.format(value=value, encoding=sql.Literal(kind.value))
    return _CAST.format(value=plain_text(kind, read_as, value), type=sql_type(kind))


def words(spellings: tuple[str, ...]) -> sql.Literal:
    """Words to compare with lower()."""
    return sql.Literal([word.lower() for word in spellings])


def sql_type(kind: Kind) -> sql.SQL:
    """The type that values of a kind are cast to."""
    return sql.SQL(RULES[kind].sql_type)


_ARRAY = sql.SQL("{type}[]")


def stored_type(column: ColumnPlan) -> sql.Composable:
    """The type of a column's values in `ready`: for a lookup that of the related primary key."""
    if column.lookup and column.pk_kind:
        return sql_type(column.pk_kind)
    return _ARRAY.format(type=sql_type(column.kind)) if column.listed else sql_type(column.kind)
