"""What is said in a recording (or stands in a picture), typed; a draft may be confirmed instead.

A clip that the import cut into pieces is typed piece by piece, and its label has their times.
"""

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.labels import base, pieces
from bot.labels.base import (
    Ask,
    BadAnswer,
    BadQuestion,
    Done,
    Example,
    Given,
    Kept,
    Label,
    Option,
    Said,
    Step,
    StudioResult,
    Subject,
    Tap,
    Typed,
    Work,
    cut,
)
from bot.labels.names import as_text, is_list, storable, studio_value
from bot.labels.options import count, flag, no_labels, words
from bot.project import Json, Question
from bot.quality.consensus import Merged, medoid
from bot.quality.measures import edit_distance_ratio
from bot.quality.rover import merge_texts
from bot.wording import Phrase, phrase

NAME: Final = "transcript"
TITLE: Final = "What is said, typed"
OPTIONS: Final = frozenset({"unintelligible", "max", "pieces", "piece_seconds"})
CATEGORICAL: Final = False
FIELDS: Final[tuple[str, ...]] = ()
UNINTELLIGIBLE: Final = "[unintelligible]"
MAX: Final = 3000
"""Characters a text box holds on every platform; Slack's limit is the smallest."""
DESCRIBED: Final = 60
PIECE_SECONDS: Final = 15

ABOUT: Final = ""
EDITOR: Final = ""
RIGHT: Final = 0.0

EXAMPLE: Final = Example(
    question=Question("label", "What is said?", NAME),
    label="The kettle is on.",
    other="The cattle are on.",
    taps=(Typed("  The kettle is on.\n"),),
)


def check(question: Question) -> None:
    no_labels(question)
    _unintelligible(question)
    _max(question)
    longest_ms(question)


def longest_ms(question: Question) -> int:
    """How long a piece of sound may be that is typed at once; a longer clip is cut. 0: clips stay whole."""
    seconds = count(question, "piece_seconds", PIECE_SECONDS, 5, 60)
    return seconds * 1000 if flag(question, "pieces", True) else 0


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    """A draft that could not be an answer (too long, empty) is not offered."""
    piece = _piece(question, work, subject)
    draft = _draft(question, subject, piece)
    return Ask(
        _rows(question, draft, piece),
        hint=_hint(question, draft, subject),
        marked=phrase("transcript.draft", text=draft) if draft else None,
        typed=True,
        form=True,
        limit=_max(question),
        piece=piece,
        drawing=None if piece is None else {"wave": subject.pieces[piece]},
    )


def _rows(question: Question, draft: str | None, piece: int | None) -> tuple[tuple[Option, ...], ...]:
    """Of a clip in pieces each button names the one it is for, so that a double tap does not answer two."""
    of = "" if piece is None else str(piece)
    unclear = [Option(phrase("transcript.unintelligible"), f"none{of}")] if _unintelligible(question) else []
    if piece is not None:
        unclear.append(Option(phrase("transcript.nothing"), f"still{of}", suggested=draft == ""))
    rows = ((Option(phrase("transcript.correct"), f"ok{of}", main=True),) if draft else (), tuple(unclear))
    return tuple(row for row in rows if row)


def _hint(question: Question, draft: str | None, subject: Subject) -> Phrase:
    """Nobody hears a picture."""
    if draft:
        return phrase("transcript.hint_draft")
    heard = _unintelligible(question) and not subject.picture
    return phrase("transcript.hint") if heard else phrase("transcript.hint_words")


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    piece = _piece(question, work, subject)
    if piece is None:
        return Done(_given(question, given, subject, None))
    so_far = pieces.typed(question.name, work)
    if isinstance(given, Tap) and _is_of_earlier(given.choice, piece):
        return Kept(work)
    texts = [*so_far, _given(question, given, subject, piece)]
    if len(texts) < len(subject.pieces):
        return Kept(pieces.begun(question.name, texts))
    return Done(pieces.aligned(subject.pieces, texts))


def _is_of_earlier(choice: str, piece: int) -> bool:
    """Whether a button was tapped once more that has been answered: it changes nothing."""
    number = choice.lstrip("abcdefghijklmnopqrstuvwxyz")
    return number.isascii() and number.isdigit() and choice[: -len(number)] in _TAPS and int(number) < piece


_TAPS: Final = ("none", "still", "ok")


def _given(question: Question, given: Given, subject: Subject, piece: int | None) -> str:
    """The text of a whole clip or of one piece. Raises BadAnswer."""
    if not isinstance(given, Tap):
        return _text(question, given.text)
    of = "" if piece is None else str(piece)
    if given.choice == f"none{of}" and _unintelligible(question):
        return _unintelligible(question)
    if given.choice == f"still{of}" and piece is not None:
        return ""
    if given.choice != f"ok{of}":
        raise BadAnswer(phrase("label.gone"))
    draft = _draft(question, subject, piece)
    if not draft:
        raise BadAnswer(phrase("transcript.no_draft"))
    return draft


def _piece(question: Question, work: Work, subject: Subject) -> int | None:
    """Which piece is to be typed now; None where the clip is asked about as a whole."""
    if not subject.pieces or not longest_ms(question):
        return None
    return min(len(pieces.typed(question.name, work)), len(subject.pieces) - 1)


