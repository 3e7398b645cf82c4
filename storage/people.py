"""People, how each chat knows them, their roles in projects, and the invites that give roles."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, bindparam, delete, func, insert, literal, select, text, update

from storage import accounts
from storage.database import Row, Transaction
from storage.schema import audit, invites, members, people, projects
from storage.schema_chats import accounts as accounts_table
from storage.schema_chats import chats, guesses, identities

ROLES: Final = ("annotator", "reviewer", "admin", "owner")
GUESSES = 10
GUESS_WINDOW = timedelta(minutes=10)
CODE_BYTES = 16

WHO_ANY = select(
    people.c.id,
    people.c.public,
    people.c.name,
    people.c.language,
    people.c.owner,
    people.c.project,
    identities.c.chat,
    chats.c.external.label("chat_external"),
    chats.c.blocked_at,
).select_from(identities.join(people).outerjoin(chats, chats.c.id == identities.c.chat))
WHO = WHO_ANY.where(identities.c.account == bindparam("a"), identities.c.external == bindparam("user")).with_for_update(
    of=people, key_share=True
)
MEMBER = (
    select(members.c.project, projects.c.name, members.c.role, members.c.answered)
    .join(projects)
    .where(members.c.project == bindparam("p"), members.c.person == bindparam("person"))
)
ROLE = select(members.c.role).where(members.c.project == bindparam("p"), members.c.person == bindparam("person"))
SET_ROLE = text(
    "INSERT INTO members (project, person, role, joined_at, answered) VALUES (:project, :person, :role, :at, "
    "(SELECT count(*) FROM answers WHERE answers.person = :person AND answers.project = :project "
    "AND answers.live = true AND answers.kind = 'label')) "
    "ON CONFLICT (project, person) DO UPDATE SET role = excluded.role"
)
GUESSED = text(
    "INSERT INTO guesses (account, external, since, count) VALUES (:account, :external, :now, 1) "
    "ON CONFLICT (account, external) DO UPDATE SET "
    "count = CASE WHEN guesses.since < :start THEN 1 ELSE guesses.count + 1 END, "
    "since = CASE WHEN guesses.since < :start THEN :now ELSE guesses.since END"
)
FORGET_GUESSES = text(
    "DELETE FROM guesses WHERE (account, external) IN "
    "(SELECT account, external FROM guesses WHERE since < :before LIMIT :limit)"
)
CHOOSE = update(people).where(people.c.id == bindparam("person")).values(project=bindparam("chosen"))
SPEND = (
    update(invites)
    .where(
        invites.c.code_hash == bindparam("hash"), invites.c.uses_left > 0, invites.c.expires_at > bindparam("moment")
    )
    .values(uses_left=invites.c.uses_left - 1)
    .returning(invites.c.project, invites.c.role)
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as met in one chat. `project` is the one they are labeling in; `chat` the private chat's row."""

    id: int
    public: str
    name: str
    language: str
    owner: bool
    project: int | None
    chat: int
    chat_external: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Membership:
    project: int
    name: str
    role: str
    answered: int


def met(tx: Transaction, account: int, user: str) -> Person | None:
    """The person the platform calls `user`, their row locked until the end of the transaction."""
    row = tx.one(WHO, {"a": account, "user": user})
    return None if row is None else met_in(row)


def met_in(row: Row) -> Person:
    """Of a row of WHO_ANY."""
    return Person(
        row.id,
        row.public,
        row.name,
        row.language,
        row.owner,
        row.project,
        row.chat or 0,
        row.chat_external or "",
        row.blocked_at is not None,
    )


def welcome(tx: Transaction, account: int, user: str, chat: str, name: str, language: str) -> Person:
    """Makes a row for somebody new. Only a valid invite leads here: strangers leave no trace."""
    person = tx.insert(
        insert(people),
        {"public": secrets.token_hex(6), "name": name, "language": language, "created_at": tx.now},
    )
    where = accounts.chat(tx, account, chat)
    tx.insert(insert(identities), {"person": person, "account": account, "external": user, "chat": where})
    found = met(tx, account, user)
    assert found is not None
    return found


