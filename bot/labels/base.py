"""What a label type is: the protocol its module satisfies, and what passes between it and the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from bot.project import Json, Question
from bot.quality.consensus import Merged
from bot.quality.consensus import vote as majority
from bot.quality.measures import Distance
from bot.quality.measures import nominal as unlike
from bot.quality.parts import Elected, Part
from bot.wording import Phrase, phrase, say

if TYPE_CHECKING:
    from bot.labels.regions import Regions

Label: TypeAlias = Json
Style: TypeAlias = Literal["plain", "bold", "italic", "quote", "code", "strike", "quiet"]
Said: TypeAlias = str | Phrase
"""The project's own words, or a sentence of ours; `say` turns both into text."""
Work: TypeAlias = Json
"""What a person has marked so far of one question; None before anything is."""


class BadAnswer(ValueError):
    """What came in is not an answer to the question. The phrase tells the person what to do instead."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(said.key)
        self.said = said


class BadQuestion(ValueError):
    """A question of a project file that this label type cannot ask; the message is a sentence for its author."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button's choice: the state it asks for ("3", "+3", "-3", "done"), so that a double tap changes nothing."""

    choice: str


@dataclass(frozen=True, slots=True)
class Typed:
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A whole label, as the page gives it, whatever is marked so far. `read` and `fit` judge it, unless it `fits`: then
    they did."""

    value: Json
    fits: bool = False


Given = Tap | Typed


def _unknown() -> Regions | None:
    return None


@dataclass(frozen=True, slots=True)
class Subject:
    """What of an item a question is about. `suggestion` is what a model says, None where it is not shown. `text` is
    what spans count code points of; `size` (width, height) of the upright original picture in pixels; `pieces` (start,
    end) in milliseconds of a long clip's pieces; `regions` loads the picture's superpixels, of the medium `picture`."""

    suggestion: Label = None
    text: str = ""
    size: tuple[int, int] | None = None
    picture: int = 0
    pieces: tuple[tuple[int, int], ...] = ()
    regions: Callable[[], Regions | None] = _unknown


ABOUT_NOTHING = Subject()


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Kept:
    """The question goes on; this is what is marked so far."""

    work: Work


@dataclass(frozen=True, slots=True)
class Done:
    """The question is answered."""

    label: Label


Step = Kept | Done


BUTTON_TEXT = 75
"""Characters a button may hold on every platform; Slack's limit is the smallest."""


@dataclass(frozen=True, slots=True)
class Option:
    """A button. `title` is the project's own text (a label) or a phrase of ours; `choice` comes back in a Tap (≤ 12
    bytes, ASCII). `chosen` shows it as set, `suggested` as what a model would say, `main` as the way on."""

    title: Said
    choice: str
    chosen: bool = False
    suggested: bool = False
    main: bool = False

    def shown(self, language: str) -> str:
        """The text on the button, marks included, cut to BUTTON_TEXT."""
        marks = ("✓ " if self.chosen else "") + ("✨ " if self.suggested else "")
        return cut(marks + say(language, self.title), BUTTON_TEXT)

    def spoken(self, language: str) -> str:
        """What a screen reader says where the marks would be read as signs; empty where the text will do."""
        title = say(language, self.title)
        if self.suggested:
            title = say(language, phrase("label.spoken_suggested", label=title))
        if self.chosen:
            title = say(language, phrase("label.spoken_chosen", label=title))
        return title if self.suggested or self.chosen else ""


