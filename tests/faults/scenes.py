"""Imports to be disturbed, what a clean run of each leaves, and what must be left of any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from lambda_worker.contract import (
    COUNT_COLUMNS,
    TERMINAL,
    Command,
    CommandMessage,
    Status,
    rejects_as_sent_key,
)
from lambda_worker.faults import JobBusy
from lambda_worker.plan import Mode, OnReject, Review
from tests.faults.child import run
from tests.faults.children import Child, Zygote
from tests.faults.faults import Fault, Task
from tests.faults.folder import Folder
from tests.worker.workbench import TABLES, Workbench

ROWS: Final = 400
"""As many as make several writes to COPY and two batches, and still take a tenth of a second."""

DELIVERIES: Final = 12
"""More than any job needs: three deaths, a notice that is late, a busy answer or two."""

HEADER: Final = "icao,iata,name,city,country,latitude,longitude,elevation,timezone\n"


def airports(rows: int = ROWS, name: str = "Airport", bad: int = 5, width: int = 40) -> bytes:
    """Airports in DE; the last `bad` of them name a country that is not there."""
    lines = []
    for number in range(rows):
        country = "DE" if number < rows - bad else "XX"
        lines.append(
            f'{number:04X},,"{name} {number} {"x" * width}",,{country},50.1,8.5,{number},UTC\n'
        )
    return (HEADER + "".join(lines)).encode()


@dataclass(frozen=True)
class Scene:
    """An import: its file, the choices, and what stands in the table before."""

    name: str
    file: bytes = field(default_factory=airports)
    choices: dict[str, Any] = field(default_factory=dict)
    before: int = 0
    """Airports that are there already, under other names."""


SCENES: Final = (
    Scene("insert", choices={"mode": Mode.INSERT}),
    Scene("upsert", before=ROWS // 2),
    Scene("review", choices={"review": Review.ALWAYS}),
    Scene("abort", choices={"on_reject": OnReject.ABORT}),
)

_TABLE = """
SELECT icao, iata, a.name, city, code, latitude, longitude, elevation, timezone
  FROM airports_airport a JOIN airports_country c ON c.id = country_id ORDER BY icao"""
_BEFORE = """
INSERT INTO airports_airport
    (icao, name, city, country_id, latitude, longitude, elevation, timezone)
