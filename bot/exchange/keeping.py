"""Media of a few items at a time: found, prepared once, stored, and described as items carry them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.exchange.problems import BadRow, reason
from bot.exchange.raw import Blob
from bot.exchange.records import Kept, Record
from bot.exchange.references import Fetch, Roots, located
from bot.media.prepared import BadMedia, MediaKind, Prepared
from bot.media.preparer import Preparer, Source
from storage import media
from storage.database import Database, run
from storage.files import Files, NoSuchFile
from storage.media import MediaRow

PREPARATION: Final = "1"
"""Raised when media are prepared otherwise than before, so that a source is prepared anew."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of one item; `sha` is its content's hash, `digest` that of the source as it is prepared."""

    record: int
    field: str
    kind: MediaKind
    blob: Blob
    sha: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{PREPARATION}:{self.kind}:{self.sha}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """What an item carries of one file; `value` takes the reference's place in its data."""

    media: dict[str, Any]
    value: str


@dataclass(slots=True)
class Keeper:
    """Prepares and stores the media of one source."""

    database: Database
    files: Files
    preparer: Preparer
    roots: Roots
    fetch: Fetch

    def keep(self, records: Sequence[Record], held: Sequence[Mapping[str, MediaKind]]) -> list[list[Entry] | BadRow]:
        """For each record its media, `held` in its fields, in the order of these, or why they cannot be had."""
        wanted: list[Wanted] = []
        failed: dict[int, BadRow] = {}
        for place, (record, kinds) in enumerate(zip(records, held, strict=True)):
            try:
                wanted += list(self._wanted(place, record, kinds))
            except Exception as problem:
                failed[place] = BadRow(reason(problem, record.line))
        rows = self._rows([one for one in wanted if one.record not in failed], failed)
        entries: list[list[Entry]] = [[] for _ in records]
        for one in wanted:
            if one.record not in failed:
                entries[one.record].append(_entry(one, rows[one.digest], records[one.record]))
        return [failed[place] if place in failed else entries[place] for place in range(len(records))]

    def _wanted(self, place: int, record: Record, kinds: Mapping[str, MediaKind]) -> Iterator[Wanted]:
        for field, kind in kinds.items():
            blob = self._blob(record, field)
            try:
                yield Wanted(place, field, kind, blob, _hash(blob.load()))
            except OSError as error:
                raise BadRow(f"{field}: {blob.name} cannot be read: {error.strerror}") from error

    def _blob(self, record: Record, field: str) -> Blob:
        """A file of ours by its hash, if it is here; else where the export put it; else what the cell says."""
        kept = record.kept.get(field)
        value = record.data.get(field)
        if kept is not None:
            if (path := self._known(kept)) is not None:
                return Blob(value if isinstance(value, str) else "", lambda: path)
            value = kept.file or value
        try:
            return located(value, self.roots, self.fetch)
        except BadRow as problem:
            raise BadRow(f"{field}: {problem}") from problem

    def _known(self, kept: Kept) -> Path | None:
        try:
            return self.files.path(kept.sha256)
        except (NoSuchFile, ValueError):
            return None

    def _rows(self, wanted: Sequence[Wanted], failed: dict[int, BadRow]) -> dict[str, MediaRow]:
        """A kept row for each digest; those that cannot be prepared go into `failed`."""
        if not wanted:
            return {}
        digests = {one.digest: one for one in wanted}
        rows = run(self.database, lambda tx: media.of_sources(tx, digests))
        ours = run(self.database, lambda tx: media.of_hashes(tx, {one.sha for one in wanted}))
        rows |= {digest: ours[one.sha] for digest, one in digests.items() if one.sha in ours}
        missing = [one for digest, one in digests.items() if digest not in rows]
        made, bad = self._made(missing)
        for one in wanted:
            if one.digest in bad:
                failed[one.record] = BadRow(f"{one.field}: {bad[one.digest]}")
        return rows | (run(self.database, lambda tx: media.keep(tx, made)) if made else {})

    def _made(self, missing: Sequence[Wanted]) -> tuple[dict[str, MediaRow], dict[str, BadMedia]]:
        made: dict[str, MediaRow] = {}
        bad: dict[str, BadMedia] = {}
        for one, result in zip(missing, self.preparer.prepare_many(_sources(missing)), strict=True):
            if isinstance(result, BadMedia):
                bad[one.digest] = result
            else:
                made[one.digest] = _row(result, self.files.put(result.content))
        return made, bad


def _sources(wanted: Iterable[Wanted]) -> Iterator[Source]:
    for one in wanted:
        yield Source(one.blob.load(), one.blob.name or one.field, one.kind)


def _hash(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    found = hashlib.sha256()
    with content.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _row(prepared: Prepared, sha: str) -> MediaRow:
    return MediaRow(
        kind=prepared.kind,
        mime=prepared.mime,
        sha256=sha,
        width=prepared.width,
        height=prepared.height,
        orientation=prepared.orientation,
        duration_ms=prepared.duration_ms,
        size=len(prepared.content),
    )


def _entry(wanted: Wanted, row: MediaRow, record: Record) -> Entry:
    value = record.data.get(wanted.field)
    plain = isinstance(value, str) and value[:5].casefold() != "data:"
    alt = record.data.get(f"{wanted.field}_alt")
    kept = record.kept.get(wanted.field)
    described = {
        "field": wanted.field,
        "id": row.id,
        "kind": row.kind,
        "mime": row.mime,
        "sha256": row.sha256,
        "alt": alt if isinstance(alt, str) else "",
        "name": wanted.blob.name.rpartition("/")[2],
        "width": kept.width if kept and kept.width else row.width,
        "height": kept.height if kept and kept.height else row.height,
        "duration_ms": row.duration_ms,
    }
    if row.orientation and row.orientation > 1:
        described["orientation"] = row.orientation
    return Entry(described, str(value) if plain else wanted.blob.name or wanted.sha[:16])
