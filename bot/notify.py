"""Telling a project's admins what was found, wherever they are met and the project may be shown."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from bot.buttons import Pressed, pack
from bot.characters import item_name
from bot.chat import Button, Message, Outgoing, Part, Row
from bot.face import BLANK
from bot.project import Project
from bot.turn import Turn, called, snippet
from bot.wording import Phrase, phrase, say
from storage import answers, people, projects
from storage.cards import Card
from storage.database import Transaction
from storage.people import Person
from storage.projects import ProjectRow

if TYPE_CHECKING:
    from bot.app import App


class About(Protocol):
    """What of an item people are told; `rules` is its project's version now."""

    @property
    def project(self) -> int: ...
    @property
    def item(self) -> int | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def data(self) -> dict[str, Any] | None: ...
    @property
    def rules(self) -> int: ...


def admins(turn: Turn, about: About, key: str, words: str, decide: bool = False) -> None:
    """What a person found or asks; a reply to it goes back to them. `decide` adds the buttons that put the item back or
    take it out: an admin who is alone has them too, others know what they found themselves."""
    project = turn.schema(about.project, about.rules)
    hearers = list(_hearers(turn, about))
    others = [one for one in hearers if one[1].id != turn.person.id]
    fields = {"person": called(turn.person, project), "title": project.title, "item": item_name(about.key or "")}
    for account, admin in others or (hearers if decide else ()):
        said = Part(say(admin.language, phrase(key, **fields, words=words or "–")))
        how = (BLANK, Part(say(admin.language, phrase("admin.reply")))) if others else ()
        text = (said, *how, BLANK, Part(snippet(about.data or {}), "quote"))
        message = Message(text=text, kind="question", buttons=_decisions(admin, about) if decide else ())
        who = (about.project, turn.person.id, about.item)
        turn.send_to(account, admin.chat, admin.chat_external, message, about=who)


def asked(turn: Turn, card: Card, words: str) -> str:
    """Keeps a question with the item and passes it on; the sentence that says so."""
    answers.comment(turn.tx, card, "ask", words)
    admins(turn, card, "admin.asked", words)
    return turn.say(phrase("ask.done"))


def quarantined(turn: Turn, card: Card, project: Project, why: str) -> None:
    """An item was set aside. It is not quoted: its text may be what the platform does not show."""
    for account, admin in _hearers(turn, card):
        said = phrase("admin.quarantined", title=project.title, item=item_name(card.key), why=why)
        message = Message(text=(Part(say(admin.language, said)),), buttons=_decisions(admin, card))
        turn.send_to(account, admin.chat, admin.chat_external, message)


def _hearers(turn: Turn, about: About) -> Iterator[tuple[int, Person]]:
    """(account, admin) wherever one may be told of an item, by the limits the project has now."""
    chats = turn.schema(about.project, about.rules).chats
    for account, admin in people.admins(turn.tx, about.project):
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


def _decisions(admin: Person, about: About) -> tuple[Row, ...]:
    return (
        tuple(
            Button(say(admin.language, phrase(f"admin.{action}")), pack(Pressed("", about.item or 0, sign)))
            for action, sign in (("put_back", "y"), ("withdraw", "w"))
        ),
    )
