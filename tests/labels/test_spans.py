"""Spans: marked by words, numbers and taps; never guessed at; merged character by character."""

from dataclasses import replace

import pytest

from bot.labels import spans
from bot.labels.base import BadAnswer, Done, Kept, Subject, Tap, Typed
from bot.labels.words import near, occurrences, pages, words
from bot.project import LabelDef, Question
from bot.wording import say

QUESTION = spans.EXAMPLE.question
FREE = replace(QUESTION, options={"overlapping": True})
TEXT = "Ada Lovelace lived in London. In London she met Babbage."
HERE = Subject(text=TEXT)


def go(*given, question=QUESTION, subject=HERE, work=None):
    """What is marked after all of `given`: texts are typed, choices of buttons begin with a slash."""
    for one in given:
        asked = Tap(one[1:]) if one.startswith("/") else Typed(one)
        step = spans.advance(question, work, asked, subject)
        if isinstance(step, Done):
            return step.label
        work = step.work
    return work


def marked(*given, question=QUESTION, subject=HERE):
    label = go(*given, "/done", question=question, subject=subject)
    return [(one["text"], one["label"]) for one in label]


def refused(*given, question=QUESTION, subject=HERE):
    with pytest.raises(BadAnswer) as error:
        go(*given, question=question, subject=subject)
    assert say("de", error.value.said)
    return say("en", error.value.said)


def body(work=None, question=QUESTION, subject=HERE):
    return "".join(text for text, _ in spans.ask(question, work, subject).body)


def choices(work=None, question=QUESTION, subject=HERE):
    return [option.choice for row in spans.ask(question, work, subject).rows for option in row]


def span(text, label, start=None, within=TEXT):
    start = within.index(text) if start is None else start
    return {"start": start, "end": start + len(text), "label": label, "text": text}


def test_words_are_numbered_and_marks_stand_in_brackets_with_their_label():
    assert body().startswith("¹Ada ²Lovelace ³lived ⁴in ⁵London. ⁶In ⁷London")
    assert body(go("1-2 PER", "5 LOC")).startswith("[¹Ada ²Lovelace] 👤 Person ³lived ⁴in [⁵London] 📍 Place. ⁶In")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Babbage=PER", [("Babbage", "PER")]),
        ("babbage = person", [("Babbage", "PER")]),
        ("1-2 PER", [("Ada Lovelace", "PER")]),
        ("2-1 per", [("Ada Lovelace", "PER")]),
        ("1–2=PER", [("Ada Lovelace", "PER")]),
        ("London*=LOC", [("London", "LOC"), ("London", "LOC")]),
        ("5, 7 LOC", [("London", "LOC"), ("London", "LOC")]),
        ("5 7 10 LOC", [("London", "LOC"), ("London", "LOC"), ("Babbage", "LOC")]),
        ("1-2 PER; Babbage=PER\n5 LOC", [("Ada Lovelace", "PER"), ("London", "LOC"), ("Babbage", "PER")]),
        ("“Ada Lovelace”=PER", [("Ada Lovelace", "PER")]),
        ("1-2: PER", [("Ada Lovelace", "PER")]),
        ("1-2 -> PER", [("Ada Lovelace", "PER")]),
        ("Babbage: person", [("Babbage", "PER")]),
        ("Babbage -> PER", [("Babbage", "PER")]),
        ("Ada Lovelace PER", [("Ada Lovelace", "PER")]),
        ("London* LOC", [("London", "LOC"), ("London", "LOC")]),
    ],
)
def test_what_is_typed_marks_just_that(typed, expected):
    assert marked(typed) == expected


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Lodnon=LOC", "“Lodnon” is not in the text. Did you mean “London”?"),
        ("Paris=LOC", "“Paris” is not in the text. Copy the words as they stand there, or use their numbers."),
        ("London=LOC", "“London” stands there 2 times. Type London*=LOC for all, or the number of the word."),
        ("99 LOC", "There is no word 99. They go from 1 to 10."),
        ("0 LOC", "There is no word 0. They go from 1 to 10."),
        ("5", "Which label for “5”? Type 5= and one of: PER, LOC, ORG."),
        ("Babbage", "Which label for “Babbage”? Type Babbage= and one of: PER, LOC, ORG."),
        ("Babbage=", "Which label for “Babbage”? Type Babbage= and one of: PER, LOC, ORG."),
        ("Babbage=CITY", "“CITY” is not one of the labels. Try one of: 👤 Person, 📍 Place, 🏢 Organisation."),
        ("5 CITY", "“CITY” is not one of the labels. Try one of: 👤 Person, 📍 Place, 🏢 Organisation."),
        ("what?", "Type it like Ada=PER, 3-4 PER or Ada*=PER."),
        ("Babbage=-", "“Babbage” is not marked."),
        ("Babbage -", "“Babbage” is not marked."),
        ("Lodnon LOC", "“Lodnon” is not in the text. Did you mean “London”?"),
    ],
)
def test_a_bad_reply_gets_a_hint_and_marks_nothing(typed, hint):
    assert refused(typed) == hint


