"""App.handle: every event enters here, and everything that comes of it leaves here."""

from collections.abc import Callable
from functools import partial
from random import Random

from bot import (
    comparing,
    doors,
    feedback,
    letters,
    marking,
    ownwork,
    presses,
    recalling,
    replies,
    reviewers,
    schedule,
    serving,
)
from bot.characters import storable
from bot.chat import (
    Blocked,
    Command,
    Edited,
    Event,
    FromPerson,
    Message,
    Moved,
    Opened,
    Outcome,
    Part,
    Press,
    Reply,
    SendFailed,
    Sent,
    Submit,
    Tick,
    Toast,
    Unsent,
)
from bot.doors import WrongCode
from bot.judged import Judged
from bot.turn import Schemas, Turn
from bot.wording import Phrase, phrase, say
from storage import accounts, cards, people, projects
from storage.database import Transaction
from storage.people import Person

NOBODY = Person(0, "", "", "en", False, None, 0, "", False)


class App:
    """`platforms` names each account's platform, which projects may be limited to; `commands` the one command that all
    words stand behind, for accounts that have but one; `judged` what was read of the page's labels already. Handling is
    repeatable."""

    def __init__(self, platforms: dict[int, str], random: Random | None = None) -> None:
        self.platforms = platforms
        self.commands: dict[int, str] = {}
        self.schemas = Schemas()
        self.judged = Judged()
        self.random = random or Random()

    def handle(self, tx: Transaction, event: Event) -> Outcome:
        """One event in one transaction. A redelivered one changes nothing."""
        if isinstance(event, FromPerson):
            return self._from_person(tx, event)
        if isinstance(event, Sent):
            letters.sent(tx, event)
        elif isinstance(event, SendFailed):
            return Outcome(messages=tuple(letters.failed(self, tx, event)))
        elif isinstance(event, Unsent):
            return Outcome(messages=tuple(letters.unsent(self, tx, event)))
        elif isinstance(event, Moved):
            accounts.move(tx, event.account, event.chat, event.to)
        else:
            assert isinstance(event, Tick)
            schedule.tick(tx, self.schemas)
            nobodys = partial(self.turn, tx, 0, NOBODY)
            return Outcome(messages=(*feedback.tell(tx, nobodys), *recalling.call(tx, nobodys)))
        return Outcome()

    def _from_person(self, tx: Transaction, event: FromPerson) -> Outcome:
        if event.key and not accounts.first(tx, event.account, event.key):
            return Outcome()
        if not event.private:
            return Outcome(ack=Toast(say(event.language, phrase("refused.public"))))
        person = people.met(tx, event.account, event.user)
        if person is None:
            return self._stranger(tx, event)
        person = doors.learn_name(tx, event, person)
        if event.chat and event.chat != person.chat_external and not isinstance(event, Opened):
            people.came_by(tx, event.account, event.user, event.chat)
            person = people.met(tx, event.account, event.user) or person
        turn = self.turn(tx, event.account, person)
        if isinstance(event, Press) and event.shown.message:
            turn.shown = event.shown
        self._dispatch(turn, event)
        return Outcome(turn.ack, tuple(turn.out))

    def turn(self, tx: Transaction, account: int, person: Person) -> Turn:
        return Turn(tx, self.schemas, self.platforms, self.random, account, person, None, self.commands, self.judged)

    def _stranger(self, tx: Transaction, event: FromPerson) -> Outcome:
        """Default deny: one sentence that names what is missing."""
        code = invite_in(event)
        if isinstance(event, Opened | Blocked):
            return self._homeless(tx, event)
        if code is None:
            return self._one_line(tx, event, phrase("stranger"))
        elsewhere = doors.other_way(self._nobodys_turn(tx, event), code)
        if elsewhere is not None:
            return self._one_line(tx, event, elsewhere)
        try:
            person, project = doors.let_in(tx, event, None, code)
        except WrongCode as error:
            return self._one_line(tx, event, phrase(str(error)))
        turn = self.turn(tx, event.account, person)
        doors.greet(turn, project)
        return Outcome(turn.ack, tuple(turn.out))

    def _homeless(self, tx: Transaction, event: Opened | Blocked) -> Outcome:
        """A home place stays blank until something is put there; any other one says nothing unasked."""
        if isinstance(event, Blocked) or event.place != "home":
            return Outcome()
        turn = self._nobodys_turn(tx, event)
        said = say(event.language, phrase("stranger.home"))
        turn.send_to_new(event.account, event.user, Message(text=(Part(said),), kind="home"))
        return Outcome(messages=tuple(turn.out))

    def _nobodys_turn(self, tx: Transaction, event: FromPerson) -> Turn:
        nobody = Person(0, "", event.name, event.language, False, None, 0, event.chat, False)
        return self.turn(tx, event.account, nobody)

    def _one_line(self, tx: Transaction, event: FromPerson, said: Phrase) -> Outcome:
        sentence = say(event.language, said)
        if isinstance(event, Press | Submit):
            return Outcome(Toast(sentence))
        turn = self._nobodys_turn(tx, event)
        turn.send_to_new(event.account, event.chat, Message(text=(Part(sentence),)))
        return Outcome(messages=tuple(turn.out))

    def _dispatch(self, turn: Turn, event: FromPerson) -> None:
        if turn.person.blocked and not isinstance(event, Blocked):
            accounts.unblock(turn.tx, turn.person.chat)
        if isinstance(event, Press):
            presses.press(turn, event.data)
        elif isinstance(event, Reply):
            replies.reply(turn, event)
        elif isinstance(event, Command):
            command(turn, event)
        elif isinstance(event, Submit):
            replies.submit(turn, event)
        elif isinstance(event, Edited):
            replies.edited(turn, event)
        elif isinstance(event, Opened):
            opened(turn, event)
        elif isinstance(event, Blocked):
            letters.blocked(turn, event.blocked)


