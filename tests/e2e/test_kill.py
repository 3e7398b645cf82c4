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
    chance = random.Random(KILLS)
    site.start()
    crowd = Crowd(gather(site, 12), seed=1)
    with crowd.busy(2 * RATE):
        for _ in range(KILLS):
            run_for(site.program, chance.uniform(0.05, 0.8))
            site.program.kill()
            site.program.start()
    site.reached()
    everybody_sees_their_card(site.home, crowd.hands)
    last = [crowd.act_anew(hand) for hand in crowd.hands]
    wait(lambda: all(claim.acknowledged() for claim in last), 20, lambda: site.program.output)
    fates = check(site.home, crowd)
    assert fates["kept"] > 3 * KILLS, fates


def run_for(program: Program, seconds: float) -> None:
    """Lets it work; a program that ends by itself meanwhile fails the test."""
    with pytest.raises(AssertionError, match="not in"):
        wait(lambda: program.ended() is not None, seconds)
