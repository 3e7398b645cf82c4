"""Who sits behind which direct message, and which card belongs to a sound shared above it."""

import asyncio
from collections import OrderedDict

from bot.chat import ChatError
from bot.chats.slack_api import Api

REMEMBERED = 50_000


class Directs:
    """Direct messages by person, learnt from events or asked for once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._chats: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._cards: OrderedDict[tuple[str, str], str] = OrderedDict()

    def learn(self, user: str, chat: str) -> None:
        self._chats[user] = chat
        self._people[chat] = user

    async def chat(self, user: str) -> str:
        """The id (D…) of the direct message with a person (U…). Raises ChatError."""
        if user not in self._chats:
            async with self._asking.setdefault(user, asyncio.Lock()):
                await self._ask(user)
            self._asking.pop(user, None)
        return self._chats[user]

    async def _ask(self, user: str) -> None:
        if user not in self._chats:
            answer = await self._api.call("conversations.open", {"users": user})
            self.learn(user, str(answer["channel"]["id"]))

    def person(self, chat: str) -> str:
        """The person behind a chat id of either kind. Raises ChatError for a direct message never heard from."""
        user = chat if is_person(chat) else self._people.get(chat)
        if user is None:
            raise ChatError("it is not known yet whose App Home that is", permanent=True)
        return user

    def shared(self, chat: str, sound: str, card: str) -> None:
        """The message with a card's sound: who answers in its thread answers the card."""
        self._cards[chat, sound] = card
        if len(self._cards) > REMEMBERED:
            self._cards.popitem(last=False)

    def card(self, chat: str, message: str) -> str:
        """The card a thread belongs to; the thread's own first message where that is no sound."""
        return self._cards.get((chat, message), message)


def is_person(chat: str) -> bool:
    return chat.startswith(("U", "W"))
