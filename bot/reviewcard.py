"""How an item looks to a reviewer: what people were shown, what each made of it, and what may be decided."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import payload
from bot.buttons import Pressed, pack
from bot.characters import cut, item_name, units
from bot.chat import Button, Media, Message, Part, Row, Shown, Text
from bot.comparing import Compared, consensus_line, drawn_on
from bot.face import as_media, joined, words
from bot.labels import LABEL_TYPES
from bot.labels.base import BUTTON_TEXT, Label
from bot.project import Project, Question
from bot.reviewing import MOST, Judge, Voice, Way, gone, on, slow, ways
from bot.turn import Turn
from bot.wording import phrase
from storage import outbox, reviews
from storage.database import Transaction
from storage.reviews import Remark, Review

NONE = 7
"""The place of no question, in a button."""
PLACES = 8
CAPTION, TEXT = 980, 3900
"""UTF-16 code units, so that every platform bears it: Telegram takes 1024 below a picture, and 4096 elsewhere."""
NAMES = 4
LINE = 120
"""Characters of an item's name in what is left of a card."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of each part is shown: `lines` answers and `notes` remarks of `line` characters each."""

    line: int
    lines: int
    notes: int


SIZES, SHORT_SIZES = (
    tuple(Size(line, *most) for line in lines) for lines, most in (((200, 120, 60), (8, 5)), ((60, 40, 24), (4, 2)))
)
"""The largest one that fits is taken; below a picture there is little room on every platform."""
LEAST = 60
"""Characters of the item's own words that stay at least, where it has any."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An item in front of a reviewer. `question` is the one to decide now, None where nothing can be taken; `version`
    is the project's."""

    review: Review
    asked: Project
    version: int
    given: Sequence[Voice]
    remarks: Sequence[Remark]
    waiting: int
    done: Mapping[str, Label]
    question: Question | None
    judge: Judge

    @property
    def step(self) -> int:
        """Says in a button what it was made for: of the project as it was, and which question."""
        place = NONE if self.question is None else self.asked.questions.index(self.question)
        return self.version * PLACES + place

    def pressed(self, action: str, argument: str = "") -> Pressed:
        return Pressed(self.review.nonce or "", self.step, action, argument)


def card(turn: Turn, desk: Desk, extra: tuple[Row, ...] = (), said: str = "") -> Message:
    """`extra` are buttons about the decision before this one, `said` is what became of it."""
    media = _media(turn, desk)
    limit = CAPTION if media else TEXT
    for size in SHORT_SIZES if media else SIZES:
        above, below = _above(turn, desk, said, size), _below(turn, desk, size)
        taken = sum(units(part.text) for block in (*above, *below) for part in block)
        if taken + LEAST <= limit:
            break
    text = joined([*above, words(desk.asked, desk.review, max(LEAST, limit - taken)), *below])
    return Message(text=text, media=media, buttons=(*_ways(turn, desk), *_tools(turn, desk), *extra))


def posted(turn: Turn, review: Review, message: Message, extra: tuple[Row, ...]) -> None:
    """Sends the card; it is known where it stands, and with what `extra` buttons, once it was sent."""
    turn.post(message, review={"id": review.id, "extra": len(extra)})


def stands(tx: Transaction, chat: int, held: Mapping[str, Any], shown: Shown) -> None:
    """A card was sent; `held` is what the outbox kept of it."""
    about = held["review"]
    rows = held["buttons"][len(held["buttons"]) - about["extra"] :]
    reviews.stands(tx, about["id"], {"chat": chat, "message": shown.message, "kind": shown.kind, "extra": rows})


def former(turn: Turn, review: Review) -> tuple[Shown, tuple[Row, ...]] | None:
    """Where the card stands before its reviewer, and its extra buttons, where nothing was tapped: what comes now goes
    below all that was typed."""
    there = review.shown
    if turn.shown is not None or there is None or there["chat"] != turn.person.chat:
        return None
    return Shown(there["message"], there["kind"]), payload.rows(there["extra"])


def below(turn: Turn, review: Review, message: Message, stood: Shown) -> Message:
    """The card below everything; of the one that stood there a line is left, and no button."""
    line = turn.say(phrase("review.below", item=cut(item_name(review.key), LINE)))
    return replace(message, replaces=stood, fresh=True, remains=(Part(line, "quiet"),))


def _above(turn: Turn, desk: Desk, said: str, size: Size) -> list[Text]:
    title, key = cut(desk.asked.title, size.line), cut(item_name(desk.review.key), 2 * size.line)
    heading = turn.say(phrase(f"review.{desk.review.reason}", count=desk.waiting, title=title))
    before: Text = (Part(cut(said, 2 * size.line), "quiet"),) if said else ()
    return [before, (Part(heading + "\n", "quiet"), Part(key, "bold"))]


def _below(turn: Turn, desk: Desk, size: Size) -> list[Text]:
    note = cut(desk.review.note or "", size.line)
    return [
        _answers(turn, desk, size),
        _remarks(turn, desk.remarks, size),
        _proposed(turn, desk, size),
        (Part(turn.say(phrase("review.note", note=note)), "italic"),) if note else (),
        (Part(turn.say(phrase("review.hint_again" if note else "review.hint")), "quiet"),) if size in SIZES else (),
    ]


