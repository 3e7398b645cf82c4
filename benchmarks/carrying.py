"""One import or export in a process of its own, which tells what it used; run by benchmarks.exchange.

python -m benchmarks.carrying import|raw-import|export|raw-export DATABASE FILE
"""

import csv
import hashlib
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any


def bring_in(database: Path, source: Path) -> int:
    """As `labelbot import` does it."""
    from bot.exchange.imports import import_source
    from bot.exchange.plan import plan_import
    from bot.media.preparer import Preparer
    from storage.database import opened
    from storage.files import Files

    with opened(f"sqlite:///{database}") as opened_database, Preparer() as preparer:
        plan = plan_import(opened_database, "reviews", [source])
        rejects = database.with_suffix(".rejects")
        files = Files(database.parent / "media")
        return import_source(opened_database, files, plan, preparer=preparer, rejects=rejects).new


def bring_in_raw(database: Path, source: Path) -> int:
    """The least there is: read, hash, insert into the same table in one transaction."""
    with source.open(encoding="utf-8", newline="") as file, closing(sqlite3.connect(database)) as connection:
        rows: Iterator[dict[str, str]] = csv.DictReader(file) if source.suffix == ".csv" else map(json.loads, file)
        with connection:
            return connection.executemany(RAW_ITEM, _raw_items(rows)).rowcount


RAW_ITEM = (
    "INSERT INTO items (project, key, digest, data, overlap, serve_seq, created_at) VALUES (1, ?, ?, ?, 1, ?, 1) "
    "ON CONFLICT (project, key) DO NOTHING"
)


def _raw_items(rows: Iterator[dict[str, str]]) -> Iterator[tuple[Any, ...]]:
    for number, row in enumerate(rows, 1):
        data = json.dumps({"text": row["text"]})
        yield row["id"], hashlib.sha256(data.encode()).hexdigest(), data, number


def take_out(database: Path, out: Path) -> int:
    """As `labelbot export` does it, in the format of the file's ending."""
    from bot.exchange.exports import export_project
    from bot.exchange.wanted import Wanted
    from storage.database import opened
    from storage.files import Files

    with opened(f"sqlite:///{database}") as opened_database:
        files = Files(database.parent / "media")
        return export_project(opened_database, files, "reviews", Wanted(format=out.suffix[1:]), out).rows


def take_out_raw(database: Path, out: Path) -> int:
    """The least there is: one query, one JSON line a row."""
    count = 0
    with closing(sqlite3.connect(database)) as connection, out.open("w", encoding="utf-8") as file:
        for key, data, label, person, at in connection.execute(RAW_ANSWERS):
            row = {"id": key, **json.loads(data), **json.loads(label), "annotator": person, "answered_at": at}
            file.write(json.dumps(row) + "\n")
            count += 1
    return count


RAW_ANSWERS = (
    "SELECT items.key, items.data, answers.label, people.public, answers.answered_at FROM answers "
    "JOIN items ON items.id = answers.item JOIN people ON people.id = answers.person WHERE answers.live = 1 "
    "ORDER BY answers.item"
)
WORKS: dict[str, Callable[[Path, Path], int]] = {
    "import": bring_in,
    "raw-import": bring_in_raw,
    "export": take_out,
    "raw-export": take_out_raw,
}


def main() -> None:
    kind, database, file = sys.argv[1:]
    began, wall = time.process_time(), time.perf_counter()
    rows = WORKS[kind](Path(database), Path(file))
    used = {"rows": rows, "cpu": time.process_time() - began, "wall": time.perf_counter() - wall}
    # Linux counts in kilobytes, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    sys.stdout.write(json.dumps({**used, "peak": peak}) + "\n")


if __name__ == "__main__":
    main()
