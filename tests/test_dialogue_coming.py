"""Who may come in, and who is put out: invites, strangers, roles, names."""

import pytest

from storage import people
from storage.database import run
from storage.schema import members
from storage.schema import people as people_table
from tests.dialogue import project, question

STRANGER = "You need an invite to label here. Open the invite link, or type: join CODE"


def role(dialogue, number=0):
    return dialogue.rows(members)[number].role


def remove(dialogue, person, name="reviews"):
    def work(tx):
        people.remove(tx, dialogue.ids[name], people.met(tx, person.account, person.user).id)

    run(dialogue.database, work)


def test_a_stranger_gets_one_sentence_whatever_they_do(talk):
    dialogue = talk(project())
    mallory = dialogue.person("Mallory")
    for doing in (
        lambda: mallory.types("hello"),
        lambda: mallory.says("label"),
        lambda: mallory.says("label", "reviews"),
        lambda: mallory.says("stats"),
        lambda: mallory.says("start"),
    ):
        assert len(doing().messages) == 1
        assert mallory.sees == STRANGER
    mallory.presses(f":{dialogue.ids['reviews']}:p:")
    assert mallory.toast == STRANGER
    mallory.submits("x:0:a:", text="hi")
    assert mallory.toast == STRANGER
    assert mallory.opens().messages == ()
    assert mallory.edits("hello", "hallo").messages[0].message.buttons == ()
    assert dialogue.everything()[4] == []


def test_an_invite_lets_in_and_shows_the_first_card(talk):
    dialogue = talk(project())
    anna = dialogue.person("Anna")
    anna.joins(dialogue.invite())
    assert anna.room.bubbles[-2].text == "Welcome, Anna! You are in “Review sentiment”."
    assert anna.item == "Text 0"
    assert role(dialogue) == "annotator"


def test_a_code_may_be_typed(talk):
    dialogue = talk(project())
    anna = dialogue.person("Anna")
    anna.says("join", f"  {dialogue.invite()} ")
    assert anna.item == "Text 0"


@pytest.mark.parametrize("code", ["wrong", "\x00", "\ud800", "x" * 5000, "'; DROP TABLE people; --"])
def test_a_wrong_invite_is_refused(talk, code):
    dialogue = talk(project())
    anna = dialogue.person("Anna")
    anna.joins(code)
    assert anna.sees == "That invite is wrong, used up or expired. Ask for a new one."


def test_an_invite_is_used_up(talk):
    dialogue = talk(project())
    code = dialogue.invite(uses=1)
    dialogue.person("Anna").joins(code)
    ben = dialogue.person("Ben")
    ben.joins(code)
    assert ben.sees == "That invite is wrong, used up or expired. Ask for a new one."
    assert len(dialogue.rows(members)) == 1


def test_an_invite_expires(talk):
    dialogue = talk(project())
    code = dialogue.invite(hours=1)
    dialogue.wait(hours=2)
    anna = dialogue.person("Anna")
    anna.joins(code)
    assert anna.sees == "That invite is wrong, used up or expired. Ask for a new one."


def test_guessing_is_slowed_down_even_for_a_right_guess(talk):
    dialogue = talk(project())
    code = dialogue.invite()
    mallory = dialogue.person("Mallory")
    for number in range(10):
        mallory.joins(f"guess{number}")
        assert mallory.sees.startswith("That invite is wrong")
    mallory.joins(code)
    assert mallory.sees == "Too many wrong invites. Wait ten minutes, then try again."
    dialogue.person("Anna").joins(code)
    dialogue.wait(minutes=11)
    mallory.joins(code)
    assert mallory.item == "Text 1"


def test_the_same_link_opened_again_leads_to_the_card_and_is_not_used_up(talk):
    dialogue = talk(project())
    code = dialogue.invite(uses=1)
    anna = dialogue.person("Anna")
    anna.joins(code)
    anna.joins(code)
    dialogue.wait(days=2)
    anna.joins(code)
    assert anna.item == "Text 1"
    assert len(anna.cards) == 1
    assert "wrong" not in anna.screen


