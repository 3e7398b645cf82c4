"""Who is on the page to mark on: a random token that their way in was exchanged for, of which only the hash is kept."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, text

from storage.database import Transaction
from storage.schema_chats import chats, identities, visits
from storage.sessions import TOKEN_BYTES, hashed, looks_like_token

LIFETIME: Final = timedelta(hours=12)
"""No way in is good for longer, so a way that a visit still stands for is never taken a second time."""

FIND: Final = select(visits.c.account, visits.c.person, visits.c.project).where(
    visits.c.token_hash == bindparam("hash"), visits.c.expires_at > bindparam("moment")
)
BEGIN: Final = text(
    "INSERT INTO visits (token_hash, way_hash, key, account, person, project, expires_at) "
    "VALUES (:hash, :way, :key, :account, :person, :project, :until) ON CONFLICT (way_hash) DO NOTHING"
)
REPEAT: Final = text("UPDATE visits SET token_hash = :hash WHERE way_hash = :way AND key = :key AND expires_at > :now")
KNOWN_AS: Final = (
    select(identities.c.external, chats.c.external.label("chat"))
    .outerjoin(chats, chats.c.id == identities.c.chat)
    .where(identities.c.account == bindparam("a"), identities.c.person == bindparam("who"))
    .order_by(identities.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One person in one project. `user` is what the platform calls them there, `chat` their private chat."""

    account: int
    person: int
    project: int
    user: str
    chat: str


def begin(tx: Transaction, *, account: int, person: int, project: int, way: str, key: str) -> str | None:
    """The token of a new visit, 256 bits at random; None where that way in was used before. Whoever repeats the very
    request (its `key` is theirs alone) missed the answer: they get another token, and the former one ends."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"hash": hashed(token), "way": hashed(way), "key": key, "now": tx.micros}
    if tx.run(REPEAT, row) == 1:
        return token
    until = tx.micros + int(LIFETIME.total_seconds() * 1_000_000)
    row |= {"account": account, "person": person, "project": project, "until": until}
    return token if tx.run(BEGIN, row) == 1 else None


def find(tx: Transaction, token: str) -> Visit | None:
    """None for a wrong or expired token."""
    row = tx.one(FIND, {"hash": hashed(token), "moment": tx.now}) if looks_like_token(token) else None
    known = None if row is None else known_as(tx, row.account, row.person)
    return None if row is None or known is None else Visit(row.account, row.person, row.project, *known)


def known_as(tx: Transaction, account: int, person: int) -> tuple[str, str] | None:
    """(what the platform calls the person, their private chat there), where they are met there."""
    row = tx.one(KNOWN_AS, {"a": account, "who": person})
    return None if row is None else (row.external, row.chat or "")


def sweep(tx: Transaction) -> int:
    """Drops visits that are over and returns how many."""
    return tx.run(delete(visits).where(visits.c.expires_at <= tx.now))
