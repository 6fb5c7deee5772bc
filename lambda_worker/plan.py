"""The import plan: everything the worker needs to run one job, as names and enum kinds, never as
SQL text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lambda_worker import strict_json

PLAN_VERSION: Final = 2
ACCEPTED_VERSIONS: Final = frozenset({1, PLAN_VERSION})
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
class Lookup:
    """A foreign key found by the related model's natural key: the file's value is looked for in
    `key_column`.

    `label` names the related model in sentences, `key_label` its field; `scope` limits the rows.
    """

    schema: str | None
    table: str
    pk_column: str
    key_column: str
    label: str
    key_label: str
    scope: tuple[Fixed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """One column of the target that the import writes.

    `header` is the file's column that feeds it, or None: then `default` does. `kind` is that of the
    file's value (for a lookup: of the related key). `precision` and `scale` are for DECIMAL;
    `min_value` and `max_value` are inclusive, as text.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """A unique constraint or index of the target besides its primary and natural key, by name and
    columns."""

    name: str
    columns: tuple[str, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """The file as the user saw it: `headers` in the file's order. `encoding` is a Python codec
    name."""

    name: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told, how, and where the links in a mail lead. `language` is a BCP 47 tag; `job_url`
    is whole."""

    recipient: str
    language: str
    time_zone: str
    job_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """A job's whole order. Stored on the job as JSON; made by `imports`, run by the worker.

    `again` lets the very bytes that were imported into this target before go in without asking.
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
        if version == 1:
            data = {**data, "again": False}
        return strict_json.from_json(cls, data)
