"""Messages of ours that people answer by a reply to them, and who hears that: by the chat they stand in."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select, text

from storage.database import Transaction
from storage.schema import items, projects
from storage.schema_quality import threads

KEEP: Final = text(
    "INSERT INTO threads (chat, message, project, person, item) VALUES (:chat, :message, :project, :person, :item) "
    "ON CONFLICT (chat, message) DO NOTHING"
)
FIND: Final = (
    select(
        threads.c.project,
        threads.c.person,
        threads.c.item,
        items.c.key,
        items.c.data,
        projects.c.version.label("rules"),
    )
    .select_from(threads.join(projects, projects.c.id == threads.c.project))
    .outerjoin(items, items.c.id == threads.c.item)
    .where(threads.c.chat == bindparam("where"), threads.c.message == bindparam("wanted"))
)


@dataclass(frozen=True, slots=True)
class Thread:
    """What such a message is about: the person whose words it passes on, or whom it answers, and the item they are
    about; None where they are about none. `rules` is the project's version now."""

    project: int
    person: int
    item: int | None
    key: str | None
    data: dict[str, Any] | None
    rules: int


def keep(tx: Transaction, chat: int, message: str, about: tuple[int, int, int | None]) -> None:
    """Notes where a message stands that is about (project, person, item)."""
    project, person, item = about
    tx.run(KEEP, {"chat": chat, "message": message, "project": project, "person": person, "item": item})


def find(tx: Transaction, chat: int, message: str) -> Thread | None:
    row = tx.one(FIND, {"where": chat, "wanted": message})
    return None if row is None else Thread(**row._mapping)
