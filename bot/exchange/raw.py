"""What readers hand on: rows as they stand in a source, before anybody says what they mean."""

import base64
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

_NOWHERE: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file that comes within its source (an entry of an archive, bytes in a table), read when it is needed."""

    name: str
    load: Callable[[], bytes | Path]


class Raw(NamedTuple):
    """A row: where it stands (a line, or its number where there are no lines) and its cells, as JSON values or blobs.

    `reason` says why it cannot be taken; None for a sound row.
    """

    line: int
    cells: Mapping[str, Any]
    reason: str | None = None


Rows: TypeAlias = Iterator[Raw]


@dataclass(slots=True)
class Meter:
    """How far a source has been read, of how much: bytes, or rows where these are known."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source that is understood. `rows` reads it from the start, each time it is called.

    `base` is the folder its relative paths start from; `texts` says that every cell is text (a table without types);
    `mixed` that each row is a file, called `id`; `notes` are sentences about how it is read. `types` says that each row
    has in its cell `label` a label of one of these label types, and `classes` which names stand in them, where the
    source tells it.
    """

    path: Path
    format: str
    rows: Callable[[Meter], Rows]
    base: Path
    texts: bool = False
    mixed: bool = False
    columns: tuple[str, ...] | None = None
    notes: tuple[str, ...] = field(default=())
    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def clean(text: str) -> str:
    """`text` as every database holds it: without NUL and half characters (lone surrogates)."""
    return _NOWHERE.sub("\ufffd", text)


def holds_files(value: Any) -> bool:
    return isinstance(value, Blob) or (isinstance(value, list) and any(isinstance(one, Blob) for one in value))


def plain(value: Any) -> Any:
    """A value of Arrow's or Python's as JSON can hold it. Bytes become base64, a file its name."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, Blob):
        return value.name
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Blob):
        return value.name
    return str(value)
