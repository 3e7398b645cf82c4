"""Counts of who gave what where which label holds, kept with every answer, and what an item brought into them.

How often a label held, and was given there, stands in a table of its own for all people together, so that no answer
sums over everybody: what is right under the label's own name, all that is wrong under none. Rows are locked project,
items, counts: who writes counts holds their project (`begin`), so that nobody waits for each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, bindparam, select, text, update

from storage.database import Busy, Row, Transaction
from storage.schema import answers, items
from storage.schema_quality import decisions, pooled, skills

OTHER: Final = "\x1f"
"""What was given of all that is not told apart, and is wrong."""
Cell: TypeAlias = tuple[int, str, str, str]
"""(person, question, truth, given)."""
BEGIN: Final = text(
    "UPDATE projects SET next_seq = next_seq + 1 WHERE id = :project RETURNING next_seq, version, candour"
)
LIVE: Final = (
    select(answers.c.item, answers.c.person, answers.c.label, answers.c.version)
    .where(answers.c.item.in_(bindparam("some", expanding=True)), answers.c.live, text("answers.kind = 'label'"))
    .order_by(answers.c.id)
)
PLACED: Final = (
    select(
        items.c.id,
        items.c.overlap,
        items.c.own_overlap,
        items.c.needed,
        items.c.least,
        items.c.hard,
        items.c.taken,
        items.c.answers,
        items.c.state,
        items.c.gold,
        items.c.standing,
        items.c.confidence,
        items.c.serve_seq,
        items.c.done_at,
        decisions.c.label.label("decided"),
        decisions.c.version.label("decided_in"),
    )
    .select_from(items.outerjoin(decisions, (decisions.c.item == items.c.id) & decisions.c.live))
    .where(items.c.id.in_(bindparam("some", expanding=True)))
    .order_by(items.c.id)
    .with_for_update(of=items, key_share=True)  # somebody may just be taking a place
)
STANDING: Final = select(items.c.standing).where(items.c.id == bindparam("item"))
ADD: Final = text(
    "INSERT INTO skills (project, person, question, truth, given, count) "
    "VALUES (:project, :person, :question, :truth, :given, :by) "
    "ON CONFLICT (project, person, question, truth, given) DO UPDATE SET count = skills.count + excluded.count"
)
ADD_POOLED: Final = text(
    "INSERT INTO pooled (project, question, truth, given, count) VALUES (:project, :question, :truth, :given, :by) "
    "ON CONFLICT (project, question, truth, given) DO UPDATE SET count = pooled.count + excluded.count"
)
EMPTY: Final = text(
    "DELETE FROM skills WHERE project = :project AND person = :person AND question = :question AND truth = :truth "
    "AND given = :given AND count = 0"
)
EMPTY_POOLED: Final = text(
    "DELETE FROM pooled WHERE project = :project AND question = :question AND truth = :truth AND given = :given "
    "AND count = 0"
)
EVERYBODY: Final = select(pooled.c.question, pooled.c.truth, pooled.c.given, pooled.c.count.label("times")).where(
    pooled.c.project == bindparam("p")
)
OF_TRUTHS: Final = text(
    "SELECT question, truth, given, SUM(count) AS times FROM (SELECT question, count, "
    "CASE WHEN question NOT IN :large OR truth IN :truths THEN truth ELSE '' END AS truth, "
    "CASE WHEN question NOT IN :large OR truth IN :truths THEN given WHEN given = '' THEN :wrong ELSE '' END AS given "
    "FROM pooled WHERE project = :p) AS told_apart GROUP BY question, truth, given"
).bindparams(bindparam("large", expanding=True), bindparam("truths", expanding=True))
CELLS: Final = select(
    skills.c.person, skills.c.question, skills.c.truth, skills.c.given, skills.c.count.label("times")
).where(skills.c.project == bindparam("p"))
OF_PEOPLE: Final = CELLS.where(skills.c.person.in_(bindparam("who", expanding=True)))
SETTLE: Final = (
    update(items)
    .where(items.c.id == bindparam("on"))
    .values(
        overlap=bindparam("wanted"),
        needed=bindparam("enough"),
        hard=bindparam("unsure"),
        state=bindparam("became"),
        done_at=bindparam("since"),
        serve_seq=bindparam("seq"),
        standing=bindparam("stands"),
        confidence=bindparam("sure"),
    )
)
STAND: Final = update(items).where(items.c.id == bindparam("on")).values(standing=bindparam("stands"))
COMPARED: Final = 10
"""From so many answers on that were compared with what holds, a person may be known as skilled."""
SKILLED: Final = text(
    f"(SELECT SUM(own.count) >= {COMPARED} AND SUM(CASE WHEN own.truth = own.given THEN own.count ELSE 0 END) * "
    "(SELECT SUM(pooled.count) FROM pooled WHERE pooled.project = :p) > SUM(own.count) * "
    "(SELECT SUM(CASE WHEN pooled.truth = pooled.given THEN pooled.count ELSE 0 END) FROM pooled "
    "WHERE pooled.project = :p) FROM skills AS own WHERE own.project = :p AND own.person = :who)"
)
"""Whether a larger share of the person's answers than of everybody's is right."""
GOLD: Final = (
    select(items.c.id, items.c.gold, items.c.standing, answers.c.person, answers.c.label)
    .select_from(answers.join(items, items.c.id == answers.c.item))
    .where(items.c.project == bindparam("p"), items.c.gold.is_not(None), text("answers.kind = 'label'"), answers.c.live)
    .order_by(answers.c.id.desc())
    .limit(bindparam("most"))
)
CANDOUR: Final = text("SELECT candour FROM projects WHERE id = :project")
NOTE: Final = text("UPDATE projects SET candour = :candour WHERE id = :project")
COMING: Final = (
    select(items.c.id, (items.c.standing.is_not(None) | (items.c.answers > 0)).label("answered"))
    .where(items.c.project == bindparam("p"), items.c.id > bindparam("after"))
    .order_by(items.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a change of answers holds: a serving number, and the project's `candour` (see `bot.quality.candour`), None
    where it is not known."""

    seq: int
    candour: float | None


