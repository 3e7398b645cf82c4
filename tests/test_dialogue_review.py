"""Reviewers: items that people differ on come to them as cards, one tap decides, a typed reason reaches people."""

import json

import pytest

from bot.buttons import Pressed, pack
from bot.project import LabelDef, Review
from storage import projects
from storage.database import run
from storage.schema import comments, items, media
from storage.schema_quality import decisions
from tests.dialogue import project, question
from tests.reviewing import (
    COLOUR,
    DISPUTED,
    choices,
    differing_on_two,
    exported,
    last,
    reviewer,
    say_all,
    standing,
    waiting,
)


@pytest.fixture
def differing(talk):
    """Three items: on the first and the last two people differ."""
    return differing_on_two(talk)


def test_what_people_differ_on_comes_to_a_reviewer_and_one_tap_decides(differing):
    assert waiting(differing) == ["disputed", "disputed"]
    rita = reviewer(differing)
    for told in ("reviews-0", "Text 0", "2 waiting"):
        assert told in rita.sees
    assert not any(name in rita.sees for name in ("Anna", "Ben"))
    assert choices(rita) == ["Red", "Blue", "Green", "↻ One more answer", "Later"]
    bubbles = len(rita.room.bubbles)
    rita.taps("Red")
    assert "✓ reviews-0: Red" in rita.sees
    assert "reviews-2" in rita.sees
    assert len(rita.room.bubbles) == bubbles
    rita.taps("Blue")
    assert "Nothing is waiting for review" in rita.sees
    assert standing(differing) == [("reviews-0", "red"), ("reviews-2", "blue")]
    assert not waiting(differing)


def test_two_reviewers_never_have_the_same_item(differing):
    rita, otto = reviewer(differing), reviewer(differing, "Otto", "admin")
    assert "reviews-0" in rita.sees
    assert "reviews-2" in otto.sees
    otto.presses(rita.button("Red")[0].data)
    assert standing(differing) == []
    rita.taps("Red")
    assert "with other reviewers: 1" in rita.sees
    differing.wait(minutes=16)
    rita.says("review")
    assert "reviews-2" in rita.sees
    otto.taps("Red")
    assert standing(differing) == [("reviews-0", "red")]
    rita.taps("Green")
    assert standing(differing) == [("reviews-0", "red"), ("reviews-2", "green")]


def test_a_double_tap_decides_once(differing):
    rita = reviewer(differing)
    button, bubble = rita.button("Red")
    rita.presses(button.data, bubble)
    rita.presses(button.data, bubble)
    assert rita.toast == "That one is decided already."
    assert standing(differing) == [("reviews-0", "red")]


def test_a_decision_is_taken_back_and_stays_on_record(differing, tmp_path):
    rita = reviewer(differing)
    rita.taps("Red")
    rita.taps("↩ Undo the last one")
    assert "reviews-0 is open again" in rita.sees
    assert standing(differing) == []
    assert exported(differing, tmp_path)["reviews-0"]["label"] is None
    rita.taps("Green")
    assert standing(differing) == [("reviews-0", "green")]
    assert [row.live for row in differing.rows(decisions)] == [False, True]


