"""How the spans of a text are marked on a card: what is marked so far, its buttons, and what a tap does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.labels.base import Ask, BadAnswer, Kept, Option, Said, Style, Work, cut
from bot.labels.layout import Row, grid
from bot.labels.menu import index_of, label_at
from bot.labels.names import is_list
from bot.labels.words import number, pages, turn, words
from bot.project import Json, LabelDef, Question
from bot.wording import Phrase, phrase

PAGE: Final = 1500
"""Code points of the text, its numbers included, that one card shows: about 200 words."""
TOKENS: Final = 60
"""So many words are offered as buttons; in a longer text they are typed."""
MARKS: Final = 24
LABELS: Final = 12
SHORT: Final = 24
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"

Span = tuple[int, int, str]
Part = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Marking:
    """`marks` are the spans marked so far, in order. Then at most one of these holds: `at` is the mark whose menu is
    open; `label` is the one to mark with next, and `since` the number of the first word it is to mark."""

    marks: tuple[Span, ...]
    suggested: tuple[Span, ...] = ()
    overlap: bool = False
    at: Span | None = None
    label: str = ""
    since: int = 0
    page: int = 0

    @classmethod
    def of(cls, work: Work, suggested: tuple[Span, ...], overlap: bool) -> "Marking":
        if not isinstance(work, Mapping):
            return cls(suggested, suggested, overlap)
        at, label, since, page = (work.get(key) for key in ("at", "label", "since", "page"))
        return cls(
            marks=_spans(work.get("marks")),
            suggested=suggested,
            overlap=overlap,
            at=_spans([at])[0] if at else None,
            label=label if isinstance(label, str) else "",
            since=since if isinstance(since, int) else 0,
            page=page if isinstance(page, int) else 0,
        )

    def kept(self) -> Kept:
        held: dict[str, Json] = {"at": self.at, "label": self.label, "since": self.since, "page": self.page}
        return Kept({"marks": [list(mark) for mark in self.marks], **{key: one for key, one in held.items() if one}})

    def marked(self, spans: Iterable[Span]) -> "Marking":
        """With these besides; what stood in the same place has the new label, unless spans may overlap. Raises
        BadAnswer."""
        marks = set(self.marks)
        for span in spans:
            if not self.overlap:
                marks = {one for one in marks if one[:2] != span[:2]}
                _stand_alone(span, marks)
            marks.add(span)
        return replace(self, marks=tuple(sorted(marks)), at=None, since=0)

    def without(self, spans: Iterable[Span]) -> "Marking":
        gone = set(spans)
        return replace(self, marks=tuple(one for one in self.marks if one not in gone), at=None)


class Overlaps(BadAnswer):
    """A span that would overlap another one; `other` is that one's place."""

    def __init__(self, other: Span) -> None:
        super().__init__(phrase("spans.overlap"))
        self.other = other


def asked(question: Question, marking: Marking, text: str) -> Ask:
    parts = pages(text, PAGE)
    page = min(marking.page, len(parts) - 1)
    marking = replace(marking, page=page)
    start, end = parts[page]
    here = replace(marking, marks=tuple(one for one in marking.marks if start <= one[0] < end))
    return Ask(
        (*_rows(question, marking, here, text, parts[page]), *_ways(page, len(parts))),
        hint=_hint(question, marking),
        marked=_told(question, marking, here, text),
        body=_body(question, here, text, start, end),
        page=True,
    )


def tapped(question: Question, marking: Marking, choice: str, text: str) -> Marking:
    """Raises BadAnswer for a button that this question does not have."""
    kind, rest = choice[:1], choice[1:]
    if choice == "back":
        return replace(marking, at=None, label="", since=0)
    if choice == "x":
        return marking.without([marking.at] if marking.at else [])
    if kind == "m":
        return replace(marking, at=_mark_at(question, marking, rest), label="", since=0)
    if kind == "p" and rest.isascii() and rest.isdigit() and int(rest) < len(pages(text, PAGE)):
        return replace(marking, page=int(rest), at=None, since=0)
    if kind == "n":
        return replace(marking, label=label_at(question, rest).name, at=None, since=0)
    if kind == "l":
        return _relabelled(marking, label_at(question, rest).name)
    if kind in ("w", "e"):
        return _pointed(marking, kind, _word(text, rest), text)
    raise BadAnswer(phrase("label.gone"))


def _pointed(marking: Marking, kind: str, at: int, text: str) -> Marking:
    """The first word, then the last one: another kind of choice, so that a double tap marks nothing."""
    if not marking.label or (kind == "e" and not marking.since):
        return marking
    if kind == "w":
        return replace(marking, since=at)
    first, last = sorted((marking.since, at))
    known = words(text)
    return replace(marking.marked([(known[first - 1].start, known[last - 1].end, marking.label)]), label="")


def _relabelled(marking: Marking, label: str) -> Marking:
    if marking.at is None:
        return marking
    start, end, _ = marking.at
    return marking.without([marking.at]).marked([(start, end, label)])


def _word(text: str, rest: str) -> int:
    if rest.isascii() and rest.isdigit() and len(rest) < 6 and 0 < int(rest) <= len(words(text)):
        return int(rest)
    raise BadAnswer(phrase("label.gone"))


def _mark_at(question: Question, marking: Marking, rest: str) -> Span | None:
    """A mark by its place and label: one that is gone by now opens nothing."""
    found = next((one for one in marking.marks if _choice(question, one) == rest), None)
    if found is None and len(rest.split(".")) != 3:
        raise BadAnswer(phrase("label.gone"))
    return found


def _choice(question: Question, mark: Span) -> str:
    start, end, name = mark
    label = question.label(name)
    return f"{_base36(start)}.{_base36(end - start)}.{index_of(question, label) if label else 0}"


