"""What a project is once its file has been read: questions, labels and rules, as plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

ONLY_QUESTION = "label"  # the question's name in a project that asks just one
SKIP_REASONS = ("Not sure", "Unclear or incomplete", "Not about this project", "Other")
"""As they are kept and exported, whatever language they were read in: `bot.serving` has the sentences."""


@dataclass(frozen=True)
class LabelDef:
    """One label: `name` is what exports hold, `title` what people see.

    `was` lists former names, which is how a rename is told from a removal. `parent` is the name of the
    label this one sits under, or None; names are unique within a question, nested or not.
    """

    name: str
    title: str
    help: str = ""
    examples: tuple[str, ...] = ()
    was: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True)
class ShowIf:
    """Ask only when the earlier question `question` was answered with one of `labels`."""

    question: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One thing asked of an item; `options` are the label type's own settings, checked against its list."""

    name: str
    title: str
    type: str
    labels: tuple[LabelDef, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict, hash=False)
    show_if: ShowIf | None = None

    def label(self, name: str) -> LabelDef | None:
        """The label called `name` now, or else the one that once was."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, LabelDef]:
        """Labels by their former names and, above these, by their names; of several the first. Answers are read by the
        thousand, and there may be ten thousand labels."""
        found = {was: label for label in reversed(self.labels) for was in label.was}
        return found | {label.name: label for label in reversed(self.labels)}

    @cached_property
    def _by_parent(self) -> Mapping[str | None, tuple[LabelDef, ...]]:
        found: dict[str | None, list[LabelDef]] = {}
        for label in self.labels:
            found.setdefault(label.parent, []).append(label)
        return {parent: tuple(labels) for parent, labels in found.items()}

    def as_config(self) -> dict[str, Json]:
        """Plain JSON, as part of a project's."""
        config = _plain(self)
        assert isinstance(config, dict)
        return config

    def under(self, parent: str | None) -> tuple[LabelDef, ...]:
        """The labels directly under `parent`, in file order; None gives the top level."""
        return self._by_parent.get(parent, ())


@dataclass(frozen=True)
class Summary:
    """Where and when the QA summary is posted: `channel` is "platform:id", `every` a cron line read in `timezone`.

    An empty `every` means only when asked.
    """

    channel: str
    every: str = ""
    timezone: str = "UTC"

    @property
    def platform(self) -> str:
        return self.channel.partition(":")[0]

    @property
    def chat(self) -> str:
        return self.channel.partition(":")[2]


@dataclass(frozen=True)
class Qualification:
    """The test before real items: so many gold `items`, of which `right` must be; `text` leads into it."""

    items: int
    right: int
    text: str = ""


@dataclass(frozen=True)
class Adaptive:
    """As many answers as an item needs: `min` to `max`, until its label is right with probability `confidence`."""

    min: int
    max: int
    confidence: float


CONSENSUS = ("auto", "majority", "weighted", "one-coin", "dawid-skene", "ibcc")
"""Ways to make one label out of several people's (`bot.quality.crowd`); "auto" is a mean of those that fit best."""
GOLD_START = 0.3
"""Share of gold within a person's first answers, where the project does not say: one who is new is measured soon."""
NEWCOMER = 20
"""Answers up to which somebody is new."""


@dataclass(frozen=True)
class Review:
    """Items come to a reviewer where people differ: a tie, or a consensus below `confidence` (0..1). `feedback` tells
    people of a decision that is not their answer."""

    confidence: float = 0.6
    feedback: bool = True


@dataclass(frozen=True)
class Project:
    """Everything a project file says. Shares are 0..1; empty `chats` and `show` mean "all"."""

    name: str
    title: str
    questions: tuple[Question, ...]
    instructions: str = ""
    overlap: int = 1
    adaptive: Adaptive | None = None
    lease: timedelta = timedelta(minutes=15)
    order: str = "imported"
    blind: bool = True
    max_per_person: int | None = None
    flags_needed: int = 1
    skip_limit: int = 3
    gold_share: float = 0.1
    withhold: float = 0.15
    unsure: bool = False
    gold_start: float | None = None
    gold_feedback: bool = False
    qualification: Qualification | None = None
    skip_reasons: tuple[str, ...] = SKIP_REASONS
    chats: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict, hash=False)
    language: str = "en"
    summary: Summary | None = None
    review: Review | None = None
    watch: bool = True
    call_back: bool = True
    names: bool = False
    consensus: str = "auto"

    def had_enough(self, answered: int) -> bool:
        """Whether a person with that many answers gets no more items."""
        return self.max_per_person is not None and answered >= self.max_per_person

    def gold_chance(self, answered: int) -> float:
        """The share of gold among the next cards of a person with that many answers. None is dealt where the project
        wants none at all."""
        start = self.gold_start if self.gold_start is not None else GOLD_START if self.gold_share else 0.0
        return max(start, self.gold_share) if answered < NEWCOMER else self.gold_share

    @property
    def reasons(self) -> tuple[str, ...]:
        """Those to skip an item that are offered. Who is not sure says so by a button of its own where there is one."""
        usual = self.skip_reasons == SKIP_REASONS
        return self.skip_reasons[1:] if self.unsure and usual else self.skip_reasons

    @property
    def single(self) -> bool:
        """True when one question is asked, so that exports may use the short form."""
        return len(self.questions) == 1

    def question(self, name: str) -> Question:
        """The question called `name`; KeyError when there is none."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)

    def as_config(self) -> dict[str, Json]:
        """Plain JSON, the same for the same project, `lease` in seconds: what storage keeps per schema version."""
        config = _plain(self)
        assert isinstance(config, dict)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Project:
        """The project `as_config` described. Keys that a version did not have yet take their defaults."""
        known = _known(cls, config)
        known["questions"] = tuple(question_of(question) for question in config["questions"])
        if "lease" in known:
            known["lease"] = timedelta(seconds=known["lease"])
        if known.get("summary") is not None:
            known["summary"] = Summary(**_known(Summary, known["summary"]))
        if known.get("qualification") is not None:
            known["qualification"] = Qualification(**_known(Qualification, known["qualification"]))
        if known.get("adaptive") is not None:
            known["adaptive"] = Adaptive(**_known(Adaptive, known["adaptive"]))
        if known.get("review") is not None:
            known["review"] = Review(**_known(Review, known["review"]))
        return cls(**known)


Dataclass = TypeVar("Dataclass", Adaptive, LabelDef, Project, Qualification, Question, Review, ShowIf, Summary)


def _known(kind: type[Dataclass], config: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items() if key in names}


def question_of(config: Mapping[str, Any]) -> Question:
    """The question that `Question.as_config` described."""
    known = _known(Question, config)
    known["labels"] = tuple(LabelDef(**_known(LabelDef, label)) for label in config["labels"])
    if known.get("show_if") is not None:
        known["show_if"] = ShowIf(**_known(ShowIf, known["show_if"]))
    return Question(**known)


def _plain(value: object) -> Json:
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, (Adaptive, LabelDef, Project, Qualification, Question, Review, ShowIf, Summary)):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{value!r} has no place in a project's configuration")
