"""Chats of the fake as people see them: messages, their buttons, and a rendering that reads like the dialogue."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.fakes.telegram_media import StoredFile


class Button(NamedTuple):
    """An inline button. `data` is what a tap sends, or the address it opens."""

    text: str
    data: str
    sends: bool = True  # False: it opens something and the bot hears nothing


class Toast(NamedTuple):
    """What a person is shown as the answer to a tap."""

    text: str
    alert: bool


@dataclass
class Message:
    """One message of a chat; it changes under edits, `id` (unique within its chat only) stays."""

    id: int = 0
    by_bot: bool = False
    sender: dict[str, Any] = field(default_factory=dict)
    date: int = 0
    kind: str = "text"  # text photo voice audio video document animation service
    text: str = ""  # the caption, for media
    entities: list[dict[str, Any]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    file: StoredFile | None = None
    extra: dict[str, Any] = field(default_factory=dict)  # duration, title, …; the fields of a service message
    reply_to: int | None = None
    edits: int = 0
    edited_at: int = 0
    deleted: bool = False
    pinned: bool = False
    silent: bool = False
    reactions: list[str] = field(default_factory=list)  # of the bot

    @property
    def buttons(self) -> list[list[Button]]:
        """Rows of inline buttons."""
        return [[_button(raw) for raw in row] for row in (self.markup or {}).get("inline_keyboard", [])]

    @property
    def all_buttons(self) -> list[Button]:
        return [button for row in self.buttons for button in row]

    @property
    def asks_for_reply(self) -> bool:
        return "force_reply" in (self.markup or {})

    @property
    def content(self) -> bytes:
        """Bytes of the file as they were uploaded; empty for text."""
        return self.file.content if self.file else b""

    def same_as(self, other: "Message") -> bool:
        """Whether an edit from one to the other would change nothing."""
        return (self.kind, self.text, self.entities, self.markup, self.file) == (
            other.kind,
            other.text,
            other.entities,
            other.markup,
            other.file,
        )

    def __str__(self) -> str:
        what = "" if self.kind == "text" else f"[{self.kind}{_size(self.file)}] "
        notes = [f"edited {self.edits}×"] * bool(self.edits) + ["deleted"] * self.deleted + self.reactions
        who = "bot" if self.by_bot else self.sender.get("first_name", "")
        line = f"{self.id:>4} {who}: {what}{self.text}" + (f"  ({', '.join(notes)})" if notes else "")
        return "\n".join([line, *("       " + " ".join(f"[{b.text}]" for b in row) for row in self.buttons)])


def _size(file: StoredFile | None) -> str:
    if file is None:
        return ""
    return f" {file.width}×{file.height}" if file.width else f" {len(file.content)} B"


def _button(raw: dict[str, Any]) -> Button:
    if "callback_data" in raw:
        return Button(raw["text"], raw["callback_data"])
    opens = raw.get("url") or raw.get("web_app", {}).get("url") or raw.get("copy_text", {}).get("text", "")
    return Button(raw["text"], opens, sends=False)


_NOTHING = Message()


class Chat:
    """A chat with the bot. Ids of messages start at 1 in every chat, so a bare message id proves nothing."""

    def __init__(self, chat_id: int, kind: str, title: str) -> None:
        self.id = chat_id
        self.kind = kind  # private group supergroup
        self.title = title
        self.history: list[Message] = []  # deleted ones too
        self._by_id: dict[int, Message] = {}
        self.open = kind != "private"  # a private chat opens when the person writes first
        self.refusal = ""  # why the bot is refused, as the platform words it; empty when it is not
        self.bot_is_admin = False
        self.moved_to: int | None = None
        self.actions: list[str] = []  # "typing" and the like

    @property
    def messages(self) -> list[Message]:
        """What is to be seen, oldest first."""
        return [message for message in self.history if not message.deleted]

    @property
    def from_bot(self) -> list[Message]:
        return [message for message in self.messages if message.by_bot]

    @property
    def last(self) -> Message:
        """The newest message to be seen; one with id 0 and no text when the chat is empty."""
        return next(reversed(self.messages), _NOTHING)

    @property
    def last_from_bot(self) -> Message:
        return next(reversed(self.from_bot), _NOTHING)

    def find(self, message_id: int) -> Message | None:
        """The message, None when it never was or is deleted."""
        message = self._by_id.get(message_id)
        return message if message is not None and not message.deleted else None

    def add(self, message: Message) -> Message:
        message.id = self.history[-1].id + 1 if self.history else 1
        self.history.append(message)
        self._by_id[message.id] = message
        return message

    def to_json(self) -> dict[str, Any]:
        name = {"first_name": self.title} if self.kind == "private" else {"title": self.title}
        return {"id": self.id, "type": self.kind} | name

    def message_json(self, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
        """A Message object of the Bot API."""
        body = {"message_id": message.id, "date": message.date, "chat": self.to_json(), "from": message.sender}
        body |= _content_json(message)
        if message.edited_at:
            body["edit_date"] = message.edited_at
        if message.buttons:
            body["reply_markup"] = message.markup
        replied = self.find(message.reply_to) if message.reply_to and with_reply else None
        if replied is not None:
            body["reply_to_message"] = self.message_json(replied, with_reply=False)
        return body

    def maybe_inaccessible_json(self, message_id: int) -> dict[str, Any]:
        """The message of a tap: whole, or InaccessibleMessage when it is gone."""
        message = self.find(message_id)
        if message is None:
            return {"chat": self.to_json(), "message_id": message_id, "date": 0}
        return self.message_json(message)

    def __str__(self) -> str:
        return "\n".join([f"— {self.title} —", *map(str, self.history)])


def _content_json(message: Message) -> dict[str, Any]:
    if message.kind == "service":
        return dict(message.extra)
    if message.file is None:
        return {"text": message.text} | ({"entities": message.entities} if message.entities else {})
    body: dict[str, Any] = {message.kind: message.file.to_json(message.extra)}
    if message.kind == "animation":
        body["document"] = body["animation"]
    if message.text:
        body["caption"] = message.text
    if message.entities:
        body["caption_entities"] = message.entities
    if "media_group_id" in message.extra:
        body["media_group_id"] = message.extra["media_group_id"]
    return body
