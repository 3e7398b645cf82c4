"""Who gets which item: cards, leases and overlap.

A place on an item (`taken`) is claimed by a guarded update, so that never more than `overlap` people hold or have
answered it, in either engine; a gold item has a place for everybody, and counts them too. A person walks the servable
items by a cursor over `serve_seq`; an item that becomes servable again gets a new, larger number, so no cursor has
passed it. Rows are locked person, card, project, item.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    bindparam,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from storage import people, projects
from storage.cards import ITEM, SET_STATE, Card
from storage.database import Busy, Row, Transaction
from storage.deals import Deal as Deal
from storage.schema import answers, cards, cursors, items
from storage.skills import SKILLED

log = logging.getLogger("labelbot.storage")
GOLD: Final = -32_768
"""The cursor's priority over gold items, below any that an item may have."""
HARD: Final = -16_384
"""What the cursor's priority is lower by over the hard items of a priority."""
PRIORITIES: Final = range(-100, 101)
SERVABLE = text("items.state = 'open' AND items.taken < items.overlap AND items.serve_seq IS NOT NULL")

# OFFSET 0 keeps PostgreSQL from joining all of a person's answers where one look in the index an item is enough.
MINE = exists(
    select(answers.c.id)
    .where(answers.c.item == items.c.id, answers.c.person == bindparam("who"), answers.c.live)
    .offset(literal_column("0"))
    .correlate(items)
)
HOLDING = exists(
    select(cards.c.id)
    .where(
        cards.c.item == items.c.id,
        cards.c.person == bindparam("who"),
        literal_column("cards.state IN ('open', 'parked')"),
    )
    .offset(literal_column("0"))
    .correlate(items)
)
TOP = (
    select(items.c.priority)
    .where(items.c.project == bindparam("p"), SERVABLE, items.c.priority < bindparam("below"))
    .order_by(items.c.priority.desc())
    .limit(1)
)


def _reached(priority: ColumnElement[int]) -> ColumnElement[int]:
    """How far the person's cursor at that priority is."""
    found = select(cursors.c.seq).where(
        cursors.c.person == bindparam("who"), cursors.c.project == bindparam("p"), cursors.c.priority == priority
    )
    return func.coalesce(found.scalar_subquery(), 0)


LEVEL = TOP.scalar_subquery()
"""As a scalar, never a joined table: beside a join SQLite sorts all items of the level for each pick."""

