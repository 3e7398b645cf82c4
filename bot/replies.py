"""What a typed text means: an answer, a note for the card's menu, or a correction of an earlier answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot import marking, serving
from bot.buttons import BadButton, unpack
from bot.characters import storable
from bot.chat import Edited, FieldErrors, Reply, Submit
from bot.draft import corrected, load
from bot.face import about_what
from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer, Done, Label, Typed
from bot.project import Question
from bot.turn import Turn
from bot.wording import phrase
from storage import answers, cards, outbox, typed
from storage.cards import Card

NOTE_LENGTH = 1000
NOTES: Mapping[str, Callable[[Turn, Card, str], None]] = {
    "flag": serving.flag,
    "ask": serving.ask,
    "skip": serving.skip,
}
"""What a typed text is under which menu of a card: not its label. Under another menu it is nothing."""


def reply(turn: Turn, event: Reply) -> None:
    """Binds a text to the card it replies to, else to the open card; never to another one."""
    cards.bury(turn.tx, turn.person.id)
    card = _meant(turn, event)
    if not event.text.strip():
        turn.tell(phrase("reply.not_text"))
    elif card is None:
        turn.tell(phrase("reply.no_card" if cards.open_card(turn.tx, turn.person.id) is None else "reply.unclear"))
    elif card.person != turn.person.id:
        turn.tell(phrase("press.not_yours"))
    elif card.role is None:
        turn.tell(phrase("refused.project"))
    elif card.state == "done":
        turn.tell(phrase("reply.answered"))
    elif card.state in ("void", "parked"):
        turn.tell(phrase("reply.old"))
    elif not serving.may_show(turn, card.project, card.rules):
        serving.take_away(turn, card)
    else:
        _use(turn, card, event)


def _meant(turn: Turn, event: Reply) -> Card | None:
    card = cards.by_message(turn.tx, turn.person.chat, event.to) if event.to else None
    if card is not None:
        return card
    card = _holding(turn, event.to) if event.part else None
    if card is not None:
        return card
    card = cards.open_card(turn.tx, turn.person.id)
    if card is None:
        return _just_expired(turn)
    meant = _stands_unknown(turn, card) if event.to else _stood(card, event.message)
    return card if meant else None


def _holding(turn: Turn, part: str) -> Card | None:
    """The card that a message of ours is a part of, where no other one can be meant: one whose place is not known, or
    one that was shown again since."""
    card = cards.by_part(turn.tx, turn.person.chat, part)
    if card is None or card.state == "expired" or outbox.unreported(turn.tx, turn.person.chat) - {card.id}:
        return None
    return card


def _stood(card: Card, message: str) -> bool:
    """Whether the card stood in the chat when that message was written: what was typed twice, or while we were down, is
    not for a card that came after it. On every platform the numbers of messages grow in each chat."""
    if card.message is None:
        return False
    try:
        return float(message) > float(card.message)
    except ValueError:
        return True


def _stands_unknown(turn: Turn, card: Card) -> bool:
    """Whether a message we know nothing of can show this card and no other: a crash forgets what was sent just before
    it."""
    unknown = outbox.unreported(turn.tx, turn.person.chat)
    return unknown <= {card.id} and (bool(unknown) or card.message is None)


def _just_expired(turn: Turn) -> Card | None:
    """The card still on the person's screen whose lease ran out while they typed."""
    card = cards.newest(turn.tx, turn.person.chat, turn.person.id)
    return card if card is not None and card.state == "expired" else None


def _use(turn: Turn, card: Card, event: Reply) -> None:
    note = storable(event.text.strip())[:NOTE_LENGTH]
    if card.state == "open" and card.awaiting and not note:
        turn.tell(phrase("label.unreadable"))
    elif card.state == "open" and card.awaiting in NOTES:
        NOTES[card.awaiting](turn, card, note)
    elif card.state == "open" and card.awaiting:
        turn.tell(phrase("more.first"))
    else:
        _answer(turn, card, Typed(event.text), source_of(event))


def _answer(turn: Turn, card: Card, given: Typed, source: str) -> None:
    try:
        serving.answer(turn, card, given, source)
    except BadAnswer as error:
        turn.tell(error.said)


def source_of(event: Reply | Edited) -> str:
    return f"{event.account}:{event.chat}:{event.message}"[:140]


def edited(turn: Turn, event: Edited) -> None:
    """A changed message changes the answer that was typed in it; the last version counts."""
    found = typed.find(turn.tx, turn.person.id, source_of(event))
    card = None if found is None else cards.by_id(turn.tx, found.card)
    if found is None or card is None:
        return
    try:
        _correct(turn, card, found.question, event.text)
    except BadAnswer as error:
        turn.tell(error.said)


def _correct(turn: Turn, card: Card, name: str, text: str) -> None:
    """Raises BadAnswer."""
    draft = load(card.draft)
    answer = answers.of_card(turn.tx, card.id)
    given = draft.done if card.state == "open" else answer.label if answer is not None and answer.label else {}
    question = next((one for one in turn.schema(card.project, card.version).questions if one.name == name), None)
    if card.role is None:
        turn.tell(phrase("refused.project"))
    elif question is None or name not in given or (label := _read(turn, card, question, text)) is None:
        turn.tell(phrase("reply.not_corrected"))
    elif label != given[name] and answer is not None:
        answers.correct(turn.tx, answer, {**given, name: label})
        _say_corrected(turn, question, label)
    elif label != given[name]:
        draft = corrected(draft, name, label)
        serving.show(turn, cards.keep(turn.tx, card, draft.as_json(), "", card.leased_until), draft)


def _read(turn: Turn, card: Card, question: Question, text: str) -> Label:
    """None for a text that is no whole answer. Raises BadAnswer."""
    about = about_what(turn, card, question)
    came = LABEL_TYPES[question.type].advance(question, None, Typed(text), replace(about, suggestion=None))
    return came.label if isinstance(came, Done) else None


def _say_corrected(turn: Turn, question: Question, label: Label) -> None:
    turn.tell(phrase("reply.corrected", label=turn.say(LABEL_TYPES[question.type].describe(question, label))))


def submit(turn: Turn, event: Submit) -> None:
    """A filled-in form, for the card and the question it was opened from, or what was done on the page to mark on."""
    try:
        pressed = unpack(event.data)
    except BadButton:
        turn.toast("press.gone")
        return
    if pressed.action in marking.ACTIONS:
        marking.ACTIONS[pressed.action](turn, event, pressed)
        return
    card = cards.held(turn.tx, pressed.nonce) if pressed.nonce else None
    if card is None or not _still_asks(turn, card, pressed.step):
        turn.ack = FieldErrors({name: turn.say(phrase("reply.old")) for name in event.values})
        return
    try:
        serving.answer(turn, card, Typed(event.values.get("text", "")), f"{event.account}:form:{card.nonce}")
    except BadAnswer as error:
        turn.ack = FieldErrors({"text": turn.say(error.said)})


def _still_asks(turn: Turn, card: Card, step: int) -> bool:
    if card.person != turn.person.id or card.role is None or card.state not in ("open", "expired"):
        return False
    return marking.asked_now(turn, card) == step
