"""Answers, append-only: a correction supersedes, nothing is overwritten. Skips and flags are answers of their kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, literal_column, select, text, update
from sqlalchemy.exc import IntegrityError

from storage import cards, projects, queue
from storage.cards import Card
from storage.database import Row, Transaction
from storage.queue import BACK, ENOUGH, LEFT
from storage.schema import answers, comments, items

MILLISECOND = timedelta(milliseconds=1)
LONGEST = 2**31 - 1
"""Milliseconds the column holds, 24 days."""
INSERT = insert(answers)
COUNT_ANSWER = text(
    "UPDATE items SET answers = answers + 1, "
    "state = CASE WHEN state IN ('open', 'skipped') AND answers + 1 >= overlap THEN 'done' ELSE state END, "
    "done_at = CASE WHEN state IN ('open', 'skipped') AND answers + 1 >= overlap THEN :now ELSE done_at END "
    "WHERE id = :item"
)
COUNT_MEMBER = text("UPDATE members SET answered = answered + :by WHERE project = :project AND person = :person")
REOPEN = text(
    "UPDATE items SET answers = answers - 1, done_at = NULL, "
    "state = CASE WHEN state = 'done' THEN 'open' ELSE state END WHERE id = :item"
)
SKIP = text(
    f"UPDATE items SET taken = taken - 1, skips = skips + 1, serve_seq = :seq, overlap = {LEFT}, "
    f"done_at = CASE WHEN {ENOUGH} THEN :now ELSE done_at END, "
    f"state = CASE WHEN {ENOUGH} THEN 'done' WHEN state = 'open' AND skips + 1 >= :limit THEN 'skipped' ELSE state END "
    "WHERE id = :item"
)
UNSKIP = text(
    "UPDATE items SET taken = taken + 1, skips = CASE WHEN skips > 0 THEN skips - 1 ELSE 0 END, "
    "serve_seq = CASE WHEN state = 'skipped' AND skips <= :enough THEN :seq ELSE serve_seq END, "
    f"state = CASE WHEN state = 'skipped' AND skips <= :enough THEN {BACK} ELSE state END "
    "WHERE id = :item"
)
FLAG = text(
    f"UPDATE items SET taken = taken - 1, flags = flags + 1, serve_seq = :seq, overlap = {LEFT}, "
    f"done_at = CASE WHEN {ENOUGH} AND flags + 1 < :limit THEN :now ELSE done_at END, "
    "state = CASE WHEN state IN ('open', 'done', 'gold') AND flags + 1 >= :limit THEN 'flagged' "
    f"WHEN {ENOUGH} THEN 'done' ELSE state END "
    "WHERE id = :item"
)
UNFLAG = text(
    "UPDATE items SET taken = taken + 1, flags = CASE WHEN flags > 0 THEN flags - 1 ELSE 0 END, "
    "serve_seq = CASE WHEN state = 'flagged' AND flags <= :enough THEN :seq ELSE serve_seq END, "
    f"state = CASE WHEN state = 'flagged' AND flags <= :enough THEN {BACK} ELSE state END "
    "WHERE id = :item"
)
HELD_BACK = {"skip": "skipped", "flag": "flagged"}
"""What a skip or a flag may make of an item, and its undo end; what others made of it stays."""
LATEST = (
    select(answers)
    .where(
        answers.c.person == bindparam("who"),
        answers.c.project == bindparam("p"),
        answers.c.live,
        text("answers.kind IN ('label', 'skip', 'flag')"),
    )
    .order_by(answers.c.id.desc())
    .limit(1)
)
SUPERSEDE = (
    update(answers).where(answers.c.id == bindparam("answer")).values(live=False, superseded_at=bindparam("moment"))
)
PLACES = (
    select(items.c.state, (items.c.gold.is_not(None) | (items.c.taken < items.c.overlap)).label("free"))
    .where(items.c.id == bindparam("item_id"))
    .with_for_update(key_share=True)
)
OF_CARD = select(answers).where(answers.c.card == bindparam("card_id"), answers.c.live)
OTHERS = (
    select(answers.c.label)
    .where(answers.c.item == bindparam("on"), answers.c.person != bindparam("who"), answers.c.live)
    .where(answers.c.kind == literal_column("'label'"))
    .order_by(answers.c.id)
)

TAKEN_BACK = (
    select(answers.c.label)
    .where(answers.c.item == bindparam("on"), answers.c.person == bindparam("who"), ~answers.c.live)
    .where(answers.c.kind == literal_column("'label'"))
    .order_by(answers.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `kind` is label, skip, flag or late (no place was left). `measure` is None but where it is final, for
    its person was told what gold says there ("told") or gave it in a test ("test", "tried": in one before). `unsure`:
    to a question it has no label for, the person was not sure. `aid` says what became of the item's suggestion: see
    `_aid`."""

    id: int
    project: int
    item: int
    person: int
    card: int | None
    kind: str
    label: Any
    note: str | None
    version: int
    milliseconds: int | None
    answered_at: datetime
    unsure: bool = False
    aid: str | None = None
    measure: str | None = None

    @property
    def final(self) -> bool:
        """Whether its person has been told what is right there: the first answer counts."""
        return self.kind == "label" and self.measure is not None