@dataclass(frozen=True, slots=True)
class Ask:
    """How to ask: rows of buttons, a line that says what to do, and what is marked so far. Typing may always answer;
    `typed` says that it is the way to answer, so the card is a message of its own. `form` opens a text box where the
    platform has one, for at most `limit` characters. `body` stands for the item's own text, in (text, style) parts.
    `drawing` is what is painted over the item's picture (see `bot.media.painting`), None for the picture as it is.
    `page` offers the page to mark on. `piece` is which piece of a long clip is played."""

    rows: tuple[tuple[Option, ...], ...] = ()
    hint: Phrase | None = None
    marked: Said | None = None
    typed: bool = False
    form: bool = False
    limit: int = 3000
    body: tuple[tuple[str, Style], ...] = ()
    drawing: Json = None
    page: bool = False
    piece: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A question with two different labels of it, for the promises that hold for every type and for the docs."""

    question: Question
    label: Label
    other: Label
    taps: tuple[Given, ...]
    """What a person does to give `label`."""
    subject: Subject = ABOUT_NOTHING


StudioResult: TypeAlias = dict[str, Json]
Rebuild: TypeAlias = Callable[[Question, Sequence[Label], Sequence[Elected]], Merged[Label] | None]


class LabelType(Protocol):
    """A module of `bot/labels/` is one of these. Labels are plain JSON values."""

    @property
    def NAME(self) -> str: ...  # noqa: N802 - a module constant

    @property
    def TITLE(self) -> str: ...  # noqa: N802

    @property
    def OPTIONS(self) -> frozenset[str]:  # noqa: N802
        """The option keys a project file may set for this type."""

    @property
    def CATEGORICAL(self) -> bool:  # noqa: N802
        """Whether labels are values one can count (a distribution, AC1), or free."""

    @property
    def FIELDS(self) -> tuple[str, ...]:  # noqa: N802
        """The fields that an item must have to be asked about; none where any will do."""

    @property
    def ABOUT(self) -> Literal["", "text", "image"]:  # noqa: N802
        """What an item must hold to be asked about."""

    @property
    def EDITOR(self) -> Literal["", "boxes", "masks", "spans"]:  # noqa: N802
        """The editor on the page; none where the chat does it all."""

    @property
    def RIGHT(self) -> float:  # noqa: N802
        """The largest distance from gold that counts as right."""

    @property
    def EXAMPLE(self) -> Example: ...  # noqa: N802

    def check(self, question: Question) -> None:
        """Raises BadQuestion where the question cannot be asked so."""

    def ask(self, question: Question, work: Work, subject: Subject) -> Ask:
        """How to ask it now. What is suggested is marked ✨ and moves nothing."""

    def advance(self, question: Question, work: Work, given: Given, subject: Subject) -> Step:
        """One step of answering; `subject` is as `ask` was given it. Raises BadAnswer."""

    def read(self, question: Question, value: Json) -> Label:
        """A label from outside (gold, a suggestion, an import). Raises BadAnswer."""

    def fit(self, question: Question, label: Label, subject: Subject) -> Label:
        """A label that `read` took, made to fit this very item. Raises BadAnswer where it cannot be of it."""

    def begun(self, question: Question, work: Work, subject: Subject) -> Label:
        """What the editor on the page begins with: what is marked in the chat so far, else what is suggested."""

    def describe(self, question: Question, label: Label) -> Said:
        """The label in the words of the project or in ours, short enough for a button's toast."""

    def distance(self, question: Question) -> Callable[[Label, Label], float]:
        """0 for equal labels up to 1."""

    def metric(self, labels: Sequence[Label], totals: Sequence[int]) -> Distance[Label] | None:
        """What α goes by where that depends on how often each of the labels was given; None: by `distance`."""

    def merge(self, question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
        """The consensus of one item's labels."""

    def parts(self, question: Question, labels: Sequence[Label]) -> Sequence[Part] | None:
        """One item's labels as votes, in an order that does not depend on that of the labels. None where a label is not
        made of votes, as a drawing: there people weigh in `merge` by how near they come to each other."""

    def rebuilt(self, question: Question, labels: Sequence[Label], elected: Sequence[Elected]) -> Merged[Label] | None:
        """The label that those parts come to, one each as `parts` gave them; None where nobody may give such a label.
        `confidence` is how likely it is right."""

    def classes(self, label: Label) -> tuple[str, ...]:
        """What to count a label under in a distribution: one class, several (tags) or none (free text)."""

    def drawn(self, question: Question, label: Label) -> dict[str, Json]:
        """What the label looks like over its picture, as a part of `Ask.drawing`; empty where it is not drawn."""

    def to_studio(self, question: Question, label: Label, subject: Subject) -> list[StudioResult]:
        """`type` and `value` of each Label Studio result, one a mark; the exporter adds names and ids."""

    def from_studio(self, question: Question, results: Sequence[Mapping[str, Json]], subject: Subject) -> Label:
        """The label in the Label Studio results of its control. Raises BadAnswer."""

    def to_cell(self, label: Label) -> str | int | float | None:
        """The label as one CSV cell."""

    def from_cell(self, question: Question, cell: str, /) -> Label:
        """The label in a CSV cell. Raises BadAnswer."""


OVERLAPS: Final = 0.5
"""The distance from gold of what is drawn that still counts as right: an IoU of at least a half, the usual threshold of
object detection (Everingham et al., "The PASCAL Visual Object Classes Challenge", 2010)."""

# What several types share, for their modules to name: `merge = base.vote`.


def fits(question: Question, label: Label, subject: Subject) -> Label:
    """Every label fits every item."""
    return label


def first_read(results: Sequence[Mapping[str, Json]], read: Callable[[Mapping[str, Json]], Label]) -> Label:
    """What the first of the results holds that can be read. Raises BadAnswer where none can."""
    problem = BadAnswer(phrase("label.missing"))
    for place, result in enumerate(results):
        try:
            return read(result)
        except BadAnswer as error:
            problem = problem if place else error
    raise problem


def suggested(question: Question, work: Work, subject: Subject) -> Label:
    """The editor begins with the suggestion, whatever was done in the chat."""
    return subject.suggestion


def not_drawn(question: Question, label: Label) -> dict[str, Json]:
    return {}


def nominal(question: Question) -> Callable[[Label, Label], float]:
    """Labels are alike or not."""
    return unlike


def by_distance(labels: Sequence[Label], totals: Sequence[int]) -> Distance[Label] | None:
    """α goes by `distance`, however often a label was given."""
    return None


def vote(question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
    """The label most people gave."""
    return majority(values, weights)


def one_part(question: Question, labels: Sequence[Label]) -> Sequence[Part] | None:
    """The whole label is one vote."""
    return (Part("", tuple(map(str, labels))),)


def one_rebuilt(read: Callable[[Question, Json], Label]) -> Rebuild:
    """The label that the vote names, as `read` knows it where nobody on this item gave it."""

    def rebuilt(question: Question, labels: Sequence[Label], elected: Sequence[Elected]) -> Merged[Label] | None:
        (won,) = elected
        for label in labels:
            if str(label) == won.value:
                return Merged(label, won.confidence)
        try:
            return Merged(read(question, won.value), won.confidence)
        except BadAnswer:
            return None

    return rebuilt


def no_parts(question: Question, labels: Sequence[Label]) -> Sequence[Part] | None:
    return None


def never_rebuilt(question: Question, labels: Sequence[Label], elected: Sequence[Elected]) -> Merged[Label] | None:
    return None


def itself(label: Label) -> tuple[str, ...]:
    """Each label is a class of its own."""
    return (str(label),)


def text_cell(label: Label) -> str | int | float | None:
    return str(label)


def json_cell(label: Label) -> str | int | float | None:
    """As JSON: names may hold any separator, and none set is not the same as not answered."""
    return json.dumps(label, ensure_ascii=False)
