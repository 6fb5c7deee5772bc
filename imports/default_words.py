"""What a row gets where its file says nothing, in a sentence."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from imports.value_words import quoted
from lambda_worker.kinds import NUMBERS
from lambda_worker.plan import ColumnPlan, Default, Kind, Source

_SOURCES: Final = {
    Source.NOW: gettext_noop("Becomes the moment of the import."),
    Source.TODAY: gettext_noop("Becomes the day of the import."),
    Source.UUID: gettext_noop("Becomes a new UUID."),
    Source.DATABASE: gettext_noop("The database fills it in."),
}


def default_words(default: Default | None, column: ColumnPlan) -> str:
    """The default of a column's field; that it stays empty where there is none."""
    if default is not None and default.source is not Source.STATIC:
        return _(_SOURCES[default.source])
    if default is None or not default.value:
        return _("Stays empty.")
    if column.listed:
        return _("Becomes an empty list.") if default.value == "{}" else _("Gets its default.")
    if column.kind in (Kind.BASE64, Kind.HEX):
        return _("Gets its default.")
    return _("Becomes %(value)s.") % {"value": quoted(_as_in_file(default.value, column))}


def _as_in_file(text: str, column: ColumnPlan) -> str:
    """The default as a file would say it; of choices the label."""
    labels = {choice.value: choice.label for choice in column.choices}
    if text in labels:
        return labels[text]
    if column.kind is Kind.BOOLEAN:
        return (column.read_as.true if text == "true" else column.read_as.false)[0]
    return text.replace(".", column.read_as.decimal) if column.kind in NUMBERS else text
