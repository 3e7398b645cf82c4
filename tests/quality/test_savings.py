"""What adaptive overlap saves is told against fixed numbers, recounted from the answers."""

import itertools
import json
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from rich.console import Console
from sqlalchemy import func, insert, select, update

from bot import settling
from bot.project import Adaptive
from bot.quality import telling
from bot.quality.coding import Coder
from bot.quality.crowd.labels import crowd
from bot.quality.plain import as_json
from bot.quality.report import summary
from bot.quality.savings import weighed_right
from bot.report_terminal import terminal
from storage import projects
from storage.database import run
from storage.schema import answers, items
from tests.crew import CRAFTS, CREW
from tests.worlds import SENTIMENT, add_items, build

ASKED = replace(SENTIMENT, overlap=2, adaptive=Adaptive(2, 6, 0.75))
GOLD = 30


def tried(count: int, right: Fraction, classes: int) -> Fraction:
    """All ways in which they may vote, 0 being right."""
    share = Fraction(0)
    for votes in itertools.product(range(classes), repeat=count):
        tally = Counter(votes)
        leaders = [one for one, times in tally.items() if times == max(tally.values())]
        hits = tally[0]
        chance = right**hits * ((1 - right) / (classes - 1)) ** (count - hits)
        share += chance * Fraction(0 in leaders, len(leaders))
    return share


@pytest.mark.parametrize(("count", "classes"), [(1, 2), (2, 2), (3, 2), (5, 2), (2, 3), (4, 3), (6, 3), (5, 4)])
def test_people_alike_are_right_as_often_as_all_ways_to_vote_say(count, classes):
    exact = float(tried(count, Fraction(7, 10), classes))
    assert weighed_right(count, [(0.7, 5), (0.7, 1)], classes) == pytest.approx(exact, abs=0.015)


def test_who_guesses_is_not_heard():
    """Of two people one guesses among four labels: either is drawn, or both, or one of them twice."""
    people = [(0.9, 10), (0.25, 10)]
    assert weighed_right(1, people, 4) == pytest.approx((0.9 + 0.25) / 2, abs=0.015)
    assert weighed_right(2, people, 4) == pytest.approx((0.9 + 0.9 + 0.9 + 0.25) / 4, abs=0.015)
    assert weighed_right(2, [(0.9, 10), (0.25, 30)], 4) == pytest.approx(0.9 * 7 / 16 + 0.25 * 9 / 16, abs=0.015)


@pytest.mark.parametrize("kind", ["choice", "rating"])
@pytest.mark.parametrize("count", [3, 5])
def test_it_foretells_what_a_crew_of_all_skills_comes_to(kind, count):
    craft, draw, right = CRAFTS[kind], random.Random(count), []
    for _ in range(2):
        coder, rows = Coder(craft.question), []
        for item in range(400):
            who = draw.sample(range(len(CREW)), count)
            rows.append((item, who, [coder.code(craft.answer(CREW[one], item, draw)) for one in who]))
        found = crowd(coder, rows, {})
        best = [found.merged(item, who, [coder.labels[one] for one in codes]).value for item, who, codes in rows]
        right += [label == craft.truth(item) for item, label in enumerate(best)]
    people = [(one.right or 0.25, 1) for one in CREW]
    foretold = weighed_right(count, people, len(craft.question.labels) or 5)
    assert foretold == pytest.approx(sum(right) / len(right), abs=0.03)


def test_the_bounds_are_figures():
    assert weighed_right(3, [(1.0, 1)], 2) == pytest.approx(1, abs=0.001)
    assert weighed_right(3, [(0.0, 1)], 2) == pytest.approx(1, abs=0.001), (
        "who is always wrong tells which of two it is"
    )
    assert 0.999 < weighed_right(100, [(0.7, 1)], 10) <= 1.0


