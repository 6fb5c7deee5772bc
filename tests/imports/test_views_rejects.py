"""The page of an import's rejects: who sees it, what it finds, and what can be taken away."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlencode
from uuid import uuid4

import pytest
from django.test import Client

from imports import reject_lists
from imports.models import ImportJob, ImportReject
from imports.reject_lists import groups_of
from lambda_worker.contract import TERMINAL, Status
from lambda_worker.files.dialect import Dialect
from lambda_worker.reject_groups import GROUPS_KEPT, Fault, Groups
from lambda_worker.strict_json import to_json
from tests.imports.factories import make_job, make_user
from tests.imports.web import MAY_IMPORT, client_of

pytestmark = pytest.mark.django_db

KEY = "results/x/1/rejects.csv"


@pytest.fixture
def user() -> Any:
    """The job's owner."""
    return make_user(*MAY_IMPORT)


@pytest.fixture
def client(user: Any) -> Client:
    """The owner's browser."""
    return client_of(user)


def too_long(line: int, value: str, header: str = "code") -> Fault:
    return Fault(line, header, header, value, "too_long", {"limit": 2})


def rejected(
    *faults: Fault,
    owner: Any,
    status: Status = Status.SUCCEEDED,
    written: Dialect | None = None,
    left_out: int = 0,
    **fields: Any,
) -> ImportJob:
    """A job with these faults, a row each, and a good row; its rejects stand as they were sent in
    `written`."""
    groups = Groups()
    groups.add(faults)
    told = {"dialect": to_json(written or Dialect()), "left_out": left_out}
    rows = {"records_read": len(faults) + 1, "rows_inserted": 1, "rows_rejected": len(faults)}
    reading = {"dialect": to_json(Dialect()), "as_sent": told}
    defaults = {"reject_key": KEY, "reject_summary": groups.summary(), "reading": reading}
    job = make_job(status, owner=owner, **{**rows, **defaults, **fields})
    kept = (ImportReject(job=job, **fault._asdict()) for fault in faults)
    ImportReject.objects.bulk_create(kept)
    return job


def page(client: Client, job: ImportJob, path: str = "rejects/", **query: Any) -> str:
    url = f"/imports/{job.pk}/{path}?{urlencode(query)}"
    return client.get(url, secure=True).content.decode()


def lines(text: str) -> list[str]:
    """Those of the list, as they are shown."""
    rows = text.partition('class="list"')[2].split('<tr><td class="number">')[1:]
    return [row.partition("<")[0] for row in rows]


# -- Who comes in -------------------------------------------------------------------------------

PATHS = ("rejects/", "rejects/as-sent/", "rejects.csv")


@pytest.mark.parametrize("path", PATHS)
def test_somebody_elses_rejects_are_not_found(client: Client, path: str) -> None:
    job = rejected(too_long(2, "XXX"), owner=make_user())
    assert client.get(f"/imports/{job.pk}/{path}", secure=True).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_those_who_see_all_imports_see_these_too(path: str) -> None:
    job = rejected(too_long(2, "XXX"), owner=make_user())
    client = client_of(make_user("view_all_imports"))
    assert client.get(f"/imports/{job.pk}/{path}", secure=True).status_code in (200, 302)


@pytest.mark.parametrize("path", PATHS)
def test_a_login_comes_first(path: str, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    response = Client().get(f"/imports/{job.pk}/{path}", secure=True)
    assert (response.status_code, "login" in response["Location"]) == (302, True)


@pytest.mark.parametrize("path", PATHS)
def test_a_job_without_rejects_has_no_page_of_them(client: Client, user: Any, path: str) -> None:
    job = make_job(Status.SUCCEEDED, owner=user)
    assert client.get(f"/imports/{job.pk}/{path}", secure=True).status_code == 404


# -- By fault -----------------------------------------------------------------------------------


def test_faults_are_grouped_with_counts_and_examples(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), too_long(1234, "YYY"), too_long(7, "N", "name"), owner=user)
    text = page(client, job)
    assert text.count("Longer than 2 characters</a>") == 2
    assert "line 1,234" in text
    assert [(group.header, group.rows) for group in groups_of(job)] == [("code", 2), ("name", 1)]


