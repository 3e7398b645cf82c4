"""Which indexes the statements of the tap path use, in a project of 100,000 items, and what a pick costs as it grows.

SQLite must walk no whole table; PostgreSQL, whose plans follow its statistics, must walk the queue by its index.
"""

import re
import time
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Executable, TextClause, text

from storage import accounts, answers, cards, idle, outbox, people, projects, queue, shortage
from storage.database import Database, Transaction, opened, run
from tests.engines import Clock, Postgres, Sqlite
from tests.storage.dealing import answer, claim
from tests.worlds import World, build

MODULES = (queue, idle, shortage, cards, answers, outbox, accounts, people, projects)
PARTS = frozenset(
    {
        "storage.queue.SERVABLE",
        "storage.queue.SKILLED",
        "storage.cards.HELD",
        "storage.accounts.BLOCK",
        "storage.people.WHO_ANY",
        "storage.shortage.ANSWERED",
        "storage.projects.OF_PERSON",
    }
)
"""What statements are made of; they never run as they are."""
FILL = (
    "INSERT INTO items (project, key, digest, data, overlap, serve_seq, created_at) "
    "SELECT {project}, 'more' || n, 'more' || n, '{{}}', 2, 1000000 + n, 0 FROM ({numbers}) AS numbers"
)
NUMBERS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c",
    "postgresql": "SELECT generate_series(1, {count}) AS n",
}
ANSWERED = (
    "INSERT INTO cards (nonce, project, item, person, chat, version, state, leased_until, served_at) "
    "SELECT 'n' || id, project, id, {person}, {chat}, 1, 'done', 0, 0 FROM items WHERE id <= {count}",
    "INSERT INTO answers (project, item, person, card, kind, version, live, answered_at) "
    "SELECT project, item, person, id, 'label', 1, true, 0 FROM cards",
    "UPDATE items SET taken = 1, answers = 1 WHERE id <= {count}",
    "INSERT INTO cursors (person, project, priority, seq) "
    "SELECT {person}, project, 0, max(serve_seq) FROM items WHERE id <= {count} GROUP BY project",
)


def fill(tx: Transaction, world: World, count: int) -> None:
    numbers = NUMBERS[tx.connection.dialect.name].format(count=count)
    tx.run(text(FILL.format(project=world.project, numbers=numbers)))


def answer_many(tx: Transaction, world: World, count: int) -> None:
    """The first person has answered so many items, as if one after the other."""
    for statement in ANSWERED:
        tx.run(text(statement.format(person=world.people[0], chat=world.chats[0], count=count)))


def statements() -> Mapping[str, object]:
    """Every statement that those modules keep ready."""
    found = {f"{module.__name__}.{name}": one for module in MODULES for name, one in vars(module).items()}
    return {
        name: one
        for name, one in found.items()
        if name.rpartition(".")[2].isupper() and isinstance(one, Executable) and name not in PARTS
    }


def explained(tx: Transaction, statement) -> str:
    """The plan as the engine tells it, with a number in each place."""
    word = "EXPLAIN " if tx.locks else "EXPLAIN QUERY PLAN "
    compiled = statement.compile(dialect=tx.connection.dialect)
    params = dict.fromkeys(compiled.bind_names.values(), 1)
    if isinstance(statement, TextClause):
        rows = tx.connection.execute(text(word + statement.text), params)
    else:
        sql = re.sub(r"__\[POSTCOMPILE_\w+\]", "1", str(compiled))  # the list of an IN
        rows = tx.connection.exec_driver_sql(word + sql, (1,) * sql.count("?") if compiled.positional else params)
    return "\n".join(row[-1] for row in rows)


@pytest.fixture(scope="module")
def large_sqlite(sqlite: Sqlite) -> Iterator[Database]:
    url = sqlite.migrated()
    with opened(url, Clock()) as database:
        prepare(database)
        yield database


@pytest.fixture(scope="module")
def large_postgres(postgres: Postgres) -> Iterator[Database]:
    url = postgres.migrated()
    with opened(url, Clock()) as database:
        prepare(database)
        run(database, lambda tx: tx.run(text("ANALYZE")))
        yield database
    postgres.drop(url)


