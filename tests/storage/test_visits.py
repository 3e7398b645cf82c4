"""Visits to the page to mark on: begun once by each way in, found by their token alone, over in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from storage import people, seals, visits
from storage.database import run
from storage.visits import LIFETIME, Visit
from tests.worlds import build


@pytest.fixture
def world(database):
    return build(database, people=2)


def begin(database, world, way="link", key="k1", person=0):
    return run(
        database,
        lambda tx: visits.begin(
            tx, account=world.account, person=world.people[person], project=world.project, way=way, key=key
        ),
    )


def find(database, token):
    return run(database, lambda tx: visits.find(tx, token))


def test_a_visit_is_found_by_its_token(database, world):
    token = begin(database, world)
    user = world.users[0]
    assert find(database, token) == Visit(world.account, world.people[0], world.project, user, user)
    assert find(database, token[:-1] + "_") is None
    assert find(database, "") is None


def test_a_way_in_is_good_for_one_visit(database, world):
    first = begin(database, world)
    assert begin(database, world, key="k2") is None
    assert begin(database, world, key="k2", person=1) is None
    assert find(database, first)
    assert begin(database, world, way="another", key="k2")


def test_whoever_missed_the_answer_gets_another_token_and_the_former_one_ends(database, world):
    lost = begin(database, world)
    found = begin(database, world)
    assert found != lost
    assert find(database, lost) is None
    assert find(database, found)


def test_of_many_at_once_one_begins_a_visit(database, world):
    with ThreadPoolExecutor(6) as threads:
        begun = list(threads.map(lambda number: begin(database, world, key=f"k{number}"), range(6)))
    assert len([token for token in begun if token]) == 1


def test_a_visit_is_over_in_time_and_swept_away(database, world, clock):
    token = begin(database, world)
    clock.advance(LIFETIME - timedelta(seconds=1))
    assert find(database, token)
    clock.advance(timedelta(seconds=1))
    assert find(database, token) is None
    assert run(database, visits.sweep) == 1
    assert run(database, visits.sweep) == 0


def test_a_person_is_known_by_what_their_platform_calls_them(database, world):
    assert run(database, lambda tx: visits.known_as(tx, world.account, world.people[1]))[0] == world.users[1]
    assert run(database, lambda tx: visits.known_as(tx, world.account, 999)) is None
    run(database, lambda tx: people.came_by(tx, world.account, world.users[1], "elsewhere"))
    assert run(database, lambda tx: visits.known_as(tx, world.account, world.people[1]))[1] == "elsewhere"


def test_a_secret_is_made_once_and_kept(database):
    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(lambda _: run(database, lambda tx: seals.seal(tx, "page")), range(4)))
    assert len(found) == 1
    assert len(found.pop()) == 32
    assert run(database, lambda tx: seals.seal(tx, "other")) != run(database, lambda tx: seals.seal(tx, "page"))
