"""Bringing people their items: the next card, undo, skip, flags, questions, and what becomes of late answers."""

from datetime import timedelta

from bot import draft as drafts
from bot import face, notify
from bot.buttons import Pressed
from bot.chat import Button, Message, Part, Row
from bot.draft import FRESH, Draft
from bot.labels import LABEL_TYPES
from bot.labels.base import Given
from bot.project import Project
from bot.turn import Turn, new_nonce
from bot.wording import phrase
from storage import answers, cards, people, projects, queue
from storage.cards import Card
from storage.projects import ProjectRow
from storage.queue import Deal

HELP_LENGTH = 900


def serve(turn: Turn, project: int, said: str = "", before: Card | None = None) -> None:
    """Shows the person's next card in the project: the one in hand, else one laid aside, else a new one. `before` is
    the card this takes over from."""
    row = projects.by_id(turn.tx, project)
    card = _in_hand(turn, row) or _claim(turn, row)
    if card is None:
        finished(turn, row, said, before)
        return
    show(turn, card, drafts.load(card.draft), said, before)


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


def _claim(turn: Turn, row: ProjectRow) -> Card | None:
    project = turn.schema(row.id, row.version)
    deal = _deal(turn, row, project)
    if row.state != "open" or _had_enough(project, deal.answered):
        return None
    return queue.claim(turn.tx, deal, gold=turn.random.random() < project.gold_share)


def _had_enough(project: Project, answered: int) -> bool:
    return project.max_per_person is not None and answered >= project.max_per_person


def _deal(turn: Turn, row: ProjectRow, project: Project) -> Deal:
    member = people.membership(turn.tx, row.id, turn.person.id)
    return Deal(
        project=row.id,
        person=turn.person.id,
        chat=turn.person.chat,
        chat_external=turn.person.chat_external,
        version=row.version,
        nonce=new_nonce(),
        lease=project.lease,
        moment=turn.tx.now,
        role=None if member is None else member.role,
        answered=0 if member is None else member.answered,
        total=row.total,
    )


def show(
    turn: Turn,
    card: Card,
    draft: Draft,
    said: str = "",
    before: Card | None = None,
    rows: tuple[Row, ...] | None = None,
) -> None:
    """Puts a card into the chat: in the place of the tapped message where that may be, else below everything."""
    message = face.face(turn, card, draft, said, rows)
    old = before or card
    replaces = face.replaced(old, turn.shown)
    other = before is not None and before.id != card.id
    fresh = turn.shown is None or old.buried or (other and (message.typed or _was_typed(turn, old)))
    left, left_buttons = face.remains(turn, old, said) if other and said else ((), ())
    turn.post(
        Message(
            text=message.text,
            kind="card",
            media=message.media,
            buttons=message.buttons,
            replaces=replaces,
            fresh=fresh,
            remains=left,
            remains_buttons=left_buttons,
            typed=message.typed,
            placeholder=message.placeholder,
        ),
        card=card.id,
    )


def _was_typed(turn: Turn, card: Card) -> bool:
    project = turn.schema(card.project, card.version)
    return any(face.asking(card, question, FRESH).typed for question in project.questions)


def step(turn: Turn, card: Card, given: Given, source: str | None = None) -> None:
    """One tap or typed text further; the last one saves the answer and brings the next item. Raises BadAnswer."""
    project = turn.schema(card.project, card.version)
    draft = drafts.load(card.draft)
    question = drafts.current(project, draft)
    assert question is not None
    went = drafts.advance(question, draft, given, face.suggestion_on(card, question))
    if drafts.current(project, went) is None:
        save(turn, card, project, went, source)
    elif went != draft:
        card = cards.keep(turn.tx, card, went.as_json(), "", turn.tx.now + project.lease)
        show(turn, card, went)


def save(turn: Turn, card: Card, project: Project, draft: Draft, source: str | None) -> None:
    answers.record(turn.tx, card, dict(draft.done), source)
    said = turn.say(phrase("card.saved", label=described(turn, project, draft)))
    turn.toast("card.saved", label=described(turn, project, draft))
    serve(turn, card.project, said, before=card)


def described(turn: Turn, project: Project, draft: Draft) -> str:
    labels = (
        turn.say(LABEL_TYPES[q.type].describe(q, draft.done[q.name])) for q in project.questions if q.name in draft.done
    )
    text = ", ".join(labels)
    return text if len(text) <= 120 else text[:119] + "…"


def late(turn: Turn, card: Card, given: Given, source: str | None) -> None:
    """No place is left on the item. What was typed is kept as `late`, and the person told; a tap is only told."""
    project = turn.schema(card.project, card.version)
    draft = drafts.load(card.draft)
    question = drafts.current(project, draft)
    kept = False
    if source is not None and question is not None:
        went = drafts.advance(question, draft, given, face.suggestion_on(card, question))
        if drafts.current(project, went) is None:
            kept = answers.record_late(turn.tx, card, dict(went.done), source)
    turn.toast("card.late", alert=True)
    serve(turn, card.project, turn.say(phrase("card.late_kept" if kept else "card.late")), before=card)


