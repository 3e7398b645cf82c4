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


def sentence(error: Exception) -> str:
    """The error in one line; a database's or system's own words without what the library adds to them."""
    from sqlalchemy.exc import OperationalError

    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    if not isinstance(error, OperationalError):
        return str(error)
    cause = str(error.orig).partition("\n")[0]
    return f"database: {cause}. `labelbot doctor` looks at it."
