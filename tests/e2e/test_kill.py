"""Killed at any moment, the program loses nothing it has acknowledged, and everybody goes on where they were."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.crowd import Crowd, Hand, SlackHand, TelegramHand, check, everybody_sees_their_card
from tests.e2e.sites import Site, site_of
from tests.running import CLIPS, REVIEWS, Program, Stable, make_home, wait

KILLS = int(os.environ.get("LABELBOT_TEST_KILLS", "20"))
RATE = 20.0
"""Taps and texts a second, on each of the two chats."""


@pytest.fixture(params=["polling and Socket Mode", "webhook and HTTP"])
def site(request: pytest.FixtureRequest, tmp_path: Path, stable: Stable, sqlite_url: str) -> Iterator[Site]:
    """A program with Telegram and Slack at once, each by one of its two ways."""
    home = make_home(tmp_path / "home", sqlite_url, (REVIEWS, 600), (CLIPS, 600))
    with site_of(home, stable, pushed=request.param == "webhook and HTTP") as found:
        yield found


def gather(site: Site, each: int) -> list[Hand]:
    """People of both chats, half in each project, all with their first card."""
    hands: list[Hand] = []
    for number in range(each):
        hands += [TelegramHand(site.telegram, f"T{number}"), SlackHand(site.slack, f"S{number}")]
    for number, hand in enumerate(hands):
        hand.join(site.home.codes["reviews" if number % 4 < 2 else "clips"])
    wait(lambda: all(hand.newest() for hand in hands), 20, lambda: site.program.output)
    return hands


def test_nothing_acknowledged_is_lost_when_the_program_is_killed_again_and_again(site: Site) -> None:
    survive(site, KILLS, people=12)


def survive(site: Site, kills: int, people: int) -> None:
    chance = random.Random(kills)
    site.start()
    crowd = Crowd(gather(site, people), seed=1)
    with crowd.busy(2 * RATE):
        for _ in range(kills):
            run_for(site.program, chance.uniform(0.05, 0.8))
            site.program.kill()
            site.program.start()
    site.reached()
    # On PostgreSQL another process may be alive: what a dead one had in hand is taken over once its claim has run out.
    everybody_sees_their_card(site.home, crowd.hands, timeout=30)
    last = [crowd.act_anew(hand) for hand in crowd.hands]
    wait(lambda: all(claim.acknowledged() for claim in last), 20, lambda: site.program.output)
    # Who was refused has been told so only when nothing is on its way any more.
    wait(lambda: settled(site), 20, lambda: site.program.output)
    fates = check(site.home, crowd)
    assert fates["kept"] > 3 * kills, fates


def test_nothing_is_lost_on_postgresql_either(tmp_path: Path, stable: Stable, postgres_url: str) -> None:
    home = make_home(tmp_path / "home", postgres_url, (REVIEWS, 200), (CLIPS, 200))
    with site_of(home, stable, pushed=True) as site:
        survive(site, kills=5, people=4)


@pytest.mark.parametrize("copies", [2, 4])
def test_deliveries_repeated_and_out_of_order_change_nothing(site: Site, copies: int) -> None:
    site.start()
    crowd = Crowd(gather(site, 4), seed=copies)
    site.telegram.deliver_copies(copies)
    site.slack.deliver_events(copies)
    with crowd.busy(RATE):
        for _ in range(3):
            with site.telegram.held(), site.slack.held(reverse=True):
                wait_for_claims(crowd, 5)
                site.telegram.reorder()
            wait_for_claims(crowd, 5)
    wait(lambda: all(claim.acknowledged() for claim in crowd.claims), 20, lambda: site.program.output)
    everybody_sees_their_card(site.home, crowd.hands)
    check(site.home, crowd)
    wait(lambda: settled(site), 10, lambda: site.program.output)
    before = state(site)
    repeat_everything(site)
    assert state(site) == before


def wait_for_claims(crowd: Crowd, more: int) -> None:
    wanted = len(crowd.claims) + more
    wait(lambda: len(crowd.claims) >= wanted or crowd.trouble, 20)


def repeat_everything(site: Site) -> None:
    """All that was ever delivered, once more, newest first."""
    site.telegram.deliver_copies(1)
    site.slack.deliver_events(1)
    with site.telegram.held():
        for update in reversed(site.telegram.updates):
            site.telegram.redeliver(update)
    again = [site.slack.redeliver(old) for old in reversed(site.slack.deliveries) if old.sent]
    wait(lambda: not site.telegram.pending and all(one.done for one in again), 20, lambda: site.program.output)
    wait(lambda: settled(site), 10, lambda: site.program.output)


def settled(site: Site) -> bool:
    return not site.home.rows("SELECT id FROM outbox WHERE state = 'pending'")


def state(site: Site) -> object:
    """What is kept, and what stands in every chat."""
    answers = site.home.rows("SELECT id, item, person, kind, live, label FROM answers ORDER BY id")
    cards = site.home.rows("SELECT id, nonce, state, message FROM cards ORDER BY id")
    chats = [str(person.chat) for person in site.telegram.people]
    return answers, cards, chats, [str(place) for place in site.slack.conversations]


def run_for(program: Program, seconds: float) -> None:
    """Lets it work; a program that ends by itself meanwhile fails the test."""
    with pytest.raises(AssertionError, match="not in"):
        wait(lambda: program.ended() is not None, seconds)
