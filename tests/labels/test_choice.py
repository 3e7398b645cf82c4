"""One label of several: layout, pages, menus, typing."""

import pytest

from bot.labels import choice
from bot.labels.base import ABOUT_NOTHING, BadAnswer, BadQuestion, Done, Kept, Option, Subject, Tap, Typed
from bot.labels.layout import even, grid, width
from bot.project import LabelDef, Question
from bot.quality.consensus import Merged
from bot.wording import phrase, say


def asking(*labels, **options):
    defined = tuple(LabelDef(one, one) if isinstance(one, str) else one for one in labels)
    return Question("label", "Which?", "choice", defined, options)


SENTIMENT = choice.EXAMPLE.question
MANY = asking(*(f"label {number:02}" for number in range(20)))
NESTED = asking(
    LabelDef("animal", "🐾 Animal"),
    LabelDef("dog", "🐕 Dog", parent="animal"),
    LabelDef("poodle", "Poodle", parent="dog"),
    LabelDef("terrier", "Terrier", parent="dog"),
    LabelDef("animal-other", "Other", parent="animal"),
    LabelDef("plant", "🌿 Plant", was=("flora",)),
    LabelDef("other", "Other"),
)


def titles(question, work=None, suggestion=None):
    rows = choice.ask(question, work, Subject(suggestion)).rows
    return [[option.shown("en") for option in row] for row in rows]


def choices(question, work=None):
    return [[option.choice for option in row] for row in choice.ask(question, work, ABOUT_NOTHING).rows]


def tap(question, given, work=None):
    return choice.advance(question, work, Tap(given), ABOUT_NOTHING)


def typed(question, text, work=None):
    return choice.advance(question, work, Typed(text), ABOUT_NOTHING)


def refused(question, text):
    with pytest.raises(BadAnswer) as error:
        typed(question, text)
    return say("en", error.value.said)


def test_up_to_eight_labels_are_buttons_that_save():
    question = asking(*(f"label {number}" for number in range(8)))
    assert choices(question) == [["0", "1", "2"], ["3", "4", "5"], ["6", "7"]]
    assert choice.ask(question, None, ABOUT_NOTHING).hint is None
    assert [tap(question, str(number)) for number in range(8)] == [Done(f"label {number}") for number in range(8)]


def test_short_titles_share_a_row_and_long_ones_stand_alone():
    assert titles(asking("yes", "no", "maybe")) == [["yes", "no", "maybe"]]
    assert titles(asking("rather yes", "rather no")) == [["rather yes", "rather no"]]
    assert titles(asking("yes", "no", "certainly not at all", "never")) == [
        ["yes", "no"],
        ["certainly not at all"],
        ["never"],
    ]


def test_rows_are_even_and_keep_the_order():
    options = [Option("x", str(number)) for number in range(7)]
    assert [len(row) for row in even(options, 3)] == [3, 2, 2]
    assert [option for row in even(options, 3) for option in row] == options
    assert [len(row) for row in grid(options[:4])] == [2, 2]
    assert grid([]) == ()


def test_emoji_are_wide_and_what_joins_them_is_not():
    assert (width("😊 Good"), width("日本"), width("e\u0301"), width("❤\ufe0f")) == (7, 4, 1, 2)


def test_a_suggestion_gets_a_mark_and_a_spoken_word():
    assert titles(SENTIMENT, suggestion="neutral") == [["😊 Positive", "✨ 😐 Neutral"], ["😠 Negative"]]
    plain, suggested = choice.ask(SENTIMENT, None, Subject("neutral")).rows[0]
    assert plain.spoken("en") == ""
    assert suggested.spoken("en") == "😐 Neutral, suggested"
    assert Option("Dog", "0", chosen=True, suggested=True).spoken("de") == "Dog, vorgeschlagen, gesetzt"


def test_a_title_with_its_mark_never_grows_over_what_a_button_holds():
    shown = Option("x" * 75, "0", suggested=True).shown("en")
    assert len(shown) == 75
    assert shown.endswith("x…")


