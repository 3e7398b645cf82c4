"""Bringing people their items: the next card, undo, skip, flags, questions, and what becomes of late answers."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot import draft as drafts
from bot import (
    face,
    finishing,
    golden,
    notify,
    pausing,
    piecewise,
    qualifying,
    reviewqueue,
    settling,
    suggesting,
)
from bot.characters import storable
from bot.chat import Message, Part, Row, Toast
from bot.draft import FRESH, Draft
from bot.face import Former
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import Given, Label, Marked
from bot.project import SKIP_REASONS, Project
from bot.turn import Turn, new_nonce
from bot.wording import Phrase, phrase
from storage import answers, cards, notes, people, projects, queue, typed
from storage.cards import Card
from storage.projects import ProjectRow, Seat
from storage.queue import Deal


def serve(turn: Turn, project: int, said: str = "", former: Former | None = None) -> None:
    """Shows the person's next card in the project: the one in hand, else one laid aside, else a new one."""
    seat = projects.seat(turn.tx, project, turn.person.id)
    if not may_show(turn, project, seat.project.version):
        turn.post(face.place(turn, _not_here(turn, project, seat.project.version), None, former))
        return
    card = next_card(turn, seat)
    if card is None and seat.paused:
        turn.post(face.headed(turn, face.place(turn, _paused(turn, seat.project), None, former), said))
    elif card is None:
        finishing.finished(turn, seat.project, said, former)
    else:
        show(turn, card, drafts.load(card.draft), said, former)


def may_show(turn: Turn, project: int, rules: int) -> bool:
    """Whether what the project holds may be seen in this chat; `rules` is the project's version now."""
    chats = turn.schema(project, rules).chats
    return not chats or turn.platform in chats


def _paused(turn: Turn, row: ProjectRow) -> Message:
    why = notes.reason(turn.tx, row.id, turn.person.id) or ""
    said = turn.say(pausing.reason(why, turn.schema(row.id, row.version).title))
    return Message(text=(Part(said),), buttons=finishing.elsewhere(turn, row.id))


def not_here(turn: Turn, project: int, rules: int) -> Phrase:
    """Where a project is to be seen that may not be shown in this chat."""
    schema = turn.schema(project, rules)
    return phrase("refused.chat", title=schema.title, chats=", ".join(schema.chats))


def _not_here(turn: Turn, project: int, rules: int) -> Message:
    return Message(text=(Part(turn.say(not_here(turn, project, rules))),))


def take_away(turn: Turn, card: Card) -> None:
    """The project was limited to other chats while the card stood here: it goes, and what it showed with it."""
    if card.state == "open":
        lay_down(turn, card)
    turn.post(face.place(turn, _not_here(turn, card.project, card.rules), None, Former(card)))


def next_card(turn: Turn, seat: Seat) -> Card | None:
    """None when there is nothing for them now."""
    return (_in_hand(turn, seat.project) if seat.has_card else None) or _claim(turn, seat)


def _in_hand(turn: Turn, row: ProjectRow) -> Card | None:
    card = cards.open_card(turn.tx, turn.person.id)
    if card is not None and card.project != row.id:
        lay_down(turn, card)
        card = None
    card = card or cards.parked(turn.tx, turn.person.id, row.id)
    return None if card is None else again(turn, card)


def again(turn: Turn, card: Card) -> Card:
    """The card under a new nonce, so that its old message's buttons lead nowhere."""
    lease = turn.schema(card.project, card.version).lease
    person = turn.person
    return cards.show_again(turn.tx, card, new_nonce(), person.chat, person.chat_external, turn.tx.now + lease)


def _claim(turn: Turn, seat: Seat) -> Card | None:
    if not deals(turn, seat):
        return None
    project = turn.schema(seat.project.id, seat.project.version)
    gold = turn.random.random() < project.gold_chance(seat.answered)
    card = qualifying.claim(turn, project, _deal(turn, seat, project), gold=gold)
    return None if card is None else piecewise.taken_up(turn, card)


