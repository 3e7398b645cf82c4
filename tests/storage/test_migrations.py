"""An empty database becomes ours, ours stays as it is, a kill in the middle harms nothing, a newer one is refused."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from storage import schema_chats, schema_quality  # noqa: F401 (once loaded, their tables are in the metadata)
from storage.migrations import HEAD, NewerSchemaError, migrate, revision
from storage.schema import metadata

KILLED = """
import sys, time
from sqlalchemy import event
from sqlalchemy.engine import Engine
from storage.migrations import migrate
seen = []
@event.listens_for(Engine, "after_cursor_execute")
def stop(connection, cursor, statement, *rest):
    seen.append(statement)
    if sum(one.lstrip().startswith("CREATE TABLE") for one in seen) == 12:
        print("in the middle", flush=True)
        time.sleep(600)
migrate(sys.argv[1])
"""
SHAPE = {
    "sqlite": ("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",),
    "postgresql": (
        "SELECT conrelid::regclass::text || conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype <> 'n'",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT table_name || '.' || column_name, data_type || coalesce(character_maximum_length::text, '') || "
        "is_nullable || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public'",
    ),
}


@contextmanager
def connected(url: str):
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    with create_engine(parsed, poolclass=NullPool).begin() as connection:
        yield connection


def shape(connection) -> dict[str, object]:
    """All that the schema says, the order of a table's constraints aside."""
    rows = [row for query in SHAPE[connection.dialect.name] for row in connection.execute(text(query))]
    lines = {
        # SQLite writes a column that was added later on the line of the last one.
        name: sorted(part for part in re.split(r"[\s,()]+", str(said).replace("(false)", "false")) if part)
        for name, said in rows
    }
    return {name: line for name, line in lines.items() if "alembic_version" not in f"{name}{line}"}


def test_an_empty_database_is_migrated_once(engine):
    url = engine.empty()
    assert migrate(url)
    assert not migrate(url)
    with connected(url) as connection:
        assert revision(connection) == HEAD


def test_the_migrations_lead_to_the_schema_of_the_program(engine):
    url = engine.migrated()
    with connected(url) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": connection.dialect.name != "sqlite"}
        )
        assert compare_metadata(context, metadata) == []
    engine.drop(url)


def test_the_migrations_make_the_same_constraints_and_indexes_as_the_schema(engine):
    migrated, made = engine.migrated(), engine.empty()
    with connected(made) as connection:
        metadata.create_all(connection)
    with connected(migrated) as left, connected(made) as right:
        assert shape(left) == shape(right)
    engine.drop(migrated)


def test_a_migration_killed_in_the_middle_starts_again(engine):
    url = engine.empty()
    process = subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "in the middle\n"
    process.kill()
    process.communicate()
    with connected(url) as connection:
        assert inspect(connection).get_table_names() == []
    assert migrate(url)
    with connected(url) as connection:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_of_two_programs_that_start_together_one_migrates(engine):
    url = engine.empty()
    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(migrate, [url, url])) == [False, True]


def test_a_database_of_a_newer_program_is_refused_and_left_alone(engine):
    url = engine.empty()
    migrate(url)
    with connected(url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchemaError, match="9999"):
        migrate(url)
    with connected(url) as connection:
        assert revision(connection) == "9999"
