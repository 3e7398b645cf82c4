"""What a person has marked so far of one picture in the chat: suggestions kept or dropped, regions given labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.labels.base import Subject, Work
from bot.labels.mask_records import Area, offered, regions_of
from bot.labels.options import flag
from bot.labels.region_names import in_order
from bot.labels.regions import Regions
from bot.project import Json, Question

Layer = tuple[str, tuple[str, ...]]
"""A label and the names of the regions that have it."""


@dataclass(frozen=True, slots=True)
class Marking:
    """`dropped` and `relabelled` are suggestions, by their place from 0; `editing` is the one whose label is being
    chosen. `more` says that the picture is marked by regions: `layers` are those marked, one for each label or thing;
    `bare` those taken out of what was suggested; `split` the large regions shown in parts; `splitting` that the next
    numbers are to be split. `label` is what numbers alone are marked as; `fresh` that they begin another thing of it.
    """

    dropped: tuple[int, ...] = ()
    relabelled: Mapping[int, str] = field(default_factory=dict)
    editing: int | None = None
    more: bool = False
    layers: tuple[Layer, ...] = ()
    bare: tuple[str, ...] = ()
    split: tuple[int, ...] = ()
    splitting: bool = False
    label: str = ""
    fresh: bool = False

    @classmethod
    def of(cls, work: Work) -> Marking:
        held: Mapping[str, Any] = work if isinstance(work, Mapping) else {}
        return cls(
            dropped=tuple(held.get("drop", ())),
            relabelled={int(place): label for place, label in held.get("as", {}).items()},
            editing=held.get("edit"),
            more=held.get("more", False),
            layers=tuple((label, tuple(names)) for label, names in held.get("set", ())),
            bare=tuple(held.get("bare", ())),
            split=tuple(held.get("split", ())),
            splitting=held.get("splitting", False),
            label=held.get("label", ""),
            fresh=held.get("fresh", False),
        )

    def kept(self) -> dict[str, Json]:
        """The part of a Work that `of` reads back."""
        held: dict[str, Json] = {
            "drop": list(self.dropped),
            "as": {str(place): label for place, label in sorted(self.relabelled.items())},
            "more": self.more,
            "set": [[label, list(names)] for label, names in self.layers],
            "bare": list(self.bare),
            "split": list(self.split),
            "splitting": self.splitting,
            "label": self.label,
            "fresh": self.fresh,
        }
        edit: dict[str, Json] = {} if self.editing is None else {"edit": self.editing}
        return {**{key: value for key, value in held.items() if value}, **edit}

    def keeping(self, place: int, kept: bool) -> Marking:
        """With a suggestion kept or dropped."""
        others = set(self.dropped) - {place}
        return replace(self, dropped=tuple(sorted(others if kept else {*others, place})))

    def called(self, place: int, label: str, before: str) -> Marking:
        """With a suggestion kept under another label; `before` is the one it came with."""
        others = {one: name for one, name in self.relabelled.items() if one != place}
        named = others if label == before else {**others, place: label}
        return replace(self.keeping(place, True), relabelled=named, editing=None)

    def painted(self, names: Collection[str], label: str, apart: bool) -> Marking:
        """With regions given a label, whatever they had; `apart` makes them a thing of their own."""
        layers = self._without(names)
        at = None if apart else next((at for at, (held, _) in reversed([*enumerate(layers)]) if held == label), None)
        if at is None:
            layers.append((label, tuple(in_order(names))))
        else:
            layers[at] = (label, tuple(in_order([*layers[at][1], *names])))
        return self._with(layers, [name for name in self.bare if name not in names])

    def cleared(self, names: Collection[str]) -> Marking:
        """With regions that have no label; where suggestions were kept, these end there too."""
        return self._with(self._without(names), in_order([*self.bare, *names]) if self.more else [])

    def apart(self, number: int, names: Sequence[str]) -> Marking:
        """With a large region shown in its parts, which keep its label."""
        if number in self.split:
            return self

        def parted(held: Sequence[str]) -> tuple[str, ...]:
            return tuple(part for name in held for part in (names if name == str(number) else (name,)))

        layers = tuple((label, parted(held)) for label, held in self.layers)
        return replace(self, layers=layers, bare=parted(self.bare), split=tuple(sorted({*self.split, number})))

    def coloured(self, colour: Callable[[str], int]) -> dict[str, int]:
        """The colour of each marked region by its name; below 0 where it was taken out."""
        marked = {name: colour(label) for label, names in self.layers for name in names}
        return {**dict.fromkeys(self.bare, -1), **marked}

    def _without(self, names: Collection[str]) -> list[Layer]:
        gone = set(names)
        left = [(label, tuple(name for name in held if name not in gone)) for label, held in self.layers]
        return [(label, held) for label, held in left if held]

    def _with(self, layers: Sequence[Layer], bare: Sequence[str]) -> Marking:
        return replace(self, layers=tuple(layers), bare=tuple(bare), fresh=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A picture with what is suggested of it and what is marked so far; `suggested` tells an empty suggestion from
    none."""

    question: Question
    subject: Subject
    marking: Marking
    offers: tuple[Area, ...]
    suggested: bool

    @classmethod
    def of(cls, question: Question, work: Work, subject: Subject) -> Case:
        found = offered(question, subject)
        return cls(question, subject, Marking.of(work), tuple(found or ()), found is not None)

    @property
    def by_regions(self) -> bool:
        """Whether it is marked by regions now, and not by what is suggested."""
        return self.marking.more or not self.suggested

    @property
    def regions(self) -> Regions | None:
        return regions_of(self.subject)

    @property
    def things(self) -> bool:
        """Whether each mask is a thing of its own."""
        return flag(self.question, "instances", False)

    @property
    def label(self) -> str:
        """What numbers alone are marked as; empty where nobody has said."""
        return self.question.labels[0].name if len(self.question.labels) == 1 else self.marking.label

    @property
    def kept(self) -> list[int]:
        """The places of the suggestions that were not dropped."""
        return [place for place in range(len(self.offers)) if place not in self.marking.dropped]

    def called(self, place: int) -> str:
        """The label of a suggestion now."""
        return self.marking.relabelled.get(place, self.offers[place].label)

    def title(self, name: str) -> str:
        found = self.question.label(name)
        return found.title if found else name
