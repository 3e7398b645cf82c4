"""What the database keeps, as the rest of the program knows it: projects with what they ask, pictures' regions."""

from bot.labels.regions import Regions, unpacked
from bot.project import Project
from storage import projects
from storage import regions as kept
from storage.database import Transaction
from storage.projects import ProjectRow


def asked(tx: Transaction, row: ProjectRow) -> Project:
    return Project.from_config(projects.config_of(tx, row.id, row.version))


def named(tx: Transaction, name: str) -> tuple[ProjectRow, Project]:
    """Raises NoProjectError."""
    row = projects.named(tx, name)
    return row, asked(tx, row)


def by_id(tx: Transaction, project: int) -> tuple[ProjectRow, Project]:
    """Raises NoProjectError."""
    row = projects.by_id(tx, project)
    return row, asked(tx, row)


def regions(tx: Transaction, medium: int) -> Regions | None:
    """The regions that a picture was cut into; None where it was not."""
    row = kept.load(tx, medium)
    return None if row is None else unpacked(row.width, row.height, row.runs, row.parents)
