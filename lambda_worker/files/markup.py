"""Texts that are documents, not tables: what a browser or a word processor saves."""

from __future__ import annotations

from typing import Final

_BEGINNINGS: Final = (
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<table", "HTML"),
    (b"<?xml", "XML"),
    (b"{\\rtf", "RTF"),
)
"""In small letters, without blanks before them: no first name of a column begins so."""


def markup_of(text: bytes) -> str:
    """What to call such a text by its first letters, in UTF-8; empty where it is none."""
    beginning = text[:1024].lstrip()[:16].lower()
    found = (name for letters, name in _BEGINNINGS if beginning.startswith(letters))
    return next(found, "")
