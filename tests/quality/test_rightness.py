"""How often each is right by the others: as it was drawn, and by Bayes's rule written out."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quality.beside import beside
from bot.quality.coding import Coder
from bot.quality.rightness import by_others, rightness
from tests.crew import CRAFTS
from tests.dialogue import question

ITEMS = 1000


def judged(kind, rates, each, hard=frozenset()):
    """Of people who are right at these rates, but on hard items every other time; the last two have no other items, if
    there are any."""
    random, craft = Random(f"{kind} {rates} {each}"), CRAFTS[kind]
    coder, rows = Coder(craft.question), []
    for item in range(ITEMS):
        people = random.sample(range(len(rates)), each)
        for person in people:
            rate = min(rates[person], 0.5) if item in hard else rates[person]
            label = craft.truth(item) if random.random() < rate else craft.wrong(item, random)
            if person < len(rates) - 2 or not hard or item in hard:
                rows.append((person, item, coder.code(label)))
    people, items, labels = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return rightness(coder, beside(coder, people, items, labels), 0.05)


RATES = (0.95, 0.9, 0.9, 0.85, 0.8, 0.8, 0.7, 0.6, 0.5)


@pytest.mark.parametrize("each", [2, 3, 5])
@pytest.mark.parametrize("kind", ["choice", "rating", "transcript"])
def test_people_are_as_right_as_they_were_drawn_and_within_their_interval(kind, each):
    right, _ = judged(kind, RATES, each)
    near = 0.08 if each > 2 else 0.11
    assert [right[person].share for person in range(len(RATES))] == pytest.approx(RATES, abs=near)
    inside = [right[person].low <= rate <= right[person].high for person, rate in enumerate(RATES)]
    assert sum(inside) >= 6
    assert sum(one.answers for one in right.values()) == ITEMS * each


def test_who_has_only_hard_items_is_told_from_who_is_careless():
    hard = frozenset(range(0, ITEMS, 4))
    right, easier = judged("choice", (0.9,) * 8 + (0.55,) + (0.9,) * 2, 5, hard)
    assert right[10].share == pytest.approx(0.5, abs=0.12)
    assert max(easier[person] for person in (9, 10)) < -0.15
    assert min(easier[person] for person in range(9)) > -0.05


def test_of_items_with_two_answers_nobody_knows_whether_they_are_hard():
    right, easier = judged("choice", (0.9,) * 6, 2)
    assert len(right) == 6
    assert easier == {}


def by_bayes(labels, rates, classes):
    """How likely each label is the true one by the others, if all classes are as frequent."""
    for mine, label in enumerate(labels):
        chances = [1.0] * classes
        for other, given_ in enumerate(labels):
            if other != mine:
                wrong = (1 - rates[other]) / (classes - 1)
                chances = [one * (rates[other] if it == given_ else wrong) for it, one in enumerate(chances)]
        yield chances[label] / sum(chances)


@given(
    st.integers(2, 5).flatmap(
        lambda classes: st.tuples(
            st.just(classes),
            st.lists(st.tuples(st.integers(0, classes - 1), st.floats(0.05, 0.95)), min_size=2, max_size=6),
        )
    )
)
def test_an_answer_is_as_likely_as_bayes_says_it_is_by_the_others_of_its_item(case):
    classes, given_ = case
    labels, rates = [label for label, _ in given_], np.array([rate for _, rate in given_])
    alike = np.equal.outer(labels, labels).astype(float)[None]
    weight = np.log(rates * (classes - 1) / (1 - rates))[None]
    found = by_others(alike, weight, 1 / (classes - 1))
    assert found[0].tolist() == pytest.approx(list(by_bayes(labels, rates, classes)), abs=1e-9)


def test_nobody_has_answered_what_others_have():
    coder = Coder(question("choice", "Red", "Green"))
    none = np.zeros(0, np.int64)
    assert rightness(coder, beside(coder, none, none, none), 0.05) == ({}, {})