@pytest.fixture
def world(database):
    """Forty items: on most two agree, on some a third was asked."""
    world = build(database, items=40, people=6, overlap=2, project=ASKED)

    def write(tx):
        row = {"project": world.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
        for number, item in enumerate(world.items):
            said = ("positive", "negative", "positive", "positive") if number % 5 == 0 else ("positive", "positive")
            given = [{"person": who, "label": {"label": label}} for who, label in zip(world.people, said, strict=False)]
            tx.run(insert(answers), [row | one | {"item": item} for one in given])
            counts = {"answers": len(said), "taken": len(said), "overlap": len(said)}
            tx.run(update(items).where(items.c.id == item).values(**counts))
        for item in world.items:
            with settling.changed(tx, world.project, ASKED, 1, [item]):
                pass

    run(database, write)
    return world


def report(database, world, asked=ASKED):
    row = run(database, lambda tx: projects.by_id(tx, world.project))
    with database.reading() as connection:
        return summary(connection, row, asked, run(database, lambda tx: tx.now))


def test_what_is_saved_is_recounted_and_told(database, world):
    made = report(database, world)
    found = made.savings
    done = run(database, lambda tx: tx.all(select(items.c.id).where(items.c.state == "done")))
    live = select(func.count()).where(answers.c.item.in_([one.id for one in done]))
    assert (found.items, found.answers, found.most) == (len(done), run(database, lambda tx: tx.value(live)), 6)
    assert found.each < found.alike <= 6
    assert found.of_alike == pytest.approx(1 - found.each / found.alike)
    console = Console(record=True, width=200)
    terminal(made, console)
    for told in (console.export_text(), "".join(part.text for part in telling.text(made, "en"))):
        assert f"Answers: {found.each:.1f} an item on {found.items} closed items" in told
        assert f"instead of {found.alike} for each" in told
    assert "Antworten: " in "".join(part.text for part in telling.text(made, "de"))
    assert json.loads(json.dumps(as_json(made)))["savings"]["answers"] == found.answers


def test_how_much_of_it_is_right_is_told_by_the_consensus_and_where_there_is_enough_by_gold(database, world):
    run(database, lambda tx: tx.run(update(items).where(items.c.id.in_(world.items[::5])).values(state="open")))
    made = report(database, world)
    by_answers, standing = made.savings, made.questions[0].consensus
    assert (by_answers.right, by_answers.known, by_answers.interval) == (standing.done, 0, None)
    assert standing.confidence < standing.done, "of disputed items, which are open, nobody is sure"
    assert "By the answers alone" in telling_of(made)
    wrong = run(database, lambda tx: gold(tx, world))
    made = report(database, world)
    by_gold = made.savings
    assert by_gold.known == GOLD
    assert by_gold.right == pytest.approx(1 - wrong / GOLD)
    assert by_gold.interval[0] < by_gold.right < by_gold.interval[1]
    assert by_gold.alike <= by_answers.alike, "fewer votes are right as seldom"
    assert f"measured on {GOLD} gold items" in telling_of(made)


def telling_of(made):
    return "".join(part.text for part in telling.text(made, "en"))


def gold(tx, world):
    """Gold items to which all six say the same; every fifth time it is wrong. Returns how many are wrong."""
    made = add_items(tx, world.project, [{"gold": {"label": "positive"}, "state": "gold"}] * GOLD, 2, "gold")
    row = {"project": world.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
    for number, item in enumerate(made):
        label = {"label": "positive" if number % 5 else "negative"}
        tx.run(insert(answers), [row | {"item": item, "person": who, "label": label} for who in world.people])
    tx.run(update(items).where(items.c.id.in_(made)).values(answers=6, taken=6))
    with settling.changed(tx, world.project, ASKED, 1, made):
        pass
    return len(made[::5])


def test_nothing_is_said_of_a_fixed_overlap_or_a_few_items(database, world):
    assert report(database, world, replace(ASKED, adaptive=None)).savings is None
    run(database, lambda tx: tx.run(update(items).where(items.c.id > 20).values(state="open")))
    assert report(database, world).savings is None
