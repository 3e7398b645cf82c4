"""Who is signed in to the browser chat: a random token in a cookie, its hash here, thirty days from the last visit."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from storage.database import Transaction
from storage.schema import people
from storage.schema_chats import identities, sessions

TOKEN_BYTES: Final = 32
LIFETIME: Final = timedelta(days=30)
RENEW_AFTER: Final = timedelta(days=1)
"""A session is renewed once a day at most: a visit should not cost a write."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
FIND = select(sessions).where(
    sessions.c.token_hash == bindparam("hash"),
    sessions.c.account == bindparam("a"),
    sessions.c.expires_at > bindparam("moment"),
)
RENEW = update(sessions).where(sessions.c.token_hash == bindparam("hash")).values(expires_at=bindparam("until"))

OWNER = (
    select(identities.c.external, people.c.name)
    .join(people, people.c.id == identities.c.person)
    .where(identities.c.account == bindparam("a"), people.c.owner)
    .order_by(identities.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Session:
    """`user` is the person's external id on the browser account and the name of their chat."""

    account: int
    user: str
    name: str


def looks_like_token(token: str) -> bool:
    """Whether it could be one of ours; anything else needs no look into the database."""
    return _TOKEN.fullmatch(token) is not None


def start(tx: Transaction, account: int, user: str, name: str) -> str:
    """A new session's token, 256 bits at random; only its hash is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"account": account, "user": user, "name": name, "expires_at": tx.now + LIFETIME}
    tx.run(insert(sessions), row | {"token_hash": hashed(token)})
    return token


def find(tx: Transaction, account: int, token: str) -> Session | None:
    """The session of a token, renewed; None for a wrong or expired one."""
    row = tx.one(FIND, {"hash": hashed(token), "a": account, "moment": tx.now}) if looks_like_token(token) else None
    if row is None:
        return None
    if row.expires_at < tx.now + LIFETIME - RENEW_AFTER:
        tx.run(RENEW, {"hash": hashed(token), "until": tx.now + LIFETIME})
    return Session(row.account, row.user, row.name)


def of_owner(tx: Transaction, account: int) -> Session | None:
    """As whom the installation's owner is met here, the first of several."""
    row = tx.one(OWNER, {"a": account})
    return None if row is None else Session(account, row.external, row.name)


def end(tx: Transaction, token: str) -> None:
    tx.run(delete(sessions).where(sessions.c.token_hash == hashed(token)))


def sweep(tx: Transaction) -> int:
    """Drops expired sessions and returns how many."""
    return tx.run(delete(sessions).where(sessions.c.expires_at <= tx.now))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
