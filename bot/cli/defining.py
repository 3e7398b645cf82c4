"""Projects: templates, checking a project file, creating and updating, listing."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from bot.cli.dropping import dropped
from bot.cli.session import NoDatabase, session
from bot.cli.trouble import Trouble, writing
from bot.cli.wanting import reminders, to_tell, too_few
from bot.exchange.sentences import counted
from bot.labels import LABEL_TYPES
from bot.project import Project
from bot.projectfile import load, parse
from bot.spreading import spread
from storage import figures, people, projects
from storage.database import Transaction, run
from storage.figures import Parts
from storage.projects import ProjectRow

TEMPLATES = Path(__file__).parents[2] / "config" / "projects"


def templates() -> list[str]:
    return sorted(path.stem for path in TEMPLATES.glob("*.toml"))


def read_project(path: Path) -> Project:
    """Raises BadProjectFile with the line to mend."""
    options = {name: each.OPTIONS for name, each in LABEL_TYPES.items()}
    return load(path, LABEL_TYPES, options, lambda question: LABEL_TYPES[question.type].check(question))


def parse_project(text: str) -> Project:
    """Raises BadProjectFile."""
    options = {name: each.OPTIONS for name, each in LABEL_TYPES.items()}
    return parse(text, types=LABEL_TYPES, options=options, check=lambda asked: LABEL_TYPES[asked.type].check(asked))


def known_projects() -> list[str]:
    """The names of all projects, none where there is no database yet."""
    try:
        with session() as opened:
            return [row.name for row in run(opened.database, projects.every)]
    except NoDatabase:
        return []


@click.command("new", epilog="Example: labelbot new sentiment -o reviews.toml")
@click.argument("template", required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="where to write it (default: TEMPLATE.toml)")
def new_command(template: str | None, output: Path | None) -> None:
    """Write a ready-made project file to edit. Without TEMPLATE, list them."""
    if template is None:
        for name in templates():
            click.echo(f"{name:<12} {read_project(TEMPLATES / f'{name}.toml').title}")
        return
    if template not in templates():
        raise Trouble(f"no template “{template}”. There is: {', '.join(templates())}")
    target = output or Path(f"{template}.toml")
    if target.exists():
        raise Trouble(f"{target} is there already; give another name with -o")
    with writing(target):
        target.write_bytes((TEMPLATES / f"{template}.toml").read_bytes())
    click.echo(f"Wrote {target}. Edit it, then: labelbot apply {target}")


@click.command(
    "check",
    short_help="Say what is wrong with a project file, with the line.",
    epilog="Example: labelbot check reviews.toml",
)
@click.argument("file", type=click.Path(path_type=Path))
def check_command(file: Path) -> None:
    """Read a project file and say what is wrong with it, with the line."""
    project = read_project(file)
    asked = ", ".join(f"{q.type} ({len(q.labels)} labels)" if q.labels else q.type for q in project.questions)
    click.echo(f"{file} is fine: “{project.title}” asks {asked}; {_answers(project)} an item.")
    for note in (*reminders(project), *_too_few(project)):
        click.echo(f"Note: {note}")


def _too_few(project: Project) -> list[str]:
    """Where the project is known already, whether there are people enough for what the file asks."""

    def look(tx: Transaction) -> list[str]:
        found = [too_few(tx, row, project) for row in projects.every(tx) if row.name == project.name]
        return [str(one) for one in found if one is not None]

    try:
        with session() as opened:
            return run(opened.database, look)
    except NoDatabase:
        return []


def _answers(project: Project) -> str:
    adaptive = project.adaptive
    return counted(project.overlap, "answer") if adaptive is None else f"{adaptive.min} to {adaptive.max} answers"


@click.command("apply", epilog="Example: labelbot apply reviews.toml")
@click.argument("file", type=click.Path(path_type=Path))
def apply_command(file: Path) -> None:
    """Create the project, or bring it up to the file."""
    apply_file(file)


def apply_file(file: Path, then: bool = True) -> None:
    """What `apply` does; `then` it says what comes next in a project without items."""
    project = read_project(file)
    with session(create=True) as opened:
        row, changed = run(opened.database, lambda tx: save(tx, project))
        lost = list(dropped(run(opened.database, lambda tx: _before(tx, row)), project)) if changed else []
        spread(opened.database, row.id)
        lacking = run(opened.database, lambda tx: to_tell(tx, row, project))
    for one in lacking:
        click.echo(f"Note: {one}")
    if not changed:
        click.echo(f"{row.name} is as in {file} already.")
        return
    click.echo(f"{row.name} is {'created' if row.version == 1 else f'now at version {row.version}'}.")
    for said in lost:
        click.echo(f"Note: {said}")
    if then and row.total == 0:
        click.echo(f"Next: labelbot import {row.name} YOUR-DATA.csv, then labelbot invite {row.name}")


def save(tx: Transaction, project: Project) -> tuple[ProjectRow, bool]:
    row, changed = projects.save(tx, project.name, project.as_config())
    if changed:
        people.record(tx, None, row.id, "apply", {"version": row.version})
    return row, changed


def _before(tx: Transaction, row: ProjectRow) -> Project:
    """As it was a version ago; of a new one as it is."""
    return Project.from_config(projects.config_of(tx, row.id, max(1, row.version - 1)))


def _as_json(row: ProjectRow, title: str, parts: Parts) -> dict[str, object]:
    told = {"name": row.name, "title": title, "state": row.state, "version": row.version, "items": parts.imported}
    return told | {"done": parts.done}


@click.command("projects", epilog="Example: labelbot projects --json")
@click.option("--pause", metavar="NAME", help="deal no more cards there; answers in hand still count")
@click.option("--resume", metavar="NAME", help="deal them again")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def projects_command(pause: str | None, resume: str | None, as_json: bool) -> None:
    """List the projects; pause and resume them."""
    with session() as opened:
        for name, state in ((pause, "paused"), (resume, "open")):
            if name is not None:
                row, _ = opened.project(name)
                run(opened.database, partial(projects.set_state, project=row.id, state=state))
        rows = run(opened.database, projects.every)
        titles = run(opened.database, lambda tx: [projects.config_of(tx, r.id, r.version)["title"] for r in rows])
        with opened.database.reading() as connection:
            parts = [figures.parts(connection, row.id, datetime.now(UTC)) for row in rows]
    told = list(zip(rows, titles, parts, strict=True))
    if as_json:
        click.echo(json.dumps([_as_json(*one) for one in told]))
        return
    for row, title, part in told:
        asked = part.imported - part.gold - part.withdrawn
        progress = f"{part.done:,} of {counted(asked, 'item')} done"
        click.echo(f"{row.name:<20} {title[:32]:<32} {progress:>26}  version {row.version}  {row.state}")
    if not rows:
        click.echo("No projects yet. Make one: labelbot new sentiment, then labelbot apply sentiment.toml")
