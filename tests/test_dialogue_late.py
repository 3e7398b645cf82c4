"""Leases that run out: what is done late counts while a place is free, and is told what became of it otherwise."""

from tests.dialogue import project, question
from tests.test_dialogue_types import clips


def test_an_abandoned_item_is_served_again_and_its_card_says_so_when_tapped_late(talk):
    dialogue = talk(project(), items=1)
    anna = dialogue.member("Anna")
    ben = dialogue.member("Ben")
    dialogue.wait(minutes=16)
    ben.says("label")
    assert ben.item == "Text 0"
    ben.taps("Negative")
    anna.taps("Positive")
    assert anna.toast == "Too late: that item needs no more answers."
    assert dialogue.labels() == ["negative"]
    assert anna.cards == []


def test_a_late_tap_counts_while_a_place_is_free(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    dialogue.wait(minutes=16)
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]
    assert anna.item == "Text 1"


def test_a_late_tap_on_a_menu_leads_on(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    dialogue.wait(minutes=16)
    anna.taps("⏭")
    assert anna.titles[0] == "Not sure"
    dialogue.wait(minutes=16)
    ben = dialogue.member("Ben")
    ben.taps("Positive")
    ben.taps("Positive")
    anna.taps("Not sure")
    assert anna.toast == "Too late: that item needs no more answers."
    assert dialogue.labels() == ["positive"] * 2


def test_a_late_text_without_a_reply_still_belongs_to_the_card_on_the_screen(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    dialogue.wait(minutes=16)
    anna.types("slowly typed")
    assert dialogue.labels() == ["slowly typed"]


def test_a_late_text_for_which_no_place_is_left_is_kept_and_said_to_be_late(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    late = anna.card
    dialogue.wait(minutes=16)
    ben = dialogue.member("Ben")
    for _ in range(4):
        ben.types("quick")
    anna.types("slow", to=late)
    assert ("Anna", "reviews-0", ("late", {"label": "slow"})) in dialogue.answers()
    assert "Too late: that item needs no more answers. Your answer is kept and marked as late." in anna.screen
    anna.edits("slow", "slower")
    assert ("Anna", "reviews-0", ("late", {"label": "slower"})) in dialogue.answers()
    assert dialogue.labels() == ["quick"] * 4


def test_a_late_text_that_is_no_answer_is_told_so(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    late = anna.card
    dialogue.wait(minutes=16)
    ben = dialogue.member("Ben")
    for _ in range(4):
        ben.types("quick")
    anna.types("x" * 3001, to=late)
    assert anna.sees == "That is 3001 characters, and at most 3000 fit. Shorten the text."


def test_a_late_form_is_kept_as_late(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    form = anna.taps("Type it here").ack.form
    dialogue.wait(minutes=16)
    ben = dialogue.member("Ben")
    for _ in range(4):
        ben.types("quick")
    anna.submits(form.data, text="slow")
    assert ("Anna", "reviews-0", ("late", {"label": "slow"})) in dialogue.answers()


def test_an_expired_card_of_an_item_in_hand_again_leads_nowhere(talk):
    dialogue = talk(project(overlap=2), items=1)
    anna = dialogue.member("Anna")
    old, bubble = anna.button("Positive")
    dialogue.wait(minutes=16)
    anna.says("label")
    assert anna.item == "Text 0"
    anna.presses(old.data, bubble)
    assert anna.toast == "That button no longer leads anywhere. Type /label for your card."
    anna.taps("Negative")
    anna.presses(old.data, bubble)
    assert dialogue.labels() == ["negative"]


def test_an_expired_card_opens_beside_a_newer_one_which_waits(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    old, bubble = anna.button("Positive")
    dialogue.wait(minutes=16)
    anna.says("label")
    assert anna.item == "Text 1"
    anna.presses(old.data, bubble)
    assert dialogue.labels() == ["positive"]
    assert anna.item == "Text 1"
    anna.taps("Negative")
    assert dialogue.labels() == ["positive", "negative"]


def test_a_late_tap_works_where_the_arrival_of_its_card_was_never_reported(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    dialogue.silent = True
    anna.says("label")
    dialogue.wait(minutes=16)
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_a_late_text_that_answers_only_the_first_question_is_not_kept(talk):
    words = question("transcript", name="words", title="What is said?")
    mood = question("choice", "Calm", "Angry", name="mood", title="In which mood?")
    dialogue = talk(project(words, mood), items=1)
    anna = dialogue.member("Anna")
    late = anna.card
    dialogue.wait(minutes=16)
    ben = dialogue.member("Ben")
    ben.types("quick")
    ben.taps("Calm")
    anna.types("slow", to=late)
    assert [name for name, _, _ in dialogue.answers()] == ["Ben"]
    assert "Too late: that item needs no more answers." in anna.screen
    assert "kept" not in anna.screen


def test_an_expired_card_with_a_picture_beside_it_opens_all_the_same(talk):
    dialogue = clips(talk, kind="image")
    anna = dialogue.member("Anna")
    old, bubble = anna.button("Unintelligible")
    dialogue.wait(minutes=16)
    anna.says("label")
    anna.presses(old.data, bubble)
    assert dialogue.labels() == ["[unintelligible]"]
    anna.types("next")
    assert dialogue.labels() == ["[unintelligible]", "next"]
