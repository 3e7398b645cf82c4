"""Twenty people label through Telegram, Slack and the browser at once, with the whole program between: what each of
them meant is what is kept.

With `LABELBOT_CREW=500` they label five hundred items of each type, and what the report and the export make of that is
looked at too; see CONTRIBUTING.md.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from storage.migrations import migrate
from tests.crew import CRAFTS, CREW, Skill
from tests.e2e.crew_found import CARELESS, Found, check, commanded, exported, found, item_number, names
from tests.e2e.crew_hands import AGAIN, Hand, InSlack, InTelegram, InTheBrowser, Sight
from tests.e2e.crew_trades import Meant, Trade, trade, write
from tests.e2e.sites import Site, site_of
from tests.running import POLL_SECONDS, Stable, make_home

ITEMS = int(os.environ.get("LABELBOT_CREW", "4"))
EACH = 5
MOST = 1 + 6 * ITEMS * EACH // (5 * len(CREW))
"""A fifth more than falls to each: else those in the browser, which bears any pace, would answer most of all."""
TELLING = ITEMS >= 100
"""Fewer answers tell nothing of a person."""
PACE = 0.3 if TELLING else 0.0
"""Of the time that somebody looks at a card before each step: so long it lasts in the other chats, for each bears a
message a second."""
SECONDS = 60 + 5 * ITEMS
"""After which a crew is stuck: each chat bears a message a second, and every answer takes up to four."""
PENDING = (
    "SELECT 1 FROM outbox o JOIN chats c ON c.id = o.chat WHERE o.state = 'pending' AND c.external = :chat LIMIT 1"
)
LEFT = "SELECT count(*) AS items FROM items WHERE state <> 'done'"

Worked = Callable[..., "Crew"]
AGAIN_SECONDS = 5.0
Flow = Iterator[Callable[[], bool]]
"""Something a person does: goes on whenever the condition that it yielded last has come true."""


@dataclass(eq=False)
class Crew:
    site: Site
    trade: Trade
    hands: list[tuple[Skill, Hand]] = field(default_factory=list)
    meant: dict[tuple[str, int], Meant] = field(default_factory=dict)
    """What each person meant each item to have."""
    looked: dict[str, float] = field(default_factory=dict)
    ask: Callable[..., list[dict[str, Any]]] = field(init=False)
    """What the database says, while they work."""

    def gather(self, code: str) -> None:
        for number, skill in enumerate(CREW):
            self.hands.append((skill, self._hand(skill.name, number % 5)))
            self.hands[-1][1].join(code)

    def _hand(self, name: str, chat: int) -> Hand:
        """Two in five use Telegram, two Slack, one the browser."""
        if chat == 4:
            return InTheBrowser(self.site.program.address, name)
        return InTelegram(self.site.telegram, name) if chat < 2 else InSlack(self.site.slack, name)

    def work(self) -> None:
        """All label side by side, as fast as their chats go, until nothing is left."""
        waiting = {flow: next(flow) for flow in (self.working(skill, hand) for skill, hand in self.hands)}
        until = time.monotonic() + SECONDS
        with self.site.home.reader() as self.ask:
            while self.ask(LEFT)[0]["items"]:
                ready = [flow for flow, condition in waiting.items() if condition()]
                waiting |= {flow: next(flow) for flow in ready}
                assert time.monotonic() < until, self.stuck()
                time.sleep(0 if ready else POLL_SECONDS)

    def leave(self) -> None:
        for _, hand in self.hands:
            hand.leave()

    def stuck(self) -> str:
        screens = [f"{hand.name}: {hand.sight()}" for _, hand in self.hands]
        waiting = [hand.name for _, hand in self.hands if self.on_its_way(hand)]
        return "\n".join([*screens, f"pending: {waiting}", self.site.program.output])

    def on_its_way(self, hand: Hand) -> bool:
        """Whether something is: nobody answers in the milliseconds before the bot knows where what they see is. So this
        is asked once they have seen it."""
        return bool(self.ask(PENDING, chat=hand.chat))

    def working(self, skill: Skill, hand: Hand) -> Flow:
        rng, done = random.Random(f"{self.trade.kind} {skill.name}"), set[str]()
        while True:
            sight = yield from self.seeing(hand, lambda sight: done.isdisjoint(sight.card))  # noqa: B023 - a false alarm
            meant = self.trade.craft.answer(skill, sight.number, rng)
            self.meant[hand.name, sight.number] = meant
            if hand.page:
                yield self.looked_at(skill, len(self.trade.typed(sight.number, meant)))
            if self.trade.marked and hand.page:
                hand.marks(self.trade.label(meant), sight)
            else:
                yield from self.typing(hand, sight)
            done |= sight.card

    def looked_at(self, skill: Skill, steps: int) -> Callable[[], bool]:
        """Whether somebody whom their chat does not slow has looked as long as the others take: answers that come in
        milliseconds would be noted, and rightly."""
        until = time.monotonic() + skill.seconds * PACE * steps
        return lambda: time.monotonic() >= until

    def typing(self, hand: Hand, sight: Sight) -> Flow:
        meant = self.meant[hand.name, sight.number]
        for number, step in enumerate(self.trade.typed(sight.number, meant)):
            before, card, title = sight, sight.card, step.removeprefix("=")
            if number:
                sight = yield from self.seeing(hand, lambda now: now != before and bool(now.named(title)))  # noqa: B023
                assert sight.card == card, "another card came while this one was being answered"
            if step.startswith("="):
                data = sight.named(title)
                assert data, f"no button {title} on {sight}"
                hand.taps(data, sight)
            else:
                hand.types(step, sight)

    def looks_again(self, hand: Hand, button: str, sight: Sight) -> None:
        """As somebody does who was told that items may come back: now and then."""
        now = time.monotonic()
        if now - self.looked.get(hand.name, 0) > AGAIN_SECONDS:
            self.looked[hand.name] = now
            hand.taps(button, sight)

    def seeing(self, hand: Hand, wanted: Callable[[Sight], bool]) -> Iterator[Any]:
        """Waits for a card like that, and returns it."""
        found: list[Sight] = []

        def there() -> bool:
            sight = hand.sight()
            again = sight and sight.named(AGAIN)
            if sight is None or not (again or wanted(sight)) or self.on_its_way(hand):
                return False
            if again:
                self.looks_again(hand, again, sight)
            else:
                found[:] = [sight]
            return bool(found)

        yield there
        return found[0]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory, stable: Stable) -> Worked:
    """A crew that has labeled everything, its program stopped; once for each type and overlap."""

    @cache
    def made(kind: str, overlap: str = str(EACH)) -> Crew:
        return _worked(tmp_path_factory.mktemp(kind), stable, kind, overlap)

    return made


def _worked(folder: Path, stable: Stable, kind: str, overlap: str) -> Crew:
    migrate(url := f"sqlite:///{folder / 'labelbot.db'}")
    home = make_home(folder, url)
    with site_of(home, stable) as site:
        project, rows = write(folder, kind, overlap, ITEMS, MOST)
        commanded(home, stable, "apply", str(project))
        commanded(home, stable, "import", kind, str(rows))
        site.start()
        made = Crew(site, trade(kind, home))
        made.gather(home.invite(home.rows("SELECT id FROM projects")[0]["id"]))
        made.work()
        site.program.stop()
    made.leave()
    return made


@pytest.mark.parametrize("kind", CRAFTS)
def test_what_everybody_meant_is_kept_once(worked: Worked, stable: Stable, kind: str) -> None:
    crew = worked(kind)
    who = names(crew.site.home)
    kept = exported(crew.site.home, stable, kind, "answers")
    said = {(who[row["person"]], item_number(row["item"])): row["label"] for row in kept}
    assert said == {who: crew.trade.label(meant) for who, meant in crew.meant.items()}
    assert len(kept) == len(said) == ITEMS * EACH
    assert {row["status"] for row in kept} == {"live"}
    assert {skill.name for skill, _ in crew.hands} == {name for name, _ in said}
    assert not crew.site.telegram.refusals
    assert not crew.site.slack.refused()


def told(crew: Crew, stable: Stable) -> Found:
    """Its figures stay in the folder, to be read."""
    craft, label, home = crew.trade.craft, crew.trade.label, crew.site.home
    made = found(home, stable, crew.trade.kind, craft.question, lambda item: label(craft.truth(item)))
    figures = {"answers": len(crew.meant), "consensus": made.right(), "vote": made.right_by_vote()}
    figures |= {"signs": made.signs, "skill": made.skill, "savings": made.savings}
    (home.folder / "figures.json").write_text(json.dumps(figures, default=sorted))
    return made


@pytest.mark.parametrize("kind", CRAFTS if TELLING else ())
def test_the_careless_are_found_and_the_consensus_is_better_than_the_vote(
    worked: Worked, stable: Stable, kind: str
) -> None:
    made = told(worked(kind), stable)
    check(made)
    assert made.right() >= made.right_by_vote()
    assert set(made.signs) == CARELESS, made.signs


@pytest.mark.parametrize("kind", ("choice", "rating") if TELLING else ())
def test_as_many_answers_as_an_item_needs_save_a_third_of_them(worked: Worked, stable: Stable, kind: str) -> None:
    fixed, needed = worked(kind), worked(kind, "{min = 2, max = 7, confidence = 0.95}")
    assert len(needed.meant) <= 0.7 * len(fixed.meant)
    made = told(needed, stable)
    assert made.right() >= told(fixed, stable).right() - 0.01
    assert made.savings is not None
    assert made.savings["of_alike"] >= 0.3
