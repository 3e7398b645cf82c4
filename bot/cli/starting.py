"""`start`: from a data file to the first card, without writing a project file first."""

import re
from pathlib import Path

import click

from bot.cli.trouble import Trouble


@click.command(
    "start",
    short_help="From a data file to the first card, in one line.",
    epilog="Example: labelbot start reviews.csv --labels positive,negative,neutral",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--labels", help="comma-separated; left out, people type a transcript or answer")
@click.option("--several", is_flag=True, help="more than one label may fit an item (tags)")
@click.option("--name", help="the project's name (default: the file's)")
@click.option("--question", default="", help="what to ask of each item")
@click.option("--no-run", is_flag=True, help="only write, apply and import")
def start_command(file: Path, labels: str | None, several: bool, name: str | None, question: str, no_run: bool) -> None:
    """Write a project file for FILE, import it, and serve it in the browser."""
    called = _name(name or file.stem)
    target = Path(f"{called}.toml")
    if target.exists():
        raise Trouble(f"{target} is there already: labelbot apply {target}, or give another --name")
    target.write_text(project_file(called, file.stem, _labels(labels), several, question), encoding="utf-8")
    click.echo(f"Wrote {target}: edit it whenever you like, then labelbot apply {target}")
    from bot.cli.data import bring_in
    from bot.cli.defining import apply_file

    apply_file(target, then=False)
    bring_in(called, [file])
    if not no_run:
        from bot.cli.running import run_command

        click.get_current_context().invoke(run_command)


def _name(text: str) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:40]
    if not name:
        raise Trouble("that file's name makes no project name; give one with --name")
    return name


def _labels(given: str | None) -> list[str]:
    return [label.strip() for label in (given or "").split(",") if label.strip()]


def project_file(name: str, title: str, labels: list[str], several: bool, question: str) -> str:
    """The TOML of a small project."""
    kind = "transcript" if not labels else "tags" if several else "choice"
    asked = question or ("What is said?" if not labels else "Which labels fit?" if several else "Which label fits?")
    lines = [
        f"name = {_toml(name)}",
        f"title = {_toml(title)}",
        f"type = {_toml(kind)}",
        f"instructions = {_toml(asked)}",
    ]
    lines += ["overlap = 1                    # answers wanted an item", ""]
    for label in labels:
        lines += ["[[labels]]", f"name = {_toml(label)}", f"title = {_toml(label)}", ""]
    return "\n".join(lines)


def _toml(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
