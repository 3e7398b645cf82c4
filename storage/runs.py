"""Work that falls due once a slot, however many processes look: a row is the right to do it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, text, update

from storage.columns import micros
from storage.database import Transaction
from storage.schema import projects, runs

LEASE = timedelta(minutes=5)
TRIES = 3
DUE = text(
    "INSERT INTO runs (project, kind, slot, state, leased_until) VALUES (:project, :kind, :slot, 'due', 0) "
    "ON CONFLICT (project, kind, slot) DO NOTHING"
)
KNOWN = select(runs.c.id).where(runs.c.project == bindparam("p"), runs.c.kind == bindparam("k")).limit(1)
LATEST = (
    select(runs.c.slot)
    .where(runs.c.project == bindparam("p"), runs.c.kind == bindparam("k"))
    .order_by(runs.c.slot.desc())
    .limit(1)
)
TAKE = (
    select(runs.c.id, runs.c.project, projects.c.name, runs.c.kind, runs.c.slot, runs.c.attempts)
    .join(projects, projects.c.id == runs.c.project)
    .where(text("runs.state = 'due'"), runs.c.leased_until < bindparam("moment"))
    .order_by(runs.c.id)
    .limit(1)
    .with_for_update(of=runs, skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Run:
    id: int
    project: int
    name: str
    kind: str
    slot: datetime
    attempts: int


def due(tx: Transaction, project: int, kind: str, slot: datetime) -> None:
    """Notes that a slot came. A project's very first is noted as done: nothing was promised for a time before it."""
    first = tx.value(KNOWN, {"p": project, "k": kind}) is None
    added = tx.run(DUE, {"project": project, "kind": kind, "slot": micros(slot)})
    if first and added:
        where = (runs.c.project == project, runs.c.kind == kind)
        tx.run(update(runs).where(*where).values(state="done"))


def latest(tx: Transaction, project: int, kind: str) -> datetime | None:
    """The last slot of that kind; None before the first."""
    found: datetime | None = tx.value(LATEST, {"p": project, "k": kind})
    return found


def at(tx: Transaction, project: int, kind: str, slot: datetime) -> None:
    """Asks for the work of a slot, the first one too; nothing where it was asked for already."""
    tx.run(DUE, {"project": project, "kind": kind, "slot": micros(slot)})


def now(tx: Transaction, project: int, kind: str) -> None:
    """Asks for the work at once, beside its slots."""
    tx.run(DUE, {"project": project, "kind": kind, "slot": tx.micros})


def take(tx: Transaction) -> Run | None:
    """A run to do now; it is ours for five minutes. One whose takers all ended in the middle is given up."""
    while (row := tx.one(TAKE, {"moment": tx.now})) is not None and row.attempts >= TRIES:
        tx.run(update(runs).where(runs.c.id == row.id).values(state="failed", error="the program ended while doing it"))
    if row is None:
        return None
    tx.run(update(runs).where(runs.c.id == row.id).values(leased_until=tx.now + LEASE, attempts=runs.c.attempts + 1))
    return Run(**row._mapping)


def done(tx: Transaction, run: int) -> bool:
    """False where another process, having taken the run over, was done with it first: then nothing may come of it."""
    where = (runs.c.id == run, runs.c.state == "due")
    return tx.run(update(runs).where(*where).values(state="done", error=None)) == 1


def failed(tx: Transaction, run: Run, error: str, final: bool = False) -> None:
    """Tried again when its lease is over, three times in all; not where it is `final`."""
    state = "failed" if final or run.attempts + 1 >= TRIES else "due"
    where = (runs.c.id == run.id, runs.c.state == "due")
    tx.run(update(runs).where(*where).values(state=state, error=error[:500]))