def deals(turn: Turn, seat: Seat) -> bool:
    """Whether the project gives them new items, as far as there are any."""
    project = turn.schema(seat.project.id, seat.project.version)
    return (
        seat.project.state == "open"
        and not seat.paused
        and not qualifying.has_failed(turn, seat.project.id, project, seat.role)
        and not project.had_enough(seat.answered)
    )


def _deal(turn: Turn, seat: Seat, project: Project) -> Deal:
    return Deal(
        project=seat.project.id,
        person=turn.person.id,
        chat=turn.person.chat,
        chat_external=turn.person.chat_external,
        version=seat.project.version,
        nonce=new_nonce(),
        lease=project.lease,
        moment=turn.tx.now,
        role=seat.role,
        answered=seat.answered,
        total=seat.project.total,
        aid=partial(suggesting.aid, project, turn.person.id),
        hard_first=project.adaptive is not None,
    )


def show(
    turn: Turn,
    card: Card,
    draft: Draft,
    said: str = "",
    former: Former | None = None,
    rows: tuple[Row, ...] | None = None,
) -> None:
    """Puts a card into the chat, with one line on what just happened. `rows` stand in for its label buttons."""
    if not may_show(turn, card.project, card.rules):
        take_away(turn, card)
        return
    message = face.place(turn, face.face(turn, card, draft, rows), card, former)
    if message.fresh and card.buried:
        cards.surface(turn.tx, card)
    turn.post(face.headed(turn, message, said), card=card.id, first=card.new)


def step(turn: Turn, card: Card, given: Given | Marked, source: str | None = None) -> None:
    """One tap, drawing or typed text (in the message `source`) further; the last one saves the answer and brings the
    next item. Raises BadAnswer."""
    project = turn.schema(card.project, card.version)
    draft = drafts.load(card.draft)
    question = drafts.current(project, draft)
    assert question is not None
    about = face.about_what(turn, card, question)
    went = drafts.advance(question, draft, given, about)
    piece = LABEL_TYPES[question.type].ask(question, draft.work, about).piece if about.pieces else None
    if source is not None and (question.name in went.done or piece is not None):
        typed.keep(turn.tx, card.id, question.name, turn.person.id, source, piece)
    if drafts.current(project, went) is not None and went != draft and piece is not None:
        other_piece(turn, card, went, piecewise.answered(turn, question, went, piece, len(about.pieces)))
    elif went != draft:
        go_on(turn, card, project, went)


def unsure(turn: Turn, card: Card) -> None:
    """The question that the card asks is answered by "not sure", where the project takes that."""
    project, draft = turn.schema(card.project, card.version), drafts.load(card.draft)
    question = drafts.current(project, draft)
    if project.unsure and question is not None:
        go_on(turn, card, project, drafts.unsure(question, draft))


def go_on(turn: Turn, card: Card, project: Project, went: Draft) -> None:
    """The card with a step more in it, or the next item where that was the last."""
    if drafts.current(project, went) is None:
        save(turn, card, project, went)
    else:
        card = cards.keep(turn.tx, card, went.as_json(), "", turn.tx.now + project.lease)
        show(turn, card, went)


def other_piece(turn: Turn, card: Card, draft: Draft, line: str) -> None:
    """Another piece of a clip is played in a message of its own; of the former one the line is left. What was typed
    before that message stood there is not for it."""
    draft = replace(draft, since=card.message or draft.since)
    lease = turn.schema(card.project, card.version).lease
    kept = cards.keep(turn.tx, card, draft.as_json(), "", turn.tx.now + lease)
    show(turn, cards.leave(turn.tx, kept), draft, former=Former(card, line))


def answer(turn: Turn, card: Card, given: Given | Marked, source: str) -> None:
    """A step on a card that is open, or whose time ran out: then its item may still have a place, else the answer is
    late. Raises BadAnswer."""
    back = card if card.state == "open" else reopen(turn, card)
    if back is None:
        late(turn, card, given, source)
    else:
        step(turn, back, given, source)


SAID = 160
"""Characters that stand in the line above a card; more is a message of its own, for a caption has little room."""