def test_a_group_opens_its_list(client: Client, user: Any) -> None:
    required = Fault(5, "name", "name", "", "required", {})
    job = rejected(too_long(2, "XXX"), required, too_long(7, "YYY"), owner=user)
    tokens = [group.token for group in groups_of(job)]
    assert lines(page(client, job)) == ["2", "5", "7"]
    assert [lines(page(client, job, fault=token)) for token in tokens] == [["2", "7"], ["5"]]


def test_rules_of_one_column_are_told_apart(client: Client, user: Any) -> None:
    faults = [Fault(n, "a", "a", "x", "pattern", {"message": f"rule {n % 2}"}) for n in range(2, 5)]
    job = rejected(*faults, owner=user)
    token = groups_of(job)[0].token
    assert lines(page(client, job, fault=token)) == ["2", "4"]


def test_a_group_that_is_not_there_is_not_found(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    assert client.get(f"/imports/{job.pk}/rejects/?fault=abc", secure=True).status_code == 404


def test_a_fault_that_only_a_newer_worker_knows_is_shown(client: Client, user: Any) -> None:
    job = rejected(Fault(2, "a", "a", "x", "from_tomorrow", {}), owner=user)
    assert "from_tomorrow" in page(client, job)


def test_the_summary_of_an_older_worker_is_shown(client: Client, user: Any) -> None:
    old = {"header": "code", "value": "XK", "code": "too_long", "params": {"limit": 2}, "rows": 9}
    job = rejected(owner=user, reject_summary=[old])
    assert "Longer than 2 characters" in page(client, job)


def test_a_value_turns_no_words_around_and_its_signs_are_seen(client: Client, user: Any) -> None:
    faults = too_long(2, "evil\u202egpj"), too_long(3, "קשת", "name")
    job = rejected(*faults, owner=user, file_name="\u202egpj.exe")
    told = page(client, job)
    assert "\u202e" not in told + page(client, job, path="")
    assert "“evil⟨RLO⟩gpj” is longer" in told
    assert "“\u2068קשת\u2069” is longer" in told
    assert "“\u2068קשת\u2069” is longer" in page(client, job, path="")


@pytest.mark.parametrize("letter", ["L", "ק"])
def test_a_long_value_is_short_in_sentences(client: Client, user: Any, letter: str) -> None:
    faults = [too_long(2, letter * 200), too_long(3, letter * 200, "name")]
    job = rejected(*faults, too_long(4, "XXX", "name"), owner=user)
    assert letter * 60 not in page(client, job, path="")
    assert page(client, job).count(letter * 200) == 4


def test_the_window_is_called_after_the_file_too(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user, file_name="a.csv")
    assert "<title>Rejected rows · a.csv | Imports</title>" in page(client, job)


# -- Search -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("xx", ["2"]),
        ("NAM", ["70"]),
        ("70", ["70"]),
        ("1,234", ["1234"]),
        ("%", ["8"]),
        ("_", ["9"]),
        ("\\", ["10"]),
        ("'", ["11"]),
        ('"', ["12"]),
        ("99999999999999999999", []),
        ("²", []),
        ("\0xx", ["2"]),
        ("  xx ", ["2"]),
        ("' OR 1=1 --", []),
    ],
)
def test_values_columns_and_lines_are_searched(
    client: Client, user: Any, sought: str, found: list[str]
) -> None:
    values = {2: "XXX", 8: "5%", 9: "a_b", 10: "c\\d", 11: "O'Hara", 12: 'say "x"', 1234: "YYY"}
    faults = [too_long(line, value) for line, value in values.items()]
    job = rejected(*faults, too_long(70, "ZZZ", "name"), owner=user)
    assert [line.replace(",", "") for line in lines(page(client, job, q=sought))] == found


