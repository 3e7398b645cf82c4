"""What every format is handed, and what it must do with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from bot.exchange.exported import Exported, Level
from bot.exchange.survey import Survey
from bot.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`people` numbers everybody who answered; `load` reads a file of ours by its hash, None when files stay here."""

    project: Project
    level: Level
    survey: Survey
    people: Mapping[str, int]
    load: Callable[[str], bytes] | None = None


class Writer(Protocol):
    """Writes one file; it does not close what it writes to."""

    def write(self, one: Exported) -> int:
        """How many rows that made."""

    def finish(self) -> None:
        """Writes what is still held back."""


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write: `losses` says in sentences what it cannot carry of what is there; `surveys` whether it must see
    all before it writes any; `streams` whether it may go to a pipe; `folder` whether it is always a folder."""

    suffix: str
    open: Callable[[BinaryIO, Context], Writer]
    losses: Callable[[Context], Sequence[str]]
    surveys: bool = True
    streams: bool = False
    folder: bool = False
