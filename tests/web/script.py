"""A small bot in place of the real one: cards one after the other, answered by taps and typed words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.chat import (
    Button,
    Command,
    Edited,
    Event,
    FieldErrors,
    Form,
    FormField,
    FromPerson,
    Message,
    Opened,
    OpenForm,
    Outcome,
    Outgoing,
    Part,
    Press,
    Reply,
    Row,
    Shown,
    Submit,
    Toast,
)
from bot.chats.browser import BrowserChat
from bot.doors import WrongCode, let_in
from storage import people
from storage.database import Database

TOOLS: Row = (
    Button("↩", "undo", "quiet", spoken="Undo"),
    Button("⋯", "more", "quiet", spoken="More"),
    Button("⏭", "skip", "quiet", spoken="Skip"),
)
LABELS = ("😊 Positive", "😐 Neutral", "😠 Negative")


def card(text: str, at: int, labels: Sequence[str] = LABELS, **more: object) -> Message:
    """A card whose buttons' data name it, so that a tap on an old one can be told."""
    head = (Part(f"{at + 1} / 200 · Review sentiment\n", "quiet"), Part("How does the writer feel?", "bold"))
    rows = tuple((Button(label, f"{at}:{label}"),) for label in labels)
    shown = Message(text=(*head, Part("\n\n"), Part(text, "quote")), kind="card", buttons=(*rows, TOOLS))
    return replace(shown, **more)  # type: ignore[arg-type]


@dataclass
class Script:
    """Handles events as the real bot does: each key once, a stale tap changes nothing."""

    cards: list[Message]
    browser: BrowserChat | None = None
    database: Database | None = None
    at: int = 0
    events: list[Event] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    shown: Shown | None = None
    sent: int = 0
    failing: int = 0
    together: asyncio.Barrier | None = None
    """Those who join wait for each other here."""

    async def receive(self, event: Event) -> Outcome:
        assert isinstance(event, FromPerson)
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the disk is full")
        if event.key in self.seen:
            return Outcome()
        self.seen.add(event.key)
        self.events.append(event)
        return Outcome(ack=await self._handle(event))

    async def _handle(self, event: FromPerson) -> Toast | OpenForm | FieldErrors | None:
        if isinstance(event, Press):
            return await self._press(event)
        if isinstance(event, Reply):
            await self._answer(event.chat, event.text, fresh=True)
        elif isinstance(event, Submit):
            return await self._submit(event)
        elif isinstance(event, Command) and event.word == "join":
            await self._join(event)
        elif isinstance(event, Command):
            await self.show(event.chat, Message(text=(Part(f"You said {event.word}."),)))
        else:
            assert isinstance(event, Opened | Edited)
        return None

    async def _join(self, event: Command) -> None:
        assert self.database is not None
        if self.together is not None:
            await self.together.wait()
        known = self.database.submit(lambda tx: people.met(tx, event.account, event.user))
        before = await asyncio.wrap_future(known)
        spent = self.database.submit(lambda tx: let_in(tx, event, before, event.argument))
        try:
            await asyncio.wrap_future(spent)
        except WrongCode as error:
            await self.show(event.chat, Message(text=(Part(str(error)),)))
            return
        await self.show(event.chat, Message(text=(Part(f"Welcome, {event.name}!"),)))
        await self.show(event.chat, self.cards[self.at])

    async def _press(self, event: Press) -> Toast | OpenForm | None:
        if event.data == "skip":
            return Toast("Skipped. Somebody else gets it.")
        if event.data == "more":
            return OpenForm(Form("Flag this item", "flag", (FormField("note", "What is wrong?", long=True),), "Flag"))
        if event.data == "undo":
            if not self.at:
                return Toast("Nothing to undo.", alert=True)
            self.at -= 1
            self.answers.pop()
            await self.show(event.chat, replace(self.cards[self.at], replaces=event.shown))
            return None
        at, _, label = event.data.partition(":")
        if int(at) == self.at:
            await self._answer(event.chat, label, fresh=False)
        return None

    async def _submit(self, event: Submit) -> FieldErrors | Toast:
        if len(event.values["note"]) < 3:
            return FieldErrors({"note": "Say a little more."})
        self.answers.append(f"flag:{event.values['note']}")
        return Toast("Thank you, it is flagged.")

    async def _answer(self, chat: str, label: str, fresh: bool) -> None:
        self.answers.append(label)
        self.at += 1
        following = self.cards[self.at]
        fresh = fresh or following.typed
        remains = (Part(f"✓ {label}"),) if fresh else ()
        undo: tuple[Row, ...] = ((Button("↩", "undo", "quiet", spoken="Undo"),),) if fresh else ()
        shown = replace(following, replaces=self.shown, fresh=fresh, remains=remains, remains_buttons=undo)
        await self.show(chat, shown)

    async def show(self, chat: str, message: Message) -> None:
        assert self.browser is not None
        self.sent += 1
        sending = await self.browser.send(Outgoing(id=self.sent, account=1, chat=chat, message=message))
        if message.kind == "card":
            self.shown = sending.shown
