"""A long clip that is transcribed piece by piece: what its card says of pieces that are dealt with."""

from bot import draft as drafts
from bot.draft import Draft
from bot.face import about_what
from bot.labels import LABEL_TYPES, pieces
from bot.project import Question
from bot.subject import clip_of
from bot.turn import Turn
from bot.wording import phrase
from storage import cards, typed
from storage.cards import Card


def taken_up(turn: Turn, card: Card) -> Card:
    """A long clip goes on at the piece at which the person left it, however long ago."""
    begun = cards.begun(turn.tx, card) if clip_of(card.media or ()) else None
    if begun is None:
        return card
    typed.move(turn.tx, begun[0], card.id)
    return cards.keep(turn.tx, card, begun[1], "", card.leased_until)


def answered(turn: Turn, question: Question, went: Draft, piece: int, count: int) -> str:
    """What is left of a piece that was just answered, of `count` in all."""
    label = went.done.get(question.name)
    text = pieces.texts(label)[piece] if label is not None else pieces.typed(question.name, went.work)[piece]
    said = LABEL_TYPES[question.type].describe(question, text)
    return turn.say(phrase("card.piece_done", number=piece + 1, count=count, label=turn.say(said)))


def taken_back(turn: Turn, card: Card, draft: Draft) -> str:
    """What is left of a piece that gives way to the one before it."""
    question = drafts.current(turn.schema(card.project, card.version), draft)
    assert question is not None
    about = about_what(turn, card, question)
    piece = LABEL_TYPES[question.type].ask(question, draft.work, about).piece
    if piece is None:
        return turn.say(phrase("undo.done"))
    return turn.say(phrase("card.piece_back", number=piece + 1, count=len(about.pieces)))
