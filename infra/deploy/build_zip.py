"""Builds the worker's zip: the same bytes for the same sources, whoever builds it and when."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.deploy import wheels
from infra.deploy.platforms import Platform

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGE: Final = ROOT / "lambda_worker"
REQUIREMENTS: Final = PACKAGE / "requirements.txt"

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold."""

MODE: Final = 0o644 << 16
"""Lambda runs the code as another user, who must be able to read it."""

UNIX: Final = 3
"""Zip's number for the system that the mode belongs to."""


@dataclass(frozen=True)
class Built:
    """A zip and what it is for."""

    content: bytes
    platform: Platform

    @property
    def sha256(self) -> str:
        """As Lambda tells it (CodeSha256): base64."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


def build(platform: Platform) -> Built:
    """Sources and wheels, sorted, without times, owners or bytecode."""
    members = dict(sources())
    for wheel in wheels.fetch(REQUIREMENTS, platform):
        members.update(unpacked(wheel))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for name in sorted(members):
            out.writestr(entry(name), members[name], zipfile.ZIP_DEFLATED, compresslevel=6)
    return Built(buffer.getvalue(), platform)


def sources() -> Iterator[tuple[str, bytes]]:
    """The worker's own files by their names in the zip."""
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and path != REQUIREMENTS:
            yield path.relative_to(ROOT).as_posix(), path.read_bytes()


def unpacked(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """A wheel's files; its metadata too, since psycopg reads its own version there."""
    with zipfile.ZipFile(wheel) as opened:
        for member in opened.infolist():
            if not member.is_dir():
                yield member.filename, opened.read(member)


def entry(name: str) -> zipfile.ZipInfo:
    """A member's header with everything fixed."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.external_attr = MODE
    info.create_system = UNIX
    return info
