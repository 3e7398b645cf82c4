"""Errors a person at the command line can mend: one sentence, no traceback."""

import sys
from typing import IO, Any

import click


class Trouble(click.ClickException):
    """Shown as `labelbot: sentence`; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.secho(f"labelbot: {self.message}", err=True, fg="red" if sys.stderr.isatty() else None)


def known(error: Exception) -> bool:
    """Whether the error's own words are meant for a person."""
    from sqlalchemy.exc import OperationalError

    from bot.chat import ChatError
    from bot.projectfile import BadProjectFile
    from config.settings import BadSettings
    from storage.migrations import NewerSchemaError

    kinds: tuple[type[Exception], ...] = (
        ChatError,
        BadProjectFile,
        BadSettings,
        NewerSchemaError,
        OperationalError,
        OSError,
    )
    return isinstance(error, kinds) or type(error).__name__ in ("BadImport", "BadExport", "BadMedia")
