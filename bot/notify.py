"""Telling a project's admins what was found, wherever they are met and the project may be shown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.buttons import Pressed, pack
from bot.chat import Button, Message, Outgoing, Part, Row
from bot.project import Project
from bot.turn import Turn, snippet
from bot.wording import phrase, say
from storage import people, projects
from storage.cards import Card
from storage.database import Transaction
from storage.people import Person

if TYPE_CHECKING:
    from bot.app import App


def admins(turn: Turn, card: Card, project: Project, key: str, words: str, decide: bool = False) -> None:
    """What a person found; they know it themselves. `decide` adds the buttons that put the item back or take it out."""
    quoted = Part("\n\n" + snippet(card.data), "quote")
    for account, admin in _hearers(turn, card, project):
        if admin.id != turn.person.id:
            said = phrase(key, name=turn.person.name, title=project.title, item=card.key, words=words or "–")
            buttons = _decisions(admin, card) if decide else ()
            message = Message(text=(Part(say(admin.language, said)), quoted), buttons=buttons)
            turn.send_to(account, admin.chat, admin.chat_external, message)


def quarantined(turn: Turn, card: Card, project: Project, why: str) -> None:
    """An item was set aside. It is not quoted: its text may be what the platform does not show."""
    for account, admin in _hearers(turn, card, project):
        said = phrase("admin.quarantined", title=project.title, item=card.key, why=why)
        message = Message(text=(Part(say(admin.language, said)),), buttons=_decisions(admin, card))
        turn.send_to(account, admin.chat, admin.chat_external, message)


def _hearers(turn: Turn, card: Card, project: Project) -> Iterator[tuple[int, Person]]:
    """(account, admin) wherever one may be told of an item."""
    for account, admin in people.admins(turn.tx, card.project):
        platform = turn.platforms.get(account, "")
        if admin.chat and not admin.blocked and (not project.chats or platform in project.chats):
            yield account, admin


def unposted(app: "App", tx: Transaction, project: int, reason: str) -> list[Outgoing]:
    """A summary did not arrive in its channel, for a `reason`; without one nobody knows whether it did."""
    row = projects.by_id(tx, project)
    schema = app.schemas.get(tx, row.id, row.version)
    channel = "" if schema.summary is None else schema.summary.channel
    told: list[Outgoing] = []
    for account, admin in people.admins(tx, project) if channel else ():
        if admin.chat and not admin.blocked:
            turn = app.turn(tx, account, admin)
            turn.tell(
                phrase("report.unposted", title=schema.title, channel=channel, reason=reason)
                if reason
                else phrase("report.unsure", title=schema.title, channel=channel, name=row.name)
            )
            told += turn.out
    return told


def _decisions(admin: Person, card: Card) -> tuple[Row, ...]:
    return (
        tuple(
            Button(say(admin.language, phrase(f"admin.{action}")), pack(Pressed("", card.item, sign)))
            for action, sign in (("put_back", "y"), ("withdraw", "w"))
        ),
    )
