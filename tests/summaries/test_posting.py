"""Summaries that fall due are posted once, whatever fails on the way and however many look."""

import asyncio
import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.filters import EVERYTHING
from bot.payload import unpack
from bot.project import Summary
from bot.schedule import latest_slot, tick
from bot.summaries import make_page, make_summary
from bot.turn import Schemas
from bot.wording import LANGUAGES
from bot.workers import NOW, NoChannel, Workers, child, post_now
from storage import accounts, outbox, people, projects, runs
from storage.database import opened, run
from storage.schema import media
from storage.schema import runs as run_table
from tests.engines import START
from tests.running import wait
from tests.summaries.posting import (
    LATELY,
    LEASE_OVER,
    POSTED,
    Crash,
    begin,
    states,
    threads,
    waiting,
)
from tests.worlds import SENTIMENT, make


def test_a_due_summary_is_posted_with_its_chart(database, workers, files):
    world = begin(database)
    assert workers.work_once()
    ((row, message),) = waiting(database)
    assert (row.account, row.kind, message.kind) == (world.account, "summary", "summary")
    assert run(database, lambda tx: accounts.chat(tx, world.account, "-1001")) == row.chat
    assert "".join(part.text for part in message.text).startswith("Review sentiment · 2 Mar 2026")
    (chart,) = message.media
    with files.open(chart.sha256) as file:
        assert file.read(4) == b"\x89PNG"
    kept = run(database, lambda tx: tx.one(select(media)))
    assert (kept.id, kept.sha256, kept.kind, kept.width) == (chart.id, chart.sha256, "image", chart.width)
    assert states(database) == ["done", "done"]
    assert not workers.work_once()


def test_a_child_process_does_the_work_and_may_be_ended(database, files):
    begin(database)
    workers = Workers(database, files, start=child)
    try:
        assert workers.work_once()
        assert len(waiting(database)) == 1
    finally:
        workers.close()
    run(database, lambda tx: runs.now(tx, 1, NOW))
    assert not workers.work_once()
    assert len(waiting(database)) == 1


def test_a_child_that_takes_its_time_to_start_does_not_hold_up_the_end(sqlite_url, files):
    def slow():
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=time.sleep, initargs=(60,))

    with opened(sqlite_url, lambda: START) as database:
        begin(database)
        workers = Workers(database, files, start=slow)
        working = threading.Thread(target=workers.work_once)
        before = multiprocessing.active_children()
        working.start()
        wait(lambda: set(multiprocessing.active_children()) - set(before))
        began = time.monotonic()
        workers.close()
        working.join(10)
        assert not working.is_alive()
        assert time.monotonic() - began < 10
        assert waiting(database) == []


def test_what_a_failure_says_of_an_item_is_not_kept(database, files):
    begin(database)

    class Telling(ThreadPoolExecutor):
        def submit(self, work, /, *args, **kwargs):
            if work is make_summary:
                raise ValueError("canary")
            return super().submit(work, *args, **kwargs)

    workers = Workers(database, files, start=lambda: Telling(1))
    assert workers.work_once()
    assert run(database, lambda tx: tx.all(select(run_table).order_by(run_table.c.id)))[-1].error == "ValueError"
    workers.close()


def test_two_workers_on_one_slot_post_once(url, files):
    with opened(url, lambda: START) as one, opened(url, lambda: START) as other:
        begin(one)
        both = [Workers(database, files, start=threads) for database in (one, other)]
        together = threading.Barrier(2)

        def work(workers):
            together.wait()
            return workers.work_once()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(work, both)) == [False, True]
        assert len(waiting(one)) == 1
        for workers in both:
            workers.close()


def test_a_worker_that_was_overtaken_posts_nothing(database, clock, files):
    """It computed for longer than its lease, and another has posted meanwhile."""
    begin(database)
    other = Workers(database, files, start=threads)

    class Slow(ThreadPoolExecutor):
        def submit(self, work, /, *args, **kwargs):
            if work is make_summary:
                clock.advance(LEASE_OVER)
                assert other.work_once()
            return super().submit(work, *args, **kwargs)

    slow = Workers(database, files, start=lambda: Slow(1))
    assert slow.work_once()
    assert len(waiting(database)) == 1
    assert states(database) == ["done", "done"]
    slow.close()
    other.close()


def test_a_crash_before_the_post_posts_once_when_the_lease_is_over(database, clock, files):
    begin(database)

    class Crashing(ThreadPoolExecutor):
        def submit(self, work, /, *args, **kwargs):
            future = super().submit(work, *args, **kwargs)
            if work is make_summary:
                future.result()
                raise Crash
            return future

    dying = Workers(database, files, start=lambda: Crashing(1))
    with pytest.raises(Crash):
        dying.work_once()
    dying.close()
    workers = Workers(database, files, start=threads)
    assert not workers.work_once()
    assert waiting(database) == []
    clock.advance(LEASE_OVER)
    assert workers.work_once()
    clock.advance(LEASE_OVER)
    assert not workers.work_once()
    assert len(waiting(database)) == 1
    workers.close()


def test_what_fails_is_tried_three_times_and_then_given_up(database, clock, workers):
    begin(database, kind="nonsense")
    for expected in ("due", "due", "failed"):
        assert workers.work_once()
        assert not workers.work_once()
        assert states(database)[-1] == expected
        clock.advance(LEASE_OVER)
    assert not workers.work_once()
    assert run(database, lambda tx: tx.all(select(run_table).order_by(run_table.c.id)))[-1].error == "ValueError"


