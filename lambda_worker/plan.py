"""The import plan: everything the worker needs to run one job, as names and enum kinds, never as
SQL text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lambda_worker import strict_json
from lambda_worker.files.dialect import Dialect

PLAN_VERSION: Final = 4
ACCEPTED_VERSIONS: Final = frozenset({3, PLAN_VERSION})
"""The worker is deployed before the web, so it accepts the version before its own as well."""


class Mode(StrEnum):
    """What happens to a row whose natural key the table already has."""

    INSERT = "insert"
    """It is a reject."""
    INSERT_NEW = "insert_new"
    """It is skipped, and counted."""
    UPSERT = "upsert"
    """The table's row is updated where it differs."""


class OnReject(StrEnum):
    """What happens to the good rows when there are bad ones."""

    SKIP = "skip"
    """The good rows go in."""
    ABORT = "abort"
    """Nothing goes in."""


class Duplicates(StrEnum):
    """Which line counts where several lines of a file have the same natural key, whatever else is
    wrong with them."""

    FIRST = "first"
    """The first; the later ones are rejects."""
    LAST = "last"
    """The last; the earlier ones are superseded: counted, not written, no rejects."""
    NONE = "none"
    """None of them: all are rejects."""


class Review(StrEnum):
    """Whether a person looks before anything is written."""

    ALWAYS = "always"
    ON_REJECTS = "on_rejects"
    NEVER = "never"


class Kind(StrEnum):
    """What a value must be; each has its shape and its SQL type in lambda_worker.kinds."""

    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    UUID = "uuid"
    JSON = "json"
    IP = "ip"
    BASE64 = "base64"
    """Bytes, written in base64."""
    HEX = "hex"
    """Bytes, written in hexadecimal digits."""


