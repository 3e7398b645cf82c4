"""Any number of labels: target states, bounds, free tags, consensus by tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.labels import tags
from bot.labels.base import ABOUT_NOTHING, BadAnswer, BadQuestion, Done, Kept, Subject, Tap, Typed
from bot.project import LabelDef, Question
from bot.wording import say

LABELS = tags.EXAMPLE.question.labels


def asking(*labels, **options):
    defined = tuple(LabelDef(one, one) if isinstance(one, str) else one for one in labels)
    return Question("topics", "What about?", "tags", defined or LABELS, options)


TOPICS = asking()
FREE = asking(other=True)
NESTED = asking("rude", LabelDef("hate", "Hate"), LabelDef("hate-origin", "Origin", parent="hate"))


def held(*names, **place):
    return {**place, "set": list(names)}


def tap(question, choice, work=None):
    return tags.advance(question, work, Tap(choice), ABOUT_NOTHING)


def typed(question, text, work=None):
    return tags.advance(question, work, Typed(text), ABOUT_NOTHING)


def titles(question, work=None, suggestion=None):
    return [[option.shown("en") for option in row] for row in tags.ask(question, work, Subject(suggestion)).rows]


def refused(act, *args):
    with pytest.raises(BadAnswer) as error:
        act(*args)
    return say("en", error.value.said)


def test_a_button_sets_and_then_offers_to_clear():
    step = tap(TOPICS, "+1")
    assert step == Kept(held("delivery"))
    assert titles(TOPICS, step.work) == [["💳 Billing", "✓ 📦 Delivery"], ["🔧 Defect", "💐 Praise"], ["✔ Done (1)"]]
    assert tap(TOPICS, "-1", step.work) == Kept(None)


def test_a_double_tap_changes_nothing():
    assert tap(TOPICS, "+1", held("delivery")) == Kept(held("delivery"))
    assert tap(TOPICS, "-1", held("billing")) == Kept(held("billing"))


def test_what_is_set_stands_in_the_order_of_the_file_and_in_a_line():
    step = tap(TOPICS, "+0", held("praise"))
    assert step == Kept(held("billing", "praise"))
    assert tags.ask(TOPICS, step.work, ABOUT_NOTHING).marked == "💳 Billing, 💐 Praise"
    assert tap(TOPICS, "done", step.work) == Done(["billing", "praise"])


def test_none_of_them_is_an_answer():
    assert titles(TOPICS)[-1] == ["∅ None of them"]
    assert tap(TOPICS, "done") == Done([])
    assert say("en", tags.describe(TOPICS, [])) == "∅ None of them"
    assert tags.read(TOPICS, []) == tags.from_cell(TOPICS, "[]") == []
    assert tags.from_studio(TOPICS, tags.to_studio(TOPICS, [], ABOUT_NOTHING), ABOUT_NOTHING) == []


def test_none_of_them_is_no_answer_where_one_is_needed():
    question = asking(min=1)
    assert titles(question)[-1] == ["✔ Done (0)"]
    assert refused(tap, question, "done") == "That is too few: 0. Set at least 1."
    assert tap(question, "done", held("praise")) == Done(["praise"])
    assert "too few" in refused(tags.read, question, [])


def test_no_more_than_max_can_be_set():
    question = asking(max=2)
    assert refused(tap, question, "+3", held("billing", "defect")) == "No more than 2 can be set. Clear one first."
    assert refused(typed, question, "praise", held("billing", "defect")).startswith("No more than 2")
    assert tap(question, "+0", held("billing", "defect")) == Kept(held("billing", "defect"))


def test_a_suggestion_is_marked_and_sets_nothing():
    assert titles(TOPICS, None, ["billing", "praise"])[0] == ["✨ 💳 Billing", "📦 Delivery"]
    assert titles(TOPICS, held("billing"), ["billing"])[0][0] == "✓ ✨ 💳 Billing"
    assert tap(TOPICS, "done") == Done([])


def test_more_than_twelve_labels_come_in_pages_that_keep_what_is_set():
    question = asking(*(f"tag {number:02}" for number in range(30)))
    step = tap(question, "p1", held("tag 00"))
    assert step == Kept(held("tag 00", page=1))
    assert titles(question, step.work)[-2:] == [["‹ 1/3", "3/3 ›"], ["✔ Done (1)"]]
    assert tap(question, "+13", step.work) == Kept(held("tag 00", "tag 13", page=1))


def test_typing_adds_by_name():
    assert typed(TOPICS, "Billing, 🔧 defect") == Kept(held("billing", "defect"))
    assert typed(TOPICS, "praise", held("billing", page=1)) == Kept(held("billing", "praise"))
    assert typed(asking("a, b", "c"), "A, B") == Kept(held("a, b"))


def test_typing_part_of_a_name_shows_what_fits():
    step = typed(TOPICS, "de", held("praise"))
    assert step == Kept(held("praise", find="de"))
    assert titles(TOPICS, step.work) == [["📦 Delivery", "🔧 Defect"], ["‹ Back"], ["✔ Done (1)"]]


def test_one_unknown_name_refuses_all_and_names_those_near():
    assert refused(typed, TOPICS, "billing, refund") == (
        "“refund” is not one of the labels. Try one of: 💳 Billing, 📦 Delivery, 🔧 Defect, 💐 Praise."
    )
    assert refused(typed, TOPICS, "billing, de").endswith("Try one of: 📦 Delivery, 🔧 Defect.")
    assert refused(typed, TOPICS, "other: refund").startswith("“other: refund” is not")
    assert refused(typed, TOPICS, ", ,").startswith("“, ,” is not")


def test_titles_that_several_labels_share_are_not_guessed():
    question = asking("a", LabelDef("x", "Same", parent="a"), "b", LabelDef("y", "Same", parent="b"))
    assert typed(question, "same") == Kept({"find": "same"})
    assert "x, y" in refused(typed, asking(*question.labels, other=True), "same")


def test_nested_tags_lie_in_a_menu_that_shows_what_is_set_inside():
    assert titles(NESTED) == [["rude", "Hate ›"], ["∅ None of them"]]
    assert tap(NESTED, "1") == typed(NESTED, "hate") == Kept({"in": "hate"})
    step = tap(NESTED, "+2", {"in": "hate"})
    assert step == Kept(held("hate-origin", **{"in": "hate"}))
    assert tags.ask(NESTED, step.work, ABOUT_NOTHING).marked == "Hate"
    assert titles(NESTED, held("hate-origin"))[0] == ["rude", "✓ Hate ›"]
    refused(tap, NESTED, "+1")
    refused(tap, NESTED, "=2")


def test_a_group_can_be_a_tag_where_the_project_says_so():
    question = asking(*NESTED.labels, parents=True)
    assert titles(question, {"in": "hate"})[0] == ["Hate in general"]
    assert tap(question, "+1", {"in": "hate"}) == Kept(held("hate", **{"in": "hate"}))
    assert titles(question, held("hate", **{"in": "hate"}))[0] == ["✓ Hate in general"]


def test_free_tags_are_kept_after_the_others():
    step = typed(FREE, "lost  parcel, billing")
    assert step == Kept(held("billing", "other: lost parcel"))
    assert titles(FREE, step.work)[-2:] == [["✓ lost parcel"], ["✔ Done (2)"]]
    assert tap(FREE, "done", step.work) == Done(["billing", "other: lost parcel"])
    assert tags.describe(FREE, ["billing", "other: lost parcel"]) == "💳 Billing, lost parcel"


def test_a_free_tag_can_be_cleared_and_a_double_tap_clears_no_other():
    work = held("other: one", "other: two")
    clear = tags.ask(FREE, work, ABOUT_NOTHING).rows[-2][0].choice
    assert len(clear) <= 12
    step = tap(FREE, clear, work)
    assert step == tap(FREE, clear, step.work) == Kept(held("other: two"))


def test_free_tags_from_outside_must_say_that_they_are():
    assert tags.read(FREE, ["other: lost parcel", "praise"]) == ["praise", "other: lost parcel"]
    assert tags.read(FREE, "other:lost") == ["other: lost"]
    refused(tags.read, FREE, ["lost parcel"])
    refused(tags.read, TOPICS, ["other: lost parcel"])


def test_free_tags_are_few_and_short():
    assert refused(typed, FREE, "x" * 61).startswith("“xxx")
    assert refused(typed, FREE, "other: ")
    assert refused(typed, FREE, ",".join("abcdefghi")).startswith("No more than 8 labels of your own")


@pytest.mark.parametrize("text", ['["billing","praise"]', "billing|praise", "praise; Billing", "praise,billing"])
def test_a_cell_holds_a_json_list_or_labels_parted_by_signs(text):
    assert tags.from_cell(TOPICS, text) == ["billing", "praise"]


def test_a_cell_survives_any_sign_in_a_name():
    question = asking('a|b, "c"; d', "é\\")
    assert tags.from_cell(question, tags.to_cell(['a|b, "c"; d', "é\\"])) == ['a|b, "c"; d', "é\\"]


def test_distance_is_jaccard():
    distance = tags.distance(TOPICS)
    assert distance([], []) == 0
    assert distance([], ["billing"]) == 1
    assert distance(["billing", "praise"], ["praise", "defect"]) == pytest.approx(2 / 3)


names = st.sets(st.sampled_from([label.name for label in LABELS])).map(lambda some: tags.read(TOPICS, sorted(some)))


@given(names, names, names)
def test_distance_keeps_the_triangle(one, other, third):
    distance = tags.distance(TOPICS)
    assert distance(one, third) <= distance(one, other) + distance(other, third) + 1e-9


@given(st.lists(names, min_size=1, max_size=6))
def test_consensus_does_not_depend_on_who_answered_first(answers):
    assert tags.merge(TOPICS, answers, None) == tags.merge(TOPICS, answers[::-1], None)


def test_each_tag_has_its_own_majority():
    merged = tags.merge(TOPICS, [["billing", "praise"], ["billing", "defect"], ["defect"]], None)
    assert merged.value == ["billing", "defect"]
    assert merged.confidence == pytest.approx(2 / 3)


def test_all_may_agree_on_none():
    assert tags.merge(TOPICS, [[], []], None).value == []
    assert tags.merge(TOPICS, [[], [], ["billing"]], None).value == []


def test_a_none_that_nobody_gave_is_not_made_up():
    merged = tags.merge(TOPICS, [["billing"], ["praise"], ["defect"]], None)
    assert merged.value is None
    assert sorted(merged.tie) == [["billing"], ["defect"], ["praise"]]


def test_a_consensus_keeps_to_max():
    answers = [["billing", "defect"], ["billing", "praise"], ["defect", "praise"]]
    assert tags.merge(TOPICS, answers, None).value == ["billing", "defect", "praise"]
    assert tags.merge(asking(max=2), answers, None).value is None


def test_a_tag_at_half_leaves_the_answer_nearest_to_all():
    answers = [["billing", "defect"], ["billing", "defect"], ["billing"], ["billing", "praise"]]
    assert tags.merge(TOPICS, answers, None).value == ["billing", "defect"]


def test_many_tags_are_described_in_short():
    question = asking(*("x" * 30 + str(number) for number in range(9)))
    assert 90 < len(tags.describe(question, [label.name for label in question.labels])) <= 100


def test_bounds_that_nobody_can_meet_are_a_bad_question():
    with pytest.raises(BadQuestion, match="`min` is 3 and `max` only 2"):
        tags.check(asking(min=3, max=2))
    with pytest.raises(BadQuestion, match="from 0 to 4"):
        tags.check(asking(min=5))
    with pytest.raises(BadQuestion, match="may start with"):
        tags.check(asking("other: x", "y", other=True))
    tags.check(asking("other: x", "y"))
    tags.check(FREE)


def test_none_stands_out_no_more_than_a_label_and_belongs_to_no_group():
    none = tags.ask(TOPICS, None, ABOUT_NOTHING).rows[-1][0]
    assert (none.choice, none.main) == ("done", False)
    assert titles(NESTED)[-1] == ["∅ None of them"]
    assert ["∅ None of them"] not in titles(NESTED, {"in": "hate"})
    assert titles(NESTED, held("rude", **{"in": "hate"}))[-1] == ["✔ Done (1)"]