def invite_in(event: FromPerson) -> str | None:
    """The code of an invite, typed or carried by a deep link."""
    if isinstance(event, Command) and event.word in ("start", "join") and event.argument.strip():
        return event.argument.strip()
    return None


def command(turn: Turn, event: Command) -> None:
    """A word of ours. On an open card `/start` and `/label` bring that card again."""
    cards.bury(turn.tx, turn.person.id)
    code = invite_in(event)
    if code is not None:
        _join(turn, event, code)
    elif event.word in COMMANDS:
        COMMANDS[event.word](turn, event.argument)
    else:
        unknown = turn.say(phrase("command.unknown", word=storable(event.word)[:40]))
        turn.post(Message(text=(Part(unknown + "\n\n"), *doors.help_text(turn, None))))


def _join(turn: Turn, event: Command, code: str) -> None:
    if doors.known_way(turn, code):
        return
    elsewhere = doors.other_way(turn, code)
    if elsewhere is not None:
        turn.tell(elsewhere)
        return
    try:
        person, project = doors.let_in(turn.tx, event, turn.person, code)
    except WrongCode as error:
        turn.tell(phrase(str(error)))
        return
    turn.person = person
    doors.greet(turn, project)


def _help(turn: Turn, argument: str) -> None:
    here = turn.person.project
    project = None
    if here is not None and doors.role_in(turn, here) is not None:
        row = projects.by_id(turn.tx, here)
        project = turn.schema(row.id, row.version) if serving.may_show(turn, here, row.version) else None
    begin = reviewers.way(turn, here, project) if here is not None and project is not None else ()
    reviews = project is not None and here is not None and reviewers.may(turn, here, project)
    turn.post(Message(text=doors.help_text(turn, project, reviews=reviews), buttons=(begin,) if begin else ()))


def _undo(turn: Turn, argument: str) -> None:
    here = turn.person.project
    if here is None or doors.role_in(turn, here) is None:
        turn.tell(phrase("undo.nothing"))
        return
    serving.undo(turn, here)
    _say_toast(turn)


def _skip(turn: Turn, argument: str) -> None:
    card = cards.open_card(turn.tx, turn.person.id)
    if card is None or card.role is None:
        turn.tell(phrase("reply.no_card"))
    else:
        serving.skip(turn, card, argument)


def _say_toast(turn: Turn) -> None:
    """A typed command has no tap to answer: what would be a toast is said."""
    if isinstance(turn.ack, Toast) and not turn.out:
        turn.post(Message(text=(Part(turn.ack.text),)))


COMMANDS: dict[str, Callable[[Turn, str], None]] = {
    "start": doors.label,
    "label": doors.label,
    "join": doors.label,
    "projects": lambda turn, argument: doors.choose(turn),
    "undo": _undo,
    "skip": _skip,
    "stats": lambda turn, argument: doors.stats(turn),
    "help": _help,
    "stop": lambda turn, argument: doors.stop(turn),
    "item": comparing.item,
    "review": reviewers.review,
    "work": ownwork.work,
}


def opened(turn: Turn, event: Opened) -> None:
    if event.place == "home":
        doors.home(turn, event)
    elif event.place == "page":
        marking.arrive(turn, event.data)
    elif cards.open_card(turn.tx, turn.person.id) is None:
        doors.look_in(turn)
