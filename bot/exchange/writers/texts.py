"""Labels of texts for training: CoNLL-2003, doccano and fastText."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported, as_json
from bot.exchange.sentences import listed
from bot.exchange.spans import iob
from bot.exchange.spans.iob import Span
from bot.exchange.spans.names import Names
from bot.exchange.spans.tokens import sentences, tokens
from bot.exchange.writers.base import Context, Format, Writer
from bot.exchange.writers.examples import Example, examples, losses, text_of, told
from bot.labels.base import Label

DOCUMENT: Final = "-DOCSTART- -X- O O"
OUTSIDE, OVERLAPPING, BLANK, EDGED = "outside", "overlapping", "blank", "edged"
MARK: Final = "__label__"
LINES, MARKED = "lines", "marked"


class Lines:
    """Writes each example as `render` gives it; None leaves it out."""

    def __init__(self, file: BinaryIO, context: Context, render: Callable[[Example, str], bytes | None]) -> None:
        self._file, self._context, self._render = file, context, render

    def write(self, one: Exported) -> int:
        count = 0
        for example in examples(self._context, one):
            text = text_of(self._context, one)
            made = None if text is None else self._render(example, text)
            if made is not None:
                self._file.write(made)
                count += 1
        return count

    def finish(self) -> None:
        self._file.flush()


def spans_in(context: Context, text: str, label: Label) -> list[Span]:
    """The label's spans that lie in the text; the others are counted as lost."""
    found = iob.spans_of(label)
    sound = [one for one in found if 0 <= one.start < one.end <= len(text)]
    context.lost[OUTSIDE] += len(found) - len(sound)
    return sorted(set(sound))


def trimmed(context: Context, text: str, spans: Sequence[Span]) -> list[Span]:
    """Without white space at their ends, which no token has; what is then nothing, and what is changed, is counted."""
    kept = [iob.trimmed(text, one) for one in spans]
    context.lost[BLANK] += kept.count(None)
    context.lost[EDGED] += sum(new is not None and new != old for new, old in zip(kept, spans, strict=True))
    return [one for one in kept if one is not None]


SPANS_LOST: Final = (
    (OUTSIDE, "Spans left out because they lie outside their text: {}."),
    (OVERLAPPING, "Spans left out because they overlap longer ones: {}; doccano, spacy and jsonl have them."),
    (BLANK, "Spans left out because there is only white space in them: {}."),
    (EDGED, "Spans that began or ended with white space lost that: {}."),
)


class _Conll:
    def __init__(self, context: Context) -> None:
        self._context = context
        self.names = Names([one.name for one in context.asked.labels])

    def __call__(self, example: Example, text: str) -> bytes:
        spans, left = iob.apart(trimmed(self._context, text, spans_in(self._context, text, example.label)))
        self._context.lost[OVERLAPPING] += len(left)
        found = tokens(text, (place for one in spans for place in one[:2]))
        names = {one.label: self._name(one.label) for one in spans}
        tag_of = dict(zip(found, iob.tags(found, spans, names), strict=True))
        lines = [DOCUMENT, ""]
        for sentence in sentences(text, found, [one[:2] for one in spans]):
            lines += [f"{text[one.start : one.end]} -X- O {tag_of[one]}" for one in sentence]
            lines.append("")
        return ("\n".join(lines) + "\n").encode("utf-8", "replace")

    def _name(self, label: str) -> str:
        made = self.names(label)
        if made != label:
            self._context.lost[f"name {label}"] = 1
        return made


def _open_conll(file: BinaryIO, context: Context) -> Writer:
    return Lines(file, context, _Conll(context))


def _conll_losses(context: Context) -> Sequence[str]:
    stays = "CoNLL holds words and their labels: no ids, no people, no other fields, and not how the words were spaced."
    return [stays, *losses(context), *told(context, SPANS_LOST), *renamed(context)]


def renamed(context: Context) -> Iterator[str]:
    """Which labels stand under other names, for the format parts its columns by spaces."""
    names = sorted(kind.removeprefix("name ") for kind in context.lost if kind.startswith("name "))
    if names:
        yield f"Labels with spaces in their names are written with _: {listed(names)}."


CONLL: Final = Format(".conll", _open_conll, _conll_losses, surveys=False, streams=True, types=("spans",))


class _Doccano:
    def __init__(self, context: Context) -> None:
        self._context, self._number = context, 0

    def __call__(self, example: Example, text: str) -> bytes:
        self._number += 1
        row: dict[str, Any] = {"id": self._number, "text": text, "label": self._label(text, example.label)}
        row |= {"meta": {"item": example.item.key} | ({"person": example.person} if example.person else {})}
        return as_json(row) + b"\n"

    def _label(self, text: str, label: Label) -> list[Any]:
        if self._context.asked.type == "spans":
            return [list(one) for one in spans_in(self._context, text, label)]
        return list(label) if isinstance(label, list) else [label]


def _open_doccano(file: BinaryIO, context: Context) -> Writer:
    return Lines(file, context, _Doccano(context))


def _doccano_losses(context: Context) -> Sequence[str]:
    return ["doccano holds texts and their labels, no other fields.", *losses(context), *told(context, SPANS_LOST[:1])]


DOCCANO: Final = Format(
    ".jsonl", _open_doccano, _doccano_losses, surveys=False, streams=True, types=("spans", "choice", "tags")
)


class _FastText:
    """fastText parts words at white space and NUL, and takes every word that begins with __label__ for a label."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._names = Names([one.name for one in context.asked.labels])

    def __call__(self, example: Example, text: str) -> bytes | None:
        labels = [str(one) for one in (example.label if isinstance(example.label, list) else [example.label])]
        if not labels:
            self._context.lost["none"] += 1
            return None
        words = [self._word(word) for word in text.replace("\0", " ").split()]
        self._context.lost[LINES] += len(text.splitlines()) > 1
        return " ".join([*(MARK + self._name(one) for one in labels), *words]).encode("utf-8", "replace") + b"\n"

    def _name(self, label: str) -> str:
        made = self._names(label)
        if made != label:
            self._context.lost[f"name {label}"] = 1
        return made

    def _word(self, word: str) -> str:
        marked = word.startswith(MARK) or word == "</s>"
        self._context.lost[MARKED] += marked
        return f"_{word}" if marked else word


def _open_fasttext(file: BinaryIO, context: Context) -> Writer:
    return Lines(file, context, _FastText(context))


def _fasttext_losses(context: Context) -> Sequence[str]:
    stays = "fastText holds words and labels: no ids, no people, no other fields, one space between words."
    kinds = (
        ("none", "Left out because no label was set: {}; fastText cannot say so."),
        (LINES, "Texts of several lines became one line: {}."),
        (MARKED, "Words that fastText would take for its own signs got a _ before them: {}."),
    )
    return [stays, *losses(context), *told(context, kinds), *renamed(context)]


FASTTEXT: Final = Format(
    ".txt", _open_fasttext, _fasttext_losses, surveys=False, streams=True, types=("choice", "tags")
)
