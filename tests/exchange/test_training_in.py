"""Labels that come in with the files of other programs, and what we export coming back as it was."""

import json
import zlib
from dataclasses import replace

import datasets
import pytest
import spacy
import srsly
from spacy.tokens import DocBin

from bot.exchange.problems import BadImport
from bot.project import LabelDef, Project, Question
from tests.exchange.desk import REVIEWS, TICKETS
from tests.exchange.test_training_speech import CLIPS, WORDS, said, sounds  # noqa: F401 - `said` is a fixture
from tests.exchange.test_training_texts import GOLD, NAMES, TEXTS, named, spans  # noqa: F401 - `named` is a fixture


def gold(desk):
    """Text and gold label of each item, by key."""
    return {key: (row.data["text"], row.gold and row.gold["label"]) for key, row in desk.items().items()}


def words(label):
    return [("".join(one["text"].split()), one["label"]) for one in label]


@pytest.mark.parametrize("form", ["spacy", "doccano"])
def test_exported_spans_come_back_as_gold_sign_by_sign(named, form):  # noqa: F811
    _, path = named.export(f"out/x.{'spacy' if form == 'spacy' else 'jsonl'}", format=form)
    other = named.have(GOLD)
    done = other.bring(path, role="gold")
    assert (done.new, done.rejected, done.dropped) == (len(TEXTS), 0, 0)
    assert gold(other) == {key: (text, spans(text, *marked)) for key, (text, *marked) in TEXTS.items()}


def test_exported_conll_comes_back_with_its_words_a_space_apart(named):  # noqa: F811
    _, path = named.export("out/x.conll", format="conll")
    other = named.have(GOLD)
    lines = list(other.plan(path, role="gold").lines())
    assert "An item is a document; its words are joined by spaces, for CoNLL does not say how they stood." in lines
    assert other.bring(path, role="gold").new == len(TEXTS)
    found = list(gold(other).values())
    assert found[0][0] == "Ada lived in New York .\nBob did not ."
    for (text, label), (before, *marked) in zip(found, TEXTS.values(), strict=True):
        assert "".join(text.split()) == "".join(before.split())
        assert words(label) == words(spans(before, *marked))
        assert all(text[one["start"] : one["end"]] == one["text"] for one in label)
    again = other.export("again/x.conll", format="conll", level="items")[1]
    assert again.read_bytes() == path.read_bytes()


SCHEMES = {
    "iob1": "Ada I-PER|Bob B-PER|in O|New I-LOC|York I-LOC",
    "iob2": "Ada B-PER|Bob B-PER|in O|New B-LOC|York I-LOC",
    "bioes": "Ada S-PER|Bob S-PER|in O|New B-LOC|York E-LOC",
    "bilou": "Ada U-PER|Bob U-PER|in O|New B-LOC|York L-LOC",
}


@pytest.mark.parametrize("ending", ["conll", "txt"])
@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_every_scheme_of_tags_is_read_as_suggestions(desk, scheme, ending):
    desk = desk.have(NAMES)
    lines = SCHEMES[scheme].split("|")
    body = "\r\n".join([*lines, "", *(line.replace(" ", " NN B-NP ") for line in lines[3:]), ""])
    done = desk.bring(desk.file(f"x.{ending}", body))
    assert (done.new, done.rejected) == (2, 0)
    first, second = desk.items().values()
    assert first.data == {"text": "Ada Bob in New York"}
    assert first.suggestion["label"]["label"] == spans(
        first.data["text"], ("Ada", "PER"), ("Bob", "PER"), ("New York", "LOC")
    )
    assert second.suggestion["label"]["label"] == spans("New York", ("New York", "LOC"))
    assert (first.gold, first.state) == (None, "open")


def test_a_line_that_is_no_word_with_a_tag_costs_its_sentence(desk):
    desk = desk.have(NAMES)
    done = desk.bring(desk.file("x.conll", "Ada B-PER\n\nBob\nran O\n\n# id = 7\nJo B-PER\n"))
    assert (done.new, done.rejected) == (2, 1)
    assert desk.rejects()[0]["reason"] == "line 3 must hold a word and its tag, such as B-LOC or O"


def test_labels_that_the_project_lacks_leave_a_suggestion_and_refuse_gold(desk):
    desk = desk.have(NAMES)
    path = desk.file("x.conll", "Ada B-PER\nof O\nAcme B-ORG\n")
    assert "The project has no label for ORG, which stand in it." in desk.plan(path).lines()
    done = desk.bring(path)
    assert (done.new, done.dropped) == (1, 1)
    assert desk.rejects()[0]["reason"] == "left out of the item: suggestion: the project has no label ORG"
    (item,) = desk.items().values()
    assert words(item.suggestion["label"]["label"]) == [("Ada", "PER")]
    done = desk.bring(path, role="gold")
    assert done.rejected == 1
    assert desk.rejects()[0]["reason"] == "the project has no label ORG"


