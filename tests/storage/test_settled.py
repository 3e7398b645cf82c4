"""When an item is settled, case by case: who leaves it, very many labels, people at once."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from bot import settling, spreading, weighing
from bot.app import App
from bot.project import Adaptive, LabelDef, Question
from storage import answers, notes, projects, queue, skills
from storage.database import run
from tests.storage.dealing import nonce
from tests.storage.recount import mistakes
from tests.storage.test_crowd import Tapper, crowd
from tests.storage.test_settling import asked
from tests.worlds import LEASE, SENTIMENT, build, deal

LEAVING = {
    "lapsed": lambda tx, world, card: queue.expire(tx),
    "released": lambda tx, world, card: queue.release(tx, card),
    "skipped": lambda tx, world, card: answers.skip(tx, card, "", 1),
    "flagged": lambda tx, world, card: answers.flag(tx, card, "", 2),
    "paused": lambda tx, world, card: notes.pause(tx, world.project, card.person, "speed"),
}


@pytest.mark.parametrize("leaves", LEAVING)
def test_whoever_leaves_an_item_that_has_enough_ends_it(database, clock, leaves):
    strict, mild = (replace(SENTIMENT, overlap=least, adaptive=Adaptive(least, 5, 0.6)) for least in (3, 2))
    world = build(database, items=1, people=3, overlap=3, project=strict)

    def hold(tx, who):
        return queue.claim(tx, deal(tx, world, who, nonce()), False)

    def agree(tx, who):
        card = hold(tx, who)
        with settling.changed(tx, world.project, strict, 1, world.items):
            answers.record(tx, card, {"label": "positive"})

    for who in (0, 1):
        run(database, lambda tx, who=who: agree(tx, who))
    card = run(database, lambda tx: hold(tx, 2))
    run(database, lambda tx: projects.save(tx, "reviews", mild.as_config()))
    spreading.spread(database, world.project)
    (item,) = run(database, lambda tx: skills.placed(tx, world.items))
    assert (item.state, item.overlap, item.needed, item.taken) == ("open", 3, 2, 3)
    clock.advance(2 * LEASE)
    run(database, lambda tx: LEAVING[leaves](tx, world, card))
    (item,) = run(database, lambda tx: skills.placed(tx, world.items))
    assert (item.state, item.overlap, item.taken) == ("done", 2, 2)
    assert item.done_at is not None


def test_of_very_many_labels_those_that_nobody_gave_are_weighed_as_one(database):
    names = [f"label {number}" for number in range(weighing.MANY + 1)]
    question = Question("label", "What is it?", "choice", tuple(LabelDef(name, name) for name in names))
    project = replace(SENTIMENT, questions=(question,), adaptive=Adaptive(2, 5, 0.9), overlap=2)
    world, draw = build(database, items=12, people=5, overlap=2, project=project), Random(1)

    def answered(tx, who):
        card = queue.claim(tx, deal(tx, world, who, nonce()), False)
        if card is None:
            return
        with settling.changed(tx, world.project, project, 1, (card.item,)):
            answers.record(tx, card, {"label": draw.choice(names[card.item % 12 : card.item % 12 + 3])})
        (kept,) = skills.placed(tx, [card.item])
        anew = settling.recount(tx, project, 1, world.items)
        assert (kept.standing, kept.confidence) == anew[card.item]

    for number in range(45):
        run(database, lambda tx, who=number % 5: answered(tx, who))
    assert run(database, lambda tx: skills.every(tx, world.project))


def test_people_who_answer_at_once_are_counted_one_after_the_other(database):
    project = asked(0, 0)
    project = replace(project, questions=project.questions[:1])
    world = build(database, items=30, people=8, overlap=2, project=project)
    app = App({world.account: "telegram"}, Random(1))
    tappers = [Tapper(database, app, world, index) for index in range(8)]
    done = crowd(lambda index: tappers[index].label_everything())
    # An item may want one more when those who have not had it found nothing and stopped.
    done += [tapper.label_everything() for _ in range(2) for tapper in tappers]
    rows = run(database, lambda tx: skills.placed(tx, world.items))
    assert sum(done) == sum(one.answers for one in rows)
    assert {one.state for one in rows} == {"done"}
    assert {one.answers for one in rows} == {2, 3, 4}
    anew = run(database, lambda tx: settling.recount(tx, project, 1, world.items))
    assert [one.standing for one in rows] == [anew[one.id][0] for one in rows]
    total = Counter()
    for standing, _ in anew.values():
        total.update(weighing.contributed(standing))
    assert run(database, lambda tx: skills.every(tx, world.project)) == total
    assert run(database, mistakes) == []
