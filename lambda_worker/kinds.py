"""What each kind of value must look like, the SQL type it becomes, and the fault where it does not
fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

from psycopg import sql

from lambda_worker.plan import Kind


@dataclass(frozen=True, slots=True)
class KindRule:
    """`shape` is a PostgreSQL regular expression for the whole trimmed value, checked before the
    type's own input function, which takes too much ('today', 0x1F, infinity, 24:00). None: the
    type's own check does.
    """

    sql_type: LiteralString
    shape: str | None
    shape_fault: str
    range_fault: str


_NUMBER: Final = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HEX: Final = "[0-9a-fA-F]"

RULES: Final[dict[Kind, KindRule]] = {
    Kind.SMALLINT: KindRule("int2", r"^[+-]?[0-9]+$", "not_a_whole_number", "out_of_range"),
    Kind.INTEGER: KindRule("int4", r"^[+-]?[0-9]+$", "not_a_whole_number", "out_of_range"),
    Kind.BIGINT: KindRule("int8", r"^[+-]?[0-9]+$", "not_a_whole_number", "out_of_range"),
    Kind.DECIMAL: KindRule("numeric", _NUMBER, "not_a_number", "out_of_range"),
    Kind.FLOAT: KindRule("float8", _NUMBER, "not_a_number", "out_of_range"),
    Kind.BOOLEAN: KindRule(
        "bool",
        r"^([tT]([rR][uU][eE])?|[fF]([aA][lL][sS][eE])?|[yY]([eE][sS])?|[nN][oO]?|[oO][nN]|[oO][fF][fF]|1|0)$",
        "not_true_or_false",
        "not_true_or_false",
    ),
    Kind.TEXT: KindRule("text", None, "", ""),
    Kind.DATE: KindRule("date", f"^{_DAY}$", "not_a_date", "not_a_date"),
    Kind.DATETIME: KindRule(
        "timestamptz",
        rf"^{_DAY}[T ]{_CLOCK} ?([zZ]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)?$",
        "not_a_datetime",
        "not_a_datetime",
    ),
    Kind.TIME: KindRule("time", f"^{_CLOCK}$", "not_a_time", "not_a_time"),
    Kind.DURATION: KindRule(
        "interval",
        # ISO 8601 up to days, or days and a clock with seconds: where Django and Postgres agree.
        r"^(P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]{1,6})?S)?)?"
        r"|(-?[0-9]+ (days?,? )?)?-?[0-9]+:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?)$",
        "not_a_duration",
        "not_a_duration",
    ),
    Kind.UUID: KindRule(
        "uuid",
        f"^{_HEX}{{8}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{4}}-?{_HEX}{{12}}$",
        "not_a_uuid",
        "not_a_uuid",
    ),
    Kind.JSON: KindRule("jsonb", None, "", "not_json"),
    Kind.IP: KindRule("inet", r"^[0-9a-fA-F.:]+$", "not_an_ip", "not_an_ip"),
}


def sql_type(kind: Kind) -> sql.SQL:
    """The type that values of a kind are cast to."""
    return sql.SQL(RULES[kind].sql_type)
