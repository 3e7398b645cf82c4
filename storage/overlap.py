"""How many answers a project wants of an item, changed while people are at it: nothing is deleted, nobody cut short
of an answer they gave. Items whose import asked for a number of their own keep it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, text, update

from storage import projects
from storage.cards import SET_STATE
from storage.database import Row, Transaction
from storage.schema import cards, items
from storage.schema import projects as project_table

CHUNK = (
    select(
        items.c.id,
        items.c.overlap,
        items.c.needed,
        items.c.least,
        items.c.taken,
        items.c.answers,
        items.c.state,
        items.c.serve_seq,
        items.c.done_at,
        items.c.gold.is_not(None).label("gold"),
    )
    .where(items.c.project == bindparam("p"), items.c.id > bindparam("after"), text("items.own_overlap IS NULL"))
    .order_by(items.c.id)
    .limit(bindparam("most"))
)
LOCKED = CHUNK.with_for_update(key_share=True)
HELD = (
    select(cards.c.id, cards.c.item)
    .where(
        cards.c.project == bindparam("p"),
        cards.c.item.between(bindparam("first"), bindparam("last")),
        text("cards.state IN ('open', 'parked')"),
    )
    .order_by(cards.c.served_at.desc(), cards.c.id.desc())
    .with_for_update(key_share=True)
)
CHANGE = (
    update(items)
    .where(items.c.id == bindparam("item"))
    .values(
        overlap=bindparam("wanted"),
        needed=None,
        hard=False,
        taken=bindparam("places"),
        state=bindparam("became"),
        serve_seq=bindparam("seq"),
        done_at=bindparam("since"),
    )
)
SPREAD = select(project_table.c.spread).where(project_table.c.id == bindparam("p"))
NOTE = text("UPDATE projects SET spread = :spread WHERE id = :project")
RULED: Final = ("open", "done", "skipped")
"""States in which the number of answers decides; the others are an admin's to end."""


def is_spread(tx: Transaction, project: int, mark: int) -> bool:
    """Whether that is what was noted when the last change of overlap came to the end of the items."""
    return bool(tx.value(SPREAD, {"p": project}) == mark)


def note(tx: Transaction, project: int, mark: int | None) -> None:
    """`mark` tells one way to overlap from others; None while a change is on its way."""
    tx.run(NOTE, {"project": project, "spread": mark})


def set_overlap(tx: Transaction, project: int, overlap: int, after_id: int = 0, limit: int = 200) -> int:
    """Wants `overlap` answers of the project's next `limit` items after `after_id`, whatever was judged of them by
    adaptive overlap. Returns the id to go on after, 0 at the end, which notes it (`is_spread`).

    More: a done item is servable again. Fewer: whoever was served last loses their place, their card expires; an item
    that has enough is done, and wants as many as it has.
    """
    params = {"p": project, "after": after_id, "most": limit}
    if tx.locks:
        ahead = tx.all(CHUNK, params)
        _held(tx, project, ahead)  # locked as everywhere: first cards, then the project, then items
    seq = projects.next_seq(tx, project, limit)
    rows = tx.all(LOCKED, params)
    held = _held(tx, project, rows)
    released = [card for row in rows for card in _surplus(row, overlap, held)]
    if released:
        tx.run(SET_STATE, [{"card": card, "became": "expired"} for card in released])
    changes = [_change(row, overlap, seq + place, tx.now) for place, row in enumerate(rows)]
    different = [change for change, row in zip(changes, rows, strict=True) if _differs(change, row)]
    if different:
        tx.run(CHANGE, different)
    ended = len(rows) < limit
    note(tx, project, overlap if ended else None)
    return 0 if ended else int(rows[-1].id)


def _held(tx: Transaction, project: int, rows: Sequence[Row]) -> dict[int, list[int]]:
    """The cards by which people hold those items, newest first, by item."""
    found: dict[int, list[int]] = {}
    if rows:
        for card in tx.all(HELD, {"p": project, "first": rows[0].id, "last": rows[-1].id}):
            found.setdefault(card.item, []).append(card.id)
    return found


def _wanted(row: Row, overlap: int) -> int:
    return overlap if row.gold else max(overlap, row.answers, row.least or 0)


def _kept(row: Row, overlap: int) -> int:
    """How many places stay taken: a gold item has one for everybody."""
    return int(row.taken) if row.gold else min(row.taken, _wanted(row, overlap))


def _surplus(row: Row, overlap: int, held: Mapping[int, Sequence[int]]) -> Sequence[int]:
    return held.get(row.id, ())[: row.taken - _kept(row, overlap)]


def _change(row: Row, overlap: int, fresh: int, now: datetime) -> dict[str, Any]:
    wanted = _wanted(row, overlap)
    taken = _kept(row, overlap)
    state = row.state
    if state in RULED and row.answers >= wanted:
        state = "done"
    elif state == "done":
        state = "open"
    served_again = state == "open" and taken < wanted and not (row.state == "open" and row.taken < row.overlap)
    seq = fresh if served_again and row.serve_seq is not None else row.serve_seq
    since = (row.done_at or now) if state == "done" else None
    return {"item": row.id, "wanted": wanted, "places": taken, "became": state, "seq": seq, "since": since}


def _differs(change: Mapping[str, Any], row: Row) -> bool:
    kept = (row.overlap, row.taken, row.state, None)
    return (change["wanted"], change["places"], change["became"], row.needed) != kept
