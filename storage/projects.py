"""Projects and the versions of what they ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, text, update

from storage.database import Transaction
from storage.schema import cards, members, projects, schemas

CONFIG = select(schemas.c.config).where(schemas.c.project == bindparam("p"), schemas.c.version == bindparam("v"))
NEXT_SEQ = text("UPDATE projects SET next_seq = next_seq + :count WHERE id = :project RETURNING next_seq")
ROW = select(projects.c.id, projects.c.name, projects.c.state, projects.c.version, projects.c.total)
LOCK = select(projects.c.id).where(projects.c.id == bindparam("project")).with_for_update(key_share=True)
BY_ID = ROW.where(projects.c.id == bindparam("project"))
OF_PERSON = select(cards.c.id).where(cards.c.person == bindparam("person"))
# Each by an index of its own: together SQLite would take none.
IN_HAND = exists(OF_PERSON.where(text("cards.state = 'open'"))) | exists(
    OF_PERSON.where(text("cards.state = 'parked'"))
)
SEAT = (
    ROW.add_columns(
        members.c.role,
        func.coalesce(members.c.answered, 0).label("answered"),
        members.c.state.label("standing"),
        IN_HAND.label("has_card"),
    )
    .outerjoin(members, (members.c.project == projects.c.id) & (members.c.person == bindparam("person")))
    .where(projects.c.id == bindparam("project"))
)
BY_NAME = ROW.where(projects.c.name == bindparam("called"))


@dataclass(frozen=True, slots=True)
class ProjectRow:
    id: int
    name: str
    state: str
    version: int
    total: int


@dataclass(frozen=True, slots=True)
class Seat:
    """A project as one person has it: their role there (None: no business), and how many they have answered.
    `has_card` is whether they have any in hand, open or laid aside, in whatever project; `paused` whether an admin
    paused them here."""

    project: ProjectRow
    role: str | None
    answered: int
    has_card: bool
    paused: bool = False


class NoProjectError(LookupError):
    """No project of that name."""


def save(tx: Transaction, name: str, config: Mapping[str, Any]) -> tuple[ProjectRow, bool]:
    """Creates the project or gives it a new version; (row, whether anything changed). An equal config is no version."""
    found = tx.one(select(projects.c.id, projects.c.version).where(projects.c.name == name).with_for_update())
    if found is None:
        project = tx.insert(insert(projects), {"name": name, "created_at": tx.now})
        version = 1
    elif config_of(tx, found.id, found.version) == config:
        return named(tx, name), False
    else:
        project, version = found.id, found.version + 1
        tx.run(update(projects).where(projects.c.id == project).values(version=version))
    row = {"project": project, "version": version, "config": dict(config), "created_at": tx.now}
    tx.run(insert(schemas), row)
    return named(tx, name), True


def named(tx: Transaction, name: str) -> ProjectRow:
    """Raises NoProjectError."""
    row = tx.one(BY_NAME, {"called": name})
    if row is None:
        raise NoProjectError(name)
    return ProjectRow(**row._mapping)


def by_id(tx: Transaction, project: int) -> ProjectRow:
    row = tx.one(BY_ID, {"project": project})
    if row is None:
        raise NoProjectError(str(project))
    return ProjectRow(**row._mapping)


def seat(tx: Transaction, project: int, person: int) -> Seat:
    row = tx.one(SEAT, {"project": project, "person": person})
    if row is None:
        raise NoProjectError(str(project))
    found = ProjectRow(row.id, row.name, row.state, row.version, row.total)
    return Seat(found, row.role, row.answered, bool(row.has_card), row.standing == "paused")


def every(tx: Transaction) -> list[ProjectRow]:
    return [ProjectRow(**row._mapping) for row in tx.all(ROW.order_by(projects.c.name))]


def config_of(tx: Transaction, project: int, version: int) -> dict[str, Any]:
    """What that version asked, as `bot.project.Project.as_config` wrote it. Raises NoProjectError."""
    config: dict[str, Any] | None = tx.value(CONFIG, {"p": project, "v": version})
    if config is None:
        raise NoProjectError(f"{project} version {version}")
    return config


def set_state(tx: Transaction, project: int, state: str) -> None:
    """`open` or `paused`: a paused project deals no cards, and keeps those in hand."""
    tx.run(update(projects).where(projects.c.id == project).values(state=state))


def next_seq(tx: Transaction, project: int, count: int = 1) -> int:
    """The first of `count` new serving numbers. The project's row stays locked to the end of the transaction, so that
    numbers become visible in their order and nobody's cursor passes one that is still to come."""
    following = tx.value(NEXT_SEQ, {"project": project, "count": count})
    return int(following) - count


def lock(tx: Transaction, project: int) -> None:
    """For who will write to the project's row after its items, which are locked after it."""
    tx.run(LOCK, {"project": project})


def add_items(tx: Transaction, project: int, count: int) -> None:
    """Keeps the number of items that progress is shown against."""
    tx.run(update(projects).where(projects.c.id == project).values(total=projects.c.total + count))
