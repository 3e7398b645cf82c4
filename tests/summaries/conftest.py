"""Workers whose children are threads."""

import pytest

from bot.workers import Workers
from storage.files import Files
from tests.summaries.posting import threads


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.fixture
def workers(database, files):
    made = Workers(database, files, start=threads)
    yield made
    made.close()
