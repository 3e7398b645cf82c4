"""The program, made to die at the n-th step of what a tap or a text causes: a statement, a commit, a call to Telegram.

The arguments are n, the names of SQLAlchemy's engine events that are steps (joined by "+"; each commit and each call
makes two of its own), and a text: steps count from the moment an update with it has been fetched.
"""

import os
import sys
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from bot.chats.telegram_http import TelegramRequest
from bot.cli import main as program


class Countdown:
    def __init__(self, steps: int) -> None:
        self.left = steps
        self.armed = False

    def step(self, *about: object) -> None:
        if self.armed:
            self.left -= 1
            if self.left == 0:
                os._exit(77)


def main() -> None:
    """Runs the program until it dies or is told to stop."""
    steps, events, trigger = int(sys.argv.pop(1)), sys.argv.pop(1).split("+"), sys.argv.pop(1).encode()
    countdown = Countdown(steps)
    for name in events:
        event.listen(Engine, name, countdown.step)
    _around_commits(countdown)
    _around_calls(countdown, trigger)
    program()


def _around_commits(countdown: Countdown) -> None:
    commit = DefaultDialect.do_commit

    def watched(self: DefaultDialect, connection: Any) -> None:
        countdown.step()
        commit(self, connection)
        countdown.step()

    DefaultDialect.do_commit = watched  # type: ignore[method-assign]


def _around_calls(countdown: Countdown, trigger: bytes) -> None:
    exchange = TelegramRequest._exchange

    async def watched(self: TelegramRequest, url: Any, *rest: Any) -> tuple[int, bytes]:
        countdown.step()
        code, answer = await exchange(self, url, *rest)
        countdown.armed = countdown.armed or (trigger in answer and url.name == "getUpdates")
        countdown.step()
        return code, answer

    TelegramRequest._exchange = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
