"""Gold: items whose right label is known, made of what people agreed on and taken away again; answers told about."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlalchemy import bindparam, func, select, text, update

from storage import people, projects
from storage.database import Transaction
from storage.schema import answers, items

Measure = Literal["told", "test", "tried"]
EXPLANATION = select(items.c.explanation).where(items.c.id == bindparam("item"))
MEASURED = text("UPDATE answers SET measure = :measure WHERE card = :card AND live = true")
IS_GOLD = select(items.c.id).where(items.c.id == bindparam("item"), items.c.gold.is_not(None))
MAKE = (
    update(items)
    .where(
        items.c.id == bindparam("which"),
        items.c.gold.is_(None),
        items.c.state.in_(("open", "done", "skipped", "flagged")),
    )
    .values(gold=bindparam("known"), state="gold", flags=0, done_at=None, serve_seq=bindparam("seq"))
)
UNMAKE: Final = text(
    "UPDATE items SET gold = NULL, serve_seq = :seq, "
    "overlap = CASE WHEN taken > overlap THEN taken ELSE overlap END, "
    "done_at = CASE WHEN state = 'gold' AND answers >= overlap AND answers = taken THEN :now ELSE NULL END, "
    "state = CASE WHEN state <> 'gold' THEN state "
    "WHEN answers >= overlap AND answers = taken THEN 'done' ELSE 'open' END "
    "WHERE id = :item AND gold IS NOT NULL"
)
"""Whoever holds it or has answered it as gold keeps their place: it wants as many answers as it has places taken."""
TESTED = (
    select(answers.c.id, answers.c.person, answers.c.kind)
    .where(answers.c.item == bindparam("item"), answers.c.live, answers.c.measure.in_(("test", "tried")))
    .order_by(answers.c.id)
)
END = text("UPDATE answers SET live = false, superseded_at = :now WHERE id = :answer")
UNCOUNT = text("UPDATE items SET answers = answers - 1, taken = taken - 1 WHERE id = :item")
UNCOUNT_SKIP = text("UPDATE items SET skips = CASE WHEN skips > 0 THEN skips - 1 ELSE 0 END WHERE id = :item")
UNCOUNT_MEMBER = text("UPDATE members SET answered = answered - 1 WHERE project = :project AND person = :person")


def explanation(tx: Transaction, item: int) -> str:
    """Why its gold is right; empty where nobody wrote it down."""
    return str(tx.value(EXPLANATION, {"item": item}) or "")


def measured(tx: Transaction, card: int, measure: Measure) -> None:
    """The live answer of that card is final from now on."""
    tx.run(MEASURED, {"card": card, "measure": measure})


def count(tx: Transaction, project: int) -> int:
    """How many gold items the project has to serve."""
    return int(tx.value(select(func.count()).where(items.c.project == project, text("items.state = 'gold'"))))


def is_gold(tx: Transaction, item: int) -> bool:
    return tx.value(IS_GOLD, {"item": item}) is not None


def make_gold(
    tx: Transaction, project: int, item: int, label: Mapping[str, Any], person: int | None, explanation: str = ""
) -> bool:
    """The item's right label is `label`, by question, from now on: it leaves the queue, people who hold it keep their
    card, and its answers measure those who gave them. `person` decided so, None at the terminal.

    False where it is gold already, taken out or set aside: then nothing is changed.
    """
    seq = projects.next_seq(tx, project)
    if tx.run(MAKE, {"which": item, "known": dict(label), "seq": seq}) != 1:
        return False
    if explanation:
        tx.run(update(items).where(items.c.id == item).values(explanation=explanation))
    projects.add_items(tx, project, -1)
    people.record(tx, person, project, "gold", {"item": item})
    return True


def unmake_gold(tx: Transaction, project: int, item: int, person: int | None) -> bool:
    """The item is one like others again, its answers are data; not those of tests, which never are. False where it is
    not gold."""
    seq = projects.next_seq(tx, project)
    if not is_gold(tx, item):
        return False
    for answer in tx.all(TESTED, {"item": item}):
        tx.run(END, {"answer": answer.id, "now": tx.micros})
        if answer.kind == "label":
            tx.run(UNCOUNT, {"item": item})
            tx.run(UNCOUNT_MEMBER, {"project": project, "person": answer.person})
        elif answer.kind == "skip":
            tx.run(UNCOUNT_SKIP, {"item": item})
    tx.run(UNMAKE, {"item": item, "seq": seq, "now": tx.micros})
    projects.add_items(tx, project, 1)
    people.record(tx, person, project, "gold_gone", {"item": item})
    return True
