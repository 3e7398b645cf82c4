"""Stretches of a text and what they are: named entities and the like, in code points of the original text."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeGuard

from bot.labels import base
from bot.labels.base import (
    Ask,
    BadAnswer,
    BadQuestion,
    Done,
    Example,
    Given,
    Label,
    Said,
    Step,
    Subject,
    Tap,
    Typed,
    Work,
    cut,
)
from bot.labels.names import as_text, is_list, named, storable
from bot.labels.options import flag, words
from bot.labels.span_votes import Span, joined, marked_by_most, stretches, without_overlaps
from bot.labels.spancard import Marking, asked, tapped
from bot.labels.spanreply import understood
from bot.project import Json, LabelDef, Question
from bot.quality.consensus import Merged, medoid
from bot.quality.parts import NO, YES, Elected, Part
from bot.wording import phrase

NAME: Final = "spans"
TITLE: Final = "Stretches of a text, such as names"
OPTIONS: Final = frozenset({"field", "overlapping"})
CATEGORICAL: Final = False
FIELDS: Final[tuple[str, ...]] = ()
ABOUT: Final = "text"
EDITOR: Final = "spans"
RIGHT: Final = base.OVERLAPS
DESCRIBED: Final = 100

COUNTED: Final = 64
"""Up to so many labels, each is a vote on every item; of more only those that somebody used there."""

EXAMPLE: Final = Example(
    question=Question(
        "label",
        "Who and where?",
        NAME,
        (LabelDef("PER", "👤 Person"), LabelDef("LOC", "📍 Place"), LabelDef("ORG", "🏢 Organisation")),
    ),
    label=[
        {"start": 0, "end": 12, "label": "PER", "text": "Ada Lovelace"},
        {"start": 22, "end": 28, "label": "LOC", "text": "London"},
    ],
    other=[{"start": 4, "end": 12, "label": "PER", "text": "Lovelace"}],
    taps=(Typed("1-2 PER"), Typed("London=LOC"), Tap("done")),
    subject=Subject(text="Ada Lovelace lived in London."),
)


def check(question: Question) -> None:
    if not question.labels:
        raise BadQuestion("a question of the type 'spans' needs labels: what may be marked.")
    flag(question, "overlapping", False)
    words(question, "field", 200)


def ask(question: Question, work: Work, subject: Subject) -> Ask:
    return asked(question, _marking(question, work, subject), subject.text)


def advance(question: Question, work: Work, given: Given, subject: Subject) -> Step:
    marking = _marking(question, work, subject)
    if isinstance(given, Tap) and given.choice == "done":
        return Done(_records(question, marking.marks, subject.text))
    if isinstance(given, Tap):
        return tapped(question, marking, given.choice, subject.text).kept()
    return understood(question, marking, storable(given.text), subject.text).kept()


def read(question: Question, value: Json) -> Label:
    """From a list of records, or of [start, end, label]; or JSON of such a list."""
    spans = {_span(question, one): _said(one) for one in _listed(value)}
    _apart(question, spans)
    return [_record(span, spans[span]) for span in sorted(spans)]


def fit(question: Question, label: Label, subject: Subject) -> Label:
    """Each span within the text, with the words that stand there; white space at its ends is no part of it."""
    fitted = []
    for one in _listed(label):
        start, end, name = _span(question, one)
        there = subject.text[start:end]
        if end > len(subject.text) or not there.strip():
            raise BadAnswer(phrase("spans.outside", start=start, end=end, most=len(subject.text)))
        if _said(one) not in ("", there):
            raise BadAnswer(phrase("spans.other_text", text=cut(_said(one), 40), there=cut(there, 40)))
        start += len(there) - len(there.lstrip())
        fitted.append((start, start + len(there.strip()), name))
    return _records(question, fitted, subject.text)


def begun(question: Question, work: Work, subject: Subject) -> Label:
    return _records(question, _marking(question, work, subject).marks, subject.text)


def describe(question: Question, label: Label) -> Said:
    titles = {one.name: one.title for one in question.labels}
    told = [f"{_said(one)} ({titles.get(name, name)})" for one in _listed(label) for name in [str(one["label"])]]
    return cut(", ".join(" ".join(one.split()) for one in told), DESCRIBED) if told else phrase("spans.nothing")


def distance(question: Question) -> Callable[[Label, Label], float]:
    """1 less the share of characters that both marked alike of all that either marked."""
    return _unlike


metric = base.by_distance
drawn = base.not_drawn


def merge(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """What more than half of the weight marked, character by character and label by label; a run is parted where most
    of those who marked it began anew. `confidence` is the answers' mean likeness to it.

    Where some stretch stands at exactly half, the answer nearest to all others is taken, and answers equally near tie.
    """
    each = [1.0] * len(values) if weights is None else weights
    whole = sum(each)
    spans = marked_by_most([_spans(value) for value in values], each) if whole else None
    if spans is None:
        return medoid(values, _unlike, weights)
    found = [_record(span, _text_of(span, values)) for span in spans]
    sure = sum(weight * (1 - _unlike(value, found)) for value, weight in zip(values, each, strict=True)) / whole
    return Merged(found, sure)


def parts(question: Question, labels: Sequence[Label]) -> Sequence[Part] | None:
    """Label by label each stretch between two edges that somebody set: is it marked so or not; and one for the rest of
    the text."""
    return tuple(
        Part(one.label, tuple(YES if held else NO for held in one.marked))
        for one in stretches([_spans(label) for label in labels], _voted(question))
    )


def rebuilt(question: Question, labels: Sequence[Label], elected: Sequence[Elected]) -> Merged[Label] | None:
    """As likely right as the stretch that is least sure. Where spans may not overlap, the surer one stands."""
    answers = [_spans(label) for label in labels]
    won = [one.confidence if one.value == YES else 0.0 for one in elected]
    spans = joined(stretches(answers, _voted(question)), won, answers, [1.0] * len(answers))
    kept = spans if overlapping(question) else without_overlaps(spans)
    sure = min((one.confidence for one in elected), default=1.0)
    return Merged([_record(span, _text_of(span, labels)) for span in sorted(kept)], sure)


def _voted(question: Question) -> list[str]:
    return [label.name for label in question.labels] if len(question.labels) <= COUNTED else []


def _spans(label: Label) -> list[Span]:
    return [_raw(one) for one in _listed(label)]


def classes(label: Label) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_raw(one)[2] for one in _listed(label)))


def overlapping(question: Question) -> bool:
    return flag(question, "overlapping", False)


def _marking(question: Question, work: Work, subject: Subject) -> Marking:
    """What is marked so far; before anything is, what a model suggests."""
    suggested = _suggested(question, subject)
    return Marking.of(work, suggested, overlapping(question))


def _suggested(question: Question, subject: Subject) -> tuple[Span, ...]:
    try:
        held = fit(question, read(question, subject.suggestion), subject) if subject.suggestion else []
    except BadAnswer:
        return ()
    return tuple(_raw(one) for one in _listed(held))


def _listed(value: Json) -> list[Mapping[str, Json]]:
    """Records, whatever form they came in. Raises BadAnswer."""
    if isinstance(value, str):
        value = _parsed(value)
    if not is_list(value):
        raise BadAnswer(phrase("label.missing"))
    return [_as_record(one) for one in value]


def _parsed(text: str) -> Json:
    try:
        held: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer(phrase("label.missing")) from None
    return held


def _as_record(value: Json) -> Mapping[str, Json]:
    if isinstance(value, Mapping):
        return value
    if is_list(value) and len(value) == 3:
        start, end, label = value
        return {"start": start, "end": end, "label": label}
    raise BadAnswer(phrase("label.missing"))


def _span(question: Question, one: Mapping[str, Json]) -> Span:
    start, end = one.get("start"), one.get("end")
    if not _place(start) or not _place(end) or not 0 <= start < end:
        raise BadAnswer(phrase("spans.places"))
    return start, end, named(question, one.get("label"), parents=False).name


def _place(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _said(one: Json) -> str:
    text = as_text(one.get("text")) if isinstance(one, Mapping) else None
    return storable(text) if text else ""


def _raw(one: Mapping[str, Json]) -> Span:
    start, end = one["start"], one["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    return start, end, str(one["label"])


def _record(span: Span, text: str) -> dict[str, Json]:
    start, end, name = span
    return {"start": start, "end": end, "label": name, "text": text}


def _records(question: Question, spans: Iterable[Span], text: str) -> list[dict[str, Json]]:
    kept = sorted(set(spans))
    _apart(question, kept)
    return [_record(span, text[span[0] : span[1]]) for span in kept]


def _apart(question: Question, spans: Iterable[Span]) -> None:
    """Raises BadAnswer where spans overlap and the project does not want that."""
    if overlapping(question):
        return
    for (_, end, _), (start, _, _) in pairwise(sorted(spans)):
        if start < end:
            raise BadAnswer(phrase("spans.overlapping"))


def _unlike(one: Label, other: Label) -> float:
    first, second = map(_spans, (one, other))
    names = {span[2] for span in (*first, *second)}
    both = either = 0
    for name in names:
        mine, theirs = _covered(first, name), _covered(second, name)
        shared = _shared(mine, theirs)
        both += shared
        either += sum(end - start for start, end in (*mine, *theirs)) - shared
    return 1 - both / either if either else 0.0


def _covered(spans: Iterable[Span], name: str) -> list[tuple[int, int]]:
    """What is marked so, as stretches that do not touch."""
    runs: list[tuple[int, int]] = []
    for start, end, _ in sorted(span for span in spans if span[2] == name):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _shared(mine: Sequence[tuple[int, int]], theirs: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in mine for b in theirs)


def _text_of(span: Span, values: Sequence[Label]) -> str:
    """The words of a merged span, out of those of the answers that it was merged from."""
    start, end, _ = span
    signs: dict[int, str] = {}
    for value in values:
        for one in _listed(value):
            signs |= dict(enumerate(_said(one), _raw(one)[0]))
    return "".join(signs.get(place, "") for place in range(start, end))


to_cell = base.json_cell
from_cell = read


def to_studio(question: Question, label: Label, subject: Subject) -> list[base.StudioResult]:
    places = ("start", "end", "text")
    return [
        {"type": "labels", "value": {**{name: one[name] for name in places}, "labels": [one["label"]]}}
        for one in _listed(label)
    ]


def from_studio(question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
    """Of a text as Label Studio counts it: code points, `end` exclusive."""
    found: list[Json] = []
    for result in results:
        value = result.get("value")
        names = value.get("labels") if isinstance(value, Mapping) else None
        if not isinstance(value, Mapping) or not is_list(names) or len(names) != 1:
            raise BadAnswer(phrase("label.missing"))
        held = {name: value[name] for name in ("start", "end", "text") if value.get(name) is not None}
        found.append({**held, "label": names[0]})
    return read(question, found)
