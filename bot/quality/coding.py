"""A question's labels as small numbers: equal labels share one, whatever version of the project they were given in."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from operator import methodcaller
from typing import Final, NamedTuple, Protocol, TypeAlias, cast

from bot.draft import suggested
from bot.labels import LABEL_TYPES, pieces, transcript
from bot.labels.base import BadAnswer, Label, Said
from bot.project import Json, Project, Question
from bot.quality.consensus import disagreement
from bot.quality.measures import Agreement, Distance, agreement, edit_distance_ratios, free_agreement
from bot.quality.values import frozen

_READ: Final = json.JSONDecoder().raw_decode
"""Of what storage wrote, which has no blanks around it: `json.loads` takes twice the time to see to them."""
Codes: TypeAlias = tuple[int, ...]
Coded: TypeAlias = tuple[int | None, ...]
"""An answer: the number of each question's label, None where the question was not asked."""


@dataclass(slots=True)
class Apart:
    """How far apart the answers to some items are: `apart` is the sum over them of answers × mean distance of two."""

    items: int = 0
    answers: int = 0
    apart: float = 0.0
    means: float = 0.0
    """The sum over them of the mean distance of two."""

    def add(self, size: int, mean: float, times: int) -> None:
        """`times` items with `size` answers."""
        self.items += times
        self.answers += size * times
        self.apart += size * times * mean
        self.means += times * mean

    def join(self, other: "Apart") -> None:
        self.items += other.items
        self.answers += other.answers
        self.apart += other.apart
        self.means += other.means


class Many(Protocol):
    """Items by the sorted numbers of their free labels."""

    def each(self) -> Iterable[Codes]: ...

    @property
    def compared(self) -> dict[int, int]: ...


