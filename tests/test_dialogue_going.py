"""Where people go once they are in: their projects, the chats that may show one, groups and the home place."""

import pytest

from bot.chat import Toast
from tests.dialogue import project, question


def test_with_several_projects_one_is_chosen(talk):
    dialogue = talk(project(), project(name="other", title="Other things"))
    anna = dialogue.member("Anna")
    anna.joins(dialogue.invite("other"))
    anna.says("projects")
    assert anna.sees == "Which project?\n[▶ Other things]\n[▶ Review sentiment]"
    anna.taps("Review sentiment")
    assert anna.card.text.startswith("1 / 5 · Review sentiment")
    assert len(anna.cards) == 1


def test_switching_gives_an_untouched_card_to_others(talk):
    dialogue = talk(project(), project(name="other", title="Other things"))
    anna = dialogue.member("Anna")
    anna.joins(dialogue.invite("other"))
    assert "⏸ Laid aside for now" in anna.screen
    assert dialogue.member("Ben").item == "Text 1"
    cleo = dialogue.member("Cleo")
    seen = []
    for _ in range(4):
        seen.append(cleo.item)
        cleo.taps("Positive")
    assert "Text 0" in seen


def test_switching_keeps_what_is_begun(talk):
    tags = project(question("tags", "Billing", "Bug"), name="other", title="Other things")
    dialogue = talk(tags, project())
    anna = dialogue.member("Anna", "other")
    anna.taps("Bug")
    anna.joins(dialogue.invite())
    anna.says("label", "other")
    assert "✓ Bug" in anna.titles
    assert "Text 0" in anna.sees


def test_a_project_may_be_named_or_titled(talk):
    dialogue = talk(project(), project(name="other", title="Other things"))
    anna = dialogue.member("Anna")
    anna.joins(dialogue.invite("other"))
    anna.says("label", "Reviews")
    assert "Review sentiment" in anna.card.text
    anna.says("label", "other things")
    assert "Other things" in anna.card.text


@pytest.mark.parametrize("name", ["other", "nothing", "\x00"])
def test_a_project_of_others_is_not_told_from_one_that_does_not_exist(talk, name):
    dialogue = talk(project(), project(name="other", title="Other things"))
    anna = dialogue.member("Anna")
    anna.says("label", name)
    shown = name.replace("\x00", "")
    assert anna.sees == f"You are in no project called “{shown}”.\n[▶ Review sentiment]"


def test_a_button_of_a_project_one_is_not_in_leads_nowhere(talk):
    dialogue = talk(project(), project(name="other", title="Other things"))
    anna = dialogue.member("Anna")
    before = dialogue.everything()
    anna.presses(f":{dialogue.ids['other']}:p:")
    assert anna.toast == "That button no longer leads anywhere. Type /label for your card."
    assert dialogue.everything() == before


def test_a_project_limited_to_some_chats_is_shown_in_no_other(talk):
    dialogue = talk(project(chats=("browser",)))
    dialogue.account("browser")
    dialogue.restart()
    anna = dialogue.member("Anna")
    assert anna.sees == "“Review sentiment” may only be shown in: browser. Open it there."
    assert anna.opens().messages == ()
    assert dialogue.member("Ben", platform="browser").item == "Text 0"


@pytest.mark.parametrize(
    "doing",
    [
        lambda anna: anna.taps("Positive"),
        lambda anna: anna.taps("⋯"),
        lambda anna: anna.taps("⏭"),
        lambda anna: anna.types("positive"),
        lambda anna: anna.says("label"),
        lambda anna: anna.says("skip"),
        lambda anna: anna.says("undo"),
    ],
)
def test_a_project_that_is_limited_while_its_card_stands_in_another_chat_shows_nothing_there_any_more(talk, doing):
    dialogue = talk(project(), items=3)
    anna = dialogue.member("Anna")
    anna.taps("Negative")
    dialogue.add_project(project(chats=("browser",)))
    dialogue.account("browser")
    dialogue.restart()
    shown = anna.screen
    doing(anna)
    assert "may only be shown in: browser" in anna.screen
    assert "Text 2" not in anna.screen
    assert shown.count("Text") >= anna.screen.count("Text")
    assert dialogue.labels() == ["negative"]
    dialogue.recount()


def test_a_card_of_a_limited_project_that_has_to_be_shown_again_is_not(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    with dialogue.hold() as held:
        anna.says("label")
    dialogue.add_project(project(chats=("browser",)))
    dialogue.account("browser")
    dialogue.restart()
    dialogue.fail(held[0], permanent=False, unknown=True)
    assert "may only be shown in: browser" in anna.sees
    assert anna.screen.count("Text 0") == 1


def test_admins_hear_of_flags_only_where_the_project_may_be_shown(talk):
    dialogue = talk(project(chats=("browser",)))
    dialogue.account("browser")
    dialogue.restart()
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna", platform="browser")
    anna.taps("⋯")
    anna.taps("broken")
    anna.taps("without a note")
    assert "flagged" not in ada.screen


def test_a_group_gets_no_word_of_a_project(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    before = dialogue.everything()
    outcome = anna.says("label", private=False, chat="-100")
    assert outcome.messages == ()
    assert outcome.ack == Toast("I label in private chats only. Open a direct message with me.")
    assert anna.types("positive", private=False, chat="-100").messages == ()
    assert dialogue.everything() == before


def test_the_home_place_lists_projects_with_a_way_to_start(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.opens("home")
    home = anna.room.home
    assert str(home) == "Your projects\n\nReview sentiment: 1 / 5 labeled by you\n[▶ Review sentiment]"
    anna.taps("▶", on=home)
    assert anna.item == "Text 1"
    assert len(anna.cards) == 1


def test_opening_the_page_brings_a_card_when_there_is_one_and_repeats_nothing(talk):
    dialogue = talk(project(), items=1)
    anna = dialogue.member("Anna")
    assert anna.opens().messages == ()
    anna.taps("Positive")
    assert anna.opens().messages == ()
    dialogue.add_items("reviews", [{"data": {"text": "New"}}], "new-")
    anna.opens()
    assert anna.item == "New"


def test_stats_are_ones_own(talk):
    dialogue = talk(project(), project(name="other", title="Other things"))
    anna = dialogue.member("Anna")
    dialogue.wait(seconds=4)
    anna.taps("Positive")
    dialogue.wait(hours=25)
    anna.says("label")
    dialogue.wait(seconds=20)
    anna.taps("Positive")
    anna.joins(dialogue.invite("other"))
    anna.says("stats")
    assert anna.sees == (
        "Your figures\nOther things: 0 / 5, 0 in the last 24 hours\n"
        "Review sentiment: 2 / 5, 1 in the last 24 hours, 20 s each"
    )


def test_two_people_in_one_chat_do_not_answer_each_others_cards(talk):
    dialogue = talk(project())
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    before = dialogue.answers()
    ben.types("positive", to=anna.card, chat=anna.user)
    assert "That card belongs to somebody else." in anna.screen
    assert dialogue.answers() == before


def test_admins_hear_of_a_flag_by_the_limit_their_project_has_now(talk):
    dialogue = talk(project())
    dialogue.account("browser")
    dialogue.restart()
    ada = dialogue.member("Ada", role="admin")
    anna = dialogue.member("Anna", platform="browser")
    dialogue.add_project(project(chats=("browser",)))
    anna.taps("⋯")
    anna.taps("broken")
    anna.taps("without a note")
    assert "flagged" not in ada.screen
