"""Fetches the worker's pinned wheels for a platform, and refuses those of another one."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from infra.deploy.platforms import Platform

CACHE: Final = Path(__file__).resolve().parents[2] / ".cache" / "wheels"
"""In the tree and ignored by git: a second build needs no network."""

ELF_MACHINES: Final = {62: "x86_64", 183: "aarch64"}
"""e_machine of the ELF header (System V ABI, "ELF Header")."""


class WrongWheel(Exception):
    """A wheel that would not run on the platform that the zip is for."""


def fetch(requirements: Path, platform: Platform) -> list[Path]:
    """The wheels that the requirements name, from the cache if they are in it, sorted by name."""
    folder = CACHE / f"{platform.name}-py{platform.python}-{digest(requirements)}"
    if not folder.exists():
        download(requirements, platform, folder)
    wheels = sorted(folder.glob("*.whl"))
    for wheel in wheels:
        check_tags(wheel, platform)
        check_machine(wheel, platform)
    return wheels


def digest(requirements: Path) -> str:
    """Twelve characters are plenty to tell a handful of files apart."""
    return hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]


def download(requirements: Path, platform: Platform, folder: Path) -> None:
    """Let pip fetch into a folder beside, then rename: two builds at once do not meet."""
    CACHE.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=CACHE))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", f"--dest={beside}"]
    command += wanted(requirements, platform)
    if platform.pip_platforms:
        command += [f"--platform={name}" for name in platform.pip_platforms]
        command += [f"--python-version={platform.python}", "--implementation=cp"]
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)
        beside.chmod(0o755)
        beside.rename(folder)
    except subprocess.CalledProcessError as exc:
        raise WrongWheel(f"pip found no wheels for {platform.name}; its words are above") from exc
    except OSError:
        if not folder.exists():  # else another build was first, with the same wheels
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def wanted(requirements: Path, platform: Platform) -> list[str]:
    """What the platform's Python needs: pip judges markers by the Python that runs it, whatever
    --python-version says (pip 24.2)."""
    lines = [line.partition("#")[0].strip() for line in requirements.read_text().splitlines()]
    parsed = [Requirement(line) for line in lines if line]
    python = {"python_version": platform.python}
    needed = [each for each in parsed if each.marker is None or each.marker.evaluate(python)]
    return [f"{each.name}{each.specifier}" for each in needed]


def check_tags(wheel: Path, platform: Platform) -> None:
    """Python and machine in the wheel's name (PEP 427, "File name convention")."""
    python, abi, where = wheel.stem.split("-")[-3:]
    if (abi, where) == ("none", "any") and "py3" in python.split("."):
        return
    expected = f"cp{platform.python.replace('.', '')}"
    names = where.split(".")
    if python != expected or not any(name.endswith(f"_{platform.machine}") for name in names):
        raise WrongWheel(f"{wheel.name} is not for {expected} on {platform.machine}")
    if platform.pip_platforms and not any(name.startswith("manylinux") for name in names):
        raise WrongWheel(f"{wheel.name} is not for Amazon Linux")


def check_machine(wheel: Path, platform: Platform) -> None:
    """The machine in the header of every shared library; a name alone can lie."""
    with zipfile.ZipFile(wheel) as opened:
        for member in opened.namelist():
            with opened.open(member) as stream:
                machine = elf_machine(stream.read(20))
            if machine is not None and machine != platform.machine:
                raise WrongWheel(f"{member} in {wheel.name} is for {machine}")


def elf_machine(head: bytes) -> str | None:
    """The machine of an ELF file's first 20 bytes; None if it is no ELF file."""
    if len(head) < 20 or not head.startswith(b"\x7fELF"):
        return None
    (number,) = struct.unpack_from("<H", head, 18)
    return ELF_MACHINES.get(number, f"machine {number}")
