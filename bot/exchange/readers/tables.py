"""CSV and TSV: text cells under a header."""

import csv
from functools import partial
from pathlib import Path
from typing import Final

from bot.exchange.problems import BadImport
from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import encoding_of, reading

SUFFIXES: Final = frozenset({".csv", ".tsv", ".tab"})
LONGEST_CELL: Final = 64 << 20


def open_table(path: Path) -> Opened:
    csv.field_size_limit(LONGEST_CELL)
    encoding, notes = encoding_of(path)
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(path, encoding)
    columns = _header(path, encoding, delimiter)
    if delimiter == ";":
        notes = (*notes, "Its cells are parted by semicolons.")
    rows = partial(_rows, path, encoding, delimiter, columns)
    kind = "TSV" if delimiter == "\t" else "CSV"
    return Opened(path=path, format=kind, rows=rows, base=path.parent, texts=True, columns=columns, notes=notes)


def _delimiter(path: Path, encoding: str) -> str:
    """Of the usual three the commonest in the header; spreadsheets in many countries write semicolons."""
    with reading(path, encoding, Meter()) as file:
        header = file.readline()
    return max((",", ";", "\t"), key=header.count)


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    with reading(path, encoding, Meter()) as file:
        try:
            first = next(csv.reader(file, delimiter=delimiter), None)
        except csv.Error as error:
            raise BadImport(f"{path.name}, line 1: the header cannot be read ({error}).") from error
    if not first:
        raise BadImport(f"{path.name} is empty: it needs a first line with the names of its columns.")
    names = [name.strip() or f"column {place}" for place, name in enumerate(first, 1)]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise BadImport(f"{path.name}, line 1: two columns are called {twice!r}; rename one of them.")
    return tuple(names)


def _rows(path: Path, encoding: str, delimiter: str, columns: tuple[str, ...], meter: Meter) -> Rows:
    with reading(path, encoding, meter) as file:
        reader = csv.reader(file, delimiter=delimiter)
        next(reader, None)
        before = reader.line_num
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Raw(before + 1, {}, f"the line cannot be read: {error}")
                before = reader.line_num
                continue
            if cells is None:
                return
            if cells:
                yield _row(before + 1, cells, columns)
            before = reader.line_num


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> Raw:
    while len(cells) > len(columns) and not cells[-1]:
        cells.pop()
    if len(cells) == len(columns):
        return Raw(line, dict(zip(columns, cells, strict=True)))
    reason = f"it has {len(cells)} cells, but the header has {len(columns)}"
    return Raw(line, {str(place): cell for place, cell in enumerate(cells, 1)}, reason)
