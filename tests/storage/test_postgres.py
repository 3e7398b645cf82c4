"""PostgreSQL: conflicts are tried again, and a server that restarts loses nothing that was acknowledged."""

import traceback
from concurrent.futures import wait
from itertools import count
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from storage import accounts, projects, queue
from storage.database import STORAGE_FAILED, Busy, open_database, run
from storage.schema import seen
from tests.storage.dealing import answer, claim
from tests.worlds import LEASE, build

WORDS = "canary"
"""By a name, so that the lines of these tests in a traceback do not hold it."""


@pytest.fixture
def database(postgres_url, clock):
    found = open_database(postgres_url, clock)
    yield found
    found.close()


def test_the_time_is_the_servers(postgres_url):
    database = open_database(postgres_url)
    before = run(database, lambda tx: tx.now)
    assert before.tzinfo is not None
    assert run(database, lambda tx: tx.now) > before
    database.close()


def test_work_of_different_keys_runs_side_by_side(database):
    together = Barrier(2)
    futures = [database.submit(lambda tx: together.wait(10), key=key) for key in ("a", "b")]
    assert sorted(future.result(timeout=20) for future in futures) == [0, 1]


def test_a_deadlock_is_run_again(database):
    build(database, items=2)
    together, tries = Barrier(2), count()

    def lock(first: int, second: int):
        def work(tx) -> int:
            tx.run(text("UPDATE items SET skips = skips + 1 WHERE id = :id"), {"id": first})
            if next(tries) < 2:
                together.wait(10)
            tx.run(text("UPDATE items SET skips = skips + 1 WHERE id = :id"), {"id": second})
            return first

        return work

    futures = [database.submit(lock(1, 2)), database.submit(lock(2, 1))]
    assert [future.result(timeout=20) for future in futures] == [1, 2]
    assert next(tries) == 3
    assert run(database, lambda tx: [row.skips for row in tx.all(text("SELECT skips FROM items"))]) == [2, 2]


def test_a_serialization_failure_is_run_again(database):
    build(database, items=1)
    tries = count()

    def work(tx) -> None:
        tx.run(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        tx.value(text("SELECT skips FROM items"))
        if next(tries) == 0:
            run(database, lambda other: other.run(text("UPDATE items SET skips = skips + 1")))
        tx.run(text("UPDATE items SET skips = skips + 1"))

    run(database, work)
    assert next(tries) == 2
    assert run(database, lambda tx: tx.value(text("SELECT skips FROM items"))) == 2


def test_busy_work_is_run_again(database):
    tries = count()

    def work(tx) -> str:
        if next(tries) < 3:
            raise Busy("not yet")
        return "done"

    assert run(database, work) == "done"


def test_an_item_that_somebody_is_just_claiming_is_waited_for_when_nothing_else_is_left(database):
    """SKIP LOCKED alone would tell the second person that all is done, and leave the item one answer short."""
    world = build(database, items=1, people=2, overlap=2)
    claimed, let_go = Event(), Event()

    def slow(tx):
        card = claim(tx, world, 0)
        claimed.set()
        let_go.wait(10)
        return card

    first = database.submit(slow)
    assert claimed.wait(10)
    tries = count()

    def second_claim(tx):
        if next(tries) == 1:
            let_go.set()
        return claim(tx, world, 1)

    second = run(database, second_claim)
    assert first.result(timeout=10).item == second.item


def test_an_item_skipped_because_it_was_locked_comes_next(database):
    world = build(database, items=3, people=2, overlap=2)
    claimed, let_go = Event(), Event()

    def slow(tx):
        claim(tx, world, 0)
        claimed.set()
        let_go.wait(10)

    first = database.submit(slow)
    assert claimed.wait(10)
    got = [run(database, lambda tx: claim_and_answer(tx, world))]
    let_go.set()
    first.result(timeout=10)
    got += [run(database, lambda tx: claim_and_answer(tx, world)) for _ in range(2)]
    assert got == [world.items[1], world.items[0], world.items[2]]


def claim_and_answer(tx, world) -> int:
    return answer(tx, claim(tx, world, 1))


def test_numbers_for_serving_become_visible_in_their_order(database):
    """Whoever takes a number holds the project's row, so that no cursor passes a number that is still to come."""
    world = build(database)
    taken, let_go = Event(), Event()

    def slow(tx) -> int:
        seq = projects.next_seq(tx, world.project)
        taken.set()
        let_go.wait(10)
        return seq

    first = database.submit(slow)
    assert taken.wait(10)
    second = database.submit(lambda tx: projects.next_seq(tx, world.project))
    assert wait([second], timeout=0.2).not_done
    let_go.set()
    assert first.result(timeout=10) < second.result(timeout=10)


def test_leases_being_taken_back_elsewhere_are_left_alone(database, clock):
    world = build(database, items=1)
    run(database, lambda tx: claim(tx, world))
    clock.advance(LEASE * 2)
    begun, let_go = Event(), Event()

    def slow(tx) -> int:
        expired = queue.expire(tx)
        begun.set()
        let_go.wait(10)
        return expired

    first = database.submit(slow)
    assert begun.wait(10)
    assert run(database, queue.expire) == 0
    let_go.set()
    assert first.result(timeout=10) == 1


def test_a_server_that_restarts_under_load_loses_nothing_acknowledged(database, postgres):
    account = run(database, lambda tx: accounts.account(tx, "telegram", "1"))
    acknowledged: list[str] = []
    failed: list[BaseException] = []
    stop = Event()

    def load(number: int) -> None:
        for n in count():
            if stop.is_set():
                return
            key = f"{number}-{n}"
            try:
                database.submit(lambda tx, key=key: accounts.first(tx, account, key)).result(timeout=60)
                acknowledged.append(key)
            except STORAGE_FAILED as error:
                failed.append(error)

    threads = [Thread(target=load, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for mode in ("fast", "immediate", "fast"):
        before = len(acknowledged)
        postgres.restart(mode)
        while len(acknowledged) < before + 20:
            stop.wait(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    kept = set(run(database, lambda tx: [row.key for row in tx.all(select(seen.c.key))]))
    assert set(acknowledged) <= kept
    assert failed == []


def test_a_reader_survives_a_restart(database, postgres):
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    postgres.restart("fast")
    with database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_missing_server_is_said_to_be_storages_fault(postgres_url):
    url = postgres_url.replace("host=", "host=/nowhere")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with pytest.raises(STORAGE_FAILED):
        engine.connect()


def test_an_error_does_not_quote_the_row_that_broke_a_rule(database):
    broken = text("INSERT INTO projects (name, state, created_at) VALUES (:name, 'bad', 0)")
    with pytest.raises(IntegrityError) as refused:
        run(database, lambda tx: tx.run(broken, {"name": WORDS}))
    said = "".join(traceback.format_exception(refused.value)) + str(refused.value.orig)
    assert "ck_projects_state" in said
    assert WORDS not in said


def test_an_error_while_reading_does_not_quote_what_was_looked_for(database):
    with pytest.raises(DBAPIError) as unread, database.reading() as connection:
        connection.execute(text("SELECT 1 / (length(:wanted) - 6)"), {"wanted": WORDS})
    assert "division by zero" in str(unread.value)
    assert WORDS not in "".join(traceback.format_exception(unread.value))
