"""Twenty people of known skill label five hundred items of each type: the careless are found, the consensus is better
than the vote."""

import json

import numpy as np
import pytest

from bot.labels import LABEL_TYPES
from bot.project import Adaptive
from bot.quality.crowd.answers import coded
from bot.quality.crowd.choosing import consensus
from bot.quality.watching import look
from storage import projects
from storage.database import opened, run
from storage.schema import people as people_table
from tests.crew import CRAFTS, CREW, labeled
from tests.dialogue import Dialogue
from tests.engines import Clock, Sqlite

ITEMS = 500
EACH = 5
CAREFUL = {one.name for one in CREW if one.right > 0.8}


@pytest.fixture(scope="module", params=CRAFTS)
def crew(request, tmp_path_factory):
    """(type, what happened, its answers by item, as (person, label))"""
    clock = Clock()
    with opened(Sqlite(tmp_path_factory.mktemp("crew")).migrated(), clock=clock) as database:
        talk = Dialogue(database, clock)
        labeled(talk, request.param, ITEMS, overlap=EACH)
        given = {}
        for who, item, label in talk.answers():
            given.setdefault(item, []).append((who, label["label"]))
        yield request.param, talk, given


def right(kind, label, item):
    craft, of_type = CRAFTS[kind], LABEL_TYPES[kind]
    truth = craft.truth(int(item.rpartition("-")[2]))
    return label is not None and of_type.distance(craft.question)(label, truth) <= of_type.RIGHT


def test_every_item_has_its_answers_and_what_they_come_to_is_better_than_a_person(crew):
    kind, _, given = crew
    assert {len(found) for found in given.values()} == {EACH}
    assert len(given) == ITEMS
    singly = np.mean([right(kind, label, item) for item, found in given.items() for _, label in found])
    merge, question = LABEL_TYPES[kind].merge, CRAFTS[kind].question
    merged = {item: merge(question, [label for _, label in found], None).value for item, found in given.items()}
    assert np.mean([right(kind, label, item) for item, label in merged.items()]) > singly


@pytest.mark.parametrize("crew", [kind for kind in CRAFTS if LABEL_TYPES[kind].CATEGORICAL], indirect=True)
def test_the_consensus_is_better_than_the_vote_and_knows_who_is_careless(crew):
    kind, _, given = crew
    table = coded((item, who, json.dumps(label)) for item, found in given.items() for who, label in found)
    found, vote = consensus(table.answers), consensus(table.answers, "majority")

    def share(one):
        named = (None if best < 0 else json.loads(table.classes[best]) for best in one.best)
        return np.mean([right(kind, label, item) for item, label in zip(table.items, named, strict=True)])

    assert share(found) > share(vote)
    skill = dict(zip(table.workers, found.skill, strict=True))
    assert max(skill[one] for one in skill if one not in CAREFUL) < min(skill[one] for one in CAREFUL)


def test_the_careless_and_the_spammer_are_found_and_nobody_careful(crew):
    _, talk, _ = crew
    names = {row.id: row.name for row in talk.rows(people_table)}

    def schema(tx):
        row = projects.by_id(tx, talk.ids["reviews"])
        return row.id, talk.app.schemas.get(tx, row.id, row.version)

    key, asked = run(talk.database, schema)
    with talk.database.reading() as connection:
        found = look(connection, key, asked).findings
    noted = {names[person] for person, one in found or () if one.kind in ("careless", "spammer")}
    assert noted == {one.name for one in CREW} - CAREFUL
    assert {names[person] for person, _ in found or ()} == noted


def share_right(kind, talk):
    rows = [(item, who, json.dumps(label["label"])) for who, item, label in talk.answers()]
    table = coded(rows)
    named = [None if best < 0 else json.loads(table.classes[best]) for best in consensus(table.answers).best]
    return np.mean([right(kind, label, item) for item, label in zip(table.items, named, strict=True)])


@pytest.mark.parametrize("kind", ["choice", "rating"])
def test_as_many_answers_as_an_item_needs_save_a_third_of_them(kind, tmp_path):
    """Beside the fixed overlap that is as often right."""
    least, most, fixed = 2, 7, 5
    counted, shares = [], []
    for rules in ({"overlap": fixed}, {"overlap": least, "adaptive": Adaptive(least, most, 0.95)}):
        clock = Clock()
        (tmp_path / str(len(shares))).mkdir()
        with opened(Sqlite(tmp_path / str(len(shares))).migrated(), clock=clock) as database:
            talk = Dialogue(database, clock)
            labeled(talk, kind, ITEMS, **rules)
            counted.append(len(talk.answers()))
            shares.append(share_right(kind, talk))
            assert set(talk.states()) == {"done"}
    assert counted[1] <= 0.7 * counted[0], counted
    assert shares[1] >= shares[0] - 0.01, shares
