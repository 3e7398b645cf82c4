"""Signs that somebody's answers want a look: careful people give none, and who guesses, hurries or drifts does."""

import json
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.quality import watch
from bot.quality.coding import Coding
from bot.quality.watching import look, watched
from storage import notes
from storage.database import run
from storage.schema import answers, items
from tests.engines import START
from tests.worlds import SENTIMENT, make

LABELS = ("positive", "negative")


def confusion(shares, times=1000):
    return {(truth, given): round(share * times) for truth, row in enumerate(shares) for given, share in enumerate(row)}


def score(counts):
    found = watch.spammer_score(counts)
    return None if found is None else found.value


def test_the_spammer_score_is_1_for_who_is_always_right_and_0_for_who_looks_at_nothing():
    assert score(confusion([[1, 0, 0], [0, 1, 0], [0, 0, 1]])) == pytest.approx(1)
    assert score(confusion([[0.2, 0.8], [0.2, 0.8]])) == pytest.approx(0, abs=1e-3)
    assert score(confusion([[1, 0], [1, 0]])) == 0


def test_of_two_labels_the_score_is_the_squared_difference_of_raykar_and_yu():
    right, wrong = 0.9, 0.3  # sensitivity, and 1 less the specificity: the score is (α + β − 1)²
    shares = [[1 - wrong, wrong], [1 - right, right]]
    assert score(confusion(shares, 100_000)) == pytest.approx(0.36, abs=1e-4)


def test_a_label_hardly_met_says_nothing_and_one_label_only_gives_no_score():
    assert score({(0, 0): 50}) is None
    assert score({(0, 0): 50, (1, 0): 4}) is None
    assert score({}) is None


@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(0, 500)))
def test_a_score_is_a_number_of_1_at_most_or_nothing(counts):
    found = watch.spammer_score(counts)
    assert found is None or -1 <= found.value <= 1 + 1e-9
    assert found is None or found.high >= found.value


def test_few_answers_leave_more_room_for_chance_than_many():
    shares = [[0.6, 0.4], [0.4, 0.6]]
    few, many = (watch.spammer_score(confusion(shares, times)) for times in (20, 2000))
    assert few.high - few.value > 5 * (many.high - many.value)
    assert watch.mean_score([0.5]).high > 1
    assert watch.mean_score([0.5] * 9) == watch.Score(0.5, 0.5)


@pytest.mark.parametrize("times", [15, 25, 100])
def test_in_nine_of_ten_cases_the_bound_lies_over_the_score_that_somebody_has_in_truth(times):
    """Who comes out near 0 by chance is not surely there."""
    random, true = Random(times), 0.3**2
    drawn = [[sum(random.random() < share for _ in range(times)) for share in (0.65, 0.35)] for _ in range(1000)]
    scores = [watch.spammer_score({(0, 0): a, (0, 1): times - a, (1, 0): b, (1, 1): times - b}) for a, b in drawn]
    assert sum(one.high >= true for one in scores) >= 880


def sure(**values):
    return {int(name[1:]): watch.Score(value, value) for name, value in values.items()}


def nobody(person):
    return None


def test_where_the_items_are_hard_for_all_nobody_is_a_spammer():
    assert watch.spammers({person: watch.Score(0.05, 0.05) for person in range(6)}, nobody) == {}
    assert set(watch.spammers(sure(p1=0.5, p2=0.6, p3=0.4, p4=0.01), nobody)) == {4}
    assert watch.spammers(sure(p1=0.5, p2=0.6, p3=0.4) | {4: watch.Score(0.01, 0.4)}, nobody) == {}


def test_who_has_items_that_others_guess_too_is_no_spammer():
    scores = sure(p1=0.5, p2=0.6, p3=0.4, p4=0.01)
    assert set(watch.spammers(scores, lambda person: watch.Score(0.2, 0.3))) == {4}
    assert watch.spammers(scores, lambda person: watch.Score(0.01, 0.3)) == {}


def right(share, answers=100, room=0.06):
    return watch.Right(share, share - room, share + room, answers)


