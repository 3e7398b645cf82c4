"""A project with items and people, as tests of storage and of the core need one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from bot.project import LabelDef, Project, Question
from storage import accounts, people, projects
from storage.database import Database, Transaction, run
from storage.queue import Deal
from storage.schema import items
from storage.schema_chats import accounts as account_table
from storage.schema_chats import identities

LEASE = timedelta(minutes=15)
SENTIMENT = Project(
    name="reviews",
    title="Review sentiment",
    questions=(
        Question(
            "label",
            "How does the writer feel?",
            "choice",
            (LabelDef("positive", "Positive"), LabelDef("negative", "Negative")),
        ),
    ),
    lease=LEASE,
    gold_share=0.0,
)


@dataclass(frozen=True, slots=True)
class World:
    """Ids of rows. `users` are what the platform calls the people, in their order; `chats` their private chats."""

    account: int
    project: int
    people: tuple[int, ...]
    users: tuple[str, ...]
    chats: tuple[int, ...]
    items: tuple[int, ...]


def build(
    database: Database, *, items: int = 0, people: int = 1, overlap: int = 1, project: Project = SENTIMENT
) -> World:
    return run(database, lambda tx: make(tx, items, people, overlap, project))


def make(
    tx: Transaction, count: int, heads: int, overlap: int, project: Project = SENTIMENT, first: int = 1000
) -> World:
    account = accounts.account(tx, "telegram", "1")
    row, _ = projects.save(tx, project.name, project.as_config())
    added = add_items(tx, row.id, [{} for _ in range(count)], overlap)
    users = tuple(str(first + number) for number in range(heads))
    persons = [people.welcome(tx, account, user, user, f"Person {user}", "en") for user in users]
    for person in persons:
        people.set_role(tx, row.id, person.id, "annotator")
        people.choose(tx, person.id, row.id)
    ids, chats = tuple(person.id for person in persons), tuple(person.chat for person in persons)
    return World(account, row.id, ids, users, chats, added)


def again(tx: Transaction) -> World:
    """The world that another process has made in this database."""
    row = projects.every(tx)[0]
    account = tx.value(select(account_table.c.id))
    met = tx.all(select(identities.c.person, identities.c.external, identities.c.chat).order_by(identities.c.id))
    found = tx.all(select(items.c.id).where(items.c.project == row.id).order_by(items.c.id))
    persons, users, chats = zip(*met, strict=True)
    return World(account, row.id, persons, users, chats, tuple(item.id for item in found))


def add_items(
    tx: Transaction, project: int, rows: Sequence[dict[str, Any]], overlap: int = 1, prefix: str = "item"
) -> tuple[int, ...]:
    """Items in serving order; each row's columns stand beside the usual ones."""
    if not rows:
        return ()
    first = projects.next_seq(tx, project, len(rows))
    projects.add_items(tx, project, len(rows))
    usual = {"project": project, "overlap": overlap, "created_at": tx.now}
    made = [
        usual
        | {
            "key": f"{prefix}{number}",
            "digest": f"{prefix}{number}",
            "data": {"text": f"Text {number}"},
            "serve_seq": first + number,
            "gold": None,
            "own_overlap": None,
            "priority": 0,
            "state": "open",
        }
        | row
        for number, row in enumerate(rows)
    ]
    result = tx.connection.execute(insert(items).returning(items.c.id, sort_by_parameter_order=True), made)
    return tuple(row.id for row in result)


def deal(tx: Transaction, world: World, index: int, nonce: str) -> Deal:
    """What a card for that person is made of."""
    return Deal(
        project=world.project,
        person=world.people[index],
        chat=world.chats[index],
        chat_external=world.users[index],
        version=1,
        nonce=nonce,
        lease=LEASE,
        moment=tx.now,
        role="annotator",
        answered=0,
        total=len(world.items),
    )
