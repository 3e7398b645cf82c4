"""Binds the browser chat to the database: what the web server is handed."""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from bot import stored
from bot.web.ports import Invitation, Page
from storage import invites, pages, people, sessions
from storage.database import Database, Transaction
from storage.sessions import Session

T = TypeVar("T")
Payload = Mapping[str, Any]
MayRead = Callable[[Transaction, str, str], bool]
"""Whether a person (by their external id) may read a channel (by its name)."""


class Desk:
    """Runs storage functions in transactions, for those who wait without blocking."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _run(self, work: Callable[[Transaction], T], key: object = None) -> T:
        return await asyncio.wrap_future(self._database.submit(work, key=key))


class PageBoard(Desk):
    """See `bot.web.ports.Board`. What concerns one chat runs in the order it was asked for."""

    async def show(self, chat: str, payload: Payload, *, key: str, replaces: str, remains: Payload | None) -> int:
        shown = partial(pages.show, chat=chat, payload=payload, key=key, replaces=replaces, remains=remains)
        return await self._run(shown, ("pages", chat))

    async def say(self, chat: str, payload: Payload, key: str) -> int:
        return await self._run(partial(pages.say, chat=chat, payload=payload, key=key), ("pages", chat))

    async def correct(self, chat: str, message: str, payload: Payload) -> bool:
        corrected = partial(pages.correct, chat=chat, message=message, payload=payload)
        return await self._run(corrected, ("pages", chat))

    async def changes(self, chat: str, after: int) -> list[Page] | None:
        found = await self._run(partial(pages.changes, chat=chat, after=after))
        return None if found is None else [*found]

    async def latest(self, chat: str) -> list[Page]:
        return [*await self._run(partial(pages.latest, chat=chat))]


class FrontDoor(Desk):
    """See `bot.web.ports.Reception`."""

    def __init__(self, database: Database, account: int, may_read: MayRead) -> None:
        super().__init__(database)
        self._account = account
        self._may_read = may_read
        self.owner_code = ""
        """Signs the owner in as often as it is opened, until the program ends. For a demo, which prints it and answers
        on its own machine alone; kept nowhere."""

    async def visitor(self, token: str) -> Session | None:
        if not sessions.looks_like_token(token):
            return None
        return await self._run(partial(sessions.find, account=self._account, token=token))

    async def start(self, user: str, name: str) -> str:
        return await self._run(partial(sessions.start, account=self._account, user=user, name=name))

    async def invitation(self, code: str) -> Invitation | None:
        found = await self._run(partial(_invitation, code=code))
        return replace(found, trial=True) if found is not None and self._is_owners(code) else found

    async def leads_home(self, user: str, code: str) -> bool:
        return await self._run(partial(_leads_home, account=self._account, user=user, code=code))

    async def returning(self, code: str) -> Session | None:
        if not self._is_owners(code):
            return None
        return await self._run(partial(sessions.of_owner, account=self._account))

    async def belongs(self, user: str) -> bool:
        return await self._run(partial(_belongs, account=self._account, user=user))

    async def end(self, token: str) -> None:
        await self._run(partial(sessions.end, token=token))

    def _is_owners(self, code: str) -> bool:
        return bool(self.owner_code) and hmac.compare_digest(code.encode("utf-8", "replace"), self.owner_code.encode())

    async def may_read(self, user: str, channel: str) -> bool:
        return await self._run(lambda tx: self._may_read(tx, user, channel))


def _invitation(tx: Transaction, code: str) -> Invitation | None:
    found = invites.read(tx, code)
    if found is None:
        return None
    if found.project is None:
        return Invitation("", found.role)
    return Invitation(stored.by_id(tx, found.project)[1].title, found.role)


def _leads_home(tx: Transaction, account: int, user: str, code: str) -> bool:
    led, person = people.leads_to(tx, code), people.met(tx, account, user)
    if led is None or person is None:
        return False
    project, role = led
    if project is None:
        return person.owner
    has = people.role(tx, project, person.id)
    return has is not None and people.ROLES.index(has) >= people.ROLES.index(role)


def _belongs(tx: Transaction, account: int, user: str) -> bool:
    person = people.met(tx, account, user)
    return person is not None and (person.owner or bool(people.memberships(tx, person.id)))
