"""Gold: never told from other items, answers to it said to be right or not, made and unmade by reviewers."""

import json
import re

import pytest
from sqlalchemy import insert, update

from bot.labels import LABEL_TYPES
from bot.project import LabelDef, Qualification
from bot.quality.report import summary
from storage import projects
from storage.database import run
from storage.schema import audit, items, media
from tests.dialogue import FEELING, Person, project, question

GOLD = {"data": {"text": "Gold"}, "state": "gold", "gold": {"label": "positive"}}


def golden(talk, *rows, items: int = 2, asked=FEELING, **rules):
    """A project that deals its gold first."""
    rules = {"gold_share": 1.0, "gold_feedback": True} | rules
    dialogue = talk(project(asked, **rules), items=items)
    dialogue.add_items("reviews", list(rows) or [GOLD], "gold-")
    return dialogue


def shown(person: Person) -> list[str]:
    """All that stands in their chat; an item's own words are made alike."""
    return [re.sub(r"Gold|Text \d", "Item", str(one)) for one in person.room.bubbles if not one.mine]


def test_gold_looks_and_behaves_like_any_other_item(talk):
    """The same taps by two people, of whom one has gold: what is said and shown is the same, letter by letter."""
    shares = {"one": 1.0, "two": 0.0}
    projects = [project(name=name, gold_share=share, gold_start=share, overlap=9) for name, share in shares.items()]
    dialogue = talk(*projects, items=2)
    looks = []
    for name, share in shares.items():
        dialogue.add_items(name, [GOLD], f"{name}-gold-")
        anna = dialogue.member("Anna", name)
        assert ("Gold" in anna.item) == (share == 1.0)
        frames = []
        for tap in ("⋯", "Back", "⏭", "Back", "⋯", "What the labels mean", "Negative", "↩", "Positive"):
            anna.taps(tap)
            frames.append((anna.ack, shown(anna)))
        looks.append(frames)
    assert looks[0] == looks[1]


def test_the_share_is_larger_at_the_start():
    usual = project(gold_share=0.1)
    assert [usual.gold_chance(count) for count in (0, 19, 20, 500)] == [0.3, 0.3, 0.1, 0.1]
    assert project(gold_share=0.5).gold_chance(0) == 0.5
    assert project(gold_share=0.0).gold_chance(0) == 0.0
    assert project(gold_share=0.0, gold_start=0.8).gold_chance(3) == 0.8
    assert project(gold_share=0.1, gold_start=0.0).gold_chance(3) == 0.1


def test_newcomers_meet_more_gold(talk):
    dialogue = talk(project(gold_share=0.1, overlap=50), items=150, seed=5)
    dialogue.add_items("reviews", [GOLD] * 80, "gold-")
    anna = dialogue.member("Anna")
    met = []
    for _ in range(120):
        met.append("Gold" in anna.item)
        anna.taps("Positive")
    assert 3 <= sum(met[:20]) <= 10
    assert 4 <= sum(met[20:]) <= 18


def test_an_answer_that_is_right_is_said_to_be(talk):
    anna = golden(talk).member("Anna")
    anna.taps("Positive")
    assert "✓ 😊 Positive – that is right." in anna.sees
    assert "Text 0" in anna.item


def test_a_wrong_one_is_told_what_is_right_and_why(talk):
    anna = golden(talk, GOLD | {"explanation": "“Super” is praise."}).member("Anna")
    anna.taps("Negative")
    assert "You said 😠 Negative. Here 😊 Positive is right. “Super” is praise." in anna.sees
    assert "Text 0" in anna.item


def test_of_several_questions_those_are_told_that_were_not_right(talk):
    fit = question("choice", "Yes", "No", name="fits", title="Does it fit?")
    dialogue = talk(project(FEELING, fit, gold_share=1.0, gold_feedback=True), items=1)
    dialogue.add_items("reviews", [GOLD | {"gold": {"label": "positive", "fits": "no"}}], "gold-")
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("Yes")
    assert "You said Yes. Here No is right." in anna.sees


