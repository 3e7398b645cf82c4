"""One event being handled: who it is from, what they read, and the messages that come of it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bot import payload
from bot.buttons import Pressed, pack
from bot.characters import storable as storable
from bot.chat import Ack, Button, Message, Outgoing, Part, Row, Shown, Text, Toast
from bot.judged import Judged
from bot.labels import LABEL_TYPES
from bot.labels.base import ABOUT_NOTHING, Said
from bot.project import Project
from bot.wording import phrase, say
from storage import accounts, outbox, projects
from storage.database import Transaction
from storage.people import Person

NONCE_BYTES = 12
"""96 bits: nobody guesses another's button."""


class Schemas:
    """What each version of each project asks; a version never changes, so it is read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Project] = {}
        self._typed: dict[tuple[int, int], bool] = {}

    def get(self, tx: Transaction, project: int, version: int) -> Project:
        key = (project, version)
        if key not in self._known:
            self._known[key] = Project.from_config(projects.config_of(tx, project, version))
        return self._known[key]

    def typed(self, tx: Transaction, project: int, version: int) -> bool:
        """Whether a card of it is answered by typing: then its message stands for no other card, ever."""
        key = (project, version)
        if key not in self._typed:
            asked = self.get(tx, project, version).questions
            self._typed[key] = any(LABEL_TYPES[one.type].ask(one, None, ABOUT_NOTHING).typed for one in asked)
        return self._typed[key]


@dataclass(slots=True)
class Turn:
    """`shown` is the message that was tapped, None where nothing was; `said` what became of the card dealt with,
    `judged_gold` that it says what is right there.
    `commands` and `judged`: see App."""

    tx: Transaction
    schemas: Schemas
    platforms: dict[int, str]
    random: Random
    account: int
    person: Person
    shown: Shown | None = None
    commands: Mapping[int, str] = field(default_factory=dict)
    judged: Judged | None = None
    said: str = ""
    judged_gold: bool = False
    ack: Ack = None
    out: list[Outgoing] = field(default_factory=list)

    @property
    def language(self) -> str:
        return self.person.language

    @property
    def platform(self) -> str:
        return self.platforms.get(self.account, "")

    def schema(self, project: int, version: int) -> Project:
        return self.schemas.get(self.tx, project, version)

    def say(self, said: Said) -> str:
        return say(self.language, said, self.commands.get(self.account, ""))

    def toast(self, key: str, *, alert: bool = False, **fields: object) -> None:
        self.ack = Toast(self.say(phrase(key, **fields)), alert)

    def tell(self, said: Said, buttons: tuple[Row, ...] = (), replaces: Shown | None = None) -> None:
        """A line to the person, in their chat."""
        self.post(Message(text=(Part(self.say(said)),), buttons=buttons, replaces=replaces))

    def post(
        self,
        message: Message,
        card: int | None = None,
        *,
        first: bool = False,
        review: Mapping[str, Any] | None = None,
    ) -> None:
        """`first` says that nothing of this card can be waiting to be sent; `review` is what `bot.reviewcard.stands` is
        to know of a reviewer's card."""
        chat, external = self.person.chat, self.person.chat_external
        self.send_to(self.account, chat, external, message, card, first=first, review=review)

    def send_to(
        self,
        account: int,
        chat: int,
        external: str,
        message: Message,
        card: int | None = None,
        *,
        first: bool = False,
        about: tuple[int, int, int | None] | None = None,
        review: Mapping[str, Any] | None = None,
    ) -> None:
        """`about`: (project, person, item) of a question, to whose message a reply is passed on."""
        packed, kind = payload.pack(message), message.kind if review is None else "review"
        packed |= {} if about is None else {"about": about}
        packed |= {} if review is None else {"review": review}
        row = outbox.add(self.tx, account=account, chat=chat, kind=kind, payload=packed, card=card, first=first)
        self.out.append(Outgoing(id=row, account=account, chat=external, message=message))

    def send_to_new(self, account: int, external: str, message: Message) -> None:
        """To a chat that may not have a row yet."""
        self.send_to(account, accounts.chat(self.tx, account, external), external, message)

    def button(
        self,
        key: str,
        pressed: Pressed,
        *,
        quiet: bool = False,
        form: bool = False,
        page: bool = False,
        **fields: object,
    ) -> Button:
        """A button of ours, its words by key; `key.spoken` is what a screen reader says where a sign is shown."""
        title = self.say(phrase(key, **fields))
        spoken = self.say(phrase(f"{key}.spoken")) if quiet else ""
        return Button(
            title, pack(pressed), "quiet" if quiet else "plain", opens_form=form, opens_page=page, spoken=spoken
        )


def new_nonce() -> str:
    return secrets.token_urlsafe(NONCE_BYTES)


def plain(text: str) -> Text:
    return (Part(text),)


def called(person: Person, project: Project) -> str:
    """What others than the person themselves are told of who they are: their name only where the project says so."""
    return person.name if project.names else person.public


def snippet(data: dict[str, Any], limit: int = 160) -> str:
    """The beginning of an item's words, to recognise it by."""
    words = " · ".join(str(value) for value in data.values() if isinstance(value, (str, int, float)))
    return words if len(words) <= limit else words[: limit - 1] + "…"
