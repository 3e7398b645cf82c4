"""What is dropped in time, a little at a time: sessions, faults of last week, counts of guesses, pages nobody sees."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from storage import accounts, outbox, pages, people, sessions, visits
from storage.columns import micros
from storage.database import Database, Transaction

T = TypeVar("T")
FAULTS_KEPT = timedelta(days=7)
GUESSES_KEPT = timedelta(days=1)
PAGES_KEPT = timedelta(days=90)


async def sweep(database: Database) -> None:
    """Each transaction is short, so that no tap waits for it."""
    await _submit(database, sessions.sweep)
    await _submit(database, visits.sweep)
    await _all(database, outbox.forget_failures, FAULTS_KEPT)
    await _all(database, accounts.forget_faults, FAULTS_KEPT)
    await _all(database, people.forget_guesses, GUESSES_KEPT)
    chat = await _submit(database, partial(pages.next_chat, after=""))
    while chat is not None:
        await _all(database, partial(pages.forget, chat=chat), PAGES_KEPT)
        chat = await _submit(database, partial(pages.next_chat, after=chat))


async def _all(database: Database, forget: Callable[[Transaction, int], int], kept: timedelta) -> None:
    while await _submit(database, lambda tx: forget(tx, micros(tx.now - kept))):
        pass


async def _submit(database: Database, work: Callable[[Transaction], T]) -> T:
    return await asyncio.wrap_future(database.submit(work))