def test_spans_that_overlap_are_left_out_of_a_suggestion_where_the_project_wants_none(desk):
    desk = desk.have(replace(NAMES, questions=(replace(NAMES.questions[0], options={}),)))
    path = desk.jsonl("x.jsonl", {"id": "a", "text": "New York", "label": [[0, 8, "LOC"], [4, 8, "PER"]]})
    done = desk.bring(path)
    assert (done.new, done.dropped) == (1, 1)
    assert desk.rejects()[0]["reason"] == "left out of the item: suggestion: 1 span overlaps a longer one"
    assert words(desk.items()["a"].suggestion["label"]["label"]) == [("NewYork", "LOC")]
    assert desk.bring(path, role="gold").rejected == 1


def test_labels_with_spaces_are_found_again(desk):
    desk = desk.have(NAMES)
    text = "Acme Ltd grew"
    desk.bring(desk.jsonl("t.jsonl", {"id": "a", "text": text}))
    desk.answer(desk.person("ann"), {"label": spans(text, ("Acme Ltd", "big org"))})
    _, path = desk.export("o/x.conll", format="conll")
    assert "B-big_org" in path.read_text()
    other = desk.have(GOLD)
    other.bring(path, role="gold")
    assert list(gold(other).values()) == [(text, spans(text, ("Acme Ltd", "big org")))]


@pytest.mark.parametrize(
    "row",
    [
        {"text": "👋 Ada in York", "label": [[2, 5, "PER"], [9, 13, "LOC"]]},
        {"text": "👋 Ada in York", "labels": [[2, 5, "PER"], [9, 13, "LOC"]]},
        {"text": "👋 Ada in York", "entities": [[2, 5, "PER"], [9, 13, "LOC"]]},
        {"text": "👋 Ada in York", "relations": [], "entities": [
            {"id": 1, "start_offset": 2, "end_offset": 5, "label": "PER"},
            {"id": 2, "start_offset": 9, "end_offset": 13, "label": "LOC"}]},
        {"text": "👋 Ada in York", "_input_hash": 1, "answer": "accept", "tokens": [], "spans": [
            {"start": 2, "end": 5, "label": "PER"}, {"start": 9, "end": 13, "label": "LOC"}]},
    ],
)  # fmt: skip
def test_every_way_of_listing_spans_is_read(desk, row):
    desk = desk.have(NAMES)
    done = desk.bring(desk.jsonl("x.jsonl", {"id": 7, **row}, {"id": 8, "text": "nothing", "label": []}))
    assert (done.new, done.rejected) == (2, 0)
    item = desk.items()["7"]
    assert item.data == {"text": row["text"]}
    assert item.suggestion["label"]["label"] == spans(row["text"], ("Ada", "PER"), ("York", "LOC"))


def test_spans_outside_their_text_are_rejected_with_their_line(desk):
    desk = desk.have(NAMES)
    desk.bring(
        desk.jsonl("x.jsonl", {"text": "Ada", "label": [[0, 3, "PER"]]}, {"text": "Bob", "label": [[0, 9, "PER"]]})
    )
    (row,) = desk.rejects()
    assert (row["line"], row["reason"]) == (2, "label: 0 to 9 is no stretch of a text of 3 characters")


