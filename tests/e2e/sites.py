"""A program between both fakes, each at an address that stays the same over restarts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.running import Home, Program, Stable, wait


@dataclass(frozen=True)
class Site:
    home: Home
    program: Program
    telegram: FakeTelegram
    slack: FakeSlack

    def start(self) -> None:
        """Until both platforms reach it."""
        self.program.start()
        self.reached()

    def settled(self) -> bool:
        """Whether the bot knows where all it has sent stands: nobody answers in the milliseconds before it does."""
        return not self.home.rows("SELECT id FROM outbox WHERE state = 'pending' LIMIT 1")

    def reached(self) -> None:
        """Telegram keeps what it cannot deliver; Slack loses taps while there is no connection."""
        if self.program.environment.get("TELEGRAM_MODE") != "webhook":
            wait(lambda: self.slack.sockets, 10, lambda: self.program.output)


@contextmanager
def site_of(home: Home, stable: Stable | None, *, pushed: bool = False) -> Iterator[Site]:
    """Both chats at once: by polling and Socket Mode, or `pushed` to our address by webhook and HTTP."""
    with FakeTelegram() as telegram, FakeSlack(speed=60.0) as slack:
        settings = telegram_settings(telegram) | slack_settings(slack)
        with Program(home, settings, stable=stable) as program:
            if pushed:
                slack.use_http(f"{program.address}/slack/events")
                way = {"TELEGRAM_MODE": "webhook", "LABELBOT_PUBLIC_URL": program.address}
                program.environment |= way | {"SLACK_SIGNING_SECRET": slack.signing_secret}
            else:
                slack.use_socket_mode()
                program.environment |= {"SLACK_APP_TOKEN": slack.app_token}
            yield Site(home, program, telegram, slack)


def telegram_settings(fake: FakeTelegram) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": fake.token, "TELEGRAM_API_URL": fake.url}


def slack_settings(fake: FakeSlack) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": fake.bot_token, "SLACK_API_URL": f"{fake.url}/api/"}
