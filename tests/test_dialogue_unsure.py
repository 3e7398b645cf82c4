"""Not sure: one tap, an answer like another and never a vote."""

import pytest

from bot.buttons import Pressed, pack
from bot.labels import LABEL_TYPES
from bot.project import Review, ShowIf
from storage.schema import answers, cards
from tests.dialogue import project, question
from tests.reviewing import last, reviewer
from tests.test_dialogue_types import clips

UNSURE = "🤷 Not sure"


def talkers(talk):
    """Somebody who writes down what voice clips say."""
    dialogue = clips(talk)
    dialogue.add_project(project(question("transcript", title="What is said?"), title="Voice clips", unsure=True))
    return dialogue.member("Anna")


def unsure(dialogue):
    """(label, whether unsure) of the live answers."""
    return [(row.label, row.unsure) for row in dialogue.rows(answers) if row.live]


def test_there_is_no_such_button_unless_the_project_says_so(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    assert UNSURE not in anna.titles
    nonce = dialogue.rows(cards)[0].nonce
    anna.presses(pack(Pressed(nonce, 0, "n")))
    assert dialogue.answers() == []


def test_one_tap_counts_as_an_answer_and_brings_the_next_item(talk):
    dialogue = talk(project(unsure=True))
    anna = dialogue.member("Anna")
    anna.taps(UNSURE)
    assert anna.item == "Text 1"
    assert f"✓ {UNSURE}" in anna.screen
    assert unsure(dialogue) == [({}, True)]
    assert dialogue.states()[0] == "done"


def test_it_is_no_reason_to_skip_as_well(talk):
    """Two buttons of one name that do different things would puzzle people."""
    dialogue = talk(project(unsure=True))
    anna = dialogue.member("Anna")
    anna.taps("⏭")
    assert anna.titles == ["Unclear or incomplete", "Not about this project", "Other", "‹ Back"]
    anna.taps("Other")
    assert dialogue.rows(answers)[0].note == "Other"


def test_it_is_undone_like_any_answer(talk):
    dialogue = talk(project(unsure=True))
    anna = dialogue.member("Anna")
    anna.taps(UNSURE)
    anna.taps("↩")
    assert anna.item == "Text 0"
    assert dialogue.answers() == []
    anna.taps("Negative")
    assert unsure(dialogue) == [({"label": "negative"}, False)]


def test_a_double_tap_says_so_of_one_item_only(talk):
    dialogue = talk(project(unsure=True))
    anna = dialogue.member("Anna")
    button, bubble = anna.button(UNSURE)
    anna.presses(button.data, bubble)
    anna.presses(button.data, bubble)
    assert len(dialogue.answers()) == 1


def test_of_several_questions_one_may_be_left_open(talk):
    topics = question("tags", "💶 Billing", "🐞 Bug", name="topics", title="What is it about?")
    size = question("choice", "Big", "Small", name="size", title="How big?")
    dialogue = talk(project(topics, size, unsure=True))
    anna = dialogue.member("Anna")
    anna.taps(UNSURE)
    assert f"✓ What is it about? {UNSURE}" in anna.sees
    assert "How big?" in anna.sees
    anna.taps("↩")
    assert "How big?" not in anna.sees
    anna.taps(UNSURE)
    anna.taps("Big")
    assert unsure(dialogue) == [({"size": "big"}, True)]
    anna.taps("↩")
    assert f"✓ What is it about? {UNSURE}" in anna.sees


def test_what_hangs_on_a_question_nobody_was_sure_of_is_not_asked(talk):
    which = question("choice", "Yes", "No", name="which", title="Is it a bug?")
    size = question("choice", "Big", "Small", name="size", title="How big?", show_if=ShowIf("which", ("yes",)))
    dialogue = talk(project(which, size, unsure=True))
    anna = dialogue.member("Anna")
    anna.taps(UNSURE)
    assert unsure(dialogue) == [({}, True)]
    assert anna.item == "Text 1"


def test_a_card_that_is_typed_on_has_the_button_too(talk):
    anna = talkers(talk)
    dialogue = anna.talk
    anna.taps(UNSURE)
    assert unsure(dialogue) == [({}, True)]
    anna.types("hello")
    assert [label for label, _ in unsure(dialogue)] == [{}, {"label": "hello"}]


def test_what_was_typed_before_does_not_come_back_by_an_edit(talk):
    anna = talkers(talk)
    dialogue = anna.talk
    anna.types("hello")
    anna.taps("↩")
    anna.taps(UNSURE)
    anna.edits("hello", "hallo")
    assert unsure(dialogue) == [({}, True)]


def test_others_are_told_no_label_of_one_who_was_not_sure(talk):
    dialogue = talk(project(unsure=True, blind=False, overlap=2))
    dialogue.member("Anna").taps(UNSURE)
    ben = dialogue.member("Ben")
    assert ben.item == "Text 0"
    assert "Others" not in ben.sees


@pytest.mark.parametrize("kind", sorted(name for name, kind in LABEL_TYPES.items() if kind.ABOUT != "image"))
def test_of_every_type_it_is_one_tap_also_where_the_time_ran_out(talk, kind):
    dialogue = talk(project(LABEL_TYPES[kind].EXAMPLE.question, unsure=True))
    anna = dialogue.member("Anna")
    button, bubble = anna.button(UNSURE)
    dialogue.wait(minutes=20)
    anna.presses(button.data, bubble)
    assert unsure(dialogue) == [({}, True)]


def test_a_correction_of_another_question_leaves_it_unsure(talk):
    size = question("choice", "Big", "Small", name="size", title="How big?")
    said = question("transcript", name="said", title="What is said?")
    dialogue = talk(project(size, said, unsure=True), items=2)
    anna = dialogue.member("Anna")
    anna.taps(UNSURE)
    anna.types("hello")
    anna.edits("hello", "hallo")
    assert unsure(dialogue) == [({"said": "hallo"}, True)]


def test_a_reviewer_sees_who_was_not_sure(talk):
    """On the card that decides and under /item: three have answered, so there are three answers."""
    dialogue = talk(project(unsure=True, overlap=3, review=Review()), items=1)
    for name, said in (("Anna", "😊 Positive"), ("Ben", "😠 Negative"), ("Cleo", UNSURE)):
        dialogue.member(name).taps(said)
    rita = reviewer(dialogue)
    assert sum(line.startswith(f"{UNSURE} (") for line in rita.sees.splitlines()) == 1
    rita.says("item", "reviews-0")
    assert sum(line.endswith(f": {UNSURE}") for line in last(rita).text.splitlines()) == 1