def test_more_than_eight_labels_come_in_pages():
    assert choices(MANY)[-1] == ["p1"]
    assert titles(MANY, {"page": 1})[0] == ["label 08", "label 09", "label 10"]
    assert titles(MANY, {"page": 1})[-1] == ["‹ 1/3", "3/3 ›"]
    assert choices(MANY, {"page": 1})[-1] == ["p0", "p2"]
    assert choices(MANY, {"page": 2})[-1] == ["p1"]
    assert tap(MANY, "p1") == tap(MANY, "p1", {"page": 1}) == Kept({"page": 1})
    assert tap(MANY, "p0", {"page": 1}) == Kept(None)
    assert tap(MANY, "19", {"page": 2}) == Done("label 19")
    assert choice.ask(MANY, None, ABOUT_NOTHING).hint == phrase("label.filter")


def test_a_page_beyond_the_end_is_the_last():
    assert titles(MANY, {"page": 99}) == titles(MANY, {"page": 2})


def test_work_that_makes_no_sense_is_the_beginning():
    assert titles(MANY, {"in": 3, "page": "x", "find": []}) == titles(MANY, "nonsense") == titles(MANY)


def test_nested_labels_are_a_menu_with_a_way_back():
    assert titles(NESTED) == [["🐾 Animal ›", "🌿 Plant"], ["Other"]]
    inside = tap(NESTED, "0")
    assert inside == Kept({"in": "animal"})
    assert titles(NESTED, inside.work) == [["🐕 Dog ›", "Other"], ["‹ Back"]]
    deeper = tap(NESTED, "1", inside.work)
    assert titles(NESTED, deeper.work) == [["Poodle", "Terrier"], ["‹ Back"]]
    assert choice.ask(NESTED, deeper.work, ABOUT_NOTHING).marked == "🐾 Animal › 🐕 Dog"
    assert tap(NESTED, "2", deeper.work) == Done("poodle")
    assert tap(NESTED, choices(NESTED, deeper.work)[-1][0], deeper.work) == inside
    assert tap(NESTED, choices(NESTED, inside.work)[-1][0], inside.work) == Kept(None)


def test_a_group_shows_that_the_suggestion_is_in_it():
    assert titles(NESTED, suggestion="poodle")[0] == ["✨ 🐾 Animal ›", "🌿 Plant"]


def test_a_menu_that_is_gone_still_has_a_way_back():
    assert titles(NESTED, {"in": "mineral"}) == [["‹ Back"]]


def test_a_group_is_no_answer():
    with pytest.raises(BadAnswer):
        tap(NESTED, "=0")
    with pytest.raises(BadAnswer) as error:
        choice.read(NESTED, "animal")
    assert say("en", error.value.said) == "“🐾 Animal” is a group. Use a label in it: 🐕 Dog, Other."
    assert typed(NESTED, "animal") == Kept({"in": "animal"})


def test_a_group_is_an_answer_where_the_project_says_so():
    question = asking(*NESTED.labels, parents=True)
    assert tap(question, "0") == Kept({"in": "animal"})
    assert titles(question, {"in": "animal"})[0] == ["🐾 Animal in general"]
    assert choices(question, {"in": "animal"})[0] == ["=0"]
    assert tap(question, "=0") == typed(question, "Animal") == Done("animal")
    assert choice.read(question, "animal") == "animal"


@pytest.mark.parametrize("text", ["positive", " Positive ", "POSITIVE", "😊 positive"])
def test_typing_a_label_saves_it(text):
    assert typed(SENTIMENT, text) == Done("positive")


def test_an_emoji_is_found_by_itself_whatever_its_colour():
    question = asking(LabelDef("good", "👍"), LabelDef("bad", "👎🏽"))
    assert typed(question, "👍") == typed(question, "👍🏿") == Done("good")
    assert typed(question, "👎") == Done("bad")
    assert "not one of the labels" in refused(question, "🤷")


def test_an_emoji_beside_a_title_finds_it():
    assert typed(SENTIMENT, "😠") == Kept({"find": "😠"})
    assert titles(SENTIMENT, {"find": "😠"})[0] == ["😠 Negative"]


