"""Suggestions kept honest: withheld at random, wrong on some gold, remembered with the answer, and never a vote."""

from random import Random

import pytest

from bot.labels import LABEL_TYPES
from bot.labels.base import Subject
from bot.project import LabelDef
from bot.suggesting import PLANTED, aid, one_tap, planted
from storage.schema import answers, cards, items
from tests.dialogue import FEELING, project, question

NEGATIVE = {"label": {"label": "negative"}, "score": 0.9, "model": "m"}
POSITIVE = {"label": "positive"}
MOODS = question("choice", "😊 Positive", "😠 Negative", "😐 Neutral", title="How does the writer feel?")


def aids(dialogue, live=True):
    return [row.aid for row in dialogue.rows(answers) if row.live == live]


def marked(person):
    return [title for title in person.titles if "✨" in title]


def label_all(person, items):
    """What was marked on each card, every one answered by "Positive"."""
    seen = []
    for _ in range(items):
        seen.append(marked(person))
        person.taps("Positive")
    return seen


def test_on_some_cards_it_is_withheld_and_the_answer_says_so(talk):
    dialogue = talk(project(withhold=0.5), items=20, suggestion=NEGATIVE)
    seen = label_all(dialogue.member("Anna"), 20)
    assert aids(dialogue) == ["shown" if one else "withheld" for one in seen]
    assert 3 < aids(dialogue).count("withheld") < 17


def test_two_people_draw_apart(talk):
    dialogue = talk(project(withhold=0.5, overlap=2), items=20, suggestion=NEGATIVE)
    assert label_all(dialogue.member("Anna"), 20) != label_all(dialogue.member("Ben"), 20)


def test_nothing_is_recorded_of_items_without_a_suggestion(talk):
    dialogue = talk(project(withhold=0.5))
    dialogue.member("Anna").taps("Positive")
    assert aids(dialogue) == [None]


def test_undo_shows_what_was_shown_before(talk):
    dialogue = talk(project(withhold=0.5), items=12, suggestion=NEGATIVE)
    anna = dialogue.member("Anna")
    for _ in range(12):
        before = marked(anna)
        anna.taps("Positive")
        anna.taps("↩")
        assert marked(anna) == before
        anna.taps("Positive")
    assert aids(dialogue, live=False) == aids(dialogue)


def test_after_the_time_ran_out_the_same_person_sees_the_same(talk):
    dialogue = talk(project(withhold=0.5), items=20, suggestion=NEGATIVE)
    anna = dialogue.member("Anna")
    while marked(anna):
        anna.taps("Positive")
    item = anna.item
    dialogue.wait(minutes=20)
    anna.says("label")
    while anna.item != item:
        anna.taps("Positive")
    assert not marked(anna)
    held = dialogue.rows(cards)
    assert [row.item for row in held].count(held[-1].item) == 2


def test_gold_shows_its_suggestion_never_and_now_and_then_a_wrong_one(talk):
    dialogue = talk(project(MOODS, gold_share=0.5, withhold=0.15), items=0)
    right = {"label": {"label": "positive"}}
    dialogue.add_items("reviews", [{"gold": POSITIVE, "suggestion": right, "state": "gold"}] * 60)
    dialogue.add_items("reviews", [{"suggestion": right}] * 60, "plain-")
    anna = dialogue.member("Anna")
    gold = {row.id for row in dialogue.rows(items) if row.gold is not None}
    for _ in range(90):
        card = dialogue.rows(cards)[-1]
        if card.item in gold:
            assert "😊" not in "".join(marked(anna))
        anna.taps("Positive")
    on_gold = [row for row in dialogue.rows(answers) if row.item in gold]
    assert {row.aid for row in on_gold} == {"wrong", "withheld"}
    assert {row.aid for row in dialogue.rows(answers) if row.item not in gold} == {"shown", "withheld"}
    wrong = [row for row in dialogue.rows(cards) if row.planted is not None]
    assert {row.planted["label"]["label"] for row in wrong} == {"negative", "neutral"}
    assert len([row for row in on_gold if row.aid == "wrong"]) == len(wrong) - (wrong[-1].state == "open")


