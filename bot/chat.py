"""The port between labelbot and a chat platform: events come in, an outcome goes back, messages go out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Style = Literal["plain", "bold", "italic", "quote", "code", "strike", "quiet"]
MediaKind = Literal["image", "audio", "video"]
ShownKind = Literal["text", "image", "audio", "video", "mixed"]
MessageKind = Literal["card", "notice", "question", "summary", "home"]
"""A question is a notice that is answered by a reply to it."""
Tone = Literal["plain", "main", "quiet", "danger"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text in one style. Its text is data: an adapter never lets the platform parse it as markup."""

    text: str
    style: Style = "plain"


Text = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """`data` (≤ 64 bytes) comes back in a Press; `url` opens a page instead.

    `opens_form` marks a button whose press is answered with OpenForm: a platform without forms leaves it out.
    `opens_page` marks one that leads to the page to mark on, by the platform's way to an address (see OpenPage); where
    there is none it is left out.
    """

    title: str
    data: str = ""
    tone: Tone = "plain"
    url: str = ""
    opens_form: bool = False
    spoken: str = ""
    opens_page: bool = False


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, clip or film to show. `reference` is the platform's own id of it where one is known already.

    `drawing` is JSON of what is to be painted over it before it is sent (see `bot.media.painting`); adapters are given
    the painted picture, of which no reference is kept: its `id` is not above 0.
    """

    id: int
    kind: MediaKind
    mime: str
    sha256: str
    alt: str
    name: str = ""
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    reference: str = ""
    drawing: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it stands in a chat: the platform's id of it and what kind of thing it shows."""

    message: str
    kind: ShownKind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What to show in a chat.

    `replaces` is the message to edit in place where the platform can. Where it cannot, or where `fresh` is set
    (something was typed below it, or the card takes a typed answer), a new message is sent and the replaced one
    shrinks to `remains` without media; its buttons become `remains_buttons`.
    `typed` says that the person may answer by typing; `placeholder` hints at what.
    """

    text: Text
    kind: MessageKind = "notice"
    media: tuple[Media, ...] = ()
    buttons: tuple[Row, ...] = ()
    replaces: Shown | None = None
    fresh: bool = False
    remains: Text = ()
    remains_buttons: tuple[Row, ...] = ()
    typed: bool = False
    placeholder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message on its way: the outbox row, and where to."""

    id: int
    account: int
    chat: str
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class FromPerson:
    """Common to all that a person does. `key` is the platform's own key of the event, the same in a redelivery."""

    account: int
    key: str
    user: str
    chat: str
    name: str = ""
    language: str = ""
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(FromPerson):
    """A tap on a button of ours; `shown` is the message it stands on."""

    data: str
    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(FromPerson):
    """Something typed. `to` is the id of the message it replies to, where the platform says so; `part` that this is one
    of ours and may be a part of a card, such as its sound, that stands above what the card is known by."""

    text: str
    message: str
    to: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(FromPerson):
    """A typed message was changed afterwards."""

    text: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(FromPerson):
    """A word of ours with what follows it: `start CODE`, `label reviews`, `undo`, `stats`, `help`, `stop` …"""

    word: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(FromPerson):
    """A filled-in form, or what was done on the page to mark on; `data` is the `data` of its Form or, as on a button,
    what is asked for; `values` the fields by name."""

    data: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(FromPerson):
    """A person opened our place: Slack's App Home (`home`), the browser chat (`chat`), or the page to mark on (`page`),
    of which `data`, as on a button, says which project's."""

    place: Literal["home", "chat", "page"]
    data: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked(FromPerson):
    """The person blocked the bot (or, with `blocked=False`, let it in again)."""

    blocked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A chat has a new id (a Telegram group that became a supergroup)."""

    account: int
    chat: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An outgoing message arrived. `references` maps media ids to the platform's ids of them, learnt by sending."""

    account: int
    chat: str
    id: int
    shown: Shown
    references: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailed:
    """An outgoing message did not arrive. `unknown` means it may have: the answer was lost on the way back. `blocked`,
    `media` and `content` say whose fault that is, as in ChatError."""

    account: int
    chat: str
    id: int
    permanent: bool
    reason: str
    unknown: bool = False
    blocked: bool = False
    media: bool = False
    content: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """An outgoing message of a process that ended: nobody knows whether it was on its way, or arrived."""

    account: int
    chat: str
    id: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time passed: leases run out, summaries fall due."""


Event = Press | Reply | Edited | Command | Submit | Opened | Blocked | Moved | Sent | SendFailed | Unsent | Tick


@dataclass(frozen=True, slots=True)
class Toast:
    """One short line beside the tap; `alert` asks for a dialog that must be closed, `lasting` says that it is to be
    read before going on, where there is no message that says the same."""

    text: str
    alert: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """A form stays open with a sentence at each wrong field."""

    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormField:
    """One line (or, with `long`, several) to type into."""

    name: str
    title: str
    value: str = ""
    long: bool = False
    optional: bool = False
    limit: int = 3000


@dataclass(frozen=True, slots=True)
class Form:
    """`data` comes back in the Submit."""

    title: str
    data: str
    fields: tuple[FormField, ...]
    submit: str


@dataclass(frozen=True, slots=True)
class OpenForm:
    """Open a form before the acknowledgement: the platform's permission to do so lives for seconds."""

    form: Form