def _answers(turn: Turn, desk: Desk, size: Size) -> Text:
    """What was decided before, then the answers to the question that is decided now: equal ones on a line."""
    before = [one for one in desk.asked.questions if desk.done.get(one.name) is not None]
    told = [f"✓ {cut(one.title, size.line)} {_told(turn, one, desk.done[one.name], size)}\n" for one in before]
    parts = [Part("".join(told), "quiet")]
    if desk.question is None:
        return tuple(parts) if before else (Part(turn.say(phrase("item.nobody"))),)
    parts.append(Part(cut(desk.question.title, 2 * size.line) + "\n", "bold"))
    found = [way for way in ways(desk.question, desk.given, desk.judge) if way.voices]
    lines = [_line(turn, desk.question, number, way, size) for number, way in enumerate(found[: size.lines], 1)]
    doubting = [one for one in desk.given if one.doubts(desk.asked, desk.question)]
    if doubting:
        lines.append(f"{turn.say(phrase('card.unsure'))} ({_names(doubting)})")
    parts.append(Part("\n".join(lines) if lines else turn.say(phrase("item.nobody"))))
    return tuple(part for part in parts if part.text)


def _line(turn: Turn, question: Question, number: int, way: Way, size: Size) -> str:
    said = _told(turn, question, way.label, size)
    told = turn.say(phrase("item.gone", label=said)) if way.gone else said
    return f"{number} · {told} ({_names(way.voices)})"


def _names(voices: Sequence[Voice]) -> str:
    """Pseudonyms, of many people the first ones."""
    more = f" +{len(voices) - NAMES}" if len(voices) > NAMES else ""
    return ", ".join(one.public[:8] for one in voices[:NAMES]) + more


def _told(turn: Turn, question: Question, label: Label, size: Size) -> str:
    return cut(turn.say(LABEL_TYPES[question.type].describe(question, label)), size.line)


def _remarks(turn: Turn, remarks: Sequence[Remark], size: Size) -> Text:
    lines = [
        f"{turn.say(phrase(f'review.said.{one.kind}'))} {one.public[:8]}: {cut(one.text, size.line)}"
        for one in remarks[-size.notes :]
    ]
    return (Part("\n".join(lines), "quote"),) if lines else ()


def _proposed(turn: Turn, desk: Desk, size: Size) -> Text:
    question = desk.question
    labels = [] if question is None else on(question, desk.given)
    if question is None or not labels or slow(question, [label for _, label in labels]):
        return ()
    merged = desk.judge(question, labels)
    told = "" if merged.value is None else _told(turn, question, merged.value, size)
    if gone(question, desk.given, merged.value):
        told = turn.say(phrase("item.gone", label=told))
    return (Part(turn.say(consensus_line(merged, labels, told))),)


def _ways(turn: Turn, desk: Desk) -> tuple[Row, ...]:
    """Labels one below the other, as on a card; answers that are long by their numbers, four in a row."""
    if desk.question is None:
        return ()
    found = ways(desk.question, desk.given, desk.judge)
    counted = LABEL_TYPES[desk.question.type].CATEGORICAL
    numbers = {way.argument: number for number, way in enumerate((one for one in found if one.voices), 1)}
    offered = [way for way in found if not way.gone]
    buttons = [_button(turn, desk, way, None if counted else numbers.get(way.argument)) for way in offered]
    if counted:
        return tuple((button,) for button in buttons)
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def _button(turn: Turn, desk: Desk, way: Way, number: int | None) -> Button:
    title = turn.say(way.title if number is None else phrase("review.take", number=number))
    times = f" × {len(way.voices)}" if number is None and len(way.voices) > 1 else ""
    mark = "✓ " if way.proposed else ""
    shown = cut(mark + title, BUTTON_TEXT - len(times)) + times
    return Button(shown, pack(desk.pressed("a", way.argument)), "main" if way.proposed else "plain")


def _tools(turn: Turn, desk: Desk) -> tuple[Row, ...]:
    back, later = turn.button("review.back", desk.pressed("s")), turn.button("review.later", desk.pressed("l"))
    if desk.review.reason != "flagged":
        return ((back, later),)
    return ((back, turn.button("review.out", desk.pressed("w"))), (later,))


def _media(turn: Turn, desk: Desk) -> tuple[Media, ...]:
    """Where people drew, the picture with all versions beside each other; else what the item holds."""
    kept = desk.review.media or ()
    drawn = Compared(desk.asked, desk.review.key, desk.review.data, kept, _numbered(desk)).picture(turn.language)
    if drawn is not None:
        picture, drawing = drawn
        return (replace(as_media(picture), drawing=json.dumps(drawing, separators=(",", ":"))),)
    known = outbox.references(turn.tx, turn.account, [one["id"] for one in kept]) if kept else {}
    return tuple(as_media(one, known.get(one["id"], "")) for one in kept)


def _numbered(desk: Desk) -> list[Voice]:
    """The answers as the picture has them: those to a drawn question by the numbers that its buttons have."""
    taken: Sequence[Way] = ()
    if desk.question is not None and drawn_on(desk.question):
        taken = [way for way in ways(desk.question, desk.given, desk.judge) if way.voices]
    order = {one.id: number for number, way in enumerate(taken, 1) for one in way.voices}
    return [
        replace(one, public=f"{order[one.id]} · {one.public[:8]}" if one.id in order else one.public[:8])
        for one in sorted(desk.given, key=lambda one: order.get(one.id, MOST))
    ]


def desk_of(turn: Turn, review: Review, asked: Project, version: int, step: "Step") -> Desk:
    """The review with what its card shows."""
    return Desk(
        review=review,
        asked=asked,
        version=version,
        given=step.given,
        remarks=reviews.remarks(turn.tx, review.item),
        waiting=reviews.waiting(turn.tx, review.project),
        done=step.done,
        question=step.question,
        judge=step.judge,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """How far a decision is: see `bot.reviewing.forward`."""

    given: Sequence[Voice]
    done: Mapping[str, Label]
    question: Question | None
    judge: Judge
