"""What time brings: leases that run out, keys that are forgotten, summaries that fall due."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.project import Summary
from bot.turn import Schemas
from storage import accounts, outbox, projects, queue, runs
from storage.database import Transaction

KEY_DAYS = timedelta(days=7)
SUMMARY = "summary"


def tick(tx: Transaction, schemas: Schemas) -> None:
    """Short on purpose: it only notes what is due, a worker does it."""
    queue.expire(tx)
    week_ago = tx.micros - int(KEY_DAYS.total_seconds()) * 1_000_000
    accounts.forget_keys(tx, week_ago)
    outbox.forget_lost(tx, week_ago)
    for row in projects.every(tx):
        summary = schemas.get(tx, row.id, row.version).summary
        if summary is not None and summary.every:
            runs.due(tx, row.id, SUMMARY, latest_slot(summary, tx.now))


def latest_slot(summary: Summary, now: datetime) -> datetime:
    """The last time the cron line came round, in the project's zone, as the instant it was."""
    from croniter import croniter

    local = now.astimezone(ZoneInfo(summary.timezone))
    slot: datetime = croniter(summary.every, local + timedelta(seconds=1)).get_prev(datetime)
    return slot.astimezone(now.tzinfo)
