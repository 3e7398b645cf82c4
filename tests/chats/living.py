"""The bot as it lives in one chat: the core, its database, and a platform's adapter against that platform's fake."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from bot.app import App
from bot.chat import Chat, Command, Message, Outgoing, Pace, Press, Reply, Tick, Toast
from bot.chats.browser import BrowserChat
from bot.chats.slack import SlackChat
from bot.chats.telegram import TelegramChat
from bot.edge import Edge
from bot.project import Project
from bot.reception import PageBoard
from bot.web.bubbles import spoken_bubble, standing
from storage import accounts, people, projects
from storage.database import Database, Transaction, opened, run
from storage.people import Person
from tests.engines import Clock
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.running import wait
from tests.worlds import add_items

T = TypeVar("T")
QUICK = Pace(chat_seconds=0.0, chat_burst=1000, overall_per_second=1000.0)
"""The fakes take everything at once."""
NOTHING = {"media": None, "suggestion": None, "explanation": None}
PLATFORMS = ("telegram", "slack", "browser")


class QuickTelegram(TelegramChat):
    pace = QUICK


class QuickSlack(SlackChat):
    pace = QUICK


class Seat(ABC):
    """One person before their chat. Each act returns once the bot has handled it and has sent what came of it."""

    def says_of(self, words: str) -> bool:
        """Whether a message of the bot has these words now."""
        return any(words in one for one in self.screen)

    def hears(self, words: str) -> bool:
        """Whether that is what the last tap is answered with. Slack's comes by a call that nothing else waits for."""
        return bool(wait(lambda: words in self.toast, 15))

    @abstractmethod
    def says(self, word: str, argument: str = "") -> None:
        """A command, as it is typed in that chat."""

    @abstractmethod
    def taps(self, title: str) -> None:
        """The button called so, or the only one with these words in it, in the newest message that has it."""

    @abstractmethod
    def types(self, text: str) -> None: ...

    @abstractmethod
    def replies(self, words: str, text: str) -> None:
        """Types a reply to the newest message of the bot that has these words."""

    @property
    @abstractmethod
    def screen(self) -> list[str]:
        """What the bot's messages say now, oldest first."""

    @property
    @abstractmethod
    def buttons(self) -> list[str]:
        """The titles of the newest message that has any."""

    @property
    @abstractmethod
    def toast(self) -> str:
        """What the last tap was answered with, beside messages."""


