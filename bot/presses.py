"""What a tap does: every button of ours, checked for who may press it before anything happens."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot import doors, goldmaking, managing, pausing, qualifying, reviewers, serving, watching
from bot import draft as drafts
from bot.buttons import BadButton, Pressed, pack, unpack
from bot.characters import item_name
from bot.chat import Form, FormField, Message, OpenForm, Row, Toast
from bot.draft import load
from bot.face import Former, asking
from bot.labels.base import BadAnswer, Tap
from bot.turn import Turn
from bot.wording import phrase
from storage import answers, cards, notes, people, projects, queue
from storage.cards import Card


def press(turn: Turn, data: str) -> None:
    """Handles a tap; a forged or stale one is told so and changes nothing."""
    try:
        pressed = unpack(data)
    except BadButton:
        turn.toast("press.gone")
        return
    if not pressed.nonce:
        _press_anywhere(turn, pressed)
        return
    card = cards.held(turn.tx, pressed.nonce)
    if card is None:
        reviewers.press(turn, pressed)
    elif card.person != turn.person.id:
        turn.toast("press.not_yours", alert=True)
    elif card.role is None and doors.role_in(turn, card.project) is None:
        turn.toast("refused.project", alert=True)
    elif card.state == "open" and not serving.may_show(turn, card.project, card.rules):
        serving.take_away(turn, card)
    else:
        _press_card(turn, card, pressed)


def _press_card(turn: Turn, card: Card, pressed: Pressed) -> None:
    if card.state == "done":
        _press_done(turn, card, pressed)
    elif card.state == "expired":
        _press_expired(turn, card, pressed)
    elif card.state == "open":
        _press_open(turn, card, pressed)
    elif (why := notes.reason(turn.tx, card.project, card.person)) is not None:
        said = pausing.reason(why, turn.schema(card.project, card.version).title)
        turn.ack = Toast(turn.say(said), alert=True)
    else:
        turn.toast("press.gone")


def _press_open(turn: Turn, card: Card, pressed: Pressed) -> None:
    action = ACTIONS.get(pressed.action)
    if action is None:
        turn.toast("press.gone")
    else:
        action(turn, card, pressed)


def _press_done(turn: Turn, card: Card, pressed: Pressed) -> None:
    """Only the way back is left on an answered card, and only from the latest answer."""
    latest = answers.latest(turn.tx, turn.person.id, card.project)
    if pressed.action == "u" and latest is not None and latest.card == card.id:
        serving.undo_answer(turn, card.project)
    else:
        turn.toast("press.undo_order" if pressed.action == "u" else "press.answered")


def _press_expired(turn: Turn, card: Card, pressed: Pressed) -> None:
    back = serving.reopen(turn, card)
    if back is not None:
        _press_open(turn, back, pressed)
    elif queue.met_again(turn.tx, card):
        turn.toast("press.gone")
    else:
        serving.late(turn, card, Tap(pressed.argument), None)


def _answer(turn: Turn, card: Card, pressed: Pressed) -> None:
    question = drafts.current(turn.schema(card.project, card.version), load(card.draft))
    if question is None or drafts.step(turn.schema(card.project, card.version), question) != pressed.step:
        return
    try:
        serving.step(turn, card, Tap(pressed.argument))
    except BadAnswer as error:
        turn.ack = Toast(turn.say(error.said))


def _unsure(turn: Turn, card: Card, pressed: Pressed) -> None:
    project = turn.schema(card.project, card.version)
    question = drafts.current(project, load(card.draft))
    if question is not None and drafts.step(project, question) == pressed.step:
        serving.unsure(turn, card)


def _undo(turn: Turn, card: Card, pressed: Pressed) -> None:
    serving.undo(turn, card.project)


def _back(turn: Turn, card: Card, pressed: Pressed) -> None:
    card = cards.keep(turn.tx, card, card.draft, "", card.leased_until)
    serving.show(turn, card, load(card.draft))


def _more(turn: Turn, card: Card, pressed: Pressed) -> None:
    rows = (
        (turn.button("more.help", Pressed(card.nonce, 0, "h")),),
        (turn.button("more.flag", Pressed(card.nonce, 0, "f")),),
        (turn.button("more.ask", Pressed(card.nonce, 0, "q")),),
        (turn.button("more.stop", Pressed(card.nonce, 0, "x")),),
        (turn.button("label.back", Pressed(card.nonce, 0, "b")),),
    )
    _menu(turn, card, "more", "", rows)


def _menu(turn: Turn, card: Card, awaiting: str, said: str, rows: tuple[Row, ...]) -> None:
    """Buttons in the place of the labels; `awaiting` names what is typed under them."""
    card = cards.keep(turn.tx, card, card.draft, awaiting, turn.tx.now + _lease(turn, card))
    serving.show(turn, card, load(card.draft), said, rows=rows)


def _skip_menu(turn: Turn, card: Card, pressed: Pressed) -> None:
    reasons = turn.schema(card.project, card.version).reasons
    rows: list[Row] = [
        (turn.button(serving.reason_key(reason), Pressed(card.nonce, 0, "k", str(index)), reason=reason),)
        for index, reason in enumerate(reasons)
    ]
    rows.append((turn.button("label.back", Pressed(card.nonce, 0, "b")),))
    _menu(turn, card, "skip", turn.say(phrase("skip.why")), tuple(rows))


def _skip(turn: Turn, card: Card, pressed: Pressed) -> None:
    reasons = turn.schema(card.project, card.version).reasons
    index = int(pressed.argument) if pressed.argument.isascii() and pressed.argument.isdigit() else len(reasons)
    if index < len(reasons):
        serving.skip(turn, card, reasons[index])
    else:
        turn.toast("press.gone")


def _await(kind: str) -> Callable[[Turn, Card, Pressed], None]:
    """The next text the person types is a note of this kind."""

    def wait(turn: Turn, card: Card, pressed: Pressed) -> None:
        rows: list[Row] = [(turn.button("label.back", Pressed(card.nonce, 0, "b")),)]
        if kind == "flag":
            rows.insert(0, (turn.button("flag.without", Pressed(card.nonce, 0, "g")),))
        _menu(turn, card, kind, turn.say(phrase(f"{kind}.how")), tuple(rows))

    return wait


def _lease(turn: Turn, card: Card) -> timedelta:
    return turn.schema(card.project, card.version).lease


def _flag(turn: Turn, card: Card, pressed: Pressed) -> None:
    serving.flag(turn, card, "")


def _help(turn: Turn, card: Card, pressed: Pressed) -> None:
    """Meanings and examples, and the card again below them."""
    former = Former(card)
    turn.post(Message(text=doors.help_text(turn, turn.schema(card.project, card.version))))
    turn.shown = None
    serving.show(turn, serving.again(turn, card), load(card.draft), former=former)


def _stop(turn: Turn, card: Card, pressed: Pressed) -> None:
    doors.stop(turn)


def _form(turn: Turn, card: Card, pressed: Pressed) -> None:
    project = turn.schema(card.project, card.version)
    draft = load(card.draft)
    question = drafts.current(project, draft)
    if question is None or drafts.step(project, question) != pressed.step:
        return
    ask = asking(turn, card, question, draft)
    field = FormField("text", question.title[:140], long=True, limit=ask.limit)
    piece = "" if ask.piece is None else str(ask.piece)
    data = pack(Pressed(card.nonce, pressed.step, "a", piece))
    form = Form(project.title[:24], data, (field,), turn.say(phrase("form.submit")))
    turn.ack = OpenForm(form)


ACTIONS: Mapping[str, Callable[[Turn, Card, Pressed], None]] = {
    "a": _answer,
    "n": _unsure,
    "u": _undo,
    "b": _back,
    "m": _more,
    "s": _skip_menu,
    "k": _skip,
    "f": _await("flag"),
    "g": _flag,
    "q": _await("ask"),
    "h": _help,
    "x": _stop,
    "t": _form,
}


def _press_anywhere(turn: Turn, pressed: Pressed) -> None:
    """Buttons that belong to no card carry a project's or an item's number; who may press them is asked anew."""
    if pressed.action == "p":
        doors.enter(turn, pressed.step) if _known(turn, pressed.step) else turn.toast("press.gone")
    elif pressed.action in ("y", "w"):
        _decide(turn, pressed)
    elif pressed.action == "r":
        reviewers.begin(turn, pressed.step)
    elif pressed.action == managing.ACTION:
        managing.press(turn, pressed)
    elif pressed.action in ("g", "n"):
        goldmaking.press(turn, pressed)
    elif pressed.action in ("e", "i"):
        qualifying.decide(turn, pressed)
    elif pressed.action == "v":
        watching.press(turn, pressed)
    else:
        turn.toast("press.gone")


def _known(turn: Turn, project: int) -> bool:
    if people.role(turn.tx, project, turn.person.id) is not None:
        return True
    return turn.person.owner and project in {row.id for row in projects.every(turn.tx)}


def _decide(turn: Turn, pressed: Pressed) -> None:
    """An admin puts a flagged item back or takes it out."""
    project, key = queue.known(turn.tx, pressed.step) or (0, "")
    role = people.role(turn.tx, project, turn.person.id)
    if not project or not (role in ("admin", "owner") or turn.person.owner):
        turn.toast("refused.admin", alert=True)
        return
    became = "open" if pressed.action == "y" else "withdrawn"
    queue.set_item_state(turn.tx, pressed.step, project, became)
    people.record(turn.tx, turn.person.id, project, became, {"item": key})
    turn.tell(phrase(f"admin.{became}", item=item_name(key)), replaces=turn.shown)
