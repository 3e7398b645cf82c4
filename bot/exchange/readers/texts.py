"""Plain text files: every line that is not blank is an item. fastText's lines begin with their labels."""

import re
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from bot.exchange.raw import Meter, Opened, Raw, Rows
from bot.exchange.readers import conll
from bot.exchange.readers.encodings import encoding_of, reading

LABEL: Final = "__label__"
LOOKED_AT: Final = 50
_LABELS: Final = re.compile(rf"\s*((?:{LABEL}\S+\s*)+)(.*)", re.DOTALL)


def open_text(path: Path) -> Opened:
    encoding, notes = encoding_of(path)
    if conll.looks(path, encoding):
        return conll.open_conll(path)
    fast = _fast(path, encoding)
    return Opened(
        path=path,
        format="fastText" if fast else "text lines",
        rows=partial(_rows, path, encoding, fast),
        base=path.parent,
        columns=("text",),
        notes=notes,
        types=("choice", "tags") if fast else (),
    )


def _fast(path: Path, encoding: str) -> bool:
    """Whether each of the first lines begins with a label."""
    with reading(path, encoding, Meter(), newline=None) as file:
        lines = [line for line in islice(file, LOOKED_AT) if line.strip()]
    return bool(lines) and all(line.lstrip().startswith(LABEL) for line in lines)


def _rows(path: Path, encoding: str, fast: bool, meter: Meter) -> Rows:
    with reading(path, encoding, meter, newline=None) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield Raw(number, _labelled(line) if fast else {"text": line.strip()})


def _labelled(line: str) -> dict[str, Any]:
    found = _LABELS.fullmatch(line)
    if found is None:
        return {"text": line.strip()}
    return {"text": found[2].strip(), "label": [one.removeprefix(LABEL) for one in found[1].split()]}
