"""Items made gold and unmade, among people who hold and answer them; tests, and who is through."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from storage import answers, cards, gold, qualification, queue
from storage.database import run
from storage.schema import answers as answer_table
from storage.schema import items, members, projects
from tests.storage.dealing import answer, claim, nonce, undo, walk
from tests.storage.recount import mistakes
from tests.worlds import add_items, build, deal

KNOWN = {"label": "positive"}


@pytest.fixture(autouse=True)
def _figures_bear_a_recount(database):
    yield
    assert run(database, mistakes) == []


def item(database, number: int = 0):
    return run(database, lambda tx: tx.all(select(items).order_by(items.c.id)))[number]


def make(database, world, number: int = 0) -> bool:
    return run(database, lambda tx: gold.make_gold(tx, world.project, world.items[number], KNOWN, None))


def unmake(database, world, number: int = 0) -> bool:
    return run(database, lambda tx: gold.unmake_gold(tx, world.project, world.items[number], None))


def total(database) -> int:
    return run(database, lambda tx: tx.value(select(projects.c.total)))


def test_an_item_made_gold_leaves_the_queue_and_comes_as_gold(database):
    world = build(database, items=2, people=2)
    assert make(database, world)
    assert total(database) == 1
    assert walk(database, world, 0) == [world.items[1]]
    assert run(database, lambda tx: claim(tx, world, 1, gold=True)).item == world.items[0]


def test_it_comes_to_those_whose_cursor_is_past_all_gold(database):
    world = build(database, items=3, people=1, overlap=2)
    make(database, world, 2)
    run(database, lambda tx: answer(tx, claim(tx, world, 0, gold=True)))
    make(database, world, 0)
    assert run(database, lambda tx: claim(tx, world, 0, gold=True)).item == world.items[0]


def test_a_holder_answers_it_and_may_take_that_back(database):
    world = build(database, items=1, people=2, overlap=2)
    held = run(database, lambda tx: claim(tx, world, 0))
    make(database, world)
    run(database, lambda tx: answer(tx, held))
    assert (item(database).state, item(database).answers, item(database).taken) == ("gold", 1, 1)
    assert run(database, lambda tx: undo(tx, world, 0)) is not None
    assert (item(database).state, item(database).answers) == ("gold", 0)


@pytest.mark.parametrize("state", ["withdrawn", "quarantined"])
def test_what_was_taken_out_is_not_made_gold(database, state):
    world = build(database, items=1)
    run(database, lambda tx: tx.run(update(items).values(state=state)))
    assert not make(database, world)
    assert (item(database).gold, total(database)) == (None, 1)


def test_unmade_gold_that_more_people_answered_than_were_wanted_is_done(database):
    world = build(database, items=1, people=3)
    make(database, world)
    for index in range(3):
        run(database, lambda tx, index=index: answer(tx, claim(tx, world, index, gold=True)))
    assert unmake(database, world)
    found = item(database)
    assert (found.state, found.overlap, found.taken, found.gold) == ("done", 3, 3, None)
    assert found.done_at is not None
    assert not unmake(database, world)


def test_unmade_gold_in_somebodys_hands_waits_for_them(database):
    world = build(database, items=1, people=2)
    run(database, lambda tx: answer(tx, claim(tx, world, 0)))
    make(database, world)
    held = run(database, lambda tx: claim(tx, world, 1, gold=True))
    unmake(database, world)
    assert (item(database).state, item(database).overlap) == ("open", 2)
    run(database, lambda tx: answer(tx, held))
    assert item(database).state == "done"


def test_answers_of_tests_go_when_their_item_is_gold_no_longer(database):
    world = build(database, items=1, people=2)
    make(database, world)
    for index, measure in ((0, "test"), (1, "told")):
        card = run(database, lambda tx, index=index: claim(tx, world, index, gold=True))
        run(database, lambda tx, card=card: answer(tx, card))
        run(database, lambda tx, card=card, measure=measure: gold.measured(tx, card.id, measure))
    unmake(database, world)
    rows = run(database, lambda tx: tx.all(select(answer_table).order_by(answer_table.c.id)))
    assert [row.live for row in rows] == [False, True]
    assert (item(database).answers, item(database).state) == (1, "done")


def test_explained_gold_is_dealt_first_in_a_test_and_none_twice(database):
    world = build(database, people=1)
    known = {"gold": KNOWN, "state": "gold", "explanation": None}
    rows = [known, known | {"explanation": "because"}, known]
    made = run(database, lambda tx: add_items(tx, world.project, rows))

    def step():
        card = run(database, lambda tx: queue.claim_test(tx, deal(tx, world, 0, nonce())))
        return card and run(database, lambda tx: answer(tx, card))

    assert [step() for _ in range(4)] == [made[1], made[0], made[2], None]


def test_where_a_member_stands(database):
    world = build(database, items=2, people=1)
    where = (world.project, world.people[0])
    assert run(database, lambda tx: qualification.standing(tx, *where)) == "testing"
    run(database, lambda tx: qualification.fail(tx, *where))
    assert run(database, lambda tx: qualification.standing(tx, *where)) == "failed"
    assert run(database, lambda tx: qualification.retry(tx, *where))
    assert not run(database, lambda tx: qualification.retry(tx, *where))
    assert run(database, lambda tx: qualification.standing(tx, *where)) == "testing"
    run(database, lambda tx: answer(tx, claim(tx, world, 0)))
    assert run(database, lambda tx: qualification.standing(tx, *where)) == "in"
    assert run(database, lambda tx: tx.value(select(members.c.qualified_at))) is not None
    assert not run(database, lambda tx: qualification.admit(tx, *where))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(("claim", "gold", "answer", "undo", "release", "skip", "make", "unmake")),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=40,
)


def test_counters_hold_whatever_is_made_gold_when(sqlite):
    """Random histories of people and reviewers, recounted after each act."""
    from storage.database import opened

    @settings(max_examples=40, deadline=None)
    @given(ACTS)
    def histories(acts):
        url = sqlite.migrated()
        with opened(url) as database:
            world = build(database, items=3, people=3, overlap=2)
            for act in acts:
                run(database, lambda tx, act=act: _act(tx, world, *act))
                assert run(database, mistakes) == []
        sqlite.drop(url)

    histories()


def _act(tx, world, what: str, index: int, number: int) -> None:
    card = cards.open_card(tx, world.people[index])
    if what in ("claim", "gold") and card is None:
        claim(tx, world, index, gold=what == "gold")
    elif what == "answer" and card is not None:
        answer(tx, card)
    elif what == "release" and card is not None:
        queue.release(tx, card)
    elif what == "skip" and card is not None:
        answers.skip(tx, card, "", 3)
    elif what == "undo":
        undo(tx, world, index)
    elif what == "make":
        gold.make_gold(tx, world.project, world.items[number], KNOWN, None)
    elif what == "unmake":
        gold.unmake_gold(tx, world.project, world.items[number], None)