GLANCE = (
    select(*ITEM, items.c.priority, items.c.serve_seq)
    .where(
        items.c.project == bindparam("p"),
        items.c.priority == LEVEL,
        SERVABLE,
        items.c.serve_seq > _reached(LEVEL),
        ~MINE,
        ~HOLDING,
    )
    .order_by(items.c.serve_seq)
    .limit(1)
)
PICK = GLANCE.with_for_update(of=items, key_share=True, skip_locked=True)
PASSED_OVER = (
    select(items.c.serve_seq)
    .where(
        items.c.project == bindparam("p"),
        items.c.priority == bindparam("priority"),
        SERVABLE,
        items.c.serve_seq > _reached(bindparam("priority")),
        items.c.serve_seq < bindparam("before"),
        ~MINE,
        ~HOLDING,
    )
    .order_by(items.c.serve_seq)
    .limit(1)
)
GLANCE_GOLD = (
    select(*ITEM, items.c.serve_seq)
    .where(
        items.c.project == bindparam("p"),
        text("items.state = 'gold'"),
        items.c.serve_seq > _reached(literal(GOLD, Integer)),
        ~MINE,
        ~HOLDING,
    )
    .order_by(items.c.serve_seq)
    .limit(1)
)
PICK_GOLD = GLANCE_GOLD.with_for_update(of=items, key_share=True, skip_locked=True)
GLANCE_HARD = (
    select(*ITEM, items.c.priority, items.c.serve_seq)
    .where(
        items.c.project == bindparam("p"),
        items.c.priority == LEVEL,
        items.c.hard,
        # Not in the words of the index of all that is servable, or SQLite would walk through that.
        text("items.state = 'open' AND items.overlap > items.taken"),
        items.c.serve_seq > _reached(LEVEL + HARD),
        ~MINE,
        ~HOLDING,
        SKILLED,
    )
    .order_by(items.c.serve_seq)
    .limit(1)
)
PICK_HARD = GLANCE_HARD.with_for_update(of=items, key_share=True, skip_locked=True)
TAKE = text(
    "UPDATE items SET taken = taken + 1 WHERE id = :item AND (state = 'gold' OR (state = 'open' AND taken < overlap))"
)
PASS = text(
    "INSERT INTO cursors (person, project, priority, seq) VALUES (:who, :p, :priority, :seq) "
    "ON CONFLICT (person, project, priority) DO UPDATE SET seq = excluded.seq"
)
LEFT: Final = "CASE WHEN needed IS NULL THEN overlap WHEN needed >= taken THEN needed ELSE taken - 1 END"
"""How many answers an item wants once somebody has left their place: where overlap is adaptive `needed`, or as many as
hold or have answered it."""
ENOUGH: Final = f"state = 'open' AND needed IS NOT NULL AND answers >= {LEFT}"
GIVE_BACK = text(
    f"UPDATE items SET taken = taken - 1, serve_seq = :seq, overlap = {LEFT}, "
    f"state = CASE WHEN {ENOUGH} THEN 'done' ELSE state END, "
    f"done_at = CASE WHEN {ENOUGH} THEN :now ELSE done_at END WHERE id = :item"
)
QUARANTINE = text(f"UPDATE items SET state = 'quarantined', taken = taken - 1, overlap = {LEFT} WHERE id = :item")
BACK: Final = "CASE WHEN gold IS NOT NULL THEN 'gold' WHEN answers >= overlap THEN 'done' ELSE 'open' END"
"""What an item becomes that is held back no longer."""
PUT = text(
    "UPDATE items SET serve_seq = :seq, "
    "flags = CASE WHEN :became = 'open' AND state = 'flagged' THEN 0 ELSE flags END, "
    f"state = CASE WHEN :became = 'open' THEN {BACK} ELSE :became END WHERE id = :item"
)
MET_AGAIN = select(items.c.id).where(items.c.id == bindparam("item"), MINE | HOLDING)
SKIPPED = (
    select(items.c.id, items.c.skips)
    .where(items.c.project == bindparam("p"), text("items.state = 'skipped'"), items.c.skips < bindparam("limit"))
    .order_by(items.c.skips, items.c.id)
    .limit(bindparam("most"))
)
SERVE_AGAIN = text(
    f"UPDATE items SET serve_seq = :seq, state = {BACK} WHERE id = :item AND state = 'skipped' AND skips < :limit"
)
DEAL = insert(cards)
OF_ITEM: Final = tuple(column.key for column in ITEM)
LAPSED = (
    select(cards.c.id, cards.c.item, cards.c.project)
    .where(literal_column("cards.state IN ('open', 'parked')"), cards.c.leased_until < bindparam("moment"))
    .limit(bindparam("most"))
    .with_for_update(key_share=True, skip_locked=True)
)
GLANCE_TEST = (
    select(*ITEM)
    .where(items.c.project == bindparam("p"), text("items.state = 'gold'"), ~MINE, ~HOLDING)
    .order_by(items.c.explanation.is_(None), items.c.id)
    .limit(1)
)
PICK_TEST = GLANCE_TEST.with_for_update(of=items, key_share=True, skip_locked=True)


def claim(tx: Transaction, deal: Deal, gold: bool) -> Card | None:
    """A place on the next item for this person, as an open card; None when there is nothing for them now."""
    row = _pick_gold(tx, deal) if gold else None
    if row is None and deal.hard_first:
        row = _pick_hard(tx, deal)
    if row is None:
        row = _pick(tx, deal)
    return None if row is None else _deal(tx, deal, row)


