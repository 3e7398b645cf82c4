"""Each answer beside the others of its item: by numpy as by plain loops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quality.beside import TOGETHER, beside
from bot.quality.coding import Coder
from tests.dialogue import question


def coder(kind="choice"):
    made = Coder(question(kind, "Red", "Green", "Blue")) if kind == "choice" else Coder(question(kind))
    for label in ("red", "green", "blue") if kind == "choice" else (1, 3, 5):
        made.code(label)
    return made


def compared(made, answers):
    people, items, labels = (np.array([one[place] for one in answers], np.int64) for place in range(3))
    return beside(made, people, items, labels)


def naive(made, answers):
    """(person, label, agreement, apart, what others say) of each answer to an item with several."""
    together = {}
    for person, item, label in answers:
        together.setdefault(item, []).append((person, label))
    kept = [one for one in answers if len(together[one[1]]) > 1]

    def others(answer):
        rest = list(together[answer[1]])
        rest.remove((answer[0], answer[2]))
        return rest

    def near(one, other):
        return 1 - made.distance(one, other)

    agreement = [np.mean([near(label, other) for _, other in others((p, i, label))]) for p, i, label in kept]
    usual = {p: np.mean([a for a, one in zip(agreement, kept, strict=True) if one[0] == p]) for p, _, _ in kept}
    for mean, (person, item, label) in zip(agreement, kept, strict=True):
        rest = others((person, item, label))
        score = [sum((usual[p] ** 2 + 1e-9) * near(mine, other) for p, other in rest) for _, mine in rest]
        best = [one for value, (_, one) in zip(score, rest, strict=True) if value >= max(score) - 1e-6]
        apart = np.mean([made.distance(label, one) for one in best])
        yield person, label, mean, apart, best[0] if len(set(best)) == 1 else -1


ANSWERS = st.dictionaries(st.tuples(st.integers(1, 6), st.integers(1, 5)), st.integers(0, 2), max_size=30).map(
    lambda given: [(person, item, label) for (person, item), label in given.items()]
)


@pytest.mark.parametrize("kind", ["choice", "rating"])
@given(answers=ANSWERS)
def test_numpy_and_plain_loops_say_the_same(kind, answers):
    made = coder(kind)
    found, wanted = compared(made, answers), list(naive(made, answers))
    assert [(p, label) for p, label, *_ in wanted] == list(zip(found.people, found.labels, strict=True))
    assert found.agreement.tolist() == pytest.approx([one[2] for one in wanted], abs=1e-6)
    assert found.apart.tolist() == pytest.approx([one[3] for one in wanted], abs=1e-6)
    assert found.others_say.tolist() == [one[4] for one in wanted]


def test_the_others_of_an_answer_are_those_to_its_item():
    found = compared(coder(), [(1, 7, 0), (1, 8, 1), (2, 7, 2), (3, 9, 0), (3, 7, 1)])
    assert found.people.tolist() == [1, 2, 3]
    assert [sorted(found.others(place)) for place in range(3)] == [[1, 2], [0, 1], [0, 2]]
    assert {person: places.tolist() for person, places in found.each()} == {1: [0], 2: [1], 3: [2]}


def test_figures_of_the_others_of_an_answer():
    found = compared(coder(), [(1, 7, 0), (2, 7, 2), (3, 7, 1), (1, 8, 0), (2, 8, 0)])
    means = found.of_others(np.array([1.0, 0.0, -0.5, 1.0, 1.0]))
    assert means[:3].tolist() == [-0.25, 0.25, 0.5]
    assert np.isnan(means[3:]).all()


def test_an_item_that_everybody_answers_is_compared_in_parts_of_which_none_is_small():
    heads = 2 * TOGETHER + 1
    found = compared(coder(), [(person, 1, person % 3) for person in range(heads)])
    sizes = [len(found.others(place)) + 1 for place in range(heads)]
    assert sum(1 / size for size in sizes) == pytest.approx(3)
    assert min(sizes) >= TOGETHER // 2
    assert max(sizes) <= TOGETHER
