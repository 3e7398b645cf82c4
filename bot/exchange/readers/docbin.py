"""spaCy's DocBin: a text an item, with the spans of the group `labels`, else of its only group, else its `ents`."""

import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.exchange.problems import BadImport
from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.spans import iob
from bot.exchange.writers.docbin import GROUP, NEEDED

if TYPE_CHECKING:
    from spacy.tokens import Doc

SUFFIX: Final = ".spacy"
LARGEST: Final = 2 << 30
_FAULTS: Final = (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError)


def open_docbin(path: Path) -> Opened:
    _check(path)
    return Opened(
        path=path,
        format="spaCy DocBin",
        rows=partial(_rows, path),
        base=path.parent,
        columns=("id", "text"),
        types=("spans",),
    )


def _check(path: Path) -> None:
    """Raises BadImport for what is no DocBin, or would fill the memory."""
    try:
        import spacy  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise BadImport(NEEDED.format("read")) from error
    unpacking = zlib.decompressobj()
    size = 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                while block:
                    size += len(unpacking.decompress(block, 1 << 24))
                    block = unpacking.unconsumed_tail
                    if size > LARGEST:
                        raise BadImport(f"{path.name} unpacks to more than {LARGEST >> 30} GB.")
    except zlib.error as error:
        raise BadImport(f"{path.name} is no DocBin of spaCy's, or a broken one.") from error


def _rows(path: Path, meter: Meter) -> Rows:
    import spacy
    from spacy.tokens import DocBin

    try:
        held = DocBin().from_disk(path)
        meter.total += len(held)
        for number, doc in enumerate(held.get_docs(spacy.blank("xx").vocab), 1):
            meter.done += 1
            yield Raw(number, _cells(doc))
    except _FAULTS as error:
        raise BadImport(f"{path.name} is no DocBin of spaCy's, or a broken one.") from error


def _cells(doc: "Doc") -> dict[str, Any]:
    groups = dict(doc.spans)
    found = groups.get(GROUP) or (next(iter(groups.values())) if len(groups) == 1 else doc.ents)
    spans = [iob.Span(one.start_char, one.end_char, one.label_) for one in found]
    cells: dict[str, Any] = {"text": doc.text, "label": iob.label_of(doc.text, spans)}
    item = doc.user_data.get("item")
    return {"id": item, **cells} if isinstance(item, str) else cells
