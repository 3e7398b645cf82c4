"""PostgreSQL: conflicts are tried again, and a server that restarts loses nothing that was acknowledged."""

import traceback
from concurrent.futures import wait
from contextlib import contextmanager
from itertools import count
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from storage import accounts, imports, projects, queue
from storage.database import STORAGE_FAILED, Busy, open_database, run
from storage.items import Batch, Incoming, take_in
from storage.schema import cards, items
from storage.schema_chats import seen
from tests.storage.dealing import answer, claim
from tests.storage.recount import mistakes
from tests.worlds import LEASE, add_items, build

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


def gold_of(tx, world, **columns) -> int:
    return add_items(tx, world.project, [{"state": "gold", "gold": {"label": "positive"}} | columns], prefix="gold")[0]


@contextmanager
def claiming(database, world, gold=False):
    """The first person's claim is under way, and goes on when told to, or at the end."""
    claimed, let_go = Event(), Event()

    def slow(tx):
        card = claim(tx, world, 0, gold)
        claimed.set()
        let_go.wait(10)
        return card

    first = database.submit(slow)
    assert claimed.wait(10)
    yield let_go.set
    let_go.set()
    assert first.result(timeout=10) is not None


def let_wait(database, done) -> None:
    """Until somebody waits for a lock, or is through without."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while not done.done() and run(database, lambda tx: tx.value(waiting)) == 0:
        pass


def test_gold_that_somebody_is_just_claiming_comes_another_time(database):
    world = build(database, items=1, people=2)
    gold = run(database, lambda tx: gold_of(tx, world))
    with claiming(database, world, gold=True):
        assert run(database, lambda tx: answer(tx, claim(tx, world, 1, gold=True))) == world.items[0]
    assert run(database, lambda tx: answer(tx, claim(tx, world, 1, gold=True))) == gold
    assert run(database, mistakes) == []


def test_gold_behind_one_that_was_locked_is_no_reason_to_pass_that(database):
    world = build(database, items=0, people=2)
    first, second = (run(database, lambda tx, at=at: gold_of(tx, world, key=at)) for at in ("g1", "g2"))
    with claiming(database, world, gold=True):
        assert run(database, lambda tx: answer(tx, claim(tx, world, 1, gold=True))) == second
    assert run(database, lambda tx: answer(tx, claim(tx, world, 1, gold=True))) == first


@pytest.mark.parametrize("gold", [False, True])
def test_an_undone_import_ends_a_card_that_is_just_being_dealt(database, clock, gold):
    world = build(database, items=0, people=1)
    number = run(database, lambda tx: imports.begin(tx, world.project, "x").id)
    rows = {"import": number} if gold else {"import": number, "state": "open", "gold": None}
    run(database, lambda tx: gold_of(tx, world, **rows))
    with claiming(database, world, gold=gold) as go_on:
        undone = database.submit(lambda tx: imports.withdraw_some(tx, world.project, number, 0))
        let_wait(database, undone)
        go_on()
        assert undone.result(timeout=10)[0] == 1
    assert run(database, lambda tx: [card.state for card in tx.all(select(cards))]) == ["void"]
    assert run(database, mistakes) == []
    clock.advance(LEASE * 2)
    assert run(database, queue.expire) == 0


def test_an_undone_import_waits_for_its_project_before_it_locks_items(database):
    """A card being let go locks the project, then the item: the other way round both would wait for each other."""
    world = build(database, items=1)
    number = run(database, lambda tx: imports.begin(tx, world.project, "x").id)
    run(database, lambda tx: tx.run(update(items).values({"import": number})))
    locked, let_go, tries = Event(), Event(), count()

    def let_go_of(tx):
        next(tries)
        seq = projects.next_seq(tx, world.project)
        locked.set()
        let_go.wait(10)
        tx.run(text("UPDATE items SET serve_seq = :seq"), {"seq": seq})

    def undo(tx):
        next(tries)
        return imports.withdraw_some(tx, world.project, number, 0)

    first = database.submit(let_go_of)
    assert locked.wait(10)
    second = database.submit(undo)
    let_wait(database, second)
    let_go.set()
    wait([first, second], timeout=20)
    assert second.result()[0] == 1
    assert next(tries) == 2


@pytest.mark.parametrize("gold", [False, True])
def test_an_import_leaves_an_item_that_is_just_being_claimed(database, gold):
    world = build(database, items=0, people=1)
    run(database, lambda tx: gold_of(tx, world, key="k", **({} if gold else {"state": "open", "gold": None})))
    number = run(database, lambda tx: imports.begin(tx, world.project, "x").id)
    other = Incoming(key="k", digest="other", data='{"text":"Something else"}')

    def bring(tx):
        batch = Batch(
            project=world.project,
            import_id=number,
            since=tx.now,
            overlap=1,
            shuffled=False,
            skip_limit=3,
            flags_needed=1,
        )
        return take_in(tx, batch, [other])[0]

    with claiming(database, world, gold=gold) as go_on:
        brought = database.submit(bring)
        let_wait(database, brought)
        go_on()
        assert brought.result(timeout=10) == ["left"]
    assert run(database, lambda tx: tx.value(select(items.c.data))) == {"text": "Text 0"}


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
