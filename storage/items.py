"""Items as an import brings them: new ones, known ones, changed ones, and the answers that come with them.

The tap path's statements about items live in `storage/queue.py`. Everything here runs for up to a thousand items in
one transaction, and may be run again from the start.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Text, bindparam, select, text, type_coerce
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from storage import projects
from storage.database import Row, Transaction
from storage.schema import answers, imports, items, people

Outcome = Literal["new", "known", "changed", "left", "twice"]
"""`left`: its data changed, but somebody has answered it or has it in hand, so it stays as it is. `twice`: this very
run has brought other data under the same key."""

EXISTING: Final = (
    select(
        items.c.id,
        items.c.key,
        items.c.digest,
        type_coerce(items.c.gold, Text).label("gold"),
        items.c.explanation,
        type_coerce(items.c.suggestion, Text).label("suggestion"),
        items.c.priority,
        items.c.overlap,
        items.c.own_overlap,
        items.c.state,
        items.c.answers,
        items.c.created_at,
        items.c["import"].label("import_id"),
        imports.c.state.label("import_state"),
    )
    .select_from(items.outerjoin(imports, imports.c.id == items.c["import"]))
    .where(items.c.project == bindparam("p"), items.c.key.in_(bindparam("keys", expanding=True)))
)
INSERT: Final = (
    "INSERT INTO items (project, import, key, digest, data, media, gold, explanation, suggestion, priority, overlap, "
    "own_overlap, serve_seq, state, created_at) VALUES (:project, :import, :key, :digest, :data, :media, :gold, "
    ":explanation, :suggestion, :priority, :overlap, :own, :seq, :state, :now) ON CONFLICT (project, key) DO NOTHING"
)
WRITTEN: Final = (
    "digest = :digest, data = :data, media = :media, gold = :gold, explanation = :explanation, "
    "suggestion = :suggestion, priority = :priority, overlap = :overlap, own_overlap = :own, needed = NULL, "
    "serve_seq = :seq"
)
UPDATE: Final = text(
    f"UPDATE items SET {WRITTEN}, "
    "flags = CASE WHEN state IN ('flagged', 'quarantined') THEN 0 ELSE flags END, "
    "state = CASE WHEN :state = 'gold' AND state IN ('open', 'skipped') THEN 'gold' "
    "WHEN state IN ('flagged', 'quarantined') THEN :state ELSE state END "
    "WHERE id = :id AND answers = 0 AND taken = 0"
)
"""Whether anybody holds the item is asked of its own row: it may just be claimed, and of another table PostgreSQL would
look at what was there before it waited for that."""
REVIVE: Final = text(
    f"UPDATE items SET import = :import, {WRITTEN}, state = :state, created_at = :now "
    "WHERE id = :id AND state = 'withdrawn' AND answers = 0 AND taken = 0"
)
LIVE: Final = select(answers.c.item, answers.c.person).where(
    answers.c.item.in_(bindparam("items", expanding=True)), answers.c.live
)
ANSWER: Final = (
    "INSERT INTO answers (project, item, person, kind, label, note, version, live, milliseconds, answered_at, "
    "superseded_at, aid, unsure) VALUES (:project, :item, :person, :kind, :label, :note, :version, :live, "
    ":milliseconds, :answered_at, :superseded_at, :aid, :unsure)"
)
COUNT: Final = text(
    "UPDATE items SET answers = answers + :labels, skips = skips + :skips, flags = flags + :flags, "
    "taken = taken + :labels, "
    "overlap = CASE WHEN gold IS NULL AND taken + :labels > overlap THEN taken + :labels ELSE overlap END, "
    "done_at = CASE WHEN state IN ('open', 'skipped') AND answers + :labels >= overlap AND taken = answers "
    "THEN :last ELSE done_at END, "
    "state = CASE WHEN state NOT IN ('open', 'skipped', 'gold') THEN state "
    "WHEN flags + :flags >= :needed THEN 'flagged' "
    "WHEN state = 'gold' THEN state "
    "WHEN answers + :labels >= overlap AND taken = answers THEN 'done' "
    "WHEN skips + :skips >= :limit THEN 'skipped' ELSE state END "
    "WHERE id = :item"
)
MEMBER: Final = text("UPDATE members SET answered = answered + :count WHERE project = :project AND person = :person")
PUBLIC: Final = select(people.c.id, people.c.public).where(people.c.public.in_(bindparam("publics", expanding=True)))
NEWCOMER: Final = text(
    "INSERT INTO people (public, name, language, created_at) VALUES (:public, :name, '', :now) "
    "ON CONFLICT (public) DO NOTHING"
)
PRIORITIES: Final = range(-100, 101)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingAnswer:
    """`kind` is label, skip, flag or late; `label` JSON text; times are UTC microseconds. `superseded_at` None: live.

    `public` is the pseudonym of an existing person, or of one to be made with this `name`.
    """

    public: str
    name: str
    kind: str
    label: str | None
    note: str | None
    version: int
    milliseconds: int | None
    answered_at: int
    superseded_at: int | None
    aid: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """`data`, `media`, `gold` and `suggestion` are JSON text, `explanation` says why gold is right. What is None is not
    said: a known item keeps its own.

    `aside` is a suggestion that came about from this item's answers: it goes with a new item, and is no change.
    """

    key: str
    digest: str
    data: str
    media: str | None = None
    gold: str | None = None
    explanation: str | None = None
    suggestion: str | None = None
    aside: str | None = None
    priority: int | None = None
    overlap: int | None = None
    answers: tuple[IncomingAnswer, ...] = ()


class Met:
    """Which of the items that were there before the run has met already: of two rows with one id the first wins, in
    every run. A bit an item, for there may be millions."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._now: Sequence[int] = ()

    def __contains__(self, item: int) -> bool:
        place = item >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (item & 7) & 1)

    def meet(self, items: Sequence[int]) -> None:
        """Those of a transaction, which may be run again: they count once it is `settled`."""
        self._now = items

    def settle(self) -> None:
        for item in self._now:
            place = item >> 3
            if place >= len(self._bits):
                self._bits.extend(bytes(place + 1024 - len(self._bits)))
            self._bits[place] |= 1 << (item & 7)
        self._now = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What holds for a whole run: its import's row, when it began, and the project's rules."""

    project: int
    import_id: int
    since: datetime
    overlap: int
    shuffled: bool
    skip_limit: int
    flags_needed: int
    superseded: AbstractSet[tuple[str, str, int]] = frozenset()
    """Superseded answers the project has: (item's key, person's pseudonym, answered_at in microseconds)."""
    met: Met = field(default_factory=Met)


_NAME: Final = re.compile(r":(\w+)")


def many(tx: Transaction, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Runs a statement with `:name` places for each row, past SQLAlchemy's work on every one of them (a third of an
    import's time)."""
    if tx.connection.dialect.name == "postgresql":
        statement = _NAME.sub(r"%(\1)s", statement)
    tx.connection.exec_driver_sql(statement, list(rows))