SELECT lpad(upper(to_hex(n)), 4, '0'), 'Old', '', c.id, 0, 0, 0, 'UTC'
  FROM generate_series(0, %s - 1) n, airports_country c"""
LOCKS = """
SELECT count(*) AS n FROM pg_locks
 WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database
                                              WHERE datname = current_database())"""
_SESSIONS = """
SELECT count(*) AS n FROM pg_stat_activity
 WHERE datname = current_database() AND application_name LIKE 'sluice %'"""
_LATE = "UPDATE imports_importnotice SET sending_at = sending_at - interval '6 minutes'"


def _reject_files(key: str) -> list[str]:
    """The keys of both files of an attempt that had rejects."""
    return [key, rejects_as_sent_key(key)] if key else []


@dataclass
class Stage:
    """A database and a folder on which a scene is played."""

    bench: Workbench
    folder: Folder
    zygote: Zygote
    url: str = ""
    """Where the children connect, if it is not the database itself."""

    def begin(self, scene: Scene) -> UUID:
        """Clear everything away; a job of the scene that awaits its worker."""
        for name in self.bench.staging_tables():
            self.bench.sql.execute(f'DROP TABLE sluice_staging."{name}"'.encode())
        self.bench.sql.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE".encode())
        self.folder.clear()
        self.bench.countries("DE")
        self.bench.sql.execute(_BEFORE, (scene.before,))
        job = self.bench.job(self.bench.plan("airport", **scene.choices), None)
        self.folder.upload(job, scene.file)
        return job

    def child(
        self,
        job: UUID,
        *faults: Fault,
        command: Command = Command.START,
        seconds: float = 900.0,
        memory: int | None = None,
    ) -> Child:
        """A process that works on the job amid the faults."""
        return self.zygote.start(
            Task(
                url=self.url or self.bench.url,
                folder=str(self.folder.path),
                message=CommandMessage(command, job).to_json(),
                seconds=seconds,
                faults=faults,
                memory=memory,
            )
        )

    def deliver(self, message: CommandMessage) -> str:
        """One delivery to a worker that nothing disturbs."""
        return run(self.bench.url, message, self.folder.services())

    def finish(self, job: UUID, first: Command = Command.START) -> dict[str, Any]:
        """Deliver, and approve what waits for a review, until the job is over and mailed."""
        message = self.message(job, first)
        for _ in range(DELIVERIES):
            with suppress(JobBusy):
                self.deliver(message)
            row = self.bench.row(job)
            if row["status"] == Status.IN_REVIEW and row["review_approved_at"] is None:
                self.approve(job)
            if row["status"] in TERMINAL and not self.owed():
                # Once more, because a duplicate may come at any time.
                self.deliver(CommandMessage(Command.START, job))
                return self.bench.row(job)
            self.bench.sql.execute(_LATE)
            time.sleep(0.1)
            message = CommandMessage(Command.START, job)
        raise AssertionError(f"the job does not end: {self.bench.row(job)}")

    def message(self, job: UUID, command: Command) -> CommandMessage:
        """A command; a watchdog names the attempt as it stands."""
        attempt = self.bench.row(job)["attempt"] if command is Command.WATCHDOG else None
        return CommandMessage(command, job, attempt)

    def approve(self, job: UUID) -> None:
        """What the web side does when a reviewer says yes."""
        self.bench.sql.execute(
            "UPDATE imports_importjob SET review_approved_at = now() WHERE id = %s", (job,)
        )

    def owed(self) -> bool:
        """Whether a mail is still to be sent, and may be."""
        return bool(
            self.bench.all(
                "SELECT FROM imports_importnotice n JOIN imports_importjob j ON j.id = n.job_id"
                " WHERE sent_at IS NULL AND doubts + (sending_at IS NOT NULL)::int < 2"
                " AND n.status = j.status AND n.attempt = j.attempt"
            )
        )

    def result(self, job: UUID) -> dict[str, Any]:
        """What an import has left that must be the same however it went."""
        row = self.bench.row(job)
        return {
            "table": self.bench.all(_TABLE),
            "job": {
                name: row[name]
                for name in ("status", "records_read", *COUNT_COLUMNS, "failure_code")
            },
            "faults": self.bench.faults(job),
            "rejects": [self.folder.result(key) for key in _reject_files(row["reject_key"])],
            "staging": self.bench.staging_tables(),
            "sessions": self.left(_SESSIONS),
            "locks": self.left(LOCKS),
        }

    def left(self, query: str) -> bool:
        """Whether any are left when the server has had time to notice a death."""
        return not self.until(lambda: int(self.bench.all(query)[0]["n"]) == 0, 10.0)

    def until(self, met: Callable[[], bool], seconds: float) -> bool:
        """Wait for it; whether it came."""
        deadline = time.monotonic() + seconds
        while not met():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def mails(self) -> list[str]:
        """The subjects of all mails that went out."""
        return [mail["subject"] for mail in self.folder.mails()]

    def doubts(self) -> int:
        """Mails of which it is noted that they may have gone out twice."""
        return int(
            self.bench.all("SELECT coalesce(sum(doubts), 0) AS n FROM imports_importnotice")[0]["n"]
        )

    def assert_as_clean(self, job: UUID, clean: Clean, where: str) -> None:
        """The job ended as a clean run ends, and nothing is left of the disturbance."""
        assert self.result(job) == clean.result, where
        mails = self.mails()
        # The last mail tells the end. One about a review that was decided meanwhile is not sent.
        assert set(clean.mails[-1:]) <= set(mails) <= set(clean.mails), where
        assert len(mails) <= len(clean.mails) + self.doubts(), where


@dataclass(frozen=True)
class Clean:
    """What a run that nothing disturbed has left, how long it took and where it passed."""

    result: dict[str, Any]
    mails: list[str]
    trace: list[str]
    seconds: float


def clean_run(stage: Stage, scene: Scene) -> Clean:
    """Play the scene once, by children that write down their boundaries."""
    job = stage.begin(scene)
    begun = time.monotonic()
    children = [stage.child(job)]
    children[0].wait()
    seconds = time.monotonic() - begun
    if stage.bench.row(job)["status"] == Status.IN_REVIEW:
        stage.approve(job)
        children.append(stage.child(job, command=Command.APPLY))
        children[1].wait()
    stage.finish(job)
    return Clean(stage.result(job), stage.mails(), children[-1].trace, seconds)
