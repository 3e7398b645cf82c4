"""The consensus of a crowd: simulated people, an oracle, and whatever else a table may hold."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.quality.crowd.answers import Answers, coded
from bot.quality.crowd.choosing import consensus
from bot.quality.crowd.methods import METHODS, dawid_skene, majority

EVERY = ("auto", *METHODS)
ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz"), st.sampled_from(("cat", "dog", "cow"))), max_size=40
)


def simulated(skills, items=300, each=5, classes=3, seed=1):
    """(answers, truth) of people with these shares of right answers, `each` of them an item."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, classes, items)
    worker = np.concatenate([draw.permutation(len(skills))[:each] for _ in range(items)])
    item = np.repeat(np.arange(items), each)
    right = draw.random(len(item)) < np.array(skills)[worker]
    wrong = (truth[item] + draw.integers(1, classes, len(item))) % classes
    return Answers(item, worker, np.where(right, truth[item], wrong), items, len(skills), classes), truth


def share(found, truth):
    return float(np.mean(found.best == truth))


@given(ROWS, st.sampled_from(EVERY), st.randoms())
@settings(max_examples=150, deadline=None)
def test_any_table_gives_figures_and_its_order_does_not_matter(rows, method, chance):
    table = coded(rows)
    found = consensus(table.answers, method)
    assert len(found.best) == table.answers.items
    assert np.isfinite(found.confidence).all()
    assert ((found.confidence >= 0) & (found.confidence <= 1 + 1e-9)).all()
    last = list({(item, worker): (item, worker, label) for item, worker, label in rows}.values())
    again = coded(chance.sample(last, len(last)))
    other = consensus(again.answers, method)
    assert (other.best == found.best).all()
    assert (other.confidence == found.confidence).all()


@pytest.mark.parametrize("method", EVERY)
@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", "u", "cat")],
        [("a", "u", "cat"), ("b", "u", "cat")],
        [("a", "u", "cat"), ("a", "v", "cat")],
        [("a", "u", "cat"), ("a", "v", "dog")],
    ],
)
def test_the_smallest_tables_are_no_trouble(method, rows):
    found = consensus(coded(rows).answers, method)
    assert np.isfinite(found.confidence).all()


@pytest.mark.parametrize("method", EVERY)
def test_where_two_differ_and_nothing_is_known_of_either_it_is_a_tie(method):
    found = consensus(coded([("a", "u", "cat"), ("a", "v", "dog")]).answers, method)
    assert list(found.best) == [-1]


@pytest.mark.parametrize("method", EVERY)
def test_ten_thousand_labels_are_no_trouble(method):
    draw = np.random.default_rng(2)
    item, worker = np.repeat(np.arange(4000), 3), draw.integers(0, 300, 12_000)
    answers = Answers(item, worker, draw.integers(0, 10_000, 12_000), 4000, 300, 10_000)
    if method in ("dawid-skene", "ibcc"):
        with pytest.raises(ValueError, match="10000 labels are too many"):
            consensus(answers, method)
    else:
        assert np.isfinite(consensus(answers, method).confidence).all()


def textbook(answers, rounds=30):
    """Dawid and Skene's EM as the paper has it, a sum at a time."""
    rows = list(zip(answers.item, answers.worker, answers.given, strict=True))
    classes = range(answers.classes)
    truth = [[0.0] * answers.classes for _ in range(answers.items)]
    for item, _, label in rows:
        truth[item][label] += 1
    for _ in range(rounds):
        truth = [[one / sum(shares) for one in shares] for shares in truth]
        seen = {(w, k): [0.01] * answers.classes for w in range(answers.workers) for k in classes}
        for item, worker, label in rows:
            for k in classes:
                seen[worker, k][label] += truth[item][k]
        sizes = [sum(shares[k] for shares in truth) / answers.items for k in classes]
        truth = [[math.log(size) for size in sizes] for _ in truth]
        for item, worker, label in rows:
            for k in classes:
                truth[item][k] += math.log(seen[worker, k][label] / sum(seen[worker, k]))
        truth = [[math.exp(one - max(logs)) for one in logs] for logs in truth]
    return [max(classes, key=shares.__getitem__) for shares in truth]


