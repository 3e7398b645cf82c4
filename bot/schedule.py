"""What time brings: leases that run out, keys that are forgotten, items shown again, summaries that fall due."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot import reviewcall, weighing
from bot.project import Summary
from bot.spreading import SPREAD
from bot.turn import Schemas
from storage import accounts, outbox, projects, queue, runs
from storage.database import STORAGE_FAILED, Transaction
from storage.projects import ProjectRow

log = logging.getLogger("labelbot.schedule")
KEY_DAYS = timedelta(days=7)
SUMMARY = "summary"
WATCH = "watch"
CANDOUR = "candour"
"""Both once a day, from midnight by UTC on."""


def tick(tx: Transaction, schemas: Schemas) -> None:
    """Short on purpose: it only notes what is due, a worker does it."""
    part(tx, queue.expire)
    part(tx, _forget)
    for row in projects.every(tx):
        part(tx, partial(_unskip, schemas=schemas, row=row))
        part(tx, partial(_note_due, schemas=schemas, row=row))
        part(tx, partial(_note_daily, schemas=schemas, row=row))
        part(tx, partial(_note_review, schemas=schemas, row=row))


def part(tx: Transaction, work: Callable[[Transaction], object]) -> None:
    """What fails by a fault of ours, or of one project, takes back what it did and keeps nothing else from its turn."""
    try:
        with tx.apart():
            work(tx)
    except STORAGE_FAILED:
        raise
    except Exception as error:
        name = type(error).__name__
        log.error("tick: %s", name, exc_info=RuntimeError(name).with_traceback(error.__traceback__))


def _forget(tx: Transaction) -> None:
    week_ago = tx.micros - int(KEY_DAYS.total_seconds()) * 1_000_000
    accounts.forget_keys(tx, week_ago)
    outbox.forget_lost(tx, week_ago)


def _unskip(tx: Transaction, schemas: Schemas, row: ProjectRow) -> None:
    """Somebody may have come, or the limit been raised."""
    queue.unskip(tx, row.id, schemas.get(tx, row.id, row.version).skip_limit)


def _note_due(tx: Transaction, schemas: Schemas, row: ProjectRow) -> None:
    summary = schemas.get(tx, row.id, row.version).summary
    if summary is not None and summary.every:
        runs.due(tx, row.id, SUMMARY, latest_slot(summary, tx.now))


def _note_daily(tx: Transaction, schemas: Schemas, row: ProjectRow) -> None:
    asked, today = schemas.get(tx, row.id, row.version), tx.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if asked.watch:
        runs.due(tx, row.id, WATCH, today)
    if asked.adaptive is not None:
        runs.due(tx, row.id, CANDOUR, today)
    if weighing.weighs(asked):  # a database may be from before anything was counted
        runs.at(tx, row.id, SPREAD, today)


def _note_review(tx: Transaction, schemas: Schemas, row: ProjectRow) -> None:
    if schemas.get(tx, row.id, row.version).review is not None:
        reviewcall.note_due(tx, row.id)


def latest_slot(summary: Summary, now: datetime) -> datetime:
    """The last time the cron line came round, in the project's zone, as the instant it was."""
    from croniter import croniter

    local = now.astimezone(ZoneInfo(summary.timezone))
    slot: datetime = croniter(summary.every, local + timedelta(seconds=1)).get_prev(datetime)
    return slot.astimezone(now.tzinfo)
