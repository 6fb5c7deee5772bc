"""What the start page posts, validated: nothing that a browser says is taken on trust."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from imports.choices import modes_for
from imports.dialects import misfit_words
from imports.file_names import shown_name
from imports.targets import ImportTarget
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.given import Misfit, dialect_of, given_of
from lambda_worker.files.preview import SAMPLE_BYTES
from lambda_worker.files.reading import MOST_COLUMNS
from lambda_worker.plan import Mode, OnReject, Review

_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
"""NUL and halves of characters, which JSON can say and Postgres cannot keep."""


class FileForm(forms.Form):
    """A file as the browser describes it."""

    file_name = forms.CharField(strip=False)
    file_size = forms.IntegerField(min_value=0)
    fixes = forms.UUIDField(required=False)

    def clean_file_name(self) -> str:
        """As the browser says it, for display alone."""
        return shown_name(self.cleaned_data["file_name"])

    def clean_file_size(self) -> int:
        """Refused here in words, before the storage's policy refuses it in XML."""
        size: int = self.cleaned_data["file_size"]
        if size == 0:
            raise ValidationError(_("The file is empty."))
        if size > settings.SLUICE_MAX_UPLOAD_BYTES:
            sizes = {
                "size": filesizeformat(size),
                "most": filesizeformat(settings.SLUICE_MAX_UPLOAD_BYTES),
            }
            raise ValidationError(
                _("The file has %(size)s; at most %(most)s may be uploaded.") % sizes
            )
        return size


class SampleForm(FileForm):
    """A file with its first bytes."""

    sample = forms.FileField(allow_empty_file=True)
    given = forms.JSONField(required=False)
    anew = forms.BooleanField(required=False)

    def clean_sample(self) -> bytes:
        """The bytes themselves."""
        sample = self.cleaned_data["sample"]
        if sample.size > SAMPLE_BYTES:
            raise ValidationError(_("The sample is longer than the preview reads."))
        return bytes(sample.read())

    def clean_given(self) -> dict[str, Any]:
        """What the person says about the file's dialect."""
        try:
            return given_of(self.cleaned_data["given"] or {})
        except Misfit as misfit:
            raise ValidationError(misfit_words(misfit)) from misfit


class ImportForm(FileForm):
    """Everything that was decided about an import."""

    dialect = forms.JSONField()
    headers = forms.JSONField()
    mode = forms.ChoiceField()
    on_reject = forms.ChoiceField(choices=[(value.value, value.value) for value in OnReject])
    exclusive = forms.BooleanField(required=False)
    review = forms.ChoiceField(choices=[(value.value, value.value) for value in Review])

    def __init__(self, data: Any, *, target: ImportTarget, user: Any) -> None:
        super().__init__(data)
        modes = [(mode.value, mode.value) for mode in modes_for(target, user)]
        self.fields["mode"] = forms.ChoiceField(choices=modes)

    def clean_dialect(self) -> Dialect:
        """How the file is written, as the preview found it."""
        try:
            dialect = dialect_of(self.cleaned_data["dialect"])
        except Misfit as misfit:
            raise ValidationError(misfit_words(misfit)) from misfit
        _require_storable(*dialect.path, *dialect.paths, *dialect.nulls)
        return dialect

    def clean_headers(self) -> tuple[str, ...]:
        """The file's header, as the preview found it."""
        headers = self.cleaned_data["headers"]
        if not isinstance(headers, list) or not all(isinstance(h, str) for h in headers):
            raise ValidationError(_("The header is not a list of names."))
        if not 0 < len(headers) <= MOST_COLUMNS or len(set(headers)) != len(headers):
            raise ValidationError(_("The header does not name every column once."))
        _require_storable(*headers)
        return tuple(headers)

    def clean(self) -> dict[str, Any]:
        """Enums instead of strings, and the mapping from field to header."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        cleaned["mode"] = Mode(cleaned["mode"])
        cleaned["on_reject"] = OnReject(cleaned["on_reject"])
        cleaned["review"] = Review(cleaned["review"])
        cleaned["mapping"] = self._mapping(cleaned["headers"])
        return cleaned

    def _mapping(self, headers: tuple[str, ...]) -> dict[str, str]:
        """Field to header; whether the fields exist, and suffice, the plan's compiler judges."""
        mapping: dict[str, str] = {}
        for number, header in enumerate(headers):
            name = self.data.get(f"map-{number}")
            if not name:
                continue
            if name in mapping:
                raise ValidationError(
                    _("The columns %(one)s and %(other)s go into the same field.")
                    % {"one": mapping[name], "other": header}
                )
            mapping[name] = header
        return mapping


def _require_storable(*texts: str) -> None:
    if any(map(_UNSTORABLE.search, texts)):
        raise ValidationError(_("A name has a character that no database takes."))


def sentences(form: forms.Form) -> list[str]:
    """All that is wrong with a form, for the page."""
    return [str(error) for errors in form.errors.values() for error in errors]