def save(turn: Turn, card: Card, project: Project, draft: Draft) -> None:
    labels, now = drafts.labels(draft), turn.schema(card.project, card.rules)
    with settling.changed(turn.tx, card.project, now, card.rules, (card.item,)):
        answers.record(turn.tx, card, labels, unsure=len(labels) < len(draft.done))
    reviewqueue.completed(turn, card, project)
    _next(turn, card, phrase("card.saved", label=face.described(turn, project, draft.done)), labels)


def _next(turn: Turn, card: Card, said: Phrase, label: Mapping[str, Label] | None = None) -> None:
    """From a card that is dealt with to the next one, which says so, with the way back where there is one."""
    turn.said = told = turn.say(said)
    if verdict := golden.after(turn, card, label):
        turn.judged_gold = True
        turn.said = verdict if label is not None else f"{told} {verdict}"
    if len(turn.said) > SAID:
        turn.post(Message(text=(Part(turn.said),)))
        turn.shown = None
    above = turn.said if len(turn.said) <= SAID else ""
    serve(turn, card.project, above, Former(card, above or told, back=not verdict))


def late(turn: Turn, card: Card, given: Given | Marked, source: str | None) -> None:
    """No place is left on the item. What was typed is kept as `late`, and the person told; a tap is only told."""
    project = turn.schema(card.project, card.version)
    draft = drafts.load(card.draft)
    question = drafts.current(project, draft)
    kept = False
    if source is not None and question is not None:
        went = drafts.advance(question, draft, given, face.about_what(turn, card, question))
        if drafts.current(project, went) is None:
            labels = drafts.labels(went)
            kept = answers.record_late(turn.tx, card, labels, unsure=len(labels) < len(went.done))
            typed.keep(turn.tx, card.id, question.name, turn.person.id, source)
    said = turn.say(phrase("card.late_kept" if kept else "card.late"))
    turn.ack = Toast(said, alert=True)
    serve(turn, card.project, said, Former(card, said))


def reopen(turn: Turn, card: Card) -> Card | None:
    """An expired card that is tapped after all: open again, if its item still has a place; None if not."""
    if notes.reason(turn.tx, card.project, card.person) is not None or not queue.take_back(turn.tx, card):
        return None
    other = cards.open_card(turn.tx, turn.person.id)
    if other is not None:
        _aside(turn, other, card.project)
    lease = turn.schema(card.project, card.version).lease
    back = cards.show_again(turn.tx, card, card.nonce, card.chat, card.chat_external, turn.tx.now + lease)
    if card.message is None:
        return back
    cards.stands(turn.tx, card.id, card.message, card.shown)
    return replace(back, message=card.message)


def _aside(turn: Turn, card: Card, project: int) -> None:
    """Makes room for another card of that project; what cannot be edited into a line keeps buttons that are told so."""
    cards.park(turn.tx, card) if card.project == project else lay_down(turn, card)
    stood = face.shown_of(card)
    if stood is not None and stood.kind == "text":
        turn.tell(phrase("card.aside"), replaces=stood)


def undo(turn: Turn, project: int) -> None:
    """Takes the latest step back: a mark on the open card, else the latest answer, whose item is shown again."""
    card = cards.open_card(turn.tx, turn.person.id)
    if card is not None and card.project == project and drafts.load(card.draft).touched:
        _step_back(turn, card)
    else:
        undo_answer(turn, project)


def _step_back(turn: Turn, card: Card) -> None:
    draft = drafts.load(card.draft)
    back = drafts.undo(draft)
    if pieces.are_in(draft.work) or pieces.are_in(back.work):
        other_piece(turn, card, back, piecewise.taken_back(turn, card, draft))
        return
    lease = turn.schema(card.project, card.version).lease
    card = cards.keep(turn.tx, card, back.as_json(), "", turn.tx.now + lease)
    show(turn, card, back)


def undo_answer(turn: Turn, project: int) -> None:
    """Takes the latest answer back; a card in hand waits until that item is answered again."""
    answer = answers.latest(turn.tx, turn.person.id, project)
    seat = projects.seat(turn.tx, project, turn.person.id)
    rules = seat.project.version
    if not may_show(turn, project, rules):
        turn.post(_not_here(turn, project, rules))
    elif seat.paused:
        turn.post(_paused(turn, seat.project))
    elif answer is None:
        turn.toast("undo.nothing")
    elif answer.final:
        turn.toast("undo.told", alert=True)
    elif reviewqueue.settled(turn, answer, turn.schema(project, rules)):
        turn.toast("undo.reviewed", alert=True)
    elif not _withdrawn(turn, answer, rules):
        turn.toast("undo.taken", alert=True)
    else:
        _serve_again(turn, answer)


