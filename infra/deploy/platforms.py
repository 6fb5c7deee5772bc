"""The platforms a zip is built for: pip's names, wheel tags and the machine in an ELF header."""

from __future__ import annotations

import platform
import sys
from typing import Final, NamedTuple

RUNTIME: Final = "3.13"
"""Lambda's Python, as in the template's Runtime."""


class Platform(NamedTuple):
    """Where a zip is to run. `pip_platforms` is empty for this very machine and Python."""

    name: str
    pip_platforms: tuple[str, ...]
    python: str
    machine: str


# Amazon Linux 2023, under Lambda's python3.13, has glibc 2.34 and so takes both. psycopg-binary 3.3
# comes as manylinux_2_28 for arm64 and as manylinux2014 for x86_64.
ARM64: Final = Platform(
    "arm64", ("manylinux_2_28_aarch64", "manylinux2014_aarch64"), RUNTIME, "aarch64"
)
X86_64: Final = Platform(
    "x86_64", ("manylinux_2_28_x86_64", "manylinux2014_x86_64"), RUNTIME, "x86_64"
)


def host() -> Platform:
    """This machine and this Python, for a local AWS that runs functions by them."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Platform("host", (), version, platform.machine())


def by_name(name: str) -> Platform:
    """`arm64`, `x86_64` or `host`."""
    return {"arm64": ARM64, "x86_64": X86_64, "host": host()}[name]
