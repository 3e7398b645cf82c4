"""What a label type is: the protocol its module satisfies, and what passes between it and the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.project import Json, Question
from bot.quality.consensus import Merged
from bot.wording import Phrase

Label: TypeAlias = Json
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


Given = Tap | Typed


@dataclass(frozen=True, slots=True)
class Kept:
    """The question goes on; this is what is marked so far."""

    work: Work


@dataclass(frozen=True, slots=True)
class Done:
    """The question is answered."""

    label: Label


Step = Kept | Done


@dataclass(frozen=True, slots=True)
class Option:
    """A button. `title` is the project's own text (a label) or a phrase of ours; `choice` comes back in a Tap (≤ 12
    bytes, ASCII). `chosen` shows it as set, `key` is the number key that presses it where there is a keyboard."""

    title: str | Phrase
    choice: str
    chosen: bool = False
    main: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """How to ask: rows of buttons, a line that says what to do, and whether typing answers it (`typed`: it is the
    way to answer, so the card is a message of its own; `accepts_text`: typing is a short cut). `form` opens a text
    box where the platform has one. `marked` is a line on what is marked so far."""

    rows: tuple[tuple[Option, ...], ...] = ()
    hint: Phrase | None = None
    marked: Phrase | str | None = None
    typed: bool = False
    form: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A question with two different labels of it, for the promises that hold for every type and for the docs."""

    question: Question
    label: Label
    other: Label
    taps: tuple[Given, ...]
    """What a person does to give `label`."""


StudioResult: TypeAlias = dict[str, Json]


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
    def EXAMPLE(self) -> Example: ...  # noqa: N802

    def check(self, question: Question) -> None:
        """Raises BadQuestion where the question cannot be asked so."""

    def ask(self, question: Question, work: Work, suggestion: Label) -> Ask:
        """How to ask it now. `suggestion` is marked ✨ and moves nothing; None where there is none."""

    def advance(self, question: Question, work: Work, given: Given) -> Step:
        """One step of answering. Raises BadAnswer."""

    def read(self, question: Question, value: Json) -> Label:
        """A label from outside (gold, a suggestion, an import). Raises BadAnswer."""

    def describe(self, question: Question, label: Label) -> str:
        """The label in the words of the project, short enough for a button's toast."""

    def distance(self, question: Question) -> Callable[[Label, Label], float]:
        """0 for equal labels up to 1."""

    def merge(self, question: Question, values: Sequence[Label], weights: Sequence[float] | None) -> Merged[Label]:
        """The consensus of one item's labels."""

    def classes(self, label: Label) -> tuple[str, ...]:
        """What to count a label under in a distribution: one class, several (tags) or none (free text)."""

    def to_studio(self, question: Question, label: Label) -> StudioResult:
        """`type` and `value` of a Label Studio result; the exporter adds names and ids."""

    def from_studio(self, question: Question, result: Mapping[str, Json]) -> Label:
        """The label in a Label Studio result. Raises BadAnswer."""

    def to_cell(self, label: Label) -> str | int | float | None:
        """The label as one CSV cell."""

    def from_cell(self, question: Question, cell: str) -> Label:
        """The label in a CSV cell. Raises BadAnswer."""