def of_a_row(problem: Exception) -> bool:
    """Whether the values of a row that was taken in were the trouble, and not the database."""
    values = (ArithmeticError, TypeError, ValueError, DataError, IntegrityError)
    return isinstance(problem, values) or type(problem) is StatementError


def take_in(tx: Transaction, batch: Batch, rows: Sequence[Incoming]) -> tuple[list[Outcome], int, list[int]]:
    """What became of each row, how many answers were kept, and of which items. No two rows may have the same key."""
    found = _existing(tx, batch, [row.key for row in rows])
    outcomes = [_outcome(batch, row, found.get(row.key)) for row in rows]
    batch.met.meet([old.id for old in found.values()])
    writing = [(row, outcome) for row, outcome in zip(rows, outcomes, strict=True) if outcome in ("new", "changed")]
    seqs = _seqs(tx, batch, len(writing))
    params = [_params(tx, batch, row, found.get(row.key), seq) for (row, _), seq in zip(writing, seqs, strict=True)]
    fresh = [one for one in params if one["id"] is None]
    if fresh:
        many(tx, INSERT, fresh)
    refused = {one["key"] for one in params if one["id"] is not None and not _write_over(tx, one, found)}
    outcomes = ["left" if row.key in refused else how for row, how in zip(rows, outcomes, strict=True)]
    if added := _added(rows, outcomes, found):
        projects.add_items(tx, batch.project, added)
    return outcomes, *_take_answers(tx, batch, rows, outcomes)


def _existing(tx: Transaction, batch: Batch, keys: Sequence[str]) -> dict[str, Row]:
    return {row.key: row for row in tx.all(EXISTING, {"p": batch.project, "keys": keys})} if keys else {}


def _outcome(batch: Batch, row: Incoming, old: Row | None) -> Outcome:
    if old is None or _undone(old):
        return "new"
    if row.digest == old.digest and not _says_more(row, old):
        return "known"
    made = old.import_id == batch.import_id and old.created_at >= batch.since
    return "twice" if made or old.id in batch.met else "changed"


def _undone(old: Row) -> bool:
    """Withdrawn with its import, not by an admin's decision: it may come again."""
    return bool(old.state == "withdrawn" and old.import_state == "undone" and old.answers == 0)


def _says_more(row: Incoming, old: Row) -> bool:
    said = (row.gold, row.explanation, row.suggestion, row.priority, row.overlap)
    had = (old.gold, old.explanation, old.suggestion, old.priority, old.own_overlap)
    return any(new is not None and new != before for new, before in zip(said, had, strict=True))


def _seqs(tx: Transaction, batch: Batch, count: int) -> Iterable[int | None]:
    """Shuffled items get their numbers when all have come."""
    if batch.shuffled:
        projects.lock(tx, batch.project)
    if batch.shuffled or not count:
        return [None] * count
    first = projects.next_seq(tx, batch.project, count)
    return range(first, first + count)


def _added(rows: Sequence[Incoming], outcomes: Sequence[Outcome], found: Mapping[str, Row]) -> int:
    """How many more items people's progress is shown against: nobody is told how many of them are gold."""
    new = sum(how == "new" and row.gold is None for row, how in zip(rows, outcomes, strict=True))
    known = ((row, found[row.key]) for row, how in zip(rows, outcomes, strict=True) if how == "changed")
    return new - sum(row.gold is not None and old.gold is None for row, old in known)


