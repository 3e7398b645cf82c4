"""CSV and TSV: text cells under a header."""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from bot.exchange.problems import BadImport
from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import encoding_of, reading

SUFFIXES: Final = frozenset({".csv", ".tsv", ".tab"})
LONGEST_CELL: Final = 64 << 20
NAMES: Final = {";": "semicolons", "|": "bars"}
_SAID: Final = re.compile(r"\ufeff?sep=([,;|\t])", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')


def open_table(path: Path) -> Opened:
    csv.field_size_limit(LONGEST_CELL)
    encoding, notes = encoding_of(path)
    delimiter, skipped = _start(path, encoding)
    if path.suffix.lower() in (".tsv", ".tab"):
        delimiter = "\t"
    columns = _header(path, encoding, delimiter, skipped)
    if delimiter in NAMES:
        notes = (*notes, f"Its cells are parted by {NAMES[delimiter]}.")
    rows = partial(_rows, path, encoding, delimiter, skipped, columns)
    kind = "TSV" if delimiter == "\t" else "CSV"
    return Opened(path=path, format=kind, rows=rows, base=path.parent, texts=True, columns=columns, notes=notes)


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


def _header(path: Path, encoding: str, delimiter: str, skipped: int) -> tuple[str, ...]:
    with reading(path, encoding, Meter()) as file:
        lines = _Lines(islice(file, skipped, None))
        try:
            first = next(csv.reader(lines, delimiter=delimiter), None)
        except csv.Error as error:
            raise BadImport(f"{path.name}, line {skipped + 1}: the header cannot be read ({error}).") from error
    if not first:
        raise BadImport(f"{path.name} is empty: it needs a first line with the names of its columns.")
    if lines.ended:
        raise BadImport(f"{path.name}, line {skipped + 1}: a quotation mark opens in the header and is not closed.")
    names = [name.strip() or f"column {place}" for place, name in enumerate(first, 1)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BadImport(f"{path.name}, line {skipped + 1}: two columns are called {twice!r}; rename one of them.")
    return tuple(names)


class _Lines:
    """Lines that tell whether more of them were wanted than there are: then a quotation mark was never closed."""

    def __init__(self, file: Iterable[str]) -> None:
        self._lines = iter(file)
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except StopIteration:
            self.ended = True
            raise


def _rows(path: Path, encoding: str, delimiter: str, skipped: int, columns: tuple[str, ...], meter: Meter) -> Rows:
    with reading(path, encoding, meter) as file:
        lines = _Lines(islice(file, skipped, None))
        reader = csv.reader(lines, delimiter=delimiter)
        next(reader, None)
        before = skipped + reader.line_num
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Raw(before + 1, {}, f"the line cannot be read: {error}")
                before = skipped + reader.line_num
                continue
            if cells is None:
                return
            if lines.ended:
                last = skipped + reader.line_num
                yield Raw(
                    before + 1,
                    {"1": "".join(cells)[:1000]},
                    f"a quotation mark opens here and is not closed: {_to(before + 1, last)}",
                )
                return
            if cells:
                yield _row(before + 1, cells, columns)
            before = skipped + reader.line_num


def _to(first: int, last: int) -> str:
    return "the row is cut off" if first == last else f"all up to line {last} was taken for one cell"


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> Raw:
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) == len(columns):
        return Raw(line, dict(zip(columns, cells, strict=True)))
    reason = f"it has {len(cells)} cells, but the header has {len(columns)}"
    return Raw(line, {str(place): cell for place, cell in enumerate(cells, 1)}, reason)