def test_dawid_and_skene_come_to_what_the_textbook_says():
    answers, _ = simulated([0.9, 0.8, 0.7, 0.6, 0.85, 0.4], items=120)
    assert list(dawid_skene(answers).best) == textbook(answers)


def test_who_is_careless_weighs_less_and_the_result_is_better_than_the_vote():
    answers, truth = simulated([0.95, 0.9, 0.9, 0.45, 0.4, 0.35, 0.4], each=5)
    found = consensus(answers)
    assert share(found, truth) > share(consensus(answers, "majority"), truth) + 0.03
    assert found.skill[:3].min() > found.skill[3:].max()


@pytest.mark.parametrize("each", [2, 3, 5])
@pytest.mark.parametrize("method", EVERY)
def test_confidence_is_as_sure_as_it_is_right(method, each):
    answers, truth = simulated([0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95] * 6, items=2000, each=each)
    found = consensus(answers, method)
    decided = found.best >= 0
    right = np.mean(found.best[decided] == truth[decided])
    assert right - 0.08 < found.confidence[decided].mean() < right + 0.04
    sure = found.confidence >= 0.95
    assert sure.sum() > 200
    assert np.mean(found.best[sure] == truth[sure]) > 0.94


@pytest.mark.parametrize("method", EVERY)
def test_two_who_agree_prove_little_and_one_alone_proves_nothing_of_anybody(method):
    pair = consensus(coded([("a", "u", "cat"), ("a", "v", "cat")]).answers, method)
    assert 0.75 < pair.confidence[0] < 0.95
    alone = consensus(coded([(f"{item}", "u", "cat" if item % 2 else "dog") for item in range(60)]).answers, method)
    assert alone.confidence.max() < 0.75
    assert alone.skill == pytest.approx([0.7])


@pytest.mark.parametrize("method", EVERY)
def test_only_gold_is_certain(method):
    rows = [(str(item), person, "cat" if item % 2 else "dog") for item in range(200) for person in "uvw"]
    table = coded(rows)
    gold = np.where(np.arange(200) == 7, table.answers.given.reshape(200, 3)[:, 0], -1)
    sure = consensus(table.answers, method, gold).confidence
    assert sure[7] == 1
    assert 0.999 < np.delete(sure, 7).min() <= np.delete(sure, 7).max() < 1


def test_the_average_leans_to_what_foretells_answers_best():
    """Everybody takes b for c, and a for b: only a table a person can tell. The vote is wrong of all b."""
    draw = np.random.default_rng(4)
    truth, worker = draw.integers(0, 3, 500), np.tile(np.arange(6), 500)
    item = np.repeat(np.arange(500), 6)
    usual = np.array([[0.9, 0.05, 0.05], [0.05, 0.52, 0.43], [0.02, 0.03, 0.95]])
    said = (draw.random(3000)[:, None] > usual[truth[item]].cumsum(1)).sum(1)
    crowd = Answers(item, worker, said, 500, 6, 3)
    found, asked = consensus(crowd), consensus(crowd, "averaged")
    assert found.method == "averaged"
    assert (found.confidence == asked.confidence).all()
    assert share(found, truth) > share(consensus(crowd, "one-coin"), truth) + 0.04


def hard(seed=5, items=1000):
    """Of every fourth item everybody believes the same wrong thing, as far as they are careful."""
    answers, truth = simulated([0.9] * 20, items=items, each=3, seed=seed)
    misled = np.arange(items) % 4 == 0
    given = np.where(misled[answers.item], (answers.given + 1) % 3, answers.given)
    return Answers(answers.item, answers.worker, given, items, 20, 3), truth