def came_by(tx: Transaction, account: int, user: str, chat: str) -> None:
    """Keeps where a person is met now, so that messages find them."""
    where = accounts.chat(tx, account, chat)
    tx.run(update(identities).where(identities.c.account == account, identities.c.external == user).values(chat=where))


def role(tx: Transaction, project: int, person: int) -> str | None:
    """The person's role in the project; None for no business there."""
    found: str | None = tx.value(ROLE, {"p": project, "person": person})
    return found


def memberships(tx: Transaction, person: int) -> list[Membership]:
    """The projects a person has a role in, by name."""
    rows = tx.all(
        select(members.c.project, projects.c.name, members.c.role, members.c.answered)
        .join(projects)
        .where(members.c.person == person)
        .order_by(projects.c.name)
    )
    return [Membership(row.project, row.name, row.role, row.answered) for row in rows]


def membership(tx: Transaction, project: int, person: int) -> Membership | None:
    row = tx.one(MEMBER, {"p": project, "person": person})
    return None if row is None else Membership(row.project, row.name, row.role, row.answered)


def admins(tx: Transaction, project: int) -> list[tuple[int, Person]]:
    """Who hears of a project's troubles: its admins and owners and the owner of the installation, once for each chat
    they are met in: (account, person)."""
    rows = tx.all(
        WHO_ANY.add_columns(identities.c.account)
        .outerjoin(members, (members.c.person == people.c.id) & (members.c.project == project))
        .where(members.c.role.in_(("admin", "owner")) | people.c.owner)
        .order_by(identities.c.id)
    )
    return [(row.account, met_in(row)) for row in rows]


def reviewers(tx: Transaction, project: int) -> list[tuple[int, Person]]:
    """Who is to look at items in question, as `admins`: the project's reviewers, its admins where it has none."""
    rows = tx.all(
        WHO_ANY.add_columns(identities.c.account)
        .join(members, members.c.person == people.c.id)
        .where(members.c.project == project, members.c.role == "reviewer")
        .order_by(identities.c.id)
    )
    return [(row.account, met_in(row)) for row in rows] or admins(tx, project)


def ways(tx: Transaction, persons: Sequence[int]) -> list[tuple[int, Person]]:
    """Every chat that these people are met in: (account, person)."""
    rows = tx.all(WHO_ANY.add_columns(identities.c.account).where(people.c.id.in_(persons)).order_by(identities.c.id))
    return [(row.account, met_in(row)) for row in rows]


