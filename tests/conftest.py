"""What every test may ask for: a clock that is set by hand, and a database in each engine."""

from collections.abc import Iterator

import pytest

from storage.database import Database, opened
from tests.engines import Clock, Engine, Postgres, Sqlite, postgres_server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


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
