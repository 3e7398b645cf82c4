"""Review in the chat: the next item in question, a decision by one tap, and who hears of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

from bot import doors, reviewcard, reviewing, serving, settling, weighing
from bot.buttons import Pressed
from bot.characters import cut, item_name, storable
from bot.chat import Message, Part, Row
from bot.face import Former, place
from bot.feedback import described, retract
from bot.goldmaking import fingerprint
from bot.labels.base import Label
from bot.project import Project
from bot.project import Review as Rules
from bot.reviewcall import REVIEWERS
from bot.reviewcard import Desk, Step, card, desk_of
from bot.reviewing import Judge, Voice
from bot.turn import Turn, new_nonce
from bot.wording import phrase
from storage import cards, people, projects, reviews
from storage.projects import NoProjectError
from storage.reviews import Review

LEASE: Final = timedelta(minutes=15)
"""As long as an item stays with the reviewer who has it before them; each tap on it begins the time anew."""
NOTE_LENGTH: Final = 500
INSTRUCTIONS_MOST: Final = 4000
"""Characters of a project's instructions, as its file may have them."""
DEFAULT: Final = Rules()
Rows: TypeAlias = tuple[Row, ...]


def review(turn: Turn, argument: str) -> None:
    """`/review`: the next item in question of the project that the reviewer is in."""
    if turn.person.project is None:
        turn.tell(phrase("refused.reviewer"))
    else:
        begin(turn, turn.person.project)


def way(turn: Turn, project: int, asked: Project) -> Row:
    """A button that begins a review, for those who may and where something waits."""
    if not may(turn, project, asked):
        return ()
    count = reviews.waiting(turn.tx, project)
    return (turn.button("review.begin", Pressed("", project, "r"), count=count),) if count else ()


def may(turn: Turn, project: int, asked: Project) -> bool:
    """Whether there are reviews, and they are one of those who review."""
    return asked.review is not None and doors.role_in(turn, project) in REVIEWERS


def begin(turn: Turn, here: int) -> None:
    """The next item in question of a project."""
    try:
        row = projects.by_id(turn.tx, here)
    except NoProjectError:
        turn.toast("press.gone")
        return
    if doors.role_in(turn, here) not in REVIEWERS:
        turn.tell(phrase("refused.reviewer"))
        return
    if not serving.may_show(turn, here, row.version):
        turn.tell(serving.not_here(turn, here, row.version))
    elif turn.schema(here, row.version).review is None:
        turn.tell(phrase("review.off", title=turn.schema(here, row.version).title))
    else:
        held = reviews.in_hand(turn.tx, turn.person.id)
        if held is not None and held.project != here:
            reviews.give_up(turn.tx, turn.person.id)
        _next(turn, here, former=_laid_down(turn))


def _laid_down(turn: Turn) -> Former | None:
    """A reviewer's own card waits, or goes to others: what they type from now on is about the review."""
    own = cards.open_card(turn.tx, turn.person.id)
    if own is None:
        return None
    serving.lay_down(turn, own)
    return Former(own, turn.say(phrase("card.aside")))


def _next(
    turn: Turn, project: int, said: str = "", former: Former | None = None, extra: Rows = (), but: int | None = None
) -> None:
    """Shows the next item in place of what was tapped; `but` is one that was just put off."""
    found = reviews.claim(turn.tx, project, turn.person.id, new_nonce(), turn.tx.now + LEASE)
    if found is not None and found.item == but:
        reviews.give_up(turn.tx, turn.person.id)
        found = None
    if found is None:
        _finished(turn, project, said, former, extra)
    else:
        show(turn, found, said, former, extra)


def _finished(turn: Turn, project: int, said: str, former: Former | None, extra: Rows) -> None:
    left = reviews.waiting(turn.tx, project)
    told = turn.say(phrase("review.left" if left else "review.none", count=left))
    text = f"{said}\n\n{told}" if said else told
    turn.post(place(turn, Message(text=(Part(text),), buttons=extra), None, former))


