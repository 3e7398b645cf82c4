"""Reads a project's items and answers a page at a time, so that memory stays flat; `Database.reading` stands still."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, select, text

from storage.database import Row
from storage.schema import answers, comments, items, people
from storage.schema_quality import decisions

PAGE: Final = 1000
KINDS: Final = ("label", "skip", "flag", "late")


class ItemRow(NamedTuple):
    """A tuple of our own: a name of the library's rows takes ten times as long to look up, and an export does so a
    million times. The columns of ITEMS, in their order."""

    id: int
    key: str
    data: dict[str, Any]
    media: list[dict[str, Any]] | None
    gold: dict[str, Any] | None
    explanation: str | None
    suggestion: dict[str, Any] | None
    priority: int
    own_overlap: int | None
    state: str


class AnswerRow(NamedTuple):
    """`person` is a pseudonym. The columns of every statement on answers, in their order."""

    id: int
    item: int
    person: str
    kind: str
    label: dict[str, Any] | None
    note: str | None
    version: int
    live: bool
    milliseconds: int | None
    answered_at: datetime
    superseded_at: datetime | None
    aid: str | None
    unsure: bool


OfItem = TypeVar("OfItem", Row, AnswerRow)

# The plus keeps SQLite from taking an index on the project and sorting all of it again for every page.
ITEMS: Final = (
    select(
        items.c.id,
        items.c.key,
        items.c.data,
        items.c.media,
        items.c.gold,
        items.c.explanation,
        items.c.suggestion,
        items.c.priority,
        items.c.own_overlap,
        items.c.state,
    )
    .where(items.c.id > bindparam("after"), text("+items.project = :p"))
    .order_by(items.c.id)
    .limit(PAGE)
)
_ANSWERS: Final = select(
    answers.c.id,
    answers.c.item,
    people.c.public,
    answers.c.kind,
    answers.c.label,
    answers.c.note,
    answers.c.version,
    answers.c.live,
    answers.c.milliseconds,
    answers.c.answered_at,
    answers.c.superseded_at,
    answers.c.aid,
    answers.c.unsure,
).join(people, people.c.id == answers.c.person)
LIVE: Final = _ANSWERS.where(
    answers.c.item >= bindparam("first"),
    answers.c.item <= bindparam("last"),
    answers.c.live,
    text("+answers.project = :p"),
)
BY_IDS: Final = _ANSWERS.where(answers.c.id.in_(bindparam("ids", expanding=True)))
SUPERSEDED: Final = (
    select(answers.c.item, answers.c.id)
    .where(answers.c.project == bindparam("p"), ~answers.c.live)
    .order_by(answers.c.item, answers.c.id)
)
NOTES: Final = (
    select(comments.c.item, people.c.public, comments.c.kind, comments.c.text, comments.c.created_at)
    .join(people, people.c.id == comments.c.person)
    .where(comments.c.item >= bindparam("first"), comments.c.item <= bindparam("last"), text("+comments.project = :p"))
    .order_by(comments.c.id)
)
DECIDED: Final = select(decisions.c.item, decisions.c.label, decisions.c.note, decisions.c.version).where(
    decisions.c.item >= bindparam("first"),
    decisions.c.item <= bindparam("last"),
    decisions.c.live,
    text("+decisions.project = :p"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some items by id; `answers` and `notes` (what people asked, and why they flagged) by item's id, oldest first;
    `decided` what a reviewer made of an item."""

    items: Sequence[ItemRow]
    answers: dict[int, list[AnswerRow]]
    notes: dict[int, list[Row]]
    decided: dict[int, Row]


class Superseded:
    """Which superseded answers each item has: two numbers an answer, for they have no index by item."""

    def __init__(self, connection: Connection, project: int) -> None:
        found = connection.execute(SUPERSEDED, {"p": project}).all()
        self._items = [row.item for row in found]
        self._ids = [row.id for row in found]

    def between(self, first: int, last: int) -> Sequence[int]:
        return self._ids[bisect_left(self._items, first) : bisect_right(self._items, last)]


def pages(connection: Connection, project: int, superseded: bool) -> Iterator[Page]:
    """All items with their live answers; with the superseded ones too where asked for."""
    old = Superseded(connection, project) if superseded else None
    after = 0
    while page := [ItemRow._make(row) for row in connection.execute(ITEMS, {"p": project, "after": after})]:
        first, after = page[0].id, page[-1].id
        found = [
            AnswerRow._make(row) for row in connection.execute(LIVE, {"p": project, "first": first, "last": after})
        ]
        if old is not None and (ids := old.between(first, after)):
            for start in range(0, len(ids), PAGE):
                found += map(AnswerRow._make, connection.execute(BY_IDS, {"ids": ids[start : start + PAGE]}))
        notes = connection.execute(NOTES, {"p": project, "first": first, "last": after})
        decided = {row.item: row for row in connection.execute(DECIDED, {"p": project, "first": first, "last": after})}
        yield Page(page, _by_item(sorted(found, key=itemgetter(0))), _by_item(notes), decided)


def _by_item(rows: Iterable[OfItem]) -> dict[int, list[OfItem]]:
    found: dict[int, list[OfItem]] = {}
    for row in rows:
        found.setdefault(row.item, []).append(row)
    return found


def counts(connection: Connection, project: int) -> dict[tuple[str, bool], int]:
    """How many answers there are of each kind, live and superseded."""
    # Counted one by one: to group them, SQLite would sort all answers, in memory.
    cells = [(kind, live) for kind in KINDS for live in (True, False)]
    found = select(
        *(func.count().filter(answers.c.kind == kind, answers.c.live == live) for kind, live in cells)
    ).where(answers.c.project == project)
    row = connection.execute(found).one()
    return {cell: int(count) for cell, count in zip(cells, row, strict=True) if count}


def item_count(connection: Connection, project: int) -> int:
    found = select(func.count()).select_from(items).where(items.c.project == project)
    return int(connection.execute(found).scalar_one())


def pseudonyms(connection: Connection, project: int) -> list[str]:
    """Everybody who has answered in the project, in a stable order."""
    found = select(people.c.public).where(people.c.id.in_(select(answers.c.person).where(answers.c.project == project)))
    return sorted(str(row.public) for row in connection.execute(found))