@dataclass
class Living:
    """`wait` lets time pass for the core, and the clock tick."""

    database: Database
    clock: Clock
    app: App
    edge: Edge
    account: int
    sits: Callable[["Living", str, str], Seat]
    refused: Callable[[], Sequence[Any]]
    _out: list[Outgoing] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def add(self, project: Project, *rows: dict[str, Any]) -> None:
        def make(tx: Any) -> None:
            row, _ = projects.save(tx, project.name, project.as_config())
            given = [NOTHING | {"state": "gold" if row.get("gold") else "open"} | row for row in rows]
            add_items(tx, row.id, given, project.overlap, f"{project.name}-")

        run(self.database, make)

    def member(self, name: str, role: str = "annotator", project: str = "reviews", language: str = "en") -> Seat:
        """Somebody who has come in by an invite."""
        until = self.clock() + timedelta(days=1)
        invite = lambda tx: people.invite(tx, projects.named(tx, project).id, role, 1, until)  # noqa: E731
        seat = self.sits(self, name, language)
        seat.says("join", run(self.database, invite))
        return seat

    def wait(self, **time: float) -> None:
        self.clock.advance(timedelta(**time))
        self.do(self.edge.receive(Tick()))
        self.settle(lambda: True)

    def sends(self, tx: Transaction, account: int, to: Person, message: Message) -> None:
        """A message of a worker; `delivers` puts it on its way once the transaction has ended."""
        turn = self.app.turn(tx, account, to)
        turn.send_to(account, to.chat, to.chat_external, message)
        self._out += turn.out

    def delivers(self) -> None:
        out, self._out = self._out, []

        async def take() -> None:
            self.edge.delivery.take(out)

        self.do(take())
        self.settle(lambda: True)

    def settle(self, done: Callable[[], bool]) -> None:
        """Until `done`, and nothing is left to be sent."""
        wait(lambda: done() and not self.edge.delivery.waiting(), 15)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    @contextmanager
    def running(self, chat: Chat) -> Iterator[None]:
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        self.edge.delivery.add(chat)
        receiving = asyncio.run_coroutine_threadsafe(chat.run(), self._loop)
        try:
            yield
        finally:
            receiving.cancel()
            self.do(self._end(chat))
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    async def _end(self, chat: Chat) -> None:
        await chat.close()
        await self.edge.delivery.stop(2)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class TelegramSeat(Seat):
    def __init__(self, living: Living, tg: FakeTelegram, name: str, language: str) -> None:
        self._living, self._tg = living, tg
        self._person = tg.user(name, language=language)

    def says(self, word: str, argument: str = "") -> None:
        self._act(lambda: self._person.say(f"/{word} {argument}".strip()))

    def taps(self, title: str) -> None:
        self._act(lambda: self._person.press(title))

    def types(self, text: str) -> None:
        self._act(lambda: self._person.say(text))

    def replies(self, words: str, text: str) -> None:
        to = next(one.id for one in reversed(self._person.chat.from_bot) if words in one.text)
        self._act(lambda: self._person.say(text, to))

    def _act(self, act: Callable[[], int]) -> None:
        update = act()
        # Confirmed is what the bot has handled; the answer to a tap may still be on its way.
        self._living.settle(lambda: update not in self._tg.pending and not self._person.spinning)

    @property
    def screen(self) -> list[str]:
        return [message.text for message in self._person.chat.from_bot]

    @property
    def buttons(self) -> list[str]:
        found = (message.all_buttons for message in reversed(self._person.chat.from_bot))
        return next(([button.text for button in some] for some in found if some), [])

    @property
    def toast(self) -> str:
        return self._person.toasts[-1].text if self._person.toasts else ""


class SlackSeat(Seat):
    def __init__(self, living: Living, slack: FakeSlack, name: str, language: str) -> None:
        self._living = living
        self._person = slack.user(name, locale=f"{language}-{language.upper() if language != 'en' else 'US'}")

    def says(self, word: str, argument: str = "") -> None:
        self._act(lambda: self._person.command("/label", f"{word} {argument}".strip()))

    def taps(self, title: str) -> None:
        self._act(lambda: self._person.press(lambda button: title in button.text))

    def types(self, text: str) -> None:
        self._act(lambda: self._person.say(text))

    def replies(self, words: str, text: str) -> None:
        to = next(one.ts for one in reversed(self._person.dm.from_bot) if words in one.shown)
        self._act(lambda: self._person.say(text, thread_ts=to))

    def _act(self, act: Callable[[], Any]) -> None:
        handled = self._living.edge.handled
        delivery = act()
        self._living.settle(lambda: delivery.acknowledged and self._living.edge.handled > handled)

    @property
    def screen(self) -> list[str]:
        return [message.shown for message in self._person.dm.from_bot]

    @property
    def buttons(self) -> list[str]:
        found = (message.buttons for message in reversed(self._person.dm.from_bot))
        return next(([button.text for button in some] for some in found if some), [])

    @property
    def toast(self) -> str:
        return self._person.ephemerals[-1].shown if self._person.ephemerals else ""


