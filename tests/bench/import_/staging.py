"""Child without Django: the worker reads and stages a file that is made up as it goes, of any
size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from lambda_worker.database import connect
from lambda_worker.objects import CHUNK
from lambda_worker.plan import ImportPlan
from lambda_worker.staging import drop, stage
from lambda_worker.tables import StagingTables
from tests.bench.import_.data import HEADER, Variant, lines
from tests.bench.measuring import measured, task, tell


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A header and the same million bytes or so, again and again."""

    header: bytes
    block: bytes
    times: int
    version: str = "bench"

    @property
    def size(self) -> int:
        return len(self.header) + len(self.block) * self.times

    def chunks(self) -> Iterator[bytes]:
        """As S3 would send it: chunks whose ends fall anywhere."""
        left = self.header
        for _ in range(self.times):
            left += self.block
            whole = len(left) - len(left) % CHUNK
            for start in range(0, whole, CHUNK):
                yield left[start : start + CHUNK]
            left = left[whole:]
        yield left


class _Unwatched:
    def progress(self, done: int, *, records: int | None = None) -> None: ...


def main() -> None:
    """Stage `bytes` bytes; with `quoted` every value in quotes."""
    work = task()
    plan = ImportPlan.from_json(work["plan"])
    rows = list(lines(Variant.CLEAN, 10_000))
    header = HEADER + "\n"
    if work["quoted"]:
        rows = [
            '"' + row.rstrip("\n").replace('"', "").replace(",", '","', 7) + '"\n' for row in rows
        ]
    block = "".join(rows).encode()
    source = _Repeated(header.encode(), block, max(1, work["bytes"] // len(block)))
    tables = StagingTables.of(UUID(work["job"]))
    with connect(work["url"]) as connections:
        with measured() as measure:
            staged = stage(connections.data, plan, tables, source, _Unwatched())
        drop(connections.data, tables)
    measure.said = {"records": staged.records, "bytes": source.size}
    tell(measure)


if __name__ == "__main__":
    main()
