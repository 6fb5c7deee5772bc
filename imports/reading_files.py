"""What commands take and hold of files that are read."""

from __future__ import annotations

import json
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Iterator
from typing import Any, Self

from lambda_worker.files.given import Misfit, given_of
from lambda_worker.files.reading import Aside


def dialect_argument(text: str) -> dict[str, Any]:
    """The value of --dialect: a JSON object of members of Dialect."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not JSON") from error
    try:
        return given_of(data)
    except Misfit as misfit:
        raise ArgumentTypeError(str(misfit)) from misfit


class Asides:
    """Records set aside, held on disk until the file is read: there may be millions."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (see __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, aside: Aside) -> None:
        """Hold one more."""
        members = (aside.line, aside.code, aside.params, aside.text, aside.fields)
        self._file.write(json.dumps(members) + "\n")

    def __iter__(self) -> Iterator[Aside]:
        self._file.seek(0)
        for line in self._file:
            yield Aside(*json.loads(line))