def test_the_careless_are_those_whose_interval_lies_clearly_under_what_is_usual():
    usual = {person: right(0.9) for person in range(5)}
    found = watch.careless(usual | {7: right(0.6)}, {})
    assert set(found) == {7}
    figures = {"share": 0.6, "all": 100, "low": pytest.approx(0.54), "high": pytest.approx(0.66), "usual": 0.9}
    assert found[7].figures == figures
    assert watch.careless(usual | {7: right(0.79)}, {}) == {}  # .85 at most, and .84 is the limit
    assert watch.careless(usual | {7: right(0.6, answers=29)}, {}) == {}
    assert watch.careless({person: right(0.9) for person in range(4)} | {7: right(0.6)}, {}) == {}  # five people
    assert watch.careless({}, {}) == {}


def test_who_has_items_that_are_hard_for_others_too_is_not_careless():
    usual = {person: right(0.9) for person in range(5)} | {7: right(0.6)}
    assert watch.careless(usual, {7: -0.25}) == {}
    assert set(watch.careless(usual, {7: -0.05})) == {7}
    assert set(watch.careless(usual | {8: right(0.85)}, {7: 0.3, 8: 0.3})) == {7}


def test_where_people_differ_widely_the_careless_are_further_below():
    apart = {person: right(share) for person, share in enumerate((0.99, 0.95, 0.85, 0.75, 0.65, 0.6, 0.99))}
    assert watch.careless(apart | {7: right(0.5)}, {}) == {}
    assert set(watch.careless(apart | {7: right(0.2)}, {})) == {7}


def test_twenty_answers_in_a_row_far_under_the_usual_time_are_too_fast_and_nineteen_are_not():
    found = watch.too_fast([5000, *[300] * 20, 4000], usual=4000)
    assert found is not None
    assert found.figures == {"run": 20, "seconds": 0.3, "usual": 4.0}
    assert watch.too_fast([5000, *[300] * 19, 4000, *[300] * 19], usual=4000) is None
    assert watch.too_fast([], usual=0) is None


def same(labels, others):
    return watch.always_same(labels, others.__getitem__)


def test_the_same_answer_over_and_over_is_told_only_where_others_gave_others():
    found = same([1, *[0] * 30], [[0], *([[0, 1]] * 30)])
    assert found is not None
    assert found.figures == {"run": 30, "share": 0.5}
    assert same([0] * 100, [[0, 0]] * 100) is None
    assert same([0] * 30, [[]] * 30) is None
    assert same([], []) is None


def test_agreement_that_falls_for_certain_is_a_drift():
    found = watch.drift([1.0, 0.9] * 20 + [0.4, 0.5] * 20)
    assert found is not None
    assert (found.figures["first"], found.figures["last"]) == (pytest.approx(0.95), pytest.approx(0.45))
    assert 0 < found.figures["low"] < 0.5 < found.figures["high"]
    assert watch.drift([1.0] * 40) is None
    assert watch.drift([0.4] * 20 + [1.0] * 20) is None
    assert watch.drift([1.0] * 10 + [0.0] * 10) is None


def test_gold_failures_are_told_where_their_interval_lies_under_what_others_have():
    found = watch.gold_failures({1: (2, 10), 2: (19, 20), 3: (18, 20), 4: (0, 4)})
    assert set(found) == {1}
    assert watch.gold_failures({1: (2, 10), 2: (9, 10)}) == {}
    assert watch.gold_failures({}) == {}


