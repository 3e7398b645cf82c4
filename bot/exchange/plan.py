"""What an import will do, found out before anything is written: formats, columns, files that are missing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Protocol

from bot.exchange import columns
from bot.exchange.columns import Column, Kinds
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw
from bot.exchange.readers.recognise import listed, open_source
from bot.exchange.records import Record
from bot.exchange.references import Roots, located
from bot.exchange.shapes.ours import Ours, level_of
from bot.exchange.shapes.studio import Studio, is_task
from bot.exchange.shapes.table import table
from bot.project import Project
from storage import projects
from storage.database import Database, run
from storage.projects import ProjectRow

SAMPLE: Final = 200
SHOWN_MISSING: Final = 5


class Shape(Protocol):
    """What rows of a source mean."""

    def record(self, raw: Raw) -> Record:
        """Raises BadRow."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that will not be found: where it is wanted, and why not."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One source, understood. `unresolved` counts rows whose files cannot be had; `missing` shows the first few."""

    opened: Opened
    meaning: str
    shape: Shape
    columns: tuple[Column, ...]
    kinds: Kinds
    roots: Roots
    notes: tuple[str, ...]
    unresolved: int = 0
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What `import_source` will do. `source` names the import, so that the same command goes on with it."""

    row: ProjectRow
    project: Project
    source: str
    parts: tuple[Part, ...]

    @property
    def unresolved(self) -> int:
        return sum(part.unresolved for part in self.parts)

    def lines(self) -> Iterator[str]:
        """The plan in sentences, for a terminal."""
        for part in self.parts:
            yield f"{part.opened.path.name}: {part.opened.format}, {part.meaning}"
            for column in part.columns:
                name = column.column if column.name == column.column else f"{column.column} → {column.name}"
                yield f"  {name}: {column.kind if column.role == 'data' else column.role}"
            yield from part.notes
            if part.unresolved:
                yield f"{part.unresolved} rows name files that cannot be had; the first:"
                yield from (f"  line {one.line}: {one.reason}" for one in part.missing)


def plan_import(
    database: Database,
    project: str,
    source: Path | Sequence[Path],
    *,
    mapping: Mapping[str, str] | None = None,
    media_root: Path | None = None,
    fetch_hosts: Iterable[str] = (),
    progress: Callable[[int], None] = lambda rows: None,
) -> Plan:
    """Reads as much as it takes to say what will happen: the first rows, and all where they name files.

    `mapping` gives the column of a field or meaning, as {"text": "body"}. Raises BadImport, NoProjectError.
    """
    row, config = run(database, lambda tx: _project(tx, project))
    if media_root is not None and not media_root.is_dir():
        raise BadImport(f"--media-root {media_root}: there is no such folder.")
    paths = [path for one in ([source] if isinstance(source, Path) else source) for path in listed(one)]
    if not paths:
        raise BadImport("There is nothing to import: name a file or a folder.")
    asked = _Asked(Project.from_config(config), row.version, mapping or {}, media_root, frozenset(fetch_hosts))
    parts = tuple(asked.part(path, progress) for path in paths)
    return Plan(row=row, project=asked.project, source=_named(paths, asked.mapping), parts=parts)


def _project(tx: Any, name: str) -> tuple[ProjectRow, dict[str, Any]]:
    row = projects.named(tx, name)
    return row, projects.config_of(tx, row.id, row.version)


def _named(paths: Sequence[Path], mapping: Mapping[str, str]) -> str:
    told = [f"{name}={column}" for name, column in sorted(mapping.items())]
    return " ".join([*(str(path.resolve()) for path in paths), *told])


