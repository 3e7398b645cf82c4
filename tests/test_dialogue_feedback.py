"""What people hear of a review: once a decision has stood a while, and a correction where it changed after that."""

from dataclasses import replace

import pytest

from bot import feedback
from bot.project import LabelDef
from storage import people
from storage.database import run
from tests.dialogue import project, question
from tests.reviewing import DISPUTED, last, reviewer, say_all


@pytest.fixture
def crew(talk):
    """Anna said Red and Ben Blue, and Rita has the item before her."""
    dialogue = talk(DISPUTED, items=1)
    anna, ben = say_all(dialogue, ("Red",), ("Blue",))
    return dialogue, anna, ben, reviewer(dialogue)


def test_a_slip_that_is_undone_at_once_is_told_to_nobody(crew):
    dialogue, anna, ben, rita = crew
    before = anna.sees
    rita.taps("Blue")
    dialogue.wait(minutes=1)
    rita.taps("↩ Undo the last one")
    rita.taps("Red")
    dialogue.wait(minutes=4)
    assert anna.sees == before
    assert "It counts as: Red. You had said: Blue." in ben.sees
    assert len([one for one in ben.room.bubbles if "👀" in one.text]) == 1


def test_a_decision_changed_later_is_corrected_to_who_had_heard_of_it(crew):
    dialogue, anna, ben, rita = crew
    rita.taps("Blue")
    dialogue.wait(minutes=4)
    assert "It counts as: Blue. You had said: Red." in anna.sees
    rita.taps("↩ Undo the last one")
    rita.types("It is crimson.", to=last(rita))
    rita.taps("Red")
    dialogue.wait(minutes=4)
    assert "It counts as you had said: Red." in anna.sees
    assert "Why: It is crimson." in anna.sees
    assert "It counts as: Red. You had said: Blue." in ben.sees


def test_who_is_still_right_about_nothing_hears_what_changed(crew):
    dialogue, anna, ben, rita = crew
    rita.taps("Green")
    dialogue.wait(minutes=4)
    rita.taps("↩ Undo the last one")
    rita.taps("Blue")
    dialogue.wait(minutes=4)
    assert "It counts as: Blue, and not as: Green. You had said: Red." in anna.sees
    assert "It counts as you had said: Blue." in ben.sees


def test_the_same_decision_again_is_not_told_again(crew):
    dialogue, anna, _, rita = crew
    rita.taps("Blue")
    dialogue.wait(minutes=4)
    told = anna.sees
    rita.taps("↩ Undo the last one")
    rita.taps("Blue")
    dialogue.wait(minutes=4)
    assert anna.sees == told
    assert len([one for one in anna.room.bubbles if "👀" in one.text]) == 1


def test_who_had_heard_of_a_decision_hears_that_nothing_came_of_it(crew):
    dialogue, anna, ben, rita = crew
    before = ben.sees
    rita.taps("Blue")
    dialogue.wait(minutes=4)
    rita.taps("↩ Undo the last one")
    rita.taps("One more answer")
    assert "It no longer counts as: Blue." in anna.sees
    assert ben.sees == before
    dialogue.member("Cleo").taps("Green")
    rita.says("review")
    rita.taps("Green")
    dialogue.wait(minutes=4)
    assert "It counts as: Green. You had said: Red." in anna.sees


def test_nobody_hears_of_a_project_that_they_are_in_no_more_or_that_may_not_be_shown_there(talk):
    dialogue = talk(DISPUTED, items=2)
    anna, ben = say_all(dialogue, ("Red", "Red"), ("Blue", "Blue"))
    rita = reviewer(dialogue)
    rita.taps("Blue")
    who = run(dialogue.database, lambda tx: people.met(tx, dialogue.account("telegram"), anna.user))
    run(dialogue.database, lambda tx: people.remove(tx, dialogue.ids["reviews"], who.id))
    dialogue.wait(minutes=4)
    rita.taps("Red")
    dialogue.add_project(replace(DISPUTED, chats=("slack",)))
    dialogue.wait(minutes=4)
    assert not any("👀" in one.text for one in (*anna.room.bubbles, *ben.room.bubbles))


def test_a_decision_from_before_labels_were_renamed_is_told_by_the_names_it_had(talk):
    colour = question("choice", LabelDef("red", "Red"), LabelDef("blue", "Blue"))
    dialogue = talk(project(colour, overlap=2, review=DISPUTED.review), items=1)
    anna, _ = say_all(dialogue, ("Red",), ("Blue",))
    rita = reviewer(dialogue)
    rita.taps("Blue")
    dialogue.add_project(
        project(
            question("choice", LabelDef("rot", "Rot", was=("red",)), LabelDef("blau", "Blau", was=("blue",))),
            overlap=2,
            review=DISPUTED.review,
        )
    )
    dialogue.wait(minutes=4)
    assert "It counts as: Blue. You had said: Red." in anna.sees
    rita.taps("↩ Undo the last one")
    rita.taps("Rot")
    dialogue.wait(minutes=4)
    assert "It counts as you had said: Rot." in anna.sees


def test_one_tick_tells_of_some_and_the_next_of_the_others(talk):
    count = feedback.AT_ONCE + 1
    dialogue = talk(DISPUTED, items=count)
    anna, _ = say_all(dialogue, ("Red",) * count, ("Blue",) * count)
    rita = reviewer(dialogue)
    for _ in range(count):
        rita.taps("Blue")
    heard = lambda: sum("It counts as: Blue" in one.text for one in anna.room.bubbles)  # noqa: E731
    dialogue.wait(minutes=4)
    assert heard() == feedback.AT_ONCE
    dialogue.wait(seconds=10)
    assert heard() == count
