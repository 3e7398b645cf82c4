"""Cards: an item in front of a person. Found by button, by message or by person; shown, kept, laid aside, finished."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, case, func, literal_column, select, text, update

from storage.database import Row, Transaction
from storage.schema import cards, items, members, projects
from storage.schema_chats import chats

ITEM = (
    items.c.id.label("item"),
    items.c.key,
    items.c.data,
    items.c.media,
    items.c.gold,
    items.c.suggestion,
    items.c.overlap,
    items.c.taken,
    items.c.answers,
    items.c.state.label("item_state"),
)
HELD = (
    select(
        cards.c.id,
        cards.c.nonce,
        cards.c.project,
        cards.c.person,
        cards.c.chat,
        chats.c.external.label("chat_external"),
        cards.c.version,
        cards.c.draft,
        cards.c.awaiting,
        cards.c.buried,
        cards.c.state,
        cards.c.message,
        cards.c.shown,
        cards.c.suggested,
        cards.c.planted,
        cards.c.leased_until,
        cards.c.served_at,
        *ITEM,
        members.c.role,
        func.coalesce(members.c.answered, 0).label("answered"),
        projects.c.total,
        projects.c.version.label("rules"),
    )
    .select_from(
        cards.join(items, items.c.id == cards.c.item)
        .join(chats, chats.c.id == cards.c.chat)
        .join(projects, projects.c.id == cards.c.project)
        .outerjoin(members, (members.c.project == cards.c.project) & (members.c.person == cards.c.person))
    )
    .with_for_update(of=cards, key_share=True)
)
BY_NONCE = HELD.where(cards.c.nonce == bindparam("wanted"))
OPEN = HELD.where(cards.c.person == bindparam("who"), cards.c.state == literal_column("'open'"))
HONOURED: Final = timedelta(seconds=150)
"""As long as a platform keeps a tap for a program that is down."""
PARKED = (
    HELD.where(
        cards.c.person == bindparam("who"),
        cards.c.project == bindparam("p"),
        cards.c.state == literal_column("'parked'"),
    )
    .order_by(cards.c.served_at.desc(), cards.c.id.desc())
    .limit(1)
    .with_for_update(of=cards, key_share=True, skip_locked=True)  # one that is locked is just being taken back
)
BY_MESSAGE = (
    HELD.where(cards.c.chat == bindparam("where"), cards.c.message == bindparam("wanted"))
    .order_by(case((cards.c.state == literal_column("'open'"), 0), else_=1), cards.c.id.desc())
    .limit(1)
)
# Of equally long numbers the greater one is the greater text, which the index finds.
BY_PART = (
    HELD.where(
        cards.c.chat == bindparam("where"),
        cards.c.message > bindparam("part"),
        func.length(cards.c.message) == bindparam("size"),
    )
    .order_by(cards.c.message)
    .limit(1)
)
# The sum keeps SQLite from walking all cards backwards instead of the chat's own.
NEWEST = (
    HELD.where(cards.c.chat == bindparam("where"), cards.c.person == bindparam("who"))
    .order_by((cards.c.id + 0).desc())
    .limit(1)
)
BY_FORMER = HELD.where(cards.c.former_nonce == bindparam("wanted"), cards.c.former_until > bindparam("moment"))
HONOUR = (
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(former_nonce=bindparam("former"), former_until=bindparam("until"))
)
BY_ID = HELD.where(cards.c.id == bindparam("wanted"))

BEGUN = (
    select(cards.c.id, cards.c.draft)
    .where(
        cards.c.item == bindparam("of_item"),
        cards.c.person == bindparam("who"),
        cards.c.version == bindparam("rules"),
        cards.c.state == literal_column("'expired'"),
    )
    .order_by(cards.c.id.desc())
    .limit(1)
)

SET_STATE = update(cards).where(cards.c.id == bindparam("card")).values(state=bindparam("became"))
SHOW_AGAIN = (
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(
        state="open",
        nonce=bindparam("fresh"),
        chat=bindparam("where"),
        leased_until=bindparam("until"),
        message=None,
        awaiting="",
        buried=False,
        former_nonce=None,
    )
)
KEEP = (
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(draft=bindparam("work"), awaiting=bindparam("waits"), leased_until=bindparam("until"))
)
STANDS = (
    update(cards)
    .where(cards.c.id == bindparam("card"))
    .values(message=bindparam("as_message"), shown=bindparam("as_kind"))
)
LEAVE = text("UPDATE cards SET message = NULL WHERE id = :card")
SURFACE = text("UPDATE cards SET buried = false WHERE id = :card")
BURY = text("UPDATE cards SET buried = true WHERE person = :who AND state = 'open'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item in front of a person, with what is needed to show it and to judge a tap on it.

    `role` is the person's role in the project now (None: removed), `answered` their answers there so far, `total` the
    project's items, `rules` the project's version now. `draft` is what they have marked; `awaiting` names what a typed
    text is for; `buried` says that something was typed below its message. `new` is one that nobody has been shown yet.
    `suggested` says that a suggestion is shown: the item's, or else the wrong one that was `planted`.
    """

    id: int
    nonce: str
    project: int
    person: int
    chat: int
    chat_external: str
    version: int
    draft: Any = None
    awaiting: str = ""
    buried: bool = False
    state: str = "open"
    message: str | None = None
    shown: str = "text"
    suggested: bool
    planted: Any = None
    leased_until: datetime
    served_at: datetime
    item: int
    key: str
    data: dict[str, Any]
    media: list[dict[str, Any]] | None
    gold: Any
    suggestion: Any
    overlap: int
    taken: int
    answers: int
    item_state: str
    role: str | None
    answered: int
    total: int
    rules: int
    new: bool = False


