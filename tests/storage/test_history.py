"""Thousands of events in random order, after which everything that is counted equals a recount."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from storage import answers, cards, people, queue
from storage.database import Transaction, run
from storage.overlap import set_overlap
from storage.schema import cards as card_table
from tests.storage.dealing import answer, claim, nonces, undo
from tests.storage.recount import mistakes
from tests.worlds import LEASE, World, add_items, build

EXPIRED = select(card_table.c.id).where(card_table.c.state == "expired").order_by(card_table.c.id)
EVENTS = 2000
HEADS = 6


class Day:
    """One event after the other, chosen by `random`."""

    def __init__(self, world: World, gold: tuple[int, ...], clock, seed: int) -> None:
        self.world = world
        self.items = world.items + gold
        self.clock = clock
        self.random = Random(seed)
        self.happened: set[str] = set()
        self.pardoned: set[int] = set()

    def event(self, tx: Transaction) -> None:
        kinds = ["answer"] * 12 + ["undo"] * 4 + ["skip", "flag", "park", "release", "come_back", "late"] * 2
        kind = self.random.choice(
            [*kinds, "expire", "expire", "overlap", "correct", "unskip", "quarantine", "leave", "decide"]
        )
        index = self.random.randrange(HEADS)
        self.clock.advance(timedelta(seconds=self.random.randrange(20)))
        if getattr(self, kind)(tx, index):
            self.happened.add(kind)

    def card(self, tx: Transaction, index: int):
        """What the person has in hand, else what they laid aside, else something new."""
        who = self.world.people[index]
        card = cards.open_card(tx, who)
        if card is None and (parked := cards.parked(tx, who, self.world.project)) is not None:
            nonce = f"again{next(nonces)}"
            chat, external = self.world.chats[index], self.world.users[index]
            card = cards.show_again(tx, parked, nonce, chat, external, tx.now + LEASE)
        if card is None:
            card = claim(tx, self.world, index, gold=self.random.random() < 0.2)
        return card

    def answer(self, tx, index):
        card = self.card(tx, index)
        return card is not None and answer(tx, card, self.random.choice(["positive", "negative"]))

    def undo(self, tx, index):
        return undo(tx, self.world, index, enough=2) is not None

    def skip(self, tx, index):
        card = self.card(tx, index)
        return card is not None and answers.skip(tx, card, "", 3) is None

    def flag(self, tx, index):
        card = self.card(tx, index)
        return card is not None and answers.flag(tx, card, "", 2) is None

    def park(self, tx, index):
        card = self.card(tx, index)
        return card is not None and cards.park(tx, card) is None

    def release(self, tx, index):
        card = self.card(tx, index)
        return card is not None and queue.release(tx, card) is None

    def expire(self, tx, index):
        self.clock.advance(LEASE * self.random.random())
        return queue.expire(tx)

    def _expired(self, tx):
        found = tx.all(EXPIRED)
        return cards.by_id(tx, self.random.choice(found).id) if found else None

    def late(self, tx, index):
        card = self._expired(tx)
        return card is not None and answers.record_late(tx, card, {"label": "positive"})

    def come_back(self, tx, index):
        """A tap on an expired card."""
        card = self._expired(tx)
        if card is None or not queue.take_back(tx, card):
            return False
        if (other := cards.open_card(tx, card.person)) is not None:
            cards.park(tx, other)
        return cards.show_again(tx, card, card.nonce, card.chat, card.chat_external, tx.now + LEASE)

    def overlap(self, tx, index):
        wanted, after = self.random.randint(1, HEADS), 0
        while after := set_overlap(tx, self.world.project, wanted, after, 7):
            pass
        return True

    def correct(self, tx, index):
        found = answers.latest(tx, self.world.people[index], self.world.project)
        if found is None or found.kind != "label":
            return False
        return answers.correct(tx, found, {"label": "corrected"}) is None

    def unskip(self, tx, index):
        return queue.unskip(tx, self.world.project, 99) is None

    def quarantine(self, tx, index):
        card = self.card(tx, index)
        if card is None:
            return False
        queue.quarantine(tx, card)
        if self.random.random() < 0.5:  # else it is put back some other day
            queue.set_item_state(tx, card.item, self.world.project, "open")
        return True

    def leave(self, tx, index):
        """Removed and let in again."""
        who = self.world.people[index]
        people.remove(tx, self.world.project, who)
        return people.set_role(tx, self.world.project, who, "annotator") is None

    def decide(self, tx, index):
        item = self.random.choice(self.items)
        self.pardoned.add(item)
        return queue.set_item_state(tx, item, self.world.project, self.random.choice(["open", "withdrawn"])) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_random_history_every_figure_equals_a_recount(database, clock, seed):
    world = build(database, items=60, people=HEADS, overlap=3)
    rows = [{"state": "gold", "gold": {"label": "positive"}}] * 5
    gold = run(database, lambda tx: add_items(tx, world.project, rows, prefix="gold"))
    day = Day(world, gold, clock, seed)
    for _ in range(EVENTS // 50):
        run(database, lambda tx: [day.event(tx) for _ in range(50)] and None)
        assert run(database, lambda tx: mistakes(tx, day.pardoned)) == []
    assert {"answer", "undo", "skip", "flag", "park", "release", "come_back", "late", "expire"} <= day.happened
