"""A process to start programs from, kept for all tests here, and a home with two small projects."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engines import Sqlite
from tests.running import CLIPS, REVIEWS, Home, Stable, make_home


@pytest.fixture(scope="session")
def stable() -> Iterator[Stable]:
    kept = Stable()
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    return Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(on_disk: Sqlite) -> Iterator[str]:
    """On the disk, as in use: here programs are killed, and commits take as long as they do for people."""
    made = on_disk.migrated()
    yield made
    on_disk.drop(made)


@pytest.fixture
def home(tmp_path: Path, sqlite_url: str) -> Home:
    return make_home(tmp_path / "home", sqlite_url, (REVIEWS, 60), (CLIPS, 60))


@pytest.fixture
def make(tmp_path: Path, sqlite_url: str) -> Callable[[int], Home]:
    """A home with so many reviews."""
    return lambda reviews: make_home(tmp_path / "home", sqlite_url, (REVIEWS, reviews))
