"""Work done: the figures equal a count by hand, days add up, and a closed period never changes silently."""

from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from bot.quality.work import IDLE, Work, accepted, changes, counted, days, frozen, recount, stretch, thawed
from storage import work as stored
from storage.columns import micros
from storage.database import run
from storage.schema import answers
from storage.schema import people as people_table
from storage.schema_quality import decisions
from tests.engines import START
from tests.worlds import SENTIMENT, make

MINUTE = 60_000_000
KINDS = ("label", "skip", "flag", "late")
NAMES = {"label": "answers", "skip": "skips", "flag": "flags", "late": "late"}


def test_a_day_is_shorter_or_longer_where_the_clocks_change():
    long = days(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin")
    short = days(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin")
    assert long == (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))
    assert (long[1] - long[0], short[1] - short[0]) == (timedelta(hours=25), timedelta(hours=23))


def test_days_meet_without_a_gap_and_the_last_one_is_counted_whole():
    first = days(date(2026, 3, 1), date(2026, 3, 1), "Asia/Kathmandu")
    second = days(date(2026, 3, 2), date(2026, 3, 2), "Asia/Kathmandu")
    assert first[1] == second[0]
    assert days(date(2026, 3, 1), date(2026, 3, 2), "Asia/Kathmandu") == (first[0], second[1])


@pytest.mark.parametrize(
    ("before", "milliseconds", "expected"),
    [
        (None, 60_000, MINUTE),
        (None, 3_600_000, 5 * MINUTE),
        (None, None, 0),
        (19 * MINUTE, 180_000, MINUTE),
        (10 * MINUTE, 60_000, MINUTE),
        (10 * MINUTE, None, 0),
        (15 * MINUTE, None, 5 * MINUTE),
        (20 * MINUTE, 60_000, 0),
    ],
)
def test_a_stretch_begins_with_the_card_or_the_answer_before_and_is_five_minutes_at_most(
    before, milliseconds, expected
):
    assert stretch(before, milliseconds, 20 * MINUTE) == expected


def test_an_answer_before_midnight_belongs_to_the_day_before_and_still_ends_a_stretch():
    midnight = micros(datetime(2026, 3, 2, tzinfo=UTC))
    done = [(1, "label", True, 60_000, midnight - 1), (1, "label", True, 120_000, midnight)]
    assert counted(done, midnight)[1] == Work(answers=1)
    assert counted(done, midnight - 1)[1] == Work(answers=2, active_seconds=60)


def test_a_person_with_one_answer_has_figures():
    assert counted([(7, "label", True, 2_500, 1)], 0) == {7: Work(answers=1, active_seconds=2)}
    assert counted([], 0) == {}


HISTORY = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from(KINDS),
        st.sampled_from(("positive", "negative")),
        st.one_of(st.none(), st.integers(0, 900_000)),
        st.integers(-400, 2 * 24 * 3600 + 400),
        st.booleans(),
    ),
    max_size=25,
)


def write(database, world, history, decided):
    """Answers at seconds from START; of several to one item by one person the last one stands, if any does."""

    def work(tx):
        for table in (decisions, answers):
            tx.run(delete(table))
        latest = {}
        for number, one in enumerate(sorted(history, key=lambda row: row[5])):
            latest[one[:2]] = number if one[6] else latest.get(one[:2])
        for number, (person, item, kind, label, took, at, _) in enumerate(sorted(history, key=lambda row: row[5])):
            moment, live = START + timedelta(seconds=at), latest[person, item] == number
            row = {"project": world.project, "item": world.items[item], "person": world.people[person], "kind": kind}
            row |= {"label": {"label": label} if kind in ("label", "late") else None, "version": 1, "live": live}
            row |= {
                "milliseconds": took or 0 if kind == "late" else took,
                "answered_at": moment,
                "superseded_at": None if live else moment,
            }
            tx.insert(insert(answers), row)
        for item, label in decided.items():
            row = {"project": world.project, "item": world.items[item], "person": world.people[0], "version": 1}
            row |= {"label": {"label": label}, "live": True, "decided_at": tx.now}
            tx.insert(insert(decisions), row)

    run(database, work)