def test_an_explanation_reaches_who_had_answered_otherwise_in_their_language(talk):
    dialogue = talk(DISPUTED, items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben", language="de")
    anna.taps("Red")
    ben.taps("Blue")
    rita = reviewer(dialogue)
    rita.types("Crimson is red.", to=last(rita))
    assert "Your reason: “Crimson is red.”" in rita.sees
    mine, theirs = anna.sees, ben.sees
    rita.taps("Red")
    dialogue.wait(minutes=2)
    assert ben.sees == theirs
    dialogue.wait(minutes=2)
    assert "Es gilt: Red. Du hattest gesagt: Blue." in ben.sees
    assert "Warum: Crimson is red." in ben.sees
    assert "Rita" not in ben.screen
    assert anna.sees == mine


def test_a_typed_reason_leaves_one_card_with_all_its_buttons(differing):
    rita = reviewer(differing)
    rita.taps("Red")
    first = last(rita)
    assert "Type a reason first" in first.text
    rita.types("It is green.")
    assert (first.text, first.buttons) == ("👀 reviews-2: see below", ())
    assert "Your reason: “It is green.”" in rita.sees
    assert "Type a reason first" not in rita.sees
    second = last(rita)
    assert any("Undo the last one" in title for title in choices(rita))
    rita.says("review")
    assert (second.buttons, "Your reason" in rita.sees) == ((), True)
    rita.taps("Undo the last one")
    assert "reviews-0 is open again" in rita.sees
    assert [bool(bubble.buttons) for bubble in rita.room.bubbles if "👀" in bubble.text].count(True) == 1
    rita.taps("Red")
    rita.types("It is green.")
    rita.taps("Green")
    assert standing(differing) == [("reviews-0", "red"), ("reviews-2", "green")]


def test_nobody_is_told_where_the_project_wants_no_feedback(talk):
    dialogue = talk(project(COLOUR, overlap=2, review=Review(feedback=False)), items=1)
    _, ben = say_all(dialogue, ("Red",), ("Blue",))
    before = ben.screen
    reviewer(dialogue).taps("Red")
    dialogue.wait(minutes=9)
    assert ben.screen == before


def test_a_reason_becomes_a_line_of_the_instructions(differing):
    rita = reviewer(differing)
    rita.types("Crimson is red.")
    rita.taps("Red")
    rita.taps("➕ Add its reason")
    row = run(differing.database, lambda tx: projects.named(tx, "reviews"))
    config = run(differing.database, lambda tx: projects.config_of(tx, row.id, row.version))
    assert (row.version, config["instructions"]) == (2, "Crimson is red.")
    rita.taps("Green")
    assert standing(differing) == [("reviews-0", "red"), ("reviews-2", "green")]
    rita.says("help")
    assert "Crimson is red." in rita.sees


def test_an_item_that_is_sent_back_gets_one_more_answer(differing):
    rita = reviewer(differing)
    rita.taps("One more answer")
    assert waiting(differing) == ["disputed"]
    cleo = differing.member("Cleo")
    assert "Text 0" in cleo.item
    cleo.taps("Red")
    assert waiting(differing) == ["disputed"]
    assert standing(differing) == []
    assert [row.state for row in differing.rows(items)] == ["done", "done", "done"]


def test_a_flagged_item_is_decided_taken_out_or_served_again(talk):
    dialogue = talk(project(COLOUR, review=Review()), items=3)
    anna = dialogue.member("Anna")
    for note in ("Too dark", "No picture", "Odd"):
        anna.taps("⋯")
        anna.taps("broken")
        anna.types(note)
    rita = reviewer(dialogue)
    assert "⚑" in rita.sees
    assert "Too dark" in rita.sees
    rita.taps("Blue")
    rita.taps("Take it out")
    rita.taps("One more answer")
    assert standing(dialogue) == [("reviews-0", "blue")]
    assert dialogue.rows(items)[1].state == "withdrawn"
    assert dialogue.rows(items)[2].state == "open"
    assert (dialogue.rows(items)[0].state, not waiting(dialogue)) == ("done", True)


def test_what_waits_for_later_comes_last(differing):
    rita = reviewer(differing)
    rita.taps("Later")
    assert "reviews-2" in rita.sees
    rita.taps("Red")
    assert "reviews-0" in rita.sees
    rita.taps("Later")
    assert "Waiting for later" in rita.sees


def test_who_labels_may_not_review_and_what_a_reviewer_decided_stays(differing):
    anna, _ = differing.crew
    anna.says("review")
    assert anna.sees == "Only reviewers and admins of a project see other people's answers."
    rita = reviewer(differing)
    button, _ = rita.button("Red")
    anna.presses(button.data)
    assert standing(differing) == []
    rita.taps("Red")
    rita.taps("Green")
    anna.says("undo")
    assert "A reviewer has decided that item by now" in anna.sees
    assert len(differing.answers()) == 6


def test_an_answer_taken_back_takes_its_item_out_of_review(differing):
    anna, _ = differing.crew
    rita = reviewer(differing)
    rita.taps("Red")
    assert "reviews-2" in rita.sees
    anna.says("undo")
    rita.taps("Red")
    assert "Nothing is waiting for review" in rita.sees
    assert standing(differing) == [("reviews-0", "red")]
    anna.taps("Blue")
    rita.says("review")
    assert "reviews-2" in rita.sees


def test_a_decided_item_is_made_gold_with_one_tap(differing):
    rita = reviewer(differing)
    rita.taps("Red")
    rita.taps("⭐ Make the last one gold")
    assert (differing.rows(items)[0].state, differing.rows(items)[0].gold) == ("gold", {"label": "red"})
    rita.taps("Green")
    assert standing(differing) == [("reviews-0", "red"), ("reviews-2", "green")]


def test_people_who_come_to_agree_need_no_reviewer(differing):
    _, ben = differing.crew
    ben.says("undo")
    ben.taps("Red")
    assert waiting(differing) == ["disputed"]
    assert "reviews-0" in reviewer(differing).sees


def test_the_help_of_a_reviewer_leads_to_what_is_in_question(differing):
    anna, _ = differing.crew
    anna.says("help")
    assert "question" not in "".join(choices(anna))
    rita = differing.member("Rita", role="reviewer")
    rita.says("help")
    rita.taps("in question (2)")
    assert "reviews-0" in rita.sees
    anna.presses(pack(Pressed("", differing.ids["reviews"], "r")))
    assert "Only reviewers" in anna.sees
    owner = differing.member("Olga", project=None, role="owner")
    owner.presses(pack(Pressed("", 999, "r")))
    assert owner.toast.startswith("That button")


def test_a_project_without_review_keeps_no_queue(talk):
    dialogue = talk(project(COLOUR, overlap=2), items=1)
    say_all(dialogue, ("Red",), ("Blue",))
    assert not waiting(dialogue)
    rita = reviewer(dialogue)
    assert "has no review" in rita.sees


def test_only_questions_in_dispute_are_asked(talk):
    fit = question("choice", "Yes", "No", name="fits", title="Does it fit?")
    dialogue = talk(project(COLOUR, fit, overlap=2, review=Review()), items=1)
    for name, second in (("Anna", "Yes"), ("Ben", "No")):
        person = dialogue.member(name)
        person.taps("Red")
        person.taps(second)
    rita = reviewer(dialogue)
    assert "Does it fit?" in rita.sees
    assert "✓ Which colour? Red" in rita.sees
    rita.taps("No")
    assert dialogue.rows(decisions)[0].label == {"label": "red", "fits": "no"}


def test_long_answers_are_taken_by_their_number(talk):
    dialogue = talk(project(question("transcript", title="What is said?"), overlap=2, review=Review()), items=1)
    for name, said in (("Anna", "good morning all"), ("Ben", "good evening")):
        dialogue.member(name).types(said)
    rita = reviewer(dialogue)
    assert "1 · good morning all" in rita.sees.replace("“", "").replace("”", "")
    rita.taps("Take 2")
    assert dialogue.rows(decisions)[0].label == {"label": "good evening"}


def test_boxes_are_compared_in_one_picture_and_one_answer_is_taken(talk):
    asked = question("boxes", LabelDef("car", "🚗 Car"), title="Where?")
    dialogue = talk(project(asked, overlap=2, review=Review(confidence=0.9)), items=0)
    row = {"sha256": "a" * 64, "kind": "image", "mime": "image/jpeg", "width": 800, "height": 800, "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(media.insert(), row))
    photo = {name: value for name, value in row.items() if name != "size"} | {"id": key, "field": "photo"}
    dialogue.add_items("reviews", [{"data": {"photo": "a.jpg", "words": "w" * 3000}, "media": [photo]}])
    for name, typed in (("Anna", "B2 D4 car"), ("Ben", "F5 H8 car")):
        person = dialogue.member(name)
        person.types(typed)
        while any("Good enough" in title for title in person.titles):
            person.taps("Good enough")
        person.taps("Done")
    rita = reviewer(dialogue)
    versions = json.loads(last(rita).drawing)["compare"]["versions"]
    assert [one["title"][:4] for one in versions] == ["1 · ", "2 · "], "numbers as on the buttons"
    told = [line for line in last(rita).text.splitlines() if " · " in line and line.endswith(")")]
    assert [line[-9:-1] for line in told] == [one["title"][4:] for one in versions], "and in the same order"
    assert choices(rita)[:2] == ["Take 1", "Take 2"]
    rita.taps("Take 2")
    [decision] = dialogue.rows(decisions)
    assert decision.label == dialogue.answers()[1][2]


def test_the_longest_texts_reasons_and_notes_fit(talk):
    words = question("transcript", title="What is said? " * 20)
    dialogue = talk(project(words, title="T" * 120, overlap=5, review=Review()), items=0)
    dialogue.add_items("reviews", [{"data": {"text": "😀" * 4000, "more": "x" * 4000}}])
    for number in range(5):
        person = dialogue.member(f"P{number}")
        person.taps("⋯")
        person.taps("Ask")
        person.types("?" * 900)
        person.types(f"word{number} " * 250)
    rita = reviewer(dialogue)
    rita.types("because " * 200)
    assert "Your reason" in rita.sees
    rita.taps("Take 4")
    assert len(dialogue.rows(decisions)) == 1


def test_the_longest_answers_to_a_picture_fit_below_it(talk):
    """Below a picture Telegram takes 1024 characters, which the room of these dialogues checks."""
    labels = [LabelDef(f"l{at}", f"A label {at} " + "goes on and on " * 3) for at in range(6)]
    asked = question("boxes", *labels, title="Where? " * 28)
    dialogue = talk(project(asked, title="T" * 120, overlap=6, review=Review(confidence=0.9)), items=0)
    row = {"sha256": "a" * 64, "kind": "image", "mime": "image/jpeg", "width": 800, "height": 800, "size": 3}
    key = run(dialogue.database, lambda tx: tx.insert(media.insert(), row))
    photo = {name: value for name, value in row.items() if name != "size"} | {"id": key, "field": "photo"}
    shown = {"data": {"photo": "a.jpg", "words": "w" * 300}, "media": [photo]}
    dialogue.add_items("reviews", [shown | {"key": f"{at}" * 400} for at in range(2)])
    for at, cells in enumerate(("A1 B2", "C3 D4", "E5 F6", "G7 H8", "A7 B8", "G1 H2")):
        person = dialogue.member(f"P{at}")
        for _ in range(2):
            person.types(f"{cells} l{at}")
            while any("Good enough" in title for title in person.titles):
                person.taps("Good enough")
            person.taps("Done")
    rows = [{"kind": "ask", "text": "?" * 900, "item": 1, "person": 1, "project": 1}] * 3
    run(dialogue.database, lambda tx: [tx.insert(comments.insert(), one | {"created_at": tx.now}) for one in rows])
    rita = reviewer(dialogue)
    rita.types("because " * 200)
    assert "Your reason" in rita.sees
    rita.taps("Take 2")
    rita.types("because " * 200)
    rita.taps("Take 2")
    assert len(dialogue.rows(decisions)) == 2


def test_what_a_reviewer_decided_is_not_mended_by_editing_it(talk):
    asked = project(question("transcript", title="What does it say?"), overlap=2, review=Review())
    dialogue = talk(asked, items=1)
    for name, said in (("Anna", "a red house"), ("Ben", "no dog")):
        person = dialogue.member(name)
        person.types(said)
    rita = reviewer(dialogue)
    rita.taps("1")
    assert standing(dialogue)
    person.edits("no dog", "a red horse")
    assert "A reviewer has decided that item" in person.screen
    assert sorted(dialogue.labels()) == ["a red house", "no dog"]
