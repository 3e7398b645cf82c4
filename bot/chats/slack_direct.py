"""Who sits behind which direct message."""

import asyncio

from bot.chat import ChatError
from bot.chats.slack_api import Api


class Directs:
    """Direct messages by person, learnt from events or asked for once."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._chats: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._asking: dict[str, asyncio.Lock] = {}

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


def is_person(chat: str) -> bool:
    return chat.startswith(("U", "W"))