class Dates(StrEnum):
    """How a date with the year at its end is read. One that begins with the year (ISO 8601) is
    always taken."""

    ISO = "iso"
    """Not at all."""
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    PROVEN = "proven"
    """As the whole file proves: some first number above 12 and no second one, or the other way
    round. Otherwise not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAs:
    """How a file's text becomes a value.

    `nulls` are the texts that count as empty, compared after trimming. `trim` takes blanks off
    texts; from all other values they are always taken. `thousands` lists the characters that may
    group digits by three. `time_zone` is that of datetimes without one (IANA; None: the user's
    own). `true` and `false` are compared without regard to case. `separator` stands between the
    items of a list.
    """

    nulls: tuple[str, ...] = ("",)
    trim: bool = False
    decimal: str = "."
    thousands: str = ""
    dates: Dates = Dates.PROVEN
    time_zone: str | None = None
    true: tuple[str, ...] = ("true", "t", "yes", "y", "on", "1")
    false: tuple[str, ...] = ("false", "f", "no", "n", "off", "0")
    separator: str = ","


class Empty(StrEnum):
    """What an empty value in the file becomes."""

    REJECT = "reject"
    NULL = "null"
    EMPTY_STRING = "empty_string"
    DEFAULT = "default"


class Source(StrEnum):
    """Where a default comes from."""

    STATIC = "static"
    NOW = "now"
    TODAY = "today"
    UUID = "uuid"
    DATABASE = "database"
    """The column's own DEFAULT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """What a column gets where the file says nothing. `value` is text, for STATIC only."""

    source: Source
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A column held to one value: a constant, or one condition of a scope. `value` is its text,
    None is NULL."""

    column: str
    kind: Kind
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One allowed value and the label that people see; the file may hold either."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression (PostgreSQL's, searched, not anchored) that a value must match, or must
    not.

    `message` is the validator's own sentence, shown to the user.
    """

    regex: str
    ignore_case: bool
    inverse: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupKey:
    """One column of a related table by which its row is found: fed by the file's `header`, or,
    where it is a foreign key itself, by the `lookup` of the row that it names (a chain). `kind` is
    that of the column."""

    column: str
    kind: Kind
    label: str
    header: str | None
    lookup: Lookup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A foreign key found by the related model's natural key: the row that agrees in all `keys`.

    `label` names the related model in sentences; `scope` limits the rows. `itself`: the related
    table is the target, so that the row may stand anywhere in the same file; then there is one key,
    a column that the plan imports too.
    """

    schema: str | None
    table: str
    pk_column: str
    keys: tuple[LookupKey, ...]
    label: str
    scope: tuple[Fixed, ...]
    itself: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """The file's columns that feed it, in the order of the keys."""
        return tuple(
            header
            for key in self.keys
            for header in (key.lookup.headers if key.lookup else (key.header,))
            if header is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """One column of the target that the import writes.

    `header` is the file's column that feeds it (for a lookup by several keys: the first of them),
    or None: then `default` does. `kind` is that of the file's value; for a lookup of the first
    related key, for a `listed` column (an array) of its items. `precision` and `scale` are for
    DECIMAL; `min_value` and `max_value` are inclusive, as text.
    """

    field: str
    label: str
    column: str
    header: str | None
    kind: Kind
    empty: Empty
    default: Default | None
    max_length: int | None
    precision: int | None
    scale: int | None
    min_value: str | None
    max_value: str | None
    choices: tuple[Choice, ...]
    patterns: tuple[Pattern, ...]
    lookup: Lookup | None
    pk_kind: Kind | None
    """For a lookup: the kind of the key that is stored."""
    updatable: bool
    read_as: ReadAs = ReadAs()
    listed: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """The file's columns that feed it."""
        if self.lookup is not None and self.header is not None:
            return self.lookup.headers
        return () if self.header is None else (self.header,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlan:
    """A many-to-many relation: the file's column holds a list of the related rows' keys.

    The rows of `table` with the target's row in `source_column` name the related ones in
    `target_column`, whose type is `pk_kind`. `lookup` has one key, fed by `header`. `required`: at
    least one. `replaces`: links that the list does not have are removed; else they stay.
    """

    field: str
    label: str
    header: str
    schema: str | None
    table: str
    source_column: str
    target_column: str
    pk_kind: Kind
    lookup: Lookup
    required: bool
    replaces: bool
    read_as: ReadAs


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """A unique index of the target besides that of its natural key, by name.

    `columns` are the plain columns of its key, empty where the key has an expression. Its
    condition, expressions and treatment of nulls the worker reads from the catalog.
    """

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """A check constraint of the target, by name; `message` is what its author has people told, or
    empty."""

    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function in the database, called as `name(job uuid)`."""

    schema: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A column that Django would set in save(): auto_now (on_update too) or auto_now_add."""

    column: str
    source: Source
    on_update: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPlan:
    """The table that receives the rows. `natural_key` lists database columns; `label` is
    `app.model`."""

    label: str
    name: str
    name_plural: str
    schema: str | None
    table: str
    pk_column: str
    natural_key: tuple[str, ...]
    uniques: tuple[Unique, ...]
    stamps: tuple[Stamp, ...]
    fingerprint: str
    checks: tuple[CheckRule, ...] = ()
    duplicates: Duplicates = Duplicates.FIRST
    after_import: Function | None = None
    """Called in the import's own transaction, after its last row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """The file as the user saw it: how it is written, and `headers` in the file's order."""

    name: str
    dialect: Dialect
    headers: tuple[str, ...]


class MailWhen(StrEnum):
    """At which ends of an import its owner wants a mail."""

    ALWAYS = "always"
    PROBLEMS = "problems"
    """Where something is to be done: it failed or expired, a review waits, rows were rejected."""
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told, when, how, and where the links in a mail lead. `language` is a BCP 47 tag;
    `job_url` is whole."""

    recipient: str
    language: str
    time_zone: str
    job_url: str
    mail: MailWhen = MailWhen.ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """A job's whole order. Stored on the job as JSON; made by `imports`, run by the worker.

    `again` lets the very bytes that were imported into this target before go in without asking.
    `exclusive`: the target is locked against all others, and its secondary indexes and foreign keys
    are dropped and built anew in the import's transaction. `nameable`: fields whose related rows
    the user may see, so that a fault may name them.
    """

    version: int
    target: TargetPlan
    columns: tuple[ColumnPlan, ...]
    constants: tuple[Fixed, ...]
    scope: tuple[Fixed, ...]
    mode: Mode
    on_reject: OnReject
    review: Review
    again: bool
    file: FilePlan
    audience: Audience
    links: tuple[LinkPlan, ...] = ()
    exclusive: bool = False
    nameable: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The plan as it stands on the job."""
        return strict_json.to_json(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ImportPlan:
        """Read a stored plan; ValueError says which member does not fit, or that the version is
        unknown."""
        version = data.get("version")
        if version not in ACCEPTED_VERSIONS:
            raise ValueError(
                f"plan version {version!r}; this worker accepts {sorted(ACCEPTED_VERSIONS)}"
            )
        if version == 3:
            data = _from_version_3(data)
        return strict_json.from_json(cls, data)


def _from_version_3(data: dict[str, Any]) -> dict[str, Any]:
    """Version 3 knew CSV in UTF-8 with commas and one header line alone, and mailed always."""
    file = {
        "name": data["file"]["name"],
        "dialect": strict_json.to_json(Dialect()),
        "headers": data["file"]["headers"],
    }
    audience = {**data["audience"], "mail": MailWhen.ALWAYS.value}
    return {**data, "file": file, "audience": audience, "nameable": []}
