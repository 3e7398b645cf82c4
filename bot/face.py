"""How a card looks: an item, its question and its buttons as a message."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol, cast

from bot import qualifying
from bot.buttons import Pressed, pack
from bot.characters import cut, units
from bot.chat import Button, Media, Message, Part, Row, Shown, ShownKind, Text
from bot.draft import Draft, current, step, suggested
from bot.labels import LABEL_TYPES, pieces
from bot.labels.base import Ask, Label, Option, Subject
from bot.labels.base import cut as cut_line
from bot.project import Project, Question
from bot.stored import regions
from bot.subject import Medium, clip_of, subject, text_field
from bot.turn import Turn
from bot.wording import phrase
from storage import answers, outbox
from storage.cards import Card

TEXT_LIMIT = 2800
CAPTION_LIMIT = 600
"""UTF-16 code units of an item shown on its card, so that question and hint still fit the platforms' messages (4096;
1024 under a picture)."""
SHARE = 80
"""The least that a field of a long record is shown of."""

BLANK = Part("\n\n")


class Holding(Protocol):
    """An item's data and media, as a card holds them."""

    @property
    def data(self) -> dict[str, Any]: ...
    @property
    def media(self) -> list[dict[str, Any]] | None: ...


def face(turn: Turn, card: Card, draft: Draft, rows: tuple[Row, ...] | None = None) -> Message:
    """The card's message; `rows` stand in for the label buttons."""
    project = turn.schema(card.project, card.version)
    question = current(project, draft)
    assert question is not None
    about = about_what(turn, card, question)
    ask = LABEL_TYPES[question.type].ask(question, draft.work, about)
    media = _media(turn, card, ask, about)
    text = joined(
        [
            _heading(turn, project, card, question, _piece(turn, ask, about)),
            _body(project, card, question, ask, bool(media)),
            _done(turn, project, draft),
            () if project.blind else _others(turn, card, project, question),
            _marks(turn, ask, menu=rows is not None),
        ]
    )
    buttons = (*_labels(turn, card, project, question, ask), _tools(turn, card, step(project, question)))
    return Message(
        text=text,
        kind="card",
        media=media,
        buttons=buttons if rows is None else rows,
        typed=ask.typed or bool(card.awaiting),
        placeholder=_placeholder(turn, card, ask),
    )


def _placeholder(turn: Turn, card: Card, ask: Ask) -> str:
    if card.awaiting:
        return turn.say(phrase(f"{card.awaiting}.how"))
    return turn.say(ask.hint) if ask.typed and ask.hint else ""


def asking(turn: Turn, card: Card, question: Question, draft: Draft) -> Ask:
    return LABEL_TYPES[question.type].ask(question, draft.work, about_what(turn, card, question))


def about_what(turn: Turn, card: Card, question: Question) -> Subject:
    """What the question is about, with the suggestion where this person is shown one."""
    project = turn.schema(card.project, card.version)
    shown = card.suggestion if card.planted is None else card.planted
    suggestion = suggested(question, shown) if card.suggested else None
    return subject(project, question, card.data, card.media, suggestion, lambda medium: regions(turn.tx, medium))


@dataclass(frozen=True, slots=True)
class Former:
    """The card that gives way, or another piece of it. `line` is what is left of its message where that is not edited
    into the next one; `back` adds the way back to it."""

    card: Card
    line: str = ""
    back: bool = False


def shown_of(card: Card) -> Shown | None:
    """The message of the card, as far as its sending was reported."""
    return Shown(card.message, cast(ShownKind, card.shown)) if card.message else None


def place(turn: Turn, message: Message, card: Card | None, former: Former | None) -> Message:
    """The message with where it goes: into the former card's message if that was tapped and nothing stands below it,
    else below everything. `card` is the one shown, None for a notice."""
    old = former.card if former else card
    stood = None if old is None else shown_of(old)
    other = former is not None and (card is None or former.card.id != card.id or bool(former.line))
    elsewhere = turn.shown is None or (stood is not None and stood.message != turn.shown.message)
    fresh = elsewhere or (old is not None and old.buried) or (other and _either_typed(turn, message, former))
    left = former if other and former and former.line else None
    undo = (turn.button("card.undo", Pressed(left.card.nonce, 0, "u"), quiet=True),) if left and left.back else ()
    return replace(
        message,
        replaces=stood or turn.shown,
        fresh=fresh,
        remains=(Part(left.line),) if left else (),
        remains_buttons=(undo,) if undo else (),
    )


def _either_typed(turn: Turn, message: Message, former: Former | None) -> bool:
    old = former.card if former else None
    return message.typed or (old is not None and turn.schemas.typed(turn.tx, old.project, old.version))


