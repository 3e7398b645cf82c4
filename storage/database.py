"""Opens the database and runs work in transactions: one writer with group commit on SQLite, a pool on PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Executable, Insert
from sqlalchemy import Row as SqlRow
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from storage.columns import micros

T = TypeVar("T")
Params = Mapping[str, Any]
Row: TypeAlias = SqlRow[*tuple[Any, ...]]
"""A row of a result, its columns by name."""
Clock = Callable[[], datetime]


class Closed(Exception):
    """The database takes no more work: the program is ending."""


class Busy(Exception):
    """Other transactions are just working on the rows this one needs: it is run again from the start."""


class Transaction:
    """One transaction and the instant it happens at. Storage functions take this first."""

    __slots__ = ("connection", "locks", "micros", "now")

    def __init__(self, connection: Connection, now: datetime, locks: bool) -> None:
        self.connection = connection
        self.now = now
        self.micros = micros(now)
        self.locks = locks
        """Whether rows must be locked one by one; SQLite has a single writer and needs none."""

    def one(self, statement: Executable, params: Params | None = None) -> Row | None:
        return self.connection.execute(statement, params).first()

    def all(self, statement: Executable, params: Params | None = None) -> Sequence[Row]:
        return self.connection.execute(statement, params).all()

    def value(self, statement: Executable, params: Params | None = None) -> Any:
        return self.connection.execute(statement, params).scalar()

    def run(self, statement: Executable, params: Params | Sequence[Params] | None = None) -> int:
        """Rows changed."""
        return self.connection.execute(statement, params).rowcount

    def apart(self) -> AbstractContextManager[object]:
        """What is done within is taken back, and nothing else, where it ends with an exception."""
        return self.connection.begin_nested()

    def insert(self, statement: Insert, params: Params) -> int:
        """The new row's id."""
        key = self.connection.execute(statement, params).inserted_primary_key
        assert key is not None
        return int(key[0])


STORAGE_FAILED = (OperationalError, InterfaceError, Busy, Closed)
"""What `submit` fails with when the fault is the storage's: the same work may succeed later."""

Work = Callable[[Transaction], T]


class Database(Protocol):
    """Where everything is kept. `submit`ted work must be repeatable: it may be run again from the start."""

    @property
    def url(self) -> str: ...

    def submit(self, work: Work[T], *, key: object = None, lazy: bool = False) -> Future[T]:
        """Runs `work` in a transaction; the result comes once that is durable. Work of one `key` runs in the order of
        submission. `lazy` work waits for the next commit, for a second at most, instead of causing one."""

    def reading(self) -> Connection:
        """A connection that cannot write and sees one moment's state from its first statement on, to be closed after
        use: what long reports read from."""

    def close(self) -> None:
        """Finishes what was submitted."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def open_database(url: str, clock: Clock | None = None) -> Database:
    """Opens SQLite or PostgreSQL. `clock` stands in for the time (PostgreSQL's own, the process's on SQLite)."""
    if make_url(url).get_backend_name() == "sqlite":
        from storage.sqlite import SqliteDatabase

        return SqliteDatabase(url, clock or system_clock)
    from storage.postgres import PostgresDatabase

    return PostgresDatabase(url, clock)


def run(database: Database, work: Work[T]) -> T:
    """Submits and waits."""
    return database.submit(work).result()


@contextmanager
def opened(url: str, clock: Clock | None = None) -> Iterator[Database]:
    database = open_database(url, clock)
    try:
        yield database
    finally:
        database.close()
