"""Undo: again and again, across items, questions, skips and flags, and never one further than was tapped."""

from tests.dialogue import project, question
from tests.test_dialogue_types import TICKET


def test_undo_takes_the_latest_answer_back_and_shows_its_item_again(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("↩")
    assert anna.sees.startswith("↩ Taken back. Answer it again.\n\n1 / 5 · Review sentiment")
    assert anna.item == "Text 0"
    assert dialogue.answers() == []
    assert dialogue.answers(live=False) == [("Anna", "reviews-0", {"label": "positive"})]


def test_the_open_card_waits_until_the_item_is_answered_again(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("↩")
    anna.taps("Negative")
    assert anna.item == "Text 1"
    assert dialogue.labels() == ["negative"]
    ben = dialogue.member("Ben")
    assert ben.item == "Text 2"


def test_undo_goes_back_again_and_again_and_everything_comes_back_in_order(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    for _ in range(3):
        anna.taps("Positive")
    seen = []
    for _ in range(3):
        anna.taps("↩")
        seen.append(anna.item)
    assert seen == ["Text 2", "Text 1", "Text 0"]
    anna.taps("↩")
    assert anna.toast == "There is nothing to undo."
    assert anna.item == "Text 0"
    seen = []
    for _ in range(5):
        seen.append(anna.item)
        anna.taps("Negative")
    assert seen == ["Text 0", "Text 1", "Text 2", "Text 3", "Text 4"]
    assert dialogue.labels() == ["negative"] * 5
    assert "All done" in anna.sees


def test_a_double_tap_on_undo_goes_back_once(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("Positive")
    undo, bubble = anna.button("↩")
    anna.presses(undo.data, bubble)
    anna.presses(undo.data, bubble)
    assert anna.item == "Text 1"
    assert dialogue.labels() == ["positive"]


def test_undo_from_the_end_goes_back_once_however_often_it_is_tapped(talk):
    dialogue = talk(project(), items=3)
    anna = dialogue.member("Anna")
    for _ in range(3):
        anna.taps("Positive")
    undo, bubble = anna.button("↩")
    anna.presses(undo.data, bubble)
    anna.presses(undo.data, bubble)
    assert anna.toast == "Undo goes back one step at a time, from your newest answer."
    assert anna.item == "Text 2"
    assert len(dialogue.answers()) == 2


def test_a_skip_is_undone(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("⏭")
    anna.taps("Unclear")
    anna.taps("↩")
    assert anna.item == "Text 0"
    anna.taps("Positive")
    assert dialogue.answers() == [("Anna", "reviews-0", {"label": "positive"})]


def test_a_flag_is_undone(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("broken")
    anna.taps("without a note")
    assert dialogue.states()[0] == "flagged"
    anna.taps("↩")
    assert dialogue.states()[0] == "open"
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_a_flag_may_be_undone_after_an_admin_put_the_item_back(talk):
    dialogue = talk(project(), items=3)
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("broken")
    anna.taps("without a note")
    ada.taps("Serve it again")
    anna.taps("↩")
    assert anna.item == "Text 1"
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_a_flag_of_an_item_that_was_taken_out_cannot_be_undone(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("broken")
    anna.taps("without a note")
    ada.taps("Take it out")
    before = dialogue.everything()
    anna.taps("↩")
    assert anna.toast == "That item has gone to others meanwhile, so this cannot be undone."
    assert dialogue.everything() == before


def test_a_skip_of_an_item_that_others_took_cannot_be_undone(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    anna.taps("⏭")
    anna.taps("Unclear")
    ben = dialogue.member("Ben")
    assert ben.item == "Text 0"
    anna.taps("↩")
    assert anna.toast == "That item has gone to others meanwhile, so this cannot be undone."
    assert anna.item == "Text 1"


def test_undo_mixes_answers_skips_and_flags(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("⏭")
    anna.taps("Other")
    anna.taps("⋯")
    anna.taps("broken")
    anna.types("no text")
    seen = []
    for _ in range(3):
        anna.taps("↩")
        seen.append(anna.item)
    assert seen == ["Text 2", "Text 1", "Text 0"]
    assert dialogue.answers() == []


def test_undo_steps_through_the_questions_of_a_card(talk):
    dialogue = talk(TICKET)
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    anna.taps("Done")
    assert "How urgent" in anna.sees
    anna.taps("↩")
    assert "What is it about?" in anna.sees
    assert "✓ 🐞 Bug" in anna.titles
    anna.taps("↩")
    assert "🐞 Bug" in anna.titles
    anna.taps("↩")
    assert anna.toast == "There is nothing to undo."


def test_undo_steps_through_a_finished_answer_and_on_to_the_one_before(talk):
    dialogue = talk(TICKET)
    anna = dialogue.member("Anna")
    anna.taps("None of them")
    anna.taps("Later")
    anna.taps("Bug")
    anna.taps("Done")
    anna.taps("Now")
    anna.taps("↩")
    assert anna.item.startswith("✓ What is it about? 🐞 Bug")
    assert "How urgent is it?" in anna.sees
    anna.taps("↩")
    assert "✓ 🐞 Bug" in anna.titles
    anna.taps("↩")
    assert "🐞 Bug" in anna.titles
    anna.taps("↩")
    assert "Text 0" in anna.sees
    assert "How urgent is it?" in anna.sees
    assert dialogue.answers() == []


def test_tags_come_back_as_they_were_set(talk):
    dialogue = talk(project(question("tags", "Billing", "Bug", "Account")))
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    anna.taps("Account")
    anna.taps("Done")
    anna.taps("↩")
    assert anna.titles[:3] == ["Billing", "✓ Bug", "✓ Account"]
    anna.taps("Billing")
    anna.taps("Done")
    assert dialogue.labels() == [["billing", "bug", "account"]]


def test_an_item_answered_to_the_full_opens_again_and_no_place_is_lost(talk):
    dialogue = talk(project(overlap=2), items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    ben.taps("Positive")
    assert dialogue.states() == ["done"]
    anna.taps("↩")
    assert dialogue.states() == ["open"]
    cleo = dialogue.member("Cleo")
    assert cleo.cards == []
    anna.taps("Negative")
    assert dialogue.states() == ["done"]
    assert dialogue.labels() == ["positive", "negative"]


def test_an_answer_taken_back_and_left_goes_to_others_when_its_lease_is_over(talk):
    dialogue = talk(project(), items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    anna.taps("↩")
    dialogue.wait(minutes=16)
    ben.says("label")
    assert ben.item == "Text 0"
    ben.taps("Negative")
    assert dialogue.labels() == ["negative"]


def test_a_typed_undo_says_what_a_tap_would_show(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.says("undo")
    assert anna.sees == "There is nothing to undo."
    anna.taps("Positive")
    anna.says("undo")
    assert anna.item == "Text 0"
    assert len(anna.cards) == 1


def test_undo_after_stopping_works(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.says("stop")
    anna.says("undo")
    assert anna.item == "Text 0"


def test_the_line_a_transcript_left_undoes_that_transcript(talk):
    dialogue = talk(project(question("transcript", title="What does it say?")))
    anna = dialogue.member("Anna")
    anna.types("one")
    anna.types("two")
    first, second = (bubble for bubble in anna.room.bubbles if bubble.text in ("✓ one", "✓ two"))
    anna.taps("↩", on=first)
    assert anna.toast == "Undo goes back one step at a time, from your newest answer."
    anna.taps("↩", on=second)
    assert "Text 1" in anna.sees
    assert len(anna.cards) == 1
    assert dialogue.labels() == ["one"]
    anna.types("two again")
    assert "Text 2" in anna.sees
    assert dialogue.labels() == ["one", "two again"]


def test_the_line_of_an_answer_undoes_it_even_where_the_next_is_begun(talk):
    words = question("transcript", name="words", title="What is said?")
    topics = question("tags", "Calm", "Angry", name="topics", title="Which moods?")
    dialogue = talk(project(topics, words))
    anna = dialogue.member("Anna")
    anna.taps("Calm")
    anna.taps("Done")
    anna.types("one")
    anna.taps("Angry")
    anna.taps("↩", on=next(bubble for bubble in anna.room.bubbles if bubble.text == "✓ Calm, one"))
    assert dialogue.answers() == []
    assert "Text 0" in anna.card.text
    anna.types("one again")
    assert "✓ Angry" in anna.titles


def test_undo_in_a_project_that_asks_otherwise_by_now_starts_afresh(talk):
    dialogue = talk(TICKET)
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    anna.taps("Done")
    anna.taps("Now")
    dialogue.add_project(project(question("choice", "Yes", "No", title="Is it urgent?"), title="Support tickets"))
    anna.taps("↩")
    assert "Is it urgent?" in anna.card.text
    anna.taps("Yes")
    assert dialogue.answers() == [("Anna", "reviews-0", {"label": "yes"})]
    assert "What is it about?" in anna.card.text
