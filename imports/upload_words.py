"""The sentences that the browser says while it uploads; it has no catalogue of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _


def upload_words() -> dict[str, str]:
    """By the keys that static/imports/ uses; `{code}` and `{name}` are filled in there."""
    return _how_it_goes() | _what_passes() | _what_does_not() | _what_the_storage_says() | _files()


def _how_it_goes() -> dict[str, str]:
    """The state of an upload, and what can be pressed."""
    return {
        "is_sending": _("Sending."),
        "is_comparing": _("Comparing your file with what has arrived already."),
        "is_joining": _("All is sent; the storage finishes it."),
        "is_arrived": _("It is there."),
        "is_waiting": _("Interrupted."),
        "is_failed": _("Stopped."),
        "again": _("Try again"),
        "now": _("Try now"),
        "sign_in": _("Sign in"),
    }


def _what_passes() -> dict[str, str]:
    """The page tries again by itself."""
    return {
        "lost": _("The connection was lost. Sending goes on by itself when it is back."),
        "lost_long": _(
            "The connection was lost, again and again. Sending goes on by itself when it is back. "
            "If the network is there, something between you and the storage stops the file: "
            "tell your administrator."
        ),
        "away": _("The server cannot be reached. Sending goes on by itself when it is back."),
        "busy": _("The server or the storage is busy. Sending goes on by itself in a moment."),
        "expired": _("The permission to upload has run out. A new one is being asked for."),
    }


def _what_does_not() -> dict[str, str]:
    """A person must do something."""
    return {
        "broken": _(
            "The server made a mistake. Try again; if it happens again, tell your administrator."
        ),
        "offline": _("The server cannot be reached. Is the network there? Try again."),
        "signed_out": _("You were signed out. Sign in, and go on where you stopped."),
        "unreadable": _("The file cannot be read: it was changed or moved since you chose it."),
        "incomplete": _(
            "The storage has not kept all that was sent. Try again: what has arrived is not sent "
            "twice."
        ),
    }


def _what_the_storage_says() -> dict[str, str]:
    """Its refusals."""
    return {
        "too_large": _(
            "The storage refused the file: it is larger than when you chose it. Start again."
        ),
        "too_small": _("The storage refused the file: it is empty. Start again with another one."),
        "policy": _(
            "The storage refused the file: it is not what this upload was permitted for. Start "
            "again, and choose the file anew."
        ),
        "altered": _(
            "The storage refused the file: the permission was altered on its way, or the file has "
            "changed. Try again; if it happens again, tell your administrator ({code})."
        ),
        "forbidden": _(
            "The storage refused the file: the site may not write there. Tell your administrator "
            "({code})."
        ),
        "no_bucket": _(
            "The storage refused the file: the place for it does not exist. Tell your "
            "administrator ({code})."
        ),
        "no_key": _(
            "The storage refused the file: it does not know the site's key. Tell your "
            "administrator ({code})."
        ),
        "clock": _(
            "The storage refused the file: the server's clock is wrong. Tell your administrator "
            "({code})."
        ),
        "no_etag": _(
            "The storage does not tell this page what has arrived: its CORS rules must expose "
            "ETag. Tell your administrator."
        ),
        "refused": _(
            "The storage refused the file ({code}). Try again; "
            "if it happens again, tell your administrator."
        ),
    }


def _files() -> dict[str, str]:
    """Files that are not taken."""
    return {
        "one_file": _("One file at a time, please: an import is of one file."),
        "no_folder": _("That is a folder. Choose a file."),
        "another_file": _(
            "That is another file: its size is not that of {name}, which you began with."
        ),
    }