def test_a_search_stays_inside_of_its_group(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), too_long(3, "XXX", "name"), owner=user)
    token = groups_of(job)[1].token
    assert lines(page(client, job, fault=token, q="x")) == ["3"]


def test_what_is_not_there_is_said(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    assert "Nothing found" in page(client, job, q="abc")


def test_nothing_of_a_file_or_a_search_is_taken_for_markup(client: Client, user: Any) -> None:
    evil = "<script>alert(1)</script>"
    fault = Fault(2, "a", evil, evil, "not_a_choice", {"choices": [evil], "near": evil})
    job = rejected(fault, owner=user, file_name=evil)
    told = page(client, job, q=evil) + page(client, job, path="")
    assert evil not in told
    assert "&lt;script&gt;" in told


# -- Pages --------------------------------------------------------------------------------------


def test_pages_go_on_where_they_ended(
    client: Client, user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reject_lists, "PAGE_SIZE", 2)
    faults = [too_long(line, "XXX") for line in (2, 3, 3, 4, 5)]
    job = rejected(*faults, owner=user)
    first = page_at(job)
    second = page_at(job, after=first.after)
    assert (numbers(first), first.before) == ([2, 3], "")
    assert (numbers(second), numbers(page_at(job, after=second.after))) == ([3, 4], [5])
    assert page_at(job, before=second.before) == first
    assert f"?after={second.after}#list" in page(client, job, after=first.after)


def page_at(job: ImportJob, **place: str) -> reject_lists.Page:
    return reject_lists.page_of(reject_lists.found_in(job, None, ""), **place)


def numbers(found: reject_lists.Page) -> list[int]:
    return [reject.line for reject in found.rejects]


@pytest.mark.parametrize("place", ["x", "1", "1-", "9" * 30 + "-1", "-1-1", "2-²"])
def test_a_place_that_is_none_is_the_first_page(client: Client, user: Any, place: str) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    assert lines(page(client, job, after=place)) == ["2"]
    assert lines(page(client, job, before=place)) == ["2"]


def test_that_only_the_first_faults_are_here_is_said(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    assert "The first 1,000 faults" not in page(client, job)
    job.reject_summary[0]["rows"] = 1001
    many = rejected(too_long(2, "XXX"), owner=user, reject_summary=job.reject_summary)
    assert "The first 1,000 faults" in page(client, many)


def test_it_is_said_where_more_kinds_of_faults_may_be_than_are_summed_up(
    client: Client, user: Any
) -> None:
    faults = [too_long(2, "fr", header=f"column {n}") for n in range(GROUPS_KEPT + 1)]
    job = rejected(*faults, owner=user)
    assert "The first 1,000 faults of the file" in page(client, job)


def test_a_page_is_a_handful_of_queries(
    client: Client, user: Any, django_assert_max_num_queries: Any
) -> None:
    job = rejected(*(too_long(line, "XXX") for line in range(2, 40)), owner=user)
    with django_assert_max_num_queries(8):
        page(client, job)


# -- Files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "key", "name"),
    [
        ("rejects.csv", KEY, "countries-rejects.csv"),
        ("rejects/as-sent/", "results/x/1/as-sent", "countries-to-fix.csv"),
    ],
)
def test_files_come_by_a_signed_link(
    client: Client, user: Any, path: str, key: str, name: str
) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    response = client.get(f"/imports/{job.pk}/{path}", secure=True)
    address = unquote(response["Location"])
    assert (response.status_code, f"/{key}?" in address, name in address) == (302, True, True)
    assert "X-Amz-Signature" in address


def test_rejects_of_a_worker_that_wrote_no_such_file_have_none(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user, reading={})
    assert "as-sent" not in page(client, job)
    assert client.get(f"/imports/{job.pk}/rejects/as-sent/", secure=True).status_code == 404


def test_that_the_encoding_is_another_is_said(client: Client, user: Any) -> None:
    reading = {
        "dialect": to_json(Dialect(encoding="cp1252")),
        "as_sent": {"dialect": to_json(Dialect()), "left_out": 0},
    }
    job = rejected(too_long(2, "XXX"), owner=user, reading=reading)
    assert "so it is in UTF-8" in page(client, job)
    assert "so it is in UTF-8" not in page(client, rejected(too_long(2, "XXX"), owner=user))


def test_that_rows_are_left_out_is_said(client: Client, user: Any) -> None:
    assert "3 rows are too long" in page(
        client, rejected(too_long(2, "XXX"), owner=user, left_out=3)
    )


# -- Putting right ------------------------------------------------------------------------------


def test_fix_and_upload_begins_an_import_of_the_same_mapping(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    link = f"/imports/new/?target=airports.country&amp;fixes={job.pk}"
    assert link in page(client, job)
    assert link in page(client, job, path="")


def test_who_may_not_import_is_not_asked_to() -> None:
    user = make_user()
    job = rejected(too_long(2, "XXX"), owner=user)
    assert "fixes=" not in page(client_of(user), job)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.SUCCEEDED, "All other rows are in."),
        (Status.FAILED, "upload the whole file again"),
        (Status.CANCELLED, "upload the whole file again"),
        (Status.IN_REVIEW, "Apply the good rows first"),
        (Status.QUEUED, "at work again"),
    ],
)
def test_what_is_to_be_done_depends_on_what_was_written(
    client: Client, user: Any, status: Status, words: str
) -> None:
    job = rejected(too_long(2, "XXX"), owner=user, status=status)
    assert words in page(client, job)
    assert ("fixes=" in page(client, job)) is (status in TERMINAL)