def begin(tx: Transaction, project: int, version: int) -> Begun:
    """Locks the project's row to the end of the transaction. Raises Busy where that is not its version any more: the
    work is run again, by the new one."""
    row = tx.one(BEGIN, {"project": project})
    assert row is not None
    if row.version != version:
        raise Busy("the project has just got a new version")
    return Begun(row.next_seq - 1, row.candour)


def placed(tx: Transaction, some: Sequence[int]) -> list[Row]:
    """How the items stand, by id, locked: places, state, gold, decision, and what they bring into the counts."""
    return list(tx.all(PLACED, {"some": list(some)}))


def standing(tx: Transaction, item: int) -> Sequence[Sequence[Any]]:
    """What the item brings into the counts, as `placed` has it, for who only looks: nothing is locked."""
    return tx.value(STANDING, {"item": item}) or ()


def labels(tx: Transaction, some: Sequence[int]) -> dict[int, list[Row]]:
    """(item, person, label by question, version) of the items' live answers, oldest first, by item."""
    found: dict[int, list[Row]] = {item: [] for item in some}
    for row in tx.all(LIVE, {"some": list(some)}):
        found[row.item].append(row)
    return found


def add(tx: Transaction, project: int, changes: Mapping[Cell, int]) -> None:
    """Adds to the counts; nothing is kept of zeros."""
    own: list[dict[str, Any]] = [
        {"project": project, "person": person, "question": question, "truth": truth, "given": given, "by": by}
        for (person, question, truth, given), by in sorted(changes.items())
        if by
    ]
    together: dict[tuple[str, str, str], int] = {}
    for (_, question, truth, given), by in changes.items():
        cell = question, truth, pooled_as(truth, given)
        together[cell] = together.get(cell, 0) + by
    everybody: list[dict[str, Any]] = [
        {"project": project, "question": question, "truth": truth, "given": given, "by": by}
        for (question, truth, given), by in sorted(together.items())
        if by
    ]
    for adding, emptying, rows in ((ADD, EMPTY, own), (ADD_POOLED, EMPTY_POOLED, everybody)):
        fewer = [row for row in rows if row["by"] < 0]
        if rows:
            tx.run(adding, rows)
        if fewer:
            tx.run(emptying, [{name: value for name, value in row.items() if name != "by"} for row in fewer])


