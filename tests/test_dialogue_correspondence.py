"""Admins answer a question, a flag or a paused person by a reply to the note: it goes back to who asked, by no name."""

import pytest

from storage import notes
from storage.database import run
from storage.schema import people
from tests.dialogue import project
from tests.reviewing import COLOUR, DISPUTED

ANSWER = (
    "💬 The admins of “Review sentiment” on item reviews-1: Yes, it is.\n\nText 1\n\nTo ask on, reply to this message."
)


def asks(person, words="Is irony negative?"):
    person.taps("⋯")
    person.taps("Ask")
    person.types(words)


def note(person):
    """The newest message that a reply answers."""
    return next(one for one in reversed(person.room.bubbles) if one.text.startswith(("💬", "⚑")))


@pytest.fixture
def scene(talk):
    dialogue = talk(project())
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    asks(anna)
    return dialogue, ada, anna


def test_a_reply_to_a_question_goes_back_to_who_asked(scene):
    dialogue, ada, anna = scene
    before = anna.card
    ada.types("Yes, it is.", to=note(ada))
    assert ada.sees == "✓ Your reply is on its way to them."
    assert str(note(anna)) == ANSWER
    assert dialogue.comments() == [("ask", "Is irony negative?"), ("answer", "Yes, it is.")]
    anna.taps("Positive", on=before)
    assert dialogue.labels() == ["positive"]


def test_in_german(talk):
    dialogue = talk(project())
    ada, anna = dialogue.member("Ada", role="admin", language="de"), dialogue.member("Anna", language="de")
    asks_in_german(anna)
    assert str(note(ada)) == (
        f"💬 {anna.public} fragt zu Eintrag reviews-1 in „Review sentiment“: Und Ironie?\n\n"
        "Eine Antwort auf diese Nachricht geht an sie zurück.\n\nText 1"
    )
    ada.types("Zählt auch.", to=note(ada))
    assert "Die Admins von „Review sentiment“ zu Eintrag reviews-1: Zählt auch." in note(anna).text


def asks_in_german(person):
    person.taps("⋯")
    person.taps("fragen")
    person.types("Und Ironie?")


def test_a_reply_to_the_answer_asks_on(scene):
    dialogue, ada, anna = scene
    ada.types("Yes, it is.", to=note(ada))
    anna.types("And sarcasm?", to=note(anna))
    assert anna.sees == "Your question is with the project's admins. Go on meanwhile."
    assert "asks about item reviews-1 in “Review sentiment”: And sarcasm?" in note(ada).text
    ada.types("Too.", to=note(ada))
    assert "on item reviews-1: Too." in note(anna).text
    assert dialogue.labels() == []


def test_a_flag_and_a_paused_person_are_answered_too(talk):
    dialogue = talk(project())
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("broken")
    anna.types("cut off")
    ada.types("Thank you!", to=note(ada))
    assert "on item reviews-1: Thank you!" in note(anna).text
    who, key = next(row.id for row in dialogue.rows(people) if row.name == "Anna"), dialogue.ids["reviews"]
    run(dialogue.database, lambda tx: notes.pause(tx, key, who, "fast"))
    anna.types("My brother had the phone.")
    ada.types("All right then.", to=note(ada))
    assert note(anna).text == "💬 The admins of “Review sentiment” say: All right then."
    anna.types("Thank you.", to=note(anna))
    assert "says: Thank you." in note(ada).text


def test_names_stand_in_notes_only_where_the_project_says_so(scene, talk):
    dialogue, ada, anna = scene
    assert str(note(ada)) == (
        f"💬 {anna.public} asks about item reviews-1 in “Review sentiment”: Is irony negative?\n\n"
        "A reply to this message goes back to them.\n\nText 1"
    )
    anna.taps("⋯")
    anna.taps("broken")
    anna.types("cut off")
    assert note(ada).text.startswith(f"⚑ {anna.public} flagged item reviews-1")
    dialogue.add_project(project(names=True))
    asks(anna)
    assert note(ada).text.startswith("💬 Anna asks about item")


def test_only_who_leads_the_project_now_answers(scene):
    dialogue, ada, anna = scene
    run(dialogue.database, lambda tx: set_role(tx, dialogue, "Ada", "reviewer"))
    ada.types("Yes, it is.", to=note(ada))
    assert ada.sees == "Only an admin of the project may do that."
    run(dialogue.database, lambda tx: set_role(tx, dialogue, "Ada", None))
    ada.types("Yes, it is.", to=note(ada))
    assert ada.sees == "You have no access to that project. Ask its admin for an invite."
    assert "admins of" not in anna.screen
    assert dialogue.comments() == [("ask", "Is irony negative?")]


def set_role(tx, dialogue, name, role):
    from sqlalchemy import select

    from storage import people as of

    who = tx.value(select(people.c.id).where(people.c.name == name))
    if role is None:
        of.remove(tx, dialogue.ids["reviews"], who)
    else:
        of.set_role(tx, dialogue.ids["reviews"], who, role)


def test_who_left_or_blocked_the_bot_is_told_nothing_more(scene):
    dialogue, ada, anna = scene
    anna.blocks()
    ada.types("Yes, it is.", to=note(ada))
    assert ada.sees == "They are in the project no more, or cannot be reached."
    anna.blocks(False)
    run(dialogue.database, lambda tx: set_role(tx, dialogue, "Anna", None))
    ada.types("Yes, it is.", to=note(ada))
    assert ada.sees == "They are in the project no more, or cannot be reached."
    assert dialogue.comments() == [("ask", "Is irony negative?")]


def test_a_reply_to_a_note_explains_no_review_and_answers_no_card(talk):
    dialogue = talk(DISPUTED, items=2)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Red")
    ben.taps("Blue")
    ada = dialogue.member("Ada", role="admin")
    asks(anna)
    asked = note(ada)
    ada.says("review")
    ada.types("Look at the rim.", to=asked)
    assert "Look at the rim." in note(anna).text
    assert "Your reason" not in ada.screen
    assert COLOUR.title in ada.screen


def test_what_is_too_long_is_cut_and_what_cannot_be_read_is_said(scene):
    _, ada, anna = scene
    ada.types("z" * 5000, to=note(ada))
    assert note(anna).text.count("z") == 1000
    ada.types(" ", to=note(ada))
    assert ada.sees == "I can read typed text and taps only."


def test_a_note_that_arrived_before_we_knew_of_it_still_leads_back(talk):
    """Its place is learnt with the report of its arrival, however late that comes."""
    dialogue = talk(project())
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    dialogue.silent = True
    asks(anna)
    dialogue.report()
    ada.types("Yes, it is.", to=note(ada))
    assert str(note(anna)) == ANSWER
