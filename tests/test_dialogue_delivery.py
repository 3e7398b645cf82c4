"""What the platform may do: repeat, reorder, lose, refuse; and nobody loses an answer or answers the wrong item."""

from itertools import count

from bot.chat import Outcome, Reply
from storage.schema_chats import outbox as outbox_table
from tests.dialogue import project, question
from tests.test_dialogue_types import clips

SPOKEN = project(question("transcript", title="What does it say?"))


def test_a_repeated_event_changes_nothing(talk):
    dialogue = talk(project())
    anna = dialogue.person("Anna")
    doings = (
        lambda: anna.joins(dialogue.invite()),
        lambda: anna.taps("Positive"),
        lambda: anna.taps("⏭"),
        lambda: anna.taps("Other"),
        lambda: anna.types("positive"),
        lambda: anna.says("undo"),
        lambda: anna.says("stop"),
    )
    for doing in doings:
        doing()
        before = dialogue.everything()
        for _ in range(3):
            assert dialogue.redeliver() == Outcome()
        assert dialogue.everything() == before


def test_a_repeated_event_is_known_for_days(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    tap = dialogue.last_event
    dialogue.wait(hours=25)
    assert dialogue.handle(tap) == Outcome()
    assert dialogue.labels() == ["positive"]


def test_a_second_tap_changes_nothing(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    button, bubble = anna.button("Positive")
    anna.presses(button.data, bubble)
    before = dialogue.everything()
    anna.presses(button.data, bubble)
    assert anna.toast == "That one is saved already."
    assert dialogue.everything() == before


def test_two_buttons_tapped_at_once_save_the_first(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    (good, bubble), (bad, _) = anna.button("Positive"), anna.button("Negative")
    anna.presses(good.data, bubble)
    anna.presses(bad.data, bubble)
    assert dialogue.labels() == ["positive"]


def test_a_double_tap_on_a_question_does_not_answer_the_next(talk):
    first = question("choice", "Yes", "No", name="one", title="First?")
    second = question("choice", "Yes", "No", name="two", title="Second?")
    dialogue = talk(project(first, second))
    anna = dialogue.member("Anna")
    button, bubble = anna.button("Yes")
    anna.presses(button.data, bubble)
    anna.presses(button.data, bubble)
    assert "Second?" in anna.sees
    assert dialogue.answers() == []


def test_a_card_comes_after_a_restart(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.taps("Positive")
    held.clear()
    assert anna.item == "Text 0"
    dialogue.restart()
    assert anna.item == "Text 1"
    anna.taps("Negative")
    assert dialogue.labels() == ["positive", "negative"]
    assert dialogue.rows(outbox_table) == []


def test_what_was_sent_but_not_reported_is_sent_again_and_works(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    dialogue.silent = True
    anna.says("label")
    dialogue.unreported.clear()
    dialogue.silent = False
    dialogue.restart()
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_a_card_answered_before_its_arrival_was_reported_does_not_come_back(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    dialogue.silent = True
    anna.taps("Positive")
    dialogue.unreported.clear()
    dialogue.silent = False
    anna.taps("Negative")
    assert anna.item == "Text 2"
    dialogue.restart()
    assert anna.item == "Text 2"
    anna.taps("Positive")
    assert dialogue.labels() == ["positive", "negative", "positive"]


def test_a_notice_does_not_come_back_over_the_card_that_took_its_place(talk):
    dialogue = talk(project(), items=1)
    anna = dialogue.member("Anna")
    dialogue.silent = True
    anna.taps("Positive")
    dialogue.unreported.clear()
    dialogue.silent = False
    assert "all done" in anna.sees.lower()
    anna.taps("↩")
    assert anna.item == "Text 0"
    dialogue.restart()
    assert anna.item == "Text 0"
    assert dialogue.rows(outbox_table) == []


def test_reports_of_arrival_may_come_late_and_out_of_order(talk):
    dialogue = talk(SPOKEN)
    anna = dialogue.member("Anna")
    dialogue.silent = True
    anna.types("zero", to=anna.card)
    anna.types("one", to=anna.card)
    anna.taps("Unintelligible")
    dialogue.report(reverse=True)
    assert dialogue.labels() == ["zero", "one", "[unintelligible]"]
    second = next(bubble for bubble in anna.room.bubbles if "Text 1" in bubble.text)
    anna.types("again", to=second)
    assert "That card is answered." in anna.sees
    assert len(dialogue.labels()) == 3


def test_a_reply_to_an_old_card_is_refused_and_never_answers_another_item(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    old = anna.card
    anna.types("one")
    anna.types("two", to=old)
    assert anna.sees == "That card is answered. To correct a text, edit your message; else tap ↩."
    assert dialogue.labels() == ["one"]


def parts(talk):
    """Clips in messages of their own above their cards; the numbers of messages are equally long."""
    dialogue = clips(talk)
    anna = dialogue.person("Anna")
    anna.room.apart, anna.room.numbers = True, count(100)
    anna.joins(dialogue.invite())
    return dialogue, anna, lambda: [bubble for bubble in anna.room.bubbles if bubble.kind == "audio"]


def test_a_reply_to_a_part_of_a_card_is_one_to_the_card_after_a_restart_too(talk):
    dialogue, anna, heard = parts(talk)
    dialogue.restart()
    anna.types("one", to=heard()[-1], part=True)
    anna.types("two", to=heard()[-1], part=True)
    assert dialogue.labels() == ["one", "two"]


def test_a_reply_to_a_part_of_an_old_card_never_answers_another_item(talk):
    dialogue, anna, heard = parts(talk)
    anna.types("one")
    anna.types("again", to=heard()[0], part=True)
    assert anna.sees == "That card is answered. To correct a text, edit your message; else tap ↩."
    dialogue.silent = True
    anna.types("two")
    dialogue.unreported.clear()
    dialogue.silent = False
    anna.taps("Unintelligible")
    anna.types("three", to=heard()[2], part=True)
    assert anna.sees == "I cannot tell which item that is for. Reply to the card itself."
    assert dialogue.labels() == ["one", "two", "[unintelligible]"]


def test_what_is_said_of_another_message_above_a_card_is_not_for_it(talk):
    dialogue, anna, _ = parts(talk)
    anna.types("one")
    mine = next(bubble for bubble in anna.room.bubbles if bubble.mine and bubble.text == "one")
    anna.types("two", to=mine)
    assert anna.sees == "I cannot tell which item that is for. Reply to the card itself."
    assert dialogue.labels() == ["one"]


def test_a_reply_to_a_card_whose_arrival_is_not_reported_yet_answers_no_other_item(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    dialogue.silent = True
    anna.says("label")
    old = anna.card
    anna.types("one", to=old)
    anna.types("two", to=old)
    assert dialogue.labels() == ["one"]
    dialogue.report()
    anna.types("three", to=anna.card)
    assert dialogue.labels() == ["one", "three"]


def test_what_was_typed_before_a_card_stood_there_is_not_for_it(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    with dialogue.hold():
        anna.types("one")
        anna.types("and this too")
        assert dialogue.labels() == ["one"]
    early = anna.room.bubbles[-1]
    dialogue.deliver()
    assert "I cannot tell which item that is for." in anna.screen
    anna._event(Reply, text="a third", message=early.id)
    assert dialogue.labels() == ["one"]
    anna.types("two")
    assert dialogue.labels() == ["one", "two"]


def test_a_reply_to_something_else_of_ours_is_not_taken_for_an_answer(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.types("x" * 3001)
    complaint = anna.room.bubbles[-1]
    anna.types("shorter", to=complaint)
    assert anna.sees == "I cannot tell which item that is for. Reply to the card itself."
    anna.types("shorter", to=anna.card)
    assert dialogue.labels() == ["shorter"]


def test_a_reply_to_a_card_that_waits_is_refused(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.types("one")
    waiting = anna.card
    anna.says("undo")
    anna.types("two", to=waiting)
    assert anna.sees == "That card is no longer open. Type /label for your present one."
    assert dialogue.labels() == []


def test_a_reply_to_the_message_in_which_several_cards_stood_answers_the_one_that_stands_there(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("↩")
    anna.taps("Positive")
    assert len(anna.cards) == 1
    anna.types("negative", to=anna.card)
    assert dialogue.labels() == ["positive", "negative"]


def test_a_reply_without_words_is_told_so(talk):
    dialogue = clips(talk)
    anna = dialogue.member("Anna")
    anna.types("  ")
    assert anna.sees == "I can read typed text and taps only."
    assert dialogue.answers() == []
