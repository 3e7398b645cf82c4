"""Exports: answers or items of a project as files that others read, and that we read back."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from bot import stored
from bot.exchange import target
from bot.exchange.exported import Exported, moment
from bot.exchange.formats import FORMATS
from bot.exchange.gathered import Gathered
from bot.exchange.parts import Parts, apart
from bot.exchange.problems import BadExport
from bot.exchange.sentences import listed
from bot.exchange.survey import Survey
from bot.exchange.wanted import Wanted, check
from bot.exchange.writers import studio
from bot.exchange.writers.base import Context, Format, Writer
from bot.project import Question
from storage import exporting
from storage.database import Database, run
from storage.files import Files

EXTENSIONS: Final = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp",
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/wav": "wav", "video/mp4": "mp4", "video/webm": "webm",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """`files` are what was written, below `out`'s folder or `out` itself; `losses` are sentences on what is not in."""

    rows: int
    items: int
    files: tuple[Path, ...]
    losses: tuple[str, ...]


def export_project(
    database: Database,
    files: Files,
    project: str,
    wanted: Wanted,
    out: Path | BinaryIO,
    progress: Callable[[int, int], None] = lambda items, total: None,
) -> ExportResult:
    """Writes the export to the file or folder `out`, or streams it into an open binary file.

    A folder is made for a split, for Hugging Face and where media go along. Raises BadExport, NoProjectError; whatever
    fails, nothing half written is left.
    """
    check(wanted)
    row, asks = run(database, lambda tx: stored.named(tx, project))
    with database.reading() as connection:
        export = _Export(Gathered(connection, row, asks, wanted), files, wanted, progress)
        try:
            return export.stream(out) if not isinstance(out, Path) else export.write(out)
        except OSError as error:
            if isinstance(error, BrokenPipeError) or error.strerror is None:
                raise
            raise BadExport(f"The export cannot be written: {error.strerror}. Nothing was left behind.") from error