def _params(
    tx: Transaction, batch: Batch, row: Incoming, old: Row | None, seq: int | None
) -> dict[str, int | str | None]:
    kept = None if old is None or _undone(old) else old
    gold = row.gold if row.gold is not None or kept is None else kept.gold
    suggestion = row.suggestion or row.aside
    own = row.overlap or (None if kept is None else kept.own_overlap)
    priority = row.priority if row.priority is not None else 0 if kept is None else kept.priority
    return {
        "id": None if old is None else old.id,
        "project": batch.project,
        "import": batch.import_id,
        "key": row.key,
        "digest": row.digest,
        "data": row.data,
        "media": row.media,
        "gold": gold,
        "explanation": row.explanation or (None if kept is None else kept.explanation),
        "suggestion": suggestion if suggestion or kept is None else kept.suggestion,
        "priority": priority,
        "overlap": own or (batch.overlap if kept is None else kept.overlap),
        "own": own,
        "seq": seq,
        "state": "open" if gold is None else "gold",
        "now": tx.micros,
    }


def _write_over(tx: Transaction, params: dict[str, int | str | None], found: dict[str, Row]) -> bool:
    old = found[str(params["key"])]
    return tx.run(REVIVE if _undone(old) else UPDATE, params) == 1


def _take_answers(
    tx: Transaction, batch: Batch, rows: Sequence[Incoming], outcomes: Sequence[Outcome]
) -> tuple[int, list[int]]:
    answered = [
        row for row, how in zip(rows, outcomes, strict=True) if row.answers and how in ("new", "known", "changed")
    ]
    if not answered:
        return 0, []
    ids = {key: int(row.id) for key, row in _existing(tx, batch, [row.key for row in answered]).items()}
    persons = _persons(tx, [answer for row in answered for answer in row.answers])
    live = {(row.item, row.person) for row in tx.all(LIVE, {"items": list(ids.values())})}
    kept = [(ids[row.key], list(_unknown(batch, row, ids[row.key], persons, live))) for row in answered]
    params = [_answer(batch, item, persons[one.public], one) for item, some in kept for one in some]
    if params:
        many(tx, ANSWER, params)
        tx.run(COUNT, [_counted(batch, item, some) for item, some in kept if some])
        _count_members(tx, batch, persons, [one for _, some in kept for one in some])
    return len(params), [item for item, some in kept if some]


def _unknown(
    batch: Batch, row: Incoming, item: int, persons: Mapping[str, int], live: set[tuple[int, int]]
) -> Iterable[IncomingAnswer]:
    """Those the item does not have yet: of each person one live answer, the first."""
    for one in row.answers:
        place = (item, persons[one.public])
        if one.superseded_at is None and place not in live:
            live.add(place)
            yield one
        if one.superseded_at is not None and (row.key, one.public, one.answered_at) not in batch.superseded:
            yield one


def _persons(tx: Transaction, given: Sequence[IncomingAnswer]) -> dict[str, int]:
    wanted = {one.public: one.name for one in given}
    known = {row.public: int(row.id) for row in tx.all(PUBLIC, {"publics": list(wanted)})}
    missing = [public for public in wanted if public not in known]
    if missing:
        tx.run(NEWCOMER, [{"public": public, "name": wanted[public], "now": tx.micros} for public in missing])
        known |= {row.public: int(row.id) for row in tx.all(PUBLIC, {"publics": missing})}
    return known


def _answer(batch: Batch, item: int, person: int, one: IncomingAnswer) -> dict[str, int | str | bool | None]:
    return {
        "project": batch.project,
        "item": item,
        "person": person,
        "kind": one.kind,
        "label": one.label,
        "note": one.note,
        "version": one.version,
        "live": one.superseded_at is None,
        "milliseconds": one.milliseconds,
        "answered_at": one.answered_at,
        "superseded_at": one.superseded_at,
        "aid": one.aid,
        "unsure": one.unsure,
    }


def _counted(batch: Batch, item: int, some: Sequence[IncomingAnswer]) -> dict[str, int]:
    """More labels than the item wanted are all kept: what it wants is raised to what it has."""
    live = [one.kind for one in some if one.superseded_at is None]
    return {
        "item": item,
        "labels": live.count("label"),
        "skips": live.count("skip"),
        "flags": live.count("flag"),
        "needed": batch.flags_needed,
        "limit": batch.skip_limit,
        "last": max(one.answered_at for one in some),
    }


def _count_members(tx: Transaction, batch: Batch, persons: Mapping[str, int], some: Sequence[IncomingAnswer]) -> None:
    counts: dict[int, int] = {}
    for one in some:
        if one.kind == "label" and one.superseded_at is None:
            counts[persons[one.public]] = counts.get(persons[one.public], 0) + 1
    if counts:
        tx.run(MEMBER, [{"project": batch.project, "person": who, "count": count} for who, count in counts.items()])
