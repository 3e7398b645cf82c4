"""Errors a person at the command line can mend: one sentence, no traceback."""

import errno
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import click

from bot.characters import harmless

WORDS: Final[Mapping[int, str]] = {
    errno.EACCES: "this user may not read or write there",
    errno.EEXIST: "there is a file of that name, so it can be no folder",
    errno.ENOENT: "there is no such file or folder",
    errno.ENOSPC: "the disk is full",
    errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EISDIR: "this is a folder, not a file",
    errno.EROFS: "it lies on a disk that is read-only",
}
BROKEN: Final[Mapping[str, str]] = {
    "file is not a database": "its file is not an SQLite database",
    "database disk image is malformed": "its file is damaged; put a backup in its place",
}
CLOSED: Final[Mapping[str, str]] = {
    "unable to open database file": "its file cannot be opened",
    "database or disk is full": "the disk is full",
    "attempt to write a readonly database": "this user may not write to its file",
}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Names the path in an error that says nothing of where, as that of a full disk does."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.strerror and not isinstance(error, BrokenPipeError):
            error.filename = str(path)
        raise


class Trouble(click.ClickException):
    """Shown as `labelbot: sentence`; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.secho(f"labelbot: {harmless(self.message)}", err=True, fg="red" if sys.stderr.isatty() else None)


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
    return (
        isinstance(error, kinds)
        or _broken_file(error)
        or type(error).__name__ in ("BadImport", "BadExport", "BadMedia")
    )


def sentence(error: Exception) -> str:
    """The error in one line; a database's or system's own words without what the library adds to them."""
    if isinstance(error, OSError):
        return of_system(error)
    cause = of_database(error)
    return f"database: {cause}. `labelbot doctor` looks at it." if cause else str(error)


def of_system(error: OSError) -> str:
    """In words, without the number; with the path where there is one."""
    if not error.strerror:
        return str(error)
    names = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return ": ".join((" → ".join(names), WORDS.get(error.errno or 0, error.strerror))).removeprefix(": ")


def of_database(error: Exception) -> str | None:
    """What ails the database, in words; None where it is something else."""
    from sqlalchemy.exc import OperationalError

    if not isinstance(error, OperationalError) and not _broken_file(error):
        return None
    cause = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return BROKEN.get(cause) or CLOSED.get(cause, cause)


def _broken_file(error: Exception) -> bool:
    """What SQLite says of a file it cannot read is no OperationalError, but the plain DatabaseError."""
    return str(getattr(error, "orig", None)) in BROKEN