def test_hugging_faces_tokens_and_tags_come_with_their_names(desk):
    desk = desk.have(NAMES)
    tags = datasets.ClassLabel(names=["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    features = datasets.Features(
        {"id": datasets.Value("string"), "tokens": datasets.List(datasets.Value("string")),
         "ner_tags": datasets.List(tags), "pos_tags": datasets.List(datasets.Value("int64"))}
    )  # fmt: skip
    rows = {
        "id": ["a"],
        "tokens": [["Ada", "in", "New", "York"]],
        "ner_tags": [[1, 0, 3, 4]],
        "pos_tags": [[1, 2, 3, 4]],
    }
    datasets.Dataset.from_dict(rows, features=features).to_parquet(desk.folder / "x.parquet")
    desk.bring(desk.folder / "x.parquet", role="gold")
    assert gold(desk) == {"a": ("Ada in New York", spans("Ada in New York", ("Ada", "PER"), ("New York", "LOC")))}


def test_a_docbin_of_somebody_elses_is_read_by_its_ents(desk):
    desk = desk.have(NAMES)
    nlp = spacy.blank("en")
    doc = nlp("Ada  went to New York.")
    doc.set_ents([doc.char_span(0, 3, "PER"), doc.char_span(13, 21, "LOC")])
    DocBin(docs=[doc]).to_disk(desk.folder / "x.spacy")
    desk.bring(desk.folder / "x.spacy")
    (item,) = desk.items().values()
    assert item.data == {"text": doc.text}
    assert item.suggestion["label"]["label"] == spans(doc.text, ("Ada", "PER"), ("New York", "LOC"))


@pytest.mark.parametrize("content", [b"no docbin", b"x\x9cK\xcaI\xcc\x03\x00"])
def test_what_is_no_docbin_gets_one_sentence(desk, content):
    with pytest.raises(BadImport, match="no DocBin of spaCy's, or a broken one"):
        desk.have(NAMES).plan(desk.file("x.spacy", content))


def test_fasttext_brings_labels_of_choice_and_tags(desk):
    path = desk.file("x.txt", "__label__positive Fine, all of it\n__label__Bad Broken\n__label__purple ?\n")
    done = desk.bring(path, role="gold")
    assert (done.new, done.rejected) == (2, 1)
    assert [row.gold for row in desk.items().values()] == [{"label": "positive"}, {"label": "negative"}]
    tickets = desk.have(replace(TICKETS, show=("text",)))
    tickets.bring(desk.file("y.txt", "__label__billing __label__bug It costs too much\n"), role="gold")
    assert [row.gold for row in tickets.items().values()] == [{"topics": ["billing", "bug"]}]


def test_fasttext_and_doccano_come_back_as_they_were(desk):
    desk.bring(desk.jsonl("t.jsonl", {"id": "a", "text": "Fine 😀 day"}, {"id": "b", "text": "Bad"}))
    desk.answer(desk.person("ann"), {"label": "positive"}, {"label": "negative"})
    for form, name in (("fasttext", "x.txt"), ("doccano", "x.jsonl")):
        _, path = desk.export(f"o/{form}/{name}", format=form)
        other = desk.have(replace(REVIEWS, name=form))
        assert other.bring(path, role="gold").new == 2
        assert [row.gold["label"] for row in other.items().values()] == ["positive", "negative"]
        assert [row.data["text"] for row in other.items().values()] == ["Fine 😀 day", "Bad"]


@pytest.mark.parametrize("form", ["ljspeech", "nemo", "commonvoice", "audiofolder"])
def test_exported_speech_comes_back_as_gold_with_its_sounds(said, form):  # noqa: F811
    _, out = said.export(form, format=form)
    other = said.have(replace(CLIPS, name=f"copy-{form}"))
    done = other.bring(out, role="gold")
    assert (done.new, done.rejected) == (3, 0)
    found = other.items().values()
    assert all(row.media[0]["kind"] == "audio" for row in found)
    wanted = {words if form in ("nemo", "audiofolder") else " ".join(words.split()) for words in WORDS.values()}
    if form in ("ljspeech", "commonvoice"):
        wanted = {one.replace("| ", "") if form == "ljspeech" else one.replace('"', "”") for one in wanted}
    assert {row.gold["label"] for row in found} == wanted


SPOKEN = {
    "text": "Hello there.",
    "segments": [{"start": 0.0, "end": 0.4, "text": "Hello"}, {"start": 0.4, "end": 1.0, "text": "there."}],
}


@pytest.mark.parametrize("form", ["nemo", "jsonl", "csv", "parquet", "huggingface"])
def test_a_clip_heard_in_pieces_comes_back_with_its_times(desk, form):
    desk = desk.have(CLIPS)
    sounds(desk)
    desk.bring(desk.jsonl("in/i.jsonl", {"id": "a", "audio": "one.wav"}, {"id": "b", "audio": "sub/two.mp3"}))
    desk.answer(desk.person("ann"), {"label": SPOKEN}, {"label": "plain"})
    _, out = desk.export(form if form in ("nemo", "huggingface") else f"o/x.{form}", format=form)
    other = desk.have(replace(CLIPS, name="copy"))
    other.bring(out, role="gold" if form == "nemo" else "suggestion")
    if form == "nemo":
        assert [row.gold["label"] for row in other.items().values()] == [SPOKEN, "plain"]
    else:
        assert [row["label"] for row in other.exported()] == [SPOKEN, "plain"]


def test_labels_of_no_question_stay_out_and_the_plan_says_so(desk):
    path = desk.file("x.conll", "Ada B-PER\nin O\nYork B-LOC\n")
    assert any("Its labels are left out: they are spans" in line for line in desk.plan(path).lines())
    desk.bring(path)
    assert [row.data for row in desk.items().values()] == [{"text": "Ada in York"}]


def test_the_text_gets_the_name_that_the_project_shows(desk):
    desk = desk.have(replace(NAMES, show=("body",)))
    path = desk.file("x.conll", "Ada B-PER\nran O\n")
    with pytest.raises(BadImport, match="--map body=text"):
        desk.plan(path)
    desk.bring(path, mapping={"body": "text"}, role="gold")
    assert [row.data for row in desk.items().values()] == [{"body": "Ada ran"}]
    with pytest.raises(BadImport, match="there is no column 'words'"):
        desk.plan(path, mapping={"body": "words"})


def test_other_sources_can_be_gold_too(desk):
    desk.bring(desk.file("r.csv", "id,text,suggestion\na,Fine,positive\n"), role="gold")
    assert desk.items()["a"].gold == {"label": "positive"}
    with pytest.raises(BadImport, match="--map gold=COLUMN"):
        desk.plan(desk.file("s.csv", "id,text\na,Fine\n"), role="gold")
    result = [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["negative"]}}]
    task = {"id": "b", "data": {"text": "x"}, "annotations": [{"completed_by": 7, "result": result}]}
    desk.bring(desk.file("ls.json", json.dumps([task])), role="gold")
    assert (desk.items()["b"].gold, desk.items()["b"].answers) == ({"label": "negative"}, 0)
    desk.bring(desk.jsonl("t.jsonl", {"id": "c", "text": "y"}))
    desk.answer(desk.person("ann"), {"label": "positive"})
    _, path = desk.export("o/items.jsonl", format="jsonl", level="items")
    other = desk.have(replace(REVIEWS, name="copy"))
    other.bring(path, role="gold")
    assert {key: row.gold["label"] for key, row in other.items().items()} == {
        "a": "positive",
        "b": "negative",
        "c": "positive",
    }


