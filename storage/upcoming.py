"""Which media are about to be shown, so that a platform that is slow to take files can have them ahead."""

from typing import Any

from sqlalchemy import bindparam, select, text

from storage.database import Transaction
from storage.schema import cards, items
from storage.schema_chats import chats, uploads

ACTIVE = (
    select(cards.c.project)
    .distinct()
    .join(chats, chats.c.id == cards.c.chat)
    .where(chats.c.account == bindparam("a"), text("cards.state = 'open'"))
)
NEXT = (
    select(items.c.media)
    .where(
        items.c.project == bindparam("p"),
        text("items.state = 'open' AND items.taken < items.overlap AND items.serve_seq IS NOT NULL"),
        items.c.media.is_not(None),
    )
    .order_by(items.c.priority.desc(), items.c.serve_seq)
    .limit(bindparam("most"))
)
KNOWN = select(uploads.c.media).where(
    uploads.c.account == bindparam("a"), uploads.c.media.in_(bindparam("media", expanding=True))
)


def media(tx: Transaction, account: int, most: int) -> list[dict[str, Any]]:
    """Media of the next `most` items of each project somebody is labeling in there, that were not sent there yet."""
    found: dict[int, dict[str, Any]] = {}
    for active in tx.all(ACTIVE, {"a": account}):
        for row in tx.all(NEXT, {"p": active.project, "most": most}):
            found |= {one["id"]: one for one in row.media}
    known = {row.media for row in tx.all(KNOWN, {"a": account, "media": list(found)})} if found else set()
    return [one for number, one in found.items() if number not in known]
