"""Child: pgloader on a file whose foreign keys are resolved."""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.bench.import_.floor import COLUMNS
from tests.bench.measuring import Measure, task, tell

COMMANDS: Final = """\
LOAD CSV FROM '{path}' WITH ENCODING UTF-8 HAVING FIELDS ({columns})
INTO {url} TARGET TABLE shop_movement TARGET COLUMNS ({columns})
WITH skip header = 1, fields optionally enclosed by '"', fields terminated by ',';
"""


def main() -> None:
    """Load the task's file."""
    work = task()
    parts = urlsplit(work["url"])
    url = f"postgresql://{parts.netloc}{parts.path}"
    commands = COMMANDS.format(path=work["path"], columns=COLUMNS.replace(",", ", "), url=url)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "commands.load"
        file.write_text(commands, encoding="utf-8")
        begun = time.perf_counter()
        subprocess.run(
            [work["pgloader"], "--quiet", "--on-error-stop", "--root-dir", folder, str(file)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - begun
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = usage.ru_utime + usage.ru_stime
    tell(Measure(seconds=seconds, cpu_seconds=cpu, peak_mb=usage.ru_maxrss * 1024 / 1e6))


if __name__ == "__main__":
    main()
