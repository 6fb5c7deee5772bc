"""Whose jobs a user may look at and act on, asked in the same query as the job where it can be; and
whose rows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.contrib.auth.models import PermissionsMixin
from psycopg import sql

LOOK: Final = "imports.view_all_imports"
ACT: Final = "imports.change_importjob"

STOCK: Final = "django.contrib.auth.backends.ModelBackend"


class Rights(NamedTuple):
    """What somebody may do with a job that is not theirs."""

    look: bool
    act: bool


class RightsInSql(NamedTuple):
    """Two expressions, and the values of their placeholders in order."""

    looks: str
    acts: str
    parameters: tuple[Any, ...]


def may_see(user: Any, model: Any) -> bool:
    """Whether the user may look at a model's rows: as Django's admin has it, whoever may change
    them may, too."""
    options = model._meta
    codes = (get_permission_codename(action, options) for action in ("view", "change"))
    return any(user.has_perm(f"{options.app_label}.{code}") for code in codes)


def rights_of(user: Any) -> Rights:
    """As the authentication backends say: up to two queries."""
    return Rights(user.has_perm(LOOK), user.has_perm(ACT))


def rights_in_sql(user: Any) -> RightsInSql | None:
    """The same as part of another query; None where that is not possible, or costs none anyway.

    Only Django's own backend is known to decide by nothing but the tables; a user of another
    manager or backend, or with an answer of their own, is asked in the ordinary way.
    """
    if user.is_superuser or list(settings.AUTHENTICATION_BACKENDS) != [STOCK]:
        return None
    model: Any = get_user_model()
    if model.has_perm is not PermissionsMixin.has_perm:
        return None
    if not hasattr(model._default_manager, "with_perm"):
        return None
    looks, acts = _permission(user.pk, LOOK), _permission(user.pk, ACT)
    return RightsInSql(looks[0], acts[0], (*looks[1], *acts[1]))


_EXISTS: Final = sql.SQL("EXISTS ({})")


@lru_cache(maxsize=1_000)  # the text alone: compiling it costs more than running it
def _permission(pk: Any, permission: str) -> tuple[str, tuple[Any, ...]]:
    manager: Any = get_user_model()._default_manager
    allowed = manager.with_perm(permission, backend=STOCK).filter(pk=pk).values("pk")
    statement, parameters = allowed.query.sql_with_params()
    return _EXISTS.format(sql.SQL(statement)).as_string(), parameters
