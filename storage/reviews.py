"""The queue of items that a reviewer is to look at, and what they decide: append-only, one decision an item stands.

Rows are locked project, item, review: completing an item puts it into the queue while its row is locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from storage import projects
from storage.database import Row, Transaction
from storage.schema import answers, comments, items, people
from storage.schema_quality import decisions, reviews

STATE_OF: Final = select(items.c.state).where(items.c.id == bindparam("item_id"))
ENQUEUE: Final = text(
    "INSERT INTO reviews (project, item, reason, state, opened_at) "
    "SELECT project, id, :reason, 'open', :now FROM items WHERE id = :item ON CONFLICT DO NOTHING"
)
DECIDED: Final = exists(
    select(decisions.c.id)
    .where(decisions.c.item == items.c.id, decisions.c.live)
    .offset(literal_column("0"))
    .correlate(items)
)
REVIEWABLE: Final = text("items.state IN ('done', 'flagged')")
FREE: Final = (
    (reviews.c.reviewer == bindparam("who"))
    | reviews.c.leased_until.is_(None)
    | (reviews.c.leased_until < bindparam("moment"))
)
OPEN: Final = text("reviews.state = 'open'")
PICK: Final = (
    select(reviews.c.id)
    .select_from(reviews.join(items, items.c.id == reviews.c.item))
    .where(reviews.c.project == bindparam("p"), OPEN, REVIEWABLE, FREE)
    .order_by((reviews.c.reviewer.is_not_distinct_from(bindparam("who"))).desc(), reviews.c.id)
    .limit(1)
    .with_for_update(of=reviews, skip_locked=True)
)
WAITING: Final = (
    select(func.count())
    .select_from(reviews.join(items, items.c.id == reviews.c.item))
    .where(reviews.c.project == bindparam("p"), OPEN, REVIEWABLE)
)
OLDEST: Final = (
    select(reviews.c.opened_at)
    .select_from(reviews.join(items, items.c.id == reviews.c.item))
    .where(reviews.c.project == bindparam("p"), OPEN, REVIEWABLE)
    .order_by(reviews.c.id)
    .limit(1)
)
REOPENING: Final = (
    select(func.count())
    .select_from(reviews.join(items, items.c.id == reviews.c.item))
    .where(reviews.c.project == bindparam("p"), OPEN, items.c.answers < bindparam("wanted"))
    .where(text("reviews.reason = 'disputed' AND items.state = 'done' AND items.own_overlap IS NULL"))
)
IN_HANDS: Final = (
    select(reviews.c.id)
    .where(reviews.c.project == bindparam("p"), OPEN, reviews.c.leased_until > bindparam("moment"))
    .limit(1)
)
LEASE: Final = text(
    "UPDATE reviews SET nonce = :nonce, reviewer = :who, leased_until = :until, "
    "shown = CASE WHEN reviewer = :who THEN shown END WHERE id = :review"
)
STANDS: Final = update(reviews).where(reviews.c.id == bindparam("review"), OPEN).values(shown=bindparam("place"))
GIVE_UP: Final = text(
    "UPDATE reviews SET reviewer = NULL, leased_until = NULL, draft = NULL, note = NULL, shown = NULL "
    "WHERE reviewer = :who AND state = 'open'"
)
KEEP: Final = text("UPDATE reviews SET draft = :draft, note = :note, leased_until = :until WHERE id = :review")
CLOSE: Final = text("UPDATE reviews SET state = 'closed', closed_at = :now WHERE id = :review AND state = 'open'")
AGREED: Final = text(
    "UPDATE reviews SET state = 'closed', closed_at = :now "
    "WHERE item = :item AND state = 'open' AND reason = 'disputed'"
)
REOPEN: Final = text(
    "UPDATE reviews SET state = 'open', closed_at = NULL, draft = NULL, shown = NULL, "
    "reviewer = :who, leased_until = :until "
    "WHERE id = :review AND state = 'closed' AND NOT EXISTS "
    "(SELECT 1 FROM reviews AS other WHERE other.item = reviews.item AND other.state = 'open')"
)
LOCK_ITEM: Final = (
    select(items.c.id).where(items.c.id == bindparam("item_id")).with_for_update(of=items, key_share=True)
)
FOUND: Final = select(
    reviews.c.id,
    reviews.c.project,
    reviews.c.item,
    reviews.c.reason,
    reviews.c.state,
    reviews.c.nonce,
    reviews.c.reviewer,
    reviews.c.leased_until,
    reviews.c.draft,
    reviews.c.note,
    reviews.c.shown,
    items.c.key,
    items.c.data,
    items.c.media,
    items.c.state.label("item_state"),
).select_from(reviews.join(items, items.c.id == reviews.c.item))
BY_NONCE: Final = FOUND.where(reviews.c.nonce == bindparam("wanted"))
BY_ID: Final = FOUND.where(reviews.c.id == bindparam("wanted"))
IN_HAND: Final = FOUND.where(
    reviews.c.reviewer == bindparam("who"), OPEN, reviews.c.leased_until > bindparam("moment")
).order_by(reviews.c.id.desc())
DECISION: Final = select(
    decisions.c.id, decisions.c.item, decisions.c.person, decisions.c.label, decisions.c.note, decisions.c.version
).where(decisions.c.item == bindparam("item_id"), decisions.c.live)
OVERRULE: Final = (
    update(decisions)
    .where(decisions.c.item == bindparam("item_id"), decisions.c.live)
    .values(live=False, superseded_at=bindparam("moment"), feedback=func.nullif(decisions.c.feedback, "due"))
)
SETTLE: Final = text(
    "UPDATE items SET state = CASE WHEN gold IS NOT NULL THEN 'gold' ELSE 'done' END, "
    "done_at = COALESCE(done_at, :now) WHERE id = :item AND state = 'flagged'"
)
FLAG_AGAIN: Final = text("UPDATE items SET state = 'flagged' WHERE id = :item AND state IN ('done', 'gold')")
SEND_BACK: Final = text(
    "UPDATE items SET serve_seq = :seq, done_at = NULL, flags = 0, least = answers + 1, "
    "overlap = CASE WHEN gold IS NULL AND taken >= overlap THEN taken + 1 ELSE overlap END, "
    "state = CASE WHEN gold IS NOT NULL THEN 'gold' ELSE 'open' END WHERE id = :item"
)
TAKE_OUT: Final = text("UPDATE items SET state = 'withdrawn' WHERE id = :item")
GIVEN: Final = (
    select(answers.c.id, answers.c.person, people.c.public, answers.c.label, answers.c.version, answers.c.unsure)
    .join(people, people.c.id == answers.c.person)
    .where(answers.c.item == bindparam("on"), answers.c.live, answers.c.kind == literal_column("'label'"))
    .order_by(answers.c.id)
)
NOTES: Final = (
    select(comments.c.kind, people.c.public, comments.c.text)
    .join(people, people.c.id == comments.c.person)
    .where(comments.c.item == bindparam("on"), comments.c.text != "")
    .order_by(comments.c.id)
)
SKIPS: Final = (
    select(literal_column("'skip'").label("kind"), people.c.public, answers.c.note.label("text"))
    .join(people, people.c.id == answers.c.person)
    .where(answers.c.item == bindparam("on"), answers.c.live, answers.c.kind == literal_column("'skip'"))
    .where(answers.c.note != "")
    .order_by(answers.c.id)
)
UNLOOKED: Final = (
    select(items.c.id)
    .where(
        items.c.project == bindparam("p"),
        items.c.id > bindparam("after"),
        text("items.state = 'flagged'"),
        ~DECIDED,
        ~exists(
            select(reviews.c.id).where(reviews.c.item == items.c.id, OPEN).offset(literal_column("0")).correlate(items)
        ),
    )
    .order_by(items.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An item in the queue. `reason` is disputed or flagged; `draft` holds the labels decided so far, by question;
    `note` the reviewer's explanation; `shown` where its card stands before them, as `stands` was told."""

    id: int
    project: int
    item: int
    reason: str
    state: str
    nonce: str | None
    reviewer: int | None
    leased_until: datetime | None
    draft: dict[str, Any] | None
    note: str | None
    shown: dict[str, Any] | None
    key: str
    data: dict[str, Any]
    media: list[dict[str, Any]] | None
    item_state: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What stands for an item; `label` by question, as an answer's. `version` is the schema's."""

    id: int
    item: int
    person: int
    label: dict[str, Any]
    note: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Given:
    """A live label, its id, and who gave it."""

    id: int
    person: int
    public: str
    label: dict[str, Any]
    version: int
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said of an item: `kind` is flag, ask or skip."""

    kind: str
    public: str
    text: str


