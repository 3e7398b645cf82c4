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
from pathlib import Path
from typing import Any

import pytest

from storage.migrations import migrate
from tests.crew import CRAFTS, CREW, Skill
from tests.e2e.crew_found import CARELESS, Found, check, commanded, exported, found, item_number, names
from tests.e2e.crew_hands import Hand, InSlack, InTelegram, InTheBrowser, Sight
from tests.e2e.crew_trades import Meant, Trade, trade, write
from tests.e2e.sites import Site, site_of
from tests.running import POLL_SECONDS, Stable, make_home

ITEMS = int(os.environ.get("LABELBOT_CREW", "4"))
EACH = 5
MOST = 1 + 6 * ITEMS * EACH // (5 * len(CREW))
"""A fifth more than falls to each: else those in the browser, which bears any pace, would answer most of all."""
TELLING = 100
"""Items from which on a person's answers tell something of the person."""
SECONDS = 60 + 5 * ITEMS
"""After which a crew is stuck: each chat bears a message a second, and every answer takes up to four."""
PENDING = "SELECT DISTINCT c.external FROM outbox o JOIN chats c ON c.id = o.chat WHERE o.state = 'pending'"
LEFT = "SELECT count(*) AS items FROM items WHERE state <> 'done'"

Flow = Iterator[Callable[[], bool]]
"""Something a person does: goes on whenever the condition that it yielded last has come true."""


@dataclass
class Crew:
    site: Site
    trade: Trade
    hands: list[tuple[Skill, Hand]] = field(default_factory=list)
    meant: dict[tuple[str, int], Meant] = field(default_factory=dict)
    """What each person meant each item to have."""
    pending: set[str] = field(default_factory=set)
    """Chats to which something is on its way: nobody answers in the milliseconds before the bot knows where it is."""

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
        with self.site.home.reader() as ask:
            while ask(LEFT)[0]["items"]:
                self.pending = {row["external"] for row in ask(PENDING)}
                ready = [flow for flow, condition in waiting.items() if condition()]
                waiting |= {flow: next(flow) for flow in ready}
                assert time.monotonic() < until, self.stuck()
                time.sleep(0 if ready else POLL_SECONDS)

    def stuck(self) -> str:
        screens = [f"{hand.name}: {hand.sight()}" for _, hand in self.hands]
        return "\n".join([*screens, f"pending: {self.pending}", self.site.program.output])

    def working(self, skill: Skill, hand: Hand) -> Flow:
        rng, done = random.Random(f"{self.trade.kind} {skill.name}"), frozenset[str]()
        while True:
            sight = yield from self.seeing(hand, lambda sight: sight.card != done)  # noqa: B023
            meant = self.trade.craft.answer(skill, sight.number, rng)
            self.meant[hand.name, sight.number] = meant
            if self.trade.marked and hand.page:
                hand.marks(self.trade.label(meant), sight)
            else:
                yield from self.typing(hand, sight)
            done = sight.card

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

    def seeing(self, hand: Hand, wanted: Callable[[Sight], bool]) -> Iterator[Any]:
        """Waits for a card like that, and returns it."""
        found: list[Sight] = []

        def there() -> bool:
            sight = None if hand.chat in self.pending else hand.sight()
            if sight is not None and wanted(sight):
                found[:] = [sight]
            return bool(found)

        yield there
        return found[0]


@pytest.fixture(scope="module", params=CRAFTS)
def crew(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, stable: Stable) -> Iterator[Crew]:
    """Everybody has labeled everything."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    migrate(url := f"sqlite:///{folder / 'labelbot.db'}")
    home = make_home(folder, url)
    with site_of(home, stable) as site:
        project, rows = write(folder, request.param, str(EACH), ITEMS, MOST)
        commanded(home, stable, "apply", str(project))
        commanded(home, stable, "import", request.param, str(rows))
        site.start()
        made = Crew(site, trade(request.param, home))
        made.gather(home.invite(home.rows("SELECT id FROM projects")[0]["id"]))
        made.work()
        yield made
    for _, hand in made.hands:
        if isinstance(hand, InTheBrowser):
            hand.close()


def test_what_everybody_meant_is_kept_once(crew: Crew, stable: Stable) -> None:
    who = names(crew.site.home)
    kept = exported(crew.site.home, stable, crew.trade.kind, "answers")
    said = {(who[row["person"]], item_number(row["item"])): row["label"] for row in kept}
    assert said == {who: crew.trade.label(meant) for who, meant in crew.meant.items()}
    assert len(kept) == len(said) == ITEMS * EACH
    assert {row["status"] for row in kept} == {"live"}
    assert {skill.name for skill, _ in crew.hands} == {name for name, _ in said}
    assert not crew.site.telegram.refusals
    assert not crew.site.slack.refused()
    if ITEMS >= TELLING:
        made = told(crew, stable)
        check(made)
        assert len(made.suspected() - CARELESS) <= 1, made.signs


def told(crew: Crew, stable: Stable) -> Found:
    """Its figures stay in the folder, to be read."""
    craft, label = crew.trade.craft, crew.trade.label
    home = crew.site.home
    made = found(home, stable, crew.trade.kind, craft.question, lambda item: label(craft.truth(item)))
    figures = {"consensus": made.right(), "vote": made.right_by_vote(), "signs": made.signs, "skill": made.skill}
    (home.folder / "figures.json").write_text(json.dumps(figures, default=sorted))
    return made
