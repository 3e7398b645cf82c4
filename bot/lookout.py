"""The daily look at people's answers: computed in a child process, told to admins in their private chats."""

from collections.abc import Iterable
from datetime import datetime

from bot import stored
from bot.chat import Message
from bot.quality.uncollected import uncollected
from bot.quality.watch import Finding
from bot.schedule import WATCH
from bot.watching import message
from storage import notes, runs
from storage.database import Database, Transaction, opened, run
from storage.people import Person

Finds = tuple[tuple[int, Finding], ...]
"""(person, what was found), by person."""
Told = tuple[int, Person, Message]
"""(account, admin, what they get)."""


def looked(url: str, project: int, now: datetime) -> Finds:
    """Runs for seconds where there are millions of answers, on a connection of its own that cannot write."""
    from bot.quality.watching import look

    with opened(url) as database, uncollected():
        row, asked = run(database, lambda tx: stored.by_id(tx, project))
        with database.reading() as connection:
            return look(connection, row.id, asked).findings or ()


def seen(url: str, project: int) -> tuple[tuple[str, Finding], ...]:
    """The same by pseudonym, for a report."""
    from bot.quality.watching import look
    from storage import figures

    with opened(url) as database, uncollected():
        row, asked = run(database, lambda tx: stored.by_id(tx, project))
        with database.reading() as connection:
            found = look(connection, row.id, asked).findings or ()
            names = {one.id: one.public for one in figures.participants(connection, row.id)}
    return tuple((names[person], one) for person, one in found)


def told(tx: Transaction, project: int, title: str, found: Finds, admins: Iterable[tuple[int, Person]]) -> list[Told]:
    """Keeps what is new as notes: a message for each of them and each admin."""
    hearers = list(admins)
    raised = [notes.raised(tx, project, person, one.kind, one.figures) for person, one in found]
    return [
        (account, admin, message(admin.language, note, title))
        for note in raised
        if note is not None
        for account, admin in hearers
    ]


def look_now(database: Database, project: int) -> None:
    """Asks whichever process serves the chats for a look, beside the daily one."""
    run(database, lambda tx: runs.now(tx, project, WATCH))