def prepare(database: Database) -> None:
    world = build(database, people=4, overlap=2)
    run(database, lambda tx: fill(tx, world, 100_000))
    run(database, lambda tx: answer_many(tx, world, 50_000))


@pytest.mark.parametrize("name", ["queue.PICK", "queue.GLANCE", "queue.PASSED_OVER", "queue.TOP", "queue.PICK_GOLD"])
def test_the_queue_is_walked_by_its_index_and_never_sorted(large_sqlite, name):
    plan = run(large_sqlite, lambda tx: explained(tx, statements()[f"storage.{name}"]))
    assert re.search(r"SEARCH items USING (COVERING )?INDEX ix_items_(servable|gold) \(project=\?", plan)
    assert "B-TREE" not in plan
    assert "SCAN" not in plan


def test_a_pick_starts_at_the_persons_cursor(large_sqlite):
    plan = run(large_sqlite, lambda tx: explained(tx, queue.PICK))
    assert "ix_items_servable (project=? AND priority=? AND serve_seq>?)" in plan
    assert "SEARCH answers USING INDEX uq_answers_item (item=? AND person=?)" in plan
    assert "SEARCH cards USING INDEX uq_cards_held (item=? AND person=?)" in plan


def test_hard_items_are_found_by_their_own_index(large_sqlite, large_postgres):
    plan = run(large_sqlite, lambda tx: explained(tx, queue.PICK_HARD))
    assert "ix_items_hard (project=? AND priority=? AND serve_seq>?)" in plan
    assert "B-TREE" not in plan
    assert "SCAN" not in plan
    plan = run(large_postgres, lambda tx: explained(tx, queue.PICK_HARD))
    assert "Index Scan using ix_items_hard" in plan
    assert "Seq Scan on items" not in plan


def test_no_statement_of_the_tap_path_scans_a_table_on_sqlite(large_sqlite):
    plans = {name: run(large_sqlite, lambda tx, one=one: explained(tx, one)) for name, one in statements().items()}
    scanned = {name: plan for name, plan in plans.items() if re.search(r"SCAN (items|cards|answers|outbox|seen)", plan)}
    assert sorted(scanned) == [], scanned
    assert len(plans) > 30


@pytest.mark.parametrize("name", ["PICK", "GLANCE"])
def test_postgresql_walks_the_queue_by_its_index(large_postgres, name):
    plan = run(large_postgres, lambda tx: explained(tx, statements()[f"storage.queue.{name}"]))
    assert "Index Scan using ix_items_servable" in plan
    assert "serve_seq >" in plan
    assert "Sort" not in plan
    assert "Seq Scan on items" not in plan
    assert "Seq Scan on answers" not in plan


def cost(database: Database, world: World, index: int, times: int = 40) -> float:
    """Microseconds of the quickest claim and answer."""

    def once(tx: Transaction) -> float:
        began = time.perf_counter()
        answer(tx, claim(tx, world, index))
        return time.perf_counter() - began

    return min(run(database, once) for _ in range(times)) * 1e6


def test_what_a_pick_costs_is_told(engine, clock, record_property, capsys):
    """In a small and a large project, and for somebody with many answers: a figure to read, not to fail by."""
    costs = []
    for count, answered in ((1_000, 0), (50_000, 0), (50_000, 40_000)):
        url = engine.migrated()
        with opened(url, clock) as database:
            world = build(database, people=2, overlap=2)
            run(database, lambda tx, count=count, world=world: fill(tx, world, count))
            run(database, lambda tx, n=answered, world=world: answer_many(tx, world, n))
            costs.append(cost(database, world, 0))
            assert run(database, lambda tx, world=world: answers.latest(tx, world.people[0], world.project))
        engine.drop(url)
    said = [f"{one:.0f} µs" for one in costs]
    record_property("next item and answer: 1k items, 50k items, 50k items and 40k own answers", ", ".join(said))
    with capsys.disabled():
        print("\nnext item and answer, 1k / 50k / 50k with 40k own answers:", " / ".join(said))  # noqa: T201
