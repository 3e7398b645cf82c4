"""What somebody asks of an export, refused where no project could give it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.exchange.exported import Given, Level
from bot.exchange.formats import FORMATS
from bot.exchange.problems import BadExport

OF_ANSWERS: Final = ("label", "skip", "flag", "late", "superseded")
OF_ITEMS: Final = ("open", "done", "gold", "skipped", "flagged", "quarantined", "withdrawn", "answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to export. `only` keeps kinds of answers (OF_ANSWERS) or states of items (OF_ITEMS), or "all"; without it,
    live labels, or all items that are not withdrawn. `question` names the one that a format of one question holds.
    `split` gives shares by name, of 1 together. `since` counts answers from then on; at the level of items it keeps
    those that have such an answer."""

    format: str
    level: Level = "answers"
    since: datetime | None = None
    only: tuple[str, ...] = ()
    split: Mapping[str, float] | None = None
    media: bool = False
    question: str = ""

    @property
    def superseded(self) -> bool:
        """Whether answers that were changed since may be among them."""
        return self.level == "answers" and not {"superseded", "all"}.isdisjoint(self.only)

    def keeps_kind(self, kind: str) -> bool:
        """Whether an answer of that kind is wanted, one of OF_ANSWERS."""
        only = self.only or ("label",)
        return kind in only or "all" in only

    def keeps_answer(self, answer: Given) -> bool:
        return self.keeps_kind("superseded" if answer.status == "superseded" else answer.kind)

    def keeps_item(self, state: str, answered: bool) -> bool:
        """Whether an item in that state is wanted; `answered`: it has a live label."""
        if not self.only:
            return state != "withdrawn"
        return state in self.only or "all" in self.only or ("answered" in self.only and answered)


def check(wanted: Wanted) -> None:
    """Raises BadExport for what no project could give."""
    if wanted.format not in FORMATS:
        raise BadExport(f"There is no format {wanted.format!r}; there is {', '.join(FORMATS)}.")
    known = OF_ANSWERS if wanted.level == "answers" else OF_ITEMS
    unknown = next((one for one in wanted.only if one not in (*known, "all")), None)
    if unknown is not None:
        raise BadExport(f"--only {unknown}: for {wanted.level} there is {', '.join(known)} or all.")
    if wanted.since is not None and wanted.since.tzinfo is None:
        raise BadExport("--since needs a time zone, as in 2026-05-04T10:00:00Z.")
    if wanted.split is not None:
        _check_split(wanted.split)


def _check_split(split: Mapping[str, float]) -> None:
    shares = list(split.values())
    if not shares or not all(share > 0 for share in shares) or not abs(sum(shares) - 1) <= 1e-6:
        raise BadExport("--split needs shares above 0 that make 1 together, as in train=.8,val=.1,test=.1.")
    if bad := next((name for name in split if not name.isidentifier()), None):
        raise BadExport(f"--split: {bad!r} cannot be the name of a part; use letters, digits and _.")
