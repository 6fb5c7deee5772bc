"""Every page as axe-core is shown it, and what it finds there by WCAG 2.2 AA and its own good
practice. A new page joins VIEWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from imports import jobs
from imports.models import ImportJob, ImportReject
from imports.registry import get_target
from imports.testing import run_import
from lambda_worker.contract import Status
from lambda_worker.files.dialect import Dialect
from lambda_worker.plan import FilePlan, Mode, Review
from tests.imports.factories import make_attempt, make_job
from webapp.airports.models import Country

RULES: Final = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
"""Axe's names of what is asked for."""

THEMES: Final = ("light", "dark")
"""By the admin's own switch."""

Plant = Callable[[Any], str]


def faults(page: Page) -> list[str]:
    """What axe finds: each rule with each element that breaks it."""
    options = {"runOnly": {"type": "tag", "values": list(RULES)}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


def use_theme(page: Page, theme: str) -> None:
    """At once: what fades from one colour into the other has too little contrast meanwhile."""
    page.add_style_tag(content="* { transition: none !important; }")
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)


def nothing(page: Page) -> None:
    """The page is ready as it comes."""


@dataclass(frozen=True)
class View:
    """A page in one state: `plant` makes its rows for the user and returns its path, `then` does
    what a person does there first."""

    plant: Plant
    then: Callable[[Page], None] = nothing


# -- Rows ---------------------------------------------------------------------------------------

LONG: Final = "word" * 40
"""A name without a place to break it; shorter than a file system's longest."""

COUNTRIES: Final = b"code,name,note\nDE,Germany,x\nFR,France,\n"


def job_of(owner: Any, status: Status, **fields: Any) -> ImportJob:
    """A job with a whole plan."""
    asked = jobs.create_job(
        get_target("airports.country"),
        user=owner,
        file=FilePlan(name="countries.csv", dialect=Dialect(), headers=("code", "name", "note")),
        size=1_234_567,
        mapping={"code": "code", "name": "name"},
        mode=Mode.UPSERT,
    )
    plan = {"plan": asked.plan, "plan_version": asked.plan_version}
    asked.delete()
    return make_job(status, owner=owner, **plan, **fields)


def path_of(job: ImportJob) -> str:
    return f"/imports/{job.pk}/"


def state(status: Status, **fields: Any) -> Plant:
    """A job in a state where no worker has a hand in it."""
    return lambda owner: path_of(job_of(owner, status, **fields))


def running(**attempt: Any) -> Plant:
    """A job in the middle of its check."""

    def plant(owner: Any) -> str:
        job = job_of(owner, Status.CHECKING, records_read=1_234_567)
        make_attempt(job, done=3, total=8, records_read=1_234_567, **attempt)
        return path_of(job)

    return plant


def reviewed(owner: Any) -> str:
    """One that waits for its review, with a row of each kind."""
    for code, name in (("DE", "Germany"), ("FR", "Frankreich")):
        Country.objects.create(code=code, name=name)
    file = "code,name\nDE,Germany\nFR,France\nJP,Japan\nx,Nowhere\n"
    choices: dict[str, Any] = {"mode": Mode.UPSERT, "review": Review.ALWAYS}
    return path_of(run_import("airports.country", file, user=owner, **choices).job)


def with_rejects(owner: Any, **fields: Any) -> ImportJob:
    """Done, but not wholly."""
    group = {"header": "name", "value": "", "code": "required", "params": {}}
    counts = {"records_read": 70, "rows_inserted": 60, "rows_rejected": 10}
    found = {"reject_key": "results/x/1/rejects.csv", "reject_summary": [{**group, "rows": 9}]}
    told = {"finished_at": timezone.now(), **counts, **found, **fields}
    job = job_of(owner, Status.SUCCEEDED, **told)
    make_attempt(job, phase="applying", finished_at=timezone.now(), outcome="succeeded")
    for line in range(2, 12):
        fault = {"header": "name", "field": "name", "code": "required"}
        ImportReject.objects.create(job=job, line=line, **fault)
    return job


def many(owner: Any) -> str:
    """A list with everything in it."""
    for status in sorted({*Status} - {Status.SUCCEEDED}):
        job_of(owner, Status(status))
    with_rejects(owner)
    return "/imports/"


def long_name(owner: Any) -> ImportJob:
    """One whose file and column have each a name that is one long word."""
    fault = {"header": LONG, "value": LONG, "code": "too_long", "params": {"limit": 2}}
    summary = [{**fault, "rows": 1}]
    job = with_rejects(owner, file_name=f"{LONG}.csv", reject_summary=summary)
    ImportReject.objects.create(job=job, line=99, field="name", **fault)
    return job


def long_list(owner: Any) -> str:
    """The list with it."""
    long_name(owner)
    return "/imports/"


def preview(page: Page, name: str = "countries.csv", content: bytes = COUNTRIES) -> None:
    """Choose a file."""
    page.set_input_files("#file", FilePayload(name=name, mimeType="text/csv", buffer=content))
    expect(page.locator("[data-confirm]")).to_be_visible()


def preview_of_long_names(page: Page) -> None:
    """Choose one whose names are long words, and leave out what is needed."""
    preview(page, f"{LONG}.csv", f"code,{LONG}\nDE,{LONG}\n".encode())


def cancel(page: Page) -> None:
    """Press the button, and be asked: by a script, so that is awaited."""
    page.wait_for_load_state()
    page.get_by_role("button", name="Cancel the import").click()
    expect(page.get_by_role("dialog")).to_be_visible()


SILENT: Final = timezone.now() - timedelta(hours=1)

VIEWS: Final[dict[str, View]] = {
    "list, empty": View(lambda _owner: "/imports/"),
    "list": View(many),
    "start": View(lambda _owner: "/imports/new/"),
    "start with a preview": View(lambda _owner: "/imports/new/?target=airports.country", preview),
    "targets": View(lambda _owner: "/imports/targets/"),
    "rules of a target": View(lambda _owner: "/imports/targets/airports.airport/"),
    "start with long names": View(
        lambda _owner: "/imports/new/?target=airports.country", preview_of_long_names
    ),
    "list with a long name": View(long_list),
    "job with long names": View(lambda owner: path_of(long_name(owner))),
    "rejects with long names": View(lambda owner: path_of(long_name(owner)) + "rejects/"),
    "nothing there": View(lambda _owner: "/imports/nothing/"),
    "settings": View(lambda _owner: "/imports/settings/"),
    "job, waiting for its file": View(state(Status.AWAITING_UPLOAD)),
    "job, queued": View(state(Status.QUEUED)),
    "job, running": View(running()),
    "job, about to be cancelled": View(running(), cancel),
    "job, its worker dead": View(running(ago=7_200, heartbeat_at=SILENT, deadline_at=SILENT)),
    "job, in review": View(state(Status.IN_REVIEW, records_read=70)),
    "review of a job": View(reviewed),
    "review, row by row": View(lambda owner: reviewed(owner) + "changes/?kind=changed"),
    "job, done with rejects": View(lambda owner: path_of(with_rejects(owner))),
    "rejects of a job": View(lambda owner: path_of(with_rejects(owner)) + "rejects/"),
    "job, failed": View(state(Status.FAILED, failure_code="empty_file", object_version="v1")),
    "job, cancelled": View(state(Status.CANCELLED, finished_at=SILENT)),
}
