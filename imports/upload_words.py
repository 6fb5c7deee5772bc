"""The sentences that the browser says while it uploads; it has no catalogue of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _


def upload_words() -> dict[str, str]:
    """By the keys that static/imports/ uses; `{code}` is filled in there."""
    return {
        "arrived": _("It is there."),
        "offline": _("The server cannot be reached. Is the network there? Try again."),
        "broken": _(
            "The server made a mistake. Try again; if it happens again, tell your administrator."
        ),
        "unreadable": _("The file cannot be read: it was changed or moved since you chose it."),
        "lost": _(
            "The connection was lost before the whole file had been sent. "
            "Nothing was imported; try again."
        ),
        "too_large": _(
            "The storage refused the file: it is larger than when you chose it. Start again."
        ),
        "too_small": _("The storage refused the file: it is empty. Start again with another one."),
        "expired": _("The permission to upload has run out. Try again to get a new one."),
        "busy": _("The storage is busy. Try again in a moment."),
        "refused": _(
            "The storage refused the file ({code}). Try again; "
            "if it happens again, tell your administrator."
        ),
    }
