"""What a project's figures are made of, read from a connection that cannot write. Nothing here knows a label type.

Figures of one report must speak of one moment: call `snapshot` first.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import BigInteger, Connection, Select, Text, and_, bindparam, cast, func, select, text, type_coerce

from storage.reviews import WAITING
from storage.schema import answers, cards, comments, items, members, people
from storage.schema_quality import decisions
from storage.work import OWN_WORK

ROWS_AT_A_TIME: Final = 5_000
Together: TypeAlias = tuple[int, str, str, str, int]
"""(item, its state, its live labels, who gave them, when the last one was given). Labels are the JSON that is stored,
joined by SEPARATOR in no particular order; people's ids are joined by commas in the same order, as both engines fill
the columns of a group row by row. Moments are UTC microseconds."""
Labelled: TypeAlias = tuple[int, bool, int, str, int, int, bool]
"""A label: (item, whether that is done, person, JSON text, milliseconds it took or -1, when in UTC microseconds,
whether its person was not sure of a question)."""
SEPARATOR: Final = "\x1f"
"""Stands between labels joined in one text: JSON never holds it bare."""

LABEL = type_coerce(answers.c.label, Text)
ANSWERED_AT = type_coerce(answers.c.answered_at, BigInteger)
LIVE_LABEL = and_(answers.c.kind == text("'label'"), answers.c.live)
COUNTED = and_(items.c.project == bindparam("p"), items.c.state != text("'withdrawn'"))

BEGIN: Final = text("SELECT 1 FROM projects LIMIT 1")
STATES: Final = (
    select(items.c.state, func.count().label("count")).where(items.c.project == bindparam("p")).group_by(items.c.state)
)
HELD: Final = (
    select(func.count(items.c.id.distinct()))
    .select_from(cards.join(items, items.c.id == cards.c.item))
    .where(
        items.c.project == bindparam("p"),
        items.c.state == text("'open'"),
        text("cards.state IN ('open', 'parked')"),
        cards.c.leased_until > bindparam("moment"),
    )
)
WANTED: Final = select(func.sum(items.c.overlap - items.c.answers)).where(
    items.c.project == bindparam("p"), items.c.state == text("'open'"), items.c.answers < items.c.overlap
)
HELD_ANSWERS: Final = (
    select(answers.c.id)
    .where(answers.c.project == bindparam("p"))
    .order_by(answers.c.id)
    .offset(bindparam("before"))
    .limit(1)
)
LABELLED: Final = (
    select(
        answers.c.item,
        (items.c.state == text("'done'")).label("done"),
        answers.c.person,
        LABEL.label("label"),
        func.coalesce(answers.c.milliseconds, -1).label("milliseconds"),
        ANSWERED_AT.label("answered_at"),
        answers.c.unsure,
    )
    .select_from(answers.join(items, items.c.id == answers.c.item))
    # By the answers' project only: a million are found sooner by its index than item by item.
    .where(answers.c.project == bindparam("p"), LIVE_LABEL)
    .where(items.c.state != text("'withdrawn'"), items.c.gold.is_(None))
    .order_by(answers.c.item, answers.c.person)
)
BESIDES: Final = (
    select(answers.c.person, answers.c.kind, answers.c.live, func.count())
    .where(answers.c.project == bindparam("p"), ~LIVE_LABEL, OWN_WORK)
    .group_by(answers.c.person, answers.c.kind, answers.c.live)
)
TOGETHER: Final = (
    select(
        items.c.id,
        items.c.state,
        func.aggregate_strings(LABEL, SEPARATOR).label("labels"),
        func.aggregate_strings(cast(answers.c.person, Text), ",").label("people"),
        func.max(ANSWERED_AT).label("last"),
    )
    .select_from(items.join(answers, answers.c.item == items.c.id))
    .where(COUNTED, items.c.gold.is_(None), LIVE_LABEL)
    .group_by(items.c.id, items.c.state)
    .order_by(items.c.id)
)
IS_CLOSED: Final = (
    items.c.project == bindparam("p"),
    items.c.state == text("'done'"),
    items.c.own_overlap.is_(None),
    items.c.gold.is_(None),
)
CLOSED: Final = select(func.count(), func.avg(items.c.confidence)).where(*IS_CLOSED)
ON_CLOSED: Final = (
    select(func.count()).select_from(items.join(answers, answers.c.item == items.c.id)).where(*IS_CLOSED, LIVE_LABEL)
)
ON_GOLD: Final = (
    select(
        items.c.id,
        answers.c.person,
        LABEL.label("label"),
        type_coerce(items.c.gold, Text).label("gold"),
        answers.c.milliseconds,
    )
    .select_from(items.join(answers, answers.c.item == items.c.id))
    .where(COUNTED, items.c.gold.is_not(None), LIVE_LABEL)
    .order_by(answers.c.id)
)
AIDED: Final = (
    select(
        items.c.id,
        answers.c.aid,
        LABEL.label("label"),
        answers.c.milliseconds,
        type_coerce(items.c.gold, Text).label("gold"),
        type_coerce(items.c.suggestion, Text).label("suggestion"),
        type_coerce(cards.c.planted, Text).label("planted"),
    )
    .select_from(
        items.join(answers, answers.c.item == items.c.id).outerjoin(
            cards, and_(cards.c.id == answers.c.card, answers.c.aid == text("'wrong'"))
        )
    )
    .where(COUNTED, items.c.suggestion.is_not(None), LIVE_LABEL)
    .order_by(items.c.id, answers.c.id)
)
ASKED: Final = (
    select(func.count())
    .select_from(comments.join(items, items.c.id == comments.c.item))
    .where(COUNTED, comments.c.project == bindparam("p"), comments.c.kind == text("'ask'"))
)
SHOWN: Final = select(items.c.id, items.c.key, items.c.data).where(items.c.id.in_(bindparam("wanted", expanding=True)))
PEOPLE: Final = (
    select(people.c.id, people.c.public, people.c.name, members.c.role, members.c.state)
    .select_from(people.outerjoin(members, and_(members.c.person == people.c.id, members.c.project == bindparam("p"))))
    .where(
        members.c.role.is_not(None)
        | people.c.id.in_(select(answers.c.person).where(answers.c.project == bindparam("p")))
    )
    .order_by(people.c.id)
)
DECIDED: Final = select(decisions.c.item).where(decisions.c.project == bindparam("p"), decisions.c.live)

OVERRULED: Final = (
    select(
        func.max(type_coerce(decisions.c.label, Text)).label("decision"),
        func.aggregate_strings(LABEL, SEPARATOR).label("labels"),
    )
    .select_from(decisions.join(answers, answers.c.item == decisions.c.item))
    .where(decisions.c.project == bindparam("p"), decisions.c.live, decisions.c.label.is_not(None), LIVE_LABEL)
    .group_by(decisions.c.id)
    .order_by(decisions.c.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where a project's items stand. Every item is in one part; `leased` ones are open and in somebody's hands."""

    gold: int = 0
    open: int = 0
    leased: int = 0
    done: int = 0
    skipped: int = 0
    flagged: int = 0
    quarantined: int = 0
    withdrawn: int = 0

    @property
    def imported(self) -> int:
        return sum(getattr(self, part) for part in self.__slots__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an item is recognised by."""

    key: str
    data: dict[str, Any]


class Aided(NamedTuple):
    """A live answer to an item with a suggestion, and what became of that. All but numbers and `aid` is JSON text;
    `planted` is the wrong suggestion that was shown."""

    item: int
    aid: str | None
    label: str
    milliseconds: int | None
    gold: str | None
    suggestion: str | None
    planted: str | None


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who has a role in the project or an answer to it; `role` and `state` (active or paused) are None
    for one who was removed."""

    id: int
    public: str
    name: str
    role: str | None
    state: str | None


def snapshot(connection: Connection) -> None:
    """All that is read from now on is of one moment. SQLite's transactions are so by themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    else:
        connection.execute(BEGIN)


def parts(connection: Connection, project: int, now: datetime) -> Parts:
    """A lease that ran out holds nothing, even where nobody has taken it back yet."""
    counts = {row.state: int(row[1]) for row in connection.execute(STATES, {"p": project})}
    leased = int(connection.execute(HELD, {"p": project, "moment": now}).scalar_one())
    return Parts(**counts | {"open": counts.get("open", 0) - leased, "leased": leased})


def wanted(connection: Connection, project: int) -> int:
    """Labels that open items still ask for, those in hand included."""
    return int(connection.execute(WANTED, {"p": project}).scalar() or 0)


def has_answers(connection: Connection, project: int, count: int) -> bool:
    """Whether there are so many, of all kinds, without counting on."""
    return connection.execute(HELD_ANSWERS, {"p": project, "before": count - 1}).first() is not None


def decided(connection: Connection, project: int) -> AbstractSet[int]:
    """The items that a reviewer has decided."""
    return frozenset(connection.execute(DECIDED, {"p": project}).scalars())


def in_review(connection: Connection, project: int) -> int:
    """How many items wait for a reviewer, those in somebody's hand included."""
    return int(connection.execute(WAITING, {"p": project}).scalar_one())


def overruled(connection: Connection, project: int, most: int) -> Iterator[tuple[str, str]]:
    """(what was decided, the item's live labels as in `together`) of the newest `most` decisions that stand."""
    for row in connection.execute(OVERRULED, {"p": project, "most": most}):
        yield row.decision, row.labels


def labelled(connection: Connection, project: int) -> Iterator[Sequence[Labelled]]:
    """The live labels of all items by the thousand, in the order of the items and, of one, of people: not those of gold
    items, which are measured against theirs, nor of what was withdrawn."""
    yield from many(connection, LABELLED, project)


def besides(connection: Connection, project: int) -> Iterator[tuple[int, str, bool, int]]:
    """What else was somebody's OWN_WORK: (person, kind, whether it still stands, how often). A label that does not was
    taken back or corrected."""
    for rows in many(connection, BESIDES, project):
        yield from ((person, kind, bool(live), count) for person, kind, live, count in rows)


def together(connection: Connection, project: int) -> Iterator[Together]:
    """Each item that has any live label, by item: not gold items, whose labels are measured against theirs, nor what
    was withdrawn."""
    for rows in many(connection, TOGETHER, project):
        yield from rows


def answered(
    connection: Connection, project: int, person: int | None, since: int | None, until: int | None
) -> Iterator[tuple[int, str, str, int]]:
    """`together`, without the state, of items that have a live label by this person given in [since, until) (UTC
    microseconds); None is any."""
    given = answers.alias()
    at = type_coerce(given.c.answered_at, BigInteger)
    theirs = [given.c.project == project, given.c.kind == text("'label'"), given.c.live]
    theirs += [] if person is None else [given.c.person == person]
    theirs += [] if since is None else [at >= since]
    theirs += [] if until is None else [at < until]
    statement = TOGETHER.where(items.c.id.in_(select(given.c.item).where(*theirs)))
    for rows in many(connection, statement, project):
        yield from ((item, joined, who, last) for item, _, joined, who, last in rows)


def closed(connection: Connection, project: int) -> tuple[int, int, float | None]:
    """(items, their live labels, the mean of their confidence) of done items without an overlap of their own."""
    count, sure = connection.execute(CLOSED, {"p": project}).one()
    labels = int(connection.execute(ON_CLOSED, {"p": project}).scalar_one())
    return int(count), labels, None if sure is None else float(sure)


def on_gold(connection: Connection, project: int) -> Iterator[tuple[int, int, str, str, int | None]]:
    """(item, person, label, the item's gold, milliseconds it took) of each live label of a gold item, labels as JSON
    text."""
    for rows in many(connection, ON_GOLD, project):
        yield from rows


def aided(connection: Connection, project: int) -> Iterator[Aided]:
    """The live answers to items with a suggestion, by item."""
    for rows in many(connection, AIDED, project):
        yield from (Aided(*row) for row in rows)


def questions_asked(connection: Connection, project: int) -> int:
    """How many questions people have asked about items."""
    return int(connection.execute(ASKED, {"p": project}).scalar_one())


def shown(connection: Connection, wanted: Sequence[int]) -> dict[int, Shown]:
    rows = connection.execute(SHOWN, {"wanted": list(wanted)}) if wanted else ()
    return {row.id: Shown(row.key, row.data) for row in rows}


def participants(connection: Connection, project: int) -> list[Participant]:
    return [Participant(*row) for row in connection.execute(PEOPLE, {"p": project})]


def many(connection: Connection, statement: Select[Any], project: int) -> Iterator[Any]:
    """Lists of rows of a project, `p`, never all at once. SQLite's come from its driver: by way of SQLAlchemy a row
    costs twice the query; elsewhere only SQLAlchemy opens the cursor that stays on the server."""
    if connection.dialect.name != "sqlite":
        streamed = connection.execution_options(yield_per=ROWS_AT_A_TIME)
        yield from streamed.execute(statement, {"p": project}).partitions()
        return
    written = statement.params(p=project).compile(connection, compile_kwargs={"literal_binds": True})
    cursor = connection.connection.cursor()
    cursor.execute(str(written))
    while rows := cursor.fetchmany(ROWS_AT_A_TIME):
        yield rows
