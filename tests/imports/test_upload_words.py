"""The browser has a sentence for all that an upload can meet."""

from __future__ import annotations

import re
from pathlib import Path

import imports
from imports.upload_words import upload_words

SCRIPTS = Path(imports.__file__).parent / "static" / "imports"

SILENT = {"cancelled", "moved_on", "gone"}
"""The page leaves, or the upload begins anew."""


def keys(script: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, (SCRIPTS / script).read_text(encoding="utf-8")))


def test_every_refusal_of_the_storage_has_its_sentence() -> None:
    found = keys("storage_error.js", r': "(\w+)"|\? "(\w+)"')
    named = {name for pair in found for name in pair if name}
    assert {"too_large", "policy", "expired"} <= named
    assert named - SILENT <= upload_words().keys()


def test_every_error_of_the_scripts_has_its_sentence() -> None:
    scripts = ("upload.js", "deliver.js", "server.js", "part_sender.js", "line.js")
    found = set().union(*(keys(name, r'UploadError\("(\w+)"') for name in scripts))
    assert {"away", "busy", "no_etag", "incomplete"} <= found
    assert found - SILENT <= upload_words().keys()