def crew(database, heads, count=120, seed=1, careless=0.1, gold=0):
    """People who are right but for `careless`; each answers all items. The last one guesses within half a second, the
    one before says the same always."""
    random = Random(f"crew {seed}")

    def write(tx):
        world = make(tx, count, heads, heads, SENTIMENT)
        truth = {item: random.choice(LABELS) for item in world.items}
        for item in world.items[:gold]:
            tx.run(items.update().where(items.c.id == item).values(gold={"label": truth[item]}, state="gold"))
        rows = []
        for number, item in enumerate(world.items):
            for place, person in enumerate(world.people):
                wrong = random.random() < careless
                said = next(one for one in LABELS if (one != truth[item]) == wrong)
                took = random.randint(3000, 6000)
                if place == heads - 1:
                    said, took = random.choice(LABELS), 400
                if place == heads - 2:
                    said = "positive"
                row = {"project": world.project, "item": item, "person": person, "kind": "label", "version": 1}
                row |= {"label": {"label": said}, "live": True, "milliseconds": took}
                rows.append(row | {"answered_at": START + timedelta(seconds=5 * number)})
        tx.run(insert(answers), rows)
        return world

    return run(database, write)


def seen(database, world):
    with database.reading() as connection:
        return look(connection, world.project, SENTIMENT)


def test_the_guesser_and_the_one_who_says_the_same_are_found_and_nobody_else(database):
    world = crew(database, 8, gold=40)
    watched = seen(database, world)
    found = {(world.people.index(person), one.kind) for person, one in watched.findings}
    assert watched.people == 8
    assert {(7, "spammer"), (7, "fast"), (7, "gold"), (6, "spammer"), (6, "same")} <= found
    assert {place for place, _ in found} == {6, 7}


@pytest.mark.parametrize("seed", range(10))
def test_careful_people_give_no_sign(database, seed):
    world = crew(database, 9, seed=seed, careless=0.15)
    found = [(world.people.index(person), one) for person, one in seen(database, world).findings]
    assert [one for one in found if one[0] < 7] == []


@pytest.mark.parametrize(("heads", "count"), [(5, 60), (1, 60), (6, 10), (2, 1)])
def test_with_few_people_or_answers_it_is_too_few_to_say(database, heads, count):
    watched = seen(database, crew(database, max(heads, 2), count))
    assert (watched.people, watched.findings) == (max(heads, 2), None)


def test_where_every_item_has_one_answer_only_speed_is_looked_at():
    given = [(item % 8, item, '{"label":"positive"}', 100 if item % 8 == 3 else 5000) for item in range(400)]
    found = watched(Coding(SENTIMENT, "\x1f"), given, dict)
    assert [(person, one.kind) for person, one in found.findings] == [(3, "fast")]


EDGES = {
    "one class": lambda person, item: {"label": "positive"},
    "nobody was asked": lambda person, item: {"other": 1},
    "ten thousand labels": lambda person, item: {"label": f"label {person} {item}"},
    "one who was asked": lambda person, item: {"label": "positive"} if (person, item) == (0, 0) else {},
}


@pytest.mark.parametrize("edge", EDGES)
def test_at_the_edges_there_is_no_sign_and_no_crash(edge):
    given = [(person, item, json.dumps(EDGES[edge](person, item)), None) for item in range(40) for person in range(8)]
    found = watched(Coding(SENTIMENT, "\x1f"), given, dict)
    assert (found.people, found.findings) == (8, ())


def test_nobody_has_answered(database):
    world = run(database, lambda tx: make(tx, 3, 7, 1, SENTIMENT))
    assert (seen(database, world).people, seen(database, world).findings) == (0, None)


def test_a_person_has_one_open_note_of_a_kind_and_a_decided_one_is_not_raised_for_a_month(database, clock):
    world = run(database, lambda tx: make(tx, 1, 2, 1, SENTIMENT))
    who, judge = world.people

    def raised(kind="fast"):
        return run(database, lambda tx: notes.raised(tx, world.project, who, kind, {"run": 20}))

    note = raised()
    assert (note.state, note.figures, raised()) == ("open", {"run": 20}, None)
    assert raised("same") is not None
    assert run(database, lambda tx: notes.decide(tx, note.id, "dismissed", judge))
    assert not run(database, lambda tx: notes.decide(tx, note.id, "paused", judge))
    clock.advance(timedelta(days=29))
    assert raised() is None
    clock.advance(timedelta(days=2))
    assert raised() is not None
    run(database, lambda tx: notes.pause(tx, world.project, who, "fast"))
    assert raised("gold") is None
