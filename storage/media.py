"""Which media are kept, and from which source files they were made."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, bindparam, select, text

from storage.database import Transaction
from storage.schema import media, sources

COLUMNS: Final = (
    media.c.id,
    media.c.kind,
    media.c.mime,
    media.c.sha256,
    media.c.width,
    media.c.height,
    media.c.orientation,
    media.c.duration_ms,
    media.c.size,
)
OF_SOURCES: Final = (
    select(sources.c.digest.label("asked"), *COLUMNS)
    .join(media, media.c.id == sources.c.media)
    .where(sources.c.digest.in_(bindparam("wanted", expanding=True)))
)
OF_HASHES: Final = select(media.c.sha256.label("asked"), *COLUMNS).where(
    media.c.sha256.in_(bindparam("wanted", expanding=True))
)
KEEP: Final = text(
    "INSERT INTO media (sha256, kind, mime, width, height, orientation, duration_ms, size) "
    "VALUES (:sha256, :kind, :mime, :width, :height, :orientation, :duration_ms, :size) ON CONFLICT (sha256) DO NOTHING"
)
REMEMBER: Final = text(
    "INSERT INTO sources (digest, media) SELECT :digest, id FROM media WHERE sha256 = :sha256 "
    "ON CONFLICT (digest) DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRow:
    """One file as it is served; `id` is 0 before it is kept. Sizes in pixels of the source, `size` in bytes."""

    id: int = 0
    kind: str
    mime: str
    sha256: str
    width: int | None
    height: int | None
    orientation: int | None
    duration_ms: int | None
    size: int


def of_sources(tx: Transaction, digests: Collection[str]) -> dict[str, MediaRow]:
    """What has been made of source files with these digests already."""
    return _found(tx, OF_SOURCES, digests)


def of_hashes(tx: Transaction, hashes: Collection[str]) -> dict[str, MediaRow]:
    """Media by their own SHA-256."""
    return _found(tx, OF_HASHES, hashes)


def keep(tx: Transaction, made: Mapping[str, MediaRow]) -> dict[str, MediaRow]:
    """Keeps what was made of each source digest, and returns it with its ids."""
    columns = ("sha256", "kind", "mime", "width", "height", "orientation", "duration_ms", "size")
    if made:
        tx.run(KEEP, [{name: getattr(row, name) for name in columns} for row in made.values()])
        tx.run(REMEMBER, [{"digest": digest, "sha256": row.sha256} for digest, row in made.items()])
    return of_sources(tx, list(made))


def _found(tx: Transaction, statement: Select[tuple[object, ...]], wanted: Collection[str]) -> dict[str, MediaRow]:
    rows = tx.all(statement, {"wanted": list(wanted)}) if wanted else ()
    found = [dict(row._mapping) for row in rows]
    return {row.pop("asked"): MediaRow(**row) for row in found}
