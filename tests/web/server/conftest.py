"""A server with the cards of a script."""

from collections.abc import Iterator

import pytest

from tests.web.running import Place, place
from tests.web.server.clients import CARDS


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("web"), list(CARDS)) as running:
        yield running


@pytest.fixture
def here(house: Place) -> Place:
    house.script.at, house.script.shown = 0, None
    house.script.events.clear()
    house.script.answers.clear()
    return house
