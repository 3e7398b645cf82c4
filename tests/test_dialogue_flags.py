"""Flags, questions and notes: they reach the admins, who put an item back or take it out."""

from tests.dialogue import project


def flags(person, note=""):
    person.taps("⋯")
    person.taps("broken")
    person.types(note) if note else person.taps("without a note")


def test_a_flag_with_a_note_reaches_the_admins_with_buttons(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("broken")
    assert anna.sees.startswith("What is wrong with it? Type a short note.")
    anna.types("it is empty")
    assert ada.sees == (
        f"⚑ {anna.public} flagged item reviews-1 in “Review sentiment”: it is empty\n\n"
        "A reply to this message goes back to them.\n\nText 1\n[Serve it again] [Take it out]"
    )
    assert dialogue.states()[1] == "flagged"
    assert dialogue.comments() == [("flag", "it is empty")]
    assert anna.item == "Text 2"


def test_a_flag_needs_no_note(talk):
    dialogue = talk(project())
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna")
    flags(anna)
    assert "⚑ Flagged. The project's admins will look at it." in anna.screen
    assert "in “Review sentiment”: –" in ada.sees


def test_an_admin_puts_a_flagged_item_back(talk):
    dialogue = talk(project(), items=2)
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    flags(anna)
    ada.taps("Serve it again")
    assert ada.sees == "✓ Item reviews-1 is served again."
    assert dialogue.states()[1] == "open"
    ada.taps("Positive")
    assert ada.item == "Text 1"


def test_an_admin_takes_a_flagged_item_out(talk):
    dialogue = talk(project(), items=2)
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    flags(anna)
    ada.taps("Take it out")
    assert ada.sees == "✓ Item reviews-1 is taken out."
    assert dialogue.states()[1] == "withdrawn"


def test_only_an_admin_decides_about_flagged_items(talk):
    dialogue = talk(project())
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    flags(anna)
    button, _ = ada.button("Take it out")
    before = dialogue.everything()
    anna.presses(button.data)
    assert anna.toast == "Only an admin of the project may do that."
    dialogue.person("Stranger").presses(button.data)
    assert dialogue.everything() == before


def test_an_item_may_need_several_flags(talk):
    dialogue = talk(project(flags_needed=2, overlap=2), items=2)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    flags(anna)
    assert dialogue.states()[0] == "open"
    flags(ben)
    assert dialogue.states()[0] == "flagged"


def test_a_question_goes_to_the_admins_and_the_card_stays(talk):
    dialogue = talk(project())
    ada, anna = dialogue.member("Ada", role="admin"), dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("Ask")
    assert anna.sees.startswith("What is your question? Type it; it goes to the project's admins.")
    anna.types("is irony negative?")
    assert ada.sees == (
        f"💬 {anna.public} asks about item reviews-1 in “Review sentiment”: is irony negative?\n\n"
        "A reply to this message goes back to them.\n\nText 1"
    )
    assert anna.sees.startswith("Your question is with the project's admins. Go on meanwhile.")
    assert dialogue.comments() == [("ask", "is irony negative?")]
    assert len(anna.cards) == 1
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]


def test_a_note_that_was_given_up_is_not_taken_from_the_next_text(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("Ask")
    anna.taps("Back")
    anna.types("positive")
    assert dialogue.comments() == []
    assert dialogue.labels() == ["positive"]


def test_a_note_keeps_what_every_database_holds(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("broken")
    anna.types("\x00\ud800")
    assert dialogue.comments() == []
    anna.types("bad\x00 sign\ud800" + "x" * 5000)
    assert dialogue.comments()[0][1].startswith("bad signxxx")
    assert len(dialogue.comments()[0][1]) == 1000


def test_an_admin_who_is_alone_decides_about_what_they_flagged(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna", role="admin")
    anna.taps("⋯")
    anna.taps("broken")
    anna.taps("without a note")
    anna.taps("Take it out")
    assert dialogue.states()[0] == "withdrawn"


def test_an_admin_takes_out_gold_that_was_flagged_and_puts_it_back(talk):
    dialogue = talk(project(gold_share=1.0), items=1)
    dialogue.add_items("reviews", [{"data": {"text": "Gold"}, "state": "gold", "gold": {"label": "positive"}}], "gold-")
    boss, anna, ben = dialogue.member("Boss", role="admin"), dialogue.member("Anna"), dialogue.member("Ben")
    for title in ("⋯", "broken", "without"):
        anna.taps(title)
    assert dialogue.states()[1] == "flagged"
    _, told = boss.button("Take it out")
    back, _ = boss.button("Serve it again", told)
    boss.taps("Take it out")
    assert dialogue.states()[1] == "withdrawn"
    dialogue.wait(hours=1)
    boss.presses(back.data, told)
    assert dialogue.states()[1] == "gold"
    ben.says("label")
    assert ben.item == "Gold"