def headed(turn: Turn, message: Message, said: str) -> Message:
    """What is said stands once: above the card, or on what is left of the former one just above it. What is right there
    is not said in passing."""
    if not said or (message.fresh and message.replaces and message.remains == (Part(said),)):
        return message
    return replace(message, text=(Part(said + "\n\n", "plain" if turn.judged_gold else "quiet"), *message.text))


def joined(blocks: list[Text]) -> Text:
    """The blocks with an empty line between them; empty ones leave none."""
    made: list[Part] = []
    for block in blocks:
        if block:
            made += [BLANK, *block] if made else block
    return tuple(made)


def _heading(turn: Turn, project: Project, card: Card, question: Question, piece: str) -> Text:
    count = turn.say(phrase("card.progress", done=card.answered + 1, total=max(card.total, card.answered + 1)))
    title = question.title or project.instructions or project.title
    above = count if title == project.title else f"{count} · {project.title}"
    return (Part(f"{above}\n", "quiet"), Part(title, "bold"), *((Part(f"\n{piece}", "quiet"),) if piece else ()))


def _piece(turn: Turn, ask: Ask, about: Subject) -> str:
    """Which piece of a long clip is played; empty for one that is whole."""
    if ask.piece is None:
        return ""
    start, end = (pieces.clock(at) for at in about.pieces[ask.piece])
    return turn.say(phrase("card.piece", number=ask.piece + 1, count=len(about.pieces), start=start, end=end))


def _body(project: Project, card: Card, question: Question, ask: Ask, captioned: bool) -> Text:
    """The item's own words: one field as it stands, several as a list of names and values. A label type may show the
    one it is about in its own way."""
    limit = CAPTION_LIMIT if captioned else TEXT_LIMIT
    if not ask.body:
        return _words(project, card, _fields(project, card), limit)
    its_own = text_field(project, question, card.data, card.media or ())
    others = _words(project, card, [name for name in _fields(project, card) if name != its_own], limit, named=True)
    return joined([others, tuple(Part(text, style) for text, style in ask.body)])


def words(project: Project, item: Holding, limit: int) -> Text:
    """The item's own words as its card shows them, in at most `limit` UTF-16 code units."""
    return _words(project, item, _fields(project, item), limit)


def _words(project: Project, card: Holding, names: Sequence[str], limit: int, named: bool = False) -> Text:
    shown = {name: _plain(card.data[name]) for name in names if card.data.get(name) not in (None, "")}
    if not shown:
        return ()
    if len(names) == 1 and not project.show and not named:
        return (Part(cut(next(iter(shown.values())), limit), "quote"),)
    return _list(shown, limit)


def _list(shown: Mapping[str, str], limit: int) -> Text:
    """Every field has its share of the room; fields for which none is left are a mark."""
    names = [cut(name, SHARE) for name in shown]
    room = limit - sum(units(name) + len("\n: ") for name in names)
    shares = _shares([units(value) for value in shown.values()], room)
    lines: list[Part] = []
    for name, value, share in zip(names, shown.values(), shares, strict=True):
        start = "\n" if lines else ""
        line = (Part(f"{start}{name}: ", "bold"), Part(cut(value, share)))
        limit -= sum(units(part.text) for part in line)
        if limit < 0:
            return (*lines, Part("\n…", "quiet"))
        lines += line
    return tuple(lines)