def by_hand(tx, world, decided, since, until):
    """The slow and plain way: each figure by a look at all rows."""
    rows = tx.all(select(answers).order_by(answers.c.answered_at, answers.c.id))
    names = {row.id: row.public for row in tx.all(select(people_table))}
    keys = dict(zip(world.items, count(), strict=False))
    found = {}
    for person in world.people:
        mine = [row for row in rows if row.person == person]
        within = [row for row in mine if since <= row.answered_at < until]
        if not within:
            continue
        one = Work(superseded=sum(not row.live for row in within))
        for kind, name in NAMES.items():
            setattr(one, name, sum(row.live and row.kind == kind for row in within))
        right = [row for row in within if row.live and row.kind == "label"]
        one.accepted = sum(decided.get(keys[row.item]) == row.label["label"] for row in right)
        active = timedelta()
        for before, row in pairwise([None, *mine]):
            if row not in within:
                continue
            gap = timedelta.max if before is None else row.answered_at - before.answered_at
            if row.milliseconds is not None:
                active += min(IDLE, gap, timedelta(milliseconds=row.milliseconds))
            elif gap <= IDLE:
                active += gap
        one.active_seconds = active // timedelta(seconds=1)
        found[names[person]] = one
    return found


@pytest.fixture
def world(database):
    return run(database, lambda tx: make(tx, 4, 3, 3, SENTIMENT))


def test_the_figures_equal_a_count_by_hand_and_days_add_up_on_random_histories(database, world):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(HISTORY, st.dictionaries(st.integers(0, 3), st.sampled_from(("positive", "negative"))))
    def check(history, decided):
        write(database, world, history, decided)
        edges = [START + timedelta(days=number) for number in range(3)]
        said = []
        for since, until in (*pairwise(edges), (edges[0], edges[2])):
            with database.reading() as connection:
                said.append(recount(connection, world.project, SENTIMENT, since, until))
            assert said[-1] == run(database, lambda tx, a=since, b=until: by_hand(tx, world, decided, a, b))
        for public, whole in said[2].items():
            apart = [day[public].as_json() for day in said[:2] if public in day]
            for name in NAMES.values():
                assert sum(day[name] for day in apart) == whole.as_json()[name]
            assert 0 <= whole.active_seconds - sum(day["active_seconds"] for day in apart) <= 1

    check()


def test_a_reviewers_decision_accepts_what_is_near_enough_and_nothing_of_another_branch():
    both = [(1, '{"label":"positive"}', '{"label":"positive"}'), (1, '{"label":"negative"}', '{"label":"positive"}')]
    assert accepted(both, SENTIMENT) == {1: 1}
    assert accepted([(1, "{}", '{"label":"positive"}')], SENTIMENT) == {1: 0}


def test_a_closed_period_is_kept_and_none_of_its_days_is_closed_again(database, world):
    until = START + timedelta(days=1)
    figures = frozen({"a": Work(answers=3)})
    run(database, lambda tx: stored.close(tx, world.project, START, until, figures))
    with pytest.raises(stored.OverlapError) as refused:
        run(
            database,
            lambda tx: stored.close(tx, world.project, until - timedelta(seconds=1), until + timedelta(days=1), {}),
        )
    assert thawed(refused.value.former.figures) == {"a": Work(answers=3)}
    run(database, lambda tx: stored.close(tx, world.project, until, until + timedelta(days=1), {}))
    found = run(database, lambda tx: stored.closed(tx.connection, world.project, START, until + timedelta(days=9)))
    assert [one.since for one in found] == [START, until]


def test_what_changed_is_told_person_by_person():
    now = {"a": Work(answers=2, superseded=1), "b": Work(answers=1)}
    then = {"a": Work(answers=3), "b": Work(answers=1), "c": Work(skips=1)}
    assert changes(now, then) == {"a": Work(answers=-1, superseded=1), "c": Work(skips=-1)}


def test_an_answer_taken_back_changes_a_recount_and_never_what_was_closed(database, world):
    write(database, world, [(0, 0, "label", "positive", 1000, 60, True)], {})
    until = START + timedelta(days=1)
    with database.reading() as connection:
        before = recount(connection, world.project, SENTIMENT, START, until)
    run(database, lambda tx: stored.close(tx, world.project, START, until, frozen(before)))
    run(database, lambda tx: tx.run(update(answers).values(live=False, superseded_at=tx.now)))
    with database.reading() as connection:
        now = recount(connection, world.project, SENTIMENT, START, until)
    (period,) = run(database, lambda tx: stored.closed(tx.connection, world.project, START, until))
    assert thawed(period.figures) == before
    assert list(changes(now, before).values()) == [Work(answers=-1, superseded=1)]