def _review(row: Row | None) -> Review | None:
    return None if row is None else Review(**row._mapping)


def item_state(tx: Transaction, item: int) -> str:
    return str(tx.value(STATE_OF, {"item_id": item}))


def enqueue(tx: Transaction, item: int, reason: str) -> bool:
    """Puts an item into the queue, unless it stands there or is decided; whether it did."""
    if standing(tx, item) is not None:
        return False
    return tx.run(ENQUEUE, {"item": item, "reason": reason, "now": tx.micros}) == 1


def agreed(tx: Transaction, item: int) -> None:
    """People who took answers back and gave others do not differ any more: the item leaves the queue."""
    tx.run(AGREED, {"item": item, "now": tx.micros})


def claim(tx: Transaction, project: int, person: int, nonce: str, until: datetime) -> Review | None:
    """The next item for this reviewer, theirs alone until then: the one in hand, else the one that waits longest. None
    when there is none."""
    found = tx.value(PICK, {"p": project, "who": person, "moment": tx.now})
    if found is None:
        return None
    tx.run(LEASE, {"review": found, "nonce": nonce, "who": person, "until": _micros(tx, until)})
    return _review(tx.one(BY_ID, {"wanted": found}))


def _micros(tx: Transaction, until: datetime) -> int:
    return tx.micros + round((until - tx.now).total_seconds() * 1_000_000)


