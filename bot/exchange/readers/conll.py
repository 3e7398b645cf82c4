"""CoNLL: a word a line with its tag in the last column, in whatever scheme; a blank line after each sentence."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import encoding_of, reading
from bot.exchange.spans import iob

SUFFIXES: Final = frozenset({".conll", ".iob", ".iob2", ".bio", ".bioes", ".ner"})
DOCUMENT: Final = "-DOCSTART-"
LOOKED_AT: Final = 200
"""How many lines are asked whether a text file is CoNLL."""
_ROWLESS: Final = (DOCUMENT, "# ")


def open_conll(path: Path) -> Opened:
    """An item is a document where these are marked, else a sentence. Its words stand a space apart, its sentences on
    lines of their own: how they were spaced is not in the file."""
    encoding, notes = encoding_of(path)
    with reading(path, encoding, Meter(), newline=None) as file:
        documents = any(line.startswith(DOCUMENT) for line in file)
    unit = "document" if documents else "sentence"
    return Opened(
        path=path,
        format="CoNLL",
        rows=partial(_rows, path, encoding, documents),
        base=path.parent,
        columns=("text",),
        notes=(*notes, f"An item is a {unit}; its words are joined by spaces, for CoNLL does not say how they stood."),
        types=("spans",),
    )


def looks(path: Path, encoding: str) -> bool:
    """Whether a text file has the columns of CoNLL in every line."""
    with reading(path, encoding, Meter(), newline=None) as file:
        lines = [line for line in islice(file, LOOKED_AT) if line.strip() and not line.startswith(_ROWLESS)]
    found = [_word(line) for line in lines]
    marked = any(one is not None and one[1] != iob.OUTSIDE for one in found)
    return bool(found) and marked and all(found)


def _word(line: str) -> tuple[str, str] | None:
    """(word, tag); None where the line holds no such thing. Where tabs part its columns, a word may hold spaces."""
    columns = [one for one in (line.rstrip("\n").split("\t") if "\t" in line else line.split()) if one]
    if len(columns) < 2 or not iob.is_tag(columns[-1].strip()):
        return None
    return " ".join(columns[0].split()), columns[-1].strip()


def _rows(path: Path, encoding: str, documents: bool, meter: Meter) -> Rows:
    with reading(path, encoding, meter, newline=None) as file:
        for block in _blocks(file, documents):
            yield _item(block)


def _blocks(lines: Iterator[str], documents: bool) -> Iterator[list[tuple[int, str]]]:
    """The numbered lines of each item. Blank ones within a document are kept: they end a sentence."""
    held: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        ends = line.startswith(DOCUMENT) if documents else not line.strip()
        if ends and any(text.strip() for _, text in held):
            yield held
        if ends:
            held = []
        elif not (line.startswith("# ") and _word(line) is None):
            held.append((number, line))
    if any(text.strip() for _, text in held):
        yield held


def _item(block: Sequence[tuple[int, str]]) -> Raw:
    first = next(number for number, line in block if line.strip())
    sentences: list[list[tuple[str, str]]] = [[]]
    for number, line in block:
        word = _word(line) if line.strip() else None
        if word is not None:
            # A space may be a word with a tag, and is nothing that could be marked.
            sentences[-1] += [word] if word[0] else []
        elif line.strip():
            text = " ".join(one.split()[0] for _, one in block if one.strip())
            return Raw(first, {"text": text[:1000]}, f"line {number} must hold a word and its tag, such as B-LOC or O")
        elif sentences[-1]:
            sentences.append([])
    return Raw(first, cells([sentence for sentence in sentences if sentence]))


def cells(sentences: Sequence[Sequence[tuple[str, str]]]) -> dict[str, Any]:
    """The text that tagged words make, and its spans."""
    lines: list[str] = []
    spans: list[iob.Span] = []
    at = 0
    for sentence in sentences:
        line, places = iob.joined([word for word, _ in sentence])
        found = iob.tagged(places, [tag for _, tag in sentence])
        spans += [iob.Span(at + one.start, at + one.end, one.label) for one in found]
        lines.append(line)
        at += len(line) + 1
    text = "\n".join(lines)
    return {"text": text, "label": iob.label_of(text, spans)}
