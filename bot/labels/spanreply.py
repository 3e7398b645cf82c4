"""What somebody types to mark a text: London=LOC, 3-4 ORG, London*=LOC. Never guessed at: a hint says what to type."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from bot.labels.base import BadAnswer, cut
from bot.labels.names import QUOTED, called, named, unknown
from bot.labels.spancard import Marking, Overlaps, Span
from bot.labels.words import near, occurrences, words
from bot.project import LabelDef, Question
from bot.wording import phrase

_NUMBERS: Final = re.compile(r"[0-9]{1,6}(?:\s*[-–—]\s*[0-9]{1,6})?(?:[\s,]+[0-9]{1,6}(?:\s*[-–—]\s*[0-9]{1,6})?)*")
_BEFORE_LABEL: Final = r"\s*(?:[=:]|[-–—=]?>|→)\s*"
_NUMBERED: Final = re.compile(rf"({_NUMBERS.pattern})(?:{_BEFORE_LABEL}|\s+)(\D.*)", re.DOTALL)
_QUOTES: Final = "\"'“”„‟‘’«»「」"
CLEARS: Final = ("-", "–", "∅", "none")
"""In the place of a label they take the mark away."""


def understood(question: Question, marking: Marking, typed: str, text: str) -> Marking:
    """All lines of `typed` done, or none. Raises BadAnswer."""
    lines = [line.strip() for line in re.split(r"[\n;]", typed) if line.strip()]
    if not lines:
        raise _how(question, text)
    for line in lines:
        marking = _line(question, marking, line, text)
    return marking


def _line(question: Question, marking: Marking, line: str, text: str) -> Marking:
    numbered = _NUMBERED.fullmatch(line)
    if numbered is not None:
        return _done(question, marking, _by_number(numbered[1], text), numbered[2], text)
    if _NUMBERS.fullmatch(line):
        return _with_chosen(question, marking, _by_number(line, text), line, text)
    what, equals, label = line.rpartition("=")
    if equals and what.strip():
        return _named(question, marking, what.strip(), label, text)
    return _word_alone(question, marking, line, text)


def _word_alone(question: Question, marking: Marking, line: str, text: str) -> Marking:
    """A label to go on with, or words to be marked with the label that was chosen."""
    if marking.label and occurrences(text, line.strip(_QUOTES)):
        return _named(question, marking, line, marking.label, text)
    found = called(question, line)
    if len(found) == 1:
        return replace(marking, label=found[0].name, at=None, since=0)
    if occurrences(text, line):
        raise _which_label(question, line)
    parted = _parted(question, line)
    if parted is None:
        raise _how(question, text)
    return _named(question, marking, *parted, text)


def _parted(question: Question, line: str) -> tuple[str, str] | None:
    """The words and the label behind them: "London: LOC", "London -> LOC", "London LOC"."""
    for space in re.finditer(rf"{_BEFORE_LABEL}|\s+", line):
        label = line[space.end() :].strip()
        if space.start() and (label.casefold() in CLEARS or called(question, label)):
            return line[: space.start()], label
    return None


def _named(question: Question, marking: Marking, what: str, label: str, text: str) -> Marking:
    every, wanted = what.endswith("*"), what.removesuffix("*").strip()
    wanted = wanted.strip(_QUOTES) or wanted
    found = occurrences(text, wanted)
    if not found:
        raise _absent(wanted, text)
    if label.strip().casefold() in CLEARS:
        return _cleared(marking, found, wanted)
    name = _label(question, label, wanted).name
    return _marked(question, marking, [(*place, name) for place in _meant(marking, found, every, wanted, name)], text)


def _meant(
    marking: Marking, found: list[tuple[int, int]], every: bool, wanted: str, name: str
) -> list[tuple[int, int]]:
    """The one place that can be meant, or all; places marked so already are not asked about again."""
    if every or len(found) == 1:
        return found
    left = [place for place in found if (*place, name) not in marking.marks]
    if len(left) > 1:
        raise BadAnswer(phrase("spans.several", text=cut(wanted, QUOTED), count=len(found), label=name))
    return left


def _with_chosen(question: Question, marking: Marking, found: list[tuple[int, int]], line: str, text: str) -> Marking:
    if not marking.label:
        raise _which_label(question, line)
    return _marked(question, marking, [(*place, marking.label) for place in found], text)


def _done(question: Question, marking: Marking, found: list[tuple[int, int]], label: str, text: str) -> Marking:
    if label.strip().casefold() in CLEARS:
        return _cleared(marking, found, text[found[0][0] : found[0][1]])
    name = named(question, label.strip(), parents=False).name
    return _marked(question, marking, [(*place, name) for place in found], text)


def _by_number(typed: str, text: str) -> list[tuple[int, int]]:
    """Places of single words (7) and of several in a row (3-4). Raises BadAnswer."""
    known = words(text)
    found = []
    for one in re.findall(r"([0-9]+)(?:\s*[-–—]\s*([0-9]+))?", typed):
        first, last = int(one[0]), int(one[1] or one[0])
        for wanted in (first, last):
            if not 1 <= wanted <= len(known):
                raise BadAnswer(phrase("spans.number", number=wanted, most=len(known)))
        first, last = min(first, last), max(first, last)
        found.append((known[first - 1].start, known[last - 1].end))
    return found


def _marked(question: Question, marking: Marking, spans: Iterable[Span], text: str) -> Marking:
    try:
        return replace(marking.marked(spans), label="")
    except Overlaps as error:
        start, end, name = error.other
        label = question.label(name)
        there = cut(text[start:end], QUOTED)
        raise BadAnswer(phrase("spans.taken", text=there, label=label.title if label else name)) from None


def _cleared(marking: Marking, found: Iterable[tuple[int, int]], wanted: str) -> Marking:
    places = set(found)
    gone = [mark for mark in marking.marks if mark[:2] in places]
    if not gone:
        raise BadAnswer(phrase("spans.unmarked", text=cut(wanted, QUOTED)))
    return replace(marking.without(gone), label="", since=0)


def _label(question: Question, label: str, wanted: str) -> LabelDef:
    if not label.strip():
        raise _which_label(question, wanted)
    if not called(question, label):
        raise unknown(question, label)
    return named(question, label.strip(), parents=False)


def _how(question: Question, text: str) -> BadAnswer:
    """An example with a word that is there and a label there is."""
    known = words(text)
    word = text[known[0].start : known[0].end] if known else "…"
    return BadAnswer(phrase("spans.how", word=cut(word, QUOTED), label=question.labels[0].name))


def _which_label(question: Question, wanted: str) -> BadAnswer:
    labels = ", ".join(one.name for one in question.labels[:8])
    return BadAnswer(phrase("spans.which", text=cut(wanted, QUOTED), labels=labels))


def _absent(wanted: str, text: str) -> BadAnswer:
    like = near(text, wanted)
    if like:
        return BadAnswer(phrase("spans.near", text=cut(wanted, QUOTED), near=cut(like, QUOTED)))
    return BadAnswer(phrase("spans.absent", text=cut(wanted, QUOTED)))
