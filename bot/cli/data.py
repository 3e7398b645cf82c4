"""Items in, answers out: `import` and `export`."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from bot.cli.session import session
from bot.cli.trouble import writing
from bot.exchange.exported import Level
from bot.exchange.exports import export_project
from bot.exchange.formats import FORMATS
from bot.exchange.imports import ImportResult, import_source, undo_import
from bot.exchange.plan import Plan, plan_import
from bot.exchange.problems import BadExport
from bot.exchange.sentences import counted
from bot.exchange.shapes.labelled import Role
from bot.exchange.wanted import Wanted, check
from storage.database import Database

if TYPE_CHECKING:
    from bot.media.preparer import Preparer


class Pairs(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "name=value"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        left, equals, right = str(value).partition("=")
        if not (left.strip() and equals and right.strip()):
            self.fail(f"{value!r}: write it as NAME=VALUE", param, ctx)
        return left.strip(), right.strip()


@click.command(
    "import",
    short_help="Bring items in from files and folders.",
    epilog="Example: labelbot import reviews reviews.csv --map text=body",
)
@click.argument("project")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--map", "mapping", multiple=True, type=Pairs(), metavar="NAME=COLUMN", help="which column is what")
@click.option("--media-root", type=click.Path(path_type=Path), help="folder that relative media paths start from")
@click.option("--fetch", "hosts", multiple=True, metavar="HOST", help="fetch media from this host (else none)")
@click.option(
    "--as",
    "role",
    type=click.Choice(["suggestion", "gold"]),
    default="suggestion",
    show_default=True,
    help="what labels in it are: a model's, or known to be right",
)
@click.option("--dry-run", is_flag=True, help="only say what would be done; nothing is written")
@click.option("--undo", type=int, metavar="K", help="instead: withdraw import K's unanswered items")
def import_command(
    project: str,
    sources: tuple[Path, ...],
    mapping: tuple[tuple[str, str], ...],
    media_root: Path | None,
    hosts: tuple[str, ...],
    role: Role,
    dry_run: bool,
    undo: int | None,
) -> None:
    """Bring items in from files and folders; again, and only what is new is added.

    CSV, TSV, JSONL, JSON, Parquet, Label Studio JSON, a Hugging Face folder, a folder or zip of pictures or sound, or
    lines of text. The columns id, priority, overlap, gold, suggestion, score and model mean what they say. Labels come
    along from COCO, YOLO, Pascal VOC, indexed masks, folders called as labels, CoNLL, DocBin, doccano, fastText,
    LJSpeech, NeMo and Common Voice.
    """
    names = [name for name, _ in mapping]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise click.UsageError(f"--map {twice} is given twice; a field has one column")
    if undo is not None:
        if sources:
            raise click.UsageError("--undo takes no files")
        _undo(project, undo)
        return
    if not sources:
        raise click.UsageError("name a file or a folder to import")
    bring_in(project, list(sources), dict(mapping), media_root, hosts, dry_run, role)


def bring_in(
    project: str,
    sources: list[Path],
    mapping: dict[str, str] | None = None,
    media_root: Path | None = None,
    hosts: tuple[str, ...] = (),
    dry_run: bool = False,
    role: Role = "suggestion",
) -> None:
    """What `import` does, for other commands too."""
    with session() as opened:
        opened.project(project)
        plan = plan_import(
            opened.database, project, sources, mapping=mapping, media_root=media_root, fetch_hosts=hosts, role=role
        )
        for line in plan.lines():
            click.echo(line)
        if dry_run:
            _try(opened.database, plan)
            return
        rejects = Path(f"{sources[0].name}.rejects.jsonl")
        with writing(opened.settings.home.absolute()), _preparer() as preparer, progress_bar("importing") as tell:
            result = import_source(
                opened.database,
                opened.files,
                plan,
                preparer=preparer,
                rejects=rejects,
                progress=lambda at: tell(at.rows, at.share),
            )
    _say(project, result)


def _try(database: Database, plan: Plan) -> None:
    from bot.exchange.trial import tried

    with progress_bar("looking") as tell:
        trial = tried(database, plan, lambda rows: tell(rows, None))
    for line in trial.lines():
        click.echo(line)


def _preparer() -> "Preparer":
    from bot.media.preparer import Preparer

    return Preparer()


def _say(project: str, result: ImportResult) -> None:
    if result.resumed:
        click.echo("This import had been interrupted; it went on where it was.")
    if result.left:
        stay = counted(result.left, "changed item stays as it was", "changed items stay as they were")
        click.echo(f"{stay}: somebody has answered, or has a card of it open.")
    if result.dropped:
        what = counted(result.dropped, "answer or suggestion was", "answers or suggestions were")
        click.echo(f"{what} left out of the items they came with.")
    if result.rejects_path is not None:
        click.echo(f"What was rejected, with line and reason: {result.rejects_path}")
    if result.answers:
        click.echo(f"{counted(result.answers, 'answer')} came with the data.")
    click.echo(f"To take it back: labelbot import {project} --undo {result.number}")
    click.echo(f"{result.new} new, {result.known} known, {result.changed} changed, {result.rejected} rejected")


def _undo(project: str, number: int) -> None:
    with session() as opened:
        opened.project(project)
        done = undo_import(opened.database, project, number)
    stay = counted(done.stayed, "stays, for it is", "stay, for they are")
    click.echo(f"{counted(done.withdrawn, 'item')} withdrawn; {stay} answered.")


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, float | None], None]]:
    """A bar with rows, share, time left; nothing where the output is no terminal."""
    if not sys.stderr.isatty():
        yield lambda rows, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(title), BarColumn(), TextColumn("{task.fields[rows]:>9,} rows"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rows=0)

        def tell(rows: int, share: float | None) -> None:
            bar.update(task, total=None if share is None else 1.0, completed=share or 0.0, rows=rows)

        yield tell


class Moment(click.ParamType[datetime]):
    """A date or a time; without a zone it is UTC."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date such as 2026-01-31 or 2026-01-31T18:00", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


