"""What nobody needs any more goes by itself, and nothing else does."""

import asyncio
from datetime import timedelta

from bot.sweeping import sweep
from storage import accounts, outbox, pages, people
from storage.database import run
from storage.schema_chats import aside, guesses
from storage.schema_chats import outbox as outbox_table
from storage.schema_chats import pages as pages_table
from tests.worlds import build


def fail(tx, world):
    row = outbox.add(tx, account=world.account, chat=world.chats[0], kind="notice", payload={})
    outbox.give_up(tx, row, "too long")
    accounts.failed(tx, world.account, "k", "ValueError")
    people.may_guess(tx, world.account, "u1")


def counts(database):
    return [
        len(run(database, lambda tx, table=table: tx.all(table.select()))) for table in (outbox_table, aside, guesses)
    ]


def test_faults_go_after_a_week_and_guesses_after_a_day(database, clock):
    world = build(database)
    run(database, lambda tx: fail(tx, world))
    waiting = {"account": world.account, "chat": world.chats[0], "kind": "notice", "payload": {}}
    run(database, lambda tx: outbox.add(tx, **waiting))
    asyncio.run(sweep(database))
    assert counts(database) == [2, 1, 1]
    clock.advance(timedelta(days=6))
    asyncio.run(sweep(database))
    assert counts(database) == [2, 1, 0]
    clock.advance(timedelta(days=2))
    asyncio.run(sweep(database))
    assert counts(database) == [1, 0, 0]


def test_of_a_chats_pages_what_is_shown_stays_and_the_rest_goes_after_a_while(database, clock):
    for chat, count in (("anna", 130), ("ben", 3)):
        for number in range(count):
            run(database, lambda tx, chat=chat, number=number: pages.show(tx, chat, {"text": number}))
    shown = run(database, lambda tx: pages.latest(tx, "anna"))
    asyncio.run(sweep(database))
    assert len(run(database, lambda tx: tx.all(pages_table.select()))) == 133
    clock.advance(timedelta(days=91))
    asyncio.run(sweep(database))
    assert run(database, lambda tx: pages.latest(tx, "anna")) == shown
    assert len(run(database, lambda tx: pages.latest(tx, "ben"))) == 3
    assert len(run(database, lambda tx: tx.all(pages_table.select()))) == 53
