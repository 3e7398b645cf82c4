"""Imports: sources become items in small transactions, so that a killed import goes on and nobody waits for one."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from bot import settling, stored
from bot.exchange.cutting import piece_ms
from bot.exchange.fetch import Fetcher
from bot.exchange.fitting import Fitting
from bot.exchange.keeping import Entry, Keeper
from bot.exchange.plan import Part, Plan
from bot.exchange.problems import BadImport, BadRow, reason
from bot.exchange.raw import Meter, Raw, plain
from bot.exchange.records import Record
from bot.exchange.shapes.ours import Ours
from bot.media.prepared import MediaKind
from bot.media.preparer import Preparer
from storage import imports
from storage.columns import dump
from storage.database import Database, Transaction
from storage.files import Files
from storage.imports import Begun
from storage.items import Batch, Incoming, Outcome, of_a_row, take_in
from storage.projects import named

MOST_ROWS: Final = 1000
MOST_SECONDS: Final = 0.05
WITH_MEDIA: Final = 32
"""Rows at a time where media are prepared: a kill loses no more work than these."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows read so far; `share` of the source is 0…1, None where its size is not known."""

    rows: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """Figures of the whole import number `number`, killed runs included; `left` of the `changed` stayed as they were,
    because somebody has answered them or has them in hand. `rejects_path` is None where nothing was rejected."""

    number: int
    new: int
    known: int
    changed: int
    rejected: int
    left: int
    answers: int
    rejects_path: Path | None
    resumed: bool
    dropped: int = 0
    """Answers and suggestions of items that came in without them; why, is in the rejects file too."""


@dataclass(frozen=True, slots=True)
class Undone:
    """`stayed` items of the import are answered, and stay."""

    number: int
    withdrawn: int
    stayed: int