def test_part_of_a_label_shows_what_fits():
    step = typed(MANY, "LABEL 1")
    assert step == Kept({"find": "LABEL 1"})
    assert titles(MANY, step.work)[0] == ["label 10", "label 11", "label 12"]
    assert choices(MANY, step.work)[-1] == ["top", "p1"]
    assert say("en", choice.ask(MANY, step.work, ABOUT_NOTHING).marked) == "Labels that fit “LABEL 1”: 10. Tap one."
    assert tap(MANY, "p1", step.work) == Kept({"find": "LABEL 1", "page": 1})
    assert tap(MANY, "top", step.work) == Kept(None)
    assert tap(MANY, "10", step.work) == Done("label 10")


def test_a_match_deep_down_says_where_it_lies():
    assert titles(NESTED, {"find": "poo"}) == [["Poodle · 🐕 Dog · 🐾 Animal"], ["‹ Back"]]


def test_a_name_wins_over_equal_titles_and_equal_titles_are_offered():
    assert typed(NESTED, "other") == Done("other")
    assert typed(NESTED, "OTHER") == Kept({"find": "OTHER"})
    assert titles(NESTED, {"find": "OTHER"})[0] == ["Other · 🐾 Animal", "Other"]


def test_an_unknown_word_is_told_which_labels_there_are():
    assert refused(SENTIMENT, "great") == (
        "“great” is not one of the labels. Try one of: 😊 Positive, 😐 Neutral, 😠 Negative."
    )
    sentence = refused(MANY, "x" * 500)
    assert "x" * 39 + "…”" in sentence
    assert sentence.endswith("label 07, ….")


def test_braces_in_a_text_are_just_text():
    assert "“{text}”" in refused(SENTIMENT, "{text}")


def test_labels_come_in_by_name_title_or_former_name():
    assert choice.read(NESTED, "plant") == choice.read(NESTED, "Plant") == choice.read(NESTED, "flora") == "plant"
    with pytest.raises(BadAnswer) as error:
        choice.read(NESTED, "OTHER")
    assert say("en", error.value.said).endswith("Use one of their names: animal-other, other.")


def test_numbers_and_truth_values_of_a_table_find_their_labels():
    question = asking("1", "2.5", "true", "false")
    assert [choice.read(question, value) for value in (1, 1.0, 2.5, True, False)] == ["1", "1", "2.5", "true", "false"]


def test_a_label_that_is_gone_is_described_by_its_name():
    assert choice.describe(SENTIMENT, "positive") == "😊 Positive"
    assert choice.describe(SENTIMENT, "ancient") == "ancient"


def test_label_studio_may_write_text_lists_or_paths():
    for value in ("dog", ["dog"], [["animal", "dog"]]):
        result = {"type": "choices", "value": {"choices": value}}
        assert choice.from_studio(asking("cat", "dog"), [result], ABOUT_NOTHING) == "dog"
    taxonomy = {"type": "taxonomy", "value": {"taxonomy": [["animal", "dog"]]}}
    assert choice.from_studio(asking("cat", "dog"), [taxonomy], ABOUT_NOTHING) == "dog"
    for several in (["cat", "dog"], []):
        with pytest.raises(BadAnswer):
            choice.from_studio(
                asking("cat", "dog"), [{"type": "choices", "value": {"choices": several}}], ABOUT_NOTHING
            )


def test_the_majority_wins():
    assert choice.merge(SENTIMENT, ["positive", "negative", "positive"], None) == Merged(
        "positive", pytest.approx(2 / 3)
    )


def test_one_label_is_no_choice_and_two_may_not_look_alike():
    with pytest.raises(BadQuestion, match="at least two labels"):
        choice.check(asking("only"))
    with pytest.raises(BadQuestion, match="'a' and 'b' both read 'Same'"):
        choice.check(asking(LabelDef("a", "Same"), LabelDef("b", "Same")))
    choice.check(NESTED)
