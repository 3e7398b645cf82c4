"""Projects as the database keeps them: their row, and what they ask now."""

from bot.project import Project
from storage import projects
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
