"""A desk on each engine, and one on SQLite alone for what no engine has a part in."""

from collections.abc import Iterator

import pytest

from bot.media.preparer import Preparer
from storage.database import opened
from storage.files import Files
from tests.exchange.desk import REVIEWS, Desk


@pytest.fixture(scope="session")
def preparer() -> Iterator[Preparer]:
    with Preparer(1) as preparer:
        yield preparer


@pytest.fixture
def desk(sqlite_url, clock, tmp_path, preparer) -> Iterator[Desk]:
    with opened(sqlite_url, clock) as database:
        yield Desk(database, tmp_path, preparer, Files(tmp_path / "files")).have(REVIEWS)


@pytest.fixture
def each_desk(database, tmp_path, preparer) -> Desk:
    """On SQLite, then on PostgreSQL."""
    return Desk(database, tmp_path, preparer, Files(tmp_path / "files")).have(REVIEWS)
