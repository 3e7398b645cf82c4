"""The demo's folder: sample projects with their items, made once and kept."""

import re
from collections.abc import Callable
from pathlib import Path

from bot.cli.defining import TEMPLATES, read_project, save
from bot.exchange.imports import import_source
from bot.exchange.plan import plan_import
from bot.media.preparer import Preparer
from config.settings import Settings
from storage.database import Database, opened, run
from storage.files import Files
from storage.migrations import migrate

SAMPLES = Path(__file__).parents[1] / "config" / "samples"

ASKED = re.compile(r"^overlap = .*$", re.MULTILINE)
ALONE = (
    "overlap = 1                         # enough for one who tries it alone; a team asks two or three people an item"
)
"""Templates ask for a team's agreement: with theirs, nothing would ever be done however much one person labels."""


def fill(settings: Settings, say: Callable[[str], None]) -> None:
    """Makes whatever is missing: the project files to read and edit, the projects, their items."""
    migrate(settings.database_url)
    with opened(settings.database_url) as database:
        for folder in sorted(path for path in SAMPLES.iterdir() if path.is_dir()):
            _project(settings, database, folder.name, say)


def _project(settings: Settings, database: Database, name: str, say: Callable[[str], None]) -> None:
    file = settings.home / f"{name}.toml"
    if not file.exists():
        template = (TEMPLATES / f"{name}.toml").read_text(encoding="utf-8")
        file.write_text(ASKED.sub(ALONE, template), encoding="utf-8")
    project = read_project(file)
    row, _ = run(database, lambda tx: save(tx, project))
    if row.total:
        return
    with Preparer(workers=1) as preparer:
        plan = plan_import(database, row.name, SAMPLES / name / "items.jsonl", media_root=SAMPLES)
        rejects = settings.home / f"{name}.rejects.jsonl"
        result = import_source(database, Files(settings.files), plan, preparer=preparer, rejects=rejects)
    say(f"  {project.title}: {result.new} items")