def pooled_as(truth: str, given: str) -> str:
    """Under what the counts of all people have what was given."""
    return given if given == truth else ""


def everybody(tx: Transaction, project: int, large: Collection[str] = (), truths: Collection[str] = ()) -> list[Row]:
    """(question, truth, the same where it was given, else nothing, times) over all people. Of `large` questions only
    these `truths` are told apart; all others are one, "", of which OTHER was given where it was wrong."""
    if not large:
        return list(tx.all(EVERYBODY, {"p": project}))
    return list(tx.all(OF_TRUTHS, {"p": project, "large": sorted(large), "truths": sorted(truths), "wrong": OTHER}))


def of_people(tx: Transaction, project: int, people: Iterable[int]) -> list[Row]:
    """(person, question, truth, given, times) of those people."""
    return list(tx.all(OF_PEOPLE, {"p": project, "who": sorted(people)}))


def every(tx: Transaction, project: int) -> dict[Cell, int]:
    """All counts of a project."""
    rows = tx.all(CELLS, {"p": project})
    return {(row.person, row.question, row.truth, row.given): row.times for row in rows}


def settle(tx: Transaction, found: Sequence[Mapping[str, Any]]) -> None:
    """Keeps what was found of each item `on`: `wanted` answers, of which `enough` would do but for those who hold it,
    whether it is `unsure`, the state it `became`, done `since`, `seq`, what `stands`, how `sure`."""
    if found:
        tx.run(SETTLE, found)


def stand(tx: Transaction, found: Sequence[Mapping[str, Any]]) -> None:
    """Keeps of each item `on` what `stands`, where nothing else follows from that."""
    if found:
        tx.run(STAND, found)


def coming(tx: Transaction, project: int, after: int, most: int) -> list[Row]:
    """(id, whether anything was `answered` or counted there) of the project's next items after that id."""
    return list(tx.all(COMING, {"p": project, "after": after, "most": most}))


def on_gold(connection: Connection, project: int, most: int) -> list[Row]:
    """(id of the item, gold, standing, person, label) of the newest live labels of gold items, the newest first."""
    return list(connection.execute(GOLD, {"p": project, "most": most}).all())


def cells(connection: Connection, project: int) -> tuple[list[Row], list[Row]]:
    """All counts of a project: as `everybody` and as `of_people`."""
    together, own = (list(connection.execute(one, {"p": project}).all()) for one in (EVERYBODY, CELLS))
    return together, own


def candour(tx: Transaction, project: int) -> float | None:
    """None where it is not known."""
    found: float | None = tx.value(CANDOUR, {"project": project})
    return found


def believed(connection: Connection, project: int) -> float | None:
    """The same, for who only reads."""
    found: float | None = connection.execute(CANDOUR, {"project": project}).scalar()
    return found


def together(connection: Connection, project: int) -> list[Row]:
    """As `everybody`, beside the taps."""
    return list(connection.execute(EVERYBODY, {"p": project}).all())


def each(connection: Connection, project: int, people: Iterable[int]) -> list[Row]:
    """As `of_people`, beside the taps."""
    return list(connection.execute(OF_PEOPLE, {"p": project, "who": sorted(people)}).all())


def note_candour(tx: Transaction, project: int, candour: float | None) -> None:
    tx.run(NOTE, {"project": project, "candour": candour})
