"""Who may do what: every address by every method, as everybody. A new address needs its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from imports import queues, urls
from imports.models import ImportJob
from lambda_worker.contract import Status
from lambda_worker.files.dialect import Dialect
from lambda_worker.strict_json import to_json
from tests.imports.factories import make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of, import_fields, preview_fields

pytestmark = pytest.mark.django_db

ROLES: Final[dict[str, tuple[tuple[str, ...], bool]]] = {
    "anonymous": ((), False),
    "stranger": ((), False),
    "viewer": (("view_country",), True),
    "importer": ((*MAY_IMPORT, "view_country"), True),
    "owner": (MAY_IMPORT, False),
    "overseer": (("view_all_imports",), True),
    "operator": (("view_all_imports", "change_importjob"), True),
}
"""Permissions, and whether they are staff. None of them but the owner has a job."""

# What each of them gets, in that order: L a login, F 403, N 404, Y the answer.
EVERYBODY: Final = "LYYYYYY"
IMPORT: Final = "LFFYYFF"
FIX: Final = "LFFNYFF"
LOOK: Final = "LNNNYYY"
ACT: Final = "LNNNYFY"
ROWS: Final = "LNNNYFF"

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFUSALS: Final = {"F": 403, "N": 404}

Fields = Callable[[ImportJob], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One way to ask: who gets what, the status of the answer, and what is sent along. `status` is
    the job's, `job` has its other fields."""

    method: str
    reach: str
    answer: int = 200
    fields: Fields = lambda _job: {}
    status: Status = Status.AWAITING_UPLOAD
    job: dict[str, Any] = field(default_factory=dict)


REJECTED: Final = {
    "reject_key": "results/x/1/rejects.csv",
    "records_read": 1,
    "rows_rejected": 1,
    "reject_summary": [
        {"field": "", "header": "", "code": "required", "params": {}, "value": "", "rows": 1}
    ],
    "reading": {
        "dialect": to_json(Dialect()),
        "as_sent": {"dialect": to_json(Dialect()), "left_out": 0},
    },
}


TABLE: Final[dict[str, list[Row]]] = {
    "list": [Row("GET", EVERYBODY)],
    "settings": [
        Row("GET", EVERYBODY),
        Row("POST", EVERYBODY, 302, lambda _job: {"when": "never"}),
    ],
    "start": [
        Row("GET", IMPORT),
        Row("GET", IMPORT, fields=lambda _job: {"target": "airports.country"}),
        Row("GET", "LFFFFFF", fields=lambda _job: {"target": "airports.airport"}),
        Row("GET", FIX, fields=lambda job: {"fixes": str(job.pk)}),
    ],
    "preview": [
        Row("POST", IMPORT, fields=lambda _job: preview_fields()),
        Row("POST", "LFFFFFF", fields=lambda _job: preview_fields(target="airports.airport")),
        Row("POST", FIX, fields=lambda job: preview_fields(fixes=str(job.pk))),
    ],
    "create": [
        Row("POST", IMPORT, 201, lambda _job: import_fields()),
        Row("POST", "LFFFFFF", fields=lambda _job: import_fields(target="airports.airport")),
        Row("POST", "LFFFFFF", fields=lambda _job: import_fields(exclusive="true")),
        Row("POST", FIX, 201, lambda job: import_fields(fixes=str(job.pk))),
    ],
    "targets": [Row("GET", IMPORT)],
    "target": [Row("GET", IMPORT)],
    "sample": [Row("GET", IMPORT)],
    "job": [Row("GET", LOOK)],
    "progress": [Row("GET", LOOK)],
    "outcome": [Row("GET", LOOK)],
    "rejects": [Row("GET", LOOK, status=Status.SUCCEEDED, job=REJECTED)],
    "rejects_as_sent": [Row("GET", LOOK, 302, status=Status.SUCCEEDED, job=REJECTED)],
    "reject_file": [Row("GET", LOOK, 302, status=Status.SUCCEEDED, job=REJECTED)],
    "upload_form": [Row("POST", ACT)],
    "upload_parts": [Row("POST", ACT, 409)],  # it goes in one piece
    "uploaded": [Row("POST", ACT, 204)],
    "cancel": [Row("POST", ACT, 302)],
    "retry": [Row("POST", ACT, 302, status=Status.FAILED)],
    "changes": [Row("GET", ROWS, 302, status=Status.IN_REVIEW)],
    "check_again": [Row("POST", ACT, 302, status=Status.IN_REVIEW)],
    "approve": [Row("POST", ACT, 302, status=Status.IN_REVIEW)],
    "nothing": [Row("GET", "LNNNNNN", 404)],
}

ASKED: Final = [(name, row) for name, rows in TABLE.items() for row in rows]
POSTED: Final = [(name, row) for name, row in ASKED if row.method == "POST"]
PAGES: Final = [(name, row) for name, row in ASKED if row.method == "GET" and row.answer == 200]


