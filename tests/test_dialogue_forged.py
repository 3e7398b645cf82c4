"""Buttons that are forged, flipped, old, or somebody else's: refused without an exception, and nothing changes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import COMMANDS
from bot.chat import FieldErrors, OpenForm, Toast
from bot.project import Review
from tests.dialogue import project, question


@pytest.fixture
def shared(talk):
    """One dialogue for many examples."""
    dialogue = talk(project(), items=500)  # some examples answer theirs
    return dialogue, dialogue.member("Anna")


GONE = "That button no longer leads anywhere. Type /label for your card."
GARBAGE = st.one_of(
    st.text(max_size=64),
    st.binary(max_size=64).map(lambda raw: raw.decode("latin-1")),
    st.from_regex(r"[A-Za-z0-9_-]{0,24}:[0-9]{0,20}:[a-z]?:[ -~]{0,12}", fullmatch=True),
)
FAST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FAST
@given(data=GARBAGE)
def test_garbage_is_refused(shared, data):
    dialogue, anna = shared
    before = dialogue.everything()
    anna.presses(data)
    assert isinstance(anna.ack, Toast)
    anna.submits(data, text="x")
    assert isinstance(anna.ack, Toast | FieldErrors)
    assert dialogue.everything() == before


@FAST
@given(data=st.data())
def test_a_flipped_button_answers_nothing_else_than_its_card_may(shared, data):
    """Whoever taps their own card may say any of its buttons; every other change of the data leads nowhere."""
    dialogue, anna = shared
    button = data.draw(st.sampled_from(list(anna.card.every_button()))).data
    at = data.draw(st.integers(0, 15))
    sign = data.draw(st.characters(codec="utf-8"))
    flipped = button[:at] + sign + button[at + 1 :]
    before = dialogue.everything()
    if flipped != button:
        anna.presses(flipped)
        assert anna.toast == GONE
        assert dialogue.everything() == before


@FAST
@given(step=st.integers(0, 10**18), action=st.sampled_from("abcdefghijklmnopqrstvwxyz"), rest=st.text(max_size=12))
def test_a_card_takes_no_step_that_it_does_not_offer(shared, step, action, rest):
    dialogue, anna = shared
    nonce = next(anna.card.every_button()).data.partition(":")[0]
    answers = dialogue.answers()
    anna.presses(f"{nonce}:{step}:{action}:{rest}", anna.card)
    assert isinstance(anna.ack, Toast | OpenForm | None)
    if action not in "akg":
        assert dialogue.answers() == answers
    anna.says("label")


def test_a_button_of_somebody_else_is_refused(talk):
    dialogue = talk(project())
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    before = dialogue.everything()
    for title in ("Positive", "↩", "⋯", "⏭"):
        anna.presses(ben.button(title)[0].data)
        assert anna.toast == "That card belongs to somebody else."
    assert dialogue.everything() == before


def test_a_reply_to_somebody_elses_message_id_stays_in_ones_own_chat(talk):
    dialogue = talk(project())
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    anna.types("negative", to=ben.card)
    assert [name for name, _, _ in dialogue.answers()] == ["Anna", "Anna"]


def test_words_that_no_database_holds_are_told_like_others(talk):
    """With each word of ours, and as an answer, by everybody."""
    dialogue = talk(project(overlap=2, review=Review()))
    everybody = [dialogue.member("Anna"), dialogue.member("Rita", role="reviewer"), dialogue.person("Sam")]
    for typed in ("a\0b", "\0", "\ud800", "\udfff x", "x" * 30_000, "'; DROP TABLE items; --", "%s {0}"):
        for person in everybody:
            for word in (*COMMANDS, "nonsense", typed[:20]):
                person.says(word, typed)
            person.types(typed)
    assert dialogue.labels() == []
    dialogue.recount()


def test_a_form_of_somebody_else_is_refused(talk):
    dialogue = talk(project(question("transcript", title="What does it say?")))
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    form = anna.taps("Type it here").ack.form
    before = dialogue.everything()
    ben.submits(form.data, text="hi")
    assert isinstance(ben.ack, FieldErrors)
    assert dialogue.everything() == before


def test_old_buttons_are_refused_after_undo(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    old, bubble = anna.button("Negative")
    anna.taps("↩")
    before = dialogue.everything()
    anna.presses(old.data, bubble)
    assert anna.toast == GONE
    assert dialogue.everything() == before


def test_a_label_that_is_not_there_is_refused(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    nonce = next(anna.card.every_button()).data.partition(":")[0]
    for choice in ("2", "99999", "-1", "done", "+0", "p3", "top", ""):
        anna.presses(f"{nonce}:0:a:{choice}", anna.card)
    anna.presses(f"{nonce}:0:k:4", anna.card)
    assert anna.toast == GONE
    assert dialogue.answers() == []


def test_an_item_of_any_number_is_refused_to_who_is_no_admin(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    for number in (1, 10**6, 10**18 - 1):
        anna.presses(f":{number}:w:")
        assert anna.toast == "Only an admin of the project may do that."
    assert set(dialogue.states()) == {"open"}


def test_an_admin_decides_about_the_millionth_item_too(talk):
    dialogue = talk(project(), items=0)
    dialogue.add_items("reviews", [{"id": 10_000_000, "data": {"text": "far"}}])
    ada, ben = dialogue.member("Ada", role="admin"), dialogue.member("Ben")
    ada.says("stop")
    ben.says("label")
    ben.taps("⋯")
    ben.taps("broken")
    ben.taps("without a note")
    ada.taps("Take it out")
    assert dialogue.states() == ["withdrawn"]
