"""The counts kept with every answer are those of a recount, whatever people do, and no item gets more than the most."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot import settling, weighing
from bot.project import Adaptive
from storage import answers, cards, queue, skills
from storage.database import Transaction, run
from storage.schema import items
from tests.storage.dealing import claim, undo
from tests.storage.recount import mistakes
from tests.worlds import SENTIMENT, build

ASKED = replace(SENTIMENT, overlap=2, adaptive=Adaptive(2, 4, 0.75))


def step(tx: Transaction, world, draw: random.Random) -> None:
    """Something that one of the people does."""
    who = draw.randrange(len(world.people))
    if draw.random() < 0.25:
        take_back(tx, world, who)
        return
    card = cards.open_card(tx, world.people[who]) or claim(tx, world, who)
    if card is None:
        return
    done = draw.choice(("answer", "answer", "answer", "skip", "hold", "release", "correct"))
    label = {"label": draw.choice(("positive", "positive", "negative"))}
    if done in ("answer", "correct"):
        changed(tx, world, card.item, lambda: answers.record(tx, card, label))
    if done == "correct":
        answer = answers.of_card(tx, card.id)
        changed(tx, world, card.item, lambda: answers.correct(tx, answer, {"label": "negative"}))
    elif done == "skip":
        answers.skip(tx, card, "Other", 3)
    elif done == "release":
        queue.release(tx, card)


def take_back(tx: Transaction, world, who: int) -> None:
    found = answers.latest(tx, world.people[who], world.project)
    if found is not None:
        changed(tx, world, found.item, lambda: undo(tx, world, who, 3))


def changed(tx: Transaction, world, item: int, change) -> None:
    with settling.changed(tx, world.project, ASKED, 1, (item,)):
        change()


def counts(tx: Transaction, world) -> Counter:
    """From all answers."""
    total = Counter()
    for standing, _ in settling.recount(tx, ASKED, 1, world.items).values():
        total.update(weighing.contributed(standing))
    return total


@pytest.mark.parametrize("seed", range(5))
def test_the_kept_counts_are_those_of_a_recount(database, seed):
    world = build(database, items=8, people=6, overlap=2, project=ASKED)
    draw = random.Random(seed)
    for _ in range(60):
        run(database, lambda tx: step(tx, world, draw))
        kept, anew = run(
            database,
            lambda tx: (skills.every(tx, world.project), counts(tx, world)),
        )
        assert kept == anew
        assert run(database, mistakes) == []
        found = run(database, lambda tx: tx.all(select(items)))
        assert all(item.taken <= item.overlap <= 4 for item in found)
    assert kept
    assert {item.overlap for item in found} > {2}


def test_an_item_that_wants_one_more_is_met_by_people_who_passed_it(database):
    world = build(database, items=2, people=3, overlap=2, project=ASKED)

    def gives(who: int, label: str) -> int:
        def act(tx: Transaction) -> int:
            card = claim(tx, world, who)
            changed(tx, world, card.item, lambda: answers.record(tx, card, {"label": label}))
            return card.item

        return run(database, act)

    for who, label in ((0, "positive"), (1, "negative")):
        for _ in world.items:
            gives(who, label)
    assert {gives(2, "positive") for _ in world.items} == set(world.items)
