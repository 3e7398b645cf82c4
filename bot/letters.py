"""What became of our messages: they stand in the chat, or they could not be sent."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot import doors, notify, reviewcard, serving
from bot.chat import Message, Outgoing, SendFailed, Sent, Unsent
from bot.draft import load
from bot.turn import Turn
from bot.wording import phrase
from storage import accounts, cards, outbox, people, queue, threads
from storage.cards import Card
from storage.database import Transaction

if TYPE_CHECKING:
    from bot.app import App

QUARANTINE = "quarantine"
QUARANTINES = 5
"""Items of a project that may be taken out within a minute; more of them, and the fault is not the items'."""


def sent(tx: Transaction, event: Sent) -> None:
    """Keeps where a card, a reviewer's too, stands now, and the platform's ids of its media."""
    found = outbox.sent(tx, event.id)
    outbox.learn(tx, event.account, event.references)
    if found is not None and found.summary is not None:
        outbox.clear_refusals(tx, found.chat, found.project)
    if found is not None and found.question is not None and event.shown.message:
        threads.keep(tx, found.chat, event.shown.message, found.question["about"])
    if found is not None and found.card is not None:
        cards.stands(tx, found.card, event.shown.message, event.shown.kind)
    if found is not None and found.review is not None:
        reviewcard.stands(tx, found.chat, found.review, event.shown)


def failed(app: "App", tx: Transaction, event: SendFailed) -> Iterable[Outgoing]:
    """What to do about a message that did not arrive; returns what is to be sent instead."""
    row, card = _look(tx, event.id)
    if row is None:
        return ()
    if row.summary is not None:
        return _unposted(app, tx, event, row)
    if event.blocked:
        outbox.drop(tx, event.id)
        refused(tx, row.chat, card)
        return ()
    _put_away(tx, event, card)
    person = None if card is None else people.in_chat(tx, event.account, card.person, card.chat)
    if card is None or card.state != "open" or person is None:
        return ()
    turn = app.turn(tx, event.account, person)
    if event.permanent:
        _cannot_show(turn, card, event)
    else:
        again = serving.again(turn, card)
        cards.honour(tx, again, card.nonce)
        serving.show(turn, again, load(again.draft))
    return turn.out


def _unposted(app: "App", tx: Transaction, event: SendFailed, row: outbox.Kept) -> Iterable[Outgoing]:
    """A summary that was refused is kept for `labelbot doctor` until a later one is taken, and told of once till then.
    One that may have arrived is not posted again."""
    if not event.permanent:
        outbox.drop(tx, event.id)
        return () if row.project is None else notify.unposted(app, tx, row.project, "")
    known = outbox.clear_refusals(tx, row.chat, row.project)
    channel = f"{app.platforms.get(event.account, '')}:{event.chat}"
    outbox.give_up(tx, event.id, f"{channel}: {event.reason}")
    return () if known or row.project is None else notify.unposted(app, tx, row.project, event.reason)


def unsent(app: "App", tx: Transaction, event: Unsent) -> Iterable[Outgoing]:
    """What to do about a message that its process left behind. What may be repeated is sent again; a card that was to
    be a new message is shown under a new nonce, for it may have arrived."""
    row, card = _look(tx, event.id)
    if row is None:
        return ()
    account, chat, message = event.account, event.chat, event.message
    if message.kind == "card" and (message.fresh or message.replaces is None):
        unknown = SendFailed(account=account, chat=chat, id=event.id, permanent=False, reason="unsent", unknown=True)
        return failed(app, tx, unknown)
    if _is_past(tx, row.chat, card, message):
        outbox.drop(tx, event.id)
        return ()
    return (Outgoing(id=event.id, account=account, chat=chat, message=message),)


def _look(tx: Transaction, id: int) -> tuple[outbox.Kept | None, Card | None]:
    """A row, unless it is gone, and its card."""
    row = outbox.look(tx, id)
    if row is None or row.card is None:
        return row, None
    card = cards.by_id(tx, row.card)
    # Whoever had the card locked may just have put another message in this one's place.
    return outbox.look(tx, id), card


def _is_past(tx: Transaction, chat: int, card: Card | None, message: Message) -> bool:
    """Whether its message shows something newer by now: it did arrive, was tapped, and only the report was lost."""
    if card is not None:
        return card.state != "open"
    if message.fresh or message.replaces is None or not message.replaces.message:
        return False
    there = cards.by_message(tx, chat, message.replaces.message)
    return there is not None and there.state == "open"


def _put_away(tx: Transaction, event: SendFailed, card: Card | None) -> None:
    if event.permanent:
        outbox.give_up(tx, event.id, event.reason)
    elif event.unknown and card is not None:
        outbox.lose(tx, event.id)
    else:
        outbox.drop(tx, event.id)


def _cannot_show(turn: Turn, card: Card, event: SendFailed) -> None:
    """The platform refuses this item: it is taken out and the next one served, unless the fault is not the item's or
    that happens all the time."""
    at_fault = event.media or event.content
    if not at_fault or people.recent(turn.tx, card.project, QUARANTINE, turn.tx.micros - 60_000_000) >= QUARANTINES:
        queue.release(turn.tx, card)
        turn.tell(phrase("send.trouble"))
        return
    queue.quarantine(turn.tx, card)
    people.record(turn.tx, None, card.project, QUARANTINE, {"item": card.key, "why": event.reason})
    notify.quarantined(turn, card, turn.schema(card.project, card.version), event.reason)
    serving.serve(turn, card.project, turn.say(phrase("send.quarantined")))


def refused(tx: Transaction, chat: int, card: Card | None) -> None:
    """A chat that refuses us: nothing more is sent, and the item in hand goes to others."""
    accounts.block(tx, chat)
    outbox.drop_chat(tx, chat)
    if card is not None and card.state in ("open", "parked"):
        queue.release(tx, card)


def blocked(turn: Turn, blocked: bool) -> None:
    """The person blocked the bot, or let it in again."""
    if not blocked:
        accounts.unblock(turn.tx, turn.person.chat)
        return
    refused(turn.tx, turn.person.chat, cards.open_card(turn.tx, turn.person.id))
    if turn.person.project is not None and doors.role_in(turn, turn.person.project):
        while (parked := cards.parked(turn.tx, turn.person.id, turn.person.project)) is not None:
            queue.release(turn.tx, parked)
