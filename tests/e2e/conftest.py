"""A process to start programs from, kept for all tests here."""

from collections.abc import Iterator

import pytest

from tests.running import Stable


@pytest.fixture(scope="session")
def stable() -> Iterator[Stable]:
    kept = Stable()
    yield kept
    kept.close()
