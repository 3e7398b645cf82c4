"""How a card looks: an item, its question and its buttons as a message."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from bot.buttons import Pressed, pack
from bot.chat import Button, Media, Message, Part, Row, Shown, ShownKind, Text
from bot.draft import Draft, current, step, suggested
from bot.labels import LABEL_TYPES
from bot.labels.base import Ask, Option, cut
from bot.project import Project, Question
from bot.turn import Turn
from bot.wording import phrase
from storage import outbox
from storage.cards import Card

TEXT_LIMIT = 2800
CAPTION_LIMIT = 600
"""Characters of an item shown on its card, so that question and hint still fit the platforms' messages (4096; 1024
under a picture)."""

BLANK = Part("\n\n")


def face(turn: Turn, card: Card, draft: Draft, said: str = "", rows: tuple[Row, ...] | None = None) -> Message:
    """The card's message. `said` is one line about what just happened; `rows` stand in for the label buttons."""
    project = turn.schema(card.project, card.version)
    question = current(project, draft)
    assert question is not None
    ask = asking(card, question, draft)
    media = _media(turn, card)
    text = _join(
        [
            (Part(said, "quiet"),) if said else (),
            _heading(turn, project, card, question),
            _body(project, card, bool(media)),
            _done(turn, project, draft),
            _marks(turn, ask),
        ]
    )
    buttons = (*_labels(turn, card, project, question, ask), _tools(turn, card, step(project, question)))
    return Message(
        text=text,
        kind="card",
        media=media,
        buttons=buttons if rows is None else rows,
        typed=ask.typed,
        placeholder=turn.say(ask.hint) if ask.typed and ask.hint else "",
    )


def asking(card: Card, question: Question, draft: Draft) -> Ask:
    return LABEL_TYPES[question.type].ask(question, draft.work, suggestion_on(card, question))


def suggestion_on(card: Card, question: Question) -> Any:
    return suggested(question, card.suggestion) if card.suggested else None


def takes_typing(turn: Turn, card: Card, draft: Draft) -> bool:
    """Whether the card is answered by typing now: then its message stands for no other card, ever."""
    question = current(turn.schema(card.project, card.version), draft)
    return question is not None and asking(card, question, draft).typed


def remains(turn: Turn, card: Card, line: str) -> tuple[Text, tuple[Row, ...]]:
    """What is left of a card's message once it is answered: one line, and the way back."""
    return (Part(line),), ((turn.button("card.undo", Pressed(card.nonce, 0, "u"), quiet=True),),)


def replaced(card: Card, shown: Shown | None) -> Shown | None:
    if shown is not None:
        return shown
    return Shown(card.message, cast(ShownKind, card.shown)) if card.message else None


def _join(blocks: list[Text]) -> Text:
    joined: list[Part] = []
    for block in blocks:
        if block:
            joined += [BLANK, *block] if joined else block
    return tuple(joined)


def _heading(turn: Turn, project: Project, card: Card, question: Question) -> Text:
    count = turn.say(phrase("card.progress", done=card.answered + 1, total=max(card.total, card.answered + 1)))
    title = question.title or project.instructions or project.title
    return (Part(f"{count} · {project.title}\n", "quiet"), Part(title, "bold"))


def _body(project: Project, card: Card, captioned: bool) -> Text:
    """The item's own words: one field as it stands, several as a list of names and values."""
    shown = {name: _plain(card.data[name]) for name in _fields(project, card)}
    limit = CAPTION_LIMIT if captioned else TEXT_LIMIT
    if not shown:
        return ()
    if len(shown) == 1 and not project.show:
        return (Part(cut(next(iter(shown.values())), limit), "quote"),)
    each = max(80, limit // len(shown))
    lines: list[Part] = []
    for name, value in shown.items():
        lines += [Part(("\n" if lines else "") + f"{name}: ", "bold"), Part(cut(value, each))]
    return tuple(lines)


def _fields(project: Project, card: Card) -> Iterator[str]:
    pictured = {media["field"] for media in card.media or ()}
    names = project.show or tuple(card.data)
    return (name for name in names if name not in pictured and card.data.get(name) not in (None, ""))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return str(value)


def _done(turn: Turn, project: Project, draft: Draft) -> Text:
    """The answers to the questions before this one."""
    lines = [
        f"✓ {question.title}: {turn.say(LABEL_TYPES[question.type].describe(question, draft.done[question.name]))}"
        for question in project.questions
        if question.name in draft.done
    ]
    return (Part("\n".join(lines), "quiet"),) if lines else ()


def _marks(turn: Turn, ask: Ask) -> Text:
    parts = []
    if ask.marked:
        parts.append(Part(turn.say(ask.marked), "italic"))
    if ask.hint:
        parts.append(Part(("\n" if parts else "") + turn.say(ask.hint), "quiet"))
    return tuple(parts)


def _labels(turn: Turn, card: Card, project: Project, question: Question, ask: Ask) -> tuple[Row, ...]:
    at = step(project, question)
    rows = tuple(tuple(_option(turn, card, at, option) for option in row) for row in ask.rows)
    form = turn.button("card.form", Pressed(card.nonce, at, "t"), form=True)
    return (*rows, (form,)) if ask.form else rows


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


def _media(turn: Turn, card: Card) -> tuple[Media, ...]:
    if not card.media:
        return ()
    known = outbox.references(turn.tx, turn.account, [media["id"] for media in card.media])
    return tuple(as_media(media, known.get(media["id"], "")) for media in card.media)


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