def test_work_that_ends_the_program_each_time_is_given_up(database, clock, workers):
    begin(database)
    for _ in range(runs.TRIES):
        assert run(database, runs.take) is not None
        clock.advance(LEASE_OVER)
    assert not workers.work_once()
    assert states(database)[-1] == "failed"
    assert waiting(database) == []


def test_without_an_account_on_the_platform_the_admins_are_told_once(database, clock, workers):
    world = begin(database, replace(POSTED, summary=Summary("slack:C1", every="0 * * * *")))
    run(database, lambda tx: people.set_role(tx, world.project, world.people[1], "admin"))
    assert workers.work_once()
    run(database, lambda tx: runs.now(tx, world.project, NOW))
    assert workers.work_once()
    ((row, message),) = waiting(database)
    assert row.chat == world.chats[1]
    assert "cannot be posted to slack:C1: this labelbot is on no slack" in message.text[0].text
    assert states(database)[1:] == ["failed", "failed"]
    assert "on no slack" in run(database, lambda tx: tx.all(select(run_table).order_by(run_table.c.id)))[-1].error
    clock.advance(timedelta(days=8))
    run(database, lambda tx: runs.now(tx, world.project, NOW))
    assert workers.work_once()
    assert len(waiting(database)) == 2


def test_the_account_this_process_speaks_as_goes_first(database, files):
    begin(database)
    run(database, lambda tx: accounts.account(tx, "telegram", "2"))
    first = run(database, lambda tx: accounts.account(tx, "telegram", "1"))
    workers = Workers(database, files, platforms={first: "telegram"}, start=threads)
    workers.work_once()
    assert waiting(database)[0][0].account == first
    workers.close()


def test_a_summary_asked_for_is_posted_beside_its_slots(database, workers):
    world = run(database, lambda tx: make(tx, 1, 1, 1, POSTED))
    post_now(database, world.project)
    run(database, lambda tx: tick(tx, Schemas()))
    assert workers.work_once()
    assert not workers.work_once()
    assert len(waiting(database)) == 1


def test_without_a_channel_nothing_can_be_asked_for(database):
    world = run(database, lambda tx: make(tx, 1, 1, 1, SENTIMENT))
    with pytest.raises(NoChannel, match="channel under"):
        post_now(database, world.project)


def test_a_channel_taken_away_meanwhile_ends_the_run(database, workers):
    begin(database)
    run(database, lambda tx: projects.save(tx, SENTIMENT.name, SENTIMENT.as_config()))
    assert workers.work_once()
    assert states(database)[-1] == "failed"
    assert waiting(database) == []


def test_a_daily_slot_comes_once_a_day_across_a_change_of_the_clocks(database):
    """18:00 in Berlin is 17:00 UTC until 28 March 2026 and 16:00 from then on."""
    world = run(database, lambda tx: make(tx, 1, 1, 1, POSTED))
    at = datetime(2026, 3, 27, tzinfo=UTC)
    while at < datetime(2026, 3, 31, tzinfo=UTC):
        slot = latest_slot(POSTED.summary, at)
        run(database, lambda tx, slot=slot: runs.due(tx, world.project, "summary", slot))
        at += timedelta(minutes=20)
    slots = [row.slot for row in run(database, lambda tx: tx.all(select(run_table).order_by(run_table.c.slot)))]
    assert [(slot.day, slot.hour) for slot in slots] == [(26, 17), (27, 17), (28, 17), (29, 16), (30, 16)]


def test_the_loop_hands_over_what_it_posted(sqlite_url, files):
    with opened(sqlite_url, lambda: START) as database:
        world = begin(database)

        async def scene():
            delivered = asyncio.Queue()
            workers = Workers(
                database, files, deliver=lambda out: [delivered.put_nowait(one) for one in out], start=threads
            )
            running = asyncio.create_task(workers.run())
            async with asyncio.timeout(20):
                first = await delivered.get()
                await asyncio.to_thread(post_now, database, world.project)
                second = await delivered.get()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            return first, second

        first, second = asyncio.run(scene())
    assert (first.chat, second.chat) == ("-1001", "-1001")
    assert first.id < second.id


def test_an_outbox_row_of_a_summary_waits_for_whoever_has_the_account(database, clock, workers):
    world = begin(database)
    workers.work_once()
    clock.advance(timedelta(minutes=2))
    (found,) = run(database, lambda tx: outbox.take_over(tx, world.account, everything=False))
    assert found.chat == "-1001"
    assert unpack(found.payload).kind == "summary"


def test_a_child_needs_the_databases_address_alone(url):
    with opened(url, lambda: START) as database:
        world = begin(database)
    later = START + timedelta(minutes=1)
    whole, narrowed = (make_page(url, world.project, later, "en", one, False) for one in (EVERYTHING, LATELY))
    assert "Work of the last seven days" in whole[1]
    assert "Items with such an answer: 1" in narrowed[1]
    made = make_summary(url, world.project, START)
    assert made.picture.startswith(b"\x89PNG")
    assert made.alts == [
        "Review sentiment: the summary as a picture",
        "Review sentiment: agreement over time, and labels taken for one another",
        "Review sentiment: how far each person agrees with the others",
    ]
    assert made.people.keys() == LANGUAGES.keys()
