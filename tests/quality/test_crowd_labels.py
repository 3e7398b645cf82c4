"""The crowd's methods serve every label type: labels are parted into votes and put together again, people weighed."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.labels import LABEL_TYPES
from bot.quality.coding import Coder
from bot.quality.crowd.labels import crowd
from bot.quality.parts import Elected
from tests.crew import CRAFTS, CREW

PARTED = [name for name, kind in LABEL_TYPES.items() if kind.parts(kind.EXAMPLE.question, []) is not None]
CARELESS = {place for place, one in enumerate(CREW) if one.right < 0.8}


def answered(kind, items, each, seed=3):
    """(coder, rows) of the crew's answers, `each` people an item."""
    craft, rng = CRAFTS[kind], random.Random(seed)
    coder, rows = Coder(craft.question), []
    for item in range(items):
        people = rng.sample(range(len(CREW)), each)
        rows.append((item, people, [coder.code(craft.answer(CREW[one], item, rng)) for one in people]))
    return coder, rows


def nearness(kind, merged, item):
    """1 less the distance from the truth, and whether it counts as right."""
    craft, of_type = CRAFTS[kind], LABEL_TYPES[kind]
    apart = 1.0 if merged is None else of_type.distance(craft.question)(merged, craft.truth(item))
    return 1 - apart, apart <= of_type.RIGHT


def labels_of(coder, codes):
    return [coder.labels[code] for code in codes]


@pytest.mark.parametrize("kind", PARTED)
def test_what_all_say_is_put_together_as_they_said_it(kind):
    of_type = LABEL_TYPES[kind]
    example = of_type.EXAMPLE
    for label in (example.label, example.other):
        parts = of_type.parts(example.question, [label] * 3)
        elected = [Elected(part.kind, part.given[0], 0.9) for part in parts]
        assert all(len(set(part.given)) == 1 for part in parts)
        assert of_type.rebuilt(example.question, [label] * 3, elected).value == label


@pytest.mark.parametrize("kind", PARTED)
@given(data=st.data())
def test_parts_do_not_depend_on_who_answered_first(kind, data):
    coder, rows = ANSWERED[kind]
    _, _, codes = data.draw(st.sampled_from(rows))
    order = data.draw(st.permutations(range(len(codes))))
    labels = labels_of(coder, codes)
    straight = LABEL_TYPES[kind].parts(coder.question, labels)
    shuffled = LABEL_TYPES[kind].parts(coder.question, [labels[place] for place in order])
    assert [part.kind for part in straight] == [part.kind for part in shuffled]
    assert [tuple(part.given[place] for place in order) for part in straight] == [part.given for part in shuffled]


ANSWERED = {kind: answered(kind, 60, 4) for kind in CRAFTS}


@pytest.mark.parametrize("kind", CRAFTS)
def test_what_a_crowd_comes_to_is_nearer_to_the_truth_than_the_vote(kind):
    """Of three people an item; and who is careless is told apart."""
    coder, rows = answered(kind, 500, 3)
    found = crowd(coder, rows, {})
    near, vote = [], []
    for item, people, codes in rows:
        labels = labels_of(coder, codes)
        near.append(nearness(kind, found.merged(item, people, labels).value, item))
        vote.append(nearness(kind, coder.type.merge(coder.question, labels, None).value, item))
    near, vote = np.array(near, float).mean(0), np.array(vote, float).mean(0)
    assert near[0] > vote[0]
    assert near[1] >= vote[1]
    skill = {person: one.share for person, one in found.skills.items()}
    assert max(skill[one] for one in CARELESS) < min(skill[one] for one in skill if one not in CARELESS)


@pytest.mark.parametrize("kind", CRAFTS)
def test_gold_keeps_its_label_and_the_rows_may_come_in_any_order_of_people(kind):
    coder, rows = ANSWERED[kind]
    gold = {item: coder.code(CRAFTS[kind].truth(item)) for item in range(0, 60, 4)}
    found = crowd(coder, rows, gold)
    turned = crowd(coder, [(item, people[::-1], codes[::-1]) for item, people, codes in rows], gold)
    for item, people, codes in rows:
        merged = found.merged(item, people, labels_of(coder, codes))
        if item in gold:
            assert (merged.value, merged.confidence) == (coder.labels[gold[item]], 1.0)
        other = turned.merged(item, people[::-1], labels_of(coder, codes[::-1]))
        assert merged.value == other.value
        assert merged.confidence == pytest.approx(other.confidence)
    assert found.skills.keys() == turned.skills.keys()


@pytest.mark.parametrize("kind", CRAFTS)
def test_little_is_enough_for_a_figure_or_for_none(kind):
    craft = CRAFTS[kind]
    coder = Coder(craft.question)
    nothing = crowd(coder, [], {})
    assert nothing.skills == {}
    assert nothing.merged(1, [], []).value is None or nothing.merged(1, [], []).value == []
    one = coder.code(craft.truth(1))
    alone = crowd(coder, [(1, [7], [one])], {})
    merged = alone.merged(1, [7], [coder.labels[one]])
    assert merged.value == coder.labels[one]
    assert 0 <= merged.confidence <= 1
    assert all(0 <= skill.share <= 1 for skill in alone.skills.values())


def test_the_project_may_name_the_method():
    coder, rows = ANSWERED["choice"]
    for method in ("majority", "weighted", "one-coin", "dawid-skene", "ibcc"):
        assert crowd(coder, rows, {}, method).method == method
    coder, rows = ANSWERED["boxes"]
    item, people, codes = rows[0]
    plain = crowd(coder, rows, {}, "majority").merged(item, people, labels_of(coder, codes))
    assert plain == coder.type.merge(coder.question, labels_of(coder, codes), None)


def test_confusion_counts_what_was_said_where_what_held():
    coder, rows = answered("choice", 300, 4)
    found = crowd(coder, rows, {})
    counts = found.skills[19].confusion  # who says red whatever is shown
    assert {given for _, _, given in counts} == {"red"}
    assert sum(counts.values()) <= found.skills[19].votes
