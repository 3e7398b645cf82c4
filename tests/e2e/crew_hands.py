"""Hands of the crew in its three chats: each sees the newest card, taps its buttons and types as one does there."""

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import httpx

from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.running import nonces

TRIES = 3
AGAIN = "Look again"


@dataclass(frozen=True)
class Sight:
    """A card as its person sees it: `place` is the platform's name of its message, `buttons` are (title, data)."""

    place: str
    text: str
    buttons: tuple[tuple[str, str], ...]

    @property
    def card(self) -> frozenset[str]:
        """Tells one card from the next."""
        return frozenset(nonces(data for _, data in self.buttons))

    @property
    def number(self) -> int:
        """Of the item shown; pieces of marked texts stand apart."""
        return int(re.findall(r"Item ?(\d+)", self.text)[-1])

    def named(self, title: str) -> str | None:
        """The data of the button that reads just so, else of the first that has it in it."""
        like = [data for shown, data in self.buttons if title in shown]
        return dict(self.buttons).get(title, like[0] if like else None)


class Hand(Protocol):
    """One person at one chat. `chat` is what the bot calls their chat; `page` says that they mark on the page."""

    name: str
    chat: str
    page: bool

    def join(self, code: str) -> None: ...

    def sight(self) -> Sight | None: ...

    def taps(self, data: str, sight: Sight) -> None: ...

    def types(self, text: str, sight: Sight) -> None: ...

    def marks(self, label: Any, sight: Sight) -> None: ...

    def leave(self) -> None: ...


class InTelegram:
    page = False

    def __init__(self, telegram: FakeTelegram, name: str) -> None:
        self.name, self._telegram, self._person = name, telegram, telegram.user(name)
        self.chat = str(self._person.id)

    def join(self, code: str) -> None:
        self._person.start(code)

    def sight(self) -> Sight | None:
        """Looked at while the platform stands still: a message's text and its buttons change together."""
        return self._telegram.wait(lambda: [self._newest()])[0]

    def _newest(self) -> Sight | None:
        for message in reversed(self._person.chat.history):
            buttons = tuple((button.text, button.data) for button in message.all_buttons)
            if message.by_bot and not message.deleted and is_card(buttons):
                return Sight(str(message.id), message.text, buttons)
        return None

    def taps(self, data: str, sight: Sight) -> None:
        self._person.press(lambda button: button.data == data, self._person.chat.find(int(sight.place)))

    def types(self, text: str, sight: Sight) -> None:
        self._person.say(text, int(sight.place))

    def marks(self, label: Any, sight: Sight) -> None:
        raise NotImplementedError("they type")

    def leave(self) -> None:
        pass


class InSlack:
    page = False

    def __init__(self, slack: FakeSlack, name: str) -> None:
        self.name, self._slack, self._person = name, slack, slack.user(name)
        self.chat = self._person.dm.id

    def join(self, code: str) -> None:
        self._person.command("/label", f"join {code}")

    def sight(self) -> Sight | None:
        found: list[Sight | None] = self._slack.wait(lambda: [self._newest()])
        return found[0]

    def _newest(self) -> Sight | None:
        for message in reversed(self._person.dm.messages):
            buttons = tuple((button.text, button.value or "") for button in message.buttons)
            if message.by_bot and not message.deleted and is_card(buttons):
                return Sight(message.ts, message.shown, buttons)
        return None

    def taps(self, data: str, sight: Sight) -> None:
        self._person.press(lambda button: button.value == data, ts=sight.place)

    def types(self, text: str, sight: Sight) -> None:
        self._person.say(text, thread_ts=sight.place)

    def marks(self, label: Any, sight: Sight) -> None:
        raise NotImplementedError("they type")

    def leave(self) -> None:
        pass


class InTheBrowser:
    """What the chat's page does: it listens to the stream and posts; texts and pictures are marked on the page."""

    page = True

    def __init__(self, address: str, name: str) -> None:
        self.name, self.chat = name, ""
        self._client = httpx.Client(base_url=address, headers={"origin": address}, timeout=30)
        self._messages: dict[int, dict[str, Any]] = {}
        self._listener = threading.Thread(target=self._listen, name=name, daemon=True)

    def leave(self) -> None:
        """Once the program has ended the stream."""
        self._listener.join()
        self._client.close()

    def join(self, code: str) -> None:
        assert self._client.post(f"/join/{code}", data={"name": self.name}).status_code == 303
        self._listener.start()

    def _listen(self) -> None:
        """Until the program ends."""
        try:
            with self._client.stream("GET", "/chat/events", timeout=None) as stream:
                for line in stream.iter_lines():
                    if line.startswith("data: "):
                        self._messages |= {one["id"]: one for one in json.loads(line.removeprefix("data: "))}
        except httpx.HTTPError:
            return

    def sight(self) -> Sight | None:
        for key, message in sorted(self._messages.copy().items(), reverse=True):
            rows = message.get("buttons", ())
            buttons = tuple((one["title"], one["data"]) for row in rows for one in row if one["data"])
            if is_card(buttons):
                return Sight(str(key), "".join(part["text"] for part in message["text"]), buttons)
        return None

    def taps(self, data: str, sight: Sight) -> None:
        self._post("/chat/press", message=sight.place, kind=self._messages[int(sight.place)]["shown"], data=data)

    def types(self, text: str, sight: Sight) -> None:
        self._post("/chat/say", text=text, to=sight.place)

    def marks(self, label: Any, sight: Sight) -> None:
        """As the page does it: it enters by the card, is shown the item and sends what was marked of it."""
        session = self._post("/mark/enter", card=next(iter(sight.card)))["session"]
        signed = {"authorization": f"Bearer {session}"}
        item = self._ask("GET", "/mark/item", headers=signed)
        assert item["card"] in sight.card, "the page shows another item than the chat"
        self._post("/mark/send", headers=signed, card=item["card"], step=item["step"], marks=label)

    def _post(self, path: str, *, headers: dict[str, str] | None = None, **asked: Any) -> Any:
        return self._ask("POST", path, json={"key": str(uuid4()), **asked}, headers=headers)

    def _ask(self, method: str, path: str, **asked: Any) -> Any:
        """As the page does: what was lost on its way, as where the server just closed a quiet connection, is sent again
        under the same key."""
        for attempt in range(TRIES):
            try:
                answer = self._client.request(method, path, **asked)
            except httpx.TransportError:
                if attempt == TRIES - 1:
                    raise
            else:
                assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
                return answer.json()
        raise AssertionError("unreachable")


def is_card(buttons: Sequence[tuple[str, str]]) -> bool:
    """An answered card leaves one line with a way back. What says that nothing is left is one too, where it can be
    asked again."""
    if any(AGAIN in title for title, _ in buttons):
        return True
    of_cards = [data for _, data in buttons if nonces([data])]
    return len(of_cards) > 1
