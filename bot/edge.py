"""Where events enter the core: tried again, set aside when they keep failing, logged once without their words."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from bot.app import App
from bot.chat import Event, FromPerson, Outcome, Press, Submit, Tick, Toast, Unsent
from bot.delivery import Delivery, Paint, as_it_is, bare
from bot.payload import unpack
from bot.wording import phrase, say
from storage import accounts, outbox
from storage.database import STORAGE_FAILED, Closed, Database, Transaction

log = logging.getLogger("labelbot")
TRIES = 3
CRASHES = 5
DEATH = "death "
"""Before the key of an event, in a count of its own: failures say nothing about what ends the process."""
WATCHED = 200
"""So many events after a start are counted before they are handled, so that one that kills the process is found."""
ANSWER_SECONDS = 3.0


class Edge:
    """`receive` is what chats give their events to; it returns once what they caused is durable."""

    def __init__(self, database: Database, app: App, paint: Paint = as_it_is) -> None:
        self._database = database
        self._app = app
        self._watched = WATCHED
        self._counted: set[tuple[int, str]] = set()
        self.delivery = Delivery(self.receive, self.note, paint)
        self.handled = 0
        self.failed = 0

    async def receive(self, event: Event) -> Outcome:
        """Raises when storage failed: the platform is to send the event again."""
        if await self._kills(event):
            return self._apology(event)
        try:
            outcome = await self._handle(event)
        finally:
            self._survived(event)
        self.handled += 1
        self.delivery.take(outcome.messages)
        return outcome

    def note(self, event: Event) -> "Future[Outcome]":
        """For events that may wait for the next commit and that nobody waits for."""
        future = self._database.submit(self._work(event), key=lane(event), lazy=True)
        future.add_done_callback(self._noted)
        return future

    def _noted(self, future: "Future[Outcome]") -> None:
        error = future.exception()
        if error is not None:
            log.error("a report of delivery failed: %s", type(error).__name__, exc_info=bare(error))

    def _work(self, event: Event) -> Callable[[Transaction], Outcome]:
        return lambda tx: self._app.handle(tx, event)

    async def _handle(self, event: Event) -> Outcome:
        for attempt in range(TRIES):
            try:
                return await asyncio.wrap_future(self._database.submit(self._work(event), key=lane(event)))
            except STORAGE_FAILED:
                raise
            except Exception as error:
                await self._count(event, error)
                if attempt == TRIES - 1:
                    self.failed += 1
                    log.error("%s set aside: %s", type(event).__name__, type(error).__name__, exc_info=bare(error))
        return self._apology(event)

    async def _count(self, event: Event, error: Exception) -> None:
        if isinstance(event, FromPerson):
            key, name = event.key, type(error).__name__
            await self._submit(lambda tx: accounts.failed(tx, event.account, key, name))

    async def _kills(self, event: Event) -> bool:
        """Counts the first events after a start before they run; True for one that ended the process each time. One
        that comes again in the same process did not end it."""
        if self._watched <= 0 or not isinstance(event, FromPerson) or not event.key:
            return False
        account, key = event.account, event.key
        if (account, key) in self._counted:
            return False
        self._watched -= 1
        why = "the program ended while handling it"
        deaths = await self._submit(lambda tx: accounts.failed(tx, account, DEATH + key, why))
        self._counted.add((account, key))
        return deaths > CRASHES

    def _survived(self, event: Event) -> None:
        """Whatever came of it, the process lives."""
        if isinstance(event, FromPerson) and (event.account, event.key) in self._counted:
            account, key = event.account, DEATH + event.key
            with suppress(Closed):
                self._database.submit(lambda tx: accounts.forgive(tx, account, key), lazy=True)

    async def _submit(self, work: Callable[[Transaction], int]) -> int:
        return await asyncio.wrap_future(self._database.submit(work))

    def _apology(self, event: Event) -> Outcome:
        language = event.language if isinstance(event, FromPerson) else ""
        sorry = say(language, phrase("sorry"))
        return Outcome(Toast(sorry, alert=True)) if isinstance(event, Press | Submit) else Outcome()

    async def ailment(self) -> str:
        """What keeps us from serving until somebody mends it, in a few words; empty when all is well."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await asyncio.wrap_future(self._database.submit(lambda tx: None, lazy=True))
        except (*STORAGE_FAILED, TimeoutError):
            return "the database does not answer"
        return self.delivery.ailment

    async def take_over(self, account: int, everything: bool) -> None:
        """Sends what another process, or this one before it ended, left unsent."""
        found = await asyncio.wrap_future(self._database.submit(lambda tx: outbox.take_over(tx, account, everything)))
        in_hand = set(self.delivery.waiting())
        for waiting in found:
            if waiting.id not in in_hand:
                try:
                    message = unpack(waiting.payload)
                    await self.receive(Unsent(account=account, chat=waiting.chat, id=waiting.id, message=message))
                except STORAGE_FAILED as error:
                    # Its claim runs out, and it is found again; the others need not wait for that.
                    log.warning("a message left unsent could not be looked at (%s)", type(error).__name__)

    async def renew(self) -> None:
        """Keeps the claim on what is in hand."""
        rows = self.delivery.waiting()
        if rows:
            await asyncio.wrap_future(self._database.submit(lambda tx: outbox.renew(tx, rows)))


def lane(event: Event) -> object:
    """What concerns one chat is handled in order: what its person does, and what became of our messages there."""
    if isinstance(event, Tick):
        return None
    return event.account, event.chat or (event.user if isinstance(event, FromPerson) else "")
