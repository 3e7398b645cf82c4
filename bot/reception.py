"""What the web server is handed: messages, sessions, invites and media, each a short piece of work on the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bot.project import Project
from bot.web.ports import Invitation, MediaFile
from storage import invites, media, pages, people, projects, sessions
from storage.database import Database, Transaction
from storage.files import Files
from storage.pages import Page
from storage.sessions import Session

T = TypeVar("T")


def waiting(database: Database, work: Callable[[Transaction], T]) -> Awaitable[T]:
    return asyncio.wrap_future(database.submit(work))


class PageBoard:
    """See `bot.web.ports.Board`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(
        self,
        chat: str,
        payload: Mapping[str, Any],
        *,
        key: str,
        replaces: str,
        remains: Mapping[str, Any] | None,
    ) -> int:
        return await waiting(
            self._database, lambda tx: pages.show(tx, chat, payload, key=key, replaces=replaces, remains=remains)
        )

    async def say(self, chat: str, payload: Mapping[str, Any], key: str) -> int:
        return await waiting(self._database, lambda tx: pages.say(tx, chat, payload, key))

    async def correct(self, chat: str, message: str, payload: Mapping[str, Any]) -> bool:
        return await waiting(self._database, lambda tx: pages.correct(tx, chat, message, payload))

    async def changes(self, chat: str, after: int) -> list[Page] | None:
        return await waiting(self._database, lambda tx: pages.changes(tx, chat, after))

    async def latest(self, chat: str) -> list[Page]:
        return await waiting(self._database, lambda tx: pages.latest(tx, chat))


class DoorKeeper:
    """See `bot.web.ports.Reception`."""

    def __init__(self, database: Database, account: int) -> None:
        self._database = database
        self._account = account

    async def visitor(self, token: str) -> Session | None:
        return await waiting(self._database, lambda tx: sessions.find(tx, self._account, token))

    async def start(self, user: str, name: str) -> str:
        return await waiting(self._database, lambda tx: sessions.start(tx, self._account, user, name))

    async def invitation(self, code: str) -> Invitation | None:
        return await waiting(self._database, lambda tx: _invitation(tx, code))

    async def may_read(self, user: str, channel: str) -> bool:
        return await waiting(self._database, lambda tx: _may_read(tx, self._account, user, channel))


def _invitation(tx: Transaction, code: str) -> Invitation | None:
    found = invites.read(tx, code)
    if found is None:
        return None
    if found.project is None:
        return Invitation("", found.role)
    row = projects.by_id(tx, found.project)
    return Invitation(str(projects.config_of(tx, row.id, row.version)["title"]), found.role)


def _may_read(tx: Transaction, account: int, user: str, channel: str) -> bool:
    """Members of a project that posts its summary there, and the owner."""
    person = people.met(tx, account, user)
    if person is None:
        return False
    theirs = {member.project for member in people.memberships(tx, person.id)}
    for row in projects.every(tx):
        summary = Project.from_config(projects.config_of(tx, row.id, row.version)).summary
        if summary is not None and summary.channel == f"browser:{channel}" and (person.owner or row.id in theirs):
            return True
    return False


def opener(database: Database, files: Files) -> Callable[[str], Awaitable[MediaFile | None]]:
    """Finds a prepared file for the media route."""

    async def find(sha256: str) -> MediaFile | None:
        found = await waiting(database, lambda tx: media.of_hashes(tx, [sha256]))
        return MediaFile(files.path(sha256), found[sha256].mime) if sha256 in found else None

    return find
