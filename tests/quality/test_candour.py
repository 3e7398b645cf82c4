"""How far a computed probability may be believed: measured on gold, and what that does to items closed at .95."""

import random
import statistics
from collections import Counter, deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.project import Adaptive
from bot.quality import live
from bot.quality.candour import LEAST, measured, told

RULES = Adaptive(2, 10, 0.95)
CLASSES = ("a", "b", "c")
EACH = 12


@given(st.floats(0, 1), st.one_of(st.none(), st.floats(0.3, 1)))
def test_what_is_told_is_a_probability_and_never_surer(sure, candour):
    found = told(sure, candour)
    assert 0 <= found <= 1
    assert abs(found - 0.5) <= abs(sure - 0.5) + 1e-9


def test_half_the_candour_takes_the_root_of_the_odds():
    assert told(0.9, 0.5) == pytest.approx(0.75)
    assert told(0.9, None) == 0.9


def always(right: bool, sure: float = 0.96):
    return lambda start, end: (sure, right)


def test_too_little_gold_says_nothing():
    assert measured([], RULES) is None
    assert measured([(2, always(True))] * (LEAST - 1), RULES) is None
    assert measured([(2, always(True))] * LEAST, RULES) == 1.0
    assert measured([(EACH, always(True, 0.9))] * 1000, RULES) is None


def test_who_is_wrong_half_of_the_time_is_believed_less():
    items = [(2, always(bool(number % 2), 0.999 if number % 2 else 0.96)) for number in range(200)]
    assert measured(items, RULES) < 1


class Crowd:
    """Twenty people of whom each knows most items, and who err together on `hard` of them."""

    def __init__(self, seed: int, hard: float, items: int = 500, gold: int = 100) -> None:
        self.random, self.hard = random.Random(seed), hard
        self.skill = [self.random.uniform(0.7, 0.95) for _ in range(20)]
        self.everybody, self.people = Counter(), {person: Counter() for person in range(20)}
        self.items = [self.item() for _ in range(items)]
        self.gold = [self.item() for _ in range(gold)]
        for truth, votes in self.gold:
            self.count(votes, truth, 1)

    def item(self):
        truth, hard = self.random.choice(CLASSES), self.random.random() < self.hard
        wrong = self.random.choice([one for one in CLASSES if one != truth])
        votes = []
        for person in self.random.sample(range(20), EACH):
            if self.random.random() < (0.6 if hard else self.skill[person]):
                votes.append((person, truth))
            else:
                votes.append((person, wrong if hard else self.random.choice([one for one in CLASSES if one != truth])))
        return truth, votes

    def count(self, votes, truth, by):
        for person, given_label in votes if truth is not None else ():
            self.everybody[truth, given_label] += by
            self.people[person][truth, given_label] += by

    def judged(self, votes):
        return live.judged(votes, live.Counts(self.everybody, self.people), CLASSES)

    def judge(self, truth, votes):
        def judge(start, end):
            self.count(votes, truth, -1)
            best, sure = self.judged(votes[start:end])
            self.count(votes, truth, 1)
            return sure, best == truth

        return judge

    def candour(self):
        return measured([(len(votes), self.judge(truth, votes)) for truth, votes in self.gold], RULES)

    def closed_right(self, candour):
        """Of the items that close as sure, the share that is right."""
        waiting, taken, found = deque(range(len(self.items))), Counter(), {}
        while waiting:
            number = waiting.popleft()
            truth, votes = self.items[number]
            before, now = votes[: taken[number]], votes[: taken[number] + 1]
            self.count(before, live.standing(before), -1)
            best, sure = self.judged(now)
            self.count(now, live.standing(now), 1)
            taken[number] += 1
            if taken[number] >= RULES.min and told(sure, candour) >= RULES.confidence:
                found[number] = best == truth
            elif taken[number] < RULES.max:
                waiting.append(number)
        return statistics.fmean(found.values())


def test_of_the_items_closed_at_95_per_cent_more_are_right_where_people_err_together():
    without = [Crowd(seed, 0.5).closed_right(None) for seed in range(4)]
    crowds = [Crowd(seed, 0.5) for seed in range(4)]
    candours = [crowd.candour() for crowd in crowds]
    measured_on_gold = [crowd.closed_right(one) for crowd, one in zip(crowds, candours, strict=True)]
    assert all(one < 1 for one in candours)
    assert statistics.fmean(without) < 0.88
    assert statistics.fmean(measured_on_gold) >= 0.9


def test_people_who_err_each_for_themselves_are_believed():
    crowd = Crowd(1, 0.0)
    assert crowd.candour() >= 0.9
    assert crowd.closed_right(crowd.candour()) >= 0.94