def waiting(tx: Transaction, project: int) -> int:
    """How many items wait for a reviewer, those in somebody's hand included."""
    return int(tx.value(WAITING, {"p": project}))


def reopening(tx: Transaction, project: int, overlap: int) -> int:
    """How many disputes leave the queue until their items have new answers, where the project wants that many."""
    return int(tx.value(REOPENING, {"p": project, "wanted": overlap}))


def oldest(tx: Transaction, project: int) -> datetime | None:
    """Since when the item waits that has waited longest; None where none does."""
    found: datetime | None = tx.value(OLDEST, {"p": project})
    return found


def in_hands(tx: Transaction, project: int) -> bool:
    """Whether a reviewer is at one of the items now."""
    return tx.one(IN_HANDS, {"p": project, "moment": tx.now}) is not None


def known(tx: Transaction, nonce: str) -> Review | None:
    """The review that a button belongs to, whoever holds it."""
    return _review(tx.one(BY_NONCE, {"wanted": nonce}))


def lock(tx: Transaction, review: Review) -> Review:
    """The review as it stands, its project and item locked."""
    projects.lock(tx, review.project)
    tx.one(LOCK_ITEM, {"item_id": review.item})
    found = _review(tx.one(BY_ID, {"wanted": review.id}))
    assert found is not None
    return found


def in_hand(tx: Transaction, person: int) -> Review | None:
    return _review(tx.one(IN_HAND, {"who": person, "moment": tx.now}))


def keep(tx: Transaction, review: Review, draft: dict[str, Any] | None, note: str | None, until: datetime) -> Review:
    """Keeps what is decided and said so far, and gives the reviewer more time."""
    change = update(reviews).where(reviews.c.id == review.id)
    tx.run(change.values(draft=draft, note=note, leased_until=until))
    return replace(review, draft=draft, note=note, leased_until=until)


