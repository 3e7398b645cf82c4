"""Work that falls due: noted once a slot, taken by one."""

from datetime import timedelta

from storage import runs
from storage.database import run
from tests.engines import START
from tests.worlds import build

DAY = timedelta(days=1)


def due(database, world, slot=START):
    run(database, lambda tx: runs.due(tx, world.project, "summary", slot))


def take(database):
    return run(database, runs.take)


def test_nothing_was_promised_for_the_time_before_the_first_slot(database):
    world = build(database)
    due(database, world)
    assert take(database) is None


def test_a_slot_is_due_once_however_often_it_is_noted(database):
    world = build(database)
    due(database, world)
    for _ in range(3):
        due(database, world, START + DAY)
    taken = take(database)
    assert (taken.slot, taken.name, taken.kind) == (START + DAY, "reviews", "summary")
    run(database, lambda tx: runs.done(tx, taken.id))
    due(database, world, START + DAY)
    assert take(database) is None


def test_of_many_who_look_at_once_one_takes_a_run(database):
    world = build(database)
    run(database, lambda tx: runs.now(tx, world.project, "summary"))
    futures = [database.submit(runs.take) for _ in range(16)]
    assert len([future.result() for future in futures if future.result() is not None]) == 1


def test_what_its_taker_left_undone_is_taken_again_and_then_given_up(database, clock):
    world = build(database)
    run(database, lambda tx: runs.now(tx, world.project, "summary"))
    for attempts in range(runs.TRIES):
        assert take(database).attempts == attempts
        assert take(database) is None
        clock.advance(runs.LEASE + timedelta(seconds=1))
    assert take(database) is None


def test_what_fails_is_tried_three_times_in_all(database, clock):
    world = build(database)
    run(database, lambda tx: runs.now(tx, world.project, "summary"))
    tries = 0
    while (taken := take(database)) is not None:
        tries += 1
        run(database, lambda tx, taken=taken: runs.failed(tx, taken, "the platform failed"))
        clock.advance(runs.LEASE + timedelta(seconds=1))
    assert tries == 3


def test_asked_for_twice_in_one_moment_it_is_done_once(database):
    world = build(database)
    for _ in range(2):
        run(database, lambda tx: runs.now(tx, world.project, "summary"))
    assert take(database) is not None
    assert take(database) is None
