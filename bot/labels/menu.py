"""A question's labels as buttons: pages where there are many, menus where they are nested, matches of a typed text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from bot.labels.base import BadAnswer, BadQuestion, Option, Said, cut
from bot.labels.layout import Row, grid
from bot.labels.names import QUOTED, fitting
from bot.project import Json, LabelDef, Question
from bot.wording import phrase

TOP = "top"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is in a question's labels: in the menu of the label `under`, on `page` (from 0), or among those
    that fit `find`. The default is the first page of the top level."""

    under: str | None = None
    page: int = 0
    find: str = ""

    @classmethod
    def of(cls, work: Json) -> Place:
        if not isinstance(work, Mapping):
            return cls()
        under, page, find = work.get("in"), work.get("page"), work.get("find")
        return cls(
            under if isinstance(under, str) else None,
            page if isinstance(page, int) else 0,
            find if isinstance(find, str) else "",
        )

    def kept(self) -> dict[str, Json]:
        """The part of a Work that `of` reads back."""
        held: dict[str, Json] = {"in": self.under, "page": self.page, "find": self.find}
        return {key: value for key, value in held.items() if value}

    def here(self, question: Question) -> tuple[LabelDef, ...]:
        return fitting(question, self.find) if self.find else question.under(self.under)


@dataclass(frozen=True, slots=True)
class Menu:
    """How a label type shows its labels: `size` a page, `answer` gives the choice that answers with a label, and
    `parents` says whether a group can be an answer itself."""

    question: Question
    size: int
    parents: bool
    answer: Callable[[LabelDef], str]
    chosen: Collection[str] = ()
    suggested: Collection[str] = ()

    def rows(self, place: Place) -> tuple[Row, ...]:
        """The labels of one page, and below them the ways to other pages and back."""
        here = place.here(self.question)
        last = max(0, len(here) - 1) // self.size
        page = min(place.page, last)
        shown = here[page * self.size : (page + 1) * self.size]
        rows = grid([self._option(label, place) for label in shown])
        ways = _ways(self.question, place, page, last)
        return (*self._itself(place), *rows, *((ways,) if ways else ()))

    def where(self, place: Place) -> Said | None:
        """A line on what is being looked at; None at the top."""
        if place.find:
            count = len(place.here(self.question))
            return phrase("label.several", text=cut(place.find, QUOTED), count=count)
        return " › ".join(label.title for label in _path(self.question, place.under)) or None

    def _itself(self, place: Place) -> tuple[Row, ...]:
        label = self.question.label(place.under or "") if self.parents and not place.find else None
        if label is None:
            return ()
        title = phrase("label.itself", label=label.title)
        return ((self._answering(label, title),),)

    def _option(self, label: LabelDef, place: Place) -> Option:
        title = label.title
        if place.find and label.parent is not None:
            title = " · ".join(one.title for one in reversed(_path(self.question, label.name)))
        if not self.question.under(label.name):
            return self._answering(label, title)
        chosen, suggested = (label in self._with_groups(names) for names in (self.chosen, self.suggested))
        return Option(f"{title} ›", index_of(self.question, label), chosen, suggested)

    def _answering(self, label: LabelDef, title: Said) -> Option:
        return Option(title, self.answer(label), label.name in self.chosen, label.name in self.suggested)

    def _with_groups(self, names: Collection[str]) -> set[LabelDef]:
        return {label for name in names for label in _path(self.question, name)}


def index_of(question: Question, label: LabelDef) -> str:
    """A label in a button: its place among the question's labels, which a card's schema version keeps fixed."""
    return str(next(index for index, one in enumerate(question.labels) if one.name == label.name))


def label_at(question: Question, index: str) -> LabelDef:
    """Raises BadAnswer for anything `index_of` would not give."""
    if index.isascii() and index.isdigit() and len(index) < 6 and int(index) < len(question.labels):
        return question.labels[int(index)]
    raise BadAnswer(phrase("label.gone"))


def moved(question: Question, place: Place, choice: str) -> Place | None:
    """Where a tap leads that goes elsewhere and answers nothing; None for any other tap."""
    if choice == TOP:
        return Place()
    if choice.startswith("p") and choice[1:].isascii() and choice[1:].isdigit() and len(choice) < 6:
        return replace(place, page=int(choice[1:]))
    if choice.isascii() and choice.isdigit():
        label = label_at(question, choice)
        return Place(under=label.name) if question.under(label.name) else None
    return None


def check_labels(question: Question) -> None:
    """Raises BadQuestion where there is nothing to choose from, or two buttons side by side would read the same."""
    if len(question.labels) < 2:
        raise BadQuestion(f"a question of the type {question.type!r} needs at least two labels.")
    for index, label in enumerate(question.labels):
        twin = next(
            (one for one in question.labels[:index] if (one.title, one.parent) == (label.title, label.parent)), None
        )
        if twin is not None:
            raise BadQuestion(
                f"the labels {twin.name!r} and {label.name!r} both read {label.title!r}; give one another title."
            )


def _ways(question: Question, place: Place, page: int, last: int) -> Row:
    ways: list[Option] = []
    if place.find or place.under:
        ways.append(Option(phrase("label.back"), _back(question, place)))
    if page > 0:
        ways.append(Option(phrase("label.previous", page=page, pages=last + 1), f"p{page - 1}"))
    if page < last:
        ways.append(Option(phrase("label.next", page=page + 2, pages=last + 1), f"p{page + 1}"))
    return tuple(ways)


def _back(question: Question, place: Place) -> str:
    path = () if place.find else _path(question, place.under)
    return index_of(question, path[-2]) if len(path) > 1 else TOP


def _path(question: Question, name: str | None) -> tuple[LabelDef, ...]:
    """The label `name` with those above it, the highest first."""
    path: list[LabelDef] = []
    while name is not None:
        label = question.label(name)
        name = None
        if label is not None:
            path.insert(0, label)
            name = label.parent
    return tuple(path)
