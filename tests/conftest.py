"""What every test may ask for: a clock that is set by hand, and a database in each engine."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.project import Project
from storage.database import Database, opened
from tests.dialogue import Dialogue
from tests.engines import Clock, Engine, Postgres, Sqlite, postgres_server, sqlite_folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Sqlite]:
    with sqlite_folder() as folder:
        yield Sqlite(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn; PostgreSQL is started by the first test that uses it."""
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def url(engine: Engine) -> Iterator[str]:
    """A database of the test's own, migrated."""
    made = engine.migrated()
    yield made
    engine.drop(made)


@pytest.fixture
def database(url: str, clock: Clock) -> Iterator[Database]:
    with opened(url, clock) as database:
        yield database


@pytest.fixture
def sqlite_url(sqlite: Sqlite) -> Iterator[str]:
    made = sqlite.migrated()
    yield made
    sqlite.drop(made)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    made = postgres.migrated()
    yield made
    postgres.drop(made)


@pytest.fixture
def talk(database: Database, clock: Clock) -> Iterator[Callable[..., Dialogue]]:
    """Begins a dialogue over projects; at the end its counters are counted again."""
    begun: list[Dialogue] = []

    def begin(*projects: Project, **how: Any) -> Dialogue:
        begun.append(Dialogue(database, clock, *projects, **how))
        return begun[-1]

    yield begin
    for dialogue in begun:
        dialogue.recount()
