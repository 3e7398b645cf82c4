"""Tests as written dialogues: people who join, tap and type, and a chat platform that shows what the bot answers.

The platform is a strict one: it edits in place only what a platform can edit, cuts nothing and complains about
messages that a real one would refuse. It can deliver late, lose, repeat and report out of order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import select

from bot import payload
from bot.app import App
from bot.buttons import Pressed, pack
from bot.chat import (
    Ack,
    Blocked,
    Button,
    Command,
    Edited,
    Event,
    Opened,
    Outcome,
    Outgoing,
    Press,
    Reply,
    SendFailed,
    Sent,
    Shown,
    Submit,
    Tick,
    Toast,
    Unsent,
)
from bot.labels import LABEL_TYPES
from bot.project import LabelDef, Project, Question
from storage import accounts, outbox, people, projects
from storage.database import Database, run
from storage.schema import answers, cards, comments, items, members
from storage.schema import people as people_table
from storage.schema_quality import decisions
from tests.engines import Clock
from tests.room import Bubble, Room, check, plain
from tests.worlds import add_items


def question(kind: str, *labels: str | LabelDef, name: str = "label", title: str = "", **rest: Any) -> Question:
    """Labels may be given by their titles: "😊 Positive" is called `positive`."""
    made = tuple(one if isinstance(one, LabelDef) else LabelDef(_named(one), one) for one in labels)
    asked = Question(name, title or "What do you say?", kind, made, **rest)
    LABEL_TYPES[kind].check(asked)
    return asked


def _named(title: str) -> str:
    return "".join(sign for sign in title.casefold() if sign.isalnum() or sign == " ").strip().replace(" ", "-")


FEELING = question("choice", "😊 Positive", "😠 Negative", title="How does the writer feel?")


def project(*questions: Question, name: str = "reviews", title: str = "Review sentiment", **rules: Any) -> Project:
    return Project(
        name=name, title=title, questions=questions or (FEELING,), **{"gold_share": 0.0, "withhold": 0.0, **rules}
    )


class Dialogue:
    """Projects with items, the core, and the platform `telegram` (other names in `platforms`)."""

    def __init__(
        self, database: Database, clock: Clock, *projects: Project, items: int = 5, seed: int = 1, **columns: Any
    ) -> None:
        self.database, self.clock = database, clock
        self.accounts: dict[str, int] = {}
        self.rooms: dict[tuple[int, str], Room] = {}
        self.keys = count(1)
        self.users = count(7001)
        self.random = Random(seed)
        self.held: list[Outgoing] = []
        self.unreported: list[Sent] = []
        self.holding = self.silent = False
        self.last_event: Event | None = None
        self.ids: dict[str, int] = {}
        self.account("telegram")
        self.restart()
        for one in projects:
            self.add_project(one)
            self.add_items(one.name, [{"data": {"text": f"Text {number}"}, **columns} for number in range(items)])

    def account(self, platform: str) -> int:
        if platform not in self.accounts:
            self.accounts[platform] = run(self.database, lambda tx: accounts.account(tx, platform, "bot"))
        return self.accounts[platform]

    def add_project(self, made: Project) -> None:
        """A new version, where there is one of that name."""
        self.ids[made.name] = run(self.database, lambda tx: projects.save(tx, made.name, made.as_config()))[0].id

    def add_items(self, name: str, rows: list[dict[str, Any]], prefix: str = "") -> tuple[int, ...]:
        config = run(self.database, lambda tx: projects.config_of(tx, self.ids[name], self._version(tx, name)))
        return run(
            self.database,
            lambda tx: add_items(tx, self.ids[name], rows, config["overlap"], prefix or f"{name}-"),
        )

    def _version(self, tx: Any, name: str) -> int:
        return projects.by_id(tx, self.ids[name]).version

    def restart(self) -> None:
        """A new process on the same database: what the outbox holds is sent."""
        self.app = App({account: platform for platform, account in self.accounts.items()}, self.random)
        for account in self.accounts.values():
            for row in run(self.database, lambda tx, account=account: outbox.take_over(tx, account, everything=True)):
                message = payload.unpack(row.payload)
                self.handle(Unsent(account=account, chat=row.chat, id=row.id, message=message))

    def person(self, name: str, platform: str = "telegram", language: str = "en") -> "Person":
        return Person(self, name, self.account(platform), str(next(self.users)), language)

    def invite(self, name: str | None = "reviews", role: str = "annotator", uses: int = 9, hours: float = 24) -> str:
        project = None if name is None else self.ids[name]
        until = self.clock() + timedelta(hours=hours)
        return run(self.database, lambda tx: people.invite(tx, project, role, uses, until))

    def member(self, name: str, project: str = "reviews", role: str = "annotator", **rest: Any) -> "Person":
        """Somebody who has joined already."""
        person = self.person(name, **rest)
        person.joins(self.invite(project, role))
        return person

    def wait(self, **time: float) -> None:
        """Time passes, and the clock ticks."""
        self.clock.advance(timedelta(**time))
        self.handle(Tick())

    def handle(self, event: Event) -> Outcome:
        self.last_event = event
        outcome = run(self.database, lambda tx: self.app.handle(tx, event))
        for outgoing in outcome.messages:
            if self.holding:
                self.held.append(outgoing)
            else:
                self._deliver(outgoing)
        return outcome

    def redeliver(self) -> Outcome:
        """The platform sends its last event once more."""
        assert self.last_event is not None
        return self.handle(self.last_event)

    def _deliver(self, outgoing: Outgoing) -> None:
        room = self.room(outgoing.account, outgoing.chat)
        assert not room.refused, "sent to somebody who blocked the bot"
        if outgoing.message.kind == "home":
            check(outgoing.message)
            shown = Shown("")
            room.home = Bubble("", plain(outgoing.message.text), outgoing.message.buttons)
        else:
            shown = room.show(outgoing.message).shown
        known = {media.id: f"file-{media.id}" for media in outgoing.message.media}
        sent = Sent(account=outgoing.account, chat=outgoing.chat, id=outgoing.id, shown=shown, references=known)
        if self.silent:
            self.unreported.append(sent)
        else:
            self._report(sent)

    def _report(self, event: Event) -> Outcome:
        return run(self.database, lambda tx: self.app.handle(tx, event))

    def deliver(self, *, reverse: bool = False) -> None:
        """What was held back arrives."""
        waiting, self.held = self.held, []
        for outgoing in reversed(waiting) if reverse else waiting:
            self._deliver(outgoing)

    def report(self, *, reverse: bool = False) -> None:
        """What was not told about arrivals is told."""
        waiting, self.unreported, self.silent = self.unreported, [], False
        for sent in reversed(waiting) if reverse else waiting:
            self._report(sent)

    def fail(self, outgoing: Outgoing, **how: Any) -> Outcome:
        """A message that was held back does not arrive."""
        if outgoing in self.held:
            self.held.remove(outgoing)
        usual = {
            "account": outgoing.account,
            "chat": outgoing.chat,
            "id": outgoing.id,
            "permanent": True,
            "reason": "x",
        }
        return self.handle(SendFailed(**usual | how))

    @contextmanager
    def hold(self) -> Iterator[list[Outgoing]]:
        """What is sent meanwhile waits for `deliver` or `fail`."""
        self.holding = True
        yield self.held
        self.holding = False

    def room(self, account: int, chat: str) -> Room:
        return self.rooms.setdefault((account, chat), Room())

    def rows(self, table: Any) -> list[Any]:
        return list(run(self.database, lambda tx: tx.all(select(table).order_by(*table.primary_key.columns))))

    def answers(self, live: bool = True, project: str | None = None) -> list[tuple[str, str, Any]]:
        """(person, item, label; for a skip or flag its kind and note), in the order given."""
        names = {row.id: row.name for row in self.rows(people_table)}
        keys = {row.id: row.key for row in self.rows(items)}
        return [
            (names[row.person], keys[row.item], row.label if row.kind == "label" else (row.kind, row.label or row.note))
            for row in self.rows(answers)
            if row.live == live and (project is None or row.project == self.ids[project])
        ]

    def labels(self) -> list[Any]:
        """The live labels of projects that ask one question."""
        return [label["label"] for _, _, label in self.answers() if isinstance(label, dict)]

    def states(self) -> list[str]:
        return [row.state for row in self.rows(items)]

    def comments(self) -> list[tuple[str, str]]:
        return [(row.kind, row.text) for row in self.rows(comments)]

    def everything(self) -> list[Any]:
        """All that an event may change for good."""
        return [
            [tuple(row) for row in self.rows(table)]
            for table in (answers, items, cards, members, people_table, comments)
        ]

    def recount(self) -> None:
        """Counters equal what they count; nobody holds or has answered more than is wanted."""
        live = [row for row in self.rows(answers) if row.live]
        held = [row for row in self.rows(cards) if row.state in ("open", "parked")]
        decided = {row.item for row in self.rows(decisions) if row.live}
        for item in self.rows(items):
            labels = [row for row in live if row.item == item.id and row.kind == "label"]
            holders = [row.person for row in held if row.item == item.id]
            assert item.answers == len(labels), item
            assert len({row.person for row in labels} | set(holders)) == len(labels) + len(holders), item
            assert item.taken == len(labels) + len(holders), item
            if item.gold is None:
                assert len(labels) <= item.overlap
                assert item.state != "done" or len(labels) == item.overlap or item.id in decided
        for member in self.rows(members):
            own = [
                row for row in live if (row.person, row.project, row.kind) == (member.person, member.project, "label")
            ]
            assert member.answered == len(own), member


class Person:
    """Somebody with a phone."""

    def __init__(self, talk: Dialogue, name: str, account: int, user: str, language: str) -> None:
        self.talk, self.name, self.account, self.user, self.language = talk, name, account, user, language
        self.ack: Ack = None
        self.room = talk.room(account, user)

    def _event(self, kind: Any, **fields: Any) -> Outcome:
        usual = {"account": self.account, "key": f"u{next(self.talk.keys)}", "user": self.user, "chat": self.user}
        event = kind(**usual | {"name": self.name, "language": self.language} | fields)
        outcome = self.talk.handle(event)
        self.ack = outcome.ack
        return outcome

    def says(self, word: str, argument: str = "", **rest: Any) -> Outcome:
        self.room.new(text=f"/{word} {argument}".strip(), mine=True)
        return self._event(Command, word=word, argument=argument, **rest)

    def joins(self, code: str) -> Outcome:
        return self.says("start", code)

    def types(self, text: str, to: Bubble | None = None, **rest: Any) -> Outcome:
        self.room.new(text=text, mine=True)
        return self._event(Reply, text=text, message=self.room.bubbles[-1].id, to=to.id if to else "", **rest)

    def edits(self, old: str, new: str) -> Outcome:
        """Changes what they typed before."""
        bubble = next(one for one in reversed(self.room.bubbles) if one.mine and one.text == old)
        bubble.text = new
        return self._event(Edited, text=new, message=bubble.id)

    def button(self, title: str, on: Bubble | None = None) -> tuple[Button, Bubble]:
        """The lowest button with `title` in it."""
        for bubble in [on] if on else reversed(self.room.bubbles):
            for button in bubble.every_button():
                if title in button.title:
                    return button, bubble
        raise AssertionError(f"no button {title!r} in\n{self.screen}")

    def taps(self, title: str, on: Bubble | None = None) -> Outcome:
        button, bubble = self.button(title, on)
        return self.presses(button.data, bubble)

    def presses(self, data: str, on: Bubble | None = None) -> Outcome:
        shown = on or (self.room.bubbles[-1] if self.room.bubbles else Bubble("1", ""))
        return self._event(Press, data=data, shown=shown.shown)

    def submits(self, data: str, **values: str) -> Outcome:
        return self._event(Submit, data=data, values=values)

    def opens(self, place: str = "chat") -> Outcome:
        return self._event(Opened, place=place)

    def opens_page(self, project: int) -> Outcome:
        return self._event(Opened, place="page", data=pack(Pressed("", project, "p")))

    def blocks(self, blocked: bool = True) -> Outcome:
        self.room.refused = blocked
        return self._event(Blocked, blocked=blocked)

    @property
    def public(self) -> str:
        """What others know them by."""
        return next(str(row.public) for row in self.talk.rows(people_table) if row.name == self.name)

    @property
    def toast(self) -> str:
        assert isinstance(self.ack, Toast), self.ack
        return self.ack.text

    @property
    def card(self) -> Bubble:
        """The lowest card; there must be one with buttons."""
        return next(one for one in reversed(self.room.bubbles) if one.card and one.buttons)

    @property
    def sees(self) -> str:
        """Their last message from us, buttons and all."""
        return str(next(one for one in reversed(self.room.bubbles) if not one.mine))

    @property
    def item(self) -> str:
        """Which text of ours is on the lowest card."""
        return self.card.text.splitlines()[-1]

    @property
    def titles(self) -> list[str]:
        return [button.title for button in self.card.every_button()]

    @property
    def cards(self) -> list[Bubble]:
        """Messages that look as if they could be answered."""
        return [bubble for bubble in self.room.bubbles if bubble.card and bubble.buttons]

    @property
    def screen(self) -> str:
        lines = []
        for bubble in self.room.bubbles:
            mark = "    > " if bubble.mine else "| "
            lines += [mark + line for line in str(bubble).splitlines()] + [""]
        return "\n".join(lines)
