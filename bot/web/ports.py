"""What the web server is handed: sessions, messages, media and the platforms' webhooks, none of which it knows."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

Json = Mapping[str, Any]
Headers = Mapping[str, str]
"""Header names in lower case."""


class Page(Protocol):
    """One message of a browser chat. `change` grows within a chat; `author` is "bot" or "me"."""

    @property
    def id(self) -> int: ...
    @property
    def change(self) -> int: ...
    @property
    def author(self) -> str: ...
    @property
    def payload(self) -> dict[str, Any]: ...
    @property
    def at(self) -> datetime: ...


class Visitor(Protocol):
    """Who is signed in. `user` is the person's external id and the name of their chat."""

    @property
    def account(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invite leads to: the project's title (empty for the whole installation) and the role it gives. `trial`:
    it was printed by a demo, for somebody who wants to look around."""

    title: str
    role: str
    trial: bool = False


@dataclass(frozen=True, slots=True)
class MediaFile:
    path: Path
    mime: str


class Board(Protocol):
    """Keeps the messages of the browser chat; see `storage.pages`."""

    async def show(self, chat: str, payload: Json, *, key: str, replaces: str, remains: Json | None) -> int: ...

    async def say(self, chat: str, payload: Json, key: str) -> int: ...

    async def correct(self, chat: str, message: str, payload: Json) -> bool: ...

    async def changes(self, chat: str, after: int) -> "list[Page] | None": ...

    async def latest(self, chat: str) -> "list[Page]": ...


class Reception(Protocol):
    """Lets people in and knows them again."""

    async def visitor(self, token: str) -> Visitor | None: ...

    async def start(self, user: str, name: str) -> str:
        """Signs somebody in and returns the token of their cookie."""

    async def invitation(self, code: str) -> Invitation | None:
        """None for a wrong, used or expired code."""

    async def leads_home(self, user: str, code: str) -> bool:
        """Whether the invite, be it used up or expired, gives them nothing that they do not have."""

    async def returning(self, code: str) -> Visitor | None:
        """Who comes back by this code without an invite: the owner of a demo, by the link that it prints."""

    async def belongs(self, user: str) -> bool:
        """Whether they have a role in some project, or own the installation."""

    async def end(self, token: str) -> None:
        """Signs a session out."""

    async def may_read(self, user: str, channel: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """How somebody comes to the page to mark on: signed in to the browser chat, by a signed link, or by what a
    platform's app vouches for. `card` is the nonce of the card it was opened from; `key` is this request's own."""

    key: str
    card: str = ""
    visitor: Visitor | None = None
    link: str = ""
    opening: str = ""


class Refused(Exception):
    """Somebody is not let in (any more); the message is a sentence for them."""


class Guest(Protocol):
    """Who is on the page to mark on: one person, in one project. `chat` is their private chat with us."""

    @property
    def account(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def chat(self) -> str: ...
    @property
    def project(self) -> int: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RegionsFile:
    """The regions of a picture, `body` as it is stored; `parents` is a comma list."""

    width: int
    height: int
    parents: str
    body: bytes


class Marking(Protocol):
    """The page to mark on; see `bot.visiting.PageDesk`."""

    async def enter(self, way: WayIn, language: str) -> str:
        """The token of a visit. Raises Refused."""

    async def guest(self, token: str, language: str) -> Guest:
        """Whose visit that is. Raises Refused where it is over, or their role is."""

    async def item(self, guest: Guest) -> Json | None:
        """The item to mark, as the page reads it; None where one waits that is to be brought first."""

    async def judge(self, guest: Guest, card: str, step: int, marks: str) -> None:
        """Reads what is about to be sent, beside everybody else's work: a large one takes its time."""

    async def told(self, guest: Guest, card: str) -> str:
        """What became of a card of theirs, in one line; empty where nothing did."""

    async def holds(self, guest: Guest, sha256: str) -> bool:
        """Whether the item they are at has that file."""

    async def regions(self, guest: Guest, medium: int) -> RegionsFile | None:
        """The regions of a picture of the item they are at."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page without scripts: its title as text, its body as HTML in which nothing of people's is markup."""

    title: str
    body: str


class Reporting(Protocol):
    """The pages of a project's report; see `bot.reporting.ReportDesk`."""

    async def report(self, token: str, fields: Mapping[str, str], language: str) -> Sheet:
        """`fields` are those of the form that narrows it. Raises Refused for a link that is not ours, or too old."""

    async def item(self, token: str, key: str, language: str) -> Sheet | None:
        """What people made of an item of that project, None where there is no such item. Raises Refused."""

    async def holds(self, token: str, key: str, sha256: str, language: str) -> bool:
        """Whether the page of that item shows that file. Raises Refused."""


OpenMedia = Callable[[str], Awaitable[MediaFile | None]]
"""A prepared file by its SHA-256 (64 hexadecimal digits, already checked)."""

TelegramHook = Callable[[Headers, bytes], Awaitable[int]]
SlackHook = Callable[[Headers, bytes], Awaitable[tuple[int, Headers, bytes]]]
Counters = Callable[[], Mapping[str, float]]
Ailment = Callable[[], Awaitable[str]]
"""What keeps the process from serving, in a few words without secrets; empty when it is well."""
