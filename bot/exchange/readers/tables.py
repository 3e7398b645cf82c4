"""CSV and TSV: text cells under a header."""

import csv
import re
from collections import deque
from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple

from bot.exchange.problems import BadImport
from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import encoding_of, reading

SUFFIXES: Final = frozenset({".csv", ".tsv", ".tab"})
LONGEST_CELL: Final = 64 << 20
MOST_LINES: Final = 1000
"""Of one row: where its quote is closed later than that, it is taken for one that was left open."""
NAMES: Final = {";": "semicolons", "|": "bars"}
_SAID: Final = re.compile(r"\ufeff?sep=([,;|\t])", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')


def open_table(path: Path, quotes: bool = True) -> Opened:
    """Without `quotes` these mean nothing: a cell is what stands between two of what parts them."""
    csv.field_size_limit(LONGEST_CELL)
    encoding, notes = encoding_of(path)
    delimiter, skipped = _start(path, encoding)
    if path.suffix.lower() in (".tsv", ".tab"):
        delimiter = "\t"
    form = _Form(delimiter, csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE)
    columns = _header(path, encoding, form, skipped)
    if delimiter in NAMES:
        notes = (*notes, f"Its cells are parted by {NAMES[delimiter]}.")
    rows = partial(_rows, path, encoding, form, skipped, columns)
    kind = "TSV" if delimiter == "\t" else "CSV"
    return Opened(path=path, format=kind, rows=rows, base=path.parent, texts=True, columns=columns, notes=notes)


class _Form(NamedTuple):
    """What parts the cells, and what quotation marks mean, as `csv` says it."""

    delimiter: str
    quoting: Literal[0, 3]


def _start(path: Path, encoding: str) -> tuple[str, int]:
    """What parts the cells, and how many lines stand before the header: blank ones, and one by which Excel says what
    parts them. Else it is of the usual the commonest in the header; spreadsheets in many countries write semicolons."""
    with reading(path, encoding, Meter()) as file:
        for number, line in enumerate(file):
            said = _SAID.fullmatch(line.strip("\r\n"))
            if said:
                return said[1], number + 1
            if line.strip():
                header = _QUOTED.sub("", line)
                return max((",", ";", "\t", "|"), key=header.count), number
    return ",", 0


def _header(path: Path, encoding: str, form: _Form, skipped: int) -> tuple[str, ...]:
    with reading(path, encoding, Meter()) as file:
        lines = _Lines(file, skipped)
        try:
            first = next(csv.reader(lines, delimiter=form.delimiter, quoting=form.quoting), None)
        except csv.Error as error:
            raise BadImport(f"{path.name}, line {skipped + 1}: the header cannot be read ({error}).") from error
        except _OpenQuoteError as error:
            said = f"{path.name}, line {skipped + 1}: a quotation mark opens in the header and is not closed."
            raise BadImport(said) from error
    if not first:
        raise BadImport(f"{path.name} is empty: it needs a first line with the names of its columns.")
    names = [name.strip() or f"column {place}" for place, name in enumerate(first, 1)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BadImport(f"{path.name}, line {skipped + 1}: two columns are called {twice!r}; rename one of them.")
    return tuple(names)


class _OpenQuoteError(ValueError):
    """A cell that begins with a quote goes on and on, or to the end of the file."""


class _Lines:
    """A file's lines for `csv.reader`, which takes a quote that nobody closes for a cell that holds all the rest.

    `held` are those of the row being read. Taken back, all but the first are read again.
    """

    def __init__(self, file: Iterable[str], skipped: int) -> None:
        self._file = islice(file, skipped, None)
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.number = skipped

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._file, None)
        if line is None:
            if self.held:
                raise _OpenQuoteError("a quotation mark opens here and is not closed")
            raise StopIteration
        if len(self.held) > MOST_LINES:
            self._again.appendleft(line)
            raise _OpenQuoteError(f"a quotation mark opens here and is not closed within {MOST_LINES:,} lines")
        self.held.append(line)
        self.number += 1
        return line

    def take_back(self) -> str:
        """The first line held; those after it are put back."""
        self._again.extendleft(reversed(self.held[1:]))
        self.number -= len(self.held) - 1
        return self.held[0]


def _rows(path: Path, encoding: str, form: _Form, skipped: int, columns: tuple[str, ...], meter: Meter) -> Rows:
    with reading(path, encoding, meter) as file:
        lines = _Lines(file, skipped)
        reader = csv.reader(lines, delimiter=form.delimiter, quoting=form.quoting)
        next(reader, None)
        while True:
            lines.held.clear()
            first = lines.number + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Raw(first, {}, f"the line cannot be read: {error}")
                continue
            except _OpenQuoteError as error:
                yield Raw(first, {"text": lines.take_back()[:1000]}, str(error))
                reader = csv.reader(lines, delimiter=form.delimiter, quoting=form.quoting)
                continue
            if cells is None:
                return
            if cells:
                yield _row(first, cells, columns)


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> Raw:
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) == len(columns):
        return Raw(line, dict(zip(columns, cells, strict=True)))
    reason = f"it has {len(cells)} cells, but the header has {len(columns)}"
    return Raw(line, {str(place): cell for place, cell in enumerate(cells, 1)}, reason)