def _pick_gold(tx: Transaction, deal: Deal) -> Row | None:
    """Gold that others are claiming in this moment comes another time: the cursor stops before it."""
    params = {"p": deal.project, "who": deal.person}
    row = tx.one(PICK_GOLD, params)
    if row is None:
        return None
    _take(tx, row)
    first = (tx.one(GLANCE_GOLD, params) or row) if tx.locks else row
    _pass(tx, deal, GOLD, row.serve_seq if first.item == row.item else first.serve_seq - 1)
    return row


def _pick_hard(tx: Transaction, deal: Deal) -> Row | None:
    """For one who is skilled an item of which others were not sure enough, before its turn; None for all others, who
    meet it at its place in the queue. A cursor of its own, so that nobody looks at the same ones with each tap."""
    params = {"p": deal.project, "who": deal.person, "below": PRIORITIES.stop}
    row = tx.one(PICK_HARD, params)
    if row is None:
        return None
    first = (tx.one(GLANCE_HARD, params) or row) if tx.locks else row
    _take(tx, row)
    _pass(tx, deal, row.priority + HARD, min(row.serve_seq, first.serve_seq - (first.item != row.item)))
    return row


def claim_test(tx: Transaction, deal: Deal) -> Card | None:
    """A gold item that the person has not met, those with an explanation first; None when there is none left."""
    params = {"p": deal.project, "who": deal.person}
    row = tx.one(PICK_TEST, params)
    if row is None:
        if tx.locks and tx.one(GLANCE_TEST, params) is not None:
            raise Busy("others are just claiming the gold items that are left")
        return None
    _take(tx, row)
    return _deal(tx, deal, row)


def _pick(tx: Transaction, deal: Deal) -> Row | None:
    row = next_item(tx, deal.project, deal.person, PICK)
    if row is None:
        if tx.locks and next_item(tx, deal.project, deal.person, GLANCE) is not None:
            raise Busy("others are just claiming the items that are left")
        return None
    _take(tx, row)
    _pass(tx, deal, row.priority, _passable(tx, deal, row))
    return row


def _take(tx: Transaction, row: Row) -> None:
    if tx.run(TAKE, {"item": row.item}) != 1:
        raise AssertionError("a picked and locked item had no place")


def waits(tx: Transaction, project: int, person: int) -> bool:
    """Whether there is an item for that person now."""
    return next_item(tx, project, person, GLANCE) is not None


def next_item(
    tx: Transaction, project: int, person: int, statement: Executable, more: Mapping[str, int] = MappingProxyType({})
) -> Row | None:
    """The person's next item, of the highest priority that has one for them; `more` is what `statement` takes."""
    params = {"p": project, "who": person, "below": PRIORITIES.stop, **more}
    while (row := tx.one(statement, params)) is None:
        level = tx.value(TOP, params)
        if level is None:
            return None
        params["below"] = level
    return row


def _passable(tx: Transaction, deal: Deal, row: Row) -> int:
    """How far the cursor may go. Where rows are locked one by one, an item somebody else was claiming in this moment
    was skipped and may still have a place for us: the cursor stops before it."""
    if not tx.locks:
        return int(row.serve_seq)
    params = {"p": deal.project, "who": deal.person, "priority": row.priority, "before": row.serve_seq}
    skipped = tx.value(PASSED_OVER, params)
    return int(row.serve_seq) if skipped is None else int(skipped) - 1


def _pass(tx: Transaction, deal: Deal, priority: int, seq: int) -> None:
    tx.run(PASS, {"who": deal.person, "p": deal.project, "priority": priority, "seq": seq})


def _deal(tx: Transaction, deal: Deal, row: Row) -> Card:
    suggested, planted = deal.aid(row.item, row.gold, row.suggestion)
    dealt = {
        "nonce": deal.nonce,
        "project": deal.project,
        "item": row.item,
        "person": deal.person,
        "chat": deal.chat,
        "version": deal.version,
        "suggested": suggested,
        "planted": planted,
        "leased_until": deal.moment + deal.lease,
        "served_at": deal.moment,
    }
    item: dict[str, Any] = dict(zip(OF_ITEM, row, strict=False))  # what picking it took besides comes after these
    return Card(
        id=tx.insert(DEAL, dealt),
        chat_external=deal.chat_external,
        role=deal.role,
        answered=deal.answered,
        total=deal.total,
        rules=deal.version,
        new=True,
        **item | dealt | {"taken": row.taken + 1},
    )


