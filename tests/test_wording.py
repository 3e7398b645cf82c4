"""Sentences in every language: none that only one has, and the same fields in each."""

import ast
import re
import string
from pathlib import Path

import pytest

from bot.pausing import told
from bot.project import SKIP_REASONS
from bot.serving import USUAL_REASONS
from bot.wording import DEFAULT, LANGUAGES, Figure, phrase, say, written
from bot.wording import WORDS as TYPED

ROOT = Path(__file__).parent.parent
OTHERS = pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {DEFAULT}))


def fields_of(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@OTHERS
def test_every_sentence_is_there_and_none_is_left_over(language):
    assert set(LANGUAGES[language]) == set(LANGUAGES[DEFAULT])


@OTHERS
def test_a_translation_says_the_same_fields(language):
    for key, sentence in LANGUAGES[language].items():
        assert fields_of(sentence) == fields_of(LANGUAGES[DEFAULT][key]), key


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_may_be_typed_is_named_as_each_chat_has_it(language):
    for key, sentence in LANGUAGES[language].items():
        assert not re.search(r"(?<!\{)/(" + "|".join(TYPED) + r")\b", sentence), key
    assert "/label" in say(language, phrase("reply.no_card"))
    assert "/annotate " in say(language, phrase("reply.no_card"), "/annotate")
    assert "/annotate undo" in say(language, phrase("help.general"), "/annotate")


SAYING = {"phrase": (), "toast": ("alert",), "button": ("quiet", "form", "page"), "WrongCode": ()}
"""What takes a key first, and its arguments that are no fields of the sentence."""


def calls():
    """(file, line, node of the key, names of the fields) of everything that says a sentence."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            if isinstance(node, ast.Call) and name in SAYING and node.args:
                fields = {one.arg for one in node.keywords if one.arg not in SAYING[name]}
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0], fields


def keys_in(node):
    """The keys an expression may be; a key that is put together is a pattern."""
    if isinstance(node, ast.Constant):
        return [re.escape(str(node.value))]
    if isinstance(node, ast.JoinedStr):
        return ["".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in node.values)]
    if isinstance(node, ast.IfExp):
        return [*keys_in(node.body), *keys_in(node.orelse)]
    return []


def test_every_sentence_that_is_said_exists_and_gets_its_fields():
    known = LANGUAGES[DEFAULT]
    for where, node, given in calls():
        for pattern in keys_in(node):
            said = [key for key in known if re.fullmatch(pattern, key)]
            assert said, f"{where}: no sentence {pattern}"
            if isinstance(node, ast.Constant) and None not in given:
                own = {field for field in fields_of(known[said[0]]) if not field.startswith("/")}
                assert given == own, f"{where}: {said[0]}"


def test_every_sentence_is_said_somewhere():
    trees = [ast.parse(path.read_text()) for path in (ROOT / "bot").rglob("*.py") if path.parent.name != "wording"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    # A key that is put together: f"report.part.{state}" or f"{kind}.how".
    patterns = {pattern for node in nodes if isinstance(node, ast.JoinedStr) for pattern in keys_in(node)}
    patterns = {pattern for pattern in patterns if re.fullmatch(r"[a-z.\\_]+\.\+|\.\+\\\.how", pattern)}
    page = "\n".join(
        path.read_text() for path in (ROOT / "bot" / "web").rglob("*.*") if path.suffix in (".js", ".html")
    )
    for key in LANGUAGES[DEFAULT]:
        spoken, on_page = key.removesuffix(".spoken"), key.removeprefix("page.")
        said = spoken in named or any(re.fullmatch(pattern, spoken) for pattern in patterns)
        assert said or (on_page != key and (on_page in page or on_page.replace(".", "_") in page)), f"nobody says {key}"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_sentence_begins_and_ends_without_space_and_is_short_enough_to_read(language):
    for key, sentence in LANGUAGES[language].items():
        assert sentence == sentence.strip(), key
        assert len(sentence) <= 260, key


CORE = ("app", "turn", "face", "serving", "presses", "replies", "doors", "letters", "notify", "schedule", "draft")
SPEAKING = (
    *(f"bot/{module}.py" for module in (*CORE, "project", "reception", "workers")),
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "bot" / "labels").glob("*.py")),
    *(f"bot/quality/{module}.py" for module in ("report", "words", "telling", "chart", "disputes", "coding")),
)
"""Whatever writes what a person in a chat reads."""
UNSAID = {"TITLE", "EXAMPLE", "UNPOSTED"}
"""Constants for the docs and the audit trail."""
NOTED = {"warning", "error", "info", "failed", "NoChannel"}
"""Calls whose words are for the log, or kept with a run that failed."""
WORDS = re.compile(r"[^\W\d_]{2,}[ ,]+[^\W\d_]{2,}")


def unread(node):
    """Whether no person in a chat reads the words in it: docstrings, types, assertions, what is raised or logged."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign):
        names = {getattr(one, "id", "") for one in (node.targets if isinstance(node, ast.Assign) else [node.target])}
        return bool(names & UNSAID) or "TypeAlias" in ast.dump(getattr(node, "annotation", None) or ast.Pass())
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) in NOTED
    return isinstance(node, ast.Assert | ast.Raise)


