"""Rows a second in and out, and whether memory stays flat as files grow.

Run: python -m benchmarks.exchange
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Figure, table
from benchmarks.worlds import WORDS, answer, make

ROWS = 100_000
FEW, MANY = 250_000, 1_000_000
"""Of both the database is larger than SQLite's cache of 64 MB, which is part of a process's memory."""
GOAL = "≥ 20k, stretch 100k"


def carried(kind: str, database: Path, file: Path) -> dict[str, Any]:
    """What a process used for it: rows, cpu and wall in seconds, peak in MB."""
    command = [sys.executable, "-m", "benchmarks.carrying", kind, str(database), str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    used: dict[str, Any] = json.loads(done.stdout)
    return used


def _rows(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        yield {"id": f"r{number}", "text": f"{number}. {WORDS}", "stars": str(number % 5)}


def write_csv(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("id", "text", "stars"))
        writer.writeheader()
        writer.writerows(_rows(count))
    return path


def write_jsonl(path: Path, count: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in _rows(count))
    return path


def into_new(folder: Path, kind: str, source: Path) -> dict[str, Any]:
    """Into a database of its own."""
    name = f"{kind}-{source.name}"
    return carried(kind, make(folder / name / "labelbot.db", 0).path, source)


def imports(folder: Path) -> Iterator[Figure]:
    for source in (write_csv(folder / "few.csv", ROWS), write_jsonl(folder / "few.jsonl", ROWS)):
        ours, raw = into_new(folder, "import", source), into_new(folder, "raw-import", source)
        yield _rate(f"import {source.suffix[1:].upper()}, {ROWS // 1000}k rows", ours, raw)


def memory_in(folder: Path) -> Figure:
    few, many = (into_new(folder, "import", write_csv(folder / f"{n}.csv", n)) for n in (FEW, MANY))
    return _memory("import CSV, peak memory at 1M rows", many, few)


def exports(folder: Path) -> Iterator[Figure]:
    world = make(folder / "out" / "labelbot.db", ROWS)
    answer(world, ROWS)
    raw = carried("raw-export", world.path, folder / "raw.jsonl")
    for suffix in ("jsonl", "csv", "parquet"):
        ours = carried("export", world.path, folder / f"out.{suffix}")
        yield _rate(f"export {suffix}, {ROWS // 1000}k answers", ours, raw)


def memory_out(folder: Path) -> Figure:
    found = []
    for count in (FEW, MANY):
        world = make(folder / f"out{count}" / "labelbot.db", count)
        answer(world, count)
        found.append(carried("export", world.path, folder / f"{count}.jsonl"))
    return _memory("export jsonl, peak memory at 1M answers", found[1], found[0])


def _rate(name: str, ours: dict[str, Any], raw: dict[str, Any]) -> Figure:
    assert ours["rows"] == raw["rows"] == ROWS
    speed, floor = ROWS / ours["cpu"], ROWS / raw["cpu"]
    measured = f"{speed / 1000:.0f}k rows a second of CPU (wall {ROWS / ours['wall'] / 1000:.0f}k)"
    return Figure(name, measured, f"plain Python and sqlite3 {floor / 1000:.0f}k", f"{floor / speed:.1f}", GOAL)


def _memory(name: str, many: dict[str, Any], few: dict[str, Any]) -> Figure:
    ratio = f"{many['peak'] / few['peak']:.2f}"
    return Figure(name, f"{many['peak']:.0f} MB", f"at 250k {few['peak']:.0f} MB", ratio, "flat")


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*imports(folder), memory_in(folder), *exports(folder), memory_out(folder)]


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
