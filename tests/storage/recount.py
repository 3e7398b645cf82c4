"""Counts the raw answers and cards anew and says where what is kept about them differs."""

from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet

from sqlalchemy import select

from storage.database import Transaction
from storage.schema import answers, cards, items, members


def mistakes(tx: Transaction, pardoned: AbstractSet[int] = frozenset()) -> list[str]:
    """One line for each figure that a recount does not bear out; none is what must hold at every moment. The flags of
    `pardoned` items, which an admin has put back, count from then on."""
    live = [row for row in tx.all(select(answers)) if row.live]
    held = [row for row in tx.all(select(cards)) if row.state in ("open", "parked")]
    return [*_items(tx, live, held, pardoned), *_members(tx, live), *_people(tx, live, held)]


def _items(tx, live, held, pardoned):
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for row in live:
        counts[row.item][row.kind] += 1
    holders = Counter(row.item for row in held)
    for item in tx.all(select(items)):
        count = counts[item.id]
        yield from _differences(f"item {item.id}: answers", item.answers, count["label"])
        yield from _differences(f"item {item.id}: taken", item.taken, count["label"] + holders[item.id])
        yield from _differences(f"item {item.id}: skips", item.skips, count["skip"])
        counted = min(item.flags, count["flag"]) if item.id in pardoned else count["flag"]
        yield from _differences(f"item {item.id}: flags", item.flags, counted)
        yield from _state(item)


def _state(item):
    if item.gold is not None:
        if item.state in ("open", "done"):
            yield f"item {item.id}: gold, and {item.state}"
        return
    if item.taken > item.overlap:
        yield f"item {item.id}: {item.taken} places taken of {item.overlap}"
    if (item.state == "done") != (item.answers >= item.overlap) and item.state in ("open", "done"):
        yield f"item {item.id}: {item.state} with {item.answers} answers of {item.overlap}"


def _members(tx, live):
    given = Counter((row.project, row.person) for row in live if row.kind == "label")
    for member in tx.all(select(members)):
        expected = given[member.project, member.person]
        yield from _differences(f"member {member.person}: answered", member.answered, expected)


def _people(tx, live, held):
    """Nobody twice, and nothing answered that was not served."""
    answered = Counter((row.item, row.person) for row in live)
    holding = Counter((row.item, row.person) for row in held)
    yield from (f"{who} answered {where} {count} times" for (where, who), count in answered.items() if count > 1)
    yield from (f"{who} holds {where} and has answered it" for where, who in answered.keys() & holding.keys())
    served = {row.id: (row.item, row.person) for row in tx.all(select(cards))}
    for row in live:
        if served.get(row.card) != (row.item, row.person):
            yield f"answer {row.id} has no card of its own"


def _differences(what, kept, counted):
    if kept != counted:
        yield f"{what} is {kept}, counted {counted}"
