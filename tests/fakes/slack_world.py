"""What the fake workspace holds: messages, conversations, files, views, and the one lock around them."""

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes import slack_text as text_rules
from tests.fakes.slack_blocks import completed
from tests.fakes.slack_text import Button, Image, Json, Markup

if TYPE_CHECKING:
    from tests.fakes.slack_person import Person

TEAM = "T1"
APP = "A1"
BOT_USER = "UBOT"
BOT = "BBOT"
BOT_NAME = "labelbot"

PICTURE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
OTHER_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "ogg": "audio/ogg", "mp4": "video/mp4"}


@dataclass(eq=False)
class Message:
    """One message as people see it now; `edits` holds what `.shown` was before each change."""

    ts: str
    channel: str
    user: str
    name: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    files: list["File"] = field(default_factory=list)
    metadata: Json | None = None
    edits: list[str] = field(default_factory=list)
    marked_edited: bool = False
    deleted: bool = False
    ephemeral_for: str | None = None
    reactions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def by_bot(self) -> bool:
        return self.user == BOT_USER

    @property
    def shown(self) -> str:
        return text_rules.shown(self.blocks) if self.blocks else text_rules.visible(self.text)

    @property
    def buttons(self) -> list[Button]:
        return text_rules.buttons(self.blocks)

    @property
    def images(self) -> list[Image]:
        return text_rules.images(self.blocks)

    @property
    def markup(self) -> Markup:
        found = text_rules.parse(self.text)
        found.add(text_rules.markup(self.blocks))
        return found

    @property
    def mentions(self) -> list[str]:
        """Who Slack would notify: "!channel", "!here", "@U1"."""
        return self.markup.mentions

    @property
    def links(self) -> list[tuple[str, str]]:
        """(address, label) of every link written as markup."""
        return self.markup.links

    @property
    def bare_links(self) -> list[str]:
        """Addresses in mrkdwn that Slack turns into links by itself."""
        return self.markup.bare

    def __str__(self) -> str:
        marks = "".join(f" [{button.text}]" for button in self.buttons)
        attached = "".join(f" <{file.name}>" for file in self.files)
        state = " (deleted)" if self.deleted else f" (edited {len(self.edits)}x)" if self.edits else ""
        return f"{self.name}: {self.shown}{attached}{marks}{state}"


@dataclass(eq=False)
class Conversation:
    """A direct message or a channel. `messages` keeps deleted ones too; `last` is the newest that is still there."""

    id: str
    name: str
    members: list[str]
    is_im: bool = False
    is_member: bool = True
    is_archived: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def last(self) -> Message | None:
        return next((message for message in reversed(self.messages) if not message.deleted), None)

    @property
    def from_bot(self) -> list[Message]:
        return [message for message in self.messages if message.by_bot and not message.deleted]

    def find(self, ts: str) -> Message | None:
        return next((message for message in self.messages if message.ts == ts and not message.deleted), None)

    def __str__(self) -> str:
        return "\n".join(str(message) for message in self.messages)


@dataclass(eq=False)
class File:
    """An uploaded file. Its mimetype reads "" until Slack has processed it."""

    id: str
    name: str
    owner: str
    data: bytes | None = None
    length: int | None = None
    title: str = ""
    complete: bool = False
    processed: bool = False
    looked_at: int = 0
    deleted: bool = False

    @property
    def mimetype(self) -> str:
        kinds = PICTURE_TYPES | OTHER_TYPES
        return kinds.get(self.name.rpartition(".")[2].lower(), "application/octet-stream") if self.processed else ""


