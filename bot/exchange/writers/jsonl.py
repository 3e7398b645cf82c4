"""JSON Lines: nested rows, as they are. Carries everything."""

from collections.abc import Sequence
from typing import BinaryIO, Final

from bot.exchange.exported import Exported, as_json, rows
from bot.exchange.writers.base import Context, Format, Writer


class JsonLines:
    def __init__(self, file: BinaryIO, context: Context) -> None:
        self._file = file
        self._context = context

    def write(self, one: Exported) -> int:
        lines = [as_json(row) + b"\n" for row in rows(self._context.project, self._context.level, one)]
        self._file.write(b"".join(lines))
        return len(lines)

    def finish(self) -> None:
        self._file.flush()


def _open(file: BinaryIO, context: Context) -> Writer:
    return JsonLines(file, context)


def _losses(context: Context) -> Sequence[str]:
    return ()


FORMAT: Final = Format(".jsonl", _open, _losses, surveys=False, streams=True)
"""Its survey is not needed, so it is not made."""
