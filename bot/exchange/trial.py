"""What an import would do, as far as it can be told without preparing a file or writing a row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from bot.exchange.columns import Kinds
from bot.exchange.imports import incoming
from bot.exchange.plan import Part, Plan
from bot.exchange.problems import BadRow, reason
from bot.exchange.raw import Meter, Raw
from bot.exchange.records import Record
from bot.exchange.references import located
from bot.exchange.sentences import counted
from bot.media.prepared import BadMedia, MediaKind
from bot.media.sniff import identify
from storage import imports
from storage.database import Database, run
from storage.items import Incoming

Sound: TypeAlias = tuple[Record, Incoming, bool]
"""A row as it would be taken in, and whether files come with it."""
AT_ONCE: Final = 500
SHOWN: Final = 5


@dataclass(slots=True)
class Trial:
    """Figures as an import would tell them. `unsure` items bring files, and only an import, which reads these, sees
    whether they have changed, or without an id whether they are known; `fetched` rows name files that it fetches."""

    new: int = 0
    known: int = 0
    changed: int = 0
    rejected: int = 0
    unsure: int = 0
    fetched: int = 0
    first: list[str] = field(default_factory=list)
    seen: dict[int, int] = field(default_factory=dict)
    """Hashes of the keys that have come, with those of their digests."""

    def lines(self) -> Iterator[str]:
        if self.rejected:
            yield f"{counted(self.rejected, 'row')} would be rejected; the first:"
            yield from self.first
        if self.unsure:
            yield f"Of {counted(self.unsure, 'item')} with files, more may be known or changed: the import reads them."
        if self.fetched:
            yield f"{counted(self.fetched, 'row names', 'rows name')} files that would be fetched."
        known = f"{self.known:,} known, {self.changed:,} changed"
        yield f"It would be {self.new:,} new, {known}, {self.rejected:,} rejected."
        yield "Nothing was written."


def tried(database: Database, plan: Plan, progress: Callable[[int], None] = lambda rows: None) -> Trial:
    """Reads all rows, and of their files what they are by their first bytes: a picture that is damaged further on is
    found by the import."""
    trial, rows = Trial(), 0
    for part in plan.parts:
        reading, kinds = part.opened.rows(Meter()), part.kinds.anew()
        while some := list(islice(reading, AT_ONCE)):
            sound = [one for raw in some if (one := _sound(trial, plan.row.id, part, kinds, raw)) is not None]
            _count(trial, database, plan.row.id, sound)
            rows += len(some)
            progress(rows)
    return trial


def _sound(trial: Trial, project: int, part: Part, kinds: Kinds, raw: Raw) -> Sound | None:
    try:
        record, held = part.take(raw, kinds)
        _look_at_files(trial, part, record, held)
        return record, incoming(project, record, ()), bool(held)
    except Exception as problem:
        trial.rejected += 1
        if len(trial.first) < SHOWN:
            where = raw.cells["id"] if part.opened.mixed else f"line {raw.line}"
            trial.first.append(f"  {where}: {reason(problem, raw.line)}")
        return None


def _look_at_files(trial: Trial, part: Part, record: Record, held: Mapping[str, MediaKind]) -> None:
    for name, kind in held.items():
        value = record.data.get(name)
        if name in record.kept:
            continue
        if isinstance(value, str) and value.strip().startswith(("http://", "https://")):
            located(value, part.roots, _never)
            trial.fetched += 1
            continue
        try:
            file = located(value, part.roots, _never)
            identify(file.load(), file.name or name, kind)
        except (BadRow, BadMedia) as problem:
            raise BadRow(f"{name}: {problem}") from problem
        except OSError as problem:
            raise BadRow(f"{name}: {problem.strerror}") from problem


def _count(trial: Trial, database: Database, project: int, rows: list[Sound]) -> None:
    there = run(database, lambda tx: imports.digests(tx, project, [row.key for _, row, _ in rows]))
    for record, row, with_files in rows:
        trial.unsure += with_files and (record.key is None or row.key in there)
        key, digest = hash(row.key), hash(row.digest)
        if key in trial.seen:
            same = trial.seen[key] == digest or with_files or bool(row.answers)
            trial.known, trial.rejected = trial.known + same, trial.rejected + (not same)
            continue
        trial.seen[key] = digest
        if row.key not in there:
            trial.new += 1
        elif with_files or there[row.key] == row.digest:
            trial.known += 1
        else:
            trial.changed += 1


def _never(url: str) -> Path:
    raise AssertionError(f"nothing is fetched to try an import: {url}")
