"""Whether people will see what is imported: the fields a project shows, held against those a source brings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.exchange.problems import BadImport, BadRow
from bot.exchange.sentences import listed
from bot.labels import LABEL_TYPES
from bot.project import Project


@dataclass(frozen=True, slots=True)
class Showing:
    """`fields` are those that `project` shows, none for all; each of `needed` is asked about. Pictures, sounds and
    films are shown whatever they are called. `pictured`: people mark something in a picture."""

    project: str
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    pictured: bool = False

    def shows(self, field: str) -> bool:
        return not self.fields or field in self.fields

    def check_source(self, source: str, names: Collection[str], media: Mapping[str, str], mapped: bool) -> None:
        """Raises BadImport where every card would be empty; `mapped` says that --map could help."""
        if self.pictured and "image" not in media.values():
            raise BadImport(f"{self.project} needs pictures to mark on, and {source} has none: {listed(names)}.")
        missing = [field for field in self.needed if field not in names]
        if missing:
            lacks = f"{self.project} needs the fields {listed(self.needed)}"
        elif self.fields and not media and not set(self.fields) & set(names):
            missing, lacks = list(self.fields), f"{self.project} shows the fields {listed(self.fields)}"
        else:
            return
        others = [name for name in names if name not in self.needed]
        mend = f"Say which column is which, as in --map {missing[0]}={next(iter(others), 'COLUMN')}"
        mend = f"{mend}, or" if mapped else "Rename them, or"
        also = " change `show` in the project file." if not self.needed else " use a project of another type."
        raise BadImport(f"{lacks}, and {source} has {listed(names) or 'none'}. {mend}{also}")

    def check_row(self, data: Mapping[str, Any], media: Collection[str]) -> None:
        """Raises BadRow where the item's card would be empty, or one of two to compare is missing."""
        missing = [field for field in self.needed if blank(data.get(field))]
        if missing:
            raise BadRow(f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} empty")
        seen = (*self.fields, *media) if self.fields else data
        if all(blank(data.get(field)) for field in seen):
            raise BadRow(f"there is nothing to show: {listed(seen)} {'is' if len(seen) == 1 else 'are'} empty")

    def absent(self, names: Collection[str]) -> list[str]:
        return [field for field in self.fields if field not in names]


def showing(project: Project) -> Showing:
    needed = dict.fromkeys(field for question in project.questions for field in LABEL_TYPES[question.type].FIELDS)
    pictured = any(LABEL_TYPES[question.type].ABOUT == "image" for question in project.questions)
    return Showing(project.name, project.show, tuple(needed), pictured)


def blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
