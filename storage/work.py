"""What people did in a stretch of time, and the figures of periods that were closed: those are never written again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import BigInteger, Connection, Text, bindparam, insert, literal_column, select, type_coerce

from storage.database import Row, Transaction
from storage.schema import answers
from storage.schema_quality import decisions, periods

ROWS_AT_A_TIME: Final = 5_000
Done: TypeAlias = tuple[int, str, bool, int | None, int]
"""An answer: (person, kind, whether it still stands, milliseconds its card was open, when in UTC microseconds)."""
COLUMNS: Final = (
    answers.c.person,
    answers.c.kind,
    answers.c.live,
    answers.c.milliseconds,
    type_coerce(answers.c.answered_at, BigInteger).label("at"),
    answers.c.id,
)
OWN_WORK: Final = (answers.c.kind != literal_column("'late'")) | answers.c.milliseconds.is_not(None)
"""Not the copy that stays where an admin had an item served again: nobody took time for it."""
WITHIN: Final = (
    answers.c.answered_at >= bindparam("since"),
    answers.c.answered_at < bindparam("until"),
    OWN_WORK,
)
DONE: Final = (
    select(*COLUMNS)
    .where(answers.c.project == bindparam("p"), *WITHIN)
    .order_by(answers.c.person, answers.c.answered_at, answers.c.id)
)
# Two statements, each by an index of its own; without the time among the conditions neither reads further back.
OWN: Final = tuple(
    select(*COLUMNS)
    .where(answers.c.person == bindparam("who"), answers.c.project == bindparam("p"), stands, OWN_WORK)
    .order_by(answers.c.id.desc())
    .limit(bindparam("most"))
    for stands in (answers.c.live, ~answers.c.live)
)
DECIDED: Final = (
    select(
        answers.c.person,
        type_coerce(answers.c.label, Text).label("label"),
        type_coerce(decisions.c.label, Text).label("decision"),
    )
    .select_from(decisions.join(answers, answers.c.item == decisions.c.item))
    .where(decisions.c.project == bindparam("p"), decisions.c.live, decisions.c.label.is_not(None))
    .where(answers.c.live, answers.c.kind == literal_column("'label'"), *WITHIN)
)
PERIODS: Final = (
    select(periods.c.since, periods.c.until, periods.c.figures, periods.c.closed_at)
    .where(periods.c.project == bindparam("p"))
    .where(periods.c.since < bindparam("until"), periods.c.until > bindparam("since"))
    .order_by(periods.c.since)
)


@dataclass(frozen=True, slots=True)
class Period:
    """A closed stretch of time [since, until) and its figures as they were then."""

    since: datetime
    until: datetime
    figures: Mapping[str, Any]
    closed_at: datetime


class OverlapError(ValueError):
    """A part of these days was closed before."""

    def __init__(self, former: Period) -> None:
        super().__init__("a part of it is closed")
        self.former = former


def done(connection: Connection, project: int, since: datetime, until: datetime) -> Iterator[Done]:
    """Every answer given in [since, until), by person and in the order it was given in."""
    params = {"p": project, "since": since, "until": until}
    streamed = connection.execution_options(yield_per=ROWS_AT_A_TIME)
    for rows in streamed.execute(DONE, params).partitions():
        yield from map(_done, rows)


def own(tx: Transaction, project: int, person: int, most: int) -> list[Done]:
    """The person's newest answers, `most` that stand and `most` that were taken back, in the order of giving."""
    params = {"p": project, "who": person, "most": most}
    rows = [row for statement in OWN for row in tx.all(statement, params)]
    return [_done(row) for row in sorted(rows, key=lambda row: (row.at, row.id))]


def _done(row: Row) -> Done:
    return row.person, row.kind, bool(row.live), row.milliseconds, int(row.at)


def decided(
    connection: Connection, project: int, since: datetime, until: datetime, person: int | None = None
) -> list[tuple[int, str, str]]:
    """(person, their label, what a reviewer decided) of each label given in [since, until) that stands on an item with
    a decision that stands; labels as JSON text."""
    statement = DECIDED if person is None else DECIDED.where(answers.c.person == person)
    rows = connection.execute(statement, {"p": project, "since": since, "until": until})
    return [(row.person, row.label, row.decision) for row in rows]


def closed(connection: Connection, project: int, since: datetime, until: datetime) -> list[Period]:
    """The closed periods that share any time with [since, until), oldest first."""
    rows = connection.execute(PERIODS, {"p": project, "since": since, "until": until})
    return [Period(**row._mapping) for row in rows]


def close(tx: Transaction, project: int, since: datetime, until: datetime, figures: Mapping[str, Any]) -> None:
    """Keeps the figures of [since, until) for ever. Raises OverlapError where a part of it is closed. The project's row
    is to be locked before, or two might close the same days at once."""
    former = closed(tx.connection, project, since, until)
    if former:
        raise OverlapError(former[0])
    row = {"project": project, "since": since, "until": until, "figures": dict(figures), "closed_at": tx.now}
    tx.insert(insert(periods), row)
