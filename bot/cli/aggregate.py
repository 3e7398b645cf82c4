"""`aggregate`: the consensus of answers from anywhere, as a table."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from bot.cli.trouble import Trouble, writing
from bot.project import CONSENSUS

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("item", "task", "item_id", "task_id"),
    "worker": ("worker", "person", "annotator", "user", "worker_id", "annotator_id"),
    "label": ("label", "answer", "class"),
    "text": ("text", "transcript", "transcription"),
}
NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
Merged = Sequence[tuple[str, str, float]]
"""(item, label or text, confidence); the label of a tie is empty."""


@click.command(
    "aggregate",
    short_help="The consensus of a table of answers from elsewhere.",
    epilog="Example: labelbot aggregate answers.csv -o consensus.csv",
)
@click.argument("answers", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--method", type=click.Choice(CONSENSUS), default="auto", help="auto: several, by how well they fit")
@click.option(
    "--gold", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="a CSV of item,label that is known"
)
@click.option("-o", "output", type=click.Path(path_type=Path), required=True, help="the CSV to write")
def aggregate_command(answers: Path, method: str, gold: Path | None, output: Path) -> None:
    """The consensus of ANSWERS, a CSV of item,worker,label (or item,worker,text): item,label,confidence.

    Of texts it is the text most people agree on, word by word.
    """
    rows, kind = _read(answers, ("item", "worker"), ("label", "text"))
    if kind == "text" and (gold is not None or method != "auto"):
        raise click.UsageError("--method and --gold are for labels; of texts there is one method")
    with _bar() as told:
        if kind == "text":
            merged, said = _texts(rows, told), "word by word"
        else:
            merged, said = _labels(rows, method, {} if gold is None else _known(gold), told)
    output.parent.mkdir(parents=True, exist_ok=True)
    with writing(output), output.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("item", kind, "confidence"))
        table.writerows((_cell(item), _cell(label), f"{confidence:.4f}") for item, label, confidence in merged)
    click.echo(f"{len(merged):,} items from {len(rows):,} answers ({said}): {output}")


def _cell(text: str) -> str:
    """As no spreadsheet takes for a formula. A number is none, and a cell that was made safe before stays as it is."""
    from bot.exchange.writers.csvs import neutral

    return text if text.startswith("'") or NUMBER.fullmatch(text) else neutral(text)


Rows = Sequence[tuple[str, ...]]
Told = Callable[[str, float | None], None]
"""What is being done, and the share of it that is (None: nobody knows)."""


def _read(path: Path, wanted: Sequence[str], either: Sequence[str]) -> tuple[Rows, str]:
    """The columns wanted and the first of `either` that is there, which is told."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(csv.DictReader(file), path, wanted, either)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Trouble(f"{path} is no CSV in UTF-8 ({error})") from error


def _rows(table: "csv.DictReader[str]", path: Path, wanted: Sequence[str], either: Sequence[str]) -> tuple[Rows, str]:
    there = {str(name).strip().casefold(): name for name in table.fieldnames or ()}
    columns = {kind: next((there[name] for name in NAMES[kind] if name in there), None) for kind in (*wanted, *either)}
    kind = next((kind for kind in either if columns[kind] is not None), None)
    if kind is None or any(columns[name] is None for name in wanted):
        shown = ", ".join(there) or "nothing"
        raise Trouble(f"{path}: the columns {', '.join(wanted)} and {' or '.join(either)} are wanted; it has {shown}")
    names = [str(columns[name]) for name in (*wanted, kind)]
    read = [tuple((row.get(name) or "").strip() for name in names) for row in table]
    needed = len(names) if kind == "label" else len(wanted)
    lacking = [line for line, row in enumerate(read, 2) if not all(row[:needed])]
    if len(lacking) == len(read):
        raise Trouble(f"{path} has no answers")
    if lacking:
        empty = names[read[lacking[0] - 2].index("")]
        click.echo(f"{len(lacking):,} rows of {path} are left out: in row {lacking[0]} {empty} is empty", err=True)
    return [row for row in read if all(row[:needed])], kind


def _known(path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in _read(path, ("item",), ("label",))[0]}


def _labels(rows: Rows, method: str, gold: Mapping[str, str], told: Told) -> tuple[Merged, str]:
    import numpy as np

    from bot.quality.crowd.answers import coded
    from bot.quality.crowd.choosing import consensus

    told("reading", None)
    table = coded(((item, worker, label) for item, worker, label in rows), gold.values())
    by_name = {name: number for number, name in enumerate(table.classes)}
    known = np.array([by_name[gold[item]] if item in gold else -1 for item in table.items], dtype=np.int64)
    try:
        found = consensus(table.answers, method, known, lambda step: told(step, None))
    except ValueError as error:
        raise Trouble(str(error)) from error
    best = ["" if place < 0 else table.classes[place] for place in found.best]
    return list(zip(table.items, best, found.confidence.tolist(), strict=True)), found.method


def _texts(rows: Rows, told: Told) -> Merged:
    from bot.quality.rover import aggregate_texts

    given: dict[str, dict[str, str]] = {}
    for item, worker, text in rows:
        given.setdefault(item, {})[worker] = text
    answers = {item: sorted(by_worker.items()) for item, by_worker in sorted(given.items())}
    merged = aggregate_texts(answers, lambda done: told("aligning", done / len(answers)))
    return [(item, text, confidence) for item, (text, confidence) in merged.items()]


@contextmanager
def _bar() -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def told(step: str, share: float | None) -> None:
            bar.update(task, description=step, total=None if share is None else 1.0, completed=share or 0.0)

        yield told
