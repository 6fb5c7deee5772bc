"""Advisory locks by name, which last as long as the connection that took them."""

from __future__ import annotations

from lambda_worker.database import Data

_TRY_LOCK = "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
_UNLOCK = "SELECT pg_advisory_unlock(%s, hashtext(%s))"


def try_lock(data: Data, namespace: int, name: str) -> bool:
    """Take a lock if nobody has it."""
    row = data.execute(_TRY_LOCK, (namespace, name)).fetchone()
    return bool(row and row[0])


def unlock(data: Data, namespace: int, name: str) -> None:
    """Give a lock back."""
    data.execute(_UNLOCK, (namespace, name))