class BrowserSeat(Seat):
    """By the bubbles that its page would show; the page itself is looked at in tests/web."""

    def __init__(self, living: Living, board: PageBoard, name: str, language: str) -> None:
        self._living, self._board = living, board
        self._user, self._language = f"page-{name}", language
        self._name = name
        self._toast = ""

    def says(self, word: str, argument: str = "") -> None:
        self._tell(Command, word=word, argument=argument)

    def taps(self, title: str) -> None:
        for page in reversed(self._pages):
            for button in _buttons(page):
                if title in button["title"]:
                    shown = standing(str(page.id), page.payload["shown"])
                    self._tell(Press, data=button["data"], shown=shown)
                    return
        raise AssertionError(f"no button {title!r}; there is {self.buttons}")

    def types(self, text: str) -> None:
        self._type(text)

    def replies(self, words: str, text: str) -> None:
        bots = (page for page in reversed(self._pages) if page.author == "bot")
        self._type(text, next(str(one.id) for one in bots if words in _words(one)))

    def _type(self, text: str, to: str = "") -> None:
        said = self._living.do(self._board.say(self._user, spoken_bubble(text), str(uuid4())))
        self._tell(Reply, text=text, message=str(said), to=to)

    def _tell(self, kind: Any, **fields: Any) -> None:
        usual = {"account": self._living.account, "key": str(uuid4()), "user": self._user, "chat": self._user}
        outcome = self._living.do(
            self._living.edge.receive(kind(**usual, name=self._name, language=self._language, **fields))
        )
        self._toast = outcome.ack.text if isinstance(outcome.ack, Toast) else ""
        self._living.settle(lambda: True)

    @property
    def toast(self) -> str:
        return self._toast

    @property
    def _pages(self) -> list[Any]:
        return self._living.do(self._board.latest(self._user))

    @property
    def screen(self) -> list[str]:
        return [_words(page) for page in self._pages if page.author == "bot"]

    @property
    def buttons(self) -> list[str]:
        found = ([button["title"] for button in _buttons(page)] for page in reversed(self._pages))
        return next((some for some in found if some), [])


def _words(page: Any) -> str:
    return "".join(part["text"] for part in page.payload["text"])


def _buttons(page: Any) -> list[dict[str, Any]]:
    return [button for row in page.payload.get("buttons", []) for button in row]


@contextmanager
def living(platform: str, url: str) -> Iterator[Living]:
    """The bot on an empty database, in one chat of that platform."""
    clock = Clock()
    with ExitStack() as stack:
        database = stack.enter_context(opened(url, clock))
        account = run(database, lambda tx: accounts.account(tx, platform, "1"))
        app = App({account: platform})
        edge = Edge(database, app)
        chat, sits, refused = BUILDERS[platform](stack, edge, account, PageBoard(database))
        if command := getattr(chat, "command", ""):
            app.commands[account] = command
        found = Living(database, clock, app, edge, account, sits, refused)
        stack.enter_context(found.running(chat))
        yield found
        assert not (said := found.refused()), f"the platform refused what the bot sent: {said}"


Sits = Callable[[Living, str, str], Seat]
Built = tuple[Chat, Sits, Callable[[], Sequence[Any]]]


def _telegram(stack: ExitStack, edge: Edge, account: int, board: PageBoard) -> Built:
    tg = stack.enter_context(FakeTelegram())
    chat = QuickTelegram(account, tg.token, edge.receive, _nothing, api_url=tg.url, poll_seconds=1)
    return chat, lambda living, name, language: TelegramSeat(living, tg, name, language), lambda: tg.refusals


def _slack(stack: ExitStack, edge: Edge, account: int, board: PageBoard) -> Built:
    slack = stack.enter_context(FakeSlack())
    slack.use_socket_mode()
    chat = QuickSlack(
        account,
        slack.bot_token,
        receive=edge.receive,
        open_media=_nothing,
        app_token=slack.app_token,
        api_url=f"{slack.url}/api/",
    )
    seated = count()

    def sits(living: Living, name: str, language: str) -> Seat:
        if not next(seated):
            slack.wait(lambda: slack.sockets == 2)
        return SlackSeat(living, slack, name, language)

    return chat, sits, slack.refused


def _browser(stack: ExitStack, edge: Edge, account: int, board: PageBoard) -> Built:
    chat = BrowserChat(account, board)
    return chat, lambda living, name, language: BrowserSeat(living, board, name, language), lambda: ()


def _nothing(sha256: str) -> bytes:
    raise FileNotFoundError(sha256)


BUILDERS: dict[str, Callable[[ExitStack, Edge, int, PageBoard], Built]] = {
    "telegram": _telegram,
    "slack": _slack,
    "browser": _browser,
}