def test_who_is_not_sure_of_gold_is_told_what_is_right(talk):
    dialogue = golden(talk, GOLD | {"explanation": "Praise."}, unsure=True)
    anna = dialogue.member("Anna")
    anna.taps("🤷")
    assert "You were not sure. Here 😊 Positive is right. Praise." in anna.sees
    anna.taps("Positive")
    assert len(dialogue.answers()) == 2


def test_it_is_told_in_the_language_of_the_person(talk):
    anna = golden(talk).member("Anna", language="de")
    anna.taps("Negative")
    assert "Deine Antwort: 😠 Negative. Hier ist 😊 Positive richtig." in anna.sees


def test_a_long_explanation_stands_in_a_message_of_its_own_above_the_card(talk):
    anna = golden(talk, GOLD | {"explanation": "Praise. " * 400}).member("Anna")
    anna.taps("Negative")
    told, card = [one for one in anna.room.bubbles if not one.mine][-2:]
    assert told.text.startswith("You said 😠 Negative. Here 😊 Positive is right. Praise. Praise.")
    assert len(told.text) < 1800
    assert "Text 0" in card.text
    assert "Praise" not in card.text
    anna.taps("Positive")
    assert len(anna.cards) == 1


def test_nothing_is_told_where_the_project_does_not_want_it(talk):
    anna = golden(talk, gold_feedback=False).member("Anna")
    anna.taps("Negative")
    assert "right" not in anna.sees
    anna.taps("↩")
    assert "Gold" in anna.item


def test_nothing_is_told_of_items_that_are_not_gold(talk):
    anna = golden(talk, gold_share=0.0, gold_start=0.0).member("Anna")
    anna.taps("Negative")
    assert "right" not in anna.sees


@pytest.mark.parametrize("way", ["tap", "word"])
def test_who_was_told_cannot_mend_the_answer(talk, way):
    dialogue = golden(talk)
    anna = dialogue.member("Anna")
    anna.taps("Negative")
    anna.taps("↩") if way == "tap" else anna.says("undo")
    assert anna.toast == "You have been told what is right there, so that answer stays."
    assert "Text 0" in anna.item
    assert dialogue.labels() == ["negative"]


def test_who_was_told_at_the_very_end_has_no_way_back(talk):
    dialogue = golden(talk, items=0)
    anna = dialogue.member("Anna")
    anna.taps("Negative")
    assert "All done" in anna.sees
    assert "Here 😊 Positive is right" in anna.sees
    assert "↩" not in anna.sees


def test_what_was_typed_cannot_be_mended_by_editing_it_either(talk):
    said = GOLD | {"gold": {"label": "good day"}}
    dialogue = golden(talk, said, asked=question("transcript"))
    anna = dialogue.member("Anna")
    anna.types("good bay")
    assert "You said good bay. Here good day is right." in anna.screen
    anna.edits("good bay", "good day")
    assert "that answer stays" in anna.sees
    assert dialogue.labels() == ["good bay"]


def test_an_earlier_answer_may_be_undone_when_its_item_became_gold_later(talk):
    dialogue = golden(talk, items=2, gold_share=0.0, gold_start=0.0)
    anna = dialogue.member("Anna")
    anna.taps("Negative")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    rita.taps("Make gold")
    anna.taps("↩")
    assert "Text 0" in anna.item
    anna.taps("Positive")
    assert "Here 😠 Negative is right" in anna.sees
    assert dialogue.labels() == ["positive"]


