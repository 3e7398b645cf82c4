"""Brings a database to this program's schema; Alembic is imported only when there is something to do."""

from typing import Final

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

HEAD: Final = "0004"
LOCK: Final = 7_226_511_903
"""Key of PostgreSQL's advisory lock, so that of two programs started together one migrates and one waits."""


class NewerSchemaError(RuntimeError):
    """The database was made by a newer program; this one would not understand it."""


def revision(connection: Connection) -> str | None:
    """The schema's revision, or None in an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(url: str) -> bool:
    """True if anything had to be done. In one transaction: a kill in the middle leaves the old schema.

    Raises NewerSchemaError where the database is ahead of this program.
    """
    engine = create_engine(_driver(url), poolclass=NullPool, **_arguments(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE") and None)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        found = revision(connection)
        if found == HEAD:
            return False
        if found is not None and found > HEAD:
            raise NewerSchemaError(
                f"this database has schema {found}, this program knows {HEAD}: install a newer labelbot"
            )
        _upgrade(connection)
    return True


def _upgrade(connection: Connection) -> None:
    from pathlib import Path

    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _driver(url: str) -> str:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _arguments(url: str) -> dict[str, object]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"isolation_level": None, "timeout": 20}}
    return {}