def read(question: Question, value: Json) -> Label:
    value = pieces.decoded(value)
    if isinstance(value, Mapping):
        return pieces.read(value, lambda text: _text(question, text))
    text = as_text(value)
    if text is None:
        raise BadAnswer(phrase("label.missing"))
    return _text(question, text)


def describe(question: Question, label: Label) -> Said:
    return cut(" ".join(pieces.words(label).split()), DESCRIBED) or phrase("transcript.nothing")


def to_cell(label: Label) -> str:
    return str(label) if pieces.segments(label) is None else json.dumps(label, ensure_ascii=False)


from_cell = read


def distance(question: Question) -> Callable[[Label, Label], float]:
    """Edits ÷ the longer text's length, in code points."""
    return _apart


fit = base.fits
begun = base.suggested
metric = base.by_distance
parts = base.no_parts
rebuilt = base.never_rebuilt
drawn = base.not_drawn


def merge(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """Word by word what most say, from three answers on; of two the text nearest to all others, so that two different
    ones tie. Clips that all were cut alike go piece by piece."""
    where = {pieces.bounds(value) for value in values}
    if len(where) == 1 and (alike := where.pop()) and len(values) > 1:
        merged = _piecewise(question, alike, [pieces.texts(value) for value in values], weights)
        if merged is not None:
            return merged
    said = _merged(question, [pieces.words(value) for value in values], weights)
    if not any(isinstance(value, Mapping) for value in values):
        return said
    # Of the same words those with times are kept.
    by_words = {pieces.words(one): one for one in sorted(values, key=lambda one: (isinstance(one, Mapping), str(one)))}
    value = None if said.value is None else by_words.get(said.value, said.value)
    return Merged(value, said.confidence, tuple(by_words[text] for text in said.tie))


def _merged(question: Question, texts: Sequence[str], weights: Sequence[float] | None) -> Merged[str]:
    """Where words are settled by less than half of the weight on the whole, people do not say the same thing, and no
    new text is made of theirs; nor one that nobody could have typed."""
    if len(texts) > _PAIR:
        text, confidence = merge_texts(texts, weights)
        if confidence >= _SETTLED and len(text) <= _max(question) and (text or "" in texts):
            return Merged(text, confidence)
    return medoid(texts, edit_distance_ratio, weights)


_PAIR: Final = 2
_SETTLED: Final = 0.5


def _piecewise(
    question: Question, where: pieces.Bounds, answers: Sequence[Sequence[str]], weights: Sequence[float] | None
) -> Merged[Label] | None:
    """None where people tie on a piece: then whole answers are compared."""
    merged = [_merged(question, texts, weights) for texts in zip(*answers, strict=True)]
    texts = [one.value for one in merged if one.value is not None]
    if len(texts) < len(where):
        return None
    return Merged(pieces.aligned(where, texts), sum(one.confidence for one in merged) / len(merged))


def classes(label: Label) -> tuple[str, ...]:
    return ()


def to_studio(question: Question, label: Label, subject: Subject) -> list[StudioResult]:
    return [{"type": "textarea", "value": {"text": [pieces.words(label)]}}]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    return base.first_read(results, lambda result: _from_studio(question, result))


def _from_studio(question: Question, result: Mapping[str, Json]) -> Label:
    """Several texts, as from a box that was submitted more than once, become lines."""
    value = studio_value(result, "text")
    if is_list(value):
        return read(question, "\n".join(as_text(line) or "" for line in value))
    return read(question, value)


def _max(question: Question) -> int:
    return count(question, "max", MAX, 1, MAX)


def _unintelligible(question: Question) -> str:
    """The label for speech nobody can make out; empty where there is no such answer."""
    value = question.options.get("unintelligible", True)
    if isinstance(value, bool):
        return UNINTELLIGIBLE if value else ""
    if not isinstance(value, str) or not words(question, "unintelligible", DESCRIBED):
        raise BadQuestion("`unintelligible` must be true, false, or the text to save for it.")
    return value.strip()


def _text(question: Question, text: str) -> str:
    """`text` without what surrounds it; within, every sign is kept. Raises BadAnswer."""
    said = storable(text).strip()
    if all(unicodedata.category(sign)[0] in "CZ" for sign in said):
        raise BadAnswer(phrase("transcript.empty"))
    if len(said) > _max(question):
        raise BadAnswer(phrase("transcript.long", count=len(said), most=_max(question)))
    return said


def _draft(question: Question, subject: Subject, piece: int | None) -> str | None:
    """What a model says, of this piece; empty where it says that nothing is said. None: no draft."""
    said = subject.suggestion
    if piece is not None:
        found = pieces.suggested(said, subject.pieces)
        said = None if found is None else found[piece]
        if said == "":
            return ""
    elif pieces.segments(said) is not None:
        said = pieces.words(said)
    try:
        return _text(question, said) if isinstance(said, str) else None
    except BadAnswer:
        return None


def _apart(one: Label, other: Label) -> float:
    return edit_distance_ratio(pieces.words(one), pieces.words(other))
