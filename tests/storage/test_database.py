"""What both engines promise of `submit`, `reading` and `close`."""

from concurrent.futures import wait
from threading import Barrier, Event

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage import accounts
from storage.database import Closed, Database, Transaction, open_database, run
from storage.schema_chats import accounts as table
from tests.engines import START


def add(name: str):
    return lambda tx: tx.insert(insert(table), {"platform": "telegram", "external": name})


def names(database: Database) -> list[str]:
    return run(database, lambda tx: [row.external for row in tx.all(select(table.c.external).order_by(table.c.id))])


def test_a_result_comes_back(database):
    assert run(database, lambda tx: tx.now) == START


def test_an_error_comes_back_and_leaves_nothing(database):
    def fail(tx: Transaction) -> None:
        add("a")(tx)
        raise LookupError("no")

    with pytest.raises(LookupError):
        run(database, fail)
    assert names(database) == []


def test_a_savepoint_taken_first_does_not_commit_by_itself(database):
    def fail(tx: Transaction) -> None:
        with tx.apart():
            add("a")(tx)
        raise LookupError("no")

    with pytest.raises(LookupError):
        run(database, fail)
    assert names(database) == []


def test_what_fails_apart_is_taken_back_alone(database):
    def twice(tx: Transaction) -> None:
        with tx.apart():
            add("b")(tx)
            add("a")(tx)

    def work(tx: Transaction) -> None:
        add("a")(tx)
        with pytest.raises(IntegrityError):
            twice(tx)
        add("c")(tx)

    run(database, work)
    assert names(database) == ["a", "c"]


def test_of_many_at_once_only_those_fail_that_must(database):
    futures = [database.submit(add("same" if number % 5 == 0 else str(number))) for number in range(40)]
    wait(futures)
    failed = [future for future in futures if future.exception() is not None]
    assert len(failed) == 7
    assert all(isinstance(future.exception(), IntegrityError) for future in failed)
    assert len(names(database)) == 33


def test_work_of_one_key_runs_in_the_order_of_submission(database):
    ran: list[int] = []
    futures = [database.submit(lambda tx, n=n: ran.append(n), key="person") for n in range(100)]
    wait(futures)
    assert ran == list(range(100))


def test_a_failure_does_not_hold_up_later_work_of_its_key(database):
    def fail(tx: Transaction) -> None:
        raise LookupError("no")

    first = database.submit(fail, key="person")
    assert database.submit(lambda tx: "went on", key="person").result(timeout=10) == "went on"
    assert first.exception() is not None


def test_a_cancelled_wait_holds_up_nobody(database):
    """A request that is given up cancels its future; the writer must live on."""
    hold = Event()
    busy = database.submit(lambda tx: hold.wait(10), key="person")
    given_up = database.submit(add("never"), key="person")
    assert given_up.cancel()
    hold.set()
    busy.result(timeout=10)
    run(database, add("later"))
    assert database.submit(lambda tx: 1, key="person").result(timeout=10) == 1
    assert names(database) == ["later"]


def test_lazy_work_is_done_without_more_work_to_come(database):
    assert database.submit(add("lazy"), lazy=True).result(timeout=10) > 0


def test_reading_cannot_write(database):
    with database.reading() as connection, pytest.raises(DBAPIError):
        connection.execute(insert(table), {"platform": "telegram", "external": "a"})
    assert names(database) == []


def test_reading_sees_one_moment(database):
    with database.reading() as connection:
        before = connection.execute(select(func.count()).select_from(table)).scalar()
        run(database, add("a"))
        assert connection.execute(select(func.count()).select_from(table)).scalar() == before == 0
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar() == 1


def test_closing_finishes_what_was_submitted_and_takes_no_more(url, clock):
    database = open_database(url, clock)
    futures = [database.submit(add(str(n)), lazy=n % 2 == 0) for n in range(50)]
    database.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(Closed):
        database.submit(add("late"))
    again = open_database(url, clock)
    assert len(names(again)) == 50
    again.close()


def test_two_who_meet_a_newcomer_at_once_get_the_same_row(database):
    together = Barrier(4)

    def meet(tx: Transaction) -> int:
        return accounts.chat(tx, account, "newcomer")

    def race(tx: Transaction) -> int:
        if tx.locks:
            together.wait(10)
        return meet(tx)

    account = run(database, lambda tx: accounts.account(tx, "telegram", "1"))
    assert len({future.result() for future in [database.submit(race) for _ in range(4)]}) == 1


def test_an_event_is_handled_first_once(database):
    account = run(database, lambda tx: accounts.account(tx, "telegram", "1"))
    futures = [database.submit(lambda tx: accounts.first(tx, account, "update 7")) for _ in range(20)]
    assert sorted(future.result() for future in futures) == [False] * 19 + [True]


@pytest.mark.parametrize("key", ["x" * 5000, "a\0b", "\ud83d", "ключ"])
def test_any_key_that_a_client_sends_is_told_from_others(database, key):
    account = run(database, lambda tx: accounts.account(tx, "browser", "1"))
    assert run(database, lambda tx: accounts.first(tx, account, key))
    assert not run(database, lambda tx: accounts.first(tx, account, key))
    assert run(database, lambda tx: accounts.first(tx, account, key + "!"))
    assert run(database, lambda tx: accounts.failed(tx, account, key, "error")) == 1
    assert run(database, lambda tx: accounts.failed(tx, account, key, "error")) == 2
    run(database, lambda tx: accounts.forgive(tx, account, key))
    assert run(database, lambda tx: accounts.attempts(tx, account, key)) == 0


def test_old_keys_are_forgotten_a_few_at_a_time(database, clock):
    account = run(database, lambda tx: accounts.account(tx, "telegram", "1"))
    for n in range(5):
        run(database, lambda tx, n=n: accounts.first(tx, account, str(n)))
    clock.advance(clock.now - START.replace(year=2025))
    run(database, lambda tx: accounts.first(tx, account, "new"))
    forgotten = [run(database, lambda tx: accounts.forget_keys(tx, tx.micros, 2)) for _ in range(4)]
    assert forgotten == [2, 2, 1, 0]
    assert not run(database, lambda tx: accounts.first(tx, account, "new"))
