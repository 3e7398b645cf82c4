"""Spans, choices and tags as files to train with: each opened by the program it is for."""

import json
from dataclasses import replace

import datasets
import pandas as pd
import pytest
import spacy
from label_studio_sdk.label_interface import LabelInterface
from spacy.tokens import DocBin
from spacy.training.converters import conll_ner_to_docs

from bot.exchange.exports import export_project
from bot.exchange.problems import BadExport
from bot.exchange.wanted import Wanted
from bot.project import LabelDef, Project, Question
from storage.files import Files
from tests.dialogue import project, question
from tests.exchange.desk import REVIEWS, TICKETS

LABELS = (LabelDef("PER", "Person"), LabelDef("LOC", "Place"), LabelDef("big org", "Company"))
ENTITIES = Question("label", "Who, where?", "spans", LABELS, options={"overlapping": True})
NAMES = Project("names", "Names", (ENTITIES,), show=("text",))
GOLD = replace(NAMES, name="copy")
datasets.disable_progress_bars()

TEXTS = {
    "plain": ("Ada lived in New York. Bob did not.", ("Ada", "PER"), ("New York", "LOC"), ("Bob", "PER")),
    "emoji": ("👩‍👩‍👧 Ada 🇩🇪 in 👋🏽Köln👋🏽!", ("Ada", "PER"), ("Köln", "LOC")),
    "crlf": ("Ada\r\nlived  in\r\n\r\n\tYork", ("Ada", "PER"), ("York", "LOC")),
    "marks": ("Zoe\u0308 wohnt in Ko\u0308ln.", ("Zoe\u0308", "PER"), ("Ko\u0308ln", "LOC")),
    "rtl": ("עדה גרה בתל אביב, ולא בלונדון.", ("עדה", "PER"), ("תל אביב", "LOC"), ("לונדון", "LOC")),
    "japanese": ("田中さんは東京都に住んでいます。", ("田中", "PER"), ("東京都", "LOC")),
    "inside": ("NewYork-based", ("York", "LOC")),
    "none": ("Nobody is anywhere.",),
}


def spans(text, *marked):
    found = [
        {"start": text.index(words), "end": text.index(words) + len(words), "label": label, "text": words}
        for words, label in marked
    ]
    return sorted(found, key=lambda one: (one["start"], one["end"]))


@pytest.fixture
def named(desk):
    """Every text of TEXTS with its spans, as somebody gave them."""
    desk = desk.have(NAMES)
    desk.bring(desk.jsonl("t.jsonl", *({"id": key, "text": text} for key, (text, *_) in TEXTS.items())))
    desk.answer(desk.person("ann"), *({"label": spans(text, *marked)} for text, *marked in TEXTS.values()))
    return desk


def one(desk, text, *labels):
    """A desk at a project with one text, which each label is an answer to."""
    desk = desk.have(replace(NAMES, overlap=len(labels)))
    desk.bring(desk.jsonl("one.jsonl", {"id": "a", "text": text}))
    for number, label in enumerate(labels):
        desk.answer(desk.person(f"p{number}"), {"label": label})
    return desk


def test_spacy_opens_the_docbin_with_every_text_and_span_as_it_was(named):
    result, path = named.export("out/x.spacy", format="spacy")
    docs = list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))
    assert [doc.text for doc in docs] == [text for text, *_ in TEXTS.values()]
    for doc, (text, *marked) in zip(docs, TEXTS.values(), strict=True):
        wanted = [(found["start"], found["end"], found["label"]) for found in spans(text, *marked)]
        assert [(span.start_char, span.end_char, span.label_) for span in doc.spans["labels"]] == wanted
        assert [(span.start_char, span.end_char, span.label_) for span in doc.ents] == wanted
    assert [doc.user_data["item"] for doc in docs] == list(TEXTS)
    assert result.losses == ("A DocBin holds texts, spans and ids, no other fields.",)


