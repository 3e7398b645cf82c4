"""Media of a few items at a time: found, prepared once, stored, and described as items carry them."""

import hashlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.exchange.cutting import Cutter, Pieces
from bot.exchange.problems import BadRow, reason
from bot.exchange.raw import Blob
from bot.exchange.records import Kept, Record
from bot.exchange.references import Fetch, Roots, located
from bot.media.prepared import BadMedia, Cut, MediaKind, Prepared
from bot.media.preparer import Preparer, Source
from storage import media, regions
from storage.database import Database, Transaction, run
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


@dataclass(frozen=True, slots=True)
class Made:
    """What is new of a file: its row (None where it was prepared before), and its regions as far as they are wanted."""

    row: MediaRow | None
    regions: Cut | None


@dataclass(slots=True)
class Keeper:
    """Prepares and stores the media of one source; `regions` says whether pictures are cut into regions as well, and
    clips longer than `piece_ms` (0: none) are cut into pieces."""

    database: Database
    files: Files
    preparer: Preparer
    roots: Roots
    fetch: Fetch
    regions: bool = False
    piece_ms: int = 0

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
        cut = Cutter(self.database, self.files, self.preparer, self.piece_ms).cut(rows.values())
        entries: list[list[Entry]] = [[] for _ in records]
        for one in wanted:
            if one.record in failed:
                continue
            pieces = cut.get(rows[one.digest].sha256, {}) if one.kind == "audio" else {}
            if isinstance(pieces, BadMedia):
                failed[one.record] = BadRow(f"{one.field}: {pieces}")
            else:
                entries[one.record].append(_entry(one, rows[one.digest], records[one.record], pieces))
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
        uncut = self._uncut(digests, rows)
        missing = [one for digest, one in digests.items() if digest not in rows or digest in uncut]
        made = self._made(missing, frozenset(rows))
        for one in wanted:
            result = made.get(one.digest)
            if isinstance(result, BadMedia) and one.digest not in rows:
                failed[one.record] = BadRow(f"{one.field}: {result}")
        good = {digest: result for digest, result in made.items() if not isinstance(result, BadMedia)}
        return self._stored(rows, good)

    def _uncut(self, digests: Mapping[str, Wanted], rows: Mapping[str, MediaRow]) -> frozenset[str]:
        """The pictures that were prepared before, for a project that wanted no regions of them."""
        if not self.regions:
            return frozenset()
        pictures = {digest: row.id for digest, row in rows.items() if digests[digest].kind == "image"}
        cut = run(self.database, lambda tx: regions.known(tx, set(pictures.values())))
        return frozenset(digest for digest, number in pictures.items() if number not in cut)

    def _made(self, missing: Sequence[Wanted], known: frozenset[str]) -> dict[str, Made | BadMedia]:
        """What is new of each file, written at once: a batch of films is not held in memory."""
        made: dict[str, Made | BadMedia] = {}
        for one, result in zip(missing, self.preparer.prepare_many(self._sources(missing)), strict=True):
            if isinstance(result, BadMedia):
                made[one.digest] = result
            else:
                row = None if one.digest in known else _row(result, self.files.put(result.content))
                made[one.digest] = Made(row, result.regions)
        return made

    def _sources(self, wanted: Iterable[Wanted]) -> Iterator[Source]:
        for one in wanted:
            cut = self.regions and one.kind == "image"
            yield Source(one.blob.load(), one.blob.name or one.field, one.kind, cut)

    def _stored(self, rows: Mapping[str, MediaRow], made: Mapping[str, Made]) -> dict[str, MediaRow]:
        """All rows, what was made anew kept with its regions; of what was prepared before only these are new."""
        new = {digest: one.row for digest, one in made.items() if one.row is not None}

        def work(tx: Transaction) -> dict[str, MediaRow]:
            every = {**rows, **media.keep(tx, new)}
            cuts = {every[digest].id: _cut(one.regions) for digest, one in made.items() if one.regions}
            regions.keep(tx, cuts)
            return every

        return run(self.database, work) if made else dict(rows)


def _cut(found: Cut) -> tuple[int, int, bytes, list[int]]:
    return found["width"], found["height"], b64decode(found["runs"]), found["parents"]


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


def _entry(wanted: Wanted, row: MediaRow, record: Record, pieces: Pieces) -> Entry:
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
        **pieces,
    }
    if row.orientation and row.orientation > 1:
        described["orientation"] = row.orientation
    return Entry(described, str(value) if plain else wanted.blob.name or wanted.sha[:16])
