"""Cards that cannot be shown, may have arrived or come late, and chats that block us or move."""

from datetime import timedelta

from bot.chat import Moved
from storage import outbox
from storage.database import run
from storage.schema import audit
from storage.schema_chats import chats
from storage.schema_chats import outbox as outbox_table
from tests.dialogue import project
from tests.test_dialogue_delivery import SPOKEN


def test_a_message_that_arrives_late_does_not_bring_old_buttons_to_life(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold():
        anna.says("label")
        anna.says("label")
    dialogue.deliver(reverse=True)
    stale, live = anna.cards[-1], anna.cards[-2]
    anna.taps("Positive", on=stale)
    assert dialogue.answers() == []
    anna.taps("Positive", on=live)
    assert dialogue.labels() == ["positive"]


def test_an_item_that_cannot_be_shown_is_set_aside_and_the_next_one_comes(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.taps("Positive")
    dialogue.fail(held[0], media=True)
    assert dialogue.states()[1] == "quarantined"
    assert anna.sees.startswith("One item could not be shown and was set aside.\n\n2 / 5")
    assert anna.item == "Text 2"
    assert [row.state for row in dialogue.rows(outbox_table)] == ["failed"]


def test_no_more_than_five_items_a_minute_are_set_aside(talk):
    dialogue = talk(project(), items=20)
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.taps("Positive")
        while held and held[-1].message.kind == "card":
            dialogue.fail(held[-1], content=True)
    dialogue.deliver()
    assert dialogue.states().count("quarantined") == 5
    assert anna.sees == "Something is wrong with showing items. The admins can see it; try again later."
    dialogue.wait(minutes=2)
    anna.says("label")
    assert anna.item == "Text 7"


def test_a_fault_that_is_not_the_items_takes_nothing_out(talk):
    dialogue = talk(project(), items=9)
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.taps("Positive")
        dialogue.fail(held[0], reason="something_new")
    dialogue.deliver()
    assert set(dialogue.states()) == {"open", "done"}
    assert anna.sees == "Something is wrong with showing items. The admins can see it; try again later."
    anna.says("label")
    assert anna.item == "Text 2"


def test_the_admins_hear_of_an_item_that_was_set_aside_and_may_put_it_back_or_take_it_out(talk):
    dialogue = talk(project(), items=2)
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    ada.says("stop")
    with dialogue.hold() as held:
        anna.says("label")
    shown = held[0]
    dialogue.fail(shown, media=True, reason="the picture is gone")
    assert "could not be shown and was set aside: the picture is gone" in ada.sees
    lost = dialogue.states().index("quarantined")
    ada.taps("Serve it again")
    assert ada.sees == f"✓ Item reviews-{lost} is served again."
    assert "quarantined" not in dialogue.states()
    anna.taps("Positive")
    assert anna.item == f"Text {lost}"
    anna.taps("Positive")
    assert dialogue.states() == ["done", "done"]


def test_an_admin_who_labels_hears_of_their_own_item_too(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    with dialogue.hold() as held:
        ada.taps("Positive")
    dialogue.fail(held[0], content=True)
    assert "was set aside" in ada.screen
    ada.taps("Take it out")
    assert dialogue.states()[1] == "withdrawn"
    assert ada.item == "Text 2"


def comes_again(dialogue):
    """Anna's card twice: first as it may have arrived, then for certain."""
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.says("label")
        lost = held[0]
    dialogue.room(anna.account, anna.user).show(lost.message)
    maybe = anna.card
    dialogue.fail(lost, permanent=False, unknown=True)
    assert anna.card is not maybe
    return anna, maybe


def test_a_tap_on_a_card_that_may_have_arrived_counts_once_for_the_card_that_came_again(talk):
    dialogue = talk(SPOKEN)
    anna, maybe = comes_again(dialogue)
    anna.taps("Unintelligible", on=maybe)
    assert dialogue.labels() == ["[unintelligible]"]
    anna.taps("Unintelligible", on=maybe)
    assert dialogue.labels() == ["[unintelligible]"]


def test_a_card_that_may_have_arrived_leads_nowhere_after_a_while(talk):
    dialogue = talk(SPOKEN)
    anna, maybe = comes_again(dialogue)
    dialogue.wait(seconds=151)
    anna.taps("Unintelligible", on=maybe)
    assert dialogue.answers() == []
    anna.taps("Unintelligible")
    assert dialogue.labels() == ["[unintelligible]"]


def test_a_notice_that_may_have_arrived_is_not_repeated(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.says("stats")
        lost = held[0]
    assert dialogue.fail(lost, permanent=False, unknown=True).messages == ()
    assert dialogue.rows(outbox_table) == []
    assert dialogue.fail(lost).messages == ()


def test_a_failure_of_a_card_that_is_answered_meanwhile_brings_nothing(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.says("label")
        lost = held.pop()
    button = next(button for row in lost.message.buttons for button in row)
    anna.presses(button.data)
    assert dialogue.labels() == ["positive"]
    assert dialogue.fail(lost, permanent=False, unknown=True).messages == ()
    assert anna.item == "Text 1"


def test_who_blocks_the_bot_gives_the_item_back_and_is_sent_nothing(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("↩")
    ada.blocks()
    anna.blocks()
    seen = []
    ben = dialogue.member("Ben")
    for _ in range(4):
        seen.append(ben.item)
        ben.taps("Positive")
    assert [*seen, ben.item] == ["Text 3", "Text 4", "Text 0", "Text 1", "Text 2"]
    ben.taps("⋯")
    ben.taps("broken")
    ben.taps("without a note")
    assert "flagged" not in ada.screen


def test_who_lets_the_bot_in_again_goes_on(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.blocks()
    assert dialogue.rows(chats)[0].blocked_at is not None
    anna.blocks(False)
    assert dialogue.rows(chats)[0].blocked_at is None
    anna.says("start")
    assert anna.item == "Text 1"


def test_a_platform_that_says_blocked_is_believed(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.taps("Positive")
        lost = held[0]
    assert dialogue.fail(lost, blocked=True).messages == ()
    assert dialogue.rows(outbox_table) == []
    assert dialogue.member("Ben").item == "Text 2"
    anna.types("hello?")
    anna.says("label")
    assert anna.item == "Text 3"


def test_a_chat_that_moved_is_written_to_where_it_is_now(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    dialogue.handle(Moved(account=anna.account, chat=anna.user, to="-100777"))
    assert [row.external for row in dialogue.rows(chats)] == ["-100777"]
    outcome = anna.taps("Positive")
    assert outcome.messages[0].chat in ("-100777", anna.user)


def test_somebody_met_in_another_chat_is_answered_there(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    outcome = anna.says("label", chat="elsewhere")
    assert [message.chat for message in outcome.messages] == ["elsewhere"]


def test_the_clock_going_back_takes_nothing_away(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    dialogue.clock.advance(timedelta(hours=-1))
    anna.taps("Positive")
    dialogue.wait(seconds=1)
    anna.says("stats")
    assert "1 / 5" in anna.sees
    assert dialogue.labels() == ["positive"]


def test_an_item_is_quarantined_in_the_audit_trail(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.taps("Positive")
    dialogue.fail(held[0], reason="400 bad picture", media=True)
    assert [row.action for row in dialogue.rows(audit)] == ["join", "quarantine"]
    assert run(dialogue.database, outbox.failures)[0][1] == "400 bad picture"