def test_boxes_count_as_right_by_how_far_they_overlap(talk):
    where = question("boxes", LabelDef("car", "🚗 Car"), title="Where?")
    dialogue = talk(project(where, gold_share=1.0, gold_feedback=True, overlap=5), items=0)
    row = {"sha256": "a" * 64, "kind": "image", "mime": "image/jpeg", "width": 800, "height": 800, "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(insert(media), row))
    photo = {name: value for name, value in row.items() if name != "size"} | {"id": key, "field": "photo"}
    known = LABEL_TYPES["boxes"].read(where, [{"label": "car", "x": 100, "y": 100, "width": 310, "height": 300}])
    gold = {"data": {"photo": "a.jpg"}, "media": [photo], "state": "gold", "gold": {"label": known}}
    dialogue.add_items("reviews", [gold, {"data": {"photo": "a.jpg"}, "media": [photo]}], "gold-")
    for name, typed, said in (("Anna", "B2 D4 car", "that is right"), ("Ben", "F6 H8 car", "not quite where")):
        person = dialogue.member(name)
        person.types(typed)
        while any("Good enough" in title for title in person.titles):
            person.taps("Good enough")
        person.taps("Done")
        assert any(said in one.text for one in person.room.bubbles), person.screen


def test_each_question_that_gold_knows_must_be_right(talk):
    asked = (question("choice", "Good", "Bad", name="tone"), question("choice", "Short", "Long", name="size"))
    dialogue = talk(project(*asked, gold_share=1.0, gold_feedback=True, overlap=9), items=1)
    dialogue.add_items("reviews", [GOLD | {"gold": {"tone": "good", "size": "long"}}], "gold-")
    for name, taps, said in (
        ("Anna", ("Good", "Long"), "that is right"),
        ("Ben", ("Good", "Short"), "Here Long is right"),
    ):
        person = dialogue.member(name)
        for tap in taps:
            person.taps(tap)
        assert said in person.sees


@pytest.mark.parametrize("role", ["reviewer", "admin", "owner"])
def test_a_reviewer_makes_gold_with_one_tap_and_takes_it_away(talk, role):
    dialogue = talk(project(overlap=2, gold_share=1.0), items=2)
    anna, ben, cleo = (dialogue.member(name) for name in ("Anna", "Ben", "Cleo"))
    anna.taps("Positive")
    ben.taps("Positive")
    rita = dialogue.member("Rita", role=role)
    rita.says("item", "reviews-0")
    rita.taps("Make gold: 😊 Positive")
    assert "Item reviews-0 is gold now: 😊 Positive." in rita.sees
    assert dialogue.states() == ["gold", "open"]
    assert [row.gold for row in dialogue.rows(items)] == [{"label": "positive"}, None]
    assert "gold" in [row.action for row in dialogue.rows(audit)]
    dora = dialogue.member("Dora")
    assert "Text 0" in dora.item
    dora.taps("Negative")
    rita.says("item", "reviews-0")
    assert "⭐ Gold: 😊 Positive" in rita.sees
    rita.taps("No longer gold")
    assert "no longer gold" in rita.sees
    assert dialogue.states() == ["done", "open"]
    assert [row.overlap for row in dialogue.rows(items)] == [3, 2]
    assert "Text 1" in cleo.item


def test_a_slip_is_taken_back_where_it_was_made(talk):
    dialogue = talk(project(overlap=1), items=1)
    dialogue.member("Anna").taps("Positive")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    rita.taps("Make gold")
    assert rita.sees.endswith("[No longer gold]")
    rita.taps("No longer gold")
    assert dialogue.states() == ["done"]


def test_who_holds_an_item_that_is_made_gold_keeps_the_card(talk):
    dialogue = talk(project(overlap=2), items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    rita = dialogue.member("Rita", role="admin")
    rita.says("item", "reviews-0")
    rita.taps("Make gold")
    ben.taps("Negative")
    assert dialogue.labels() == ["positive", "negative"]
    assert dialogue.states() == ["gold"]


def test_what_is_made_gold_is_what_was_shown(talk):
    dialogue = talk(project(overlap=3), items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    rita = dialogue.member("Rita", role="admin")
    rita.says("item", "reviews-0")
    ben.taps("Negative")
    rita.taps("Make gold")
    assert rita.toast == "The answers have changed since. Type /item reviews-0 again."
    assert dialogue.states() == ["open"]


def test_a_second_tap_changes_nothing(talk):
    dialogue = talk(project(), items=1)
    dialogue.member("Anna").taps("Positive")
    rita = dialogue.member("Rita", role="admin")
    rita.says("item", "reviews-0")
    make, bubble = rita.button("Make gold")
    rita.presses(make.data, bubble)
    rita.presses(make.data, bubble)
    assert "gold already" in rita.toast
    rita.says("item", "reviews-0")
    unmake, bubble = rita.button("No longer gold")
    rita.presses(unmake.data, bubble)
    rita.presses(unmake.data, bubble)
    assert rita.toast == "That item is not gold."
    assert dialogue.states() == ["done"]


def test_a_tie_and_an_item_taken_out_cannot_be_made_gold(talk):
    dialogue = talk(project(overlap=3), items=1)
    dialogue.member("Anna").taps("Positive")
    rita = dialogue.member("Rita", role="admin")
    rita.says("item", "reviews-0")
    run(dialogue.database, lambda tx: tx.run(update(items).values(state="withdrawn")))
    rita.taps("Make gold")
    assert "taken out" in rita.toast
    run(dialogue.database, lambda tx: tx.run(update(items).values(state="open")))
    dialogue.member("Ben").taps("Negative")
    rita.says("item", "reviews-0")
    assert "Make gold" not in rita.sees


def test_nobody_else_makes_gold(talk):
    dialogue = talk(project(overlap=2), items=1)
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    rita = dialogue.member("Rita", role="reviewer")
    rita.says("item", "reviews-0")
    make, _ = rita.button("Make gold")
    before = json.dumps(dialogue.everything(), default=str)
    anna.presses(make.data)
    assert "Only reviewers and admins" in anna.toast
    assert json.dumps(dialogue.everything(), default=str) == before


def test_the_report_stays_right_when_an_item_becomes_gold_and_one_like_others_again(talk):
    asked = project(overlap=2)
    dialogue = talk(asked, items=2)
    for name, label in (("Anna", "Positive"), ("Ben", "Positive")):
        person = dialogue.member(name)
        person.taps(label)
    rita = dialogue.member("Rita", role="admin")

    def report():
        with dialogue.database.reading() as connection:
            row = run(dialogue.database, lambda tx: projects.named(tx, "reviews"))
            told = summary(connection, row, asked, dialogue.clock())
        return told.parts.done, told.parts.gold, told.gold.labels, told.gold.right, row.total

    assert report() == (1, 0, 0, 0, 2)
    rita.says("item", "reviews-0")
    rita.taps("Make gold")
    assert report() == (0, 1, 2, 2, 1)
    rita.says("item", "reviews-0")
    rita.taps("No longer gold")
    assert report() == (1, 0, 0, 0, 2)


def test_what_others_said_of_gold_is_as_little_as_of_other_items(talk):
    """Where a project shows that: everybody answers gold, and on other items there are never so many before."""
    dialogue = golden(talk, items=0, overlap=3, blind=False, gold_feedback=False)
    told = []
    for number in range(8):
        person = dialogue.member(f"P{number}")
        assert "Gold" in person.card.text
        told.append(re.findall(r"Positive(?: × (\d+))?", person.card.text))
        person.taps("Positive")
    assert {len(found) for found in told} == {0, 1}, "as on other items, now none and now some"
    assert max(int(count or 1) for found in told for count in found) <= 2


def test_in_a_test_nobody_is_told_what_others_said(talk):
    test = Qualification(1, 1, "")
    dialogue = golden(talk, items=1, overlap=3, blind=False, qualification=test)
    for name in ("Anna", "Ben", "Cleo"):
        person = dialogue.member(name)
        assert "Gold" in person.card.text
        assert "Positive" not in person.card.text
        person.taps("Positive")
