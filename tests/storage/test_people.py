"""Invites, guesses at them, roles."""

from datetime import timedelta

import pytest

from storage import invites, people
from storage.database import run
from tests.storage.dealing import walk
from tests.storage.recount import mistakes
from tests.worlds import build


@pytest.mark.parametrize("uses", [1, 3])
def test_of_many_who_use_an_invite_at_once_only_as_many_win_as_it_has_uses(database, uses):
    world = build(database)
    code = run(database, lambda tx: people.invite(tx, world.project, "annotator", uses, tx.now + timedelta(days=1)))
    futures = [database.submit(lambda tx: people.spend(tx, code)) for _ in range(16)]
    won = [future.result() for future in futures if future.result() is not None]
    assert won == [(world.project, "annotator")] * uses


def test_an_expired_invite_is_worth_nothing(database, clock):
    world = build(database)
    code = run(database, lambda tx: people.invite(tx, world.project, "annotator", 5, tx.now + timedelta(days=1)))
    assert run(database, lambda tx: invites.read(tx, code))
    clock.advance(timedelta(days=1))
    assert not run(database, lambda tx: invites.read(tx, code))
    assert run(database, lambda tx: people.spend(tx, code)) is None


def test_revoking_ends_what_is_open_in_the_project_and_nothing_else(database, clock):
    world, day = build(database), timedelta(days=1)

    def make(tx):
        people.spend(tx, people.invite(tx, world.project, "annotator", 1, tx.now + day))
        people.invite(tx, world.project, "annotator", 5, tx.now)
        theirs = people.invite(tx, world.project, "annotator", 5, tx.now + day)
        return theirs, people.invite(tx, None, "owner", 1, tx.now + day)

    theirs, owners = run(database, make)
    assert run(database, lambda tx: invites.still_open(tx, world.project)) == 1
    assert run(database, lambda tx: invites.revoke(tx, world.project)) == 1
    assert not run(database, lambda tx: invites.read(tx, theirs))
    assert run(database, lambda tx: invites.read(tx, owners))
    assert run(database, lambda tx: invites.still_open(tx, None)) == 1


@pytest.mark.parametrize("code", ["", "x", "\0", "\ud83d", "' OR 1=1 --", "x" * 100_000])
def test_nonsense_is_no_invite(database, code):
    build(database)
    assert run(database, lambda tx: people.spend(tx, code)) is None


def test_of_thousands_of_guesses_ten_are_looked_at(database):
    world = build(database)

    def guess(tx):
        return sum(people.may_guess(tx, world.account, "stranger") for _ in range(500))

    assert [run(database, guess) for _ in range(4)] == [10, 0, 0, 0]
    assert run(database, lambda tx: people.may_guess(tx, world.account, "somebody else"))


def test_after_a_while_one_may_guess_again(database, clock):
    world = build(database)
    for _ in range(11):
        run(database, lambda tx: people.may_guess(tx, world.account, "stranger"))
    clock.advance(timedelta(minutes=11))
    assert run(database, lambda tx: people.may_guess(tx, world.account, "stranger"))


def test_who_is_let_in_again_finds_their_answers_counted(database):
    world = build(database, items=3)
    walk(database, world)
    run(database, lambda tx: people.remove(tx, world.project, world.people[0]))
    assert run(database, lambda tx: people.membership(tx, world.project, world.people[0])) is None
    run(database, lambda tx: people.set_role(tx, world.project, world.people[0], "reviewer"))
    assert run(database, lambda tx: people.membership(tx, world.project, world.people[0])).answered == 3
    assert run(database, mistakes) == []


def test_a_new_role_keeps_the_count(database):
    world = build(database, items=2)
    walk(database, world)
    run(database, lambda tx: people.set_role(tx, world.project, world.people[0], "admin"))
    found = run(database, lambda tx: people.membership(tx, world.project, world.people[0]))
    assert (found.role, found.answered) == ("admin", 2)