class Shares(click.ParamType[dict[str, float]]):
    """train=.8,val=.1,test=.1"""

    name = "shares"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, float]:
        if isinstance(value, dict):
            return value
        shares: dict[str, float] = {}
        for pair in str(value).split(","):
            name, _, share = pair.partition("=")
            try:
                shares[name.strip()] = float(share)
            except ValueError:
                self.fail(f"{pair!r}: write shares as train=.8,val=.1,test=.1", param, ctx)
        return shares


@click.command(
    "export",
    short_help="Write answers or items as a file others open.",
    epilog="Example: labelbot export reviews --format csv --level items -o reviews.csv",
)
@click.argument("project")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="jsonl", show_default=True)
@click.option("--level", type=click.Choice(["answers", "items"]), default="answers", show_default=True)
@click.option("-o", "--output", required=True, help="a file or folder; - writes to standard output")
@click.option("--since", type=Moment(), help="only answers from then on, such as 2026-01-31")
@click.option("--only", help="kinds of answers (label, skip, flag, late, superseded, all) or states of items")
@click.option("--split", type=Shares(), help="parts that stay the same: train=.8,val=.1,test=.1")
@click.option("--media", is_flag=True, help="copy pictures and sound beside the data")
@click.option("--question", default="", help="which one, for formats that hold the answers to one question")
def export_command(
    project: str,
    form: str,
    level: Level,
    output: str,
    since: datetime | None,
    only: str | None,
    split: dict[str, float] | None,
    media: bool,
    question: str,
) -> None:
    """Write the answers, or one consensus label an item, as a file others open."""
    kinds = tuple(one.strip() for one in (only or "").split(",") if one.strip())
    wanted = Wanted(format=form, level=level, since=since, only=kinds, split=split, media=media, question=question)
    try:
        check(wanted)
    except BadExport as problem:
        raise click.UsageError(str(problem)) from problem
    out: Path | BinaryIO = sys.stdout.buffer if output == "-" else Path(output)
    with session() as opened, progress_bar("exporting") as tell:
        opened.project(project)
        result = export_project(
            opened.database,
            opened.files,
            project,
            wanted,
            out,
            lambda done, total: tell(done, done / total if total else None),
        )
    where = f" in {output}" if output != "-" else ""
    click.echo(f"{counted(result.rows, 'row')} of {counted(result.items, 'item')}{where}", err=True)
    for loss in result.losses:
        click.echo(f"Note: {loss}", err=True)
