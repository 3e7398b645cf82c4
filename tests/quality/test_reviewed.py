"""How often a reviewer decides against the answers, against a plain count."""

import random
from collections import Counter

import pytest
from sqlalchemy import insert

from bot.quality.reviewed import Reviewed
from bot.quality.telling import text
from bot.quality.words import ENOUGH_DECISIONS, Words
from storage import reviews
from storage.database import run
from storage.schema_quality import decisions
from tests.engines import START
from tests.quality.reported import answer, report_of, said
from tests.worlds import SENTIMENT, add_items, make

WAYS = ("positive", "negative")


def decide(tx, world, item, label, live=True):
    row = {"project": world.project, "item": item, "person": world.people[0], "version": 1, "live": live}
    row |= {"label": {"label": label}, "decided_at": START, "superseded_at": None if live else START}
    tx.insert(insert(decisions), row)


def past(tx, draw, count=40):
    """Items with up to five answers of which some are decided, some twice, and some wait."""
    world = make(tx, 0, 5, 5, SENTIMENT)
    over = judged = decided = 0
    for item in add_items(tx, world.project, [{"state": "done"} for _ in range(count)], 5):
        given = [draw.choice(WAYS) for _ in range(draw.randrange(6))]
        for person, label in zip(world.people, given, strict=False):
            answer(tx, world, item, person, {"label": label})
        if draw.random() < 0.3:
            reviews.enqueue(tx, item, "disputed")
            continue
        right = draw.choice(WAYS)
        if draw.random() < 0.2:
            decide(tx, world, item, "negative", live=False)
        decide(tx, world, item, right)
        decided += 1
        often = Counter(given)
        if often["positive"] != often["negative"]:
            judged += 1
            over += max(often, key=often.get) != right
    return world, (count - decided, decided, judged, over)


@pytest.mark.parametrize("seed", range(3))
def test_decisions_are_counted_against_what_the_answers_come_to(database, seed):
    world, expected = run(database, lambda tx: past(tx, random.Random(seed)))
    found = report_of(database, world).reviewed
    assert (found.waiting, found.decided, found.judged, found.overturned) == expected
    assert found.share == found.overturned / found.judged
    assert 0 <= found.interval[0] <= found.share <= found.interval[1] <= 1


def test_of_few_decisions_nothing_is_told_of_how_they_went(database):
    def write(tx):
        world = make(tx, 0, 1, 1, SENTIMENT)
        for item in add_items(tx, world.project, [{"state": "done"} for _ in range(ENOUGH_DECISIONS - 1)]):
            answer(tx, world, item, world.people[0], {"label": "positive"})
            decide(tx, world, item, "negative")
        return world

    world = run(database, write)
    report = report_of(database, world)
    assert "Review: 0 waiting, 9 decided" in said(text(report, "en")).splitlines()
    (more,) = run(database, lambda tx: add_items(tx, world.project, [{"state": "done"}], prefix="x"))

    def another(tx):
        answer(tx, world, more, world.people[0], {"label": "positive"})
        decide(tx, world, more, "positive")

    run(database, another)
    told = "Review: 0 waiting, 10 decided · 90 % of the decided against the answers (9 of 10, 95 %: 60 to 98 %)"
    assert told in said(text(report_of(database, world), "en")).splitlines()


def test_without_review_nothing_is_told_of_it(database):
    report = report_of(database, run(database, lambda tx: make(tx, 2, 1, 1)))
    assert report.reviewed == Reviewed()
    assert "Review:" not in said(text(report, "en"))
    assert "0" in Words("de").reviewed(report.reviewed)
