"""Imports beside one another and beside the app's own writes: few connections, honest counts."""

from __future__ import annotations

import contextlib
import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
import urllib3
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from devstack.stack import Stack
from tests.generated import icao
from tests.journeys import support

SMALLEST_PLAN = 20
"""Connections that the smallest Heroku Postgres plan allows."""

AIRPORT = "airports.airport"
TARGETS = ("airports.country", AIRPORT, "airports.route")
FILES = 20
"""For each target."""

AIRPORT_HEADER = "icao,name,country,latitude,longitude,elevation,timezone\n"

_AIRPORT = """
INSERT INTO airports_airport (icao, iata, name, city, country_id, latitude, longitude, elevation,
    timezone) SELECT %s, %s, %s, '', id, 1, 2, 3, 'UTC' FROM airports_country WHERE code = %s"""
_COUNTRY = "INSERT INTO airports_country (code, name) VALUES (%s, %s)"


def airports(numbers: range, name: str = "File", countries: tuple[str, ...] = ("FR",)) -> bytes:
    """A file with these airports."""
    lines = (f"{icao(n)},{name} {n},{countries[n % len(countries)]},1,2,3,UTC\n" for n in numbers)
    return (AIRPORT_HEADER + "".join(lines)).encode()


# -- Sixty at once -------------------------------------------------------------------------------

HUBS = [f"H{n:02}" for n in range(18)]
"""IATA codes of the airports that the routes connect: 306 routes an airline."""


def files_of(target: str) -> list[bytes]:
    """FILES files of their own keys each."""
    match target:
        case "airports.country":
            letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
            codes = [a + b for a, b in itertools.product(letters, repeat=2) if a + b != "FR"]
            size = len(codes) // FILES
            parts = [codes[n * size : (n + 1) * size] for n in range(FILES)]
            return [
                ("code,name\n" + "".join(f"{c},{c}\n" for c in part)).encode() for part in parts
            ]
        case "airports.airport":
            return [airports(range(n * 300, (n + 1) * 300)) for n in range(FILES)]
        case _:
            pairs = [f"{a},{b},0\n" for a, b in itertools.permutations(HUBS, 2)]
            header = "airline,origin,destination,stops\n"
            return [
                (header + "".join(f"A{n:02},{pair}" for pair in pairs)).encode()
                for n in range(FILES)
            ]


@contextlib.contextmanager
def connection_limit(stack: Stack, limit: int) -> Iterator[str]:
    """As a plan's limit; the role's name."""
    role = str(conninfo_to_dict(stack.database_url)["user"])
    alter = sql.SQL("ALTER ROLE {role} CONNECTION LIMIT {limit}")
    name = sql.Identifier(role)
    support.rows(stack, alter.format(role=name, limit=sql.Literal(limit)))
    try:
        yield role
    finally:
        support.rows(stack, alter.format(role=name, limit=sql.Literal(-1)))


_CONNECTIONS = """
SELECT count(*) FILTER (WHERE application_name LIKE 'sluice %%') AS workers,
       count(*) AS all FROM pg_stat_activity WHERE usename = %s"""


class Sampler(threading.Thread):
    """Counts the role's connections every 20 ms."""

    def __init__(self, stack: Stack, role: str) -> None:
        super().__init__(daemon=True)
        self.peak = {"workers": 0, "all": 0}
        self._connection = support.connect(stack)
        self._connection.autocommit = True
        self._role = role
        self._over = threading.Event()

    def run(self) -> None:
        with self._connection as connection:
            while not self._over.wait(0.02):
                found = connection.execute(_CONNECTIONS, (self._role,)).fetchone()
                assert found is not None
                self.peak = {name: max(self.peak[name], found[name]) for name in self.peak}

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self.join()

    def __enter__(self) -> Sampler:
        self.start()
        return self


UNKNOWN_SESSION = "x" * 32

THREADS = 6
"""Gunicorn's two workers have three each, and each thread keeps its connection."""


