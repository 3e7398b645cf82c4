"""What every label type promises, over the registry."""

import ast
import itertools
import json
import string
import time
from contextlib import suppress
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from label_studio_sdk.label_interface import LabelInterface

import bot.labels
from bot.labels import LABEL_TYPES
from bot.labels.base import Ask, BadAnswer, Done, Kept, Tap, Typed
from bot.wording import LANGUAGES, Phrase, say

TYPES = pytest.mark.parametrize("kind", LABEL_TYPES.values(), ids=LABEL_TYPES)
HERE = Path(__file__).parent
PROGRAM = Path(bot.__file__).parent
PREFIXES = ("label.", *(f"{name}." for name in LABEL_TYPES))
SOURCES = sorted(Path(bot.labels.__file__).parent.glob("*.py"))

# Each control that a result may belong to, named after the result's `type`.
STUDIO_CONFIG = """<View>
  <Text name="text" value="$text"/><Audio name="audio" value="$audio"/>
  <Text name="a" value="$a"/><Text name="b" value="$b"/>
  <Choices name="choices" toName="text" choice="multiple">{choices}</Choices>
  <TextArea name="textarea" toName="text"/>
  <Rating name="rating" toName="text"/>
  <Pairwise name="pairwise" toName="a,b"/>
  <Image name="image" value="$image"/>
  <RectangleLabels name="rectanglelabels" toName="image">{labels}</RectangleLabels>
  <BrushLabels name="brushlabels" toName="image">{labels}</BrushLabels>
  <Labels name="labels" toName="text">{labels}</Labels>
</View>"""
STUDIO_OBJECTS = {"pairwise": "a", "rectanglelabels": "image", "brushlabels": "image"}


def labels(kind):
    return kind.EXAMPLE.label, kind.EXAMPLE.other


def is_typed(kind):
    return kind.ask(kind.EXAMPLE.question, None, kind.EXAMPLE.subject).typed


def about(kind, suggestion=None):
    return replace(kind.EXAMPLE.subject, suggestion=suggestion)


def follow(kind, question, given):
    """All of `given` in turn; the last step."""

    def step(before, one):
        assert isinstance(before, Kept), "answered before the last step"
        return kind.advance(question, before.work, one, about(kind))

    return reduce(step, given, Kept(None))


@TYPES
def test_the_example_can_be_asked_and_its_taps_give_its_label(kind):
    kind.check(kind.EXAMPLE.question)
    assert follow(kind, kind.EXAMPLE.question, kind.EXAMPLE.taps) == Done(kind.EXAMPLE.label)


@TYPES
def test_a_type_is_registered_under_its_own_name(kind):
    assert LABEL_TYPES[kind.NAME] is kind
    assert kind.EXAMPLE.question.type == kind.NAME
    assert kind.TITLE


@TYPES
def test_a_type_has_a_test_file(kind):
    assert (HERE / f"test_{kind.NAME}.py").is_file()


@TYPES
def test_labels_are_plain_json_and_read_as_themselves(kind):
    for label in labels(kind):
        assert json.loads(json.dumps(label)) == label
        assert kind.read(kind.EXAMPLE.question, label) == label


@TYPES
@pytest.mark.parametrize("value", [None, "", "  \n", {}, [[]], {"a": 1}, [None], "\0", "\ud800", "[" * 100_000])
def test_garbage_from_outside_is_refused(kind, value):
    with pytest.raises(BadAnswer) as refused:
        kind.read(kind.EXAMPLE.question, value)
    for language in LANGUAGES:
        assert say(language, refused.value.said)


def leaves(value):
    """The value with each of its parts in turn replaced by what nobody's page sends."""
    yield from (10**400, -(10**400), 1e308, 2**63, -1, None, True, "\ud800", "\0", [], {}, [[]], {"a": {}})
    if isinstance(value, dict | list):
        for place, part in value.items() if isinstance(value, dict) else enumerate(value):
            for other in leaves(part):
                spoilt = value.copy()
                spoilt[place] = other
                yield spoilt


@TYPES
def test_a_label_with_any_part_spoilt_is_a_label_or_refused(kind):
    for label in leaves(kind.EXAMPLE.label):
        with suppress(BadAnswer):
            read = kind.read(kind.EXAMPLE.question, label)
            kind.fit(kind.EXAMPLE.question, read, kind.EXAMPLE.subject)