def test_a_project_that_withholds_nothing_plants_nothing():
    made = project(MOODS)
    drawn = [aid(made, 1, item, POSITIVE, NEGATIVE) for item in range(200)]
    assert drawn == [(False, None)] * 200
    assert [aid(made, 1, item, None, NEGATIVE) for item in range(200)] == [(True, None)] * 200


@pytest.mark.parametrize("share", [0.1, 0.15, 0.5])
def test_the_share_withheld_is_the_project_s(share):
    made = project(MOODS, withhold=share)
    kept = sum(not aid(made, person, item, None, NEGATIVE)[0] for person in range(50) for item in range(200))
    # Six standard deviations of a binomial of 10,000.
    assert abs(kept / 10_000 - share) < 6 * (share * (1 - share) / 10_000) ** 0.5
    wrong = sum(aid(made, person, item, POSITIVE, NEGATIVE)[0] for person in range(50) for item in range(200))
    assert abs(wrong / 10_000 - PLANTED) < 6 * (PLANTED * (1 - PLANTED) / 10_000) ** 0.5


def test_a_wrong_label_is_planted_where_one_tap_answers():
    plantable = {name for name, kind in LABEL_TYPES.items() if one_tap(kind.EXAMPLE.question)}
    assert plantable == {"choice", "pairwise", "rating"}
    for name in plantable:
        example = LABEL_TYPES[name].EXAMPLE
        asked, suggestion = project(example.question), {"label": {"label": example.label}}
        wrong = {
            repr(planted(asked, {"label": example.label}, suggestion, Random(seed))["label"]["label"])
            for seed in range(60)
        }
        assert wrong == {repr(one) for one in one_tap(example.question) if one != example.label}


def test_nothing_is_planted_where_it_would_stand_out_or_may_be_right():
    tags = question("tags", "Billing", "Bug", name="topics", title="Topics?")
    mood = question("choice", "Good", "Bad", name="mood", title="Mood?")
    both = project(mood, tags)
    gold = {"mood": "good", "topics": ["bug"]}
    assert planted(both, gold, {"label": {"mood": "good", "topics": ["bug"]}}, Random(1)) is None
    assert planted(both, gold, {"label": {"mood": "good"}}, Random(1)) == {"label": {"mood": "bad"}}
    assert planted(both, {"topics": ["bug"]}, {"label": {"mood": "good"}}, Random(1)) is None


@pytest.mark.parametrize("kind", ["choice", "pairwise", "rating"])
def test_the_mark_moves_no_label_and_accepting_takes_as_many_taps_as_correcting(kind):
    asked = LABEL_TYPES[kind].EXAMPLE.question
    bare = LABEL_TYPES[kind].ask(asked, None, Subject())
    places = [[option.choice for option in row] for row in bare.rows]
    for label in one_tap(asked):
        rows = LABEL_TYPES[kind].ask(asked, None, Subject(suggestion=label)).rows
        assert [[option.choice for option in row] for row in rows] == places
        assert sum(option.suggested for row in rows for option in row) == 1
    # `one_tap` has every label: whichever is suggested, each is one tap away.
    assert len(one_tap(asked)) == sum(len(row) for row in places)


def test_what_is_suggested_on_page_two_stays_there(talk):
    labels = [LabelDef(f"l{number}", f"Label {number}") for number in range(20)]
    dialogue = talk(project(question("choice", *labels)), suggestion={"label": {"label": "l12"}})
    anna = dialogue.member("Anna")
    assert not marked(anna)
    anna.taps("2/3")
    assert marked(anna) == ["✨ Label 12"]


def test_a_planted_suggestion_survives_pages_and_menus(talk):
    dialogue = talk(project(FEELING, gold_share=0.5, withhold=0.5), items=0)
    row = {"gold": POSITIVE, "suggestion": {"label": {"label": "positive"}}, "state": "gold"}
    dialogue.add_items("reviews", [row] * 30)
    dialogue.add_items("reviews", [{}] * 30, "plain-")
    anna = dialogue.member("Anna")
    while not marked(anna):
        anna.taps("Positive")
    assert marked(anna) == ["✨ 😠 Negative"]
    anna.taps("⋯")
    anna.taps("Back")
    assert marked(anna) == ["✨ 😠 Negative"]
    anna.taps("Negative")
    assert aids(dialogue)[-1] == "wrong"
