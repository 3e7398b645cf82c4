"""Platform calls a label, counted at the fakes: text on Slack, and sound on Telegram, which cannot be edited.

Text on Telegram is counted by benchmarks.tap. Run: python -m benchmarks.calls
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measuring import Figure, table
from storage.migrations import migrate
from tests.e2e.crowd import Hand, Sight, SlackHand, TelegramHand
from tests.e2e.sites import Site, site_of
from tests.running import CLIPS, REVIEWS, Home, make_home, wait

LABELS = 6
SOUND = b"OggS" + bytes(200)


def counted(site: Site, project: str, hand: Hand, count: Callable[[], int]) -> float:
    """Calls a label once a person is at work."""
    hand.join(site.home.codes[project])
    former = _label(site, hand, None)
    before = count()
    for _ in range(LABELS):
        former = _label(site, hand, former)
    return (count() - before) / LABELS


def _label(site: Site, hand: Hand, former: str | None) -> str:
    """Answers the next card once it stands there and all is sent; its nonce."""

    def arrived() -> Sight | None:
        sight = hand.newest()
        return sight if sight is not None and sight.nonce != former else None

    sight = wait(arrived)
    wait(lambda: not site.home.rows("SELECT id FROM outbox"))
    assert sight is not None
    hand.tap(sight, "Positive") if sight.labels else hand.reply(sight, f"I hear {sight.nonce}")
    return sight.nonce


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