def test_overlapping_spans_are_a_span_group_and_the_longest_are_ents(desk):
    text = "University of New York "
    marked = spans(text, (text, "big org"), ("New York", "LOC"), ("York ", "LOC"))
    result, path = one(desk, text, marked).export("o/x.spacy", format="spacy")
    (doc,) = DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)
    assert doc.text == text
    assert [(span.text_with_ws, span.label_) for span in doc.spans["labels"]] == [
        (text, "big org"), ("New York", "LOC"), ("York ", "LOC"),
    ]  # fmt: skip
    assert [span.text for span in doc.ents] == ["New York"]
    assert any("not in doc.ents: 2; doc.spans['labels'] has all" in loss for loss in result.losses)


def conll(path):
    """Documents of sentences of (word, tag)."""
    content = path.read_text(encoding="utf-8")
    documents = [part for part in content.split("-DOCSTART- -X- O O\n") if part]
    return [
        [
            [(line.split(" ")[0], line.split(" ")[3]) for line in sentence.split("\n")]
            for sentence in document.split("\n\n")
            if sentence.strip()
        ]
        for document in (part.strip("\n") for part in documents)
    ]


def test_conll_parts_words_where_spans_do_and_spacys_converter_reads_it(named):
    _, path = named.export("out/x.conll", format="conll")
    documents = conll(path)
    assert documents[0] == [
        [("Ada", "B-PER"), ("lived", "O"), ("in", "O"), ("New", "B-LOC"), ("York", "I-LOC"), (".", "O")],
        [("Bob", "B-PER"), ("did", "O"), ("not", "O"), (".", "O")],
    ]
    keys = list(TEXTS)
    assert documents[keys.index("japanese")][0][:8] == [
        ("田", "B-PER"), ("中", "I-PER"), ("さ", "O"), ("ん", "O"), ("は", "O"),
        ("東", "B-LOC"), ("京", "I-LOC"), ("都", "I-LOC"),
    ]  # fmt: skip
    assert documents[keys.index("inside")] == [[("New", "O"), ("York", "B-LOC"), ("-", "O"), ("based", "O")]]
    assert documents[keys.index("crlf")] == [
        [("Ada", "B-PER")], [("lived", "O"), ("in", "O")], [("York", "B-LOC")],
    ]  # fmt: skip
    assert documents[keys.index("marks")][0][0] == ("Zoe\u0308", "B-PER")
    read = list(conll_ner_to_docs(path.read_text(encoding="utf-8"), n_sents=0, no_print=True))
    found = [(span.text.replace(" ", ""), span.label_) for doc in read for span in doc.ents]
    wanted = [(words.replace(" ", ""), label) for text, *marked in TEXTS.values() for words, label in marked]
    assert found == wanted
    assert len(read) == len(TEXTS)


def test_conll_counts_what_it_cannot_carry(desk):
    text = " New York, here "
    marked = spans(text, ("New York", "LOC"), ("York", "PER"), (" ", "LOC"), (" here ", "big org"))
    result, path = one(desk, text, marked).export("o/x.conll", format="conll")
    assert conll(path) == [[[("New", "B-LOC"), ("York", "I-LOC"), (",", "O"), ("here", "B-big_org")]]]
    assert result.losses == (
        "CoNLL holds words and their labels: no ids, no people, no other fields, and not how the words were spaced.",
        "Spans left out because they overlap longer ones: 1; doccano, spacy and jsonl have them.",
        "Spans left out because there is only white space in them: 1.",
        "Spans that began or ended with white space lost that: 1.",
        "Labels with spaces in their names are written with _: big org.",
    )


def test_two_peoples_spans_of_one_text_are_two_documents_or_one_consensus(desk):
    text = "Ada in York"
    desk = one(desk, text, spans(text, ("Ada", "PER")), spans(text, ("Ada", "PER")))
    result, path = desk.export("o/x.conll", format="conll")
    assert len(conll(path)) == 2
    assert "1 item stands in it once for each answer; --level items has one label of each." in result.losses
    result, path = desk.export("o/y.conll", format="conll", level="items")
    assert conll(path) == [[[("Ada", "B-PER"), ("in", "O"), ("York", "O")]]]


def test_doccano_holds_places_in_code_points(named):
    _, path = named.export("out/x.jsonl", format="doccano")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row, (key, (text, *marked)) in zip(rows, TEXTS.items(), strict=True):
        assert row["meta"]["item"] == key
        assert row["text"] == text
        assert [[text[start:end], label] for start, end, label in row["label"]] == [
            list(pair) for pair in sorted(marked, key=lambda pair: text.index(pair[0]))
        ]


