"""The files that an export falls into: by part of a split, and by person where a format holds one label a picture."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.exchange.exported import Exported, Given
from bot.exchange.writers.base import Context, Format


def split_of(key: str, split: Mapping[str, float]) -> str:
    """The part an item belongs to, by the hash of its id alone: the same in every export."""
    place = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8]) / 2**64
    reached = 0.0
    for name, share in split.items():
        reached += share
        if place < reached:
            return name
    return list(split)[-1]


def apart(form: Format, context: Context) -> bool:
    """Whether each person's answers are a data set of their own, for some picture has several."""
    return form.single and context.survey.several


@dataclass(frozen=True, slots=True)
class Parts:
    """Which file an item goes into, or what one person said of it."""

    form: Format
    context: Context

    def names(self) -> dict[str, str]:
        """The place of each file, by what `files` calls it."""
        parts = ("",) if self.form.whole else tuple(self.context.split or ("",))
        if not apart(self.form, self.context):
            return {part: self._name(part) for part in parts}
        people = [f"person-{person}" for person in self.context.people if person in self.context.survey.people]
        return {f"{person}/{part}": f"{person}/{self._name(part)}" for person in people for part in parts}

    def _name(self, part: str) -> str:
        if self.form.place is not None:
            return self.form.place(part)
        return f"{part or self.context.level}{self.form.suffix}"

    def files(self, one: Exported) -> Iterator[tuple[str, Exported]]:
        """What of the item goes where."""
        part = split_of(one.key, self.context.split) if self.context.split and not self.form.whole else ""
        if not self.form.single or self.context.level == "items":
            yield part, one
            return
        told = carried(one.answers)
        self.context.lost["answers"] += len(one.answers) - len(told)
        alone = not apart(self.form, self.context)
        for answer in told:
            yield part if alone else f"person-{answer.person}/{part}", one._replace(answers=(answer,))


def carried(answers: Sequence[Given]) -> list[Given]:
    """Those that a format of one label a picture can hold: what people say now."""
    return [answer for answer in answers if answer.status == "live" and answer.labels]