RUNS = (" ", "\t \n", "1 ", "1-", "B3 ", "x=y ", "3-4 ORG ", "- ", "->", ": ", "a;", "1,", "(", "\u200d", "😊")


@TYPES
def test_no_text_holds_up_everybody_elses_taps(kind):
    """What is typed is read within a transaction: a pattern that tried every part of a run would take minutes."""
    began = time.process_time()
    for run in RUNS:
        for text in (run * 2000, f"x{run * 2000}=", f"B3 {run * 2000}F7 car"):
            with suppress(BadAnswer):
                kind.advance(kind.EXAMPLE.question, None, Typed(text[:2500]), kind.EXAMPLE.subject)
    assert time.process_time() - began < 5


@TYPES
@pytest.mark.parametrize("choice", ["", "nonsense", "99", "+99", "-99", "=99", "+", "p", "p-1", "p²", "x" * 40])
def test_a_forged_tap_is_refused(kind, choice):
    with pytest.raises(BadAnswer):
        kind.advance(kind.EXAMPLE.question, None, Tap(choice), about(kind))


@TYPES
@pytest.mark.parametrize("text", ["", "   ", "\n", "\0", "a\ud800b"])
def test_an_empty_or_unreadable_text_is_refused(kind, text):
    with pytest.raises(BadAnswer):
        kind.advance(kind.EXAMPLE.question, None, Typed(text), about(kind))


@TYPES
def test_distance_is_nothing_for_equal_labels_symmetric_and_at_most_one(kind):
    distance = kind.distance(kind.EXAMPLE.question)
    one, other = labels(kind)
    assert distance(one, one) == distance(other, other) == 0
    assert distance(one, other) == distance(other, one)
    assert 0 < distance(one, other) <= 1


@TYPES
def test_equal_labels_merge_into_that_label_and_no_labels_into_none(kind):
    question, (label, _) = kind.EXAMPLE.question, labels(kind)
    merged = kind.merge(question, [label] * 3, None)
    assert (merged.value, merged.confidence, merged.tie) == (label, pytest.approx(1), ())
    assert kind.merge(question, [], None).value is None


@TYPES
def test_two_different_labels_tie_until_one_weighs_more(kind):
    question, pair = kind.EXAMPLE.question, labels(kind)
    merged = kind.merge(question, pair, None)
    assert merged.value is None
    assert sorted(map(str, merged.tie)) == sorted(map(str, pair))
    assert kind.merge(question, pair, [3.0, 1.0]).value == pair[0]
    assert kind.merge(question, pair, [0.0, 0.0]).value is None


@TYPES
def test_a_label_is_described_in_a_few_words_in_every_language(kind):
    for label, language in itertools.product(labels(kind), LANGUAGES):
        assert 0 < len(say(language, kind.describe(kind.EXAMPLE.question, label))) <= 100


@TYPES
def test_labels_that_can_be_counted_have_classes_and_free_ones_have_none(kind):
    """What is marked on a page has the classes of its marks, though no two labels of it are ever alike."""
    for label in labels(kind):
        assert bool(kind.classes(label)) == (kind.CATEGORICAL or bool(kind.EDITOR))


@TYPES
def test_a_label_fits_the_item_it_was_given_of(kind):
    for label in labels(kind):
        assert kind.fit(kind.EXAMPLE.question, label, kind.EXAMPLE.subject) == label


@TYPES
def test_labels_survive_label_studio(kind):
    example = kind.EXAMPLE
    for label in labels(kind):
        written = json.loads(json.dumps(kind.to_studio(example.question, label, example.subject)))
        assert all({"type", "value"} <= set(one) for one in written)
        assert kind.from_studio(example.question, written, example.subject) == label


@TYPES
def test_label_studio_accepts_what_is_written(kind):
    question = kind.EXAMPLE.question
    names = [label.name for label in question.labels] or ["tie", "both_bad"]
    tags = {tag: "".join(f'<{tag} value="{name}"/>' for name in names) for tag in ("Choice", "Label")}
    studio = LabelInterface(STUDIO_CONFIG.format(choices=tags["Choice"], labels=tags["Label"]))
    for label in labels(kind):
        results = [
            {"id": str(place), "from_name": one["type"], "to_name": STUDIO_OBJECTS.get(one["type"], "text"), **one}
            for place, one in enumerate(kind.to_studio(question, label, kind.EXAMPLE.subject))
        ]
        assert results
        assert studio.validate_prediction({"result": results}, return_errors=True) == []


