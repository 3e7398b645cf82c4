"""How right people are by the consensus, as a report tells it."""

import json
import random

import pytest

from bot.labels import LABEL_TYPES
from bot.quality.coding import Coding
from bot.quality.columns import columns
from bot.quality.pairs import NOBODY, Shared
from bot.quality.skilled import skilled, together
from tests.crew import CRAFTS, CREW
from tests.dialogue import project

CARELESS = {place for place, one in enumerate(CREW) if one.right < 0.8}


def figures(kind, items, each, **rules):
    """(skills, standing) of a project that the crew has labelled, `each` people an item."""
    craft, rng = CRAFTS[kind], random.Random(2)
    asked = project(craft.question, **rules)
    coding = Coding(asked, "\x1e")
    rows = [
        (item, True, person, json.dumps({"label": craft.answer(CREW[person], item, rng)}), -1, 0, False)
        for item in range(items)
        for person in rng.sample(range(len(CREW)), each)
    ]
    return skilled(asked, coding.coders, Shared(columns([rows] if rows else [], coding)))


@pytest.mark.parametrize("kind", CRAFTS)
def test_the_careless_stand_below_all_others_with_intervals_that_hold_their_figure(kind):
    skills, (standing,) = figures(kind, 400, 5)
    share = {person: mine[0].share for person, mine in skills.items()}
    assert max(share[one] for one in CARELESS) < min(share[one] for one in share if one not in CARELESS)
    assert all(mine[0].low <= mine[0].share <= mine[0].high for mine in skills.values())
    assert standing.items == 400
    assert 0.5 < standing.confidence <= 1
    assert 0 <= standing.sure <= 1
    assert bool(skills[0][0].labels) == (LABEL_TYPES[kind].parts(CRAFTS[kind].question, ()) is not None)


def test_by_label_it_tells_how_often_somebody_saw_it():
    """The spammer says red whatever there is."""
    skills, _ = figures("choice", 400, 5)
    seen = {one.label: one.share for one in skills[19][0].labels}
    assert seen.pop("red") == 1
    assert set(seen.values()) == {0}


def test_a_project_that_wants_the_plain_vote_is_told_by_it():
    _, (standing,) = figures("choice", 60, 3, consensus="majority")
    assert standing.method == "majority"


@pytest.mark.parametrize("each", [0, 1])
def test_where_nobody_can_be_compared_nothing_is_said(each):
    skills, standing = figures("tags", 5 * each, each)
    assert (skills, standing) == ({}, [None])
    assert together(()) == NOBODY
