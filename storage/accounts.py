"""The bots we speak as, the chats they speak in, and which events they have handled already."""

import hashlib

from sqlalchemy import bindparam, delete, select, text, update

from storage.database import Transaction
from storage.schema_chats import accounts, aside, chats, seen

KEY_LENGTH = 200
ACCOUNT = select(accounts.c.id).where(
    accounts.c.platform == bindparam("platform"), accounts.c.external == bindparam("external")
)
CHAT = select(chats.c.id).where(chats.c.account == bindparam("a"), chats.c.external == bindparam("external"))
# Two processes may meet the same newcomer at once: whoever is second finds the first one's row.
NEW_ACCOUNT = text(
    "INSERT INTO accounts (platform, external, name) VALUES (:platform, :external, :name) ON CONFLICT DO NOTHING"
)
NEW_CHAT = text("INSERT INTO chats (account, external) VALUES (:a, :external) ON CONFLICT DO NOTHING")
SEE = text("INSERT INTO seen (account, key, at) VALUES (:account, :key, :at) ON CONFLICT DO NOTHING")
UNSEE = delete(seen).where(seen.c.account == bindparam("a"), seen.c.key == bindparam("k"))
FORGET = text(
    "DELETE FROM seen WHERE (account, key) IN (SELECT account, key FROM seen WHERE at < :before LIMIT :limit)"
)
FAILED = text(
    "INSERT INTO aside (account, key, attempts, error, at) VALUES (:account, :key, 1, :error, :at) "
    "ON CONFLICT (account, key) DO UPDATE SET attempts = aside.attempts + 1, error = excluded.error, at = excluded.at"
)
FORGET_FAULTS = text(
    "DELETE FROM aside WHERE (account, key) IN (SELECT account, key FROM aside WHERE at < :before LIMIT :limit)"
)
ATTEMPTS = select(aside.c.attempts).where(aside.c.account == bindparam("a"), aside.c.key == bindparam("k"))
RENAME = (
    update(accounts)
    .where(accounts.c.id == bindparam("a"), accounts.c.name != bindparam("called"))
    .values(name=bindparam("called"))
)
BLOCK = update(chats).where(chats.c.id == bindparam("chat"))


def account(tx: Transaction, platform: str, external: str, name: str = "") -> int:
    """The account's row, made when it is new. `external` is the platform's id of the bot or workspace."""
    params = {"platform": platform, "external": external}
    found = tx.value(ACCOUNT, params)
    if found is None:
        tx.run(NEW_ACCOUNT, params | {"name": name})
        found = tx.value(ACCOUNT, params)
    return int(found)


def latest(tx: Transaction, platform: str) -> str | None:
    """The platform's id of the account used there last."""
    found = select(accounts.c.external).where(accounts.c.platform == platform).order_by(accounts.c.id.desc()).limit(1)
    known: str | None = tx.value(found)
    return known


def rename(tx: Transaction, account: int, name: str) -> None:
    """What the bot is called on its platform now; a write only where that changed."""
    tx.run(RENAME, {"a": account, "called": name})


def newest(tx: Transaction, platform: str) -> int | None:
    """The account of that platform that was met last."""
    found: int | None = tx.value(
        select(accounts.c.id).where(accounts.c.platform == platform).order_by(accounts.c.id.desc()).limit(1)
    )
    return found


def platforms(tx: Transaction) -> dict[int, str]:
    """The platform of every account there ever was."""
    return {row.id: row.platform for row in tx.all(select(accounts.c.id, accounts.c.platform))}


def chat(tx: Transaction, account: int, external: str) -> int:
    """The chat's row, made when it is new."""
    params = {"a": account, "external": external}
    found = tx.value(CHAT, params)
    if found is None:
        tx.run(NEW_CHAT, params)
        found = tx.value(CHAT, params)
    return int(found)


def move(tx: Transaction, account: int, external: str, to: str) -> None:
    """A chat's new id on its platform. Chat ids stand nowhere else, so this is all there is to do."""
    if tx.value(CHAT, {"a": account, "external": to}) is None:
        tx.run(update(chats).where(chats.c.account == account, chats.c.external == external).values(external=to))


def block(tx: Transaction, chat: int) -> None:
    tx.run(BLOCK.values(blocked_at=tx.now), {"chat": chat})


def unblock(tx: Transaction, chat: int) -> None:
    tx.run(BLOCK.values(blocked_at=None), {"chat": chat})


def first(tx: Transaction, account: int, key: str) -> bool:
    """Whether this event is handled for the first time; its key is kept with whatever it causes."""
    return tx.run(SEE, {"account": account, "key": fitting(key), "at": tx.micros}) == 1


def unsee(tx: Transaction, account: int, key: str) -> None:
    """An event that was refused and changed nothing: sent again, it is to be refused again, not passed over."""
    tx.run(UNSEE, {"a": account, "k": fitting(key)})


def fitting(key: str) -> str:
    """The key itself; for one that the column cannot hold, its digest."""
    if len(key) <= KEY_LENGTH and key.isascii() and key.isprintable():
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def forget_keys(tx: Transaction, before: int, limit: int = 500) -> int:
    """Drops some keys seen before `before` (UTC microseconds)."""
    return tx.run(FORGET, {"before": before, "limit": limit})


def failed(tx: Transaction, account: int, key: str, error: str) -> int:
    """Counts an event's failure; returns how often it failed by now, also before a restart."""
    tx.run(FAILED, {"account": account, "key": fitting(key), "error": error[:500], "at": tx.micros})
    return attempts(tx, account, key)


def attempts(tx: Transaction, account: int, key: str) -> int:
    return int(tx.value(ATTEMPTS, {"a": account, "k": fitting(key)}) or 0)


def forgive(tx: Transaction, account: int, key: str) -> None:
    tx.run(delete(aside).where(aside.c.account == account, aside.c.key == fitting(key)))


def forget_faults(tx: Transaction, before: int, limit: int = 500) -> int:
    """Drops some events that failed last before `before` (UTC microseconds)."""
    return tx.run(FORGET_FAULTS, {"before": before, "limit": limit})


def set_aside(tx: Transaction, at_least: int) -> list[tuple[str, str]]:
    """Keys and errors of the events given up after `at_least` failures."""
    found = tx.all(select(aside.c.key, aside.c.error).where(aside.c.attempts >= at_least).order_by(aside.c.at))
    return [(row.key, row.error) for row in found]
