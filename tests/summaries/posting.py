"""Summaries that are due, and what the outbox holds of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import insert, select, update

from bot.filters import Wanted
from bot.payload import unpack
from bot.project import Summary
from storage import accounts, people, runs
from storage.database import run
from storage.schema import answers
from storage.schema import people as people_table
from storage.schema import runs as run_table
from storage.schema_chats import identities
from storage.schema_chats import outbox as outbox_table
from tests.engines import START
from tests.worlds import SENTIMENT, make

POSTED = replace(SENTIMENT, names=True, summary=Summary("telegram:-1001", every="0 18 * * *", timezone="Europe/Berlin"))


LATELY = Wanted(first=START.date() - timedelta(days=1))


LEASE_OVER = timedelta(minutes=6)


SLOT = START - timedelta(hours=1)


class Crash(BaseException):
    """The program ends here."""


def threads():
    """In this process: what is tried here is who posts, and a child process takes a second to start."""
    return ThreadPoolExecutor(1)


def begin(database, project=POSTED, kind="summary", heads=2):
    """A project with an answer, and a slot of its summary that is due."""

    def write(tx):
        world = make(tx, 3, heads, 1, project)
        row = {"project": world.project, "item": world.items[0], "person": world.people[0], "kind": "label"}
        row |= {"label": {"label": "positive"}, "version": 1, "live": True, "answered_at": tx.now, "milliseconds": 900}
        tx.run(insert(answers), row)
        runs.due(tx, world.project, kind, SLOT - timedelta(days=1))
        runs.due(tx, world.project, kind, SLOT)
        return world

    return run(database, write)


def waiting(database):
    rows = run(database, lambda tx: tx.all(select(outbox_table).order_by(outbox_table.c.id)))
    return [(row, unpack(row.payload)) for row in rows]


def states(database):
    return [row.state for row in run(database, lambda tx: tx.all(select(run_table).order_by(run_table.c.id)))]


def admin(database, world, index, name, language="en", role="admin"):
    """One of the people leads the project from now on."""
    changed = {"name": name, "language": language}

    def write(tx):
        people.set_role(tx, world.project, world.people[index], role)
        tx.run(update(people_table).where(people_table.c.id == world.people[index]).values(**changed))

    run(database, write)


def meet(database, world, index, platform):
    """The person is met on another platform as well: (account, chat)."""

    def write(tx):
        account = accounts.account(tx, platform, "9")
        chat = accounts.chat(tx, account, f"{platform}-private")
        row = {"person": world.people[index], "account": account, "external": f"{platform}-user", "chat": chat}
        tx.run(insert(identities), row)
        return account, chat

    return run(database, write)


def text_of(message):
    return "".join(part.text for part in message.text)


def privately(database):
    """(account, chat, words) of what was not posted to the channel."""
    return [(row.account, row.chat, text_of(said)) for row, said in waiting(database) if said.kind == "notice"]