def test_fasttext_is_a_line_an_item_whatever_the_text_holds(desk):
    odd = Question("label", "How?", "choice", (LabelDef("very good", "Good"), LabelDef("very_good", "Odd")))
    desk = desk.have(Project("odd", "Odd", (odd,)))
    desk.bring(desk.jsonl("t.jsonl", {"id": "a", "text": "two\r\nlines  \0 __label__x </s>"}, {"id": "b", "text": "b"}))
    desk.answer(desk.person("ann"), {"label": "very good"}, {"label": "very_good"})
    result, path = desk.export("o/x.txt", format="fasttext")
    assert path.read_text() == "__label__very_good_2 two lines ___label__x _</s>\n__label__very_good b\n"
    assert result.losses[1:] == (
        "Texts of several lines became one line: 1.",
        "Words that fastText would take for its own signs got a _ before them: 2.",
        "Labels with spaces in their names are written with _: very good.",
    )


def test_fasttext_and_doccano_hold_one_of_several_questions(desk):
    desk = desk.have(TICKETS)
    desk.bring(desk.file("t.csv", "id,body\na,x\nb,y\n"))
    ann = desk.person("ann")
    desk.answer(ann, {"topics": ["billing", "bug"], "urgency": "now"}, {"topics": [], "urgency": "later"})
    result, path = desk.export("o/x.txt", format="fasttext")
    assert path.read_text() == "__label__billing __label__bug x\n"
    assert "It holds the answers to topics; those to urgency are not in it." in result.losses
    assert "Left out because no label was set: 1; fastText cannot say so." in result.losses
    _, path = desk.export("o/y.txt", format="fasttext", question="urgency")
    assert path.read_text() == "__label__now x\n__label__later y\n"
    _, path = desk.export("o/y.jsonl", format="doccano", level="items")
    assert [json.loads(line)["label"] for line in path.read_text().splitlines()] == [["billing", "bug"], []]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"format": "conll"}, "conll holds labels of spans, and reviews has no such question"),
        ({"format": "fasttext", "question": "x"}, "--question x: fasttext can hold label"),
        ({"format": "csv", "question": "label"}, "--question: csv holds the answers to all questions"),
    ],
)
def test_a_format_that_the_project_has_nothing_for_says_so(desk, wanted, said):
    with pytest.raises(BadExport, match=said):
        desk.have(REVIEWS).export("x", **wanted)


def test_without_spacy_a_sentence_says_what_to_install(named, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "spacy", None)
    with pytest.raises(BadExport, match=r"pip install 'labelbot\[spacy\]'"):
        named.export("o/x.spacy", format="spacy")


def test_hugging_face_has_spans_as_structures_and_words_with_their_tags(named):
    _, out = named.export("hub", format="huggingface")
    loaded = datasets.load_dataset(str(out), cache_dir=str(named.folder / "cache"))["train"]
    tags = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-big org", "I-big org"]
    assert loaded.features["ner_tags"] == datasets.List(datasets.ClassLabel(names=tags))
    for row, (text, *marked) in zip(loaded, TEXTS.values(), strict=True):
        assert row["label"] == spans(text, *marked)
        assert "".join(row["tokens"]) == "".join(text.split())
        assert len(row["tokens"]) == len(row["ner_tags"])
    assert loaded["tokens"][0][3:6] == ["New", "York", "."]
    assert [tags[one] for one in loaded["ner_tags"][0]] == [
        "B-PER", "O", "O", "B-LOC", "I-LOC", "O", "B-PER", "O", "O", "O",
    ]  # fmt: skip
    other = named.have(replace(NAMES, name="copy"))
    assert other.bring(out).answers == len(TEXTS)
    assert other.exported() == named.exported()