@pytest.fixture
def owner() -> Any:
    """Who has the job."""
    return in_role("owner")


@pytest.fixture(autouse=True)
def no_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told anything."""
    monkeypatch.setattr(queues, "send_on_commit", lambda *_args: None)
    monkeypatch.setattr(queues, "send", lambda *_args: None)


def in_role(role: str) -> Any:
    """Somebody new in this role."""
    permissions, is_staff = ROLES[role]
    return make_user(*permissions, is_staff=is_staff)


def client_as(role: str, owner: Any) -> Client:
    """The browser of somebody in this role."""
    if role == "anonymous":
        return Client()
    if role == "owner":
        return client_of(owner)
    return client_of(in_role(role))


def ask(client: Client, name: str, row: Row, owner: Any) -> Any:
    """The answer to the row's request about a job of the owner's."""
    job = make_job(row.status, owner=owner, **{"plan": {"mode": "insert"}, **row.job})
    (pattern,) = (one for one in urls.urlpatterns if one.name == name)
    known = {"pk": job.pk, "label": "airports.country", "rest": "nothing"}
    wanted = {key: known[key] for key in pattern.pattern.converters}
    address = reverse(f"imports:{name}", kwargs=wanted)
    return getattr(client, row.method.lower())(address, row.fields(job), secure=True)


def is_login(response: Any) -> bool:
    return bool(response.status_code == 302 and response["Location"].startswith(reverse("login")))


def test_the_table_has_every_address() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "row"), ASKED)
def test_everybody_gets_what_is_theirs(name: str, row: Row, role: str, owner: Any) -> None:
    response = ask(client_as(role, owner), name, row, owner)
    expected = row.reach[list(ROLES).index(role)]
    assert is_login(response) == (expected == "L")
    if expected != "L":
        assert response.status_code == REFUSALS.get(expected, row.answer)


@pytest.mark.parametrize("role", ["anonymous", "stranger", "owner"])
@pytest.mark.parametrize("name", TABLE)
def test_no_other_method_does_anything(name: str, role: str, owner: Any) -> None:
    client = client_as(role, owner)
    for method in set(METHODS) - {row.method for row in TABLE[name]}:
        assert ask(client, name, Row(method, ""), owner).status_code == 405


@pytest.mark.parametrize(("name", "row"), POSTED)
def test_nothing_is_changed_without_the_token(name: str, row: Row, owner: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert ask(client, name, row, owner).status_code == 403


@pytest.mark.parametrize(("name", "row"), PAGES)
def test_people_who_are_no_staff_are_led_to_no_admin_page(name: str, row: Row, owner: Any) -> None:
    response = ask(client_of(owner), name, row, owner)
    assert 'href="/admin' not in response.content.decode()


@pytest.mark.parametrize("name", ["reject_file", "rejects_as_sent"])
def test_a_download_is_a_link_that_holds_for_minutes(name: str, owner: Any) -> None:
    location = ask(client_of(owner), name, TABLE[name][0], owner)["Location"]
    assert "/results/x/1/" in location
    (seconds,) = parse_qs(urlsplit(location).query)["X-Amz-Expires"]
    assert int(seconds) <= 15 * 60


@pytest.mark.parametrize(
    ("name", "status", "answer"),
    [
        ("job", Status.SUCCEEDED, 200),
        ("cancel", Status.AWAITING_UPLOAD, 302),
        ("upload_form", Status.AWAITING_UPLOAD, 403),
        ("upload_parts", Status.AWAITING_UPLOAD, 403),
        ("uploaded", Status.AWAITING_UPLOAD, 403),
        ("retry", Status.FAILED, 403),
        ("approve", Status.IN_REVIEW, 403),
        ("changes", Status.IN_REVIEW, 403),
    ],
)
def test_whose_right_is_withdrawn_sees_the_job_and_goes_on_with_nothing(
    name: str, status: Status, answer: int
) -> None:
    owner = in_role("stranger")
    row = replace(TABLE[name][0], status=status)
    assert ask(client_of(owner), name, row, owner).status_code == answer


@pytest.mark.parametrize(
    ("role", "arguments"),
    [
        ("stranger", []),
        ("viewer", []),
        ("overseer", []),
        ("operator", []),
        ("importer", ["--exclusive"]),
    ],
)
def test_the_command_imports_for_nobody_who_may_not(
    role: str, arguments: list[str], tmp_path: Path
) -> None:
    user = in_role(role)
    path = tmp_path / "countries.csv"
    path.write_bytes(b"code,name\nFR,France\n")
    with pytest.raises(CommandError, match="may not"):
        call_command("import_file", "airports.country", path, "--user", user.username, *arguments)
    assert not ImportJob.objects.exists()
