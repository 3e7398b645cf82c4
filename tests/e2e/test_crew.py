"""Twenty people of known skill label five hundred items of each type, through the core and a strict chat: the report
finds the careless and the spammer, the consensus is better than the vote, and adaptive overlap saves answers.

`test_crew_chats.py` has the same people at Telegram, Slack and the browser.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.project import Adaptive
from storage.database import opened
from tests.crew import CRAFTS, labeled
from tests.dialogue import Dialogue
from tests.e2e import crew_found
from tests.e2e.crew_found import Found
from tests.engines import Clock, Sqlite
from tests.running import Home, Stable

ITEMS = 500
EACH = 5
LEAST, MOST, SURE = 2, 7, 0.95


@dataclass(frozen=True)
class Crew:
    kind: str
    home: Home
    answers: int
    states: list[str]
    found: Found


Work = Callable[..., Crew]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, sqlite: Sqlite, stable: Stable) -> Iterator[Work]:
    """What a crew did, once for each type and overlap."""
    done: dict[str, Crew] = {}

    def made(kind: str, **rules: Any) -> Crew:
        key = f"{kind} {rules}"
        if key not in done:
            done[key] = _worked(Home(tmp_path_factory.mktemp(kind), sqlite.migrated()), stable, kind, rules)
        return done[key]

    yield made
    for crew in done.values():
        sqlite.drop(crew.home.url)


def _worked(home: Home, stable: Stable, kind: str, rules: dict[str, Any]) -> Crew:
    clock = Clock()
    with opened(home.url, clock=clock) as database:
        talk = Dialogue(database, clock)
        labeled(talk, kind, ITEMS, **rules)
        answers, states = len(talk.answers()), talk.states()
    craft = CRAFTS[kind]
    return Crew(kind, home, answers, states, crew_found.found(home, stable, "reviews", craft.question, craft.truth))


@pytest.mark.parametrize("kind", CRAFTS)
def test_the_careless_are_found_and_the_consensus_is_better_than_the_vote(work: Work, kind: str) -> None:
    crew = work(kind, overlap=EACH)
    assert {len(labels) for labels in crew.found.given.values()} == {EACH}
    assert len(crew.found.given) == len(crew.found.merged) == ITEMS
    assert set(crew.found.signs) == crew_found.CARELESS
    crew_found.check(crew.found)


@pytest.mark.parametrize("kind", ["choice", "rating"])
def test_as_many_answers_as_an_item_needs_save_a_third_of_them(work: Work, kind: str) -> None:
    """Beside the fixed overlap that is as often right."""
    fixed = work(kind, overlap=EACH)
    needed = work(kind, overlap=LEAST, adaptive=Adaptive(LEAST, MOST, SURE))
    assert set(needed.states) == {"done"}
    assert needed.answers <= 0.7 * fixed.answers
    assert needed.found.right() >= fixed.found.right() - 0.01
    assert needed.found.savings is not None
    assert needed.found.savings["of_alike"] >= 0.3
