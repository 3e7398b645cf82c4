"""The state of the fake platform: the bot, chats, files, taps waiting for an answer, the webhook."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_chats import Chat, Message, Toast
from tests.fakes.telegram_inbox import Clock, Inbox, Signal
from tests.fakes.telegram_media import Files
from tests.fakes.telegram_schema import Refusal, bad


@dataclass
class Tap:
    """A callback query of one person."""

    user_id: int
    at: float
    answered: bool = False


@dataclass(frozen=True)
class Hook:
    """A registered webhook."""

    url: str
    secret: str | None
    max_connections: int


@dataclass
class World:
    """Everything the platform knows; guarded by `signal.condition`."""

    token: str
    answer_seconds: float  # how long a tap may be answered; the platform does not say
    privacy: bool  # in groups the bot hears commands and replies to itself only
    clock: Clock = field(default_factory=Clock)
    signal: Signal = field(default_factory=Signal)
    files: Files = field(default_factory=Files)
    chats: dict[int, Chat] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    toasts: dict[int, list[Toast]] = field(default_factory=dict)
    settings: dict[Any, Any] = field(default_factory=dict)  # see FakeTelegram.settings
    hook: Hook | None = None
    hook_error: tuple[int, str] | None = None
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.clock, self.signal)
        self.bot = {
            "id": int(self.token.split(":")[0]),
            "is_bot": True,
            "first_name": "Fake bot",
            "username": "fake_label_bot",
        }

    def now(self) -> int:
        return int(self.clock.now())

    def chat_for_bot(self, chat_id: Any) -> Chat:
        """The chat the bot may write to, or the refusal it gets."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad("chat not found")
        if chat.moved_to is not None:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, description, migrate_to_chat_id=chat.moved_to)
        if chat.refusal:
            raise Refusal(403, f"Forbidden: {chat.refusal}")
        if not chat.open:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def tap(self, user: dict[str, Any], chat: Chat, message_id: int, data: str) -> int:
        """A callback query; the id of its update."""
        query_id = str(4_000_000_000 + next(self.numbers))
        self.taps[query_id] = Tap(user["id"], self.clock.now())
        body = {
            "id": query_id,
            "from": user,
            "message": chat.maybe_inaccessible_json(message_id),
            "chat_instance": str(-chat.id * 31),
            "data": data,
        }
        return self.inbox.post("callback_query", body, f"tap {user['id']}")

    def written(self, user: dict[str, Any], chat: Chat, message: Message) -> int:
        """A person's new message; the id of its update, 0 when the bot does not get to see it."""
        message.sender, message.date = user, self.now()
        chat.add(message)
        if chat.kind != "private" and not self._seen_in_group(chat, message):
            self.signal.changed()
            return 0
        return self.inbox.post("message", chat.message_json(message), f"chat {chat.id}")

    def _seen_in_group(self, chat: Chat, message: Message) -> bool:
        if chat.refusal:
            return False
        if chat.bot_is_admin or not self.privacy or message.kind == "service":
            return True
        command = message.text.split()[0] if message.text.startswith("/") else ""
        replied = chat.find(message.reply_to) if message.reply_to else None
        mine = command.endswith(f"@{self.bot['username']}") or (bool(command) and "@" not in command)
        return mine or (replied is not None and replied.by_bot)

    def membership(self, user: dict[str, Any], chat: Chat, old: str, new: str) -> int:
        """A my_chat_member update: the bot was added, kicked, blocked, unblocked."""
        body = {
            "chat": chat.to_json(),
            "from": user,
            "date": self.now(),
            "old_chat_member": self._member(old),
            "new_chat_member": self._member(new),
        }
        return self.inbox.post("my_chat_member", body, f"member {chat.id}")

    def _member(self, status: str) -> dict[str, Any]:
        return {"user": self.bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
