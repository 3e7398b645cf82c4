"""The queue of reviewers and their decisions, in both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import people, reviews
from storage.database import run
from storage.schema import items
from storage.schema_quality import decisions
from tests.storage.dealing import walk
from tests.storage.recount import mistakes
from tests.worlds import build


@pytest.fixture
def world(database):
    """Three items that two people have answered."""
    made = build(database, items=3, people=3, overlap=2)
    walk(database, made, 0)
    walk(database, made, 1)
    return made


def claim(database, world, person, nonce):
    def work(tx):
        return reviews.claim(tx, world.project, world.people[person], nonce, tx.now + timedelta(minutes=15))

    return run(database, work)


def enqueue(database, world, *numbers):
    return [run(database, lambda tx, at=at: reviews.enqueue(tx, world.items[at], "disputed")) for at in numbers]


def decide(database, world, review, label):
    work = lambda tx: reviews.decide(tx, reviews.lock(tx, review), world.people[0], {"label": label}, 1)  # noqa: E731
    return run(database, work)


def test_an_item_stands_in_the_queue_once(database, world):
    assert enqueue(database, world, 0, 0, 1) == [True, False, True]
    assert run(database, lambda tx: reviews.waiting(tx, world.project)) == 2


def test_the_oldest_comes_first_and_stays_with_one_reviewer_until_the_lease_ends(database, clock, world):
    enqueue(database, world, 0, 1)
    first, second = claim(database, world, 0, "a"), claim(database, world, 1, "b")
    assert (first.item, second.item) == (world.items[0], world.items[1])
    assert claim(database, world, 2, "c") is None
    assert claim(database, world, 0, "d").item == world.items[0]
    clock.advance(timedelta(minutes=16))
    assert claim(database, world, 2, "e").item == world.items[0]
    assert run(database, lambda tx: reviews.known(tx, "a")) is None
    assert run(database, lambda tx: reviews.in_hand(tx, world.people[2])).nonce == "e"


def test_an_item_is_decided_once_and_comes_no_more(database, world):
    enqueue(database, world, 0)
    review = claim(database, world, 0, "a")
    assert decide(database, world, review, "positive")
    assert not decide(database, world, review, "negative")
    assert run(database, lambda tx: reviews.standing(tx, world.items[0])).label == {"label": "positive"}
    assert enqueue(database, world, 0) == [False]
    assert run(database, mistakes) == []


def test_a_decision_that_is_taken_back_is_superseded_and_its_item_in_hand(database, world):
    enqueue(database, world, 0, 1)
    review = claim(database, world, 0, "a")
    decide(database, world, review, "positive")
    claim(database, world, 0, "b")
    until = timedelta(minutes=15)
    assert run(database, lambda tx: reviews.take_back(tx, reviews.lock(tx, review), world.people[0], tx.now + until))
    assert not run(
        database, lambda tx: reviews.take_back(tx, reviews.lock(tx, review), world.people[0], tx.now + until)
    )
    assert claim(database, world, 0, "c").item == world.items[0]
    assert claim(database, world, 1, "d").item == world.items[1]
    assert run(database, lambda tx: reviews.standing(tx, world.items[0])) is None
    assert [row.live for row in run(database, lambda tx: tx.all(select(decisions)))] == [False]


def test_an_item_sent_back_wants_one_more_answer(database, world):
    enqueue(database, world, 0)
    review = claim(database, world, 0, "a")
    assert run(database, lambda tx: reviews.send_back(tx, reviews.lock(tx, review)))
    row = run(database, lambda tx: tx.one(select(items).where(items.c.id == world.items[0])))
    assert (row.state, row.overlap, row.taken, row.done_at) == ("open", 3, 2, None)
    assert claim(database, world, 0, "b") is None
    assert walk(database, world, 2) == [world.items[0]]
    assert run(database, mistakes) == []


def test_no_two_decisions_stand_for_an_item(database, world):
    enqueue(database, world, 0)
    decide(database, world, claim(database, world, 0, "a"), "positive")
    row = {"project": world.project, "item": world.items[0], "person": world.people[1], "label": {}, "version": 1}
    with pytest.raises(IntegrityError):
        run(database, lambda tx: tx.insert(decisions.insert(), row | {"live": True, "decided_at": tx.now}))


def test_people_are_found_in_every_chat_they_are_met_in(database, world):
    found = run(database, lambda tx: people.ways(tx, world.people[:2]))
    assert [(account, person.id, person.chat) for account, person in found] == [
        (world.account, world.people[0], world.chats[0]),
        (world.account, world.people[1], world.chats[1]),
    ]
