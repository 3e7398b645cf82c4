"""SQLite: one writer thread that runs whatever is waiting in one transaction and commits once for all of it."""

import sqlite3
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage.database import Clock, Closed, Transaction, Work

T = TypeVar("T")
BUSY_SECONDS = 20.0
POLL_MILLISECONDS = 2
"""How long SQLite itself waits for another process's lock. Its waits grow to 100 ms a look, by which a tap beside an
import waited for seconds, so the writer looks often itself."""
LONG_SECONDS = 0.02
YIELD_SECONDS = 0.005
"""After a transaction longer than `LONG_SECONDS`, others get this long to begin theirs."""
LAZY_SECONDS = 1.0
BATCH_SECONDS = 0.01
"""A transaction takes no more work after this, so that no tap waits behind a long one."""


@dataclass(slots=True)
class Job:
    work: Work[Any]
    future: "Future[Any]"
    lazy: bool
    since: float


class SqliteDatabase:
    """See `storage.database.Database`."""

    def __init__(self, url: str, clock: Clock, patience: float = BUSY_SECONDS) -> None:
        """`patience` is how many seconds another process may hold the lock before work fails."""
        self.url = url
        self._clock = clock
        self._patience = patience
        self._writing = _engine(url)
        self._reading = _engine(url)
        event.listen(self._writing, "connect", _poll)
        event.listen(self._reading, "connect", _refuse_writes)
        event.listen(self._reading, "begin", lambda connection: _start(connection, "BEGIN"))
        self._jobs: deque[Job] = deque()
        self._urgent = 0
        self._closing = False
        self._changed = Condition()
        self._connection = self._writing.connect()
        self._writer = Thread(target=self._write, name="labelbot-writer", daemon=True)
        self._writer.start()

    def submit(self, work: Work[T], *, key: object = None, lazy: bool = False) -> "Future[T]":
        future: Future[T] = Future()
        with self._changed:
            if self._closing:
                raise Closed("the database is closed")
            self._jobs.append(Job(work, future, lazy, time.monotonic()))
            self._urgent += not lazy
            self._changed.notify()
        return future

    def reading(self) -> Connection:
        return self._reading.connect()

    def close(self) -> None:
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._writer.join()
        self._connection.close()
        self._writing.dispose()
        self._reading.dispose()

    def _write(self) -> None:
        while self._wait():
            began = time.monotonic()
            self._batch()
            if time.monotonic() - began > LONG_SECONDS:
                time.sleep(YIELD_SECONDS)

    def _wait(self) -> bool:
        with self._changed:
            while not (self._urgent or self._closing):
                left = LAZY_SECONDS - (time.monotonic() - self._jobs[0].since) if self._jobs else None
                if left is not None and left <= 0:
                    return True
                self._changed.wait(left)
            return bool(self._jobs) or not self._closing

    def _batch(self) -> None:
        done: list[tuple[Job, Any]] = []
        try:
            self._begin()
        except BaseException as error:
            self._fail_waiting(error)
            return
        try:
            transaction = Transaction(self._connection, self._clock(), locks=False)
            self._run_waiting(transaction, done)
            self._connection.commit()
        except BaseException:
            self._rollback()
            self._one_by_one([job for job, _ in done])
            return
        for job, result in done:
            job.future.set_result(result)

    def _run_waiting(self, transaction: Transaction, done: list[tuple[Job, Any]]) -> None:
        until = time.monotonic() + BATCH_SECONDS
        while (job := self._next()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            done.append((job, None))
            done[-1] = (job, job.work(transaction))
            if time.monotonic() > until:
                return

    def _next(self) -> Job | None:
        with self._changed:
            job = self._jobs.popleft() if self._jobs else None
            self._urgent -= job is not None and not job.lazy
            return job

    def _fail_waiting(self, error: BaseException) -> None:
        """Nothing can be written at all: better said than waited for without end."""
        while (job := self._next()) is not None:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(error)

    def _one_by_one(self, jobs: list[Job]) -> None:
        """A failure in a batch may have ended its whole transaction (SQLITE_FULL does), so each runs again alone."""
        for job in jobs:
            try:
                self._begin()
                result = job.work(Transaction(self._connection, self._clock(), locks=False))
                self._connection.commit()
            except BaseException as error:
                self._rollback()
                job.future.set_exception(error)
            else:
                job.future.set_result(result)

    def _begin(self) -> None:
        """Waits while another process (an import beside a running bot) writes."""
        until = time.monotonic() + self._patience
        while True:
            try:
                self._connection.begin()
                _start(self._connection, "BEGIN IMMEDIATE")
                return
            except OperationalError as error:
                self._rollback()
                if not _is_busy(error) or time.monotonic() > until:
                    raise

    def _rollback(self) -> None:
        with suppress(OperationalError):
            self._connection.rollback()
        if self._connection.closed or self._connection.invalidated:
            self._connection = self._writing.connect()


def _engine(url: str) -> Engine:
    """Begins nothing by itself: a listener that does makes each statement on the engine a tenth slower, so only the
    readers have one."""
    engine = create_engine(
        make_url(url),
        poolclass=NullPool,
        hide_parameters=True,  # what people write stays out of errors and logs
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _set_up)
    return engine


def _start(connection: Connection, begin: str) -> None:
    connection.exec_driver_sql(begin)


def _set_up(connection: Any, record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}").close()


def _poll(connection: Any, record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={POLL_MILLISECONDS}").close()


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _refuse_writes(connection: Any, record: object) -> None:
    connection.execute("PRAGMA query_only=ON").close()