def test_what_tags_cannot_hold_is_told_and_stays_in_the_label(desk):
    text = "University of New York"
    marked = spans(text, (text, "big org"), ("New York", "LOC"))
    result, out = one(desk, text, marked, []).export("hub", format="huggingface", level="items")
    assert not [loss for loss in result.losses if "ner_tags" in loss]
    result, out = desk.have(replace(NAMES, overlap=2)).export("hub", format="huggingface")
    loaded = datasets.load_dataset(str(out), cache_dir=str(desk.folder / "cache"))["train"]
    assert loaded["label"][:] == [marked, []]
    assert (
        "Spans that overlap longer ones, or hold only white space, are in the label but not in ner_tags: 1."
        in result.losses
    )


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_tables_hold_spans_as_json_and_bring_them_back(named, form):
    _, path = named.export(f"o/x.{form}", format=form)
    if form != "jsonl":
        table = pd.read_csv(path) if form == "csv" else pd.read_parquet(path)
        assert json.loads(table["label"][0]) == spans(*TEXTS["plain"])
    other = named.have(replace(NAMES, name="copy"))
    assert other.bring(path).answers == len(TEXTS)
    assert [row["label"] for row in other.exported()] == [spans(text, *marked) for text, *marked in TEXTS.values()]
    assert [row["data"] for row in other.exported()] == [{"text": text} for text, *_ in TEXTS.values()]


def test_data_called_as_our_words_comes_back(desk):
    desk = desk.have(NAMES)
    desk.bring(desk.jsonl("t.jsonl", {"id": "a", "text": "Ada", "tokens": ["x"], "ner_tags": "mine"}))
    desk.answer(desk.person("ann"), {"label": spans("Ada", ("Ada", "PER"))})
    for form, name in (("huggingface", "hub"), ("csv", "x/x.csv"), ("jsonl", "x/x.jsonl")):
        _, out = desk.export(name, format=form)
        other = desk.have(replace(NAMES, name=form))
        assert other.bring(out).new == 1
        assert other.items()["a"].data["ner_tags"] == "mine"


def test_label_studio_accepts_spans_and_brings_them_back(named):
    result, path = named.export("ls/x.json", format="label-studio")
    studio = LabelInterface(json.loads(result.files[-1].read_text())["files"]["x.json"]["label_config"])
    studio.validate()
    tasks = json.loads(path.read_text())
    for task, (text, *marked) in zip(tasks, TEXTS.values(), strict=True):
        (annotation,) = task["annotations"]
        assert studio.validate_annotation(annotation)
        assert [
            (text[one["value"]["start"] : one["value"]["end"]], one["value"]["labels"]) for one in annotation["result"]
        ] == [(span["text"], [span["label"]]) for span in spans(text, *marked)]
    other = named.have(GOLD)
    other.bring(path, role="gold")
    assert [row.gold["label"] for row in other.items().values()] == [
        spans(text, *marked) for text, *marked in TEXTS.values()
    ]


def test_what_is_typed_in_a_chat_is_what_spacy_finds(talk, tmp_path):
    dialogue = talk(project(question("spans", *LABELS)), items=0)
    dialogue.add_items("reviews", [{"data": {"text": "👋🏽 Ada lived in New York."}}])
    anna = dialogue.member("Anna")
    anna.types("Ada=PER")
    anna.types("New York=LOC")
    anna.taps("Done")
    for form in ("spacy", "conll"):
        export_project(dialogue.database, Files(tmp_path), "reviews", Wanted(format=form), tmp_path / f"x.{form}")
    (doc,) = DocBin().from_disk(tmp_path / "x.spacy").get_docs(spacy.blank("en").vocab)
    assert [(one.text, one.label_) for one in doc.ents] == [("Ada", "PER"), ("New York", "LOC")]
    assert [word for sentence in conll(tmp_path / "x.conll")[0] for word in sentence if word[1] != "O"] == [
        ("Ada", "B-PER"), ("New", "B-LOC"), ("York", "I-LOC"),
    ]  # fmt: skip


def test_spans_that_their_text_does_not_have_are_told(desk):
    beyond = [
        {"start": 0, "end": 3, "label": "PER", "text": "Ada"},
        {"start": 2, "end": 9, "label": "LOC", "text": "a…"},
    ]
    desk = one(desk, "Ada", beyond)
    for form in ("conll", "spacy", "doccano"):
        result, _ = desk.export(f"o/{form}", format=form)
        assert "Spans left out because they lie outside their text: 1." in result.losses
