"""What a child process is told: which job to work on, and what is to go wrong on the way."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from lambda_worker.contract import CommandMessage

KILL: Final = "kill"
"""The process kills itself: no finally, no rollback, no goodbye."""

STOP: Final = "stop"
"""The process stops all its threads, until somebody sends SIGCONT."""

RAISE: Final = "raise"
"""The call fails; after the call, that is an answer which was lost."""

SLEEP: Final = "sleep"
"""The call takes long."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and at which boundary: the `number`-th crossing, `when` before or after a
    call whose name begins with `name`. Empty means any, number 0 each."""

    do: str = KILL
    name: str = ""
    number: int = 1
    when: str = ""
    error: str = "builtins:ConnectionError"
    seconds: float = 0.0

    def matches(self, when: str, name: str) -> bool:
        """Whether the crossing is one that this fault counts."""
        return self.when in ("", when) and name.startswith(self.name)


@dataclass(frozen=True, slots=True)
class Task:
    """One run of the worker: the message it gets, the world it finds, the faults it meets."""

    url: str
    folder: str
    message: dict[str, Any]
    seconds: float = 900.0
    faults: tuple[Fault, ...] = ()
    memory: int | None = None
    """Bytes of address space that the process may still take; None is as many as there are."""

    def to_json(self) -> str:
        """A line that `from_json` reads."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str | bytes) -> Task:
        """The task in a line."""
        members = json.loads(line)
        faults = tuple(Fault(**fault) for fault in members.pop("faults"))
        return cls(**members, faults=faults)

    def command(self) -> CommandMessage:
        """The message, read."""
        return CommandMessage.from_json(self.message)
