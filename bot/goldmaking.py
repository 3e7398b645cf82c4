"""An item made gold with one tap, and taken back among the others: the buttons beneath `/item`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot import serving, settling, stored
from bot.buttons import Pressed
from bot.characters import item_name
from bot.chat import Row
from bot.golden import described
from bot.turn import Turn
from bot.wording import phrase
from storage import gold, people, projects, queue
from storage.database import Transaction

if TYPE_CHECKING:
    from bot.comparing import Compared

MAKERS = ("reviewer", "admin", "owner")


def beneath(turn: Turn, found: Compared) -> tuple[Row, ...]:
    """The way to take an item's gold away, or the way to make it so."""
    if found.gold is not None:
        return (_way_back(turn, found.item),)
    label = found.proposed()
    if label is None:
        return ()
    pressed = Pressed("", found.item, "g", fingerprint(label))
    return ((turn.button("gold.make", pressed, label=described(turn, found.project, label)[:40]),),)


def _way_back(turn: Turn, item: int) -> Row:
    return (turn.button("gold.unmake", Pressed("", item, "n")),)


def fingerprint(label: Mapping[str, Any]) -> str:
    """Tells one label from another in a button: what is made gold is what was shown."""
    return hashlib.sha256(json.dumps(label, sort_keys=True).encode()).hexdigest()[:16]


def press(turn: Turn, pressed: Pressed) -> None:
    """A reviewer makes an item gold, or no longer gold."""
    project, key = queue.known(turn.tx, pressed.step) or (0, "")
    role = people.role(turn.tx, project, turn.person.id)
    if not project or not (role in MAKERS or turn.person.owner):
        turn.toast("refused.reviewer", alert=True)
    elif not serving.may_show(turn, project, projects.by_id(turn.tx, project).version):
        turn.tell(serving.not_here(turn, project, projects.by_id(turn.tx, project).version))
    elif pressed.action == "g":
        _make(turn, project, key, pressed)
    elif unmake(turn.tx, project, pressed.step, turn.person.id):
        turn.tell(phrase("gold.gone", item=item_name(key)))
    else:
        turn.toast("gold.not_gold", alert=True)


def _make(turn: Turn, project: int, key: str, pressed: Pressed) -> None:
    from bot.comparing import compared

    row = projects.by_id(turn.tx, project)
    asked = turn.schema(row.id, row.version)
    found = compared(turn.tx, project, asked, key)
    label = None if found is None else found.proposed()
    if label is None or fingerprint(label) != pressed.argument:
        turn.toast("gold.changed", alert=True, item=item_name(key))
    elif make(turn.tx, project, pressed.step, label, turn.person.id):
        told = phrase("gold.made", item=item_name(key), label=described(turn, asked, label))
        turn.tell(told, buttons=(_way_back(turn, pressed.step),))
    else:
        turn.toast("gold.not", alert=True)


def make(tx: Transaction, project: int, item: int, label: Mapping[str, Any], person: int | None, why: str = "") -> bool:
    """As `storage.gold.make_gold`; where overlap is adaptive, its answers tell at once how good people are."""
    row, asked = stored.by_id(tx, project)
    with settling.changed(tx, project, asked, row.version, (item,)):
        return gold.make_gold(tx, project, item, label, person, why)


def unmake(tx: Transaction, project: int, item: int, person: int | None) -> bool:
    """As `storage.gold.unmake_gold`; where overlap is adaptive, it wants as many answers as its label needs."""
    row, asked = stored.by_id(tx, project)
    with settling.changed(tx, project, asked, row.version, (item,)):
        return gold.unmake_gold(tx, project, item, person)