@dataclass(eq=False)
class View:
    """An open modal or a published Home; `errors` are what the app's last answer put beside the fields."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return str((self.content.get("title") or {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.content["blocks"])

    @property
    def private_metadata(self) -> str:
        return str(self.content.get("private_metadata") or "")

    @property
    def callback_id(self) -> str:
        return str(self.content.get("callback_id") or "")

    @property
    def shown(self) -> str:
        return text_rules.shown(self.blocks)

    @property
    def buttons(self) -> list[Button]:
        return text_rules.buttons(self.blocks)

    @property
    def images(self) -> list[Image]:
        return text_rules.images(self.blocks)

    @property
    def markup(self) -> Markup:
        return text_rules.markup(self.blocks)


@dataclass(eq=False)
class Trigger:
    """Leave to open a modal: once, within 3 seconds (docs.slack.dev/surfaces/modals)."""

    user: str
    at: float
    used: bool = False


@dataclass(eq=False)
class ResponseUrl:
    """Leave to answer beside the Web API: 5 times within 30 minutes (docs.slack.dev/interactivity)."""

    user: str
    channel: str
    at: float
    message: Message | None
    thread_ts: str | None = None
    uses: int = 0


@dataclass(eq=False)
class Call:
    """One request the bot made: the Web API method ("upload", "response_url", "download" for the rest) and its fate."""

    method: str
    args: Json
    at: float
    token: str = ""
    error: str | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


class World:
    """The workspace's state. Whoever reads or writes it holds `changed`, and notifies it after a change."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.url = ""
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.calls: list[Call] = []
        self.bugs: list[BaseException] = []  # mistakes of the fake itself, raised when it closes
        self.scopes: set[str] = set()
        self.revoked = False
        self.processed_after: int | None = 1
        self.emit: Callable[[Json, str], Any] = lambda event, scope: None
        self._clock = clock
        self._ahead = 0.0
        self._last_ts = 0
        self._serial = itertools.count(1)

    def now(self) -> float:
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def new_ts(self) -> str:
        """A message id: seconds.microseconds, always larger than the one before."""
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1e6))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._serial):04d}"

    def block_id(self) -> str:
        return secrets.token_urlsafe(4)

    def new_trigger(self, user: str) -> str:
        trigger_id = f"{next(self._serial)}.{TEAM}.{secrets.token_hex(8)}"
        self.triggers[trigger_id] = Trigger(user, self.now())
        return trigger_id

    def new_response_url(self, user: str, channel: str, message: Message | None) -> str:
        token = secrets.token_hex(12)
        thread_ts = message.thread_ts if message else None
        self.response_urls[token] = ResponseUrl(user, channel, self.now(), message, thread_ts)
        return f"{self.url}/actions/{TEAM}/{token}"

    def dm_of(self, user: str) -> Conversation | None:
        return next((c for c in self.conversations.values() if c.is_im and user in c.members), None)

    def file_kind(self, reference: str) -> str | None:
        """Mimetype by file id or url_private: "" while unprocessed, None when there is no such file."""
        for file in self.files.values():
            if reference in (file.id, self.private_url(file)) and file.complete and not file.deleted:
                return file.mimetype
        return None

    def private_url(self, file: File) -> str:
        return f"{self.url}/files-pri/{TEAM}-{file.id}/{file.name}"

    def channel_type(self, conversation: Conversation) -> str:
        return "im" if conversation.is_im else "channel"

    def new_message(self, conversation: Conversation, user: str, name: str, **content: Any) -> Message:
        message = Message(self.new_ts(), conversation.id, user, name, **content)
        conversation.messages.append(message)
        return message

    def change(self, message: Message, text: str, blocks: Sequence[Json], marked: bool) -> None:
        """Put new content into a message and tell the app, as Slack does for its own edits too."""
        before = self.message_json(message)
        message.edits.append(message.shown)
        message.text, message.blocks = text, completed(blocks, self.block_id)
        message.marked_edited = message.marked_edited or marked
        self.emit_change(message, "message_changed", before)

    def emit_message(self, message: Message, **more: Any) -> Any:
        conversation = self.conversations[message.channel]
        event = {**self.message_json(message), **more, "channel": message.channel, "event_ts": message.ts}
        event["channel_type"] = self.channel_type(conversation)
        return self.emit(event, self._history(conversation)) if conversation.is_member else None

    def emit_change(self, message: Message, subtype: str, before: Json) -> Any:
        conversation = self.conversations[message.channel]
        ts = self.new_ts()
        event: Json = {"type": "message", "subtype": subtype, "previous_message": before, "channel": message.channel}
        event |= {"hidden": True, "ts": ts, "event_ts": ts, "channel_type": self.channel_type(conversation)}
        if subtype == "message_changed":
            event["message"] = self.message_json(message)
        else:
            event["deleted_ts"] = message.ts
        return self.emit(event, self._history(conversation)) if conversation.is_member else None

    def _history(self, conversation: Conversation) -> str:
        return "im:history" if conversation.is_im else "channels:history"

    def message_json(self, message: Message) -> Json:
        """The message object as Slack writes it into events, payloads and answers."""
        found: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM}
        if message.by_bot:
            found |= {"bot_id": BOT, "app_id": APP}
        if message.blocks:
            found["blocks"] = text_rules.as_sent(message.blocks)
        if message.thread_ts:
            found["thread_ts"] = message.thread_ts
            root = self.conversations[message.channel].find(message.thread_ts)
            found |= {"parent_user_id": root.user} if root else {}
        if message.files:
            found["files"] = [self.file_json(file) for file in message.files]
        if message.metadata:
            found["metadata"] = message.metadata
        if message.marked_edited:
            found["edited"] = {"user": message.user, "ts": self.new_ts()}
        return found

    def file_json(self, file: File) -> Json:
        url = self.private_url(file)
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title or file.name,
            "user": file.owner,
            "mimetype": file.mimetype,
            "filetype": file.name.rpartition(".")[2] if file.processed else "",
            "size": len(file.data or b""),
            "mode": "hosted",
            "url_private": url,
            "url_private_download": url + "?download=1",
            "shares": self._shares(file) if file.processed else {},
        }

    def _shares(self, file: File) -> Json:
        """Where the file stands; filled in late, as the mimetype is (python-slack-sdk issue 1277)."""
        found: Json = {}
        for conversation in self.conversations.values():
            stamps = [{"ts": m.ts} for m in conversation.messages if file in m.files and not m.deleted]
            if stamps:
                found.setdefault("private" if conversation.is_im else "public", {})[conversation.id] = stamps
        return found

    def view_json(self, view: View, state: Json | None = None) -> Json:
        keep = ("type", "title", "submit", "close", "callback_id", "external_id", "notify_on_close", "clear_on_close")
        found: Json = {key: view.content.get(key) for key in keep}
        found |= {"id": view.id, "team_id": TEAM, "app_id": APP, "bot_id": BOT, "hash": view.hash}
        found |= {"blocks": text_rules.as_sent(view.blocks), "private_metadata": view.private_metadata}
        found |= {"callback_id": view.callback_id, "root_view_id": view.root_id, "previous_view_id": view.previous_id}
        return found | {"state": {"values": state or {}}}

    def dialogue(self) -> Iterator[str]:
        """Everything anybody can see, for the message of a failed wait."""
        for conversation in self.conversations.values():
            yield f"--- {conversation.name} ({conversation.id})\n{conversation}"
        for person in self.people.values():
            yield from (f"--- {person.name} has open: {view.title}\n{view.shown}" for view in person.modals)
            yield from (f"--- only {person.name} sees: {message}" for message in person.ephemerals)
            yield from (f"--- {person.name} saw an error: {error}" for error in person.errors)
        yield from (f"--- refused: {call.method}: {call.error}" for call in self.calls if call.error)
