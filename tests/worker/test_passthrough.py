"""Bytes that go to COPY untouched mean to Postgres what they mean to the record reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from lambda_worker import staging
from lambda_worker.copy_form import CopyForm
from lambda_worker.files.csv_reading import blocks
from lambda_worker.files.csv_reading.proof import Proof
from lambda_worker.files.csv_reading.reader import CsvReader
from lambda_worker.files.dialect import Dialect
from lambda_worker.files.reading import Aside, Proven
from lambda_worker.reject_file import REJECT_COLUMNS
from tests.worker.files.reading import Read, drain, in_chunks
from tests.worker.plans import plan_for
from tests.worker.workbench import MemorySource, Workbench

FIELDS = st.text(st.sampled_from("ab ,;'\"\n\r\\.é\t"), max_size=4) | st.sampled_from(
    ["", "\\.", "x"]
)
DIALECTS = st.sampled_from(
    [
        Dialect(),
        Dialect(delimiter=";"),
        Dialect(delimiter="\t", quote=""),
        Dialect(quote="'"),
        Dialect(escape="\\"),
        Dialect(comment="a"),
        Dialect(header_lines=0),
    ]
)


@st.composite
def files(draw: st.DrawFn, dialect: Dialect) -> bytes:
    """Texts as programs write them, some of them damaged afterwards."""
    width = draw(st.integers(1, 3))
    row = st.lists(FIELDS, min_size=width, max_size=width)
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or '"',
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    writer.writerow([f"h{n}" for n in range(width)])
    writer.writerows(draw(st.lists(row, max_size=12)))
    text = out.getvalue()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        damage = draw(st.sampled_from(['"', "'", "\n", ",", "\r", "\\.\n", "\0", " "]))
        text = text[:at] + damage + text[at + draw(st.integers(0, 1)) :]
    data = text.encode()
    return data + b"\xff\n" if draw(st.integers(0, 20)) == 0 else data


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


PROVEN: list[int] = []
"""Records that went untouched: were there none, the comparison would say nothing."""


def in_pieces(
    connection: psycopg.Connection[Any], data: bytes, dialect: Dialect, size: int
) -> Read:
    """The file by pieces, as Postgres reads them."""
    reader = CsvReader(in_chunks(data, size), dialect)
    form = CopyForm.of(dialect, reader.line_end.decode())
    read = Read(reader.headers)
    for piece in reader.pieces():
        if isinstance(piece, Aside):
            read.asides.append(piece)
            continue
        if isinstance(piece, Proven):
            PROVEN.append(piece.records)
            raw = piece.data
        else:
            raw = form.text(piece.rows).encode()
        rows = copied(connection, raw, len(reader.headers), form)
        assert len(rows) == piece.records
        assert isinstance(piece, Proven) or rows == piece.rows
        read.records += enumerate(rows, piece.line)
    return read


def copied(
    connection: psycopg.Connection[Any], data: bytes, width: int, form: CopyForm
) -> list[list[str]]:
    names = [sql.Identifier(f"c{n}") for n in range(width)]
    columns = sql.SQL(", ").join(sql.SQL("{} text").format(name) for name in names)
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("CREATE TEMP TABLE t ({})").format(columns))
        statement = form.statement(sql.Identifier("t"), names, freeze=False)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(data)
        return [list(row) for row in connection.execute("SELECT * FROM t").fetchall()]


@settings(
    max_examples=500,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data(), dialect=DIALECTS, size=st.sampled_from([1, 8, 30]))
def compare(
    connection: psycopg.Connection[Any], data: st.DataObject, dialect: Dialect, size: int
) -> None:
    raw = data.draw(files(dialect))
    plainly = drain(CsvReader([raw], dialect))
    read = in_pieces(connection, raw, dialect, size)
    assert (read.records, read.faults) == (plainly.records, plainly.faults)


def test_pieces_are_the_records(
    connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1)
    PROVEN.clear()
    compare(connection)
    assert sum(PROVEN) > 300


@pytest.mark.parametrize(
    ("block", "records"),
    [
        (b"a,b\nc,d\n", 2),
        (b'"a","b"\n"c","d,e"\n', 2),
        (b'"a ""b""",c\n,""\n', 2),
        (b'"""",""""\n', 1),
        (b"a,b\nc\n", None),  # a field is missing
        (b'a "b",c\n', None),  # a quote inside
        (b'"a"b,c\n', None),
        (b'"a\nb",c\n', None),  # two lines
        (b"a,b\n\nc,d\n", None),  # a blank line
        (b"a,b\r\nc,d\r\n", None),  # other line ends
        (b"a,\\.\n", None),
        (b"a,\xff\n", None),
        (b"a,\0\n", None),
        (b"a,b", None),  # no end
    ],
)
def test_what_a_block_proves(block: bytes, records: int | None) -> None:
    assert Proof(Dialect(), 2, b"\n", 1000).records(block) == records