def import_source(
    database: Database,
    files: Files,
    plan: Plan,
    *,
    preparer: Preparer,
    rejects: Path,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> ImportResult:
    """Does what `plan_import` planned. Rejected rows go to the file `rejects`, made when there are any."""
    lane = ("import", plan.row.id)
    begun = database.submit(lambda tx: imports.begin(tx, plan.row.id, plan.source), key=lane).result()
    batch = database.submit(lambda tx: _batch(tx, plan, begun), key=lane).result()
    refused = Rejects(rejects, len(plan.parts) > 1)
    with TemporaryDirectory(prefix="labelbot-") as folder, refused:
        fitting = Fitting.of(plan.project)
        cut = any(question.type == "masks" for question in plan.project.questions)
        longest = piece_ms(plan.project)
        running = _Run(database, files, preparer, fitting, batch, lane, refused, Path(folder), progress, cut, longest)
        for part in plan.parts:
            running.read(part)
    while plan.project.order == "random" and database.submit(_number(plan), key=lane).result():
        pass
    done = database.submit(lambda tx: imports.finish(tx, begun.id, refused.count, running.left), key=lane).result()
    return ImportResult(
        number=begun.number,
        new=done.new,
        known=done.known,
        changed=done.changed,
        rejected=done.rejected,
        left=running.left,
        answers=running.answers,
        rejects_path=rejects if refused.count or refused.dropped else None,
        resumed=begun.resumed,
        dropped=refused.dropped,
    )


def undo_import(
    database: Database, project: str, number: int, progress: Callable[[int], None] = lambda withdrawn: None
) -> Undone:
    """Withdraws what import `number` brought and nobody has answered; cards in people's hands end. Raises BadImport.

    Killed in between, it can be given again. An import that was undone may be imported again.
    """
    row = database.submit(lambda tx: named(tx, project)).result()
    found = database.submit(lambda tx: imports.numbered(tx, row.id, number)).result()
    if found is None:
        last = database.submit(lambda tx: imports.last_number(tx, row.id)).result()
        there = f"they are numbered 1 to {last}" if last else "there is none yet"
        raise BadImport(f"{project} has no import {number}; {there}.")
    import_id, after, withdrawn = found[0], 0, 0
    while some := database.submit(_withdraw(row.id, import_id, after)).result():
        withdrawn, after = withdrawn + some[0], some[1]
        progress(withdrawn)
    stayed = database.submit(lambda tx: imports.undone(tx, import_id)).result()
    return Undone(number, withdrawn, stayed)


def _withdraw(project: int, import_id: int, after: int) -> Callable[[Transaction], tuple[int, int] | None]:
    return lambda tx: imports.withdraw_some(tx, project, import_id, after)


def _number(plan: Plan) -> Callable[[Transaction], int]:
    return lambda tx: imports.number_shuffled(tx, plan.row.id, MOST_ROWS)


def _batch(tx: Transaction, plan: Plan, begun: Begun) -> Batch:
    again = any(isinstance(part.shape, Ours) and part.shape.level == "answers" for part in plan.parts)
    return Batch(
        project=plan.row.id,
        import_id=begun.id,
        since=begun.since,
        overlap=plan.project.overlap,
        shuffled=plan.project.order == "random",
        skip_limit=plan.project.skip_limit,
        flags_needed=plan.project.flags_needed,
        superseded=imports.superseded(tx, plan.row.id) if again else frozenset(),
    )


@dataclass(slots=True)
class Rejects:
    """The file of rejected rows, one JSON object a line; written as they come."""

    path: Path
    several: bool
    count: int = 0
    dropped: int = 0
    _file: IO[str] | None = None

    def __enter__(self) -> "Rejects":
        # Left over from a run before: it would be taken for this one's.
        with suppress(FileNotFoundError):
            self.path.unlink()
        return self

    def __exit__(self, *problem: object) -> None:
        if self._file is not None:
            self._file.close()

    def drop(self, part: Part, raw: Raw, record: Record) -> None:
        """Tells what was left behind of a row that came in."""
        for why in record.dropped:
            self.add(part, Raw(raw.line, {"id": record.key}), f"left out of the item: {why}")
        self.count -= len(record.dropped)
        self.dropped += len(record.dropped)

    def add(self, part: Part, raw: Raw, reason: str) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8")
        self.count += 1
        source = {"source": part.opened.path.name} if self.several else {}
        where = {"file": raw.cells.get("id")} if part.opened.mixed else {"line": raw.line}
        row = {name: plain(value) for name, value in raw.cells.items()}
        self._file.write(dump({**source, **where, "reason": reason, "row": row}) + "\n")


@dataclass(slots=True)
class _Run:
    database: Database
    files: Files
    preparer: Preparer
    fitting: Fitting
    batch: Batch
    lane: object
    rejects: Rejects
    folder: Path
    progress: Callable[[Progress], None]
    regions: bool
    piece_ms: int
    size: int = 500
    rows: int = 0
    left: int = 0
    answers: int = 0
    waiting: list[tuple[Raw, Record, Mapping[str, MediaKind]]] = field(default_factory=list)

    def read(self, part: Part) -> None:
        meter = Meter()
        fetcher = Fetcher(part.roots.hosts, self.folder)
        keeper = Keeper(
            self.database, self.files, self.preparer, part.roots, fetcher.fetch, self.regions, self.piece_ms
        )
        kinds, before = part.kinds.anew(), self.rows
        for raw in part.opened.rows(meter):
            self.rows += 1
            try:
                self.waiting.append((raw, *part.take(raw, kinds)))
            except Exception as problem:
                self._reject(part, raw, problem)
            if len(self.waiting) >= (WITH_MEDIA if kinds.media else self.size):
                self._flush(part, keeper, self.rows - before)
                before = self.rows
                self._tell(meter)
        self._flush(part, keeper, self.rows - before)
        self._tell(meter)

    def _reject(self, part: Part, raw: Raw, problem: Exception) -> None:
        deep = isinstance(problem, RecursionError)
        self.rejects.add(part, Raw(raw.line, {}) if deep else raw, reason(problem, raw.line))

    def _tell(self, meter: Meter) -> None:
        share = min(1.0, meter.done / meter.total) if meter.total else None
        self.progress(Progress(self.rows, share))

    def _flush(self, part: Part, keeper: Keeper, count: int) -> None:
        """Takes in what is waiting; `count` rows were read for it, rejected ones included."""
        ready = list(self._ready(part, keeper))
        for group in _without_twins(ready):
            self._take_in(part, group)
        self.waiting.clear()
        for file in self.folder.iterdir():
            file.unlink()
        self.database.submit(lambda tx: imports.count(tx, self.batch.import_id, count, 0), key=self.lane, lazy=True)

    def _ready(self, part: Part, keeper: Keeper) -> Iterator[tuple[Raw, Incoming]]:
        entries: Sequence[list[Entry] | BadRow] = [[] for _ in self.waiting]
        if any(held for _, _, held in self.waiting):
            entries = keeper.keep([record for _, record, _ in self.waiting], [held for _, _, held in self.waiting])
        for (raw, record, _), found in zip(self.waiting, entries, strict=True):
            try:
                if isinstance(found, BadRow):
                    raise found
                record = self.fitting.fit(record, [entry.media for entry in found])
                row = incoming(self.batch.project, record, found)
            except Exception as problem:
                self._reject(part, raw, problem)
            else:
                if record.dropped:
                    self.rejects.drop(part, raw, record)
                yield raw, row

    def _take_in(self, part: Part, group: Sequence[tuple[Raw, Incoming]]) -> None:
        """A row whose own values the database refuses is found by halves, so that it costs nothing but itself."""
        work = _timed(self.batch, [row for _, row in group])
        try:
            outcomes, kept, seconds = self.database.submit(work, key=self.lane).result()
        except Exception as problem:
            if not of_a_row(problem):
                raise
            if len(group) == 1:
                self._reject(part, group[0][0], problem)
                return
            for half in (group[: len(group) // 2], group[len(group) // 2 :]):
                self._take_in(part, half)
            return
        self.batch.met.settle()
        for (raw, row), outcome in zip(group, outcomes, strict=True):
            if outcome == "twice":
                self.rejects.add(part, raw, f"the id {row.key[:80]!r} stands twice, with other data")
        self.left += outcomes.count("left")
        self.answers += kept
        self.size = max(100, min(MOST_ROWS, int(self.size * MOST_SECONDS / max(seconds, 1e-6))))


def _timed(batch: Batch, rows: Sequence[Incoming]) -> Callable[[Transaction], tuple[Sequence[Outcome], int, float]]:
    def work(tx: Transaction) -> tuple[Sequence[Outcome], int, float]:
        start = time.perf_counter()
        outcomes, kept = _taken(tx, batch, rows)
        imports.count(tx, batch.import_id, 0, outcomes.count("changed"))
        return outcomes, kept, time.perf_counter() - start

    return work


def _taken(tx: Transaction, batch: Batch, rows: Sequence[Incoming]) -> tuple[list[Outcome], int]:
    """What became of each row and how many answers came; items that these are of close where they are enough."""
    if not any(row.answers for row in rows):
        return take_in(tx, batch, rows)[:2]
    found, asked = stored.by_id(tx, batch.project)
    answered = list[int]()
    with settling.changed(tx, batch.project, asked, found.version, answered):
        outcomes, kept, items = take_in(tx, batch, rows)
        answered += items
    return outcomes, kept


def _without_twins(ready: Sequence[tuple[Raw, Incoming]]) -> Iterator[list[tuple[Raw, Incoming]]]:
    """Groups in which no key comes twice; rows that only bring one item more answers are joined first."""
    group: dict[str, tuple[Raw, Incoming]] = {}
    for raw, row in ready:
        held = group.get(row.key)
        if held is not None and _said(held[1]) == _said(row):
            if row.answers:
                group[row.key] = (held[0], _joined(held[1], row))
            continue
        if held is not None:
            yield list(group.values())
            group = {}
        group[row.key] = (raw, row)
    if group:
        yield list(group.values())


def _said(row: Incoming) -> tuple[object, ...]:
    return (row.digest, row.gold, row.explanation, row.suggestion, row.priority, row.overlap)


def _joined(first: Incoming, more: Incoming) -> Incoming:
    values: dict[str, Any] = {name: getattr(first, name) for name in Incoming.__slots__}
    return Incoming(**{**values, "answers": first.answers + more.answers})


def incoming(project: int, record: Record, entries: Sequence[Entry]) -> Incoming:
    """The record as storage takes it. Without an id, the item is known by the hash of its data.

    Data is encoded here, once: in the order of its columns for people, sorted for the hash, which is salted with the
    project so that a shuffled project has an order of its own.
    """
    data: Mapping[str, Any] = record.data
    if entries:
        data = {**data, **{entry.media["field"]: entry.value for entry in entries}}
    cells = [f"{quoted(name)}:{_encoded(value)}" for name, value in data.items()]
    canonical = ",".join(sorted(cells))
    hashes = " ".join(entry.media["sha256"] for entry in entries)
    return Incoming(
        key=record.key or hashlib.sha256(f"{canonical}{hashes}".encode()).hexdigest(),
        digest=hashlib.sha256(f"{project}\n{canonical}\n{hashes}".encode()).hexdigest(),
        data="{" + ",".join(cells) + "}",
        media=dump([entry.media for entry in entries]) if entries else None,
        gold=None if record.gold is None else dump(record.gold),
        explanation=record.explanation,
        suggestion=None if record.suggestion is None else dump(record.suggestion),
        aside=None if record.aside is None else dump(record.aside),
        priority=record.priority,
        overlap=record.overlap,
        answers=record.answers,
    )


def _encoded(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(plain(value), separators=(",", ":"), sort_keys=True)
