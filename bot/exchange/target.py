"""Where an export goes: under another name until it is whole, so that nobody ever sees half of one."""

import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from bot.exchange.problems import BadExport

MANIFEST: Final = "dataset.json"
CARD: Final = "README.md"
MEDIA: Final = "media"
_BLOCK: Final = 1 << 20
_PART: Final = re.compile(r"\.labelbot\.\d+\.part")
_OUR_MEDIA: Final = re.compile(r"[0-9a-f]{64}\.[0-9a-z]{1,4}")
_OUR_CARD: Final = re.compile(r"(?:---\n(?:configs|tags):\n(?:[- ] .*\n)+---\n\n)?# .*\n\nExported by labelbot\.\n")
"""Also with the head that earlier versions wrote."""


@contextmanager
def new_file(out: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when all has gone well, and is gone otherwise. A link stays, its file is replaced."""
    _make_parent(out)
    place = _followed(out)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, place)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill, whose files get their names in `out` when all has gone well.

    Of an earlier export in `out` its own files are replaced or, where the new one has none of their name, removed;
    nothing else there is touched. Raises BadExport for a folder that no export has made, and for one in which a file
    would be written over that no export has written.
    """
    before = _before(out)
    _make_parent(out)
    place = _followed(out)
    part = place / f".labelbot.{os.getpid()}.part" if place.exists() else place.with_name(f".{place.name}.part")
    try:
        part.mkdir()
        yield part
        if part.parent == place:
            _move_in(part, out, before)
        else:
            os.replace(part, place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def is_stream(out: Path) -> bool:
    """Whether `out` is a pipe or a terminal, to be written into as it is; raises BadExport for what is no place at all,
    such as a disk: replacing it by a file would take it away."""
    try:
        mode = out.stat().st_mode
    except OSError:
        return False
    if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
        return True
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise BadExport(f"{out} is no file; name one, or a new one in a folder.")
    return False


def _followed(out: Path) -> Path:
    """Where a link leads, so that the link itself stays."""
    try:
        return out.resolve()
    except (OSError, RuntimeError) as error:
        raise BadExport(f"{out} is a link that leads nowhere.") from error


def _make_parent(out: Path) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadExport(f"{out.parent} cannot be made: {error.strerror}.") from error


def _before(out: Path) -> frozenset[str]:
    """The files that an earlier export has left in the folder `out`; raises BadExport where it holds other things."""
    if not out.exists():
        return frozenset()
    if not out.is_dir():
        raise BadExport(f"{out} is no folder; name a new or empty one.")
    manifest = ours(out / MANIFEST)
    if manifest is None:
        if all(_PART.fullmatch(one.name) for one in out.iterdir()):
            return frozenset()
        raise BadExport(f"{out} holds other things; name a new or empty folder.")
    return frozenset(name for name in _listed(out, manifest) if (out / name).is_file())


def _listed(out: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """What folders that we exported consist of, and the manifest; files exported one by one stay."""
    yield MANIFEST
    root = out.resolve()
    folders = {name: about for name, about in files_of(manifest).items() if _of_folder(about)}
    # Somebody may have written into the manifest: it must not lead us out of the folder.
    names = [*folders, *(name for about in folders.values() for name in about.get("beside") or ())]
    yield from (name for name in names if (out / name).parent.resolve().is_relative_to(root))
    if any(about.get("format") == "huggingface" for about in folders.values()) and _our_card(out / CARD):
        yield CARD
    if any(about["filter"].get("media") for about in folders.values()) and not (out / MEDIA).is_symlink():
        with suppress(OSError):
            yield from (f"{MEDIA}/{one.name}" for one in (out / MEDIA).iterdir() if _OUR_MEDIA.fullmatch(one.name))


def files_of(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a description tells of each file."""
    files = manifest.get("files")
    listed = files.items() if isinstance(files, dict) else ()
    return {name: one for name, one in listed if isinstance(one, dict) and isinstance(one.get("filter"), dict)}


def _of_folder(about: Mapping[str, Any]) -> bool:
    alone = about.get("format") == "huggingface" or isinstance(about.get("beside"), dict)
    return alone or bool(about["filter"].get("split") or about["filter"].get("media"))


def _our_card(card: Path) -> bool:
    """Whether the card is as we wrote it: a person's own words in it are theirs."""
    try:
        return card.stat().st_size < _BLOCK and _OUR_CARD.fullmatch(card.read_text(encoding="utf-8")) is not None
    except (OSError, ValueError):
        return False


def _move_in(part: Path, out: Path, before: frozenset[str]) -> None:
    """File by file: the folder may be a disk of its own or somebody's working folder, and cannot be swapped."""
    final, old = files_of(ours(part / MANIFEST) or {}), files_of(ours(out / MANIFEST) or {})
    fresh = sorted(one.relative_to(part).as_posix() for one in part.rglob("*") if one.is_file())
    known = before | set(old)
    theirs = next((name for name in fresh if name not in known and os.path.lexists(out / name)), None)
    if theirs is not None:
        raise BadExport(f"{out / theirs} is not as labelbot left it; move it away, or name another folder.")
    kept = {name: one for name, one in old.items() if name not in before and (out / name).is_file()}
    # Both are listed for as long as both may be there: killed in between, the next export still knows them for ours.
    _write(out / MANIFEST, {**old, **final})
    for name in fresh:
        if name != MANIFEST:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part / name, out / name)
    for name in before - set(fresh):
        with suppress(FileNotFoundError):
            (out / name).unlink()
    for folder in {(out / name).parent for name in before} - {out}:
        with suppress(OSError):
            folder.rmdir()
    _write(out / MANIFEST, {**kept, **final})


def ours(manifest: Path) -> dict[str, Any] | None:
    """A description that an export of ours has left, or None."""
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("program") == "labelbot" else None


def describe(file: Path, rows: int) -> dict[str, Any]:
    return {"sha256": _hash(file), "bytes": file.stat().st_size, "rows": rows}


def hashes(folder: Path, besides: Iterable[str]) -> dict[str, str]:
    """The sha256 of every file of the export but those of `besides`, by its place in the folder."""
    left = {*besides, MANIFEST}
    names = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return {name: _hash(folder / name) for name in names if name not in left}


def _hash(file: Path) -> str:
    found = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def check_name(name: str) -> None:
    """Raises BadExport for the manifest's own name."""
    if name.casefold() == MANIFEST:
        raise BadExport(f"{MANIFEST} is the name of the description beside an export; name the file otherwise.")


def write_manifest(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Describes `files`; what is there of other exports into that folder stays, as long as its files are there."""
    place = folder / MANIFEST
    before = ours(place)
    if before is None and place.exists():
        raise BadExport(f"{place} is not labelbot's; name another folder for the export.")
    others = {name: one for name, one in (before or {}).get("files", {}).items() if (folder / name).is_file()}
    _write(place, {**others, **files})


def _write(place: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    content = {"program": "labelbot", "files": dict(sorted(files.items()))}
    with new_file(place) as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n")
