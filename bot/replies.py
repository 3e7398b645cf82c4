"""What a typed text means: an answer, a note for the card's menu, or a correction of an earlier answer."""

from bot import serving
from bot.buttons import BadButton, unpack
from bot.chat import Edited, FieldErrors, Reply, Submit
from bot.labels import LABEL_TYPES
from bot.labels.base import BadAnswer, Done, Typed
from bot.turn import Turn
from bot.wording import phrase
from storage import answers, cards
from storage.cards import Card

NOTE_LENGTH = 1000


def reply(turn: Turn, event: Reply) -> None:
    """Binds a text to the card it replies to, else to the open card; never to another one."""
    cards.bury(turn.tx, turn.person.id)
    card = _meant(turn, event)
    if not event.text.strip():
        turn.tell(phrase("reply.not_text"))
    elif card is None:
        turn.tell(phrase("reply.no_card"))
    elif card.person != turn.person.id or card.role is None:
        turn.tell(phrase("press.not_yours"))
    elif card.state == "done":
        turn.tell(phrase("reply.answered"))
    elif card.state in ("void", "parked"):
        turn.tell(phrase("reply.old"))
    else:
        _use(turn, card, event)


def _meant(turn: Turn, event: Reply) -> Card | None:
    chosen = cards.by_message(turn.tx, turn.person.chat, event.to) if event.to else None
    return chosen or cards.open_card(turn.tx, turn.person.id)


def _use(turn: Turn, card: Card, event: Reply) -> None:
    source = source_of(event)
    if card.awaiting == "flag":
        serving.flag(turn, card, event.text.strip()[:NOTE_LENGTH])
    elif card.awaiting == "ask":
        serving.ask(turn, card, event.text.strip()[:NOTE_LENGTH])
    else:
        _answer(turn, card, Typed(event.text), source)


def _answer(turn: Turn, card: Card, given: Typed, source: str) -> None:
    if card.state == "expired":
        back = serving.reopen(turn, card)
        if back is None:
            serving.late(turn, card, given, source)
            return
        card = back
    try:
        serving.step(turn, card, given, source)
    except BadAnswer as error:
        turn.tell(error.said)


def source_of(event: Reply | Edited) -> str:
    return f"{event.account}:{event.chat}:{event.message}"[:140]


def edited(turn: Turn, event: Edited) -> None:
    """A changed message changes the answer that was typed in it; the last version counts."""
    answer = answers.by_source(turn.tx, turn.person.id, source_of(event))
    if answer is None or answer.kind not in ("label", "late"):
        return
    project = turn.schema(answer.project, answer.version)
    question = next((q for q in reversed(project.questions) if q.name in answer.label), None)
    if question is None:
        return
    try:
        came = LABEL_TYPES[question.type].advance(question, None, Typed(event.text), None)
    except BadAnswer as error:
        turn.tell(error.said)
        return
    if isinstance(came, Done) and came.label != answer.label[question.name]:
        answers.correct(turn.tx, answer, {**answer.label, question.name: came.label})
        described = turn.say(LABEL_TYPES[question.type].describe(question, came.label))
        turn.tell(phrase("reply.corrected", label=described))


def submit(turn: Turn, event: Submit) -> None:
    """A filled-in form or a drawn answer, for the card it was opened from."""
    try:
        pressed = unpack(event.data)
    except BadButton:
        turn.toast("press.gone")
        return
    card = cards.held(turn.tx, pressed.nonce) if pressed.nonce else None
    if card is None or card.person != turn.person.id or card.role is None or card.state not in ("open", "expired"):
        turn.ack = FieldErrors({name: turn.say(phrase("reply.old")) for name in event.values})
        return
    _submitted(turn, card, event)


def _submitted(turn: Turn, card: Card, event: Submit) -> None:
    source = f"{event.account}:form:{card.nonce}"
    try:
        if card.state == "expired":
            back = serving.reopen(turn, card)
            if back is None:
                serving.late(turn, card, Typed(event.values.get("text", "")), source)
                return
            card = back
        serving.step(turn, card, Typed(event.values.get("text", "")), source)
        turn.ack = None
    except BadAnswer as error:
        turn.ack = FieldErrors({"text": turn.say(error.said)})
