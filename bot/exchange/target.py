"""Where an export goes: under another name until it is whole, so that nobody ever sees half of one."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from bot.exchange.problems import BadExport

MANIFEST: Final = "dataset.json"
_BLOCK: Final = 1 << 20


@contextmanager
def new_file(out: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when all has gone well, and is gone otherwise."""
    _make_parent(out)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, out)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder that gets its name when all has gone well. One of ours that stands there is replaced.

    Raises BadExport for a folder that holds anything else.
    """
    if out.exists() and not _replaceable(out):
        raise BadExport(f"{out} holds other things; name a new or empty folder.")
    _make_parent(out)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.mkdir()
        yield part
        _swap(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _make_parent(out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadExport(f"{out.parent} cannot be made: {error.strerror}.") from error


def _replaceable(out: Path) -> bool:
    return out.is_dir() and (not any(out.iterdir()) or ours(out / MANIFEST) is not None)


def _swap(part: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    if out.exists():
        os.replace(out, old)
    os.replace(part, out)
    shutil.rmtree(old, ignore_errors=True)


def ours(manifest: Path) -> dict[str, Any] | None:
    """A description that an export of ours has left, or None."""
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("program") == "labelbot" else None


def describe(file: Path, rows: int) -> dict[str, Any]:
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            found.update(block)
    return {"sha256": found.hexdigest(), "bytes": file.stat().st_size, "rows": rows}


def write_manifest(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Describes `files`; what is there of other exports into that folder stays, as long as its files are there."""
    place = folder / MANIFEST
    before = ours(place)
    if before is None and place.exists():
        raise BadExport(f"{place} is not labelbot's; name another folder for the export.")
    others = {name: one for name, one in (before or {}).get("files", {}).items() if (folder / name).is_file()}
    content = {"program": "labelbot", "files": dict(sorted({**others, **files}.items()))}
    with new_file(place) as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n")