@contextlib.contextmanager
def visitors(stack: Stack, number: int = 2 * THREADS) -> Iterator[list[int]]:
    """People who look at pages meanwhile, on gunicorn's threads; the answers' statuses."""
    over = threading.Event()
    statuses: list[int] = []

    def look() -> None:
        # A session, even an unknown one, is looked up in the database.
        headers = {"Cookie": f"sessionid={UNKNOWN_SESSION}"}
        with urllib3.PoolManager() as pool:
            while not over.wait(0.1):
                answer = pool.request(
                    "GET", f"{stack.web_url}/imports/", headers=headers, redirect=False
                )
                statuses.append(answer.status)

    threads = [threading.Thread(target=look, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()


_JOBS = "SELECT * FROM imports_importjob WHERE target = %s ORDER BY created_at"


def test_sixty_uploads_at_once_fit_the_smallest_plan(
    stack: Stack, figure: Callable[[str], None]
) -> None:
    support.rows(stack, _COUNTRY, "FR", "France")
    for n, hub in enumerate(HUBS):
        support.rows(stack, _AIRPORT, f"ZZ{n:02}", hub, hub, "FR")
    files = [files_of(target) for target in TARGETS]
    contents = [(t, f[n]) for n in range(FILES) for t, f in zip(TARGETS, files, strict=True)]
    forms = support.all_waiting(stack, [support.asked(t, content) for t, content in contents])
    uploads = list(zip(forms, (content for _, content in contents), strict=True))
    random.Random(60).shuffle(uploads)  # their order is the order of creation, not of arrival
    log = support.Log(stack)
    with (
        connection_limit(stack, SMALLEST_PLAN) as role,
        Sampler(stack, role) as sampler,
        visitors(stack) as statuses,
    ):
        with support.deliveries_paused(stack), ThreadPoolExecutor(10) as pool:
            jobs = list(pool.map(lambda upload: support.started(*upload), uploads))
        started = time.monotonic()
        for job in jobs:
            support.ended(stack, job, patience=240)
        seconds = time.monotonic() - started
        support.worked_off(stack)
    figure(
        f"{len(jobs)} uploads at once into {len(TARGETS)} targets: {seconds:.0f} s, at most "
        f"{sampler.peak['all']} connections of {SMALLEST_PLAN}, {sampler.peak['workers']} of them "
        "the workers'"
    )
    for target in TARGETS:
        found = support.rows(stack, _JOBS, target)
        assert {(row["status"], row["attempt"]) for row in found} == {("succeeded", 1)}
        assert [support.counts(row)["inserted"] for row in found] == [
            row["records_read"] for row in found
        ]
        ends = [row["finished_at"] for row in found]
        assert ends == sorted(ends)
    assert log.found(support.CROWDED) == []
    assert log.found(support.RAW) == []
    assert sampler.peak["workers"] > 2  # they did run side by side
    assert sampler.peak["workers"] < sampler.peak["all"] <= SMALLEST_PLAN  # and people looked
    assert set(statuses) == {302}
    assert [body for body in support.dead_letters(stack) if any(job in body for job in jobs)] == []
    mails = str(stack.mails())
    assert {mails.count(f"/imports/{job}/") > 0 for job in jobs} == {True}


# -- Into the same rows ---------------------------------------------------------------------------


def names(stack: Stack) -> dict[str, str]:
    """The airports' names by their codes."""
    return {row["icao"]: row["name"] for row in support.table(stack, "airports_airport")}


def codes_of_rejects(stack: Stack, job: str) -> set[str]:
    """Why rows of a job were rejected."""
    query = "SELECT DISTINCT code FROM imports_importreject WHERE job_id = %s"
    return {row["code"] for row in support.rows(stack, query, job)}


@contextlib.contextmanager
def no_raw_error(stack: Stack, *jobs: str) -> Iterator[None]:
    """An integrity error's own words reach neither people nor the worker's log. Postgres' log may
    have them once: of the first try, which was taken back."""
    log = support.Log(stack)
    yield
    support.worked_off(stack)
    assert log.found(support.RAW, ["ministack"]) == []
    assert len(log.found(support.RAW, ["postgres"])) <= 1
    for job in jobs:
        row = support.job(stack, job)
        told = f"{row['failure_code']} {row['failure_params']} {support.mails_about(stack, job)}"
        assert not [word for word in support.RAW if word in told]


def waits_for_its_turn(stack: Stack, job: str) -> None:
    """Checked, and not writing although it has time enough."""
    ready = f"ready_{UUID(job).hex}"
    support.until(lambda: ready in support.staging_tables(stack), "the second's check")
    time.sleep(1)  # five looks at whose turn it is
    assert support.job(stack, job)["status"] == "checking"


@pytest.mark.usefixtures("countries")
def test_one_that_is_ready_waits_for_an_older_one_that_still_reads(stack: Stack) -> None:
    contents = [airports(range(300)), airports(range(300, 310))]
    wishes = [support.asked(AIRPORT, content) for content in contents]
    older, younger = support.all_waiting(stack, wishes)
    with support.held(stack, older.job, "staging"):
        support.started(older, contents[0])
        support.reached(stack, older.job, "staging")
        support.started(younger, contents[1])
        waits_for_its_turn(stack, younger.job)
        assert support.job(stack, older.job)["status"] == "staging"
    ends = [support.ended(stack, form.job)["finished_at"] for form in (older, younger)]
    assert ends == sorted(ends)
    assert support.count(stack, "airports_airport") == 310


@pytest.mark.usefixtures("countries")
@pytest.mark.parametrize(
    ("mode", "counts", "winner"),
    [
        ("upsert", {"read": 300, "inserted": 150, "updated": 150}, "Second"),
        ("insert_new", {"read": 300, "inserted": 150, "skipped": 150}, "First"),
        ("insert", {"read": 300, "inserted": 150, "rejected": 150}, "First"),
    ],
)
def test_of_two_imports_of_the_same_rows_the_second_sees_the_first(
    stack: Stack, mode: str, counts: dict[str, int], winner: str
) -> None:
    contents = [airports(range(300), "First"), airports(range(150, 450), "Second")]
    wishes = [support.asked(AIRPORT, content, mode=mode) for content in contents]
    first, second = support.all_waiting(stack, wishes)
    with no_raw_error(stack, first.job, second.job):
        with support.held(stack, first.job, "applying", icao(299)):
            support.started(first, contents[0])
            support.reached(stack, first.job, "applying")
            support.started(second, contents[1])
            waits_for_its_turn(stack, second.job)
            assert support.job(stack, first.job)["status"] == "applying"
        assert support.counts(support.ended(stack, first.job)) == {"read": 300, "inserted": 300}
        assert support.counts(support.ended(stack, second.job)) == counts
    expected = {icao(n): f"First {n}" for n in range(300)}
    expected |= {icao(n): f"Second {n}" for n in range(300, 450)}
    expected |= {icao(n): f"{winner} {n}" for n in range(150, 300)}
    assert names(stack) == expected


@contextlib.contextmanager
def met_while_writing(
    stack: Stack, content: bytes, mode: str, *statements: tuple[str, tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    """The app has written, and commits just when the import stands behind it; the job's end."""
    form = support.waiting(stack, AIRPORT, content, mode=mode)
    with no_raw_error(stack, form.job):
        with psycopg.connect(stack.database_url) as app:
            for statement, values in statements:
                app.execute(statement.encode(), values)
            support.started(form, content)
            attempt = support.reached(stack, form.job, "applying")
            support.until(lambda: support.waits_for_a_lock(stack, attempt), "the import to wait")
            app.commit()
        yield support.ended(stack, form.job)


_RENAME = "UPDATE airports_airport SET name = 'App' WHERE icao = %s"
_DELETE = "DELETE FROM airports_airport WHERE icao = %s"


@pytest.mark.usefixtures("countries")
def test_an_upsert_beside_the_apps_own_writes(stack: Stack) -> None:
    for n in range(10):
        support.rows(stack, _AIRPORT, icao(n), None, "Old", "FR")
    writes = (
        (_RENAME, (icao(3),)),
        (_DELETE, (icao(5),)),
        (_AIRPORT, (icao(15), None, "App", "FR")),
    )
    with met_while_writing(stack, airports(range(20)), "upsert", *writes) as ended:
        assert ended["status"] == "succeeded"
    # The renamed one is as in the file; the deleted one is in again; of the one that came after the
    # check nobody knows which is right, so the app's stays and the file's is rejected.
    assert support.counts(ended) == {"read": 20, "updated": 9, "inserted": 10, "rejected": 1}
    assert codes_of_rejects(stack, str(ended["id"])) == {"conflict"}
    assert names(stack) == {icao(n): f"File {n}" for n in range(20)} | {icao(15): "App"}


@pytest.mark.usefixtures("countries")
@pytest.mark.parametrize(
    ("mode", "counts"),
    [
        ("insert", {"read": 20, "inserted": 19, "rejected": 1}),
        ("insert_new", {"read": 20, "inserted": 19, "skipped": 1}),
    ],
)
def test_a_row_that_the_app_inserts_at_the_same_moment(
    stack: Stack, mode: str, counts: dict[str, int]
) -> None:
    write = (_AIRPORT, (icao(7), None, "App", "FR"))
    with met_while_writing(stack, airports(range(20)), mode, write) as ended:
        assert ended["status"] == "succeeded"
    assert support.counts(ended) == counts
    assert names(stack) == {icao(n): f"File {n}" for n in range(20)} | {icao(7): "App"}


@pytest.mark.usefixtures("countries")
def test_a_country_deleted_between_check_and_apply(stack: Stack) -> None:
    content = airports(range(30), countries=("FR", "DE", "JP"))
    write = ("DELETE FROM airports_country WHERE code = %s", ("JP",))
    with met_while_writing(stack, content, "insert", write) as ended:
        assert ended["status"] == "succeeded"
    assert support.counts(ended) == {"read": 30, "inserted": 20, "rejected": 10}
    assert codes_of_rejects(stack, str(ended["id"])) == {"reference_vanished"}
    assert set(names(stack)) == {icao(n) for n in range(30) if n % 3 != 2}
