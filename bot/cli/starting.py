"""`start`: from a data file to the first card, without writing a project file first."""

import re
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.trouble import Trouble, writing

if TYPE_CHECKING:
    from bot.project import Project


MARKED = {
    "boxes": "Where is what in this picture?",
    "masks": "Which parts of this picture are what?",
    "spans": "Which words are what?",
}
"""Label types whose labels are marked in the item, and what is asked of them."""
ASKED = MARKED | {"transcript": "What is said?", "tags": "Which labels fit?", "choice": "Which label fits?"}


@click.command(
    "start",
    short_help="From a data file to the first card, in one line.",
    epilog="Example: labelbot start reviews.csv --labels positive,negative,neutral",
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--labels", help="comma-separated; left out, people type a transcript or answer")
@click.option("--several", is_flag=True, help="more than one label may fit an item (tags)")
@click.option("--mark", type=click.Choice(tuple(MARKED)), help="what people mark, each with one of the labels")
@click.option("--name", help="the project's name (default: the file's)")
@click.option("--question", default="", help="what to ask of each item")
@click.option("--no-run", is_flag=True, help="only write, apply and import")
def start_command(
    file: Path, labels: str | None, several: bool, mark: str | None, name: str | None, question: str, no_run: bool
) -> None:
    """Write a project file for FILE, import it, and serve it in the browser. Given again, it goes on."""
    from bot.cli.data import bring_in
    from bot.cli.defining import apply_file
    from bot.exchange.plan import check_source

    if several and not _labels(labels):
        raise click.UsageError("--several needs --labels, such as --labels billing,bug,praise")
    if mark and (several or not _labels(labels)):
        raise click.UsageError(f"--mark {mark} needs --labels, such as --labels car,dog, and goes without --several")
    called = _name(name or file.stem)
    target = Path(f"{called}.toml")
    given = _labels(labels)
    kind = mark or ("transcript" if not given else "tags" if several else "choice")
    text = project_file(called, file.stem, kind, given, question, heard=not given and _is_heard(file))
    project = _project(text, target, asked=bool(labels or several or mark or question))
    check_source(project, file)
    _not_another(project, target)
    # Whatever can be refused has been by now: a refused start leaves nothing behind.
    if not target.exists():
        with writing(target):
            target.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {target}: edit it whenever you like, then labelbot apply {target}")
    apply_file(target, then=False)
    bring_in(called, [file])
    if not no_run:
        from bot.cli.running import serve_here

        serve_here()


def _project(text: str, target: Path, asked: bool) -> "Project":
    """What is to be started: the file that is there from before, unless more was `asked` on the command line than it
    says."""
    from bot.cli.defining import parse_project, read_project
    from bot.projectfile import BadProjectFile

    try:
        wanted = parse_project(text)
    except BadProjectFile as problem:
        raise click.UsageError(problem.reason) from problem
    if not target.exists():
        return wanted
    there = read_project(target)
    if there.name != wanted.name:
        raise Trouble(f"{target} is there already, with a project called {there.name}; give another --name")
    if asked and _asks(there) != _asks(wanted):
        raise Trouble(
            f"{target} is there already and asks something else. Leave the options out to go on with it as it is, "
            "edit it, or give another --name"
        )
    return there


def _asks(project: "Project") -> list[tuple[str, set[str]]]:
    return [(question.type, {label.name for label in question.labels}) for question in project.questions]


def _not_another(project: "Project", target: Path) -> None:
    """Raises Trouble where a project of that name is known, but its file is not the one here."""
    from bot.cli.defining import known_projects

    if not target.exists() and project.name in known_projects():
        raise Trouble(f"there is a project called {project.name} already, whose file is not here; give another --name")


def _name(text: str) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:40]
    if not name:
        raise Trouble("that file's name makes no project name; give one with --name")
    return name


def _labels(given: str | None) -> list[str]:
    return [label.strip() for label in (given or "").split(",") if label.strip()]


def _is_heard(file: Path) -> bool:
    """Whether there is a sound or a film among the first items."""
    from bot.exchange.columns import kinds
    from bot.exchange.plan import SAMPLE
    from bot.exchange.raw import Meter
    from bot.exchange.readers.folders import sorted_out
    from bot.exchange.readers.recognise import open_source
    from bot.exchange.records import Record

    opened = open_source(file)
    opened = sorted_out(opened, frozenset()) if opened.mixed else opened
    rows = (raw for raw in opened.rows(Meter()) if raw.reason is None)
    data = [raw.cells["data"] if isinstance(raw.cells.get("data"), dict) else raw.cells for raw in islice(rows, SAMPLE)]
    found = kinds({}, [Record(line=number, key=None, data=cells) for number, cells in enumerate(data, 1)])
    return any(kind in ("audio", "video") for kind in found.values())


def project_file(name: str, title: str, kind: str, labels: list[str], question: str, heard: bool) -> str:
    """The TOML of a small project. What is not `heard` cannot be unintelligible, so that answer is not offered."""
    asked = question or ASKED[kind]
    lines = [
        f"name = {_toml(name)}",
        f"title = {_toml(title)}",
        f"type = {_toml(kind)}",
        f"instructions = {_toml(asked)}",
    ]
    if kind == "transcript" and not heard:
        lines.append("unintelligible = false         # true offers 🔇, as for speech nobody can make out")
    lines += ["overlap = 1                    # answers wanted an item", ""]
    for label in labels:
        lines += ["[[labels]]", f"name = {_toml(label)}", f"title = {_toml(label)}", ""]
    return "\n".join(lines)


def _toml(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
