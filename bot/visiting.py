"""Binds the page to mark on to the database and the core: who comes in there, and what they are shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot import links, marking, serving
from bot.app import App
from bot.links import BadLink
from bot.reception import Desk
from bot.turn import Turn
from bot.web.ports import Refused, Regions
from bot.wording import Phrase, phrase, say
from storage import cards, people, projects, seals, visits
from storage.database import Database, Transaction
from storage.people import Person
from storage.visits import Visit

T = TypeVar("T")
SEAL = "page"
"""The name of the secret that links are signed with."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a platform vouches for: who opened the page, when, and a name of this very opening."""

    user: str
    at: datetime
    way: str


Recognise = Callable[[str, datetime], Proof]
"""Reads what a platform's page brings along. Raises BadProof."""


class BadProof(ValueError):
    """The message is a wording key."""


class PageDesk(Desk):
    """See `bot.web.ports.Marking`. `recognise` reads what the page of an account's platform brings along."""

    def __init__(
        self, database: Database, app: App, recognise: Mapping[int, Recognise] | None = None
    ) -> None:
        super().__init__(database)
        self._app = app
        self._recognise = dict(recognise or {})