def deal_again(tx: Transaction, deal: Deal, item: int) -> Card:
    """A card for an item this person has a place on already (undo)."""
    row = tx.one(select(*ITEM).where(items.c.id == item))
    assert row is not None
    return replace(_deal(tx, deal, row), taken=row.taken)


def met_again(tx: Transaction, card: Card) -> bool:
    """Whether the person of an expired card has answered its item since then, or holds it under another card."""
    return tx.value(MET_AGAIN, {"item": card.item, "who": card.person}) is not None


def take_back(tx: Transaction, card: Card) -> bool:
    """A place for an expired card after all; False when its item has none left or its person has met it again."""
    if met_again(tx, card):
        return False
    return tx.run(TAKE, {"item": card.item}) == 1


def release(tx: Transaction, card: Card, became: str = "void") -> None:
    """Ends a card without an answer: its place goes to others."""
    tx.run(SET_STATE, {"card": card.id, "became": became})
    give_back(tx, card.item, card.project)


def give_back(tx: Transaction, item: int, project: int) -> None:
    """Frees one place on an item and puts it where everybody's cursor still comes by."""
    tx.run(GIVE_BACK, {"item": item, "seq": projects.next_seq(tx, project), "now": tx.micros})


def quarantine(tx: Transaction, card: Card) -> None:
    """Takes an item out that cannot be shown; an admin may put it back."""
    tx.run(SET_STATE, {"card": card.id, "became": "void"})
    tx.run(QUARANTINE, {"item": card.item})


def known(tx: Transaction, item: int) -> tuple[int, str] | None:
    """(project, key) of an item."""
    row = tx.one(select(items.c.project, items.c.key).where(items.c.id == item))
    return None if row is None else (row.project, row.key)


def set_item_state(tx: Transaction, item: int, project: int, became: str) -> None:
    """Puts an item back (`open`) or takes it out (`withdrawn`), as an admin decides."""
    seq = projects.next_seq(tx, project)
    tx.run(PUT, {"item": item, "became": became, "seq": seq})


def unskip(tx: Transaction, project: int, limit: int, most: int = 200) -> None:
    """Items that all have passed on are servable again once there is somebody who has not: `most` at a time, the
    others with the next tick."""
    found = tx.all(SKIPPED, {"p": project, "limit": limit, "most": most})
    limit = min(limit, people.active(tx, project)) if found else limit
    again = [row.id for row in found if row.skips < limit]
    if again:
        first = projects.next_seq(tx, project, len(again))
        places = [{"item": item, "limit": limit, "seq": first + number} for number, item in enumerate(again)]
        tx.run(SERVE_AGAIN, places)


def expire(tx: Transaction, limit: int = 200) -> int:
    """Takes back the places of leases that ran out; returns how many."""
    rows = sorted(tx.all(LAPSED, {"moment": tx.now, "most": limit}), key=lambda row: (row.project, row.item))
    if rows:
        tx.run(SET_STATE, [{"card": row.id, "became": "expired"} for row in rows])
    for project, some in groupby(rows, lambda row: int(row.project)):
        _give_all_back(tx, project, [row.item for row in some])
    return len(rows)


def _give_all_back(tx: Transaction, project: int, freed: Sequence[int]) -> None:
    """An item that does not count whom it lets go is a bug of ours, and no reason to keep the others."""
    first = projects.next_seq(tx, project, len(freed))
    places = [{"item": item, "seq": first + number, "now": tx.micros} for number, item in enumerate(freed)]
    try:
        with tx.apart():
            tx.run(GIVE_BACK, places)
    except IntegrityError:
        for place in places:
            try:
                with tx.apart():
                    tx.run(GIVE_BACK, place)
            except IntegrityError:
                log.error("item %d has no place to give back", place["item"])
