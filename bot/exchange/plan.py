"""What an import will do, found out before anything is written: formats, columns, files that are missing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from bot import stored
from bot.exchange import columns
from bot.exchange.columns import Column, Kinds
from bot.exchange.problems import BadImport, BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.folders import sorted_out
from bot.exchange.readers.recognise import open_source, sources
from bot.exchange.records import Record
from bot.exchange.references import Roots, located
from bot.exchange.sentences import counted, listed
from bot.exchange.shapes.imagefolder import imagefolder
from bot.exchange.shapes.labelled import LABEL, Labelled, Role, labelled
from bot.exchange.shapes.marked import marked
from bot.exchange.shapes.ours import Ours, level_of
from bot.exchange.shapes.recognised import Recognised, recognised
from bot.exchange.shapes.studio import Studio, is_task
from bot.exchange.shapes.table import Table, table
from bot.exchange.showing import Showing, showing
from bot.media.prepared import MediaKind
from bot.project import Project
from storage import imports
from storage.database import Database, Transaction, run
from storage.projects import ProjectRow

SAMPLE: Final = 200
SHOWN_MISSING: Final = 5
KINDS: Final = {"image": "a picture", "audio": "a sound", "video": "a film", "text": "text, "}
ROLES: Final = {
    "id": "what the item is called",
    "item": "what the item is called",
    "priority": "higher comes first",
    "overlap": "answers wanted of the item",
    "gold": "the known right label, not shown",
    "explanation": "why gold is right, told to people after their answer",
    "suggestion": "a model's label, offered",
    "score": "how sure that model was",
    "model": "that model's name",
}


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
    showing: Showing
    notes: tuple[str, ...]
    unresolved: int = 0
    missing: tuple[Missing, ...] = ()

    def take(self, raw: Raw, kinds: Kinds) -> tuple[Record, Mapping[str, MediaKind]]:
        """What a row means, and which of its fields are files. Raises BadRow, also for one that would be an empty card:
        but what comes back from an export of ours was shown before, and its answers are not to be lost."""
        if raw.reason is not None:
            raise BadRow(raw.reason)
        record, held = kinds.take(self.shape.record(raw))
        if not isinstance(self.shape, Ours):
            self.showing.check_row(record.data, kinds.media)
        return record, held


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
                yield f"  {name}: {_meaning(column, part.showing)}"
            yield from part.notes
            if part.unresolved:
                yield f"{counted(part.unresolved, 'row names', 'rows name')} files that cannot be had; the first:"
                yield from (f"  line {one.line}: {one.reason}" for one in part.missing)


def plan_import(
    database: Database,
    project: str,
    source: Path | Sequence[Path],
    *,
    mapping: Mapping[str, str] | None = None,
    media_root: Path | None = None,
    fetch_hosts: Iterable[str] = (),
    role: Role = "suggestion",
    progress: Callable[[int], None] = lambda rows: None,
) -> Plan:
    """Reads as much as it takes to say what will happen: the first rows, and all where they name files.

    `mapping` gives the column of a field or meaning, as {"text": "body"}; `role` says what labels are that the source
    brings. Raises BadImport, NoProjectError.
    """
    (row, asks), kinds = run(database, lambda tx: _project(tx, project))
    if media_root is not None and not media_root.is_dir():
        raise BadImport(f"--media-root {media_root}: there is no such folder.")
    paths = [path for one in ([source] if isinstance(source, Path) else source) for path in sources(one)]
    if not paths:
        raise BadImport("There is nothing to import: name a file or a folder.")
    asked = _Asked(asks, row.version, kinds, mapping or {}, media_root, frozenset(fetch_hosts), role)
    parts = tuple(asked.part(path, progress) for path in paths)
    return Plan(row=row, project=asked.project, source=_named(paths, asked.mapping, role), parts=parts)


def check_source(project: Project, source: Path) -> None:
    """Raises BadImport where `source` could not be imported into the project, which need not be there yet."""
    _Asked(project, 1, frozenset(), {}, None, frozenset(), "suggestion").part(source, lambda rows: None)


def _project(tx: Transaction, name: str) -> tuple[tuple[ProjectRow, Project], frozenset[str]]:
    found = stored.named(tx, name)
    return found, imports.kinds(tx, found[0].id)


def _meaning(column: Column, showing: Showing) -> str:
    """A column in plain words: what it is, and whether people see it."""
    if column.role != "data":
        return ROLES.get(column.role, column.role)
    kind = KINDS.get(column.kind, "")
    if kind and column.kind != "text":
        return f"{kind}, shown"
    return f"{kind}shown" if showing.shows(column.name) else "kept, not shown"


def _named(paths: Sequence[Path], mapping: Mapping[str, str], role: Role) -> str:
    told = [f"{name}={column}" for name, column in sorted(mapping.items())]
    told += ["--as gold"] if role == "gold" else []
    return " ".join([*(str(path.resolve()) for path in paths), *told])


class _Understood(NamedTuple):
    """What the rows of a source mean, and which columns have which meaning or are called otherwise."""

    opened: Opened
    shape: Shape
    meaning: str
    roles: Mapping[str, str]
    fields: Mapping[str, str]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Asked:
    project: Project
    version: int
    kinds: frozenset[str]
    mapping: Mapping[str, str]
    media_root: Path | None
    hosts: frozenset[str]
    role: Role

    def part(self, path: Path, progress: Callable[[int], None]) -> Part:
        opened = open_source(path)
        if opened.mixed:
            opened = sorted_out(opened, frozenset(self.project.fields.values()) or self.kinds)
        sample = _sample(opened)
        if not sample:
            raise BadImport(_nothing(opened))
        found = self._understood(opened, sample)
        return self._part(found, sample if found.opened is opened else _sample(found.opened), progress)

    def _part(self, understood: _Understood, sample: Sequence[Raw], progress: Callable[[int], None]) -> Part:
        opened, shape = understood.opened, understood.shape
        records = list(_records(shape, sample))
        found = columns.kinds(self.project.fields, records)
        kinds = Kinds.of(found, self.project.fields, records)
        shown = showing(self.project)
        if records:
            shown.check_source(opened.path.name, found, kinds.media, isinstance(shape, (Table, Labelled)))
        part = Part(
            opened=opened,
            meaning=understood.meaning,
            shape=shape,
            columns=columns.describe(found, understood.roles, understood.fields),
            kinds=kinds,
            roots=Roots(opened.base, self.media_root, self.hosts),
            showing=shown,
            notes=(*opened.notes, *understood.notes, *_left_out(kinds), *_absent(shown, found, kinds.media)),
        )
        return _looked_up(part, records, progress)

    def _understood(self, opened: Opened, sample: Sequence[Raw]) -> _Understood:
        first = sample[0].cells
        level = None if self.mapping else level_of(first)
        if level is not None:
            known = ("item", "label") if level == "items" else ("item", "label", "person", "status")
            shape = Ours(self.project, self.version, level, opened.texts, self.role == "gold")
            return _Understood(opened, shape, f"an export of {level} from labelbot", {n: n for n in known}, {}, ())
        if is_task(first):
            studio = Studio(self.project, self.version, self.mapping, self.role == "gold")
            return _Understood(opened, studio, "Label Studio tasks", {"id": "id", "answers": "annotations"}, {}, ())
        if "boxes" in opened.types and (found := marked(self.project, opened, self.role)) is not None:
            meaning = f"pictures with {found[0].question.type}"
            return _Understood(opened, found[0], meaning, {self.role: LABEL}, {}, found[1])
        if not self.mapping.keys() & {"gold", "suggestion"}:
            told = recognised(self.project, opened, sample) or imagefolder(self.project, opened, sample)
            if told is not None:
                return self._labelled(told, sample)
        return self._table(opened, sample)

    def _labelled(self, told: Recognised, sample: Sequence[Raw]) -> _Understood:
        shape = labelled(self.project, self.role, told.types, told.take, sample, self.mapping)
        if shape is not None:
            lacking = shape.lacking(sample)
            notes = [f"The project has no label for {listed(lacking)}, which stand in it."] if lacking else []
            return _Understood(told.opened, shape, told.meaning, shape.roles(sample), shape.fields, notes)
        kinds = listed(told.types, "or")
        note = f"Its labels are left out: they are {kinds}, and the project has no question of that type."
        plain = replace(told.opened, rows=partial(_unlabelled, told.opened), types=(), notes=(*told.opened.notes, note))
        return self._table(plain, _sample(plain))

    def _table(self, opened: Opened, sample: Sequence[Raw]) -> _Understood:
        names = opened.columns or columns.all_names(raw.cells for raw in sample)
        found, notes = table(self.project, opened.texts, names, sample, self.mapping, opened.columns is not None)
        if self.role == "gold":
            found = found.known()
        return _Understood(opened, found, "a row an item", found.roles, found.fields, notes)


def _sample(opened: Opened) -> list[Raw]:
    return list(islice((raw for raw in opened.rows(Meter()) if raw.reason is None), SAMPLE))


def _unlabelled(opened: Opened, meter: Meter) -> Rows:
    for raw in opened.rows(meter):
        yield raw._replace(cells={name: value for name, value in raw.cells.items() if name != LABEL})


def _absent(shown: Showing, names: Mapping[str, str], media: Mapping[str, MediaKind]) -> Iterator[str]:
    absent = shown.absent(names)
    if absent and not media:
        yield f"The project also shows {listed(absent)}, which is not in here."


def _nothing(opened: Opened) -> str:
    raw = next(opened.rows(Meter()), None)
    if raw is not None:
        first = (
            f"file that can be read; {raw.cells['id']}" if opened.mixed else f"row that can be read; line {raw.line}"
        )
        return f"{opened.path.name} has no {first}: {raw.reason}."
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
        names = listed(sorted(kinds.nothing))
        yield f"Bytes that are no picture, sound or film, or several in one cell, are left out: {names}."


def _unresolved(part: Part, kinds: Kinds, raw: Raw) -> str | None:
    try:
        record, held = part.take(raw, kinds)
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