def everywhere(tx: Transaction, person: int) -> list[tuple[int, Person]]:
    """The person wherever they are met, once for each chat: (account, person)."""
    rows = tx.all(
        WHO_ANY.add_columns(identities.c.account).where(identities.c.person == person).order_by(identities.c.id)
    )
    return [(row.account, met_in(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a role in a project; `public` is what others know them by."""

    id: int
    public: str
    name: str
    role: str
    answered: int
    state: str

    def as_json(self) -> dict[str, object]:
        shown = {"id": self.public, "name": self.name, "role": self.role, "answered": self.answered}
        return shown | {"state": self.state}


def roster(tx: Transaction, project: int) -> list[Member]:
    """All who have a role in the project, the busiest first."""
    rows = tx.all(
        select(people.c.id, people.c.public, people.c.name, members.c.role, members.c.answered, members.c.state)
        .join(members, members.c.person == people.c.id)
        .where(members.c.project == project)
        .order_by(members.c.answered.desc(), people.c.id)
    )
    return [Member(**row._mapping) for row in rows]


def bot_name(tx: Transaction, platform: str) -> str:
    """What our bot is called on the platform, learnt when it first ran; empty before."""
    found = (
        select(accounts_table.c.name).where(accounts_table.c.platform == platform).order_by(accounts_table.c.id.desc())
    )
    return str(tx.value(found.limit(1)) or "")


def choose(tx: Transaction, person: int, project: int | None) -> None:
    tx.run(CHOOSE, {"person": person, "chosen": project})


def set_role(tx: Transaction, project: int, person: int, role: str) -> None:
    """Who comes (back) to a project finds what they have answered there counted."""
    tx.run(SET_ROLE, {"project": project, "person": person, "role": role, "at": tx.micros})


def remove(tx: Transaction, project: int, person: int) -> None:
    """Ends a person's role; their answers stay."""
    tx.run(delete(members).where(members.c.project == project, members.c.person == person))
    tx.run(update(people).where(people.c.id == person, people.c.project == project).values(project=None))


def rename(tx: Transaction, person: int, name: str) -> None:
    tx.run(update(people).where(people.c.id == person).values(name=name))


def make_owner(tx: Transaction, person: int) -> None:
    """The owner of the installation is an owner of every project, those made later too. Links for an owner that were
    printed before lead nowhere from now on."""
    tx.run(update(people).where(people.c.id == person).values(owner=True))
    tx.run(update(invites).where(invites.c.project.is_(None)).values(uses_left=0))


def has_owner(tx: Transaction) -> bool:
    return bool(tx.value(select(func.count()).select_from(people).where(people.c.owner)))


def active(tx: Transaction, project: int) -> int:
    """How many people may answer in the project."""
    return int(tx.value(select(func.count()).select_from(members).where(members.c.project == project)))


def invite(tx: Transaction, project: int | None, role: str, uses: int, expires_at: datetime) -> str:
    """A new code of 128 bits; only its hash is kept. `project` None invites the owner of the installation."""
    code = secrets.token_urlsafe(CODE_BYTES)
    row = {
        "project": project,
        "role": role,
        "code_hash": hashed(code),
        "uses_left": uses,
        "expires_at": expires_at,
        "created_at": tx.now,
    }
    tx.insert(insert(invites), row)
    return code


def leads_to(tx: Transaction, code: str) -> tuple[int | None, str] | None:
    """(project, role) of an invite, of a spent or expired one too: its members may come in by it again."""
    row = tx.one(select(invites.c.project, invites.c.role).where(invites.c.code_hash == hashed(code)))
    return None if row is None else (row.project, row.role)


def spend(tx: Transaction, code: str) -> tuple[int | None, str] | None:
    """Uses an invite up by one: (project, role), or None for a wrong, used or expired code."""
    row = tx.one(SPEND, {"hash": hashed(code), "moment": tx.now})
    return None if row is None else (row.project, row.role)


def guessed_too_often(tx: Transaction, account: int, user: str) -> bool:
    """Whether there were too many wrong codes lately."""
    return _guesses(tx, account, user) >= GUESSES


def may_guess(tx: Transaction, account: int, user: str) -> bool:
    """Counts a try at a code; False when there were too many lately."""
    params = {"account": account, "external": user, "now": tx.micros}
    tx.run(GUESSED, params | {"start": tx.micros - int(GUESS_WINDOW.total_seconds() * 1e6)})
    return _guesses(tx, account, user) <= GUESSES


def _guesses(tx: Transaction, account: int, user: str) -> int:
    start = tx.now - GUESS_WINDOW
    count = tx.value(
        select(guesses.c.count).where(
            guesses.c.account == account, guesses.c.external == user, guesses.c.since >= start
        )
    )
    return int(count or 0)


def in_chat(tx: Transaction, account: int, person: int, chat: int) -> Person | None:
    """The person as met in that chat."""
    row = tx.one(
        WHO_ANY.where(identities.c.account == account, identities.c.person == person, identities.c.chat == chat)
    )
    return None if row is None else met_in(row)


def recent(tx: Transaction, project: int, action: str, since: int, person: int | None = None) -> int:
    """How many audit lines of that action, of anybody or of one person, there are since then (UTC microseconds)."""
    found = select(func.count()).where(
        audit.c.project == project, audit.c.action == action, audit.c.at > literal(since, BigInteger)
    )
    return int(tx.value(found if person is None else found.where(audit.c.person == person)))


def forget_guesses(tx: Transaction, before: int, limit: int = 500) -> int:
    """Drops some counts of wrong codes begun before `before` (UTC microseconds)."""
    return tx.run(FORGET_GUESSES, {"before": before, "limit": limit})


def hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def record(tx: Transaction, person: int | None, project: int | None, action: str, detail: object = None) -> None:
    """A line of the audit trail."""
    row = {"at": tx.now, "person": person, "project": project, "action": action, "detail": detail}
    tx.insert(insert(audit), row)
