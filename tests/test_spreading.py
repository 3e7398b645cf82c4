"""Changed rules of overlap are brought to all items, in pieces that may be killed and overtaken, and all is counted."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update

from bot import spreading, weighing
from bot.project import Adaptive
from storage import projects
from storage.database import run
from storage.schema import answers, items
from tests.worlds import SENTIMENT, add_items, build

MILD, STRICT = Adaptive(2, 4, 0.6), Adaptive(3, 5, 0.9)


def save(database, rules):
    asked = replace(SENTIMENT, adaptive=rules, overlap=rules.min if rules else 4)
    return run(database, lambda tx: projects.save(tx, "reviews", asked.as_config()))


@pytest.fixture
def world(database):
    """Of 230 items two people agree on each of the first sixty; some want a number of their own."""
    world = build(database, items=230, people=2, overlap=1)

    def write(tx):
        row = {"project": world.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
        given = [row | {"item": item, "person": who} for item in world.items[:60] for who in world.people]
        tx.run(insert(answers), [one | {"label": {"label": "positive"}} for one in given])
        changed = {"answers": 2, "taken": 2, "overlap": 2, "state": "done", "done_at": tx.now}
        tx.run(update(items).where(items.c.id <= world.items[59]).values(**changed))
        add_items(tx, world.project, [{"own_overlap": 7}] * 3, 7, "own")

    run(database, write)
    return world


def found(database):
    """(state, wanted) of the answered items, of the others, and of those with a number of their own."""
    rows = run(database, lambda tx: tx.all(select(items).order_by(items.c.id)))
    return [{(row.state, row.overlap) for row in some} for some in (rows[:60], rows[60:230], rows[230:])]


def test_all_items_get_what_the_rules_say_and_keep_their_own(database, world):
    save(database, MILD)
    spreading.spread(database, world.project)
    assert found(database) == [{("done", 2)}, {("open", 2)}, {("open", 7)}]
    save(database, STRICT)
    spreading.spread(database, world.project)
    assert found(database) == [{("open", 3)}, {("open", 3)}, {("open", 7)}]
    save(database, None)
    spreading.spread(database, world.project)
    assert found(database) == [{("open", 4)}, {("open", 4)}, {("open", 7)}]


def test_what_was_killed_is_begun_anew_and_what_is_done_is_not(database, world):
    save(database, MILD)
    place = run(database, lambda tx: spreading._some(tx, world.project, spreading._Place()))
    assert 0 < place.after < world.items[59]
    spreading.spread(database, world.project)
    assert found(database) == [{("done", 2)}, {("open", 2)}, {("open", 7)}]
    run(database, lambda tx: tx.run(update(items).values(overlap=9)))
    spreading.spread(database, world.project)
    assert {wanted for some in found(database) for _, wanted in some} == {9}


def test_a_change_on_its_way_that_another_overtakes_begins_anew_by_that(database, world):
    save(database, MILD)
    place = run(database, lambda tx: spreading._some(tx, world.project, spreading._Place()))
    save(database, STRICT)
    while place is not None:
        place = run(database, lambda tx, place=place: spreading._some(tx, world.project, place))
    assert found(database) == [{("open", 3)}, {("open", 3)}, {("open", 7)}]


def test_of_pairs_counted_late_who_often_met_another_answer_is_believed_less(database):
    """The third agrees with the fourth twenty times, and ten times not with the first, who agrees with the second ten
    times."""
    asked = replace(SENTIMENT, overlap=2)
    world = build(database, items=41, people=4, overlap=2, project=asked)
    first, second, third, fourth = world.people
    here, there = "positive", "negative"
    given = [((third, fourth), (said, said)) for said in (here, there) * 10]
    given += [((first, second), (said, said)) for said in (here, there) * 5]
    given += [((first, third), said) for said in ((here, there), (there, here)) * 5]
    given += [((second, third), (here, there))]

    def write(tx):
        row = {"project": world.project, "kind": "label", "version": 1, "live": True, "answered_at": tx.now}
        for item, (pair, said) in zip(world.items, given, strict=True):
            rows = [{"item": item, "person": who, "label": {"label": one}} for who, one in zip(pair, said, strict=True)]
            tx.run(insert(answers), [row | one for one in rows])
        tx.run(update(items).values(answers=2, taken=2, state="done", done_at=tx.now))

    def judged(tx):
        judge = weighing.judge(tx, world.project, asked, world.items[40])
        return judge(asked.questions[0], [(second, here), (third, there)])

    run(database, write)
    assert run(database, judged).value is None
    spreading.spread(database, world.project)
    found = run(database, judged)
    assert (found.value, found.likely, 0.5 < found.confidence < 0.75) == (here, True, True)
