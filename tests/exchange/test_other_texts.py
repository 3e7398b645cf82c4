"""Texts and transcripts as other programs really write them."""

import json

import pytest

from tests.exchange.test_training_in import gold
from tests.exchange.test_training_speech import CLIPS
from tests.exchange.test_training_texts import GOLD, spans
from tests.media.making import tone

HEAD = "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccents\tlocale\tsegment\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"Hello," he said.', '"Hello," he said.'),
        ('"Never closed', '"Never closed'),
        ('Third "one"', 'Third "one"'),
        ('"Whole."', '"Whole."'),
        ('"He said ""no"" twice"', 'He said "no" twice'),
        ('"One" and "two"', '"One" and "two"'),
    ],
)
@pytest.mark.parametrize("place", ["cv", "cv/validated.tsv"])
def test_a_quotation_mark_of_common_voice_swallows_no_row(desk, written, meant, place):
    desk = desk.have(CLIPS)
    for name in ("a.wav", "b.wav"):
        desk.file(f"cv/clips/{name}", tone(0.3 if name == "a.wav" else 0.4))
    rows = f"x\ta.wav\t{written}\t2\t0\t\t\t\ten\t\n" + "x\tb.wav\tNext\t2\t0\t\t\t\ten\t\n"
    desk.file("cv/validated.tsv", HEAD + rows)
    assert desk.bring(desk.folder / place, role="gold").new == 2
    assert [row.gold["label"] for row in desk.items().values()] == [meant, "Next"]


def test_a_word_that_is_a_space_is_no_word_of_conll(desk):
    desk = desk.have(GOLD)
    path = desk.file("x.conll", "Ada\tB-PER\n \tO\nRome\tB-LOC\n\u3000\tB-LOC\n\nBob\tB-PER\n")
    assert desk.bring(path, role="gold").rejected == 0
    text = "Ada Rome"
    assert list(gold(desk).values()) == [
        (text, spans(text, ("Ada", "PER"), ("Rome", "LOC"))),
        ("Bob", spans("Bob", ("Bob", "PER"))),
    ]


@pytest.mark.parametrize("bad", [[[0.5, 3, "PER"]], ["PER"], [None], "PER", [[0, 3]]])
def test_a_row_with_broken_spans_costs_itself_alone(desk, bad):
    desk = desk.have(GOLD)
    path = desk.jsonl("x.jsonl", {"text": "Ada", "label": bad}, {"text": "Bob", "label": [[0, 3, "PER"]]})
    done = desk.bring(path, role="gold")
    assert (done.new, done.rejected) == (1, 1)
    assert "label must be a list of [start, end, label]" in json.dumps(desk.rejects())


def test_a_row_with_broken_tags_costs_itself_alone(desk):
    desk = desk.have(GOLD)
    rows = [{"tokens": ["Ada"], "ner_tags": ["person"]}, {"tokens": ["Bob"], "ner_tags": ["B-PER"]}]
    done = desk.bring(desk.jsonl("x.jsonl", *rows), role="gold")
    assert (done.new, done.rejected) == (1, 1)
