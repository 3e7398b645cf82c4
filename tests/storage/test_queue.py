"""Who gets which item: claims, skips, flags, undo, leases, priorities, gold."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from storage import answers, cards, projects, queue
from storage.database import Database, Transaction, run
from storage.schema import items, members
from tests.engines import Clock
from tests.storage.dealing import answer, claim, undo, walk
from tests.storage.recount import mistakes
from tests.worlds import LEASE, World, add_items, build


def item_row(database: Database, item: int):
    return run(database, lambda tx: tx.one(select(items).where(items.c.id == item)))


def add_gold(database: Database, world: World) -> int:
    rows = [{"state": "gold", "gold": {"label": "positive"}}]
    return run(database, lambda tx: add_items(tx, world.project, rows, prefix="gold"))[0]


@pytest.fixture(autouse=True)
def _figures_bear_a_recount(database: Database):
    """Whatever a test did here, the counts hold at its end."""
    yield
    assert run(database, mistakes) == []


def test_items_come_in_their_order(database):
    world = build(database, items=5)
    assert walk(database, world) == list(world.items)


def test_an_item_goes_to_as_many_people_as_wanted_and_no_more(database):
    world = build(database, items=3, people=3, overlap=2)
    assert [len(walk(database, world, index)) for index in range(3)] == [3, 3, 0]
    assert {item_row(database, item).state for item in world.items} == {"done"}


def test_a_held_item_is_not_dealt_to_others(database):
    world = build(database, items=1, people=2)
    first = run(database, lambda tx: claim(tx, world, 0))
    assert first is not None
    assert run(database, lambda tx: claim(tx, world, 1)) is None


def test_higher_priority_comes_first(database):
    world = build(database)
    rows = [{"priority": priority} for priority in (0, -5, 100, 7)]
    low, lowest, top, high = run(database, lambda tx: add_items(tx, world.project, rows))
    assert walk(database, world) == [top, high, low, lowest]


def test_an_item_raised_in_priority_is_met_by_people_who_have_passed_its_old_place(database):
    world = build(database, items=3, people=1, overlap=2)
    _, second, third = world.items
    run(database, lambda tx: answer(tx, claim(tx, world)))

    def raise_it(tx: Transaction) -> None:
        seq = projects.next_seq(tx, world.project)
        tx.run(update(items).where(items.c.id == third).values(priority=9, serve_seq=seq))

    run(database, raise_it)
    assert walk(database, world) == [third, second]


def test_a_released_item_comes_to_those_who_are_far_past_it(database):
    world = build(database, items=4, people=2)
    held = run(database, lambda tx: claim(tx, world, 0))
    assert walk(database, world, 1) == list(world.items[1:])
    run(database, lambda tx: queue.release(tx, held))
    assert walk(database, world, 1) == [world.items[0]]


def test_a_lapsed_lease_is_served_again(database, clock: Clock):
    world = build(database, items=1, people=2)
    run(database, lambda tx: claim(tx, world, 0))
    clock.advance(LEASE + timedelta(seconds=1))
    assert run(database, queue.expire) == 1
    assert run(database, queue.expire) == 0
    assert walk(database, world, 1) == [world.items[0]]


def test_a_lease_that_has_not_run_out_stays(database, clock: Clock):
    world = build(database, items=1)
    run(database, lambda tx: claim(tx, world))
    clock.advance(LEASE - timedelta(seconds=1))
    assert run(database, queue.expire) == 0


def test_leases_are_taken_back_a_few_at_a_time(database, clock: Clock):
    world = build(database, items=5, people=5)
    for index in range(5):
        run(database, lambda tx, index=index: claim(tx, world, index))
    clock.advance(LEASE * 2)
    assert [run(database, lambda tx: queue.expire(tx, 2)) for _ in range(4)] == [2, 2, 1, 0]


def test_an_expired_card_takes_its_place_back_where_one_is_free(database, clock: Clock):
    world = build(database, items=1)
    card = run(database, lambda tx: claim(tx, world))
    clock.advance(LEASE * 2)
    run(database, queue.expire)

    def come_back(tx: Transaction) -> bool:
        expired = cards.by_id(tx, card.id)
        taken = queue.take_back(tx, expired)
        cards.show_again(tx, expired, "again", world.chats[0], world.users[0], tx.now + LEASE)
        return taken

    assert run(database, come_back)


def test_an_expired_card_stays_closed_when_the_place_went_to_somebody_else(database, clock: Clock):
    world = build(database, items=1, people=2)
    card = run(database, lambda tx: claim(tx, world, 0))
    clock.advance(LEASE * 2)
    run(database, queue.expire)
    run(database, lambda tx: claim(tx, world, 1))
    assert not run(database, lambda tx: queue.take_back(tx, cards.by_id(tx, card.id)))


@pytest.mark.parametrize("answered", [True, False])
def test_an_expired_card_stays_closed_when_its_person_has_met_the_item_again(database, clock: Clock, answered: bool):
    world = build(database, items=1, overlap=3)
    card = run(database, lambda tx: claim(tx, world))
    clock.advance(LEASE * 2)
    run(database, queue.expire)
    again = run(database, lambda tx: claim(tx, world))
    assert again.item == card.item
    if answered:
        run(database, lambda tx: answer(tx, again))
    assert not run(database, lambda tx: queue.take_back(tx, cards.by_id(tx, card.id)))
    assert not run(database, lambda tx: answers.record_late(tx, cards.by_id(tx, card.id), {"label": "positive"}))


def test_a_late_answer_is_kept_and_counted_nowhere(database, clock: Clock):
    world = build(database, items=1, people=2)
    card = run(database, lambda tx: claim(tx, world, 0))
    clock.advance(LEASE * 2)
    run(database, queue.expire)
    walk(database, world, 1)
    assert run(database, lambda tx: answers.record_late(tx, cards.by_id(tx, card.id), {"label": "negative"}))
    assert item_row(database, world.items[0]).answers == 1
    assert run(database, lambda tx: answers.of_card(tx, card.id)).kind == "late"


def test_a_second_answer_by_the_same_person_is_refused(database):
    world = build(database, items=1, overlap=2)
    card = run(database, lambda tx: claim(tx, world))
    run(database, lambda tx: answer(tx, card))
    with pytest.raises(answers.AlreadyAnsweredError):
        run(database, lambda tx: answer(tx, card))


def test_a_skip_gives_the_place_to_somebody_else_and_not_back_to_the_skipper(database):
    world = build(database, items=1, people=2)
    run(database, lambda tx: answers.skip(tx, claim(tx, world, 0), "unclear", 9))
    assert run(database, lambda tx: claim(tx, world, 0)) is None
    assert walk(database, world, 1) == [world.items[0]]


def test_an_item_that_enough_people_skip_leaves_the_queue_and_returns_when_more_are_there(database):
    world = build(database, items=1, people=3)
    for index in range(2):
        run(database, lambda tx, index=index: answers.skip(tx, claim(tx, world, index), "", 2))
    assert item_row(database, world.items[0]).state == "skipped"
    assert run(database, lambda tx: claim(tx, world, 2)) is None
    run(database, lambda tx: queue.unskip(tx, world.project, 3))
    assert walk(database, world, 2) == [world.items[0]]


def test_an_undone_skip_opens_the_item_to_people_who_are_past_it(database):
    world = build(database, items=3, people=2, overlap=2)
    card = run(database, lambda tx: claim(tx, world, 0))
    run(database, lambda tx: answers.skip(tx, card, "", 1))
    assert walk(database, world, 1) == list(world.items[1:])
    released = run(database, lambda tx: claim(tx, world, 0))
    run(database, lambda tx: queue.release(tx, released))
    far = run(database, lambda tx: claim(tx, world, 0))
    assert far.item == world.items[2]
    assert run(database, lambda tx: undo(tx, world, 0)).item == card.item
    assert walk(database, world, 1) == [card.item]


def test_a_flagged_item_is_held_back_until_an_admin_puts_it_back(database):
    world = build(database, items=1, people=2)
    item = world.items[0]
    run(database, lambda tx: answers.flag(tx, claim(tx, world, 0), "broken", 1))
    assert item_row(database, item).state == "flagged"
    assert run(database, lambda tx: claim(tx, world, 1)) is None
    assert run(database, lambda tx: undo(tx, world, 0)) is not None
    assert item_row(database, item).state == "open"


@pytest.mark.parametrize(("kind", "became"), [("flag", "flagged"), ("skip", "skipped")])
def test_an_item_that_enough_others_pass_over_stays_held_back_when_one_takes_theirs_back(database, kind, became):
    world = build(database, items=1, people=3, overlap=3)
    item = world.items[0]
    held = [run(database, lambda tx, index=index: claim(tx, world, index)) for index in range(3)]
    for card in held:
        run(database, lambda tx, card=card: getattr(answers, kind)(tx, card, "", 2))
    assert run(database, lambda tx: undo(tx, world, 2, enough=2)).item == item
    assert (item_row(database, item).state, item_row(database, item).taken) == (became, 1)
    assert run(database, lambda tx: undo(tx, world, 1, enough=2)).item == item
    assert item_row(database, item).state == "open"


def test_undoing_a_flag_that_an_admin_has_dealt_with_keeps_the_counts_sound(database):
    world = build(database, items=1, people=1)
    item = world.items[0]
    run(database, lambda tx: answers.flag(tx, claim(tx, world), "broken", 1))
    run(database, lambda tx: queue.set_item_state(tx, item, world.project, "open"))
    assert item_row(database, item).flags == 0
    assert run(database, lambda tx: undo(tx, world)).item == item
    assert item_row(database, item).flags == 0


def test_a_withdrawn_item_is_served_to_nobody(database):
    world = build(database, items=2)
    run(database, lambda tx: queue.set_item_state(tx, world.items[0], world.project, "withdrawn"))
    assert walk(database, world) == [world.items[1]]


def test_undo_goes_back_one_answer_at_a_time_and_the_items_come_again(database):
    world = build(database, items=4)
    walk(database, world)
    got = [run(database, lambda tx: undo(tx, world)).item for _ in range(4)]
    assert got == list(reversed(world.items))
    assert run(database, lambda tx: undo(tx, world)) is None
    assert run(database, lambda tx: cards.open_card(tx, world.people[0])).item == world.items[0]
    assert run(database, lambda tx: tx.value(select(members.c.answered))) == 0


def test_an_undone_answer_keeps_its_place_from_others(database):
    world = build(database, items=1, people=2)
    walk(database, world)
    run(database, lambda tx: undo(tx, world))
    assert item_row(database, world.items[0]).state == "open"
    assert run(database, lambda tx: claim(tx, world, 1)) is None


def test_a_skip_cannot_be_undone_when_the_place_is_gone(database):
    world = build(database, items=1, people=2)
    run(database, lambda tx: answers.skip(tx, claim(tx, world, 0), "", 9))
    walk(database, world, 1)
    before = item_row(database, world.items[0])
    assert run(database, lambda tx: undo(tx, world, 0)) is None
    assert item_row(database, world.items[0]) == before


def test_a_parked_card_keeps_its_place_and_comes_back(database):
    world = build(database, items=2, people=2)
    card = run(database, lambda tx: claim(tx, world, 0))
    run(database, lambda tx: cards.park(tx, card))
    other = run(database, lambda tx: claim(tx, world, 0))
    assert other.item == world.items[1]
    assert run(database, lambda tx: claim(tx, world, 1)) is None
    assert run(database, lambda tx: cards.parked(tx, world.people[0], world.project)).id == card.id


def test_a_quarantined_item_goes_and_may_be_put_back(database):
    world = build(database, items=2)
    item = run(database, lambda tx: queue.quarantine(tx, card := claim(tx, world)) or card.item)
    assert walk(database, world) == [world.items[1]]
    run(database, lambda tx: queue.set_item_state(tx, item, world.project, "open"))
    assert walk(database, world) == [item]


def test_gold_is_mixed_in_for_everybody_and_has_a_place_for_each(database):
    world = build(database, items=2, people=3, overlap=1)
    gold = add_gold(database, world)
    for index in range(3):
        assert run(database, lambda tx, index=index: answer(tx, claim(tx, world, index, gold=True))) == gold
    assert item_row(database, gold).answers == 3
    assert item_row(database, gold).state == "gold"
    assert run(database, lambda tx: answer(tx, claim(tx, world, 0, gold=True))) == world.items[0]


def test_gold_is_skipped_undone_and_released_without_becoming_an_ordinary_item(database):
    world = build(database, items=0, people=3)
    gold = add_gold(database, world)
    run(database, lambda tx: answers.skip(tx, claim(tx, world, 0, gold=True), "", 1))
    run(database, lambda tx: undo(tx, world, 0))
    run(database, lambda tx: queue.release(tx, claim(tx, world, 1, gold=True)))
    assert item_row(database, gold).state == "gold"
    assert run(database, lambda tx: claim(tx, world, 1, gold=True)).item == gold


def test_flags_take_gold_out_and_their_undo_makes_it_gold_again(database):
    world = build(database, items=0, people=3)
    gold = add_gold(database, world)
    for index in range(2):
        run(database, lambda tx, index=index: answers.flag(tx, claim(tx, world, index, gold=True), "", 2))
    assert item_row(database, gold).state == "flagged"
    assert run(database, lambda tx: claim(tx, world, 2, gold=True)) is None
    run(database, lambda tx: undo(tx, world, 1, enough=2))
    assert item_row(database, gold).state == "gold"
    assert run(database, lambda tx: claim(tx, world, 2, gold=True)).item == gold


@pytest.mark.parametrize("became", ["withdrawn", "quarantined"])
def test_gold_that_is_taken_out_comes_back_as_gold(database, became):
    world = build(database, items=0, people=2)
    gold = add_gold(database, world)
    if became == "quarantined":
        run(database, lambda tx: queue.quarantine(tx, claim(tx, world, 0, gold=True)))
    else:
        run(database, lambda tx: queue.set_item_state(tx, gold, world.project, became))
    assert item_row(database, gold).state == became
    assert run(database, lambda tx: claim(tx, world, 1, gold=True)) is None
    run(database, lambda tx: queue.set_item_state(tx, gold, world.project, "open"))
    assert item_row(database, gold).state == "gold"
    assert run(database, lambda tx: claim(tx, world, 1, gold=True)).item == gold


def test_gold_taken_out_while_others_hold_it_gives_their_places_back_when_their_leases_end(database, clock: Clock):
    world = build(database, items=1, people=4)
    gold = add_gold(database, world)
    held = [run(database, lambda tx, index=index: claim(tx, world, index, gold=True)) for index in range(3)]
    run(database, lambda tx: queue.quarantine(tx, held[0]))
    run(database, lambda tx: claim(tx, world, 3))
    clock.advance(LEASE * 2)
    assert run(database, queue.expire) == 3
    assert item_row(database, gold).taken == 0
    assert walk(database, world, 0) == [world.items[0]]


def test_an_item_whose_count_is_wrong_keeps_no_other_lease_from_ending(database, clock: Clock, caplog):
    world = build(database, items=3, people=3)
    for index in range(3):
        run(database, lambda tx, index=index: claim(tx, world, index))
    run(database, lambda tx: tx.run(update(items).where(items.c.id == world.items[1]).values(taken=0)))
    clock.advance(LEASE * 2)
    assert run(database, queue.expire) == 3
    assert run(database, queue.expire) == 0
    assert [item_row(database, item).taken for item in world.items] == [0, 0, 0]
    assert f"item {world.items[1]} " in caplog.text


def test_a_clock_set_back_gives_no_negative_duration(database, clock: Clock):
    world = build(database, items=2)
    card = run(database, lambda tx: claim(tx, world))
    clock.advance(timedelta(seconds=-90))
    run(database, lambda tx: answer(tx, card))
    assert run(database, lambda tx: answers.of_card(tx, card.id)).milliseconds == 0


@pytest.mark.parametrize(
    ("waited", "kept"), [(timedelta(days=1, seconds=2), 86_402_000), (timedelta(days=60), 2**31 - 1)]
)
def test_a_card_answered_after_days_keeps_its_duration(database, clock: Clock, waited: timedelta, kept: int):
    world = build(database, items=1)
    card = run(database, lambda tx: claim(tx, world))
    clock.advance(waited)
    run(database, lambda tx: answer(tx, card))
    assert run(database, lambda tx: answers.of_card(tx, card.id)).milliseconds == kept


def test_a_correction_leaves_one_live_answer(database):
    world = build(database, items=1)
    card = run(database, lambda tx: claim(tx, world))
    run(database, lambda tx: answer(tx, card))
    run(database, lambda tx: answers.correct(tx, answers.of_card(tx, card.id), {"label": "negative"}))
    assert run(database, lambda tx: answers.of_card(tx, card.id)).label == {"label": "negative"}