class AlreadyAnsweredError(ValueError):
    """This person has a live answer to this item."""


def _answer(row: Row | None) -> Answer | None:
    if row is None:
        return None
    return Answer(
        row.id,
        row.project,
        row.item,
        row.person,
        row.card,
        row.kind,
        row.label,
        row.note,
        row.version,
        row.milliseconds,
        row.answered_at,
        row.unsure,
        row.aid,
        row.measure,
    )


def record(tx: Transaction, card: Card, label: Any, unsure: bool = False) -> None:
    """The label of an item, final until undone; the item is done when it has all it wants. Questions that the person
    was `unsure` of are not in the label."""
    _insert(tx, card, "label", label=label, unsure=unsure)
    tx.run(COUNT_ANSWER, {"item": card.item, "now": tx.micros})
    tx.run(COUNT_MEMBER, {"project": card.project, "person": card.person, "by": 1})
    cards.finish(tx, card)


def record_late(tx: Transaction, card: Card, label: Any, unsure: bool = False) -> bool:
    """An answer for which no place was left: kept, and counted nowhere. False, and nothing done, where the person has
    answered the item since, or has it in hand again."""
    if queue.met_again(tx, card):
        return False
    _insert(tx, card, "late", label=label, unsure=unsure)
    cards.finish(tx, card)
    return True


def skip(tx: Transaction, card: Card, reason: str, limit: int) -> None:
    """The person passes; the item leaves the queue once `limit` people did."""
    seq = projects.next_seq(tx, card.project)
    _insert(tx, card, "skip", note=reason)
    tx.run(SKIP, {"item": card.item, "limit": limit, "seq": seq, "now": tx.micros})
    cards.finish(tx, card)


def flag(tx: Transaction, card: Card, note: str, needed: int) -> None:
    """The item is broken, says this person; it is held back once `needed` people say so."""
    seq = projects.next_seq(tx, card.project)
    _insert(tx, card, "flag", note=note)
    tx.run(FLAG, {"item": card.item, "limit": needed, "seq": seq, "now": tx.micros})
    cards.finish(tx, card)
    comment(tx, card, "flag", note)


def comment(tx: Transaction, card: Card, kind: str, note: str) -> None:
    """A question or remark that stays with the item."""
    remark(tx, card.project, card.item, card.person, kind, note)


def remark(tx: Transaction, project: int, item: int, person: int, kind: str, note: str) -> None:
    """The same of somebody who has no card of it: `kind` is flag, ask, or answer for what an admin says to these."""
    row = {"project": project, "item": item, "person": person, "kind": kind, "text": note}
    tx.insert(insert(comments), row | {"created_at": tx.now})