@dataclass(frozen=True, slots=True)
class _Asked:
    project: Project
    version: int
    mapping: Mapping[str, str]
    media_root: Path | None
    hosts: frozenset[str]

    def part(self, path: Path, progress: Callable[[int], None]) -> Part:
        opened = open_source(path)
        sample = list(islice((raw for raw in opened.rows(Meter()) if raw.reason is None), SAMPLE))
        if not sample:
            raise BadImport(_nothing(opened))
        shape, meaning, roles, fields, notes = self._shape(opened, sample)
        records = list(_records(shape, sample))
        found = columns.kinds(self.project.fields, records)
        kinds = Kinds.of(found, self.project.fields, records)
        part = Part(
            opened=opened,
            meaning=meaning,
            shape=shape,
            columns=columns.describe(found, roles, fields),
            kinds=kinds,
            roots=Roots(opened.base, self.media_root, self.hosts),
            notes=(*opened.notes, *notes, *_left_out(kinds)),
        )
        return _looked_up(part, records, progress)

    def _shape(
        self, opened: Opened, sample: Sequence[Raw]
    ) -> tuple[Shape, str, Mapping[str, str], Mapping[str, str], Sequence[str]]:
        first = sample[0].cells
        level = None if self.mapping else level_of(first)
        if level is not None:
            known = ("item", "label") if level == "items" else ("item", "label", "person", "status")
            meaning = f"an export of {level} from labelbot"
            return Ours(self.project, self.version, level, opened.texts), meaning, {n: n for n in known}, {}, ()
        if is_task(first):
            studio = Studio(self.project, self.version, self.mapping)
            return studio, "Label Studio tasks", {"id": "id", "answers": "annotations"}, {}, ()
        names = opened.columns or columns.all_names(raw.cells for raw in sample)
        found, notes = table(self.project, opened.texts, names, sample, self.mapping, opened.columns is not None)
        return found, "a row an item", found.roles, found.fields, notes


def _nothing(opened: Opened) -> str:
    raw = next(opened.rows(Meter()), None)
    if raw is not None:
        return f"{opened.path.name} has no row that can be read; the first, line {raw.line}: {raw.reason}."
    if opened.columns:
        return f"{opened.path.name} has a header and no rows."
    return f"{opened.path.name} holds no rows."


def _records(shape: Shape, sample: Iterable[Raw]) -> Iterator[Record]:
    for raw in sample:
        try:
            yield shape.record(raw)
        except Exception:
            # The import rejects it, and says why.
            continue


def _looked_up(part: Part, sample: Sequence[Record], progress: Callable[[int], None]) -> Part:
    """Counts the rows whose files are not there; files that come within the source need no looking up."""
    values = chain.from_iterable((record.data.get(field) for field in part.kinds.media) for record in sample)
    told = any(value not in (None, "") and not isinstance(value, Blob) for value in values)
    if not told and all(column.role != "data" or column.name in part.kinds.known for column in part.columns):
        return part
    kinds = part.kinds.anew()
    missing: list[Missing] = []
    count = 0
    for number, raw in enumerate(part.opened.rows(Meter())):
        reason = _unresolved(part, kinds, raw)
        if reason is not None:
            count += 1
            if len(missing) < SHOWN_MISSING:
                missing.append(Missing(raw.line, reason))
        if number % 1000 == 0:
            progress(number)
    named = tuple(
        replace(one, kind=kinds.media.get(one.name, one.kind)) if one.role == "data" else one for one in part.columns
    )
    return replace(part, columns=named, unresolved=count, missing=tuple(missing))


def _left_out(kinds: Kinds) -> Iterator[str]:
    if kinds.nothing:
        names = ", ".join(sorted(kinds.nothing))
        yield f"Bytes that are no picture, sound or film, or several in one cell, are left out: {names}."


def _unresolved(part: Part, kinds: Kinds, raw: Raw) -> str | None:
    if raw.reason is not None:
        return None
    try:
        record, held = kinds.take(part.shape.record(raw))
    except Exception:
        # The import rejects it, and says why.
        return None
    for field in held:
        value = record.data.get(field)
        if field not in record.kept:
            try:
                located(value, part.roots, _not_yet)
            except BadRow as problem:
                return f"{field}: {problem}"
    return None


def _not_yet(url: str) -> Path:
    raise AssertionError(f"nothing is fetched to make a plan: {url}")
