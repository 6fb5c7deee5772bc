"""import_file: a browser's way, for operators and scripts."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from imports.management.commands import import_file
from imports.models import ImportJob
from imports.posting import UploadRefused
from imports.testing import work_on
from imports.uploads import NotUploadable, UploadForm
from lambda_worker.contract import COUNT_COLUMNS, Status, upload_key
from tests.imports.factories import make_user
from webapp.airports.models import Country

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "code,name\nFR,France\nDE,Germany\n"


@pytest.fixture(autouse=True)
def admin() -> Any:
    return make_user(username="admin", is_superuser=True)


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> list[UploadForm]:
    """Instead of the bucket, queue and Lambda: what is posted is worked on at once."""
    forms: list[UploadForm] = []

    def post(form: UploadForm, path: Path) -> None:
        forms.append(form)
        job = ImportJob.objects.get()
        assert form.fields["key"] == upload_key(job.pk)
        work_on(job, path.read_bytes())

    monkeypatch.setattr(import_file, "post_file", post)
    monkeypatch.setattr(import_file, "POLL_SECONDS", 0.01)
    return forms


@pytest.fixture
def csv(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "countries.csv"
        path.write_text(text)
        return str(path)

    return write


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("import_file", *arguments, stdout=said, stderr=io.StringIO())
    return said.getvalue()


@pytest.mark.usefixtures("chain")
def test_the_json_has_the_whole_outcome(csv: Callable[[str], str]) -> None:
    found = json.loads(run("airports.country", csv(GOOD), "--wait", "--json"))
    counts = {name: found[name] for name in ("records_read", *COUNT_COLUMNS)}
    assert counts == {**dict.fromkeys(COUNT_COLUMNS, 0), "records_read": 2, "rows_inserted": 2}
    assert (found["status"], found["attempt"], found["request_id"]) == ("succeeded", 1, "test")
    assert found["job"] == str(ImportJob.objects.get().pk)
    assert [mail["sent"] for mail in found["mails"]] == [True]


@pytest.mark.usefixtures("chain")
def test_the_rejects_are_pointed_to(csv: Callable[[str], str]) -> None:
    found = json.loads(run("airports.country", csv("code,name\nfr,X\n"), "--wait", "--json"))
    assert (found["status"], found["rows_rejected"]) == ("succeeded", 1)
    assert found["reject_key"] in found["rejects_url"]


@pytest.mark.usefixtures("chain")
def test_words_are_for_people(csv: Callable[[str], str]) -> None:
    said = run("airports.country", csv(GOOD), "--wait")
    assert "inserted: 2" in said
    assert "https://sluice.example.com/imports/" in said


@pytest.mark.usefixtures("chain")
def test_a_failed_import_exits_with_1(csv: Callable[[str], str]) -> None:
    path = csv("code,name\nfr,X\n")
    with pytest.raises(SystemExit) as end:
        run("airports.country", path, "--wait", "--json", "--on-reject", "abort")
    assert end.value.code == 1


@pytest.mark.usefixtures("chain")
def test_an_import_in_review_is_waited_for_no_longer(csv: Callable[[str], str]) -> None:
    with pytest.raises(SystemExit):
        run("airports.country", csv(GOOD), "--wait", "--review", "always")
    assert ImportJob.objects.get().status == Status.IN_REVIEW


@pytest.mark.usefixtures("chain")
def test_columns_can_be_mapped_by_hand(csv: Callable[[str], str]) -> None:
    path = csv("code,name,a=b\nFR,x,France\n")
    run("airports.country", path, "--wait", "--map", "a=b=name", "--map", "name=")
    assert Country.objects.get().name == "France"


@pytest.mark.usefixtures("chain")
def test_it_is_somebody_s_import(csv: Callable[[str], str]) -> None:
    pat = make_user("add_country", username="pat")
    run("airports.country", csv(GOOD), "--user", "pat")
    assert ImportJob.objects.get().owner == pat


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["airports.plane"], "airports.plane"),
        (["airports.airport"], "needs a column"),
        (["airports.country", "--map", "kode=code"], "no column 'kode'"),
        (["airports.country", "--map", "code"], "HEADER=FIELD"),
        (["airports.country", "--map", "code=id"], "cannot fill 'id'"),
        (["airports.country", "--user", "nobody"], "no active user"),
    ],
)
def test_a_wrong_call_is_answered_in_words(
    csv: Callable[[str], str], arguments: list[str], sentence: str
) -> None:
    target, *rest = arguments
    with pytest.raises(CommandError, match=sentence):
        run(target, csv(GOOD), *rest)
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("text", ["", "PK\x03\x04 zip"])
def test_a_file_that_cannot_be_read_is_not_uploaded(csv: Callable[[str], str], text: str) -> None:
    with pytest.raises(CommandError):
        run("airports.country", csv(text))
    assert not ImportJob.objects.exists()


def test_a_user_without_the_permission_is_refused(csv: Callable[[str], str]) -> None:
    make_user(username="pat")
    with pytest.raises(CommandError, match="may not import"):
        run("airports.country", csv(GOOD), "--user", "pat")


def test_a_refused_upload_leaves_a_cancelled_job(
    csv: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(form: UploadForm, path: Path) -> None:
        raise UploadRefused(403, "AccessDenied", "Policy expired.")

    monkeypatch.setattr(import_file, "post_file", refuse)
    with pytest.raises(CommandError, match=r"AccessDenied: Policy expired\."):
        run("airports.country", csv(GOOD))
    assert ImportJob.objects.get().status == Status.CANCELLED


def test_a_big_file_goes_in_parts(
    csv: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def send(job: ImportJob, path: Path, told: Callable[[int], None]) -> None:
        told(job.declared_size)
        work_on(job, path.read_bytes())

    settings.SLUICE_PARTS_ABOVE_BYTES = len(GOOD) - 1
    monkeypatch.setattr(import_file, "send_parts", send)
    assert json.loads(run("airports.country", csv(GOOD), "--wait", "--json"))["rows_inserted"] == 2


def test_an_upload_that_somebody_has_cancelled_is_no_crash(
    csv: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def cancelled(*_: Any) -> None:
        raise NotUploadable

    settings.SLUICE_PARTS_ABOVE_BYTES = 0
    monkeypatch.setattr(import_file, "send_parts", cancelled)
    with pytest.raises(CommandError, match="cancelled"):
        run("airports.country", csv(GOOD))


def test_waiting_has_an_end(csv: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_file, "post_file", lambda form, path: None)
    monkeypatch.setattr(import_file, "POLL_SECONDS", 0.01)
    with pytest.raises(CommandError, match="Still queued after 0"):
        run("airports.country", csv(GOOD), "--wait", "--timeout", "0.05")
