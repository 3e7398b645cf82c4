"""spaCy's DocBin: texts with their spans as `ents` and as the span group `labels`."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from bot.exchange.exported import Exported
from bot.exchange.problems import BadExport
from bot.exchange.spans import iob
from bot.exchange.spans.iob import Span
from bot.exchange.spans.tokens import tokens
from bot.exchange.writers.base import Context, Format, Writer
from bot.exchange.writers.examples import Example, examples, losses, text_of, told
from bot.exchange.writers.texts import SPANS_LOST, spans_in

if TYPE_CHECKING:
    from spacy.tokens import Doc

GROUP: Final = "labels"
NEEDED: Final = "spaCy is not installed, and only it can {} its files. Install it: pip install 'labelbot[spacy]'."
INSIDE: Final = "inside"


class DocBin:
    """All is held until the end: a DocBin is one piece."""

    def __init__(self, file: BinaryIO, context: Context) -> None:
        try:
            import spacy
            from spacy.tokens import DocBin as Bin
        except ImportError as error:
            raise BadExport(NEEDED.format("write")) from error
        self._file, self._context = file, context
        self._vocab = spacy.blank("xx").vocab
        self._bin = Bin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)

    def write(self, one: Exported) -> int:
        count = 0
        for example in examples(self._context, one):
            text = text_of(self._context, one)
            if text is not None:
                self._bin.add(self._doc(example, text))
                count += 1
        return count

    def finish(self) -> None:
        self._file.write(self._bin.to_bytes())
        self._file.flush()

    def _doc(self, example: Example, text: str) -> "Doc":
        from spacy.tokens import Doc
        from spacy.tokens import Span as Found

        text = text.encode("utf-8", "replace").decode()
        spans = spans_in(self._context, text, example.label)
        words, spaces, places = pieces(text, spans)
        user_data: dict[Any, Any] = {"item": example.item.key}
        if example.person:
            user_data["person"] = example.person
        doc = Doc(self._vocab, words=words, spaces=spaces, user_data=user_data)
        starts, ends = (
            {start: n for n, (start, _) in enumerate(places)},
            {end: n + 1 for n, (_, end) in enumerate(places)},
        )
        made = {one: Found(doc, starts[one.start], ends[one.end], label=one.label) for one in spans}
        doc.spans[GROUP] = [made[one] for one in spans]
        whole = [one for one in spans if iob.trimmed(text, one) == one]
        kept, _ = iob.apart(whole)
        self._context.lost[INSIDE] += len(spans) - len(kept)
        doc.set_ents([made[one] for one in kept])
        return doc


def pieces(text: str, spans: Sequence[Span]) -> tuple[list[str], list[bool], list[tuple[int, int]]]:
    """(words, whether a space follows each, where each stands): together they are the text again, sign by sign.

    A single space belongs to the word before it, unless a span begins or ends between the two, or ends after it; other
    white space is a word.
    """
    cuts = sorted({place for one in spans for place in one[:2]})
    borders = {0, len(text), *cuts}
    for token in tokens(text, cuts):
        borders |= set(token)
    edges = sorted(borders)
    words: list[str] = []
    spaces: list[bool] = []
    places: list[tuple[int, int]] = []
    # Where a space must be a word of its own.
    alone = {*cuts, *(one.end - 1 for one in spans)}
    for start, end in itertools.pairwise(edges):
        piece = text[start:end]
        if words and not spaces[-1] and piece[0] == " " and not words[-1].isspace() and start not in alone:
            spaces[-1] = True
            piece, start = piece[1:], start + 1
        if piece:
            words.append(piece)
            spaces.append(False)
            places.append((start, end))
    return words, spaces, places


def _open(file: BinaryIO, context: Context) -> Writer:
    return DocBin(file, context)


def _losses(context: Context) -> Sequence[str]:
    inside = "Spans that overlap longer ones, or begin or end with white space, are not in doc.ents: {}; "
    kinds = (SPANS_LOST[0], (INSIDE, inside + f"doc.spans['{GROUP}'] has all."))
    return ["A DocBin holds texts, spans and ids, no other fields.", *losses(context), *told(context, kinds)]


FORMAT: Final = Format(".spacy", _open, _losses, surveys=False, types=("spans",))