def reopen(turn: Turn, card: Card) -> Card | None:
    """An expired card that is tapped after all: open again, if its item still has a place; None if not."""
    if not queue.take_back(turn.tx, card):
        return None
    other = cards.open_card(turn.tx, turn.person.id)
    if other is not None:
        cards.park(turn.tx, other)
    lease = turn.schema(card.project, card.version).lease
    return cards.show_again(turn.tx, card, card.nonce, card.chat, card.chat_external, turn.tx.now + lease)


def undo(turn: Turn, project: int) -> None:
    """Takes the latest step back: a mark on the open card, else the latest answer, whose item is shown again."""
    card = cards.open_card(turn.tx, turn.person.id)
    if card is not None and card.project == project and drafts.load(card.draft).touched:
        back = drafts.undo(drafts.load(card.draft))
        lease = turn.schema(card.project, card.version).lease
        card = cards.keep(turn.tx, card, back.as_json(), "", turn.tx.now + lease)
        show(turn, card, back)
        return
    answer = answers.latest(turn.tx, turn.person.id, project)
    if answer is None:
        turn.toast("undo.nothing")
    elif not answers.withdraw(turn.tx, answer):
        turn.toast("undo.taken", alert=True)
    else:
        _serve_again(turn, answer, card)


def _serve_again(turn: Turn, answer: answers.Answer, open_card: Card | None) -> None:
    if open_card is not None:
        cards.park(turn.tx, open_card)
    row = projects.by_id(turn.tx, answer.project)
    project = turn.schema(row.id, row.version)
    card = queue.deal_again(turn.tx, _deal(turn, row, project), answer.item)
    draft = FRESH
    if answer.kind == "label" and answer.version == row.version and not project.single:
        draft = drafts.reopened(project, answer.label)
        card = cards.keep(turn.tx, card, draft.as_json(), "", card.leased_until)
    show(turn, card, draft, turn.say(phrase("undo.done")), before=open_card)


def lay_down(turn: Turn, card: Card) -> None:
    """The person turns to something else: an untouched item goes back to the others, a begun one waits for them."""
    if drafts.load(card.draft).touched:
        cards.park(turn.tx, card)
    else:
        queue.release(turn.tx, card)


def skip(turn: Turn, card: Card, reason: str) -> None:
    project = turn.schema(card.project, card.version)
    limit = min(project.skip_limit, max(1, people.active(turn.tx, card.project)))
    answers.skip(turn.tx, card, reason, limit)
    said = turn.say(phrase("skip.done"))
    turn.toast("skip.done")
    serve(turn, card.project, said, before=card)


def flag(turn: Turn, card: Card, note: str) -> None:
    """Takes a broken item out of the queue and tells the project's admins."""
    project = turn.schema(card.project, card.version)
    answers.flag(turn.tx, card, note, project.flags_needed)
    people.record(turn.tx, turn.person.id, card.project, "flag", {"item": card.key})
    notify.admins(turn, card, project, "admin.flagged", note, decide=True)
    turn.toast("flag.done")
    serve(turn, card.project, turn.say(phrase("flag.done")), before=card)


def ask(turn: Turn, card: Card, words: str) -> None:
    """Keeps a question with the item and passes it on; the person stays on their card."""
    project = turn.schema(card.project, card.version)
    answers.comment(turn.tx, card, "ask", words)
    notify.admins(turn, card, project, "admin.asked", words)
    card = cards.keep(turn.tx, again(turn, card), card.draft, "", turn.tx.now + project.lease)
    show(turn, card, drafts.load(card.draft), turn.say(phrase("ask.done")))


def finished(turn: Turn, row: ProjectRow, said: str, before: Card | None) -> None:
    """Nothing (more) to do here: what the person did, and where else they are wanted."""
    project = turn.schema(row.id, row.version)
    member = people.membership(turn.tx, row.id, turn.person.id)
    done = 0 if member is None else member.answered
    key = "done.paused" if row.state == "paused" else "done.limit" if _had_enough(project, done) else "done.all"
    _, seconds = answers.today(turn.tx, turn.person.id, row.id, turn.tx.now - timedelta(days=365))
    lines = [turn.say(phrase(key, title=project.title)), turn.say(phrase("done.count", count=done))]
    if seconds is not None:
        lines.append(turn.say(phrase("done.pace", seconds=f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}")))
    left, left_buttons = face.remains(turn, before, said) if before is not None and said else ((), ())
    turn.post(
        Message(
            text=(*((Part(said + "\n\n", "quiet"),) if said else ()), Part("\n".join(lines))),
            buttons=(*_elsewhere(turn, row.id), (turn.button("card.undo", Pressed("", row.id, "u"), quiet=True),)),
            replaces=face.replaced(before, turn.shown) if before is not None else turn.shown,
            fresh=turn.shown is None or before is None or before.buried or _was_typed(turn, before),
            remains=left,
            remains_buttons=left_buttons,
        )
    )


def _elsewhere(turn: Turn, here: int) -> tuple[Row, ...]:
    others = [m for m in people.memberships(turn.tx, turn.person.id) if m.project != here]
    return tuple((project_button(turn, other.project),) for other in others[:5])


def project_button(turn: Turn, project: int) -> Button:
    row = projects.by_id(turn.tx, project)
    title = turn.schema(row.id, row.version).title
    return turn.button("projects.one", Pressed("", project, "p"), title=title)
