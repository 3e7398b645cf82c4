"""What is still to be sent: claimed by one process, taken over from one that ended, replaced by what is newer."""

from datetime import timedelta

from sqlalchemy import insert

from storage import outbox
from storage.database import run
from storage.schema import media
from tests.storage.dealing import claim
from tests.worlds import build


def add(tx, world, card=None, text="hello", index=0):
    return outbox.add(
        tx, account=world.account, chat=world.chats[index], kind="text", payload={"text": text}, card=card
    )


def taken(database, world, everything=False):
    return [waiting.id for waiting in run(database, lambda tx: outbox.take_over(tx, world.account, everything))]


def test_a_row_belongs_to_its_process_until_its_claim_ends_and_then_to_whoever_comes(database, clock):
    world = build(database)
    row = run(database, lambda tx: add(tx, world))
    assert taken(database, world) == []
    clock.advance(timedelta(seconds=16))
    assert taken(database, world) == [row]
    assert taken(database, world) == []


def test_a_renewed_claim_lasts(database, clock):
    world = build(database)
    row = run(database, lambda tx: add(tx, world))
    clock.advance(timedelta(seconds=10))
    run(database, lambda tx: outbox.renew(tx, [row]))
    clock.advance(timedelta(seconds=10))
    assert taken(database, world) == []


def test_a_process_that_is_alone_takes_everything_over_in_order(database):
    world = build(database)
    rows = [run(database, lambda tx, n=n: add(tx, world, text=str(n))) for n in range(5)]
    found = run(database, lambda tx: outbox.take_over(tx, world.account, True))
    assert [waiting.id for waiting in found] == rows
    assert [waiting.payload for waiting in found] == [{"text": str(n)} for n in range(5)]
    assert found[0].chat == world.users[0]


def test_what_was_sent_is_gone_and_told_once(database):
    world = build(database, items=1)
    card = run(database, lambda tx: claim(tx, world))
    row = run(database, lambda tx: add(tx, world, card.id))
    assert run(database, lambda tx: outbox.sent(tx, row)) == outbox.Kept(card.id, world.chats[0])
    assert run(database, lambda tx: outbox.sent(tx, row)) is None
    assert taken(database, world, everything=True) == []


def test_a_cards_newer_message_replaces_the_unsent_one(database):
    world = build(database, items=1)
    card = run(database, lambda tx: claim(tx, world))
    run(database, lambda tx: add(tx, world, card.id))
    other = run(database, lambda tx: add(tx, world))
    newer = run(database, lambda tx: add(tx, world, card.id))
    assert taken(database, world, everything=True) == [other, newer]


def test_nothing_more_goes_to_a_chat_that_refuses_us(database):
    world = build(database, people=2)
    run(database, lambda tx: add(tx, world, index=0))
    kept = run(database, lambda tx: add(tx, world, index=1))
    run(database, lambda tx: outbox.drop_chat(tx, world.chats[0]))
    assert taken(database, world, everything=True) == [kept]


def test_what_cannot_be_sent_is_kept_with_its_reason(database):
    world = build(database)
    row = run(database, lambda tx: add(tx, world))
    run(database, lambda tx: outbox.give_up(tx, row, "too long " * 100))
    assert taken(database, world, everything=True) == []
    assert [(found, len(reason)) for found, reason in run(database, outbox.failures)] == [(row, 500)]


def test_references_are_learnt_and_the_latest_counts(database):
    world = build(database)
    row = {"sha256": "0" * 64, "kind": "image", "mime": "image/jpeg", "size": 1}
    picture = run(database, lambda tx: tx.insert(insert(media), row))
    for reference in ("first", "second"):
        run(database, lambda tx, r=reference: outbox.learn(tx, world.account, {picture: r}))
    assert run(database, lambda tx: outbox.references(tx, world.account, [picture, 99])) == {picture: "second"}


def test_many_processes_take_each_row_once(database, clock):
    world = build(database)
    rows = [run(database, lambda tx: add(tx, world)) for _ in range(40)]
    clock.advance(timedelta(seconds=16))
    futures = [database.submit(lambda tx: outbox.take_over(tx, world.account, False)) for _ in range(8)]
    assert sorted(waiting.id for future in futures for waiting in future.result()) == rows
