"""Child without Django: reads a file, with a database into staging, without one to nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from lambda_worker.files.opening import open_file
from lambda_worker.files.read_file import chunks_of_path
from lambda_worker.files.reading import Aside, Reader
from tests.bench.measuring import measured, task, tell


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    version: str = "bench"

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def chunks(self) -> Iterator[bytes]:
        return chunks_of_path(self.path)()


class _Unwatched:
    def progress(self, done: int, *, records: int | None = None) -> None: ...


def opened(file: _File) -> Reader:
    """As the preview would have it: JSON has its columns from the sample."""
    return open_file(file.chunks(), size=file.size)


def read(file: _File, *, proven: bool) -> int:
    """The records of a file."""
    return sum(
        1 if isinstance(piece, Aside) else piece.records
        for piece in opened(file).pieces(proven=proven)
    )


def main() -> None:
    """Read `path`; into the database at `url` if there is one; untouched bytes where `proven`."""
    work = task()
    file = _File(Path(work["path"]))
    if not work["url"]:
        with measured() as measure:
            measure.said["records"] = read(file, proven=work["proven"])
    else:
        from lambda_worker.database import connect
        from lambda_worker.plan import FilePlan
        from lambda_worker.staging import drop, stage
        from lambda_worker.tables import StagingTables
        from tests.worker.plans import plan_for

        reader = opened(file)
        plan = plan_for(
            "country",
            file=FilePlan(name="x", dialect=reader.dialect, headers=reader.headers),
            columns=(),
        )
        tables = StagingTables.of(UUID(int=1))
        with connect(work["url"]) as connections:
            with measured() as measure:
                staged = stage(
                    connections.data, plan, tables, file, _Unwatched(), proven=work["proven"]
                )
            drop(connections.data, tables)
        measure.said["records"] = staged.records
    tell(measure)


if __name__ == "__main__":
    main()
