"""The messages of the browser chat: what a page shows, and what changed in a chat after a number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, text, update

from storage.database import Transaction
from storage.schema_chats import pages

LATEST: Final = 50
"""Messages a page opens with."""
RECENT: Final = 20
"""Messages among which one sent again is looked for."""

LOCK: Final = text("SELECT pg_advisory_xact_lock(72265, hashtext(:chat))")
LAST = select(func.coalesce(func.max(pages.c.change), 0)).where(pages.c.chat == bindparam("where"))
ADD = insert(pages)
CHANGE = (
    update(pages)
    .where(pages.c.id == bindparam("row"), pages.c.chat == bindparam("where"), pages.c.author == bindparam("who"))
    .values(change=bindparam("number"), payload=bindparam("content"), at=bindparam("moment"))
)
ONE = select(pages).where(pages.c.id == bindparam("row"), pages.c.chat == bindparam("where"))
AFTER = (
    select(pages)
    .where(pages.c.chat == bindparam("where"), pages.c.change > bindparam("number"))
    .order_by(pages.c.change)
    .limit(LATEST + 1)
)
NEWEST = select(pages).where(pages.c.chat == bindparam("where")).order_by(pages.c.change.desc()).limit(LATEST)
OLDEST_SHOWN = (
    select(pages.c.change)
    .where(pages.c.chat == bindparam("where"))
    .order_by(pages.c.change.desc())
    .offset(LATEST)
    .limit(1)
)
NEXT_CHAT = select(pages.c.chat).where(pages.c.chat > bindparam("after")).order_by(pages.c.chat).limit(1)
FORGET = text(
    "DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE chat = :chat AND change <= :change AND at < :before "
    "ORDER BY change LIMIT :limit)"
)
RECENTLY = NEWEST.limit(RECENT)

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One message. `change` grows within a chat with everything that is written there; `author` is "bot" or "me"."""

    id: int
    change: int
    author: str
    payload: dict[str, Any]
    at: datetime


def show(
    tx: Transaction, chat: str, payload: Payload, *, key: str = "", replaces: str = "", remains: Payload | None = None
) -> int:
    """Shows a message of the bot and returns its row's id. `key` tells a message sent again from another one.

    Without `remains` the message `replaces` changes in place. With it that message becomes `remains` (an entry left
    out keeps its value) and a new one follows. A message that is not in this chat is never touched.
    """
    old = _find(tx, chat, replaces)
    if old is not None and remains is None and _put(tx, chat, "bot", old.id, _keyed(payload, key)):
        return old.id
    known = _sent_before(tx, chat, "bot", key)
    if known is not None:
        return known
    if old is not None and remains is not None:
        _put(tx, chat, "bot", old.id, {**old.payload, **remains})
    return _append(tx, chat, "bot", _keyed(payload, key))


def say(tx: Transaction, chat: str, payload: Payload, key: str) -> int:
    """Keeps what the person typed and returns its row's id; the same `key` again adds nothing."""
    known = _sent_before(tx, chat, "me", key)
    return _append(tx, chat, "me", _keyed(payload, key)) if known is None else known


def correct(tx: Transaction, chat: str, message: str, payload: Payload) -> bool:
    """Changes what the person typed; whether there is such a message of theirs."""
    old = _find(tx, chat, message)
    return old is not None and _put(tx, chat, "me", old.id, {**old.payload, **payload})


def changes(tx: Transaction, chat: str, after: int) -> list[Page] | None:
    """What changed after a number, oldest change first; None where so much did that `latest` is the shorter way."""
    rows = tx.all(AFTER, {"where": chat, "number": after})
    return None if len(rows) > LATEST else [_page(row) for row in rows]


def latest(tx: Transaction, chat: str) -> list[Page]:
    """The newest messages in the order they stand in."""
    return sorted((_page(row) for row in tx.all(NEWEST, {"where": chat})), key=lambda page: page.id)


def next_chat(tx: Transaction, after: str) -> str | None:
    """The chats one by one, in the order of their names."""
    found: str | None = tx.value(NEXT_CHAT, {"after": after})
    return found


def forget(tx: Transaction, before: int, chat: str, limit: int = 500) -> int:
    """Drops some messages last changed before `before` (UTC microseconds) that no page shows any more."""
    change = tx.value(OLDEST_SHOWN, {"where": chat})
    if change is None:
        return 0
    return tx.run(FORGET, {"chat": chat, "change": change, "before": before, "limit": limit})


def _append(tx: Transaction, chat: str, author: str, payload: Payload) -> int:
    row = {"chat": chat, "change": _next(tx, chat), "author": author, "payload": payload, "at": tx.now}
    return tx.insert(ADD, row)


def _put(tx: Transaction, chat: str, author: str, row: int, payload: Payload) -> bool:
    params = {"where": chat, "row": row, "who": author, "content": payload, "moment": tx.now}
    return tx.run(CHANGE, params | {"number": _next(tx, chat)}) == 1


def _next(tx: Transaction, chat: str) -> int:
    """A number is taken under a lock until the commit: else a reader could see 8 before 7 is there, and miss 7."""
    if tx.locks:
        tx.value(LOCK, {"chat": chat})
    return int(tx.value(LAST, {"where": chat})) + 1


def _sent_before(tx: Transaction, chat: str, author: str, key: str) -> int | None:
    """A message written twice follows closely: nothing that the other side said stands between."""
    if not key:
        return None
    if tx.locks:
        tx.value(LOCK, {"chat": chat})
    # By change, for which there is an index; by id alone every message of the chat would be read.
    recently = tx.all(RECENTLY, {"where": chat})
    for row in sorted(recently, key=lambda row: int(row.id), reverse=True):
        if row.payload.get("key") == key:
            return int(row.id)
        if author == "bot" != row.author:
            return None
    return None


def _find(tx: Transaction, chat: str, message: str) -> Page | None:
    if not (message.isascii() and message.isdigit() and len(message) < 19):
        return None
    row = tx.one(ONE, {"row": int(message), "where": chat})
    return None if row is None else _page(row)


def _keyed(payload: Payload, key: str) -> Payload:
    return {**payload, "key": key} if key else payload


def _page(row: Any) -> Page:
    return Page(row.id, row.change, row.author, row.payload, row.at)
