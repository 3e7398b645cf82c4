"""Telling a project's admins what was found, wherever they are met and the project may be shown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.buttons import Pressed, pack
from bot.characters import item_name
from bot.chat import Button, Message, Outgoing, Part, Row
from bot.face import BLANK
from bot.project import Project
from bot.turn import Turn, snippet
from bot.wording import Phrase, phrase, say
from storage import answers, people, projects
from storage.cards import Card
from storage.database import Transaction
from storage.people import Person
from storage.projects import ProjectRow

if TYPE_CHECKING:
    from bot.app import App


def admins(turn: Turn, card: Card, project: Project, key: str, words: str, decide: bool = False) -> None:
    """What a person found. `decide` adds the buttons that put the item back or take it out: an admin who is alone has
    them too, others know what they found themselves."""
    hearers = list(_hearers(turn, card))
    others = [one for one in hearers if one[1].id != turn.person.id]
    for account, admin in others or (hearers if decide else ()):
        said = phrase(key, name=turn.person.name, title=project.title, item=item_name(card.key), words=words or "–")
        text = (Part(say(admin.language, said)), BLANK, Part(snippet(card.data), "quote"))
        message = Message(text=text, buttons=_decisions(admin, card) if decide else ())
        turn.send_to(account, admin.chat, admin.chat_external, message)


def asked(turn: Turn, card: Card, words: str) -> str:
    """Keeps a question with the item and passes it on; the sentence that says so."""
    answers.comment(turn.tx, card, "ask", words)
    admins(turn, card, turn.schema(card.project, card.version), "admin.asked", words)
    return turn.say(phrase("ask.done"))


def quarantined(turn: Turn, card: Card, project: Project, why: str) -> None:
    """An item was set aside. It is not quoted: its text may be what the platform does not show."""
    for account, admin in _hearers(turn, card):
        said = phrase("admin.quarantined", title=project.title, item=item_name(card.key), why=why)
        message = Message(text=(Part(say(admin.language, said)),), buttons=_decisions(admin, card))
        turn.send_to(account, admin.chat, admin.chat_external, message)


def _hearers(turn: Turn, card: Card) -> Iterator[tuple[int, Person]]:
    """(account, admin) wherever one may be told of an item, by the limits the project has now."""
    chats = turn.schema(card.project, card.rules).chats
    for account, admin in people.admins(turn.tx, card.project):
        if admin.chat and not admin.blocked and (not chats or turn.platforms.get(account, "") in chats):
            yield account, admin


def colleagues(turn: Turn, row: ProjectRow, said: Phrase) -> None:
    """What an admin has done to the project, told to the others: once each, where it may be shown."""
    chats = turn.schema(row.id, row.version).chats
    told = {turn.person.id}
    for account, admin in people.admins(turn.tx, row.id):
        here = not chats or turn.platforms.get(account, "") in chats
        if here and admin.chat and not admin.blocked and admin.id not in told:
            told.add(admin.id)
            message = Message(text=(Part(say(admin.language, said)),))
            turn.send_to(account, admin.chat, admin.chat_external, message)


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
