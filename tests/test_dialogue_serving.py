"""Which item comes to whom: skips, help, gold, limits, pauses, and leases that run out."""

from bot.project import LabelDef
from tests.dialogue import project, question


def skips(person, reason="Unclear"):
    person.taps("⏭")
    person.taps(reason)


def test_everybody_gets_another_item(talk):
    dialogue = talk(project())
    assert [dialogue.member(name).item for name in ("Anna", "Ben", "Cleo")] == ["Text 0", "Text 1", "Text 2"]


def test_with_overlap_several_people_get_the_same_item_and_no_more_than_wanted(talk):
    dialogue = talk(project(overlap=2), items=1)
    anna, ben, cleo = (dialogue.member(name) for name in ("Anna", "Ben", "Cleo"))
    assert anna.item == ben.item == "Text 0"
    assert cleo.sees == "There is nothing to label in “Review sentiment” at the moment."
    anna.taps("Positive")
    ben.taps("Negative")
    assert dialogue.labels() == ["positive", "negative"]
    assert dialogue.states() == ["done"]


def test_a_skip_asks_for_a_reason_and_keeps_it(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("⏭")
    assert anna.sees.startswith("Why skip it? Tap a reason, or type one.\n\n1 / 5 · Review sentiment")
    assert anna.titles == ["Not sure", "Unclear or incomplete", "Not about this project", "Other", "‹ Back"]
    anna.taps("Unclear")
    assert anna.sees.startswith("⏭ Skipped")
    assert dialogue.answers() == [("Anna", "reviews-0", ("skip", "Unclear or incomplete"))]
    assert anna.item == "Text 1"


def test_the_usual_reasons_are_read_in_ones_language_and_kept_in_one(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna", language="de")
    anna.taps("⏭")
    assert anna.titles[:4] == ["Nicht sicher", "Unklar oder unvollständig", "Gehört nicht zu diesem Projekt", "Anderes"]
    anna.taps("Unklar")
    assert dialogue.answers() == [("Anna", "reviews-0", ("skip", "Unclear or incomplete"))]


def test_reasons_of_a_projects_own_are_shown_as_they_are_written(talk):
    dialogue = talk(project(skip_reasons=("{odd} Reason", "Other things")))
    anna = dialogue.member("Anna", language="de")
    anna.taps("⏭")
    assert anna.titles[:2] == ["{odd} Reason", "Other things"]
    anna.taps("odd")
    assert dialogue.answers() == [("Anna", "reviews-0", ("skip", "{odd} Reason"))]


def test_back_from_the_reasons_changes_nothing(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    before = anna.sees
    anna.taps("⏭")
    anna.taps("Back")
    assert anna.sees == before
    assert dialogue.answers() == []


def test_a_typed_skip_needs_no_card_below(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.says("skip", "too long")
    assert dialogue.answers() == [("Anna", "reviews-0", ("skip", "too long"))]
    anna.says("stop")
    anna.says("skip")
    assert anna.sees == "There is no open card. Type /label for one."


def test_a_skipped_item_goes_to_others_and_comes_not_back(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    ben = dialogue.member("Ben")
    skips(anna)
    assert "All done" in anna.sees or "nothing to label" in anna.sees
    ben.taps("Positive")
    assert ben.item == "Text 0"


def test_an_item_that_all_skip_leaves_the_queue_and_comes_back_with_somebody_new(talk):
    dialogue = talk(project(), items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    skips(anna)
    assert dialogue.states() == ["open"]
    ben.says("label")
    skips(ben)
    assert dialogue.states() == ["skipped"]
    cleo = dialogue.member("Cleo")
    assert dialogue.states() == ["open"]
    cleo.taps("Positive")
    assert dialogue.states() == ["done"]


def test_the_only_person_skips_for_all(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    skips(anna)
    assert dialogue.states() == ["skipped", "open"]


def test_help_says_what_the_labels_mean_and_the_card_comes_below(talk):
    labels = (LabelDef("up", "👍 Up", help="They like it.", examples=("Great!", "Fine.")), LabelDef("down", "👎 Down"))
    dialogue = talk(project(question("choice", *labels), instructions="Read it twice."))
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("What the labels mean")
    assert anna.room.bubbles[-2].text == (
        "Review sentiment\n\nRead it twice.\n\n👍 Up\nThey like it.\ne.g. “Great!”\n\n👎 Down\n\n"
        "↩ takes back · ⏭ skips · ⋯ flags, asks, stops · /stats shows your figures"
    )
    assert anna.item == "Text 0"
    assert len(anna.cards) == 1
    anna.taps("Up")
    assert dialogue.labels() == ["up"]


def test_help_of_any_length_is_one_message(talk):
    labels = tuple(LabelDef(f"l{n}", f"Label {n}", help="word " * 60) for n in range(30))
    dialogue = talk(project(question("choice", *labels)))
    anna = dialogue.member("Anna")
    anna.says("help")
    assert "…\n\n↩ takes back" in anna.sees


def test_stop_by_button_lays_the_card_down_for_others(talk):
    dialogue = talk(project())
    anna = dialogue.member("Anna")
    anna.taps("⋯")
    anna.taps("Stop")
    assert anna.sees == "Stopped. Your answers are saved. Type /label to go on."
    assert anna.cards == []
    assert dialogue.member("Ben").item == "Text 1"
    anna.says("label")
    assert len(anna.cards) == 1


def test_what_is_begun_waits_for_the_person_who_stopped(talk):
    dialogue = talk(project(question("tags", "Billing", "Bug", "Account")))
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    anna.says("stop")
    assert dialogue.member("Ben").item.startswith("Tap all")
    anna.says("label")
    assert "✓ Bug" in anna.titles
    assert "Text 0" in anna.sees


def test_stopping_after_undo_gives_back_what_was_laid_aside(talk):
    dialogue = talk(project(), items=2)
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("↩")
    anna.says("stop")
    ben = dialogue.member("Ben")
    ben.taps("Negative")
    ben.taps("Negative")
    assert dialogue.labels() == ["negative"] * 2


def test_label_on_an_open_card_brings_that_card_and_the_old_one_loses_its_buttons(talk):
    dialogue = talk(project(question("tags", "Billing", "Bug", "Account")))
    anna = dialogue.member("Anna")
    anna.taps("Bug")
    old, bubble = anna.button("Billing")
    for word in ("label", "start", "projects"):
        anna.says(word)
        assert len(anna.cards) == 1
        assert "✓ Bug" in anna.titles
        assert "Text 0" in anna.sees
    before = dialogue.everything()
    anna.presses(old.data, bubble)
    assert anna.toast == "That button no longer leads anywhere. Type /label for your card."
    assert dialogue.everything() == before


def test_all_done_says_what_was_done_and_where_else_somebody_is_wanted(talk):
    others = (project(name="other", title="Other things"), project(name="empty", title="Nothing left"))
    dialogue = talk(project(), *others, items=1)
    dialogue.add_items("other", [{"data": {"text": "One more"}}], "more-")
    anna = dialogue.member("Anna", "empty")
    anna.taps("Positive")
    anna.joins(dialogue.invite("other"))
    anna.taps("Positive")
    anna.joins(dialogue.invite())
    dialogue.wait(seconds=5)
    anna.taps("Positive")
    assert anna.sees == (
        "✓ 😊 Positive\n\n🎉 All done in “Review sentiment”. Thank you!\nAnswered by you: 1, 5.0 s each\n"
        "[▶ Other things]\n[↩]"
    )


def test_nobody_answers_more_than_a_project_wants_of_one_person(talk):
    dialogue = talk(project(max_per_person=2))
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.taps("Positive")
    assert "🎉 You have answered all we ask of one person in “Review sentiment”. Thank you!" in anna.sees
    anna.says("label")
    assert len(dialogue.answers()) == 2
    anna.taps("↩")
    assert anna.item == "Text 1"


def test_a_paused_project_deals_no_cards_and_keeps_those_in_hand(talk):
    from storage import projects
    from storage.database import run

    dialogue = talk(project())
    anna = dialogue.member("Anna")
    run(dialogue.database, lambda tx: projects.set_state(tx, dialogue.ids["reviews"], "paused"))
    anna.taps("Positive")
    assert dialogue.labels() == ["positive"]
    assert "⏸ “Review sentiment” is paused by its admin." in anna.sees
    run(dialogue.database, lambda tx: projects.set_state(tx, dialogue.ids["reviews"], "open"))
    anna.says("label")
    assert anna.item == "Text 1"


def test_a_gold_item_looks_like_any_other_and_is_never_done(talk):
    dialogue = talk(project(gold_share=1.0), items=2)
    dialogue.add_items("reviews", [{"data": {"text": "Gold"}, "state": "gold", "gold": {"label": "positive"}}], "gold-")
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    assert anna.item == ben.item == "Gold"
    assert anna.sees.replace("Gold", "Text 0") == ben.sees.replace("Gold", "Text 0")
    assert (
        anna.sees
        == "1 / 3 · Review sentiment\nHow does the writer feel?\n\nGold\n[😊 Positive] [😠 Negative]\n[↩] [⋯] [⏭]"
    )
    anna.taps("Negative")
    assert anna.sees.startswith("✓ 😠 Negative")
    skips(ben)
    assert dialogue.states()[2] == "gold"
    ben.taps("↩")
    assert ben.item == "Gold"
    ben.taps("Positive")
    anna.taps("↩")
    assert anna.item == "Gold"
    anna.taps("Positive")
    assert dialogue.labels() == ["positive", "positive"]
    assert anna.item == "Text 0"


def test_a_text_after_the_last_card_is_answered_with_the_way_on(talk):
    dialogue = talk(project(), items=1)
    anna = dialogue.member("Anna")
    anna.taps("Positive")
    anna.types("more please")
    assert anna.sees == "There is no open card. Type /label for one."


def test_a_form_button_of_an_earlier_question_opens_nothing(talk):
    first = question("transcript", name="one", title="What is said first?")
    second = question("choice", "Yes", "No", name="two", title="Is it true?")
    dialogue = talk(project(first, second))
    anna = dialogue.member("Anna")
    old, bubble = anna.button("Type it here")
    anna.types("hello")
    assert anna.presses(old.data, bubble).ack is None
    assert anna.presses(old.data.replace(":0:", ":7:"), bubble).ack is None


def test_a_project_that_is_not_blind_says_what_others_answered(talk):
    dialogue = talk(project(blind=False, overlap=3), items=1)
    anna, ben, cleo = (dialogue.member(name) for name in ("Anna", "Ben", "Cleo"))
    assert "Others" not in anna.sees
    anna.taps("Positive")
    ben.says("label")
    assert "Others: 😊 Positive\n" in ben.sees
    ben.taps("Positive")
    cleo.says("label")
    assert "Others: 😊 Positive × 2\n" in cleo.sees


def test_a_blind_project_shows_nobody_what_others_answered(talk):
    dialogue = talk(project(overlap=2), items=1)
    anna, ben = dialogue.member("Anna"), dialogue.member("Ben")
    anna.taps("Positive")
    ben.says("label")
    assert "Others" not in ben.sees


def test_a_record_of_which_one_field_is_left_keeps_its_name(talk):
    dialogue = talk(project(), items=0)
    dialogue.add_items("reviews", [{"data": {"text": "", "stars": 2}}])
    assert "stars: 2" in dialogue.member("Anna").sees


def test_a_long_field_of_a_record_has_the_room_that_short_ones_leave(talk):
    dialogue = talk(project(), items=0)
    body = "word " * 400
    dialogue.add_items("reviews", [{"data": {"subject": "Broken", "body": body, "plan": "pro", "more": "x" * 3000}}])
    shown = dialogue.member("Anna").sees
    assert "subject: Broken\n" in shown
    assert "plan: pro\n" in shown
    assert shown.count("word") > 250
    assert shown.count("x") > 1200


def test_long_instructions_leave_room_for_what_the_labels_mean(talk):
    labels = [LabelDef(f"label-{n}", f"Label {n}", help=f"What number {n} is about.") for n in range(25)]
    dialogue = talk(project(question("choice", *labels), instructions="Read this. " * 400))
    anna = dialogue.member("Anna")
    anna.says("help")
    assert "Label 24\nWhat number 24 is about." in anna.sees
    assert len(anna.sees) < 4096
