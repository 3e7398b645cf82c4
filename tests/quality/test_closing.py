"""The crew labels until its items close: what is closed at .95 is right about as often, whatever the type, and an item
takes hardly more than three answers where votes as often right would take five to seven."""

import random
from collections import Counter, deque
from types import SimpleNamespace as Row

import pytest

from bot import settling, weighing
from bot.project import Adaptive
from bot.quality.nearby import right
from bot.weighing import Counts, contributed
from tests.crew import CRAFTS, CREW
from tests.dialogue import project

RULES = Adaptive(2, 7, 0.95)


class Closing:
    """Items of one type, answered by whoever comes next. `sure` is by item, and so are `best` labels."""

    def __init__(self, kind, items, seed):
        self.craft, self.rng, self.counts = CRAFTS[kind], random.Random(seed), Counts((), ())
        self.asked = project(self.craft.question, adaptive=RULES, overlap=RULES.min)
        self.given = {item: [] for item in range(items)}
        self.stands, self.sure, self.best = dict.fromkeys(self.given, ()), {}, {}
        waiting = deque(self.given)
        while waiting:
            item = waiting.popleft()
            self.answered(item)
            closed = self.sure[item] >= RULES.confidence and len(self.given[item]) >= RULES.min
            if not closed and len(self.given[item]) < RULES.max:
                waiting.append(item)

    def answered(self, item):
        before = {person for person, _ in self.given[item]}
        person = self.rng.choice([one for one in range(len(CREW)) if one not in before])
        self.given[item].append((person, self.craft.answer(CREW[person], item, self.rng)))
        rows = [Row(person=who, label={"label": label}, version=1) for who, label in self.given[item]]
        known = settling._Item(self.asked, 1, Row(gold=None, decided=None, decided_in=None), rows)
        self.counts.add(contributed(self.stands[item]), -1)
        self.best[item], self.sure[item] = weighing.weighed(self.craft.question, self.given[item], self.counts)
        assert self.sure[item] == known.sure(self.counts)
        self.stands[item] = known.standing()
        self.counts.add(contributed(self.stands[item]), 1)

    def closed(self):
        """Of the items that closed as sure, whether what they came to is right."""
        same = right(self.craft.question)
        return [same(self.best[one], self.craft.truth(one)) for one, sure in self.sure.items() if sure >= 0.95]


@pytest.mark.parametrize("kind", ["choice", "rating", "tags", "spans", "transcript", "boxes", "masks"])
def test_what_is_closed_is_right_about_as_often_as_that_says_with_few_answers(kind):
    crew = Closing(kind, 200, 1)
    found = crew.closed()
    assert len(found) >= 0.9 * 200
    assert sum(found) >= 0.94 * len(found)
    assert sum(map(len, crew.given.values())) <= 3.5 * 200


def test_of_two_drawings_that_of_whom_is_right_more_often_is_likelier():
    question, careful, careless, stranger = CRAFTS["boxes"].question, 1, 2, 3
    counts = Counts((), ())
    counts.add(Counter({(careful, "label", "1", "1"): 40, (careful, "label", "1", "0"): 1}), 1)
    counts.add(Counter({(careless, "label", "1", "1"): 10, (careless, "label", "1", "0"): 30}), 1)
    one, other = CRAFTS["boxes"].truth(1), CRAFTS["boxes"].truth(2)
    for labels in ([(careful, one), (careless, other)], [(careless, other), (careful, one)]):
        best, sure = weighing.weighed(question, labels, counts)
        assert best == one
        assert sure > 0.8
    assert weighing.weighed(question, [(careless, one), (stranger, one)], counts)[1] < sure
    assert weighing.weighed(question, [(careful, one)], counts)[1] < RULES.confidence, "one alone is no proof"
