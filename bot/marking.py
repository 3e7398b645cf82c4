"""The page to mark on, as the core sees it: which item it shows, and what is sent, skipped and taken back there."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import doors, face, finishing, notify, pausing, serving
from bot import draft as drafts
from bot.buttons import BadButton, Pressed, unpack
from bot.characters import storable
from bot.chat import FieldErrors, Submit, Toast
from bot.draft import load
from bot.judged import Judged
from bot.labels import LABEL_TYPES
from bot.labels.base import ABOUT_NOTHING, BadAnswer, Label, Marked, Said, Subject
from bot.labels.colours import COLOURS, colour
from bot.project import LabelDef, Project, Question
from bot.turn import Turn
from bot.wording import Phrase, phrase
from storage import accounts, answers, cards, notes, people, projects, queue, regions
from storage.cards import Card
from storage.projects import Seat

Json = dict[str, Any]
Action = Callable[[Turn, Submit, Pressed], None]
OPTIONS = {"overlap": "overlapping", "instances": "instances"}
"""What the page calls an option of the project file."""
MOVED = "card"
WRONG = "marks"
"""The field an error stands at: the card is not to be answered (any more), or what was marked is no answer to it."""


def shown(turn: Turn, project: int) -> Json | None:
    """The item to mark: that of the person's open card; none, with a sentence, where there is nothing to do here. None
    where an item waits that is to be brought first (see `arrive`). Changes nothing."""
    card = cards.open_card(turn.tx, turn.person.id)
    if card is not None and card.project == project:
        return _item(turn, card)
    seat = projects.seat(turn.tx, project, turn.person.id)
    return None if _waits(turn, seat) else _nothing(turn, seat)


def arrive(turn: Turn, data: str) -> None:
    """Brings the next item of the project to somebody whose page has none. Their other card is only laid aside for it
    where there is one."""
    project = _project_in(data)
    if project is None or people.role(turn.tx, project, turn.person.id) is None:
        return
    card = cards.open_card(turn.tx, turn.person.id)
    seat = projects.seat(turn.tx, project, turn.person.id)
    shown_here = serving.may_show(turn, project, seat.project.version)
    if not shown_here or (card is not None and card.project == project) or not _waits(turn, seat):
        return
    former = doors.left_behind(turn, project)
    people.choose(turn.tx, turn.person.id, project)
    brought = serving.next_card(turn, seat)
    if brought is not None:
        serving.show(turn, brought, load(brought.draft), former=former)


def _project_in(data: str) -> int | None:
    try:
        return unpack(data).step
    except BadButton:
        return None


def _waits(turn: Turn, seat: Seat) -> bool:
    project, person = seat.project.id, turn.person.id
    if seat.has_card and cards.parked(turn.tx, person, project) is not None:
        return True
    return serving.deals(turn, seat) and queue.waits(turn.tx, project, person)


def _nothing(turn: Turn, seat: Seat) -> Json:
    row = seat.project
    project = turn.schema(row.id, row.version)
    why = notes.reason(turn.tx, row.id, turn.person.id)
    undo = why is None and _can_undo(turn, row.id)
    said = finishing.summary(turn, row) if why is None else turn.say(pausing.reason(why, project.title))
    head = {"card": None, "title": project.title, "language": turn.language, "can_undo": undo}
    return head | {"done": seat.answered, "total": row.total, "said": said, "held": not serving.deals(turn, seat)}


def _item(turn: Turn, card: Card) -> Json:
    project = turn.schema(card.project, card.version)
    draft = load(card.draft)
    question = drafts.current(project, draft)
    assert question is not None
    about = face.about_what(turn, card, question)
    head: Json = {
        "title": project.title,
        "done": card.answered,
        "total": max(card.total, card.answered + 1),
        "language": turn.language,
        "can_undo": draft.touched or _can_undo(turn, card.project),
    }
    if not LABEL_TYPES[question.type].ask(question, draft.work, about).page:
        return head | {"card": None, "said": turn.say(phrase("mark.in_chat"))}
    asked, content = _asked(turn, card, project, question), _content(turn, card, question, about)
    return head | asked | content | _begun(turn, card, question, about)


def _asked(turn: Turn, card: Card, project: Project, question: Question) -> Json:
    reasons = [
        {"value": one, "title": turn.say(phrase(serving.reason_key(one), reason=one))} for one in project.reasons
    ]
    return {
        "card": card.nonce,
        "step": drafts.step(project, question),
        "id": hashlib.sha256(f"{card.project} {card.item} {card.key}".encode("utf-8", "replace")).hexdigest()[:16],
        "type": LABEL_TYPES[question.type].EDITOR,
        "question": question.title or project.instructions or project.title,
        "help": project.instructions,
        "labels": [_label(question, label) for label in question.labels],
        "options": {name: bool(question.options.get(key)) for name, key in OPTIONS.items()},
        "reasons": reasons,
        "unsure": project.unsure,
    }


def _label(question: Question, label: LabelDef) -> Json:
    shade = COLOURS[colour(question, label.name)]
    return {"name": label.name, "title": label.title, "help": label.help, "colour": shade}


def _content(turn: Turn, card: Card, question: Question, about: Subject) -> Json:
    """The picture, in its original size, or the text that the question is about."""
    picture = next((one for one in card.media or () if one["id"] == about.picture), None)
    shown: Json = {"picture": None, "regions": None, "text": None}
    if LABEL_TYPES[question.type].ABOUT == "text":
        return shown | {"text": about.text}
    if picture is None or about.size is None:
        return shown
    width, height = about.size
    alt = picture.get("alt") or picture["field"]
    shown["picture"] = {"url": f"/mark/media/{picture['sha256']}", "width": width, "height": height, "alt": alt}
    if LABEL_TYPES[question.type].EDITOR == "masks" and regions.known(turn.tx, [about.picture]):
        shown["regions"] = {"url": f"/mark/regions/{picture['id']}"}
    return shown


def _begun(turn: Turn, card: Card, question: Question, about: Subject) -> Json:
    """Where to start: with what is marked in the chat, else with the answer taken back, else with the suggestion."""
    work = load(card.draft).work
    before = None if work is not None else answers.taken_back(turn.tx, card.item, turn.person.id)
    if before and question.name in before:
        return {"marks": _readable(question, before[question.name]), "suggested": False}
    marks = LABEL_TYPES[question.type].begun(question, work, about) or []
    return {"marks": marks, "suggested": bool(marks) and work is None}


def _readable(question: Question, marks: Label) -> Label:
    """What can no longer be read, for the project asks otherwise by now, is nothing to begin with."""
    try:
        return LABEL_TYPES[question.type].read(question, marks)
    except BadAnswer:
        return []


def media(turn: Turn, project: int) -> Sequence[Mapping[str, Any]]:
    """The files that the page may load: those of the item it shows, and of the one shown before it."""
    mine = (cards.open_card(turn.tx, turn.person.id), cards.newest(turn.tx, turn.person.chat, turn.person.id))
    return [one for card in mine if card is not None and card.project == project for one in card.media or ()]


def _can_undo(turn: Turn, project: int) -> bool:
    latest = answers.latest(turn.tx, turn.person.id, project)
    return latest is not None and not latest.final


def asked_now(turn: Turn, card: Card) -> int | None:
    """The step that the card is at; None where all is answered."""
    project = turn.schema(card.project, card.version)
    question = drafts.current(project, load(card.draft))
    return None if question is None else drafts.step(project, question)


def told(turn: Turn, card: Card) -> str:
    """What became of a card, in one line; nothing where it is still to be answered."""
    answer = answers.of_card(turn.tx, card.id)
    if answer is None:
        return ""
    if answer.kind == "label":
        project = turn.schema(card.project, card.version)
        done = drafts.answered(project, answer.label, answer.unsure)
        return turn.say(phrase("card.saved", label=face.described(turn, project, done)))
    return turn.say(phrase(TOLD[answer.kind]))


TOLD = {"skip": "skip.done", "flag": "flag.done", "late": "card.late_kept"}


def _refuse(turn: Turn, event: Submit, field: str, said: Said) -> None:
    turn.ack = FieldErrors({field: turn.say(said)})
    accounts.unsee(turn.tx, event.account, event.key)


def _held(turn: Turn, event: Submit, pressed: Pressed) -> Card | None:
    """The card that is meant, where it is theirs and asks this question; else it is said why not."""
    card = cards.held(turn.tx, pressed.nonce) if pressed.nonce else None
    if card is not None and event.values.get("project", str(card.project)) != str(card.project):
        card = None  # a visit is to one project
    why = _not_theirs(turn, card, pressed.step)
    if why is None:
        turn.shown = None if card is None else face.shown_of(card)
        return card
    _refuse(turn, event, MOVED, why)
    return None


def _not_theirs(turn: Turn, card: Card | None, step: int) -> Phrase | None:
    if card is None:
        return phrase("mark.moved")
    if card.person != turn.person.id:
        return phrase("press.not_yours")
    if card.role is None:
        return phrase("refused.project")
    if not serving.may_show(turn, card.project, card.rules):
        return serving.not_here(turn, card.project, card.rules)
    if card.state == "done":
        return phrase("press.answered")
    if card.state in ("open", "expired") and asked_now(turn, card) == step:
        return None
    why = notes.reason(turn.tx, card.project, card.person)
    return phrase("mark.moved") if why is None else pausing.reason(why, turn.schema(card.project, card.version).title)


def asked_of(turn: Turn, nonce: str, step: int) -> tuple[Question, Subject] | None:
    """What a card of theirs asks at that step, and of what; None where it does not."""
    card = cards.held(turn.tx, nonce)
    if card is None or _not_theirs(turn, card, step) is not None:
        return None
    question = turn.schema(card.project, card.version).questions[step]
    # Beyond this transaction nothing more can be looked up.
    return question, replace(face.about_what(turn, card, question), regions=ABOUT_NOTHING.regions)


def _drawn(turn: Turn, event: Submit, pressed: Pressed) -> None:
    card = _held(turn, event, pressed)
    if card is None:
        return
    try:
        label = _judged(turn, card, pressed, event.values.get("marks", ""))
        serving.answer(turn, card, Marked(label, fits=True), f"{event.account}:page:{card.nonce}")
    except BadAnswer as error:
        _refuse(turn, event, WRONG, error.said)
    else:
        said = turn.ack.text if isinstance(turn.ack, Toast) else turn.said
        turn.ack = Toast(said, lasting=turn.judged_gold)


def _judged(turn: Turn, card: Card, pressed: Pressed, marks: str) -> Label:
    """Raises BadAnswer."""
    question = turn.schema(card.project, card.version).questions[pressed.step]
    judged = turn.judged or Judged()
    return judged.label((pressed.nonce, pressed.step), question, marks, face.about_what(turn, card, question))


def _in_hand(work: Callable[[Turn, Submit, Card], None]) -> Action:
    """What may be done to a card whose time has run out only where it may be taken up again."""

    def done(turn: Turn, event: Submit, pressed: Pressed) -> None:
        card = _held(turn, event, pressed)
        if card is None:
            return
        back = card if card.state == "open" else serving.reopen(turn, card)
        if back is None:
            _refuse(turn, event, MOVED, phrase("mark.moved"))
        else:
            work(turn, event, back)
            turn.ack = Toast(turn.said, lasting=turn.judged_gold)

    return done


def _skip(turn: Turn, event: Submit, card: Card) -> None:
    serving.skip(turn, card, event.values.get("reason", ""))


def _unsure(turn: Turn, event: Submit, card: Card) -> None:
    serving.unsure(turn, card)


def _flag(turn: Turn, event: Submit, card: Card) -> None:
    serving.flag(turn, card, storable(event.values.get("note", "")))


def _ask(turn: Turn, event: Submit, card: Card) -> None:
    """Their card in the chat stays as it is: they are on the page."""
    turn.said = notify.asked(turn, card, storable(event.values.get("note", "")))


def _undone(turn: Turn, event: Submit, pressed: Pressed) -> None:
    """`step` is the project's number, as on other buttons that belong to no card."""
    project = pressed.step
    card = cards.open_card(turn.tx, turn.person.id)
    if people.role(turn.tx, project, turn.person.id) is None:
        _refuse(turn, event, MOVED, phrase("refused.project"))
        return
    turn.shown = None if card is None else face.shown_of(card)
    serving.undo(turn, project)
    turn.ack = Toast(turn.ack.text if isinstance(turn.ack, Toast) else turn.say(phrase("undo.done")))


ACTIONS: Mapping[str, Action] = {
    "d": _drawn,
    "k": _in_hand(_skip),
    "n": _in_hand(_unsure),
    "f": _in_hand(_flag),
    "q": _in_hand(_ask),
    "u": _undone,
}
"""What is done on the page, by the action in its data."""
