"""`report` and `item`: how the labeling goes, and what people made of one item."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.characters import harmless
from bot.cli.session import session
from bot.cli.trouble import Trouble, writing

if TYPE_CHECKING:
    from bot.cli.session import Session
    from bot.comparing import Compared
    from bot.project import Project
    from bot.quality.report import Report
    from storage.projects import ProjectRow

BESIDE = 50_000
"""Answers from which on a process of its own is worth its start."""


@click.command(
    "report",
    short_help="Progress, pace, agreement, gold, disputes.",
    epilog="Example: labelbot report reviews --post",
)
@click.argument("project")
@click.option("--post", is_flag=True, help="post it to the project's channel (a running labelbot does)")
@click.option("--link", is_flag=True, help="print the address of a page with the same figures, good for a week")
@click.option("--names", is_flag=True, help="people's names in place of their pseudonyms")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
@click.option("--picture", type=click.Path(path_type=Path), help="write the chart there, as PNG")
def report_command(project: str, post: bool, link: bool, names: bool, as_json: bool, picture: Path | None) -> None:
    """Progress, pace, agreement, gold, disputes: how the labeling goes."""
    if picture is not None and picture.suffix.lower() != ".png":
        raise click.UsageError(f"--picture {picture}: the chart is a PNG; call it {picture.with_suffix('.png').name}")
    with session() as opened:
        row, asked = opened.project(project)
        if post:
            if asked.summary is None:
                raise Trouble(f"{project} has no [summary] channel in its project file")
            from bot.workers import post_now

            post_now(opened.database, row.id)
            click.echo(f"labelbot run posts it to {asked.summary.channel} in a few seconds.")
            return
        if link:
            click.echo(_link(opened, row.id))
            return
        asked = replace(asked, names=asked.names or names)
        report = _watched(opened, row, asked) if asked.watch else _report(opened, row, asked)
    if picture:
        from bot.quality.telling import picture as draw

        picture.parent.mkdir(parents=True, exist_ok=True)
        with writing(picture):
            picture.write_bytes(draw(report, asked.language))
    if as_json:
        from bot.quality.plain import as_json as plain

        click.echo(json.dumps(plain(report)))
        return
    from rich.console import Console

    from bot.report_terminal import terminal

    terminal(report, Console())


def _report(opened: "Session", row: "ProjectRow", asked: "Project") -> "Report":
    from bot.quality.report import summary

    with opened.database.reading() as connection:
        return summary(connection, row, asked, datetime.now(UTC))


def _watched(opened: "Session", row: "ProjectRow", asked: "Project") -> "Report":
    """With what is to be seen of people's answers now; where they are many, a process beside this one looks. A running
    labelbot is asked to look too: it tells the admins."""
    from bot.lookout import look_now, seen
    from bot.processes import child
    from bot.quality.signs import with_seen
    from storage import figures

    look_now(opened.database, row.id)
    with opened.database.reading() as connection:
        many = figures.has_answers(connection, row.id, BESIDE)
    if not many:
        report, found = _report(opened, row, asked), seen(opened.database.url, row.id)
    else:
        with child() as beside:
            looking = beside.submit(seen, opened.database.url, row.id)
            report, found = _report(opened, row, asked), looking.result()
    assert report.watch is not None
    return replace(report, watch=with_seen(report.watch, found))


def _link(opened: "Session", project: int) -> str:
    from bot.workers import report_link
    from storage.database import run

    base = opened.settings.public_url or f"http://{opened.settings.listen}"
    return run(opened.database, lambda tx: report_link(tx, project, base))


@click.command(
    "item",
    short_help="An item's answers side by side, and the consensus.",
    epilog="Example: labelbot item cars photo-17 --picture photo-17.jpg",
)
@click.argument("project")
@click.argument("item")
@click.option("--picture", type=click.Path(path_type=Path), help="write what people drew there, as JPEG")
@click.option("--make-gold", is_flag=True, help="what it comes to is right: the item measures people from now on")
@click.option("--no-gold", is_flag=True, help="it is one like others again")
@click.option("--why", default="", help="with --make-gold: the explanation people are told")
def item_command(project: str, item: str, picture: Path | None, make_gold: bool, no_gold: bool, why: str) -> None:
    """What people made of ITEM of PROJECT, and what that comes to. In a chat a reviewer types /item ITEM."""
    if make_gold and no_gold:
        raise click.UsageError("--make-gold and --no-gold: choose one of them")
    if picture is not None and picture.suffix.lower() not in (".jpg", ".jpeg"):
        raise click.UsageError(f"--picture {picture}: it is a JPEG; call it {picture.with_suffix('.jpg').name}")
    from bot.comparing import compared
    from storage.database import run

    with session() as opened:
        row, asked = opened.project(project)
        found = run(opened.database, lambda tx: compared(tx, row.id, asked, item))
        if found is None:
            raise Trouble(f"{project} has no item {item}")
        click.echo(harmless("".join(part.text for part in found.text("en"))))
        if make_gold:
            _make_gold(opened, row.id, found, why)
        elif no_gold:
            _no_gold(opened, row.id, found)
        if picture is not None:
            content = _compared(opened, found, project)
            picture.parent.mkdir(parents=True, exist_ok=True)
            with writing(picture):
                picture.write_bytes(content)


def _make_gold(opened: "Session", project: int, found: "Compared", why: str) -> None:
    from bot import goldmaking
    from storage.database import run

    label = found.proposed(patient=True)
    if label is None:
        raise Trouble(f"the answers to {found.key} come to nothing that could be gold")
    if not run(opened.database, lambda tx: goldmaking.make(tx, project, found.item, label, None, why)):
        raise Trouble(f"{found.key} is gold already, or was taken out or set aside")
    click.echo(f"{found.key} is gold now.")


def _no_gold(opened: "Session", project: int, found: "Compared") -> None:
    from bot import goldmaking
    from storage.database import run

    if not run(opened.database, lambda tx: goldmaking.unmake(tx, project, found.item, None)):
        raise Trouble(f"{found.key} is not gold")
    click.echo(f"{found.key} is no longer gold.")


def _compared(opened: "Session", found: "Compared", project: str) -> bytes:
    from bot.drawn import paint_file

    shown = found.picture("en")
    if shown is None:
        raise Trouble(f"nobody has drawn in a picture of {project} here")
    kept, drawing = shown
    path = opened.files.path(kept["sha256"])
    return paint_file(str(path), (kept["width"], kept["height"]), json.dumps(drawing), None)