def test_where_every_row_is_rejected_none_is_called_in(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user, records_read=1, rows_inserted=0)
    assert "No row is in." in page(client, job)
    assert "All other rows are in." not in page(client, job)


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_where_nothing_was_written_the_rejects_alone_are_no_way(
    client: Client, user: Any, status: Status
) -> None:
    text = page(client, rejected(too_long(2, "XXX"), owner=user, status=status))
    assert 'class="button default" href="/imports/new/' in text
    assert "The good rows are in neither." in text
    assert "Both can be put right" not in text


def test_the_same_file_again_is_not_said_to_be_applied(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user, status=Status.IN_REVIEW, repeats_id=uuid4())
    assert "Decide first" in page(client, job)


def test_who_can_upload_nothing_is_not_told_to() -> None:
    looker = client_of(make_user("view_all_imports"))
    for status in (Status.SUCCEEDED, Status.FAILED, Status.IN_REVIEW):
        text = page(looker, rejected(too_long(2, "XXX"), owner=make_user(), status=status))
        assert "upload" not in text.partition("<main")[2]


def test_the_import_that_put_it_right_is_named(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    fix = make_job(Status.SUCCEEDED, owner=user, fixes_id=job.pk, file_name="fixed.csv")
    for path in ("", "rejects/"):
        assert f'Put right with <a href="/imports/{fix.pk}/">fixed.csv</a>' in page(
            client, job, path
        )
    assert f'href="/imports/{job.pk}/"' in page(client, fix, "")


def test_an_import_that_failed_put_nothing_right(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    make_job(Status.FAILED, owner=user, fixes_id=job.pk)
    assert "Put right with" not in page(client, job)


def test_somebody_elses_import_that_put_it_right_is_not_named(client: Client, user: Any) -> None:
    job = rejected(too_long(2, "XXX"), owner=user)
    make_job(Status.SUCCEEDED, owner=make_user(), fixes_id=job.pk)
    assert "Put right with" not in page(client, job)