@TYPES
@pytest.mark.parametrize("result", [{}, {"value": None}, {"value": {}}, {"value": {"choices": None}}, {"value": []}])
def test_a_label_studio_result_without_an_answer_is_refused(kind, result):
    with pytest.raises(BadAnswer):
        kind.from_studio(kind.EXAMPLE.question, [result], kind.EXAMPLE.subject)


@TYPES
def test_labels_survive_a_csv_cell(kind):
    for label in labels(kind):
        assert kind.from_cell(kind.EXAMPLE.question, str(kind.to_cell(label))) == label


@TYPES
def test_an_unanswered_question_shows_something_to_do(kind):
    asked = kind.ask(kind.EXAMPLE.question, None, about(kind))
    assert asked.rows or asked.typed


@TYPES
def test_every_button_does_something_and_fits_the_platforms(kind):
    question, suggested = kind.EXAMPLE.question, about(kind, kind.EXAMPLE.label)
    for option in buttons(kind.ask(question, None, suggested)):
        assert option.choice.isascii()
        assert 0 < len(option.choice) <= 12
        assert isinstance(
            kind.advance(question, None, Tap(option.choice), about(kind, kind.EXAMPLE.label)), (Kept, Done)
        )
        for language in LANGUAGES:
            assert 0 < len(option.shown(language)) <= 75


@pytest.mark.parametrize(
    "kind",
    [kind for kind in LABEL_TYPES.values() if not is_typed(kind) and not kind.EDITOR],
    ids=lambda kind: kind.NAME,
)
def test_a_suggestion_moves_no_button(kind):
    question = kind.EXAMPLE.question
    plain, suggested = kind.ask(question, None, about(kind)), kind.ask(question, None, about(kind, kind.EXAMPLE.label))
    assert places(plain) == places(suggested)
    assert not any(option.suggested for option in buttons(plain))
    assert any(option.suggested for option in buttons(suggested))


@TYPES
def test_a_tap_that_marks_something_can_be_repeated_without_effect(kind):
    question = kind.EXAMPLE.question
    for option in buttons(kind.ask(question, None, about(kind))):
        once = kind.advance(question, None, Tap(option.choice), about(kind))
        if isinstance(once, Kept):
            assert kind.advance(question, once.work, Tap(option.choice), about(kind)) == once


@TYPES
def test_an_option_of_the_wrong_kind_is_a_bad_question(kind):
    for key in kind.OPTIONS:
        with pytest.raises(ValueError, match=f"`{key}` must be"):
            kind.check(replace(kind.EXAMPLE.question, options={key: [1]}))


def test_every_sentence_that_label_types_say_exists_in_every_language_with_its_fields():
    said = dict(sentences_said())
    assert len(said) > 20
    for (key, fields), (language, sentences) in itertools.product(said.items(), LANGUAGES.items()):
        assert key in sentences, f"{key} is missing in {language}"
        assert fields_of(sentences[key]) == fields, f"{key} in {language}"


def test_every_sentence_about_labels_is_said_somewhere():
    written = "".join(source.read_text() for source in PROGRAM.rglob("*.py") if source.parent.name != "wording")
    for sentences in LANGUAGES.values():
        assert not [key for key in sentences if key.startswith(PREFIXES) and f'"{key}"' not in written]


def sentences_said():
    """(key, field names) of every phrase written down in bot/labels."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "phrase":
                yield ast.literal_eval(node.args[0]), {keyword.arg for keyword in node.keywords}


def fields_of(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def buttons(asked: Ask):
    return [option for row in asked.rows for option in row]


def places(asked: Ask):
    return [[(option.title, option.choice) for option in row] for row in asked.rows]


def test_text_is_said_as_it_is_and_an_unknown_language_in_english():
    assert say("de", "{Label}") == "{Label}"
    assert say("de-AT", Phrase("pairwise.both_bad")) == "Beide schlecht"
    assert say("xx", Phrase("pairwise.both_bad")) == "Both bad"