def show(turn: Turn, found: Review, said: str = "", former: Former | None = None, extra: Rows = ()) -> None:
    """There is one card of it: the one that stands there is edited, or shrinks to a line."""
    stood = None if former else reviewcard.former(turn, found)
    extra = extra if stood is None else extra or stood[1]
    message = place(turn, card(turn, _desk(turn, found), extra, said), None, former)
    if stood is not None:
        message = reviewcard.below(turn, found, message, stood[0])
    reviewcard.posted(turn, found, message, extra)


def _desk(turn: Turn, found: Review) -> Desk:
    row = projects.by_id(turn.tx, found.project)
    asked = turn.schema(row.id, row.version)
    given = reviewing.voices(asked, reviews.given(turn.tx, found.item), row.version)
    judge = weighing.judge(turn.tx, row.id, asked, found.item)
    done = reviewing.present(asked, found.draft or {})
    return desk_of(turn, found, asked, row.version, _step(asked, given, found, done, judge))


def _step(asked: Project, given: Sequence[Voice], found: Review, done: Mapping[str, Label], judge: Judge) -> Step:
    """An item that nobody disputes any more is asked as a whole."""
    confidence = (asked.review or DEFAULT).confidence
    every = found.reason != "disputed"
    went, question = reviewing.forward(asked, given, done, confidence, every, judge)
    if question is None and not done and not every:
        went, question = reviewing.forward(asked, given, done, confidence, True, judge)
    return Step(given, went, question, judge)


def press(turn: Turn, pressed: Pressed) -> None:
    """A tap on a review's button."""
    found = reviews.known(turn.tx, pressed.nonce)
    if found is None or pressed.action not in ACTIONS:
        turn.toast("press.gone")
    elif found.reviewer is not None and found.reviewer != turn.person.id:
        turn.toast("press.not_yours", alert=True)
    elif doors.role_in(turn, found.project) not in REVIEWERS:
        turn.toast("refused.reviewer", alert=True)
    elif not serving.may_show(turn, found.project, projects.by_id(turn.tx, found.project).version):
        turn.toast("press.gone")
    else:
        ACTIONS[pressed.action](turn, reviews.lock(turn.tx, found), pressed)


def _held(work: Callable[[Turn, Review, Desk, Pressed], None]) -> Callable[[Turn, Review, Pressed], None]:
    """Only while the item is in this reviewer's hand, still in question, and asked as it was when it was shown."""

    def checked(turn: Turn, found: Review, pressed: Pressed) -> None:
        if found.state != "open":
            turn.toast("review.decided")
        elif found.reviewer != turn.person.id:
            turn.toast("press.gone")
        elif found.item_state not in ("done", "flagged"):
            reviews.give_up(turn.tx, turn.person.id)
            _next(turn, found.project, turn.say(phrase("review.moot")))
        elif (desk := _desk(turn, found)).step != pressed.step:
            show(turn, found, turn.say(phrase("review.changed")))
        else:
            work(turn, found, desk, pressed)

    return checked


def _take(turn: Turn, found: Review, desk: Desk, pressed: Pressed) -> None:
    """One tap decides a question, and with the last one the item."""
    assert desk.question is not None
    offered = reviewing.ways(desk.question, desk.given, desk.judge)
    way = next((one for one in offered if one.argument == pressed.argument and not one.gone), None)
    if way is None:
        show(turn, found, turn.say(phrase("review.changed")))
        return
    done = dict(desk.done) | {desk.question.name: way.label}
    step = _step(desk.asked, desk.given, found, done, desk.judge)
    if step.question is not None:
        kept = reviews.keep(turn.tx, found, dict(step.done), found.note, turn.tx.now + LEASE)
        show(turn, kept)
        return
    _decide(turn, found, desk, {name: label for name, label in step.done.items() if label is not None})


