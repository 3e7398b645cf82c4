"""Binds the page to mark on to the database and the core: who comes in there, and what they are shown."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from bot import links, marking, serving
from bot.app import App
from bot.chat import BadOpening, Recognise
from bot.links import BadLink
from bot.reception import Desk
from bot.turn import Turn
from bot.web.ports import Guest, Refused, RegionsFile, WayIn
from bot.wording import Phrase, phrase, say
from storage import cards, people, projects, regions, seals, visits
from storage.database import Database, Transaction
from storage.people import Person
from storage.visits import Visit

T = TypeVar("T")
SEAL = "page"
"""The name of the secret that links are signed with."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Who somebody is, and what their way in is called, which is good for once."""

    account: int
    user: str
    nonce: str
    way: str
    spent: str = "mark.used"
    """What is said where it was used before."""


@dataclass(frozen=True, slots=True)
class _Guest:
    account: int
    user: str
    chat: str
    project: int
    language: str


class PageDesk(Desk):
    """See `bot.web.ports.Marking`. `recognise` reads, by account, what a platform's app hands to the page; it is filled
    in as the chats come."""

    def __init__(self, database: Database, app: App) -> None:
        super().__init__(database)
        self._app = app
        self.recognise: dict[int, Recognise] = {}

    async def enter(self, way: WayIn, language: str) -> str:
        came = await self._run(partial(self._enter, way=way))
        if isinstance(came, str):
            return came
        # The platform whose pages open by a link is the one whose words stand behind a command.
        command = next(iter(self._app.commands.values()), "") if way.link else ""
        raise Refused(say(language, came, command))

    async def guest(self, token: str, language: str) -> Guest:
        came = await self._run(partial(self._guest, token=token))
        if isinstance(came, _Guest):
            return came
        raise Refused(say(language, came))

    async def item(self, guest: Guest) -> Mapping[str, Any] | None:
        return await self._for(guest, lambda turn: marking.shown(turn, guest.project))

    async def judge(self, guest: Guest, card: str, step: int, marks: str) -> None:
        asked = await self._for(guest, lambda turn: marking.asked_of(turn, card, step))
        if asked is not None:
            question, about = asked
            await asyncio.to_thread(self._app.judged.ahead, (card, step), question, marks, about)

    async def told(self, guest: Guest, card: str) -> str:
        return await self._for(guest, partial(_told, nonce=card))

    async def holds(self, guest: Guest, sha256: str) -> bool:
        held = await self._for(guest, lambda turn: marking.media(turn, guest.project))
        return any(one["sha256"] == sha256 for one in held)

    async def regions(self, guest: Guest, medium: int) -> RegionsFile | None:
        return await self._for(guest, partial(_regions, project=guest.project, medium=medium))

    async def _for(self, guest: Guest, work: Callable[[Turn], T]) -> T:
        def done(tx: Transaction) -> T:
            person = people.met(tx, guest.account, guest.user)
            assert person is not None
            return work(self._app.turn(tx, guest.account, person))

        return await self._run(done)

    def _enter(self, tx: Transaction, way: WayIn) -> str | Phrase:
        try:
            known = self._known(tx, way)
        except (BadLink, BadOpening) as error:
            return phrase(str(error))
        person = people.met(tx, known.account, known.user)
        if person is None:
            return phrase("stranger")
        project = self._project(tx, known, person)
        if isinstance(project, Phrase):
            return project
        begun = visits.begin(tx, account=known.account, person=person.id, project=project, way=known.way, key=way.key)
        return phrase(known.spent) if begun is None else begun

    def _known(self, tx: Transaction, way: WayIn) -> _Known:
        """Raises BadLink and BadOpening."""
        if way.link:
            return _by_link(tx, way.link)
        if way.opening:
            return self._by_opening(tx, way)
        visitor = way.visitor
        if visitor is None:
            raise BadOpening("stranger")
        # Whoever is signed in there may open the page as often as they like.
        return _Known(visitor.account, visitor.user, way.card, f"signed in {visitor.account} {visitor.user} {way.key}")

    def _by_opening(self, tx: Transaction, way: WayIn) -> _Known:
        for account, recognise in self.recognise.items():
            user, name = recognise(way.opening, tx.now)
            return _Known(account, user, way.card, f"opening {account} {name}", "mark.opened_twice")
        raise BadOpening("mark.forged")

    def _project(self, tx: Transaction, known: _Known, person: Person) -> int | Phrase:
        """The project of the card that the page was opened from, or of the one they have in hand by now."""
        meant = cards.held(tx, known.nonce) if known.nonce else None
        if meant is not None and meant.person != person.id:
            return phrase("press.not_yours")
        card = meant or cards.open_card(tx, person.id)
        project = person.project if card is None else card.project
        if project is None:
            return phrase("reply.old")
        return self._closed(tx, known.account, person, project) or project

    def _closed(self, tx: Transaction, account: int, person: Person, project: int) -> Phrase | None:
        """Why the person may not be on the page of that project; None where they may."""
        if people.role(tx, project, person.id) is None:
            return phrase("refused.project")
        rules = projects.by_id(tx, project).version
        turn = self._app.turn(tx, account, person)
        return None if serving.may_show(turn, project, rules) else serving.not_here(turn, project, rules)

    def _guest(self, tx: Transaction, token: str) -> _Guest | Phrase:
        visit = visits.find(tx, token)
        person = None if visit is None else people.met(tx, visit.account, visit.user)
        if visit is None or person is None or person.id != visit.person:
            return phrase("mark.over")
        closed = self._closed(tx, visit.account, person, visit.project)
        return closed or _as_guest(visit, person)


def _as_guest(visit: Visit, person: Person) -> _Guest:
    return _Guest(visit.account, visit.user, visit.chat, visit.project, person.language)


def _by_link(tx: Transaction, token: str) -> _Known:
    """Whose link it is. Raises BadLink."""
    link = links.read(token, seals.seal(tx, SEAL), tx.now)
    card = cards.held(tx, link.nonce)
    if card is None or card.person is None:
        raise BadLink("reply.old")
    known = visits.known_as(tx, link.account, card.person)
    if known is None or link.chat not in (card.chat_external, known[1]):
        raise BadLink("mark.forged")
    return _Known(link.account, known[0], link.nonce, f"link {link.content}")


def _told(turn: Turn, nonce: str) -> str:
    card = cards.held(turn.tx, nonce) if nonce else None
    return marking.told(turn, card) if card is not None and card.person == turn.person.id else ""


def _regions(turn: Turn, project: int, medium: int) -> RegionsFile | None:
    if not any(one["id"] == medium for one in marking.media(turn, project)):
        return None
    row = regions.load(turn.tx, medium)
    return None if row is None else RegionsFile(row.width, row.height, row.parents.strip("[]"), row.runs)