@dataclass(slots=True)
class _Export:
    gathered: Gathered
    files: Files
    wanted: Wanted
    progress: Callable[[int, int], None]

    def stream(self, file: BinaryIO) -> ExportResult:
        form = FORMATS[self.wanted.format]
        if not form.streams or self.wanted.split or self.wanted.media:
            names = listed(name for name, one in FORMATS.items() if one.streams)
            raise BadExport(f"Only {names}, without a split and without media, go to standard output or a pipe.")
        context = self._context(None)
        writer, rows, items = form.open(file, context), 0, 0
        for one in self.gathered.items(self.progress):
            rows, items = rows + writer.write(one), items + 1
        writer.finish()
        return ExportResult(rows=rows, items=items, files=(), losses=self._losses(context))

    def write(self, out: Path) -> ExportResult:
        form = FORMATS[self.wanted.format]
        context = self._context(self._load if form.media or self.wanted.media else None)
        several = apart(form, context)
        if several and out.suffix == form.suffix:
            raise BadExport(
                f"{self.wanted.format} holds one answer a picture, and several people have answered. "
                f"--level items gives what they come to together; a folder, as -o {out.stem}, a data set a person."
            )
        if form.folder or self.wanted.split or self.wanted.media or several:
            with target.new_folder(out) as folder:
                return self._fill(form, context, folder, out)
        if target.is_stream(out):
            return self._pipe(out)
        target.check_name(out.name)
        if out.is_dir():
            raise BadExport(f"{out} is a folder; name a file in it, such as {out / ('answers' + form.suffix)}.")
        if target.ours(out.parent / target.MANIFEST) is None and (out.parent / target.MANIFEST).exists():
            raise BadExport(f"{out.parent / target.MANIFEST} is not labelbot's; name another folder for the export.")
        with target.new_file(out) as file:
            rows, items = self._all(form, context, {"": file}, None)
        described = target.describe(out, rows[""])
        target.write_manifest(out.parent, {out.name: self._about(context) | described})
        losses = self._losses(context)
        return ExportResult(rows=rows[""], items=items, files=(out, out.parent / target.MANIFEST), losses=losses)

    def _pipe(self, out: Path) -> ExportResult:
        """Into a pipe or device of that name, which stays what it is, and with no description beside it."""
        with out.open("wb") as file:
            return self.stream(file)

    def _fill(self, form: Format, context: Context, folder: Path, out: Path) -> ExportResult:
        names = Parts(form, context).names()
        for name in names.values():
            target.check_name(name)
        with ExitStack() as stack:
            opened: dict[str, BinaryIO] = {}
            for part, name in names.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                opened[part] = cast(BinaryIO, stack.enter_context((folder / name).open("wb")))
            beside = folder if self.wanted.media and not form.folder and not form.single else None
            rows, items = self._all(form, context, opened, beside)
        if self.wanted.format == "huggingface":
            (folder / target.CARD).write_text(_card(self.gathered.row.name), encoding="utf-8")
        about = self._about(context)
        described = {name: about | target.describe(folder / name, rows[part]) for part, name in names.items()}
        if form.types and (form.folder or form.single):
            next(iter(described.values()))["beside"] = target.hashes(folder, described)
        target.write_manifest(folder, described)
        written = tuple(out / name for name in (*names.values(), target.MANIFEST))
        return ExportResult(rows=sum(rows.values()), items=items, files=written, losses=self._losses(context))

    def _all(
        self, form: Format, context: Context, opened: Mapping[str, BinaryIO], beside: Path | None
    ) -> tuple[dict[str, int], int]:
        """Writes every item into its part; rows by part, and how many items."""
        writers: dict[str, Writer] = {
            part: form.open(
                file, replace(context, beside=Path(file.name).parent) if form.folder or form.single else context
            )
            for part, file in opened.items()
        }
        rows, items, parts = dict.fromkeys(opened, 0), 0, Parts(form, context)
        for one in self.gathered.items(self.progress):
            for part, what in parts.files(one):
                rows[part] += writers[part].write(self._beside(what, beside) if beside else what)
            items += 1
        for writer in writers.values():
            writer.finish()
        return rows, items

    def _beside(self, one: Exported, folder: Path) -> Exported:
        """The item with its files copied into the export."""
        media = []
        for each in one.media:
            name = f"{target.MEDIA}/{each['sha256']}.{EXTENSIONS.get(each['mime'], 'bin')}"
            if not (folder / name).exists():
                (folder / target.MEDIA).mkdir(exist_ok=True)
                (folder / name).write_bytes(self._load(each["sha256"]))
            media.append({**each, "file": name})
        return one._replace(media=media)

    def _load(self, sha: str) -> bytes:
        with self.files.open(sha) as file:
            return file.read()

    def _context(self, load: Callable[[str], bytes] | None) -> Context:
        survey = Survey()
        if FORMATS[self.wanted.format].surveys:
            for one in self.gathered.items():
                survey.see(one)
        pseudonyms = exporting.pseudonyms(self.gathered.connection, self.gathered.row.id)
        people = {public: number for number, public in enumerate(pseudonyms, 1)}
        return Context(
            project=self.gathered.project,
            level=self.wanted.level,
            survey=survey,
            people=people,
            load=load,
            question=self._question(FORMATS[self.wanted.format]),
            split=self.wanted.split,
        )

    def _question(self, form: Format) -> Question | None:
        """The one question of a format that holds one: the named one, else the first that it can hold."""
        if not form.types:
            if self.wanted.question:
                raise BadExport(f"--question: {self.wanted.format} holds the answers to all questions.")
            return None
        fitting = [one for one in self.gathered.project.questions if one.type in form.types]
        named = [one for one in fitting if one.name == self.wanted.question] if self.wanted.question else fitting[:1]
        if named:
            return named[0]
        kinds = listed(form.types, "or")
        if not self.wanted.question or not fitting:
            raise BadExport(
                f"{self.wanted.format} holds labels of {kinds}, and {self.gathered.row.name} has no such question."
            )
        names = listed([one.name for one in fitting], "or")
        raise BadExport(f"--question {self.wanted.question}: {self.wanted.format} can hold {names}.")

    def _losses(self, context: Context) -> tuple[str, ...]:
        losses = list(FORMATS[self.wanted.format].losses(context))
        if self.gathered.pictured:
            served = "Pictures, sounds and films are in it as people are shown them, resized and without metadata."
            absent = "The pictures, sounds and films themselves are not in it; --media adds them."
            along = self.wanted.media or FORMATS[self.wanted.format].media
            losses.append(served if along else absent)
        return (*losses, *self.gathered.left_out())

    def _about(self, context: Context) -> dict[str, Any]:
        """What was exported, without the time it was: the same state gives the same bytes."""
        wanted = self.wanted
        since = None if wanted.since is None else moment(wanted.since)
        about: dict[str, Any] = {
            "project": self.gathered.row.name,
            "version": version_of("labelbot"),
            "format": wanted.format,
            "level": wanted.level,
            "filter": {"since": since, "only": list(wanted.only), "split": wanted.split, "media": wanted.media},
            "schema_version": self.gathered.row.version,
            "schema": self.gathered.project.as_config(),
        }
        if wanted.format == "label-studio":
            about["label_config"] = studio.label_config(context)
        return about


def _card(name: str) -> str:
    """Its head does not name the files: where one does, `datasets` takes any later export into this folder for the one
    it has in its cache. It finds the parts by the names of their files."""
    return f"---\ntags:\n- labelbot\n---\n\n# {name}\n\nExported by labelbot.\n"