def _base36(value: int) -> str:
    return (_base36(value // 36) if value >= 36 else "") + _DIGITS[value % 36]


def _stand_alone(span: Span, marks: Iterable[Span]) -> None:
    other = next((one for one in sorted(marks) if one[0] < span[1] and span[0] < one[1]), None)
    if other is not None:
        raise Overlaps(other)


def _spans(held: Json) -> tuple[Span, ...]:
    listed = held if is_list(held) else []
    return tuple((int(str(one[0])), int(str(one[1])), str(one[2])) for one in listed if is_list(one))


def _title(question: Question, name: str) -> str:
    label = question.label(name)
    return label.title if label else name


def _hint(question: Question, marking: Marking) -> Phrase:
    if marking.at is not None:
        return phrase("spans.hint_mark")
    if marking.since:
        return phrase("spans.hint_last")
    return phrase("spans.hint_first") if marking.label else phrase("spans.hint", label=question.labels[0].name)


def _told(question: Question, marking: Marking, here: Marking, text: str) -> Said | None:
    """The mark whose menu is open, or the label that is chosen; else how many marks have no button here."""
    if marking.at is not None:
        said = " ".join(text[marking.at[0] : marking.at[1]].split())
        return f"{cut(said, 60)} — {_title(question, marking.at[2])}"
    if marking.label:
        return f"+ {_title(question, marking.label)}"
    more = len(marking.marks) - len(here.marks[:MARKS])
    return phrase("spans.more", count=more) if more else None


def _rows(question: Question, marking: Marking, here: Marking, text: str, part: tuple[int, int]) -> tuple[Row, ...]:
    """`here` has the marks of the `part` of the text that is shown."""
    if here.at is not None:
        return _menu(question, here.at)
    if here.label:
        return (*_tokens(here, text, part), (Option(phrase("label.back"), "back"),))
    marks = [_mark_option(question, here, one, text) for one in here.marks[:MARKS]]
    labels = [Option(f"+ {one.title}", f"n{index_of(question, one)}") for one in _offered(question)]
    return (*(grid(marks) if marks else ()), *grid(labels), _done(marking))


def _offered(question: Question) -> Sequence[LabelDef]:
    """Labels beyond these are typed."""
    return question.labels[:LABELS]


def _mark_option(question: Question, here: Marking, mark: Span, text: str) -> Option:
    said = cut(" ".join(text[mark[0] : mark[1]].split()), SHORT)
    return Option(
        f"{said} · {_title(question, mark[2])}", "m" + _choice(question, mark), suggested=mark in here.suggested
    )


def _menu(question: Question, at: Span) -> tuple[Row, ...]:
    labels = [Option(one.title, f"l{index_of(question, one)}", chosen=one.name == at[2]) for one in _offered(question)]
    return (*grid(labels), (Option(phrase("spans.remove"), "x"), Option(phrase("label.back"), "back")))


def _tokens(here: Marking, text: str, part: tuple[int, int]) -> tuple[Row, ...]:
    kind = "e" if here.since else "w"
    shown = [(place, word) for place, word in enumerate(words(text), 1) if part[0] <= word.start < part[1]]
    if len(shown) > TOKENS:
        return ()
    return grid(
        [
            Option(cut(text[word.start : word.end], SHORT), f"{kind}{place}", chosen=place == here.since)
            for place, word in shown
        ]
    )


def _done(marking: Marking) -> Row:
    if not marking.marks:
        return (Option(phrase("spans.nothing"), "done"),)
    if marking.marks == marking.suggested:
        return (Option(phrase("spans.all_right", count=len(marking.marks)), "done", main=True),)
    return (Option(phrase("label.done", count=len(marking.marks)), "done", main=True),)


def _ways(page: int, count: int) -> tuple[Row, ...]:
    ways = []
    if page > 0:
        ways.append(Option(phrase("label.previous", page=page, pages=count), f"p{page - 1}"))
    if page < count - 1:
        ways.append(Option(phrase("label.next", page=page + 2, pages=count), f"p{page + 1}"))
    return (tuple(ways),) if ways else ()


def _body(question: Question, here: Marking, text: str, start: int, end: int) -> tuple[Part, ...]:
    """The text from `start` to `end` with a number before each word; what is marked is bold, in brackets, with its
    label behind it."""
    numbered = {word.start: place for place, word in enumerate(words(text), 1)}
    begins: dict[int, int] = {}
    ends: dict[int, list[str]] = {}
    for mark in here.marks:
        begins[mark[0]] = begins.get(mark[0], 0) + 1
        ends.setdefault(mark[1], []).append(_title(question, mark[2]))
    places = sorted({start, end, *(one for one in (*numbered, *begins, *ends) if start <= one <= end)})
    parts: list[Part] = []
    for place, after in zip(places, [*places[1:], None], strict=True):
        parts += [("]", "bold") for _ in ends.get(place, ())]
        parts += [(f" {title}", "italic") for title in ends.get(place, ())]
        if after is not None:
            parts += _stretch(here.marks, text, place, after, begins.get(place, 0), numbered.get(place))
    return _joined(parts)


def _stretch(marks: Sequence[Span], text: str, start: int, end: int, opening: int, numbered: int | None) -> list[Part]:
    style: Style = "bold" if any(one[0] <= start < one[1] for one in marks) else "plain"
    sign = number(numbered) if numbered else ""
    way = turn(text, start) if numbered else ""
    return [(way, style), ("[" * opening, "bold"), (sign, style), (text[start:end], style)]


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbours of one style as one part."""
    made: list[Part] = []
    for said, style in parts:
        if said and made and made[-1][1] == style:
            made[-1] = (made[-1][0] + said, style)
        elif said:
            made.append((said, style))
    return tuple(made)