def test_where_a_text_runs_both_ways_each_number_stays_at_its_word():
    mixed = Subject(text="Ada, שלום in")
    assert body(subject=mixed) == "\u200e¹Ada, \u200f²שלום \u200e³in"
    assert body(go("2 PER", subject=mixed), subject=mixed) == "\u200e¹Ada, \u200f[²שלום] 👤 Person \u200e³in"


def test_of_several_lines_a_bad_one_leaves_nothing_marked():
    before = go("5 LOC")
    with pytest.raises(BadAnswer):
        go("1-2 PER; Lodnon=LOC", work=before)
    assert go("/done", work=before) == [span("London", "LOC")]


def test_overlapping_marks_are_refused_where_the_project_does_not_want_them():
    assert refused("1-2 PER", "2-3 ORG") == (
        "That would overlap “Ada Lovelace” (👤 Person). Tap that one first, to change or remove it."
    )
    assert marked("1-2 PER", "2-3 ORG", question=FREE) == [("Ada Lovelace", "PER"), ("Lovelace lived", "ORG")]
    assert marked("1-2 PER", "1-2 ORG", question=FREE) == [("Ada Lovelace", "ORG"), ("Ada Lovelace", "PER")]


def test_the_same_words_with_another_label_are_relabelled_and_can_be_cleared():
    assert marked("5 LOC", "5 ORG") == [("London", "ORG")]
    assert marked("London*=LOC", "7 -") == [("London", "LOC")]
    assert marked("London*=LOC", "London=none") == []


def test_one_of_several_is_found_when_the_others_are_marked():
    assert marked("5 LOC", "London=LOC") == [("London", "LOC"), ("London", "LOC")]


def test_taps_choose_a_label_then_the_first_and_the_last_word():
    work = go("/n0")
    assert {"w1", "w10", "back"} <= set(choices(work))
    work = go("/n0", "/w1")
    assert "e2" in choices(work)
    assert marked("/n0", "/w1", "/e2") == [("Ada Lovelace", "PER")]
    assert marked("/n1", "/w5", "/e5") == [("London", "LOC")]


def test_a_double_tap_on_a_word_marks_nothing():
    once = go("/n0", "/w1")
    assert go("/w1", work=once) == once
    assert go("/w1", "/w1", "/e3", "/e3", "/done", work=go("/n0")) == go("/n0", "/w1", "/e3", "/done")


def test_a_chosen_label_goes_with_numbers_or_words_alone():
    assert marked("/n0", "1-2") == [("Ada Lovelace", "PER")]
    assert marked("PER", "Babbage") == [("Babbage", "PER")]


def test_a_mark_is_tapped_to_be_relabelled_or_removed():
    work = go("1-2 PER")
    tap = next(choice for choice in choices(work) if choice.startswith("m"))
    assert {"l0", "l1", "l2", "x", "back"} <= set(choices(go(f"/{tap}", work=work)))
    assert go(f"/{tap}", "/l2", "/done", work=work) == [span("Ada Lovelace", "ORG")]
    assert go(f"/{tap}", "/x", "/done", work=work) == []
    assert go(f"/{tap}", "/x", "/x", "/done", work=go("5 LOC", work=work)) == [span("London", "LOC")]


def test_a_suggestion_is_marked_from_the_start_and_one_tap_confirms_it():
    suggested = replace(HERE, suggestion=[span("Ada Lovelace", "PER"), span("London", "LOC")])
    assert body(subject=suggested).startswith("[¹Ada ²Lovelace] 👤 Person")
    buttons = [option for row in spans.ask(QUESTION, None, suggested).rows for option in row]
    assert [option.suggested for option in buttons if option.choice.startswith("m")] == [True, True]
    assert next(option.shown("en") for option in buttons if option.choice == "done") == "✓ All good (2)"
    assert marked(subject=suggested) == [("Ada Lovelace", "PER"), ("London", "LOC")]


def test_a_suggestion_that_does_not_fit_the_text_suggests_nothing():
    for wrong in ([span("Paris", "LOC", 0)], [{"start": 0, "end": 900, "label": "LOC"}], "nonsense", [1]):
        assert marked(subject=replace(HERE, suggestion=wrong)) == []


UNUSUAL = [
    ("I ❤️ 👩‍👩‍👧 in Zürich.", "Zürich"),
    ("A\r\nB\r\nOslo\r\n", "Oslo"),
    ("e\u0301te\u0301 in Ne\u0301vache", "Ne\u0301vache"),
    ("הוא גר בתל אביב היום", "בתל אביב"),
    ("彼は東京に住んでいます。", "東京"),
    ("don't visit A&B's shop, 3.5 km", "A&B's"),
    ("a\u200db \U0001f468\U0001f3fd\u200d\U0001f680 𝔘𝔫𝔦 Köln", "𝔘𝔫𝔦"),
]


@pytest.mark.parametrize(("text", "wanted"), UNUSUAL)
def test_offsets_are_code_points_of_the_original(text, wanted):
    (one,) = go(f"{wanted}=LOC", "/done", subject=Subject(text=text))
    assert text[one["start"] : one["end"]] == one["text"] == wanted


