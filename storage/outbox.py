"""What is still to be sent. A row is written with whatever causes it and goes when its message has arrived."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, delete, insert, literal_column, select, text, update

from storage.database import Row, Transaction
from storage.schema import cards
from storage.schema_chats import chats, outbox, uploads

CLAIM_MICROSECONDS = 15_000_000
"""How long a row is its process's own; others take it over when its claim is not renewed by then."""

ADD = insert(outbox)
SUPERSEDE = text("DELETE FROM outbox WHERE card = :card AND state = 'pending'")
GONE = delete(outbox).where(outbox.c.id == bindparam("row"))
HELD = ("summary", "question", "review")
"""Kinds of messages that are looked at again once they were sent."""
KEPT = (
    outbox.c.card,
    outbox.c.chat,
    outbox.c.kind,
    # A card's payload is not worth reading: what it shows may be large.
    case((outbox.c.kind.in_([literal_column(f"'{kind}'") for kind in HELD]), outbox.c.payload)).label("held"),
)
TAKEN_OUT = GONE.returning(*KEPT)
CARD_OF = select(*KEPT).where(outbox.c.id == bindparam("row"))
REFUSED = select(outbox.c.id, outbox.c.payload).where(
    outbox.c.chat == bindparam("in_chat"), literal_column("state = 'failed' AND kind = 'summary'")
)
UNREPORTED = text(
    "SELECT DISTINCT card FROM outbox WHERE chat = :chat AND card IS NOT NULL "
    "AND (state = 'pending' OR state = 'failed' AND error IS NULL)"
)
FORGET_LOST = text(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'failed' AND error IS NULL "
    "AND created_at < :before LIMIT :limit)"
)
FORGET_FAILURES = text(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'failed' AND error IS NOT NULL "
    "AND created_at < :before LIMIT :limit)"
)
LOCK_CARD = select(cards.c.id).where(cards.c.id == bindparam("wanted")).with_for_update(key_share=True)
RENEW = text("UPDATE outbox SET claimed_until = :until WHERE id = :row AND state = 'pending'")
WAITING = (
    select(outbox.c.id, outbox.c.payload, chats.c.external.label("chat"))
    .join(chats, chats.c.id == outbox.c.chat)
    .where(
        outbox.c.account == bindparam("a"), text("outbox.state = 'pending'"), outbox.c.claimed_until < bindparam("now")
    )
    .order_by(outbox.c.id)
    .limit(500)
    .with_for_update(of=outbox, key_share=True, skip_locked=True)
)
REFERENCES = select(uploads.c.media, uploads.c.reference).where(
    uploads.c.account == bindparam("a"), uploads.c.media.in_(bindparam("media", expanding=True))
)
LEARN = text(
    "INSERT INTO uploads (account, media, reference) VALUES (:account, :media, :reference) "
    "ON CONFLICT (account, media) DO UPDATE SET reference = excluded.reference"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message to send: the platform's id of its chat, and the message as JSON."""

    id: int
    chat: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a row's message is of, and where it goes. `summary`: the payload of a summary, which names its project;
    `question`: of what is answered by a reply, which says what it is about; `review`: of an item before a reviewer."""

    card: int | None
    chat: int
    summary: dict[str, Any] | None = None
    question: dict[str, Any] | None = None
    review: dict[str, Any] | None = None

    @property
    def project(self) -> int | None:
        """Whose summary it is."""
        return None if self.summary is None else self.summary.get("project")


def add(
    tx: Transaction,
    *,
    account: int,
    chat: int,
    kind: str,
    payload: Mapping[str, Any],
    card: int | None = None,
    first: bool = False,
) -> int:
    """The new row's id; it belongs to this process for a while. An unsent message of the same card is dropped, unless
    this is known to be the card's `first`."""
    if card is not None and not first:
        tx.run(SUPERSEDE, {"card": card})
    row = {
        "account": account,
        "chat": chat,
        "card": card,
        "kind": kind,
        "payload": payload,
        "claimed_until": tx.micros + CLAIM_MICROSECONDS,
        "created_at": tx.now,
    }
    return tx.insert(ADD, row)


def sent(tx: Transaction, row: int) -> Kept | None:
    """Drops a row whose message arrived; None when it is gone already."""
    if tx.locks:
        found = tx.one(CARD_OF, {"row": row})
        if found is not None and found.card is not None:
            tx.one(LOCK_CARD, {"wanted": found.card})  # as a tap does: first the card, then its messages
    gone = tx.one(TAKEN_OUT, {"row": row})
    return _kept(gone)


def look(tx: Transaction, row: int) -> Kept | None:
    """None when it is gone already."""
    found = tx.one(CARD_OF, {"row": row})
    return _kept(found)


def _kept(row: Row | None) -> Kept | None:
    if row is None:
        return None
    return Kept(row.card, row.chat, *(row.held if row.kind == kind else None for kind in HELD))


def unreported(tx: Transaction, chat: int) -> set[int]:
    """Cards that may stand in the chat in a message whose id we have not learnt, yet or ever."""
    return {row.card for row in tx.all(UNREPORTED, {"chat": chat})}


def lose(tx: Transaction, row: int) -> None:
    """The message may have arrived, and nobody will ever tell under which id."""
    tx.run(update(outbox).where(outbox.c.id == row).values(state="failed", error=None))


def forget_lost(tx: Transaction, before: int, limit: int = 500) -> int:
    """Drops some lost rows made before `before` (UTC microseconds)."""
    return tx.run(FORGET_LOST, {"before": before, "limit": limit})


def forget_failures(tx: Transaction, before: int, limit: int = 500) -> int:
    """Drops some rows made before `before` (UTC microseconds) that were given up."""
    return tx.run(FORGET_FAILURES, {"before": before, "limit": limit})


def give_up(tx: Transaction, row: int, error: str) -> None:
    """Keeps a row that cannot be sent, with the reason, for `labelbot doctor`."""
    tx.run(update(outbox).where(outbox.c.id == row).values(state="failed", error=error[:500]))


def clear_refusals(tx: Transaction, chat: int, project: int | None) -> bool:
    """Drops the project's summaries that the chat refused; whether there were any."""
    rows = [row.id for row in tx.all(REFUSED, {"in_chat": chat}) if row.payload.get("project") == project]
    for row in rows:
        drop(tx, row)
    return bool(rows)


def drop(tx: Transaction, row: int) -> None:
    tx.run(GONE, {"row": row})


def drop_chat(tx: Transaction, chat: int) -> None:
    """Nothing more is sent to a chat that refuses us."""
    tx.run(delete(outbox).where(outbox.c.chat == chat, outbox.c.state == "pending"))


def renew(tx: Transaction, rows: Iterable[int]) -> None:
    """Keeps this process's claim on rows it has in hand."""
    params = [{"row": row, "until": tx.micros + CLAIM_MICROSECONDS} for row in rows]
    if params:
        tx.run(RENEW, params)


def take_over(tx: Transaction, account: int, everything: bool) -> list[Waiting]:
    """Claims what nobody has in hand: after a crash, or `everything` where only one process can be running."""
    rows = tx.all(WAITING, {"a": account, "now": 2**62 if everything else tx.micros})
    renew(tx, [row.id for row in rows])
    return [Waiting(id=row.id, chat=row.chat, payload=row.payload) for row in rows]


def failures(tx: Transaction) -> list[tuple[int, str]]:
    """Rows given up, with their reasons."""
    rows = tx.all(select(outbox.c.id, outbox.c.error).where(outbox.c.error.is_not(None)).order_by(outbox.c.id))
    return [(row.id, row.error) for row in rows]


def references(tx: Transaction, account: int, media: Iterable[int]) -> dict[int, str]:
    """The platform's own ids of media it has been sent before."""
    rows = tx.all(REFERENCES, {"a": account, "media": list(media)})
    return {row.media: row.reference for row in rows}


def learn(tx: Transaction, account: int, references: Mapping[int, str]) -> None:
    """Keeps what sending taught us of the platform's ids. A painted picture has none of ours to keep them by."""
    learnt = [
        {"account": account, "media": media, "reference": known} for media, known in references.items() if media > 0
    ]
    if learnt:
        tx.run(LEARN, learnt)
