"""Summaries that fall due are posted once, whatever fails on the way and however many look."""

import asyncio
import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.filters import EVERYTHING, Wanted
from bot.payload import unpack
from bot.project import Summary
from bot.schedule import latest_slot, tick
from bot.summaries import make_page, make_summary
from bot.turn import Schemas
from bot.wording import LANGUAGES
from bot.workers import NOW, NoChannel, Workers, child, post_now
from storage import accounts, outbox, people, projects, runs
from storage.database import opened, run
from storage.files import Files
from storage.schema import answers, media
from storage.schema import people as people_table
from storage.schema import runs as run_table
from storage.schema_chats import identities
from storage.schema_chats import outbox as outbox_table
from tests.engines import START
from tests.running import wait
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


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


@pytest.fixture
def workers(database, files):
    made = Workers(database, files, start=threads)
    yield made
    made.close()


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


def test_figures_of_single_people_go_to_admins_and_never_to_the_channel(database, workers):
    world = begin(database)
    admin(database, world, 1, "Ada", "de-AT")
    assert workers.work_once()
    (posted, summary), (row, message) = waiting(database)
    assert (posted.kind, row.kind, row.account, row.chat) == ("summary", "notice", world.account, world.chats[1])
    assert "Person 1000" not in text_of(summary)
    heading, *_, person = text_of(message).splitlines()
    assert (heading, person) == ("Review sentiment: Personen", "Person 1000: 1 Labels, 0,9 s je Label")
    assert message.media == ()
    assert [button.title for row in message.buttons for button in row] == [
        "⏸ Anhalten",
        "➕ Eine Antwort mehr",
        "⬇ Export",
    ]


def test_people_go_by_their_pseudonyms_where_the_project_does_not_say_otherwise(database, workers):
    world = begin(database, replace(POSTED, names=False))
    admin(database, world, 1, "Ada")
    assert workers.work_once()
    _, (_, message) = waiting(database)
    public = run(database, lambda tx: people.roster(tx, world.project))[0].public
    assert text_of(message).splitlines()[-1] == f"{public}: 1 labels, 0.9 s a label"
    assert "Person 1000" not in text_of(message)


def test_the_next_summary_tells_what_changed_and_admins_get_a_picture_of_people(database, workers):
    world = begin(database)
    admin(database, world, 1, "Ada")
    assert workers.work_once()

    def more(tx):
        for item in world.items[:2]:
            row = {"project": world.project, "item": item, "person": world.people[1], "kind": "label", "version": 1}
            row |= {"label": {"label": "positive"}, "live": True, "answered_at": tx.now, "milliseconds": 900}
            tx.run(insert(answers), row)
        runs.now(tx, world.project, NOW)

    before = len(waiting(database))
    run(database, more)
    assert workers.work_once()
    summary, closer, skill, people = [message for _, message in waiting(database)[before:]]
    assert "Since 2 Mar: +2 labels" in text_of(summary)
    assert (closer.kind, len(closer.media), len(skill.media), people.media) == ("notice", 1, 1, ())
    assert closer.media[0].sha256 != summary.media[0].sha256
    assert "Person 1000" in text_of(people)


def test_admins_reach_the_page_where_others_can(database, files):
    world = begin(database)
    admin(database, world, 1, "Ada")
    workers = Workers(database, files, start=threads, address="https://bot.example")
    assert workers.work_once()
    message = waiting(database)[-1][1]
    assert message.buttons[-1][0].url.startswith("https://bot.example/report/")
    workers.close()


def test_a_summary_asked_for_brings_admins_their_figures_too(database, workers):
    world = begin(database)
    admin(database, world, 1, "Ada")
    run(database, lambda tx: runs.now(tx, world.project, NOW))
    assert workers.work_once()
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[1]] * 2


def test_the_owner_of_the_installation_and_of_the_project_get_figures_and_others_do_not(database, workers):
    world = begin(database, heads=4)
    run(database, lambda tx: people.make_owner(tx, world.people[0]))
    admin(database, world, 1, "Olga", role="owner")
    admin(database, world, 2, "Rita", role="reviewer")
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[0], world.chats[1]]


@pytest.mark.parametrize("ours", ["telegram", "slack", ""])
def test_an_admin_met_on_several_platforms_gets_one_message_where_this_process_speaks(database, files, ours):
    """And, where it speaks nothing, in the newest of their chats."""
    world = begin(database)
    admin(database, world, 1, "Ada")
    run(database, lambda tx: people.make_owner(tx, world.people[1]))
    slack = meet(database, world, 1, "slack")
    places = {"telegram": (world.account, world.chats[1]), "slack": slack, "": slack}
    workers = Workers(database, files, platforms={places[ours][0]: ours} if ours else {}, start=threads)
    assert workers.work_once()
    assert [(account, chat) for account, chat, _ in privately(database)] == [places[ours]]
    workers.close()


def test_figures_go_only_where_the_project_may_be_shown(database, workers):
    world = begin(database, replace(POSTED, chats=("telegram",)))
    admin(database, world, 1, "Ada")
    meet(database, world, 1, "slack")
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[1]]


def test_an_admin_who_may_see_the_project_nowhere_is_told_nothing(database, workers):
    world = begin(database, replace(POSTED, chats=("browser",)))
    admin(database, world, 1, "Ada")
    assert workers.work_once()
    assert [message.kind for _, message in waiting(database)] == ["summary"]


def test_who_blocked_us_is_sent_no_figures(database, workers):
    world = begin(database)
    admin(database, world, 0, "Ada")
    admin(database, world, 1, "Bea")
    run(database, lambda tx: accounts.block(tx, world.chats[0]))
    assert workers.work_once()
    assert [chat for _, chat, _ in privately(database)] == [world.chats[1]]


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
    assert made.alt == "Review sentiment: the summary as a picture"
    assert made.people.keys() == LANGUAGES.keys()
