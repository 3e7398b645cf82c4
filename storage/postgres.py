"""PostgreSQL: a transaction a piece of work on a small pool of threads; work of one key runs in order."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from random import random
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from storage.database import Busy, Clock, Closed, Transaction, Work

T = TypeVar("T")
THREADS = 8
TRIES = 12
CONFLICTS = frozenset({"40001", "40P01"})
"""serialization_failure and deadlock_detected: PostgreSQL's own advice is to run the transaction again."""

NOW = text("SELECT clock_timestamp()")


class PostgresDatabase:
    """See `storage.database.Database`."""

    def __init__(self, url: str, clock: Clock | None) -> None:
        self.url = url
        self._clock = clock
        self._engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"), pool_size=THREADS, hide_parameters=True
        )
        event.listen(self._engine, "connect", _plan_by_index)
        self._readers = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            hide_parameters=True,
        )
        for engine in (self._engine, self._readers):
            event.listen(engine, "handle_error", _say_less)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="labelbot-storage")
        self._lanes: dict[object, deque[Callable[[], None]]] = {}
        self._lock = Lock()
        self._closed = False

    def submit(self, work: Work[T], *, key: object = None, lazy: bool = False) -> "Future[T]":
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = self._transact(work)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self._enqueue(key if key is not None else object(), job)
        return future

    def _enqueue(self, key: object, job: Callable[[], None]) -> None:
        with self._lock:
            if self._closed:
                raise Closed("the database is closed")
            lane = self._lanes.get(key)
            if lane is not None:
                lane.append(job)
                return
            self._lanes[key] = deque((job,))
            self._threads.submit(self._drain, key)

    def _drain(self, key: object) -> None:
        while True:
            with self._lock:
                lane = self._lanes[key]
                if not lane:
                    del self._lanes[key]
                    return
                job = lane.popleft()
            job()

    def _transact(self, work: Work[T]) -> T:
        for attempt in range(TRIES):
            try:
                with self._engine.begin() as connection:
                    return work(Transaction(connection, self._now(connection), locks=True))
            except (DBAPIError, Busy) as error:
                if attempt == TRIES - 1 or not _worth_another_try(error):
                    raise
                time.sleep(min(2.0, 0.01 * 2**attempt) * (0.5 + random() / 2))
        raise AssertionError("unreachable")

    def _now(self, connection: Connection) -> datetime:
        if self._clock is not None:
            return self._clock()
        now: datetime = connection.execute(NOW).scalar_one()
        return now

    def reading(self) -> Connection:
        return self._readers.connect()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._threads.shutdown()
        self._readers.dispose()
        self._engine.dispose()


def _plan_by_index(connection: Any, record: object) -> None:
    """Work here touches a few rows, always by an index in its order. Without fresh statistics (after an import) the
    planner would rather collect all items and sort them for each pick: 30 ms instead of 2 at 100,000 items."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_sort = off")
        cursor.execute("SET enable_bitmapscan = off")
    connection.commit()


def _say_less(context: ExceptionContext) -> None:
    """PostgreSQL adds the row that broke a rule, and with it what people wrote: only its first line goes on."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (error.args[0].partition("\n")[0], *error.args[1:])


def _worth_another_try(error: DBAPIError | Busy) -> bool:
    """A lost server counts: the repeated event finds its own key if the first commit did arrive after all."""
    if isinstance(error, Busy):
        return True
    state: Any = getattr(error.orig, "sqlstate", None)
    if state in CONFLICTS or error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) and (state is None or state.startswith(("08", "57P")))