Ack = Toast | FieldErrors | OpenForm | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event led to: the platform's answer, and the messages that were put into the outbox."""

    ack: Ack = None
    messages: tuple[Outgoing, ...] = ()


Receive = Callable[[Event], Awaitable[Outcome]]


class ChatError(Exception):
    """The platform refused or failed. Permanent: stop sending this. `retry_after` in seconds. `unknown`: it may have
    been carried out. `blocked`: this chat refuses us. `media`: the fault is the item's file. `content`: it is what this
    very message says. `credentials`: it is our token or its rights, and nobody's message. `moved_to`: the chat's new
    id."""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float = 0.0,
        unknown: bool = False,
        blocked: bool = False,
        media: bool = False,
        content: bool = False,
        credentials: bool = False,
        moved_to: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown
        self.blocked = blocked
        self.media = media
        self.content = content
        self.credentials = credentials
        self.moved_to = moved_to


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform bears: seconds between two messages in one chat (after a burst at once), and messages a second
    overall."""

    chat_seconds: float
    chat_burst: int
    overall_per_second: float


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of sending: how the message stands in the chat, and the platform's ids of its media."""

    shown: Shown
    references: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `labelbot doctor` looked at: whether it is right, what it is, and what mends it where it is not."""

    ok: bool
    what: str
    mend: str = ""


class Chat(Protocol):
    """A chat platform. Events go to the `Receive` it was built with; acknowledge only after that has returned."""

    @property
    def account(self) -> int: ...

    @property
    def platform(self) -> str: ...

    @property
    def pace(self) -> Pace: ...

    async def run(self) -> None:
        """Receive until cancelled. Raises ChatError(permanent) where going on is pointless (wrong token)."""

    async def send(self, outgoing: Outgoing) -> Sending:
        """Show a message. Raises ChatError."""

    async def close(self) -> None: ...

    def link(self, code: str) -> str:
        """The link that carries an invite, or an empty string where this platform has none."""


OpenMedia = Callable[[str], bytes]
OpenPage = Callable[[str, str], str]
"""The address of the page to mark on, for a chat (its id on the platform) and a button's data; empty for none."""


def no_page(chat: str, data: str) -> str:
    return ""


Recognise = Callable[[str, datetime], tuple[str, str]]
"""Who opened the page, by what their platform's app hands to it: (their external id, a name of this very opening).
Raises BadOpening."""


class BadOpening(ValueError):
    """What a page brought along does not prove who opened it; the message is a wording key."""
