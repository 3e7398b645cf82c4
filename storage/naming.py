"""Items by the names that people know them by."""

import re
from typing import Final

from sqlalchemy import select

from storage.database import Row, Transaction
from storage.schema import items

BEGUN: Final = re.compile(r"([0-9a-f]{6,63})(…|\.{3})?")


def called(tx: Transaction, project: int, key: str) -> Row | None:
    """The item of that name: its id, key, data, media and gold. One that came without a name has a hash for one, of
    which a beginning will do where it is the only such."""
    wanted = select(items.c.id, items.c.key, items.c.data, items.c.media, items.c.gold)
    found = tx.one(wanted.where(items.c.project == project, items.c.key == key))
    begun = BEGUN.fullmatch(key)
    if found is not None or begun is None:
        return found
    # As bounds, for which there is an index; no sign of a hash comes after g.
    within = (items.c.key >= begun[1], items.c.key < f"{begun[1]}g")
    several = tx.all(wanted.where(items.c.project == project, *within).limit(2))
    return several[0] if len(several) == 1 else None