def _decide(turn: Turn, found: Review, desk: Desk, label: dict[str, Label]) -> None:
    told = (desk.asked.review or DEFAULT).feedback
    with settling.changed(turn.tx, found.project, desk.asked, desk.version, (found.item,)):
        decided = reviews.decide(turn.tx, found, turn.person.id, label, desk.version, feedback=told)
    if not decided:
        turn.toast("review.decided")
        return
    people.record(turn.tx, turn.person.id, found.project, "review", {"item": found.key})
    said = turn.say(
        phrase("review.saved", item=item_name(found.key), label=described(turn.language, desk.asked, label))
    )
    first: Row = (turn.button("review.undo", Pressed(found.nonce or "", 0, "u")),)
    if found.item_state == "done":
        first += (turn.button("review.gold", Pressed("", found.item, "g", fingerprint(label))),)
    extra: Rows = (first,)
    if found.note:
        extra += ((turn.button("review.add", Pressed(found.nonce or "", 0, "i")),),)
    _next(turn, found.project, said, extra=extra)


def _send_back(turn: Turn, found: Review, desk: Desk, pressed: Pressed) -> None:
    with settling.changed(turn.tx, found.project, desk.asked, desk.version, (found.item,)):
        went = reviews.send_back(turn.tx, found)
    if went:
        retract(turn, found.item)
        people.record(turn.tx, turn.person.id, found.project, "send back", {"item": found.key})
        _next(turn, found.project, turn.say(phrase("review.sent_back", item=item_name(found.key))))


def _take_out(turn: Turn, found: Review, desk: Desk, pressed: Pressed) -> None:
    if reviews.take_out(turn.tx, found):
        retract(turn, found.item)
        people.record(turn.tx, turn.person.id, found.project, "withdrawn", {"item": found.key})
        _next(turn, found.project, turn.say(phrase("admin.withdrawn", item=item_name(found.key))))


def _later(turn: Turn, found: Review, desk: Desk, pressed: Pressed) -> None:
    reviews.later(turn.tx, found)
    _next(turn, found.project, but=found.item)


def _undo(turn: Turn, found: Review, pressed: Pressed) -> None:
    """Takes a decision back: the item is before the reviewer again."""
    version = projects.by_id(turn.tx, found.project).version
    with settling.changed(turn.tx, found.project, turn.schema(found.project, version), version, (found.item,)):
        went = reviews.take_back(turn.tx, found, turn.person.id, turn.tx.now + LEASE)
    if not went:
        turn.toast("press.undo_order")
        return
    people.record(turn.tx, turn.person.id, found.project, "review undone", {"item": found.key})
    _next(turn, found.project, turn.say(phrase("review.undone", item=item_name(found.key))))


def _instruct(turn: Turn, found: Review, pressed: Pressed) -> None:
    """The explanation of a decision becomes a line of the project's instructions, in a new version of it."""
    row = projects.by_id(turn.tx, found.project)
    config = projects.config_of(turn.tx, row.id, row.version)
    before, line = str(config["instructions"]).rstrip(), _line(found.note or "")
    if not line or line in before.splitlines():
        turn.toast("review.added")
    elif len(before) + len(line) + 1 > INSTRUCTIONS_MOST:
        turn.toast("review.too_long", alert=True)
    else:
        changed: dict[str, Any] = {**config, "instructions": f"{before}\n{line}".strip()}
        saved, _ = projects.save(turn.tx, row.name, changed)
        people.record(turn.tx, turn.person.id, row.id, "apply", {"version": saved.version, "instruction": line})
        turn.toast("review.added")
        held = reviews.in_hand(turn.tx, turn.person.id)
        if held is not None and held.project == row.id:
            show(turn, held)


def _line(note: str) -> str:
    return " ".join(note.split())


def explain(turn: Turn, text: str) -> bool:
    """What a reviewer types while an item is before them explains the decision that follows; False where none is."""
    found = reviews.in_hand(turn.tx, turn.person.id)
    if found is None:
        return False
    note = cut(storable(text.strip()), NOTE_LENGTH)
    kept = reviews.keep(turn.tx, found, found.draft, note or None, turn.tx.now + LEASE)
    show(turn, kept)
    return True


ACTIONS: Mapping[str, Callable[[Turn, Review, Pressed], None]] = {
    "a": _held(_take),
    "s": _held(_send_back),
    "w": _held(_take_out),
    "l": _held(_later),
    "u": _undo,
    "i": _instruct,
}
