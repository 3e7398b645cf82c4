"""Telling a project's admins what a person found, wherever they are met and the project may be shown."""

from bot.buttons import Pressed, pack
from bot.chat import Button, Message, Part, Row
from bot.face import BLANK
from bot.project import Project
from bot.turn import Turn, snippet
from bot.wording import phrase, say
from storage import people
from storage.cards import Card
from storage.people import Person


def admins(turn: Turn, card: Card, project: Project, key: str, words: str, decide: bool = False) -> None:
    """`decide` adds the buttons that put the item back or take it out: an admin who is alone has them too."""
    limits = turn.schema(card.project, card.rules)  # the card may be older than the project's limit to some chats
    reached = [
        (account, admin)
        for account, admin in people.admins(turn.tx, card.project)
        if _reached(turn, limits, account, admin)
    ]
    others = [one for one in reached if one[1].id != turn.person.id]
    for account, admin in others or (reached if decide else ()):
        text = say(
            admin.language,
            phrase(key, name=turn.person.name, title=project.title, item=card.key, words=words or "–"),
        )
        message = Message(
            text=(Part(text), BLANK, Part(snippet(card.data), "quote")),
            buttons=_decisions(admin, card) if decide else (),
        )
        turn.send_to(account, admin.chat, admin.chat_external, message)


def _reached(turn: Turn, project: Project, account: int, admin: Person) -> bool:
    may_see = not project.chats or turn.platforms.get(account, "") in project.chats
    return may_see and bool(admin.chat) and not admin.blocked


def _decisions(admin: Person, card: Card) -> tuple[Row, ...]:
    return (
        tuple(
            Button(say(admin.language, phrase(f"admin.{action}")), pack(Pressed("", card.item, sign)))
            for action, sign in (("put_back", "y"), ("withdraw", "w"))
        ),
    )