def _shares(lengths: Sequence[int], room: int) -> list[int]:
    """Short fields stand whole; what they leave is shared among the long ones, each at least `SHARE`."""
    shares = [0] * len(lengths)
    by_length = sorted(range(len(lengths)), key=lengths.__getitem__)
    for taken, field in enumerate(by_length):
        shares[field] = min(lengths[field], max(SHARE, room // (len(lengths) - taken)))
        room -= shares[field]
    return shares


def _fields(project: Project, card: Holding) -> list[str]:
    pictured = {media["field"] for media in card.media or ()}
    return [name for name in project.show or card.data if name not in pictured]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _done(turn: Turn, project: Project, draft: Draft) -> Text:
    """The answers to the questions before this one."""
    lines = [
        f"✓ {_asked(question)} {_answer(turn, question, draft.done[question.name])}"
        for question in project.questions
        if question.name in draft.done
    ]
    return (Part("\n".join(lines), "quiet"),) if lines else ()


def _answer(turn: Turn, question: Question, label: Label) -> str:
    """None is said to be unsure."""
    return turn.say(phrase("card.unsure") if label is None else LABEL_TYPES[question.type].describe(question, label))


def described(turn: Turn, project: Project, done: Mapping[str, Label]) -> str:
    """All that was answered, in a line."""
    text = ", ".join(_answer(turn, one, done[one.name]) for one in project.questions if one.name in done)
    return cut_line(text, 120)


def _others(turn: Turn, card: Card, project: Project, question: Question) -> Text:
    """How often others gave which answer to the question."""
    given = answers.others(turn.tx, card.item, turn.person.id)[: _before(turn, card, project)]
    labels = (label[question.name] for label in given if question.name in label)
    counts = Counter(turn.say(LABEL_TYPES[question.type].describe(question, label)) for label in labels)
    if not counts:
        return ()
    told = ", ".join(said if count == 1 else f"{said} × {count}" for said, count in counts.most_common(5))
    return (Part(turn.say(phrase("card.others", labels=told)), "quiet"),)


def _before(turn: Turn, card: Card, project: Project) -> int | None:
    """How many of an item's answers came before this person's, as far as the card says. Everybody answers gold: all of
    its answers would tell it from other items, so there it is as many as might have come before on one of those. In a
    test, where each knows that it is one, none."""
    if card.gold is None:
        return None
    if qualifying.is_test(turn, card, project):
        return 0
    most = project.overlap if project.adaptive is None else project.adaptive.max
    return Random(f"others {card.item} {turn.person.id}").randrange(most)


def _asked(question: Question) -> str:
    return question.title if question.title.endswith(("?", ":", "!", ".")) else f"{question.title}:"


def _marks(turn: Turn, ask: Ask, menu: bool) -> Text:
    """What is marked so far, and how to go on: not under a menu, where other buttons stand."""
    parts = []
    if ask.marked:
        parts.append(Part(turn.say(ask.marked), "italic"))
    if ask.hint and not menu:
        parts.append(Part(("\n" if parts else "") + turn.say(ask.hint), "quiet"))
    return tuple(parts)


def _labels(turn: Turn, card: Card, project: Project, question: Question, ask: Ask) -> tuple[Row, ...]:
    at = step(project, question)
    rows = tuple(tuple(_option(turn, card, at, option) for option in row) for row in ask.rows)
    if ask.form:
        rows += ((turn.button("card.form", Pressed(card.nonce, at, "t"), form=True),),)
    if ask.page:
        rows += ((turn.button("card.page", Pressed(card.nonce, at, "d"), page=True),),)
    if project.unsure:
        rows += ((turn.button("card.unsure", Pressed(card.nonce, at, "n"), quiet=True),),)
    return rows


def _option(turn: Turn, card: Card, at: int, option: Option) -> Button:
    return Button(
        option.shown(turn.language),
        pack(Pressed(card.nonce, at, "a", option.choice)),
        "main" if option.main else "plain",
        spoken=option.spoken(turn.language),
    )


def _tools(turn: Turn, card: Card, at: int) -> Row:
    return (
        turn.button("card.undo", Pressed(card.nonce, at, "u"), quiet=True),
        turn.button("card.more", Pressed(card.nonce, at, "m"), quiet=True),
        turn.button("card.skip", Pressed(card.nonce, at, "s"), quiet=True),
    )


def _media(turn: Turn, card: Card, ask: Ask, about: Subject) -> tuple[Media, ...]:
    if not card.media:
        return ()
    clip = None if ask.piece is None else clip_of(card.media)
    shown = [one for medium in card.media for one in (_of_piece(turn, medium, ask) if medium is clip else [medium])]
    known = outbox.references(turn.tx, turn.account, [medium["id"] for medium in shown])
    found = (as_media(medium, known.get(medium["id"], "")) for medium in shown)
    painted = about.picture if clip is None else clip["wave"]["id"]
    return tuple(_painted(media, ask) if media.id == painted else media for media in found)


def _of_piece(turn: Turn, clip: Medium, ask: Ask) -> list[Medium]:
    """What stands for a long clip: its waveform, and the sound of the piece that is asked about."""
    assert ask.piece is not None
    alt = turn.say(phrase("card.wave", number=ask.piece + 1))
    wave = {**clip["wave"], "kind": "image", "field": clip["field"], "alt": alt}
    sound = {**clip["pieces"][ask.piece], "kind": "audio", "field": clip["field"], "alt": clip.get("alt")}
    return [wave, sound | {"name": clip.get("name", "")}]


def _painted(media: Media, ask: Ask) -> Media:
    """The picture with what the question draws over it."""
    if not ask.drawing:
        return media
    return replace(media, drawing=json.dumps(ask.drawing, separators=(",", ":")), reference="")


def as_media(kept: Mapping[str, Any], reference: str = "") -> Media:
    """A file as an item names it."""
    return Media(
        id=kept["id"],
        kind=kept["kind"],
        mime=kept["mime"],
        sha256=kept["sha256"],
        alt=kept.get("alt") or kept["field"],
        name=kept.get("name", ""),
        duration_ms=kept.get("duration_ms"),
        width=kept.get("width"),
        height=kept.get("height"),
        reference=reference,
    )
