"""JSON Lines, and JSON files that hold an array of objects; neither is ever held in memory whole."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from bot.exchange.problems import BadImport
from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers.encodings import BLOCK, encoding_of, reading

JSONL_SUFFIXES: Final = frozenset({".jsonl", ".ndjson"})
LONGEST_OBJECT: Final = 256 << 20
_SPACE = re.compile(r"[\s,]*")
_ARRAY = re.compile(r"\s*(\{\s*\"[^\"\\]*\"\s*:\s*)?\[")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def open_lines(path: Path) -> Opened:
    encoding, notes = encoding_of(path)
    return Opened(path=path, format="JSONL", rows=partial(_lines, path, encoding), base=path.parent, notes=notes)


def open_array(path: Path) -> Opened:
    """An array of objects, alone or under one name of an object; a file of JSON lines named .json is read as such."""
    encoding, notes = encoding_of(path)
    with reading(path, encoding, Meter()) as file:
        head = file.read(4096)
    if not head.strip():
        raise BadImport(f"{path.name} is empty.")
    if _ARRAY.match(head):
        return Opened(path=path, format="JSON", rows=partial(_array, path, encoding), base=path.parent, notes=notes)
    if head.lstrip().startswith("{"):
        return _object(path, encoding, notes)
    raise BadImport(f'{path.name} must hold an array of objects, as [{{"text": "…"}}, …], or one object a line.')


def _object(path: Path, encoding: str, notes: tuple[str, ...]) -> Opened:
    """One object whose array does not come first, or an object a line."""
    with reading(path, encoding, Meter()) as file:
        try:
            whole = _DECODER.decode(file.read(LONGEST_OBJECT))
        except (ValueError, RecursionError):
            return open_lines(path)
    arrays = [one for one in whole.values() if isinstance(one, list) and any(isinstance(row, dict) for row in one)]
    data = whole.get("data")
    found = [data] if isinstance(data, list) else arrays
    if len(found) > 1:
        raise BadImport(f'{path.name} holds several arrays; put the rows into one, as {{"data": […]}}.')
    rows = found[0] if found else [whole]
    return Opened(path=path, format="JSON", rows=partial(_numbered, rows), base=path.parent, notes=notes)


def _numbered(rows: list[Any], meter: Meter) -> Rows:
    meter.total += len(rows)
    for number, row in enumerate(rows, 1):
        meter.done += 1
        yield _row(number, row)


def _lines(path: Path, encoding: str, meter: Meter) -> Rows:
    with reading(path, encoding, meter, newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            try:
                yield _row(number, _DECODER.decode(line))
            except (ValueError, RecursionError) as error:
                yield Raw(number, {"text": line[:1000]}, f"it is no JSON: {_said(error)}")


def _said(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).partition(": line")[0]


def _row(number: int, value: Any) -> Raw:
    if isinstance(value, dict):
        return Raw(number, value)
    if isinstance(value, str):
        return Raw(number, {"text": value})
    return Raw(number, {"value": value}, "it is no object")


def _array(path: Path, encoding: str, meter: Meter) -> Rows:
    """Rows by their number in the array; what follows a broken one cannot be found again and is given up."""
    with reading(path, encoding, meter) as file:
        number = 0
        try:
            for number, value in enumerate(_values(file), 1):
                yield _row(number, value)
        except (ValueError, RecursionError) as error:
            yield Raw(number + 1, {}, f"from here on it is no JSON: {_said(error)}")


def _values(file: IO[str]) -> Iterator[Any]:
    buffer = file.read(BLOCK)
    start = _ARRAY.match(buffer)
    place = start.end() if start else 0
    while True:
        place = _skipped(buffer, place)
        if buffer[place : place + 1] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(buffer, place)
            # A number or word at the very end may go on in the next block.
            whole = end < len(buffer) or buffer[end - 1 : end] in ']}"'
        except ValueError as error:
            whole, problem = False, error
        else:
            problem = ValueError("the array does not end")
        if whole:
            yield value
            place = end
            continue
        more = file.read(max(BLOCK, len(buffer) - place))
        if not more or len(buffer) - place > LONGEST_OBJECT:
            raise problem if buffer[place:].strip() else ValueError("the array does not end")
        buffer, place = buffer[place:] + more, 0


def _skipped(buffer: str, place: int) -> int:
    found = _SPACE.match(buffer, place)
    return found.end() if found else place
