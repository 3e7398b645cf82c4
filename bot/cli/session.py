"""What commands work on: settings, the database and its projects, opened once and closed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from bot import stored
from bot.cli.trouble import Trouble
from bot.project import Project
from config import settings as configuration
from config.settings import Settings
from storage import projects
from storage.database import Database, opened, run
from storage.files import Files
from storage.migrations import migrate
from storage.projects import NoProjectError, ProjectRow

SECRET = ("pass", "secret", "token", "key")
"""What a parameter of a database's address has in its name when it is nobody's business."""


class NoDatabase(Trouble):
    """Nothing was ever kept where the settings say."""


@dataclass(frozen=True, slots=True)
class Session:
    settings: Settings
    database: Database
    files: Files

    def project(self, name: str) -> tuple[ProjectRow, Project]:
        """The project and what it asks now; Trouble says which ones there are."""

        try:
            return run(self.database, lambda tx: stored.named(tx, name))
        except NoProjectError:
            raise Trouble(self._no_project(name)) from None

    def _no_project(self, name: str) -> str:
        known = [row.name for row in run(self.database, projects.every)]
        where = shown_url(self.database.url)
        if not known:
            return f"no project in {where}. Make one: labelbot new sentiment, then labelbot apply sentiment.toml"
        from difflib import get_close_matches

        near = get_close_matches(name, known, 1)
        hint = f" Did you mean “{near[0]}”?" if near else ""
        return f"no project “{name}” in {where}.{hint} There is: {', '.join(known)}"


def shown_url(url: str) -> str:
    """Without a password, wherever in it that stands: before the host or among the parameters behind the `?`."""
    parsed = make_url(url)
    secret = {key: "***" for key in parsed.query if any(word in key.lower() for word in SECRET)}
    return parsed.update_query_dict(secret).render_as_string(hide_password=True)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for other databases."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


@contextmanager
def session(create: bool = False) -> Iterator[Session]:
    """Opens what the settings name. Unless `create`, a SQLite database must be there already."""
    settings = configuration.read()
    path = sqlite_file(settings.database_url)
    if path is not None:
        if not create and not path.exists():
            raise NoDatabase(
                f"no database at {path}. Make a project first: labelbot new sentiment, then labelbot apply "
                "sentiment.toml. (LABELBOT_HOME names the folder to look in; it is "
                f"{settings.home.absolute()} now.)"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
    settings.home.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    with opened(settings.database_url) as database:
        yield Session(settings, database, Files(settings.files))
