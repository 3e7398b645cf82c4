"""SQLite: group commit, a full disk, and another process that holds the lock."""

import struct
import subprocess
import sys
from concurrent.futures import wait
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database import STORAGE_FAILED, run
from storage.schema_chats import accounts as table
from storage.sqlite import SqliteDatabase

FRAME = 24
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""
IMPORTER = """
import sys, time
from sqlalchemy import text
from storage.database import opened, run
def chunk(tx):
    until = time.monotonic() + 0.04
    while time.monotonic() < until:
        tx.run(text("UPDATE accounts SET name = 'x' WHERE external = 'none'"))
with opened(sys.argv[1]) as database:
    print("running", flush=True)
    for _ in range(1000):
        run(database, chunk)
"""


def add(name: str):
    return lambda tx: tx.insert(insert(table), {"platform": "telegram", "external": name})


def commits(url: str) -> int:
    """Commits in the write-ahead log: its frames that carry the database's size (sqlite.org/fileformat2.html, 4.2)."""
    file = Path(f"{make_url(url).database}-wal")
    log = file.read_bytes() if file.exists() else b""
    if not log:
        return 0
    page, salts = struct.unpack(">8xI4x8s", log[:24])
    frames = [log[start : start + FRAME] for start in range(32, len(log), FRAME + page)]
    return sum(1 for frame in frames if frame[8:16] == salts and struct.unpack(">I", frame[4:8])[0])


@pytest.fixture
def database(sqlite_url, clock):
    found = SqliteDatabase(sqlite_url, clock, patience=0.2)
    yield found
    found.close()


def names(database) -> set[str]:
    return set(run(database, lambda tx: [row.external for row in tx.all(select(table.c.external))]))


def held_back(database, works) -> list:
    """Submits them all while the writer is busy, so that they wait together."""
    hold = Event()
    busy = database.submit(lambda tx: hold.wait(10))
    futures = [database.submit(work) for work in works]
    hold.set()
    wait([busy, *futures])
    return futures


def test_what_waits_together_is_committed_together(database, sqlite_url):
    before = commits(sqlite_url)
    futures = held_back(database, [add(str(n)) for n in range(64)])
    assert all(future.exception() is None for future in futures)
    assert 1 <= commits(sqlite_url) - before < 32
    assert len(names(database)) == 64


def test_work_alone_is_one_commit(database, sqlite_url):
    before = commits(sqlite_url)
    for n in range(5):
        run(database, add(str(n)))
    assert commits(sqlite_url) - before == 5


def test_a_savepoint_makes_no_commit_of_its_own(database, sqlite_url):
    before = commits(sqlite_url)

    def work(tx):
        for n in range(3):
            with tx.connection.begin_nested():
                add(str(n))(tx)

    run(database, work)
    assert commits(sqlite_url) - before == 1


def test_one_that_fails_in_a_batch_fails_alone_and_the_others_are_kept(database):
    run(database, add("taken"))
    futures = held_back(database, [add("a"), add("b"), add("taken"), add("c")])
    assert [type(future.exception()) for future in futures] == [type(None), type(None), IntegrityError, type(None)]
    assert names(database) == {"taken", "a", "b", "c"}


def test_lazy_work_joins_the_next_commit(database, sqlite_url):
    before = commits(sqlite_url)
    lazy = [database.submit(add(f"lazy{n}"), lazy=True) for n in range(3)]
    run(database, add("urgent"))
    assert all(future.result(timeout=0) for future in lazy)
    assert commits(sqlite_url) - before == 1


def test_a_full_disk_is_not_acknowledged_and_is_got_over(database):
    def fill(name: str):
        row = {"platform": "telegram", "external": name, "name": "x" * 100_000}
        return lambda tx: tx.insert(insert(table), row)

    pages = run(database, lambda tx: tx.value(text("PRAGMA page_count")))
    run(database, lambda tx: tx.value(text(f"PRAGMA max_page_count={pages + 256}")))
    futures = {f"big{n}": future for n, future in enumerate(held_back(database, [fill(f"big{n}") for n in range(20)]))}
    acknowledged = {name for name, future in futures.items() if future.exception() is None}
    errors = [future.exception() for future in futures.values() if future.exception() is not None]
    assert 0 < len(acknowledged) < 20
    assert all(isinstance(error, OperationalError) and isinstance(error, STORAGE_FAILED) for error in errors)
    assert "full" in str(errors[0])
    run(database, lambda tx: tx.value(text("PRAGMA max_page_count=1000000")))
    run(database, fill("afterwards"))
    assert names(database) == acknowledged | {"afterwards"}
    assert run(database, lambda tx: tx.value(text("PRAGMA integrity_check"))) == "ok"


def holder(url: str) -> "subprocess.Popen[str]":
    program = [sys.executable, "-c", HOLDER, str(make_url(url).database)]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_another_process_with_the_lock_only_delays(sqlite_url, clock):
    database = SqliteDatabase(sqlite_url, clock)
    process = holder(sqlite_url)
    futures = [database.submit(add(str(n))) for n in range(5)]
    assert wait(futures, timeout=0.1).done == set()
    process.communicate("let go\n")
    assert all(future.result(timeout=10) for future in futures)
    database.close()


def test_when_the_lock_is_held_too_long_all_who_wait_are_told_and_later_work_goes_on(database, sqlite_url):
    process = holder(sqlite_url)
    futures = [database.submit(add(str(n))) for n in range(5)]
    errors = [future.exception(timeout=10) for future in futures]
    assert any(errors)
    assert all(isinstance(error, STORAGE_FAILED) for error in errors if error is not None)
    process.communicate("let go\n")
    run(database, add("later"))
    assert "later" in names(database)


def test_beside_an_import_in_another_process_work_gets_its_turn(sqlite_url, clock):
    """With SQLite's own waiting, an import that writes chunk after chunk kept everybody out until it ended."""
    database = SqliteDatabase(sqlite_url, clock)
    process = subprocess.Popen([sys.executable, "-c", IMPORTER, sqlite_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    for n in range(20):
        run(database, add(str(n)))
    assert process.poll() is None
    process.kill()
    process.communicate()
    database.close()


def test_what_was_acknowledged_is_there_when_the_process_is_killed(sqlite_url, clock):
    program = """
import sys
from sqlalchemy import insert
from storage.database import open_database
from storage.schema_chats import accounts
database = open_database(sys.argv[1])
def add(n):
    return lambda tx: tx.insert(insert(accounts), {"platform": "telegram", "external": str(n)})
for n in range(100000):
    database.submit(add(n)).add_done_callback(lambda future, n=n: print(n, flush=True))
    if n % 50 == 0:
        database.submit(lambda tx: None).result()
"""
    process = subprocess.Popen([sys.executable, "-c", program, sqlite_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    heard = [process.stdout.readline().strip() for _ in range(300)]
    process.kill()
    heard += process.communicate()[0].split("\n")[:-1]
    database = SqliteDatabase(sqlite_url, clock)
    with database.reading() as connection:
        kept = {row.external for row in connection.execute(select(table.c.external))}
    database.close()
    assert set(heard) <= kept
