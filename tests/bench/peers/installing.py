"""Puts the other tools where the project does not see them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
CACHE: Final = Path(".cache/peers")
NODE_SCRIPT: Final = "pg_copy_streams.mjs"


def install_python() -> dict[str, str]:
    """The Python ones; the environment that finds them."""
    folder = CACHE / "python"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
    wanted = str(HERE / "requirements.txt")
    subprocess.run([*pip, "--target", str(folder), "-r", wanted], check=True)
    return {"PYTHONPATH": os.pathsep.join([str(folder.resolve()), str(Path.cwd())])}


def install_node() -> str | None:
    """The one for Node: its script where it finds its packages; None where there is no npm."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    folder = CACHE / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", NODE_SCRIPT):
        shutil.copy(HERE / name, folder / name)
    command = [npm, "install", "--silent", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return str(folder / NODE_SCRIPT)


def find_pgloader() -> str | None:
    """pgloader, which comes with the system's packages or not at all."""
    return shutil.which("pgloader")
