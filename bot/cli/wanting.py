"""What a project file wants gold or people for, and how much of it is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.exchange.sentences import counted
from bot.project import Project
from storage import gold
from storage.database import Transaction
from storage.projects import ProjectRow
from storage.shortage import shortage

ENOUGH: Final = 20
"""From about so many answers to gold on, the share of right ones says something of one person: of 20, Wilson's 95 %
interval around 90 % goes from 70 to 97 %."""


@dataclass(frozen=True, slots=True)
class Want:
    """`wrong`: the file asks for something that does not happen as things are. Else it is only good to know."""

    what: str
    mend: str
    wrong: bool

    def __str__(self) -> str:
        return f"{self.what}. {self.mend}"


def wants(tx: Transaction, row: ProjectRow, asked: Project) -> list[Want]:
    """What of its gold, and who, is missing; empty where nothing is."""
    few = too_few(tx, row, asked)
    return [*([few] if few else ()), *_wants(asked, gold.count(tx, row.id), bool(row.total))]


def to_tell(tx: Transaction, row: ProjectRow, asked: Project) -> list[Want]:
    """Of these what is said whenever a file is applied: what is wrong, and where there are too few people."""
    few = too_few(tx, row, asked)
    return [one for one in wants(tx, row, asked) if one.wrong or one == few]


def too_few(tx: Transaction, row: ProjectRow, asked: Project) -> Want | None:
    """Items that wait for somebody new, or that may come to; None where there are people enough, or none yet."""
    found = shortage(tx.connection, row.id, asked.max_per_person)
    most = asked.overlap if asked.adaptive is None else asked.adaptive.max
    mend = f"Invite more (labelbot invite {row.name}), or ask for fewer answers (overlap)"
    here = f"{counted(found.people, 'person', 'people')} {'labels' if found.people == 1 else 'label'} in {row.name}"
    if found.items:
        wait = f"{counted(found.items, 'item')} {'waits' if found.items == 1 else 'wait'} for somebody new"
        return Want(
            f"{wait}: {here}, and nobody of them may still answer {'it' if found.items == 1 else 'them'}", mend, True
        )
    if 0 < found.people < most:
        wait = f"{here}, and {'each item takes' if asked.adaptive is None else 'an item may take'} {most}"
        return Want(wait, f"Those that need more stay open. {mend}", asked.adaptive is None)
    return None


def reminders(asked: Project) -> list[str]:
    """What a file needs gold for, before anything is known of its items."""
    needs = [f"[qualification] takes {counted(asked.qualification.items, 'gold item')}"] if asked.qualification else []
    needs += ["gold_feedback needs some gold items"] if asked.gold_feedback else []
    return [f"{need}: import items with a column `gold`, best with a column `explanation` beside it" for need in needs]


def _wants(asked: Project, there: int, filled: bool) -> Iterator[Want]:
    name, test = asked.name, asked.qualification
    make = f"Import some with a column `gold`, or: labelbot item {name} KEY --make-gold"
    if test is not None and there < test.items:
        what = f"the test of {name} takes {counted(test.items, 'gold item')}, and there are {there}"
        yield Want(what, f"Until there are enough, people begin without it. {make}", True)
    elif asked.gold_feedback and not there:
        yield Want(f"{name} tells people what is right on gold (gold_feedback), and it has no gold items", make, True)
    elif asked.gold_chance(0) and filled and not there:
        yield Want(f"{name} has no gold items: how well people label is told by their agreement only", make, False)
    elif asked.gold_chance(0) and there and there < ENOUGH:
        what = f"{name} has {counted(there, 'gold item')}, and a person meets each once"
        yield Want(what, f"From some {ENOUGH} on it says something of one person. {make}", False)
