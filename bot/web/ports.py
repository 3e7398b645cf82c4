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


OpenMedia = Callable[[str], Awaitable[MediaFile | None]]
"""A prepared file by its SHA-256 (64 hexadecimal digits, already checked)."""

TelegramHook = Callable[[Headers, bytes], Awaitable[int]]
SlackHook = Callable[[Headers, bytes], Awaitable[tuple[int, Headers, bytes]]]
Counters = Callable[[], Mapping[str, float]]
Ailment = Callable[[], Awaitable[str]]
"""What keeps the process from serving, in a few words without secrets; empty when it is well."""