def _card(row: Row | None) -> Card | None:
    return None if row is None else Card(**row._mapping)


def held(tx: Transaction, nonce: str) -> Card | None:
    """The card a button belongs to, whoever holds it and whatever became of it."""
    row = tx.one(BY_NONCE, {"wanted": nonce})
    return _card(row if row is not None else tx.one(BY_FORMER, {"wanted": nonce, "moment": tx.now}))


def open_card(tx: Transaction, person: int) -> Card | None:
    return _card(tx.one(OPEN, {"who": person}))


def by_message(tx: Transaction, chat: int, message: str) -> Card | None:
    """The card that stands in that message: the open one, else the latest that stood there."""
    return _card(tx.one(BY_MESSAGE, {"where": chat, "wanted": message}))


def by_part(tx: Transaction, chat: int, message: str) -> Card | None:
    """The card of several messages that this one is a part of: the first that stands below it in the chat, where the
    numbers of messages grow."""
    card = _card(tx.one(BY_PART, {"where": chat, "part": message, "size": len(message)}))
    return card if card is not None and card.shown == "mixed" else None


def newest(tx: Transaction, chat: int, person: int) -> Card | None:
    """The card dealt last in that chat, whatever became of it."""
    return _card(tx.one(NEWEST, {"where": chat, "who": person}))


def by_id(tx: Transaction, card: int) -> Card | None:
    return _card(tx.one(BY_ID, {"wanted": card}))


def begun(tx: Transaction, card: Card) -> tuple[int, Any] | None:
    """(card, draft) of the card under which the person had the same item before, until its lease ran out."""
    row = tx.one(BEGUN, {"of_item": card.item, "who": card.person, "rules": card.version})
    return None if row is None or row.draft is None else (row.id, row.draft)


def show_again(tx: Transaction, card: Card, nonce: str, chat: int, chat_external: str, until: datetime) -> Card:
    """The card opened (again) under a new nonce: buttons of the old one lead nowhere from now on."""
    tx.run(SHOW_AGAIN, {"card": card.id, "fresh": nonce, "where": chat, "until": until})
    return replace(
        card,
        nonce=nonce,
        chat=chat,
        chat_external=chat_external,
        state="open",
        leased_until=until,
        message=None,
        awaiting="",
        buried=False,
    )


def honour(tx: Transaction, card: Card, former: str) -> None:
    """For a while a tap on the card's former message counts as one on the card: it may have been on its way when the
    card had to be shown again, for nobody knew whether that message had arrived."""
    tx.run(HONOUR, {"card": card.id, "former": former, "until": tx.now + HONOURED})


def keep(tx: Transaction, card: Card, draft: Any, awaiting: str, until: datetime) -> Card:
    """Saves what is marked so far, and gives the person more time."""
    tx.run(KEEP, {"card": card.id, "work": draft, "waits": awaiting, "until": until})
    return replace(card, draft=draft, awaiting=awaiting, leased_until=until)


def stands(tx: Transaction, card: int, message: str, shown: str) -> None:
    """The message in which the card stands in its chat."""
    tx.run(STANDS, {"card": card, "as_message": message, "as_kind": shown})


def leave(tx: Transaction, card: Card) -> Card:
    """The card goes on in a message that has yet to arrive."""
    tx.run(LEAVE, {"card": card.id})
    return replace(card, message=None)


def bury(tx: Transaction, person: int) -> None:
    """Something was typed below the person's open card: its next state wants a message of its own."""
    tx.run(BURY, {"who": person})


def surface(tx: Transaction, card: Card) -> None:
    """The card has a message below whatever was typed."""
    tx.run(SURFACE, {"card": card.id})


def park(tx: Transaction, card: Card) -> None:
    """Lays an open card aside; the person keeps their place and comes back to it."""
    tx.run(SET_STATE, {"card": card.id, "became": "parked"})


def parked(tx: Transaction, person: int, project: int) -> Card | None:
    """The card laid aside last."""
    return _card(tx.one(PARKED, {"who": person, "p": project}))


def finish(tx: Transaction, card: Card) -> None:
    tx.run(SET_STATE, {"card": card.id, "became": "done"})
