"""Child: a plain COPY of resolved rows: the least that the table costs."""

from __future__ import annotations

from pathlib import Path

import psycopg

from tests.bench.import_.data import HEADER
from tests.bench.measuring import measured, task, tell

COLUMNS = HEADER.replace("warehouse", "warehouse_id").replace("product", "product_id")
BLOCK = 1 << 17


def main() -> None:
    """Copy the task's file into the table, with the settings that it names."""
    work = task()
    with psycopg.connect(work["url"], autocommit=True) as connection:
        for setting in work["settings"]:
            connection.execute(setting.encode())
        statement = f"COPY shop_movement ({COLUMNS}) FROM STDIN (FORMAT csv, HEADER)"
        with (
            measured() as measure,
            Path(work["path"]).open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(statement.encode()) as copy,
        ):
            while block := file.read(BLOCK):
                copy.write(block)
    tell(measure)


if __name__ == "__main__":
    main()