def test_lines_with_carriage_returns_are_proven_too() -> None:
    assert Proof(Dialect(), 2, b"\r\n", 1000).records(b'a,"b"\r\n"c",d\r\n') == 2
    assert Proof(Dialect(), 2, b"\r\n", 1000).records(b"a,b\r\nc,d\n") is None


def test_rejects_of_proven_blocks_have_their_lines(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 40)
    monkeypatch.setattr(staging, "BREAKS_HELD", 1)
    monkeypatch.setattr(staging, "COPY_BLOCK", 1)
    records = (f'Q{n},"two\nlines"' if n % 7 == 0 else f"{n},x" for n in range(60))
    data = "\n".join(["code,name", *records]) + "\n"
    job = bench.job(bench.plan("country"), data)
    bench.run(job)
    text = data.split("\n")
    for line, header, value, code in bench.faults(job):
        if header == "code":
            assert text[line - 1].startswith(value), (line, value, code)
    assert len(bench.faults(job)) > 50


def test_the_order_of_the_file_is_the_order_of_the_records(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 64)
    monkeypatch.setattr(staging, "BREAKS_HELD", 2)
    monkeypatch.setattr(staging, "COPY_BLOCK", 16)
    names = [f'"n\n{n}"' if n % 3 == 0 else f"n{n}" for n in range(200)]
    data = "code,name\n" + "".join(f"{n},{name}\n" for n, name in enumerate(names))
    plan = plan_for("country")
    with bench.connections() as connections:
        from lambda_worker.tables import StagingTables

        tables = StagingTables.of(bench.job(plan, None))
        source = MemorySource(data.encode())
        staging.stage(connections.data, plan, tables, source, _Watch())
        rows = connections.data.execute(
            f"SELECT record, c1 FROM {tables.raw.as_string()} ORDER BY record".encode()
        ).fetchall()
    assert rows == [(n + 1, str(n)) for n in range(200)]


class _Watch:
    def progress(self, done: int, *, records: int | None = None) -> None: ...


def test_records_without_values_are_not_all_held(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    write = psycopg.Copy.write

    def noting(copy: Any, text: str) -> None:
        sizes.append(len(text))
        write(copy, text)

    monkeypatch.setattr(psycopg.Copy, "write", noting)
    headers = (*REJECT_COLUMNS, "code", "name")
    plan = bench.plan("country")
    job = bench.job(
        replace(plan, file=replace(plan.file, headers=headers)),
        ",".join(headers) + "\n" + ("," * (len(headers) - 1) + "\n") * 400_000,
    )
    assert bench.run(job) == "succeeded"
    assert bench.row(job)["records_read"] == 400_000
    assert max(sizes) < 4 * staging.COPY_BLOCK


def test_a_file_whose_delimiter_stands_for_no_quote_is_read(bench: Workbench) -> None:
    plan = bench.plan("country")
    hive = replace(plan.file, dialect=Dialect(delimiter="\x01", quote=""))
    job = bench.job(replace(plan, file=hive), 'code\x01name\nFR\x01"France"\n')
    assert bench.run(job) == "succeeded"
    assert bench.all("SELECT name FROM airports_country") == [{"name": '"France"'}]
