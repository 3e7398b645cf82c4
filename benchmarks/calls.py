"""Platform calls a label, counted at the fakes of the tests: text on Slack, and sound on Telegram, which cannot be edited.

Text on Telegram is counted by benchmarks.tap. Run: python -m benchmarks.calls
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measuring import Figure, table
from storage.migrations import migrate
from tests.e2e.crowd import Crowd, Hand, SlackHand, TelegramHand
from tests.e2e.sites import Site, site_of
from tests.running import CLIPS, REVIEWS, Home, make_home, wait

LABELS = 6
WARM_UP = 2
SOUND = b"OggS" + bytes(200)


def counted(site: Site, project: str, hand: Hand, count: Callable[[], int]) -> float:
    """Calls a label once a person is at work: uploads of files ahead of their cards are among them."""
    crowd = Crowd([hand], 1)
    hand.join(site.home.codes[project])
    for _ in range(WARM_UP):
        crowd.act_anew(hand)
    _settled(site, hand, crowd)
    before = count()
    for _ in range(LABELS):
        crowd.act_anew(hand)
    _settled(site, hand, crowd)
    return (count() - before) / LABELS


def _settled(site: Site, hand: Hand, crowd: Crowd) -> None:
    """The next card stands there and nothing is left to send."""
    wait(lambda: crowd.claims[-1].acknowledged(), 10)
    last = crowd.claims[-1].sight.nonce
    wait(lambda: (sight := hand.newest()) is not None and sight.nonce != last, 10)
    wait(lambda: not site.home.rows("SELECT id FROM outbox"), 10)


def _home(folder: Path) -> Home:
    url = f"sqlite:///{folder / 'labelbot.db'}"
    migrate(url)
    home = make_home(folder, url, (REVIEWS, 30))
    home.add(CLIPS, [{"media": [home.keep(SOUND + bytes([n]), "audio", "audio/ogg")]} for n in range(30)])
    return home


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, site_of(_home(Path(name)), None) as site:
        site.start()
        telegram = TelegramHand(site.telegram, "Anna")
        sound = counted(
            site, CLIPS.name, telegram, lambda: sum(one.method != "getUpdates" for one in site.telegram.calls)
        )
        text = counted(site, REVIEWS.name, SlackHand(site.slack, "Bob"), lambda: len(site.slack.calls))
        return [
            Figure("platform calls a label, Slack, text", f"{text:.2f}", "", "", "2"),
            Figure("platform calls a label, Telegram, sound answered by typing", f"{sound:.2f}", "", "", "3"),
        ]


if __name__ == "__main__":
    print(table(figures()))  # noqa: T201