class Coder:
    """Numbers the labels of one question and counts the items they came together on."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.type = LABEL_TYPES[question.type]
        self.labels: list[Label] = []
        self._units: Counter[Codes] = Counter()
        self.answers = 0
        """Labels given to it."""
        self.ranked = self.type.metric((), ()) is not None
        """Whether α goes by another distance than `distance`, one that is known when all labels are counted."""
        self.apart: dict[tuple[int, float], int] = {}
        """Of labels that are not ranked: items with two or more, by (labels, mean distance of two)."""
        self.daily: dict[date, Apart] = {}
        """The same by the day of their last answer."""
        self.dated: Counter[tuple[date, Codes]] = Counter()
        """Of ranked labels: those items by that day and their labels."""
        self._many: Many | None = None
        self._codes: dict[Hashable, int] = {}
        self._distance = self.type.distance(question)
        self._typed = self.type is LABEL_TYPES[transcript.NAME]

    def code(self, value: Json) -> int | None:
        label = value if self._typed and type(value) is str else self._current(value)
        if label is None:
            return None
        code = self._codes.setdefault(label if type(label) is str else frozen(label), len(self.labels))
        if code == len(self.labels):
            self.labels.append(label)
        return code

    def codes(self, values: Sequence[Json]) -> list[int]:
        """The same of many; −1 for None."""
        if not self._typed or set(map(type, values)) != {str}:
            return [-1 if code is None else code for code in map(self.code, values)]
        known, before = self._codes, len(self.labels)
        found = [known.setdefault(text, len(known)) for text in cast("Sequence[str]", values)]
        new = cast("list[Label]", list(islice(reversed(known), len(known) - before)))
        self.labels.extend(reversed(new))
        return found

    def _current(self, value: Json) -> Label:
        """The label as the project names it now. One that was removed stays as it is; None for what has become no
        label at all, as after a change of the question's type."""
        if self.type.CATEGORICAL and value is not None:
            try:
                return self.type.read(self.question, value)
            except BadAnswer:
                pass
        # A transcript may be of a clip in pieces, which others have as a whole.
        alike = type(value) is type(self.type.EXAMPLE.label) or self._in_pieces(value)
        return value if alike else None

    def _in_pieces(self, value: Json) -> bool:
        return self._typed and pieces.segments(value) is not None

    def distance(self, one: int, other: int) -> float:
        return 0.0 if one == other else self._distance(self.labels[one], self.labels[other])

    def distances(self, ones: Sequence[int], others: Sequence[int]) -> list[float]:
        """Of as many pairs."""
        if not self._typed:
            return list(map(self.distance, ones, others))
        said = [[pieces.words(self.labels[code]) for code in side] for side in (ones, others)]
        return edit_distance_ratios(*said)

    def disagreement(self, codes: Codes) -> float:
        if len(codes) < 3:
            return self.distance(*codes) if len(codes) == 2 else 0.0
        return disagreement(codes, self.distance)

    def agreement(self) -> Agreement:
        """Of free labels nothing is compared that was before, for their distances are what takes the time."""
        if self.type.CATEGORICAL:
            return agreement(self.units, self.distance, True, self.metric)
        found = Apart()
        for daily in self.daily.values():
            found.join(daily)
        costly = bool(self.type.EDITOR)
        return free_agreement(self.compared, self.distances, found.items, found.means, found.apart, costly)

    def alpha_distance(self) -> Distance[int]:
        """What α goes by, among all labels that were given to items with two answers or more."""
        counts = self.compared
        return self.metric(list(counts), list(counts.values()))

    @property
    def compared(self) -> dict[int, int]:
        """How often each label was given to items with two answers or more."""
        if self._many is not None:
            return self._many.compared
        counts: dict[int, int] = {}
        for codes, times in self.units.items():
            if len(codes) > 1:
                for code in codes:
                    counts[code] = counts.get(code, 0) + times
        return counts

    def names(self, code: int) -> tuple[str, ...]:
        """What a label counts under, as exports write it: one that holds no class, as of tags, is one of its own."""
        label = self.labels[code]
        return self.type.classes(label) or (str(self.type.to_cell(label)),)

    def count(self, codes: Codes, apart: float, day: int, times: int) -> None:
        """`times` items with these labels, `apart` their mean distance, last answered on that day, an ordinal."""
        size = len(codes)
        self._units[codes] += times
        self.answers += size * times
        if size < 2:
            return
        if self.ranked:
            self.dated[date.fromordinal(day), codes] += times
            return
        key = size, apart if self.type.CATEGORICAL else round(apart, 3)
        self.apart[key] = self.apart.get(key, 0) + times
        self.daily.setdefault(date.fromordinal(day), Apart()).add(size, apart, times)

    def take(self, many: Many, answers: int, apart: dict[tuple[int, float], int], daily: dict[date, Apart]) -> None:
        """Items with free labels, all at once in place of `count`; of as many answers. They are only looked at one by
        one where somebody asks for `units`."""
        self._many, self.answers, self.apart, self.daily = many, answers, apart, daily

    @property
    def units(self) -> Counter[Codes]:
        """Items by the sorted numbers of their labels."""
        if self._many is not None and not self._units:
            self._units.update(self._many.each())
        return self._units

    def metric(self, codes: Sequence[int], totals: Sequence[int]) -> Distance[int]:
        """The type's metric among the numbers of its labels, or else its distance."""
        between = self.type.metric([self.labels[code] for code in codes], totals)
        return (lambda one, other: between(self.labels[one], self.labels[other])) if between else self.distance

    def counts(self) -> dict[int, int]:
        """How often each label was given, by its number."""
        counts: dict[int, int] = {}
        for codes, times in self.units.items():
            for code in codes:
                counts[code] = counts.get(code, 0) + times
        return counts

    def said(self, code: int) -> Said:
        return self.type.describe(self.question, self.labels[code])


class Together(NamedTuple):
    """The sorted numbers of an item's labels by question, without those to whom it was not put, and the mean distance
    of two; the same of the `question` people differ most on. `given` are the answers in the order they were joined."""

    given: tuple[Coded, ...]
    units: tuple[Codes, ...]
    apart: tuple[float, ...]
    disagreement: float
    question: int

    @property
    def answers(self) -> int:
        """Labels to that question."""
        return len(self.units[self.question])


