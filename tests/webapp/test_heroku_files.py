"""What Heroku reads says what the code needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from webapp.settings import NEEDED_ON_A_DYNO

ROOT: Final = Path(__file__).parents[2]
APP: Final[dict[str, Any]] = json.loads((ROOT / "app.json").read_text())


def test_app_json_asks_for_all_that_a_dyno_needs() -> None:
    required = {name for name, entry in APP["env"].items() if entry.get("required", True)}
    assert required == set(NEEDED_ON_A_DYNO) - {"DATABASE_URL"}, "the add-on sets DATABASE_URL"


def test_app_json_says_what_each_variable_is() -> None:
    assert all(entry["description"] for entry in APP["env"].values())


def test_the_database_is_declared_since_heroku_sees_no_psycopg2() -> None:
    assert any(addon["plan"].startswith("heroku-postgresql:") for addon in APP["addons"])


def test_there_is_no_worker_dyno() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["release", "web"]


def test_gunicorn_takes_its_configuration() -> None:
    web = (ROOT / "Procfile").read_text().partition("web: gunicorn ")[2].split()
    subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", *web],
        check=True,
        cwd=ROOT,
        env=dict(os.environ),
        timeout=60,
    )
