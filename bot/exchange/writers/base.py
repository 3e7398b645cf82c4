"""What every format is handed, and what it must do with it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from bot.exchange.exported import Exported, Level
from bot.exchange.survey import Survey
from bot.project import Project, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`people` numbers everybody who answered; `load` reads a file of ours by its hash, None when files stay here.

    `question` is the one that a format of one question holds; such a format may put files `beside` its own, into that
    folder. A writer counts in `lost` what it cannot carry, for its format's `losses` to tell. `split` gives the shares
    of the parts, for a writer that fills them all.
    """

    project: Project
    level: Level
    survey: Survey
    people: Mapping[str, int]
    load: Callable[[str], bytes] | None = None
    question: Question | None = None
    beside: Path | None = None
    split: Mapping[str, float] | None = None
    lost: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> Question:
        """The one question of a format that holds one."""
        assert self.question is not None
        return self.question


class Writer(Protocol):
    """Writes one file; it does not close what it writes to."""

    def write(self, one: Exported) -> int:
        """How many rows that made."""

    def finish(self) -> None:
        """Writes what is still held back."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write: `losses` says in sentences what it cannot carry of what is there, once all is written; `surveys`
    whether it must see all before it writes any; `streams` whether it may go to a pipe.

    `place` makes it a folder always: where in it the file of a part ("" without parts) lies. `media` says that pictures
    and sound always go along. `types` are the label types of the one question it holds; none: it holds all questions.
    `single` formats hold one label a picture, and name the pictures beside them by themselves; where several people
    have answered, each is given a data set. `whole` ones have one file for all parts, which their writer sets apart.
    """

    suffix: str
    open: Callable[[BinaryIO, Context], Writer]
    losses: Callable[[Context], Sequence[str]]
    surveys: bool = True
    streams: bool = False
    place: Callable[[str], str] | None = None
    media: bool = False
    types: tuple[str, ...] = ()
    single: bool = False
    whole: bool = False

    @property
    def folder(self) -> bool:
        return self.place is not None
