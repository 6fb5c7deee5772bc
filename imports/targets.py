"""What an adopter declares about an importable model; all else is read from the model itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.contrib.auth import get_permission_codename

from lambda_worker.plan import Duplicates, Mode, ReadAs

if TYPE_CHECKING:
    from django.db.models import Model


class Request(Protocol):
    """What the hooks may rely on: an HttpRequest has it, and so has a command's stand-in."""

    @property
    def user(self) -> Any:
        """Who asks."""


class ImportTarget:
    """A model that files can be imported into.

    class RouteImport(ImportTarget):
        model = Route
        natural_key = ["airline", "origin", "destination"]
        lookups = {"origin": "iata", "destination": "iata"}
    """

    model: ClassVar[type[Any]]

    natural_key: ClassVar[Sequence[str]]
    """The fields that tell one row from another."""

    lookups: ClassVar[Mapping[str, str | Sequence[str]]] = {}
    """For a relation, the related model's fields by which the file names a row, if there is a
    choice: one or several, each perhaps through another foreign key, as `country__code`."""

    fields: ClassVar[Sequence[str] | None] = None
    """The fields that a file may fill; all that can be imported unless said otherwise."""

    exclude: ClassVar[Sequence[str]] = ()
    """Fields that no file may fill: they get their default, or a constant."""

    read_as: ClassVar[Mapping[str, ReadAs]] = {}
    """How a file's text becomes a value, by field; `"*"` is for all that are not named."""

    hexadecimal: ClassVar[Sequence[str]] = ()
    """Binary fields that a file holds in hexadecimal digits; the others are in base64."""

    links: ClassVar[Mapping[str, str]] = {}
    """For a many-to-many relation, "replace" (the default: the links become what the file lists) or
    "add" (what the table has besides stays)."""

    synonyms: ClassVar[Mapping[str, Sequence[str]]] = {}
    """Other names that files have for a field, beside its name and its label."""

    mode: ClassVar[Mode] = Mode.INSERT
    """What the form proposes for rows whose natural key is in the table already."""

    duplicates: ClassVar[Duplicates] = Duplicates.FIRST
    """Which line counts where several have the same natural key: the first (the others are
    rejects), the last (the earlier ones are superseded), or none (all are rejects)."""

    update_fields: ClassVar[Sequence[str] | None] = None
    """The fields that an upsert may change in rows that are there; all that are mapped unless said
    otherwise."""

    after_import: ClassVar[str] = ""
    """A function in the database, made by a migration, called as `name(job uuid)` in the import's
    own transaction after its last row; `schema.name` if it is in none of the search path's."""

    exclusive_allowed: ClassVar[bool] = True
    """Whether those with the permission may lock the table for a faster load."""

    bypass: ClassVar[Sequence[str]] = ()
    """Python of the model that imports may go without, by the name that the check gives it."""

    def scope(self, request: Request) -> Mapping[str, Any]:  # noqa: ARG002  (a hook to override)
        """Field values that mark the rows this user may touch; written into new rows as well."""
        return {}

    def constants(self, request: Request) -> Mapping[str, Any]:  # noqa: ARG002
        """Field values that the file cannot set, such as the tenant or the owner."""
        return {}

    def allowed(self, user: Any) -> bool:  # noqa: ARG002
        """A further condition, beside the model's add and change permissions."""
        return True

    @property
    def label(self) -> str:
        """The model's `app.model`, by which jobs name the target."""
        return str(self.model._meta.label_lower)

    @property
    def name(self) -> str:
        """What one row is called."""
        return str(self.model._meta.verbose_name)

    @property
    def name_plural(self) -> str:
        """What the rows are called."""
        return str(self.model._meta.verbose_name_plural)

    def read_as_of(self, field: str) -> ReadAs:
        """How the field's values are written."""
        return self.read_as.get(field) or self.read_as.get("*") or ReadAs()

    def permits_exclusive(self, user: Any) -> bool:
        """Whether the user may lock the table for a load."""
        return self.exclusive_allowed and user.has_perm("imports.load_exclusively")

    def permits(self, user: Any, mode: Mode = Mode.INSERT) -> bool:
        """Whether the user may import in this mode: `add`, and for an upsert `change` too."""
        actions = ["add", "change"] if mode is Mode.UPSERT else ["add"]
        return user.is_active and self.allowed(user) and user.has_perms(_codes(self.model, actions))


def _codes(model: type[Model], actions: list[str]) -> list[str]:
    options = model._meta
    return [f"{options.app_label}.{get_permission_codename(a, options)}" for a in actions]