def test_tied_to_one_question_of_several(desk):
    desk = desk.have(
        Project("both", "Both", (Question("mood", "How?", "choice", (LabelDef("good", "Good"),)), *GOLD.questions))
    )
    desk.bring(desk.file("x.conll", "Ada B-PER\nran O\n"), role="gold")
    assert [row.gold for row in desk.items().values()] == [{"label": spans("Ada ran", ("Ada", "PER"))}]


@pytest.mark.parametrize("held", [{}, {"attrs": [65]}, ["x"], {"attrs": "x", "strings": 1, "lengths": b"abc"}, 7])
def test_a_docbin_of_something_else_gets_one_sentence(desk, held):
    content = zlib.compress(srsly.msgpack_dumps(held))
    with pytest.raises(BadImport, match="no DocBin of spaCy's, or a broken one"):
        desk.have(NAMES).plan(desk.file("x.spacy", content))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"tokens": ["Ada"], "ner_tags": []}, "tokens and ner_tags must be lists of equal length"),
        ({"tokens": "Ada", "ner_tags": ["O"]}, "tokens and ner_tags must be lists of equal length"),
        ({"tokens": ["Ada"], "ner_tags": ["?"]}, "tokens and ner_tags must be lists of equal length"),
    ],
)
def test_odd_rows_of_tokens_cost_themselves(desk, row, reason):
    desk = desk.have(NAMES)
    rows = [{"tokens": ["Bob", "ran"], "ner_tags": ["B-PER", "O"]}] * 200
    done = desk.bring(desk.jsonl("x.jsonl", *({"id": n, **one} for n, one in enumerate(rows)), {"id": "odd", **row}))
    assert (done.new, done.rejected) == (200, 1)
    assert reason in desk.rejects()[0]["reason"]


def test_odd_rows_of_a_manifest_cost_themselves(desk):
    desk = desk.have(CLIPS)
    sounds(desk)
    rows = [
        {"audio_filepath": "one.wav", "duration": 1.0, "text": "Hello"},
        {"audio_filepath": "sub/two.mp3", "offset": "soon", "duration": 1.0, "text": "x"},
        {"audio_filepath": None, "text": "x"},
        {"audio_filepath": "/etc/passwd", "duration": 1, "text": "x"},
    ]
    done = desk.bring(desk.jsonl("in/manifest.jsonl", *rows))
    assert (done.new, done.rejected) == (1, 3)
    assert desk.rejects()[0]["reason"] == "offset and duration must be numbers of seconds"
