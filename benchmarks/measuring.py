"""How figures are taken: rounds that alternate between candidates, programs of their own that tell their CPU time."""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table. `floor` and `ratio` are empty where the figure stands for itself."""

    name: str
    measured: str
    floor: str = ""
    ratio: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Rounds:
    """One candidate's rounds. The machine's noise only ever adds, so the least is nearest to the cost."""

    values: tuple[float, ...]

    @property
    def least(self) -> float:
        return min(self.values)

    @property
    def middle(self) -> float:
        return median(self.values)

    def over(self, floor: "Rounds") -> float:
        return self.least / floor.least

    def told(self, unit: str, digits: int = 2) -> str:
        return f"{self.least:.{digits}f} {unit} (median {self.middle:.{digits}f})"


def gathered(rounds: Iterable[Mapping[str, float]]) -> dict[str, Rounds]:
    """Rounds by candidate, from one mapping a round."""
    listed = list(rounds)
    return {name: Rounds(tuple(one[name] for one in listed)) for name in listed[0]}


class Program:
    """A Python module run as a process of its own that answers `cpu` on its stdin; see `answer_for_cpu`."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, env=self._environment, stdin=pipe, stdout=pipe
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def cpu(self) -> float:
        """Seconds of processor time of that process so far, all its threads."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"cpu\n")
        while not (line := await self._process.stdout.readline()).startswith(b"cpu "):
            if not line:
                raise RuntimeError(f"{self._command[2]} ended")
        return float(line.split()[1])


def answer_for_cpu() -> None:
    """In the measured process: answers `Program.cpu` from a thread that sleeps otherwise."""
    threading.Thread(target=_answer, daemon=True).start()


def _answer() -> None:
    for _ in sys.stdin:
        sys.stdout.write(f"cpu {time.process_time()}\n")
        sys.stdout.flush()


def table(figures: Iterable[Figure]) -> str:
    """A Markdown table."""
    head = ("figure", "measured", "floor of the same run", "ratio", "goal")
    rows = [head, *((one.name, one.measured, one.floor, one.ratio, one.goal) for one in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def crowd_folder(script: str) -> Path | None:
    """The folder of public crowds' answers that LABELBOT_CROWD_DATA names; None where it names none, as the folder does
    not come with the repository, which is said on standard error."""
    folder = os.environ.get("LABELBOT_CROWD_DATA", "")
    if not folder:
        print(f"{script}: LABELBOT_CROWD_DATA names no folder of sets", file=sys.stderr)  # noqa: T201
    return Path(folder) if folder else None