def _withdrawn(turn: Turn, answer: answers.Answer, rules: int) -> bool:
    project = turn.schema(answer.project, rules)
    with settling.changed(turn.tx, answer.project, project, rules, (answer.item,)):
        return answers.withdraw(turn.tx, answer, _enough(turn, answer, rules))


def _enough(turn: Turn, answer: answers.Answer, rules: int) -> int:
    """How many skips, or flags, hold an item back."""
    project = turn.schema(answer.project, rules)
    return project.flags_needed if answer.kind == "flag" else _skips_allowed(turn, answer.project, project)


def _serve_again(turn: Turn, answer: answers.Answer) -> None:
    in_hand = cards.open_card(turn.tx, turn.person.id)
    if in_hand is not None:
        cards.park(turn.tx, in_hand)
    seat = projects.seat(turn.tx, answer.project, turn.person.id)
    row = seat.project
    card = queue.deal_again(turn.tx, _deal(turn, seat, turn.schema(row.id, row.version)), answer.item)
    if answer.card is not None:
        typed.move(turn.tx, answer.card, card.id)
    draft = _draft_of(turn, answer, row)
    if draft != FRESH:
        card = cards.keep(turn.tx, card, draft.as_json(), "", card.leased_until)
    former = Former(in_hand, turn.say(phrase("card.aside"))) if in_hand else None
    show(turn, card, draft, turn.say(phrase("undo.done")), former)


def _draft_of(turn: Turn, answer: answers.Answer, row: ProjectRow) -> Draft:
    """What was marked before the last step of an answer; nothing where the project asks otherwise by now."""
    card = cards.by_id(turn.tx, answer.card) if answer.card is not None else None
    if card is None or answer.version != row.version:
        return FRESH
    return drafts.reopened(drafts.load(card.draft), answer.label or {})


def lay_down(turn: Turn, card: Card) -> None:
    """The person turns to something else: an untouched item goes back to the others, a begun one waits for them."""
    if drafts.load(card.draft).touched:
        cards.park(turn.tx, card)
    else:
        queue.release(turn.tx, card)


REASON_LENGTH = 200
USUAL_REASONS = dict(zip(SKIP_REASONS, ("skip.unsure", "skip.unclear", "skip.unrelated", "skip.other"), strict=True))
"""How the reasons of a project that names none of its own are said. A project's own are shown as they are written."""


def reason_key(reason: str) -> str:
    """The sentence of a reason to skip; it takes the reason's own words as `reason`."""
    return USUAL_REASONS.get(reason, "skip.reason")


def skip(turn: Turn, card: Card, reason: str) -> None:
    project = turn.schema(card.project, card.version)
    answers.skip(turn.tx, card, storable(reason.strip())[:REASON_LENGTH], _skips_allowed(turn, card.project, project))
    _next(turn, card, phrase("skip.done"))


def _skips_allowed(turn: Turn, project: int, rules: Project) -> int:
    return min(rules.skip_limit, max(1, people.active(turn.tx, project)))


def flag(turn: Turn, card: Card, note: str) -> None:
    """Takes a broken item out of the queue and tells the project's admins."""
    project = turn.schema(card.project, card.version)
    answers.flag(turn.tx, card, note, project.flags_needed)
    reviewqueue.flagged(turn, card, project)
    people.record(turn.tx, turn.person.id, card.project, "flag", {"item": card.key})
    notify.admins(turn, card, "admin.flagged", note, decide=True)
    _next(turn, card, phrase("flag.done"))


def ask(turn: Turn, card: Card, words: str) -> None:
    """Keeps a question with the item and passes it on; the person stays on their card."""
    said = notify.asked(turn, card, words)
    show(turn, again(turn, card), drafts.load(card.draft), said, Former(card))
