"""`aggregate`: the consensus of answers from anywhere, as a table."""

import csv
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import click

from bot.cli.trouble import Trouble, writing
from bot.exchange.sentences import counted
from bot.project import CONSENSUS

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("item", "task", "item_id", "task_id"),
    "worker": ("worker", "person", "annotator", "user", "worker_id", "annotator_id"),
    "label": ("label", "answer", "class"),
    "text": ("text", "transcript", "transcription"),
}
NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
Merged = Sequence[tuple[str, str, float]]
"""(item, label or text, confidence); the label of a tie is empty. Beside it stand how it came about and the number of
answers that count."""


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
@click.option(
    "-o", "output", type=click.Path(path_type=Path), required=True, help="the CSV to write; - writes to standard output"
)
def aggregate_command(answers: Path, method: str, gold: Path | None, output: Path) -> None:
    """The consensus of ANSWERS, a CSV of item,worker,label (or item,worker,text): item,label,confidence.

    Of texts it is the text most people agree on, word by word.
    """
    if any(known is not None and output.exists() and known.samefile(output) for known in (answers, gold)):
        raise click.UsageError(f"-o {output} would write over what is read; name another file")
    rows, kind = _read(answers, ("item", "worker"), ("label", "text"))
    if kind == "text" and (gold is not None or method != "auto"):
        raise click.UsageError("--method and --gold are for labels; of texts there is one method")
    known = {} if gold is None else _known(gold)
    with _bar() as told:
        merged, said, count = _texts(rows, told) if kind == "text" else _labels(rows, method, known, told)
    if count < len(rows):
        again = counted(len(rows) - count, "row")
        click.echo(f"{again} of a person who has answered the item before: the last answer counts", err=True)
    if strangers := len(known.keys() - {item for item, _, _ in merged}):
        click.echo(f"{strangers:,} of {counted(len(known), 'known item')} of {gold} without an answer", err=True)
    with _opened(output) as file:
        table = csv.writer(file)
        table.writerow(("item", kind, "confidence"))
        table.writerows((_cell(item), _cell(label), f"{confidence:.4f}") for item, label, confidence in merged)
    where = "" if str(output) == "-" else f": {output}"
    click.echo(f"{counted(len(merged), 'item')} from {counted(count, 'answer')} ({said}){where}", err=not where)


@contextmanager
def _opened(output: Path) -> Iterator[IO[str]]:
    """The file to write; - is standard output."""
    if str(output) == "-":
        yield sys.stdout
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    with writing(output), output.open("w", encoding="utf-8", newline="") as file:
        yield file


def _cell(text: str) -> str:
    """As no spreadsheet takes for a formula. A number is none, and a cell that was made safe before stays as it is."""
    from bot.exchange.writers.csvs import neutral

    return text if text.startswith("'") or NUMBER.fullmatch(text) else neutral(text)


Rows = Sequence[tuple[str, ...]]
Told = Callable[[str, float | None], None]
"""What is being done, and the share of it that is (None: nobody knows)."""


def _read(path: Path, wanted: Sequence[str], either: Sequence[str]) -> tuple[Rows, str]:
    """The columns wanted and the first of `either` that is there, which is told. A table is read as `import` reads it:
    parted by semicolons or tabs, and in other encodings, too."""
    from bot.exchange.raw import Meter
    from bot.exchange.readers.tables import open_table

    table = open_table(path)
    for note in table.notes:
        click.echo(f"Note: {note}", err=True)
    names, kind = _columns(table.columns or (), path, wanted, either)
    needed = names if kind == "label" else names[:-1]
    rows, lacking = [], []
    for raw in table.rows(Meter()):
        row = tuple(raw.cells.get(name, "").strip() for name in names)
        empty = next((f"{name} is empty" for name in needed if not raw.cells.get(name, "").strip()), None)
        reason = raw.reason or empty
        if reason:
            lacking.append(f"in line {raw.line} {reason}")
        else:
            rows.append(row)
    if not rows:
        raise Trouble(f"{path} has no answers" + (f": {lacking[0]}" if lacking else ""))
    if lacking:
        click.echo(f"{counted(len(lacking), 'row')} of {path} left out: {lacking[0]}", err=True)
    return rows, kind


def _columns(there: Sequence[str], path: Path, wanted: Sequence[str], either: Sequence[str]) -> tuple[list[str], str]:
    """The names that the table has for what is wanted and the first of `either`, and which that is."""
    plain = {name.casefold(): name for name in there}
    columns = {kind: next((plain[name] for name in NAMES[kind] if name in plain), None) for kind in (*wanted, *either)}
    kind = next((kind for kind in either if columns[kind] is not None), "")
    names = [name for name in map(columns.get, (*wanted, kind)) if name is not None]
    if len(names) <= len(wanted):
        shown = ", ".join(there)
        raise Trouble(f"{path}: the columns {', '.join(wanted)} and {' or '.join(either)} are wanted; it has {shown}")
    return names, kind


def _known(path: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in _read(path, ("item",), ("label",))[0]}


def _labels(rows: Rows, method: str, gold: Mapping[str, str], told: Told) -> tuple[Merged, str, int]:
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
    merged = list(zip(table.items, best, found.confidence.tolist(), strict=True))
    return merged, found.method, len(table.answers.item)


def _texts(rows: Rows, told: Told) -> tuple[Merged, str, int]:
    from bot.quality.rover import aggregate_texts

    given: dict[str, dict[str, str]] = {}
    for item, worker, text in rows:
        given.setdefault(item, {})[worker] = text
    answers = {item: sorted(by_worker.items()) for item, by_worker in sorted(given.items())}
    merged = aggregate_texts(answers, lambda done: told("aligning", done / len(answers)))
    found = [(item, text, confidence) for item, (text, confidence) in merged.items()]
    return found, "word by word", sum(map(len, answers.values()))


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