class Coding:
    """All questions of a project. Labels come as the JSON that is stored, {question: label}; an item's are joined
    by `separator`."""

    def __init__(self, project: Project, separator: str) -> None:
        self.coders = tuple(Coder(question) for question in project.questions)
        self._separator = separator
        self._single = project.single
        # Free texts hardly ever come twice: remembering them would only fill the memory.
        self.repeats = all(coder.type.CATEGORICAL for coder in self.coders)
        self._known: dict[str, Coded] = {}
        self._suggested: dict[str, Coded] = {}
        self._together: dict[str, Together] = {}
        self._columns = tuple(_Column(self, place) for place in range(len(self.coders)))

    def answer(self, text: str) -> Coded:
        found = self._known.get(text) if self.repeats else None
        if found is None:
            found = self._coded(_READ(text)[0])
            if self.repeats:
                self._known[text] = found
        return found

    def _coded(self, labels: Json) -> Coded:
        return tuple([coder.code(self._of(labels, coder.question)) for coder in self.coders])

    def suggestion(self, text: str) -> Coded:
        """What an item's suggestion, {"label": {question: label}}, says to each question."""
        found = self._suggested.get(text)
        if found is None:
            held = json.loads(text)
            found = tuple(coder.code(suggested(coder.question, held)) for coder in self.coders)
            if self.repeats:
                self._suggested[text] = found
        return found

    def _of(self, labels: Json, question: Question) -> Json:
        if isinstance(labels, dict):
            return labels.get(question.name)
        return labels if self._single else None

    def together(self, joined: str) -> Together:
        """What the labels of an item say, joined as storage does; the same object for the same text."""
        found = self._together.get(joined) if self.repeats else None
        if found is None:
            found = self._found(tuple([self.answer(text) for text in joined.split(self._separator)]))
            if self.repeats:
                self._together[joined] = found
        return found

    def _found(self, given: tuple[Coded, ...]) -> Together:
        if len(self.coders) == 1:
            codes = tuple(sorted([code for (code,) in given if code is not None]))
            apart = self.coders[0].disagreement(codes)
            return Together(given, (codes,), (apart,), apart, 0)
        units = _units(given)
        each = tuple([coder.disagreement(codes) for coder, codes in zip(self.coders, units, strict=True)])
        worst = max(each)
        return Together(given, units, each, worst, each.index(worst))

    def columns(self, texts: Sequence[str]) -> list[list[int]]:
        """By question the numbers of the labels in so many answers, −1 where it was not asked."""
        if self.repeats:
            return [list(map(column.__getitem__, texts)) for column in self._columns]
        read = _READ(f"[{','.join(texts)}]")[0]
        if set(map(type, read)) != {dict}:
            return [coder.codes([self._of(one, coder.question) for one in read]) for coder in self.coders]
        return [coder.codes(list(map(methodcaller("get", coder.question.name), read))) for coder in self.coders]

    def count(self, together: Together, times: int, day: int) -> None:
        """`times` items that were labelled so, last answered on that day."""
        for coder, codes, apart in zip(self.coders, together.units, together.apart, strict=True):
            if codes:
                coder.count(codes, apart, day, times)


class _Column(dict[str, int]):
    """The number of the label to one question in an answer's text; −1: not asked."""

    def __init__(self, coding: Coding, place: int) -> None:
        super().__init__()
        self._coding, self._place = coding, place

    def __missing__(self, text: str) -> int:
        code = self._coding.answer(text)[self._place]
        return self.setdefault(text, -1 if code is None else code)


def _units(given: Iterable[Coded]) -> tuple[Codes, ...]:
    return tuple([tuple(sorted([code for code in column if code is not None])) for column in zip(*given, strict=True)])
