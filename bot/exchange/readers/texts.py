"""A plain text file: every line that is not blank is an item."""

from functools import partial
from pathlib import Path

from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import encoding_of, reading


def open_text(path: Path) -> Opened:
    encoding, notes = encoding_of(path)
    rows = partial(_rows, path, encoding)
    return Opened(path=path, format="text lines", rows=rows, base=path.parent, columns=("text",), notes=notes)


def _rows(path: Path, encoding: str, meter: Meter) -> Rows:
    with reading(path, encoding, meter, newline=None) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield Raw(number, {"text": line.strip()})