def test_gold_tells_that_people_err_together_which_nothing_else_can():
    crowd, truth = hard()
    gold = np.where(np.arange(1000) % 17 == 0, truth, -1)
    rest = gold < 0

    def sure(found):
        return np.mean(found.confidence[rest] >= 0.95)

    assert sure(consensus(crowd)) > 0.7
    assert sure(consensus(crowd, gold=gold)) < 0.05
    assert abs(consensus(crowd, gold=gold).confidence[rest].mean() - 0.72) < 0.12


def test_gold_is_kept_and_tells_which_method_to_take():
    """Five of seven people swap two classes: only who knows the truth can tell who is right."""
    answers, truth = simulated([0.9, 0.9], each=2)
    swapped = (truth + 1) % 3
    item = np.concatenate([answers.item, np.repeat(np.arange(300), 3)])
    worker = np.concatenate([answers.worker, np.tile(np.arange(2, 5), 300)])
    given_labels = np.concatenate([answers.given, np.repeat(swapped, 3)])
    crowd = Answers(item, worker, given_labels, 300, 5, 3)
    gold = np.where(np.arange(300) < 150, truth, -1)
    found = consensus(crowd, "majority", gold)
    assert (found.best[:150] == truth[:150]).all()
    assert (found.confidence[:150] == 1).all()
    assert share(found, truth) < 0.7


@pytest.mark.parametrize("method", ["auto", "dawid-skene", "ibcc"])
def test_gold_tells_who_is_right_of_the_items_that_are_not_gold(method):
    """Three of five people swap classes all alike: without gold they are believed, with it they are seen through."""
    draw = np.random.default_rng(3)
    truth = draw.integers(0, 3, 400)
    item, worker = np.repeat(np.arange(400), 5), np.tile(np.arange(5), 400)
    said = np.where(worker < 2, truth[item], (truth[item] + 1) % 3)
    said = np.where(draw.random(len(item)) < 0.1, draw.integers(0, 3, len(item)), said)
    crowd = Answers(item, worker, said, 400, 5, 3)
    gold = np.where(np.arange(400) < 160, truth, -1)
    assert np.mean(consensus(crowd, method).best[160:] == truth[160:]) < 0.1
    assert np.mean(consensus(crowd, method, gold).best[160:] == truth[160:]) > 0.95


@pytest.mark.parametrize("seed", range(4))
def test_some_gold_does_no_harm_to_the_items_that_are_not_gold(seed):
    answers, truth = simulated([0.9, 0.85, 0.85, 0.75, 0.7, 0.65, 0.6], items=600, each=3, seed=seed)
    gold = np.where(np.arange(600) < 30, truth, -1)
    with_gold, without = (consensus(answers, gold=known).best[30:] for known in (gold, None))
    assert np.mean(with_gold == truth[30:]) > np.mean(without == truth[30:]) - 0.01


def test_many_people_with_many_labels_are_averaged_without_tables():
    draw = np.random.default_rng(6)
    truth, item = draw.integers(0, 80, 600), np.repeat(np.arange(600), 3)
    said = np.where(draw.random(1800) < 0.8, truth[item], draw.integers(0, 80, 1800))
    crowd = Answers(item, draw.integers(0, 700, 1800), said, 600, 700, 80)
    steps = []
    found = consensus(crowd, told=steps.append)
    assert found.method == "averaged"
    assert not {"ibcc", "dawid-skene"} & set(steps)
    assert share(found, truth) > 0.8


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="no method guess"):
        consensus(coded([("a", "u", "cat")]).answers, "guess")


def test_the_last_of_a_persons_answers_to_an_item_counts():
    table = coded([("a", "u", "cat"), ("a", "u", "dog")])
    assert [table.classes[place] for place in majority(table.answers).best] == ["dog"]


def test_no_public_set_is_worse_than_its_vote():
    folder = os.environ.get("LABELBOT_CROWD_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("LABELBOT_CROWD_DATA names no folder of public sets")
    from benchmarks.crowd import _right, sets

    for name, table, truth in sets(Path(folder)):
        vote, auto = (_right(table, consensus(table.answers, how).best, truth) for how in ("majority", "auto"))
        assert auto >= vote - 0.005, name
        assert not math.isnan(auto)
