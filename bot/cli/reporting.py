"""`report`: the QA summary, here or in the project's channel."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.session import session
from bot.cli.trouble import Trouble, writing


@click.command(
    "report",
    short_help="Progress, pace, agreement, gold, disputes.",
    epilog="Example: labelbot report reviews --post",
)
@click.argument("project")
@click.option("--post", is_flag=True, help="post it to the project's channel (a running labelbot does)")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
@click.option("--picture", type=click.Path(path_type=Path), help="write the chart there, as PNG")
def report_command(project: str, post: bool, as_json: bool, picture: Path | None) -> None:
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
        from bot.quality.report import as_json as plain
        from bot.quality.report import summary

        with opened.database.reading() as connection:
            report = summary(connection, row, asked, datetime.now(UTC))
    if picture:
        from bot.quality.telling import picture as draw

        picture.parent.mkdir(parents=True, exist_ok=True)
        with writing(picture):
            picture.write_bytes(draw(report, asked.language))
    if as_json:
        click.echo(json.dumps(plain(report)))
        return
    from rich.console import Console

    from bot.report_terminal import terminal

    terminal(report, Console())