def said_in(path):
    tree = ast.parse(path.read_text())
    quiet = {id(one) for node in ast.walk(tree) if unread(node) for one in ast.walk(node)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in quiet)
    return [node.value for node in constants if isinstance(node.value, str)]


@pytest.mark.parametrize("module", SPEAKING)
def test_no_sentence_stands_outside_the_wording(module):
    said = [one for one in said_in(ROOT / module) if WORDS.search(one)]
    assert [one for one in said if one not in SKIP_REASONS] == []


def test_the_usual_reasons_to_skip_are_sentences_in_every_language():
    assert list(USUAL_REASONS) == list(SKIP_REASONS)
    assert [LANGUAGES[DEFAULT][key] for key in USUAL_REASONS.values()] == list(SKIP_REASONS)


@pytest.mark.parametrize("path", sorted((ROOT / "storage").glob("*.py")), ids=lambda path: path.stem)
def test_storage_keeps_no_word_of_ours_in_place_of_what_is_missing(path):
    """As `name or "somebody"` would: its reader's language is not known there."""
    choices = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.BoolOp)]
    kept = [one.value for node in choices for one in node.values if isinstance(one, ast.Constant)]
    assert [word for word in kept if isinstance(word, str) and word] == []


@pytest.mark.parametrize(
    ("language", "number", "places", "said"),
    [
        ("en", 0.034, 2, "0.03"),
        ("de", 0.034, 2, "0,03"),
        ("de-AT", 1234.5, 1, "1.234,5"),
        ("en", 1234.5, 1, "1,234.5"),
        ("de", -0.001, 2, "0,00"),
        ("de", -0.5, 1, "−0,5"),
        ("fr", 0.5, 1, "0.5"),
    ],
)
def test_a_number_is_written_as_its_language_does(language, number, places, said):
    assert written(language, Figure(number, places)) == said


def test_a_note_in_german_has_its_numbers_with_a_comma():
    note = say("de", told("spammer", {"score": 0.03, "usual": 0.81}))
    assert "0,03" in note
    assert "0,81" in note
    assert "0.03" in say("en", told("spammer", {"score": 0.03, "usual": 0.81}))


POINT = re.compile(r"\.[1-9]\d*[fg]")


def test_no_sentence_is_given_a_number_that_is_written_already():
    """A number with a point in it would stay so in German: sentences take a Figure."""
    found = []
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", ""))
            if isinstance(node, ast.Call) and name in {*SAYING, "say"}:
                values = [part for one in node.keywords for part in ast.walk(one.value)]
                specs = [ast.unparse(one.format_spec) for one in values if getattr(one, "format_spec", None)]
                found += [f"{path.relative_to(ROOT)}:{node.lineno}" for one in specs if POINT.search(one)]
    assert found == []
