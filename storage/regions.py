"""The regions that pictures were cut into at import, for those that are marked by number."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Text, bindparam, select, text

from storage.columns import dump
from storage.database import Transaction
from storage.schema import regions

KNOWN: Final = select(regions.c.media).where(regions.c.media.in_(bindparam("wanted", expanding=True)))
# Parents as the text they are kept as: who has decoded the same row before need not decode it again.
LOAD: Final = select(
    regions.c.width, regions.c.height, regions.c.runs, regions.c.parents.cast(Text).label("parents")
).where(regions.c.media == bindparam("media"))
KEEP: Final = text(
    "INSERT INTO regions (media, width, height, count, runs, parents) "
    "VALUES (:media, :width, :height, :count, :runs, :parents) ON CONFLICT (media) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class RegionsRow:
    """A picture's regions: `runs` is zlib of little-endian uint16 pairs (region from 1, run length) down the columns of
    a map of `width` × `height`; `parents`, JSON, lists the number of the larger region that each one belongs to."""

    width: int
    height: int
    runs: bytes
    parents: str


def known(tx: Transaction, media: Collection[int]) -> frozenset[int]:
    """Which of these media have regions."""
    return frozenset(row.media for row in tx.all(KNOWN, {"wanted": list(media)})) if media else frozenset()


def keep(tx: Transaction, found: Mapping[int, tuple[int, int, bytes, list[int]]]) -> None:
    """Keeps for each medium its map's width and height, the runs and the parents; what is kept already stays."""
    rows = [
        {
            "media": media,
            "width": width,
            "height": height,
            "count": len(parents),
            "runs": runs,
            "parents": dump(parents),
        }
        for media, (width, height, runs, parents) in found.items()
    ]
    if rows:
        tx.run(KEEP, rows)


def load(tx: Transaction, media: int) -> RegionsRow | None:
    """The regions of one medium; None where it has none."""
    row = tx.one(LOAD, {"media": media})
    return None if row is None else RegionsRow(row.width, row.height, bytes(row.runs), row.parents)
