"""Typed answers that are corrected: by an edit of the message, in a form, and what corrects nothing."""

from bot.chat import FieldErrors, OpenForm
from tests.dialogue import project, question
from tests.test_dialogue_types import clips


def test_an_edited_message_makes_a_new_version_and_the_last_one_counts(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.types("hello word")
    anna.edits("hello word", "hello world")
    assert anna.sees == "✓ Corrected: hello world"
    anna.edits("hello world", "hello world")
    anna.edits("hello world", "Hello world.")
    assert dialogue.labels() == ["Hello world."]
    assert [label["label"] for _, _, label in dialogue.answers(live=False)] == ["hello word", "hello world"]


def test_an_edit_that_is_no_answer_is_told_so_and_changes_nothing(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.types("hello")
    anna.edits("hello", " \u200b")
    assert anna.sees == "There is nothing in it. Type it again."
    assert dialogue.labels() == ["hello"]


def test_an_edit_of_words_that_were_no_answer_does_nothing(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.says("stats")
    assert anna.edits("/stats", "/stat").messages == ()


def test_editing_corrects_what_was_typed_for_an_earlier_question_too(talk):
    spoken = question("transcript", name="words", title="What is said?")
    mood = question("choice", "Calm", "Angry", name="mood", title="In which mood?")
    dialogue = talk(project(spoken, mood))
    anna = dialogue.member("Anna")
    anna.types("helo")
    anna.edits("helo", "hallo")
    assert "✓ What is said? hallo" in anna.sees
    anna.taps("Calm")
    assert dialogue.answers() == [("Anna", "reviews-0", {"words": "hallo", "mood": "calm"})]
    anna.edits("hallo", "hello")
    assert dialogue.answers() == [("Anna", "reviews-0", {"words": "hello", "mood": "calm"})]


def test_a_corrected_text_survives_undo(talk):
    spoken = question("transcript", name="words", title="What is said?")
    mood = question("choice", "Calm", "Angry", name="mood", title="In which mood?")
    dialogue = talk(project(spoken, mood))
    anna = dialogue.member("Anna")
    anna.types("helo")
    anna.taps("Calm")
    anna.edits("helo", "hello")
    anna.says("undo")
    anna.taps("Angry")
    assert dialogue.answers() == [("Anna", "reviews-0", {"words": "hello", "mood": "angry"})]


def test_a_form_saves_what_is_typed_in_it(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.taps("Type it here")
    assert isinstance(anna.ack, OpenForm)
    assert anna.ack.form.title == "Voice clips"
    anna.submits(anna.ack.form.data, text="from a form")
    assert anna.ack is None
    assert "✓ from a form" in anna.screen
    assert dialogue.labels() == ["from a form"]


def test_a_wrong_text_in_a_form_is_shown_at_its_field(talk):
    dialogue = clips(talk, options={"max": 10})
    anna = dialogue.member("Anna")
    form = anna.taps("Type it here").ack.form
    assert form.fields[0].limit == 10
    anna.submits(form.data, text="far too long for this")
    assert anna.ack == FieldErrors({"text": "That is 21 characters, and at most 10 fit. Shorten the text."})
    assert dialogue.answers() == []


def test_a_form_of_a_card_that_is_answered_says_so(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    form = anna.taps("Type it here").ack.form
    anna.submits(form.data, text="one")
    before = dialogue.everything()
    anna.submits(form.data, text="two")
    assert isinstance(anna.ack, FieldErrors)
    assert dialogue.everything() == before


def test_a_form_answers_only_the_question_it_was_opened_for(talk):
    first = question("transcript", name="one", title="What is said first?")
    second = question("transcript", name="two", title="What is said then?")
    dialogue = talk(project(first, second))
    anna = dialogue.member("Anna")
    form = anna.taps("Type it here").ack.form
    anna.types("typed meanwhile")
    anna.submits(form.data, text="meant for the first")
    assert isinstance(anna.ack, FieldErrors)
    assert "✓ What is said first? typed meanwhile" in anna.sees


def test_an_edit_corrects_the_question_its_message_answered(talk):
    said, noise = (question("transcript", name=name, title=f"{name}?") for name in ("said", "noise"))
    dialogue = talk(project(said, noise))
    anna = dialogue.member("Anna")
    anna.types("helo")
    anna.types("hiss")
    anna.edits("helo", "hello")
    assert dialogue.answers() == [("Anna", "reviews-0", {"said": "hello", "noise": "hiss"})]
    anna.edits("hiss", "a hiss")
    assert dialogue.answers() == [("Anna", "reviews-0", {"said": "hello", "noise": "a hiss"})]


def test_an_edit_corrects_nothing_that_was_tapped_later(talk):
    said, noise = (question("transcript", name=name, title=f"{name}?") for name in ("said", "noise"))
    dialogue = talk(project(said, noise))
    anna = dialogue.member("Anna")
    anna.types("helo")
    anna.taps("Unintelligible")
    anna.edits("helo", "hello")
    assert dialogue.answers() == [("Anna", "reviews-0", {"said": "hello", "noise": "[unintelligible]"})]


def test_an_edit_of_an_answer_that_was_taken_back_is_told_so(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.types("one")
    anna.says("undo")
    anna.edits("one", "uno")
    assert anna.sees == "I could not take that change over. To answer anew, tap ↩."
    anna.types("two", to=anna.card)
    anna.edits("uno", "ein")
    assert dialogue.labels() == ["two"]