def stands(tx: Transaction, review: int, place: Mapping[str, Any]) -> None:
    """The message that shows it by now, as long as it is open."""
    tx.run(STANDS, {"review": review, "place": place})


def give_up(tx: Transaction, person: int) -> None:
    """Gives what the reviewer has in hand to others."""
    tx.run(GIVE_UP, {"who": person})


def later(tx: Transaction, review: Review) -> None:
    """Puts the item at the end of the queue."""
    if tx.run(CLOSE, {"review": review.id, "now": tx.micros}):
        enqueue(tx, review.item, review.reason)


def decide(
    tx: Transaction, review: Review, person: int, label: dict[str, Any], version: int, *, feedback: bool = False
) -> bool:
    """Makes `label` what the item's answers come to; with `feedback` people are to hear of it. False, and nothing done,
    where it was decided meanwhile."""
    if not tx.run(CLOSE, {"review": review.id, "now": tx.micros}):
        return False
    tx.run(OVERRULE, {"item_id": review.item, "moment": tx.now})
    row = {"project": review.project, "item": review.item, "person": person, "label": label, "note": review.note}
    row |= {"version": version, "live": True, "decided_at": tx.now, "feedback": "due" if feedback else None}
    tx.insert(insert(decisions), row)
    tx.run(SETTLE, {"item": review.item, "now": tx.micros})
    return True


def take_back(tx: Transaction, review: Review, person: int, until: datetime) -> bool:
    """Undoes the decision that closed this review and puts the item into the reviewer's hand again. False where
    another decision, or none, stands by now."""
    decision = standing(tx, review.item)
    if decision is None or decision.person != person:
        return False
    give_up(tx, person)
    if not tx.run(REOPEN, {"review": review.id, "who": person, "until": _micros(tx, until)}):
        return False
    tx.run(OVERRULE, {"item_id": review.item, "moment": tx.now})
    if review.reason == "flagged":
        tx.run(FLAG_AGAIN, {"item": review.item})
    return True


def send_back(tx: Transaction, review: Review) -> bool:
    """Wants one more answer of the item. False where it was decided meanwhile. Its project and item are locked."""
    if not tx.run(CLOSE, {"review": review.id, "now": tx.micros}):
        return False
    tx.run(SEND_BACK, {"item": review.item, "seq": projects.next_seq(tx, review.project)})
    return True


def take_out(tx: Transaction, review: Review) -> bool:
    """Withdraws the item. False where it was decided meanwhile."""
    if not tx.run(CLOSE, {"review": review.id, "now": tx.micros}):
        return False
    tx.run(TAKE_OUT, {"item": review.item})
    return True


def standing(tx: Transaction, item: int) -> Decision | None:
    """The decision that stands for an item."""
    row = tx.one(DECISION, {"item_id": item})
    return None if row is None else Decision(**row._mapping)


def given(tx: Transaction, item: int) -> list[Given]:
    """All live labels of an item, oldest first."""
    return [Given(**row._mapping) for row in tx.all(GIVEN, {"on": item})]


def remarks(tx: Transaction, item: int) -> list[Remark]:
    """What people said of an item: flags and questions, then why they skipped."""
    return [Remark(**row._mapping) for statement in (NOTES, SKIPS) for row in tx.all(statement, {"on": item})]


def enqueue_flagged(tx: Transaction, project: int, most: int = 200) -> int:
    """Flagged items of a project that stand in no queue yet, such as those from before it had one; how many."""
    found: Sequence[Row] = tx.all(UNLOOKED, {"p": project, "after": 0, "most": most})
    return sum(enqueue(tx, row.id, "flagged") for row in found)


def enqueue_disputed(tx: Transaction, wanted: Sequence[int]) -> int:
    """Those of the items that are still done come into the queue; how many did."""
    return sum(item_state(tx, item) == "done" and enqueue(tx, item, "disputed") for item in wanted)