def latest(tx: Transaction, person: int, project: int) -> Answer | None:
    """What an undo would take back."""
    return _answer(tx.one(LATEST, {"who": person, "p": project}))


def of_card(tx: Transaction, card: int) -> Answer | None:
    """The live answer given on that card."""
    return _answer(tx.one(OF_CARD, {"card_id": card}))


def others(tx: Transaction, item: int, person: int) -> list[dict[str, Any]]:
    """The live labels that others gave an item, oldest first."""
    return [row.label for row in tx.all(OTHERS, {"on": item, "who": person})]


def taken_back(tx: Transaction, item: int, person: int) -> dict[str, Any] | None:
    """The label that the person gave the item last and took back."""
    found: dict[str, Any] | None = tx.value(TAKEN_BACK, {"on": item, "who": person})
    return found


def withdraw(tx: Transaction, answer: Answer, enough: int) -> bool:
    """Takes an answer back and keeps (or claims again) the person's place on the item, for a card to follow. An item
    is held back no longer where less than `enough` of the others' answers are of that kind, a skip or a flag.

    False when the item has no place left for them: then nothing is changed.
    """
    if answer.kind == "label":
        tx.run(REOPEN, {"item": answer.item})
        tx.run(COUNT_MEMBER, {"project": answer.project, "person": answer.person, "by": -1})
    elif not _take_back(tx, answer, enough):
        return False
    tx.run(SUPERSEDE, {"answer": answer.id, "moment": tx.now})
    return True


def _take_back(tx: Transaction, answer: Answer, enough: int) -> bool:
    seq = projects.next_seq(tx, answer.project)
    item = tx.one(PLACES, {"item_id": answer.item})
    assert item is not None
    if not item.free or item.state not in ("open", "gold", HELD_BACK[answer.kind]):
        return False
    tx.run(UNSKIP if answer.kind == "skip" else UNFLAG, {"item": answer.item, "seq": seq, "enough": enough})
    return True


def correct(tx: Transaction, answer: Answer, label: Any) -> None:
    """A new version of an answer that stays in its place (an edited message): the last one counts."""
    tx.run(SUPERSEDE, {"answer": answer.id, "moment": tx.now})
    row = {
        "project": answer.project,
        "item": answer.item,
        "person": answer.person,
        "card": answer.card,
        "kind": answer.kind,
        "label": label,
        "version": answer.version,
        "live": True,
        "milliseconds": answer.milliseconds,
        "answered_at": tx.now,
        "aid": answer.aid,
        "unsure": answer.unsure,
    }
    tx.insert(INSERT, row)


def _aid(card: Card) -> str | None:
    """What became of the item's suggestion: "shown", "withheld", or "wrong" where a wrong one stood in for it; None
    where it has none."""
    if card.planted is not None:
        return "wrong"
    return None if card.suggestion is None else "shown" if card.suggested else "withheld"


def _insert(
    tx: Transaction, card: Card, kind: str, *, label: Any = None, note: str | None = None, unsure: bool = False
) -> None:
    row = {
        "project": card.project,
        "item": card.item,
        "person": card.person,
        "card": card.id,
        "kind": kind,
        "label": label,
        "note": note,
        "version": card.version,
        "live": True,
        "milliseconds": min(max(0, (tx.now - card.served_at) // MILLISECOND), LONGEST),
        "answered_at": tx.now,
        "aid": _aid(card),
        "unsure": unsure,
    }
    try:
        tx.insert(INSERT, row)
    except IntegrityError as error:
        raise AlreadyAnsweredError("this person has answered this item") from error


def today(tx: Transaction, person: int, project: int, since: datetime) -> tuple[int, float | None]:
    """Labels given since then, and the mean seconds each took."""
    row = tx.one(
        select(func.count(), func.avg(answers.c.milliseconds)).where(
            answers.c.person == person,
            answers.c.project == project,
            answers.c.live,
            answers.c.kind == "label",
            answers.c.answered_at >= since,
        )
    )
    assert row is not None
    count, mean = row
    return int(count), None if mean is None else float(mean) / 1000
