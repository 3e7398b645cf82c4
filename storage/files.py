"""Media bytes by content hash: what is the same is kept once, and a file is there in full or not at all."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ARRIVING = "arriving"


class NoSuchFile(FileNotFoundError):
    """No file with this hash is kept (any more)."""


class Files:
    """A folder of files named by the lower-case SHA-256 of their content, in 256 folders below `root`.

    Safe for several processes at once. A hash that is not 64 hexadecimal digits raises `ValueError`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def put(self, content: bytes) -> str:
        """Keeps `content` and returns its hash, once it is on the disk; what is there already is not written again."""
        sha = hashlib.sha256(content).hexdigest()
        target = self._place(sha)
        if not _holds(target, len(content)):
            _make_folder(self._root / _ARRIVING)
            _make_folder(target.parent)
            with self._arriving(content) as arrived:
                os.replace(arrived, target)
            _sync_folder(target.parent)
        return sha

    def open(self, sha: str) -> BinaryIO:
        """The file, to be closed by the caller; raises `NoSuchFile`."""
        return self.path(sha).open("rb")

    def path(self, sha: str) -> Path:
        """Where the file is, to serve it without reading it; never to be written to. Raises `NoSuchFile`."""
        place = self._place(sha)
        if not place.is_file():
            raise NoSuchFile(f"no file {sha}")
        return place

    def size(self, sha: str) -> int:
        """Bytes; raises `NoSuchFile`."""
        return self.path(sha).stat().st_size

    def delete(self, sha: str) -> bool:
        """Forgets the file; whether there was one."""
        try:
            self._place(sha).unlink()
        except FileNotFoundError:
            return False
        return True

    def sweep(self, older_than_seconds: float = 3600.0) -> int:
        """Removes what a killed process was still writing, and returns how many; for the start of a program."""
        before, swept = time.time() - older_than_seconds, 0
        for left in (self._root / _ARRIVING).glob("*"):
            # Another process may finish or sweep it meanwhile.
            with suppress(FileNotFoundError):
                if left.stat().st_mtime <= before:
                    left.unlink()
                    swept += 1
        return swept

    def _place(self, sha: str) -> Path:
        if not _SHA256.fullmatch(sha):
            raise ValueError("a file's name is the 64 lower-case hexadecimal digits of its SHA-256")
        return self._root / sha[:2] / sha

    @contextmanager
    def _arriving(self, content: bytes) -> Iterator[str]:
        handle, name = tempfile.mkstemp(dir=self._root / _ARRIVING)
        try:
            with open(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(handle)
            yield name
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)


def _holds(place: Path, size: int) -> bool:
    # A shorter file is what a disk lost power over; it is written again.
    with suppress(FileNotFoundError):
        return place.stat().st_size == size
    return False


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """A rename lasts once its folder is on the disk, not before."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