def test_an_invite_never_takes_a_higher_role_away_and_may_give_one(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna", role="reviewer")
    anna.joins(dialogue.invite())
    assert role(dialogue) == "reviewer"
    anna.joins(dialogue.invite(role="admin"))
    assert role(dialogue) == "admin"


def test_the_owners_invite_makes_its_opener_the_owner_of_everything(talk):
    dialogue = talk(project(), project(name="other", title="Other things"))
    olga = dialogue.person("Olga")
    code = dialogue.invite(None, role="owner", uses=1)
    olga.joins(code)
    assert "Welcome, Olga! You are the owner of this labelbot: every project is yours to run." in olga.screen
    assert olga.sees == "Which project?\n[▶ Other things]\n[▶ Review sentiment]"
    olga.taps("Other things")
    assert olga.item == "Text 0"
    assert role(dialogue) == "owner"
    olga.joins(code)
    assert "Which project?" in olga.sees


def test_an_owner_without_a_project_is_told_how_to_make_one(talk):
    dialogue = talk()
    olga = dialogue.person("Olga")
    olga.joins(dialogue.invite(None, role="owner"))
    assert olga.sees == "There is no project yet. On the machine: labelbot new sentiment, then labelbot apply."
    olga.says("stats")
    assert olga.sees == "There is no project yet. On the machine: labelbot new sentiment, then labelbot apply."
    olga.opens("home")
    assert "labelbot new sentiment" in str(olga.room.home)
    olga.says("help")
    assert olga.sees.startswith("I show you items; one tap answers.")
    olga.says("undo")
    assert olga.sees == "There is nothing to undo."
    assert olga.types("hello").messages[0].message.text[0].text == "There is no open card. Type /label for one."


def test_a_name_keeps_what_every_database_holds(talk):
    dialogue = talk(project())
    anna = dialogue.person("An\x00na\ud800" + "x" * 200)
    anna.joins(dialogue.invite())
    assert "Welcome, Annaxxx" in anna.screen
    bob = dialogue.person("\x00")
    bob.joins(dialogue.invite())
    assert "Welcome! You are in" in bob.screen
    fritz = dialogue.person("", language="de")
    fritz.joins(dialogue.invite())
    assert "Willkommen! Du bist in" in fritz.screen


def test_a_name_is_learnt_from_the_first_event_that_has_one(talk):
    dialogue = talk(project())
    anna, bob, fritz = dialogue.person(""), dialogue.person("Bob"), dialogue.person("", language="de")
    for person in (anna, bob, fritz):
        person.joins(dialogue.invite())
    for person, name in ((anna, "Anna"), (bob, "Robert"), (fritz, "\x00"), (anna, "")):
        person.name = name
        person.says("label")
    assert [row.name for row in dialogue.rows(people_table)] == ["Anna", "Bob", "jemand"]


def test_an_owner_without_a_name_is_welcomed_without_one(talk):
    olga = talk().person("")
    olga.joins(olga.talk.invite(None, role="owner"))
    assert "Welcome! You are the owner of this labelbot" in olga.screen


def test_a_person_is_spoken_to_in_their_language(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna", language="de-AT")
    assert anna.room.bubbles[-2].text == "Willkommen, Anna! Du bist in „Review sentiment“."
    dialogue.person("Fritz", language="de").types("hallo")


def test_a_removed_person_is_refused_everywhere(talk):
    dialogue = talk(project(question("transcript", title="What does it say?")))
    anna = dialogue.member("Anna")
    anna.types("one")
    form = anna.taps("Type it here").ack.form
    remove(dialogue, anna)
    dialogue.wait(minutes=1)
    before = dialogue.everything()
    refused = "You have no access to that project. Ask its admin for an invite."
    anna.taps("Unintelligible")
    assert anna.toast == refused
    anna.types("two")
    assert anna.sees == refused
    anna.edits("one", "uno")
    assert anna.sees == refused
    anna.submits(form.data, text="two")
    anna.says("skip")
    anna.says("undo")
    anna.says("label")
    assert anna.sees == "You are in no project yet. Ask for an invite."
    anna.says("label", "reviews")
    after = dialogue.everything()
    assert after[0] == before[0]
    assert after[3] == before[3]


def test_the_home_place_of_a_stranger_says_how_to_come_in(talk):
    dialogue = talk(project())
    eve = dialogue.person("Eve")
    eve.opens("home")
    said = "You need an invite to label here. Ask for its code, and type in the chat with me: join CODE"
    assert str(eve.room.home) == said
    assert eve.opens("chat").messages == ()
    assert dialogue.rows(people_table) == []


def test_the_home_place_of_somebody_without_a_project_says_so(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    remove(dialogue, anna)
    anna.opens("home")
    assert str(anna.room.home) == "Your projects\nYou are in no project yet. Ask for an invite."


def test_an_unknown_word_gets_help(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.says("dance")
    assert anna.sees.startswith("I do not know /dance.\n\nI show you items; one tap answers.")
    anna.says("help")
    assert anna.sees.startswith("Review sentiment\n\n😊 Positive\n\n😠 Negative")


def test_a_member_with_a_wrong_code_hears_so_and_keeps_the_card(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.joins("wrong")
    assert anna.sees == "That invite is wrong, used up or expired. Ask for a new one."
    assert len(anna.cards) == 1


def test_an_annotator_may_become_the_owner(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.joins(dialogue.invite(None, role="owner"))
    assert "You are the owner of this labelbot" in anna.screen


def test_help_without_labels_says_what_to_do(talk):
    words = question("transcript", name="words", title="What is said?")
    mood = question("choice", "Calm", "Angry", name="mood", title="In which mood?")
    dialogue = talk(project(words, mood))
    anna = dialogue.member("Anna")
    anna.says("help")
    assert anna.sees.startswith(
        "Review sentiment\n\nWhat is said?\n\nListen, type exactly what is said, and send it. "
        "To correct it, edit your message.\n\nIn which mood?\n\nCalm\n\nAngry"
    )


def test_a_new_owner_ends_other_links_that_would_make_one(talk):
    dialogue = talk(project())
    olga, eve = dialogue.person("Olga"), dialogue.person("Eve")
    old, new = (dialogue.invite(None, role="owner", uses=1) for _ in range(2))
    olga.joins(new)
    eve.joins(old)
    assert eve.sees == "That invite is wrong, used up or expired. Ask for a new one."


def test_an_invite_opened_in_a_chat_that_may_not_show_its_project_is_not_used_up(talk):
    dialogue = talk(project(chats=("browser",)))
    dialogue.account("browser")
    dialogue.restart()
    code = dialogue.invite(uses=1)
    anna = dialogue.person("Anna")
    anna.joins(code)
    assert anna.sees == "“Review sentiment” may only be shown in: browser. Open it there."
    there = dialogue.person("Anna", platform="browser")
    there.joins(code)
    assert there.item == "Text 0"


def test_where_the_chat_tells_no_language_the_projects_is_spoken(talk):
    """As in Slack, which may not look into profiles."""
    dialogue = talk(project(language="de"))
    assert "Willkommen, Sam!" in dialogue.member("Sam", platform="slack", language="").screen
    assert "Welcome, Sue!" in dialogue.member("Sue", platform="slack", language="en").screen
