"""What a typed text means: an answer, a note for the card's menu, or a correction of an earlier answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot import correspondence, marking, pausing, reviewers, reviewqueue, serving, settling, watching
from bot.buttons import BadButton, Pressed, unpack
from bot.characters import storable
from bot.chat import Edited, FieldErrors, Reply, Submit
from bot.draft import corrected, current, labels, load, piece_corrected
from bot.face import about_what, asking
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import BadAnswer, Done, Label, Typed
from bot.project import Question
from bot.turn import Turn
from bot.wording import Phrase, phrase
from storage import answers, cards, notes, outbox, typed
from storage.cards import Card

NOTES: Mapping[str, Callable[[Turn, Card, str], None]] = {
    "flag": serving.flag,
    "ask": serving.ask,
    "skip": serving.skip,
}
"""What a typed text is under which menu of a card: not its label. Under another menu it is nothing."""


def reply(turn: Turn, event: Reply) -> None:
    """Binds a text to the card it replies to, else to the open card; never to another one."""
    cards.bury(turn.tx, turn.person.id)
    card = cards.by_message(turn.tx, turn.person.chat, event.to) if event.to else None
    if card is None and event.to and correspondence.replied(turn, event):
        return
    card = card or _meant(turn, event)
    if not event.text.strip():
        turn.tell(phrase("reply.not_text"))
    elif _of_no_card(turn, event, card) and reviewers.explain(turn, event.text):
        return
    elif card is None:
        if not watching.answered(turn, event.text):
            turn.tell(_why_not(turn, event))
    elif card.person != turn.person.id:
        turn.tell(phrase("press.not_yours"))
    elif card.role is None:
        turn.tell(phrase("refused.project"))
    elif card.state == "done":
        turn.tell(phrase("reply.answered"))
    elif card.state in ("void", "parked"):
        turn.tell(phrase("reply.old"))
    elif _of_earlier(card, event.to):
        turn.tell(phrase("reply.earlier"))
    elif not serving.may_show(turn, card.project, card.rules):
        serving.take_away(turn, card)
    else:
        _use(turn, card, event)


def _of_no_card(turn: Turn, event: Reply, card: Card | None) -> bool:
    """Whether what was typed can be about something else than a card: nothing is in hand, or it replies to that."""
    if card is None:
        return bool(event.to) or cards.open_card(turn.tx, turn.person.id) is None
    return card.state == "expired" and not event.to


def _why_not(turn: Turn, event: Reply) -> Phrase:
    card = cards.open_card(turn.tx, turn.person.id)
    if card is None:
        return phrase("reply.no_card")
    return phrase("reply.earlier" if _of_earlier(card, event.to) else "reply.unclear")


def _of_earlier(card: Card, to: str) -> bool:
    """Whether a text replies to an earlier piece of the clip on the card, or to something above that."""
    since = load(card.draft).since
    if card.state != "open" or not since or not to:
        return False
    try:
        return float(to) <= float(since)
    except ValueError:
        return False


def _meant(turn: Turn, event: Reply) -> Card | None:
    """What a text is for that replies to no card."""
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
    note = storable(event.text.strip())[: correspondence.LONGEST]
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
        if found.piece is None:
            _correct(turn, card, found.question, event.text)
        else:
            _correct_piece(turn, card, found.question, found.piece, event.text)
    except BadAnswer as error:
        turn.tell(error.said)


def _correct(turn: Turn, card: Card, name: str, text: str) -> None:
    """Raises BadAnswer."""
    draft = load(card.draft)
    answer = answers.of_card(turn.tx, card.id)
    given = labels(draft) if card.state == "open" else answer.label if answer is not None and answer.label else {}
    question = next((one for one in turn.schema(card.project, card.version).questions if one.name == name), None)
    if card.role is None:
        turn.tell(phrase("refused.project"))
    elif question is None or name not in given or (label := _read(turn, card, question, text)) is None:
        turn.tell(phrase("reply.not_corrected"))
    elif answer is not None and (stays := _stays(turn, card, answer)) is not None:
        turn.tell(stays)
    elif label != given[name] and answer is not None:
        _put_right(turn, card, answer, {**given, name: label})
        _say_corrected(turn, question, label)
    elif label != given[name]:
        draft = corrected(draft, name, label)
        serving.show(turn, cards.keep(turn.tx, card, draft.as_json(), "", card.leased_until), draft)


def _stays(turn: Turn, card: Card, answer: answers.Answer) -> Phrase | None:
    """Why an answer cannot be mended any more, as it cannot be taken back then; None where it can."""
    project = turn.schema(card.project, card.rules)
    why = notes.reason(turn.tx, card.project, turn.person.id)
    if why is not None:
        return pausing.reason(why, project.title)
    if answer.final:
        return phrase("undo.told")
    return phrase("undo.reviewed") if reviewqueue.settled(turn, answer, project) else None


def _put_right(turn: Turn, card: Card, answer: answers.Answer, label: dict[str, Label]) -> None:
    project = turn.schema(card.project, card.rules)
    with settling.changed(turn.tx, card.project, project, card.rules, (card.item,)):
        answers.correct(turn.tx, answer, label)


def _correct_piece(turn: Turn, card: Card, name: str, piece: int, text: str) -> None:
    """One piece of a clip, in the draft or in the answer. Raises BadAnswer."""
    question = next((one for one in turn.schema(card.project, card.version).questions if one.name == name), None)
    if card.role is None:
        turn.tell(phrase("refused.project"))
    elif question is None or not isinstance(said := _read(turn, card, question, text), str):
        turn.tell(phrase("reply.not_corrected"))
    elif card.state in ("open", "parked", "expired"):
        _correct_draft(turn, card, question, piece, said)
    else:
        _correct_answer(turn, card, question, piece, said)


def _correct_draft(turn: Turn, card: Card, question: Question, piece: int, said: str) -> None:
    draft = load(card.draft)
    went = piece_corrected(draft, question.name, piece, said)
    if piece >= len(pieces.typed(question.name, draft.work)) and question.name not in draft.done:
        turn.tell(phrase("reply.not_corrected"))
    elif went != draft:
        cards.keep(turn.tx, card, went.as_json(), card.awaiting, card.leased_until)
        _say_corrected(turn, question, said)


def _correct_answer(turn: Turn, card: Card, question: Question, piece: int, said: str) -> None:
    answer = answers.of_card(turn.tx, card.id)
    given = answer.label if answer is not None and answer.label else {}
    label = pieces.with_text(given.get(question.name), piece, said)
    if answer is None or label is None:
        turn.tell(phrase("reply.not_corrected"))
    elif (stays := _stays(turn, card, answer)) is not None:
        turn.tell(stays)
    elif label != given[question.name]:
        _put_right(turn, card, answer, {**given, question.name: label})
        _say_corrected(turn, question, said)


def _read(turn: Turn, card: Card, question: Question, text: str) -> Label:
    """None for a text that is no whole answer, or none to a piece. Raises BadAnswer."""
    about = about_what(turn, card, question)
    came = LABEL_TYPES[question.type].advance(question, None, Typed(text), replace(about, suggestion=None, pieces=()))
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
    if card is None or not _still_asks(turn, card, pressed):
        turn.ack = FieldErrors({name: turn.say(phrase("reply.old")) for name in event.values})
        return
    try:
        serving.answer(turn, card, Typed(event.values.get("text", "")), f"{event.account}:form:{card.nonce}")
    except BadAnswer as error:
        turn.ack = FieldErrors({"text": turn.say(error.said)})


def _still_asks(turn: Turn, card: Card, pressed: Pressed) -> bool:
    if card.person != turn.person.id or card.role is None or card.state not in ("open", "expired"):
        return False
    if marking.asked_now(turn, card) != pressed.step:
        return False
    draft = load(card.draft)
    question = current(turn.schema(card.project, card.version), draft)
    assert question is not None
    piece = asking(turn, card, question, draft).piece
    return pressed.argument == ("" if piece is None else str(piece))