@pytest.mark.parametrize(("text", "wanted"), UNUSUAL)
def test_the_numbered_text_loses_no_sign(text, wanted):
    shown = body(subject=Subject(text=text))
    assert "".join(sign for sign in shown if sign not in "⁰¹²³⁴⁵⁶⁷⁸⁹\u200e\u200f") == text


def test_a_word_inside_a_longer_one_is_not_meant():
    assert occurrences("York, New Yorker, York", "York") == [(0, 4), (18, 22)]
    assert occurrences("unspaced東京都", "東京") == [(8, 10)]
    assert occurrences("Straße", "strasse") == []
    assert occurrences("O'Neil – he", "O’Neil - he") == [(0, 11)]
    assert near("He met Charles Babbage", "charls babage") == "Charles Babbage"


def test_a_long_text_is_paged_and_every_word_is_on_one_page():
    long = " ".join(f"word{number}" for number in range(2000))
    parts = pages(long, 1500)
    assert "".join(long[start:end] for start, end in parts) == long
    assert len(parts) > 5
    subject = Subject(text=long)
    assert "p1" in choices(subject=subject)
    assert "⁵⁰⁰" in body(go("/p3", subject=subject), subject=subject) + body(
        go("/p2", subject=subject), subject=subject
    )
    assert marked("1999-2000 ORG", subject=subject) == [("word1998 word1999", "ORG")]
    for page in range(len(parts)):
        assert len(body(go(f"/p{page}", subject=subject), subject=subject)) < 2000


def test_every_word_of_a_text_is_found_once_and_in_order():
    found = words(TEXT)
    assert [TEXT[one.start : one.end] for one in found][:5] == ["Ada", "Lovelace", "lived", "in", "London"]
    assert len(found) == 10


@pytest.mark.parametrize(
    "value",
    [
        [{"start": 3, "end": 3, "label": "PER"}],
        [{"start": -1, "end": 3, "label": "PER"}],
        [{"start": True, "end": 3, "label": "PER"}],
        [{"start": 0, "end": 3.5, "label": "PER"}],
        [{"start": 0, "end": 3, "label": "CITY"}],
        [{"start": 0, "end": 3}],
        [[0, 3, "PER"], [2, 5, "LOC"]],
    ],
)
def test_a_record_that_is_no_span_is_refused(value):
    with pytest.raises(BadAnswer):
        spans.read(QUESTION, value)


def test_records_are_read_in_either_form_and_sorted():
    assert spans.read(QUESTION, [[5, 8, "loc"], [0, 3, "PER"]]) == [
        {"start": 0, "end": 3, "label": "PER", "text": ""},
        {"start": 5, "end": 8, "label": "LOC", "text": ""},
    ]


def test_a_label_is_made_to_fit_its_text():
    given = spans.read(QUESTION, [{"start": 0, "end": 13, "label": "PER"}])
    assert spans.fit(QUESTION, given, HERE) == [span("Ada Lovelace", "PER")]
    for wrong in ([[0, 900, "PER"]], [[3, 4, "PER"]], [{"start": 0, "end": 3, "label": "PER", "text": "Bob"}]):
        with pytest.raises(BadAnswer):
            spans.fit(QUESTION, spans.read(QUESTION, wrong), HERE)


def test_unlikeness_is_the_share_of_characters_not_marked_alike():
    distance = spans.distance(QUESTION)
    assert distance([], []) == 0
    assert distance([], [span("Ada", "PER")]) == 1
    assert distance([span("Ada", "PER")], [span("Ada", "LOC")]) == 1
    assert distance([span("Ada Lovelace", "PER")], [span("Lovelace", "PER")]) == pytest.approx(4 / 12)


def test_the_consensus_has_what_most_marked():
    ada, lovelace, both = span("Ada", "PER"), span("Lovelace", "PER"), span("Ada Lovelace", "PER")
    merged = spans.merge(QUESTION, [[both], [both], [lovelace]], None)
    assert merged.value == [both]
    assert merged.confidence == pytest.approx((1 + 1 + 8 / 12) / 3)
    assert spans.merge(QUESTION, [[ada], [], []], None).value == []
    assert spans.merge(QUESTION, [[ada], [lovelace]], [3.0, 1.0]).value == [ada]


def test_neighbours_that_most_began_anew_stay_two():
    text = "東京大阪"
    two = [span("東京", "LOC", 0, text), span("大阪", "LOC", 2, text)]
    one = [span("東京大阪", "LOC", 0, text)]
    assert spans.merge(QUESTION, [two, two, one], None).value == two
    assert spans.merge(QUESTION, [two, one, one], None).value == one


def test_no_answer_is_kept_half_done():
    assert isinstance(spans.advance(QUESTION, None, Typed("5 LOC"), HERE), Kept)


def test_a_question_needs_labels():
    with pytest.raises(ValueError, match="needs labels"):
        spans.check(Question("q", "?", "spans"))
    spans.check(Question("q", "?", "spans", (LabelDef("one", "One"),)))
