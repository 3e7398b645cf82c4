"""Long clips cut into pieces: each a medium of its own, made once, and described as items carry them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.labels import transcript
from bot.media.prepared import BadMedia, Piece, Prepared, taken_apart
from bot.media.preparer import Preparer, Source
from bot.project import Project
from storage import media
from storage.database import Database, run
from storage.files import Files, NoSuchFile
from storage.media import MediaRow

CUTTING: Final = "1"
"""Raised when clips are cut otherwise than before."""

Pieces: TypeAlias = dict[str, Any]
"""`pieces` and `wave`, as they go into an item's medium."""


def piece_ms(project: Project) -> int:
    """How long a clip may be that stays whole; 0: any. The shortest that a question wants counts."""
    asked = (transcript.longest_ms(one) for one in project.questions if one.type == transcript.NAME)
    return min((longest for longest in asked if longest), default=0)


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts prepared clips that are longer than `longest_ms`. What a clip was cut into is kept as a list, a file itself,
    known by the clip and the length."""

    database: Database
    files: Files
    preparer: Preparer
    longest_ms: int

    def cut(self, clips: Iterable[MediaRow]) -> dict[str, Pieces | BadMedia]:
        """What each clip that is too long was cut into, by the clip's hash, or why it cannot be."""
        if not self.longest_ms:
            return {}
        long = {one.sha256: one for one in clips if one.kind == "audio" and (one.duration_ms or 0) > self.longest_ms}
        known = run(self.database, lambda tx: media.of_sources(tx, [self._digest(sha) for sha in long]))
        found: dict[str, Pieces | BadMedia] = {}
        for sha in long:
            kept = known.get(self._digest(sha))
            pieces = None if kept is None else self._listed(kept)
            if pieces is not None:
                found[sha] = pieces
        missing = [sha for sha in long if sha not in found]
        for sha, result in zip(missing, self.preparer.prepare_many(self._sources(missing)), strict=True):
            found[sha] = result if isinstance(result, BadMedia) else self._kept(sha, result)
        return found

    def _digest(self, sha: str) -> str:
        return hashlib.sha256(f"{CUTTING}:pieces:{self.longest_ms}:{sha}".encode()).hexdigest()

    def _sources(self, clips: Iterable[str]) -> Iterator[Source]:
        for sha in clips:
            yield Source(self.files.path(sha), "the clip", "audio", piece_ms=self.longest_ms)

    def _listed(self, kept: MediaRow) -> Pieces | None:
        """None where the list is gone from the media folder: then the clip is cut anew."""
        try:
            listed: Pieces = json.loads(self.files.path(kept.sha256).read_bytes())
        except NoSuchFile:
            return None
        return self._numbered(listed)

    def _kept(self, sha: str, cut: Prepared) -> Pieces:
        sounds, picture = taken_apart(cut)
        listed: Pieces = {
            "pieces": [
                {"sha256": self.files.put(content), "mime": "audio/ogg", **_times(piece)}
                for piece, content in zip(cut.pieces or (), sounds, strict=True)
            ],
            "wave": {"sha256": self.files.put(picture), "mime": "image/png", "width": cut.width, "height": cut.height},
        }
        content = json.dumps(listed, separators=(",", ":")).encode()
        rows = [_row("audio", one, len(sound)) for one, sound in zip(listed["pieces"], sounds, strict=True)]
        rows.append(_row("image", listed["wave"], len(picture)))
        made = {hashlib.sha256(f"{CUTTING}:piece:{one.sha256}".encode()).hexdigest(): one for one in rows}
        made[self._digest(sha)] = _row(
            "list", {"sha256": self.files.put(content), "mime": "application/json"}, len(content)
        )
        run(self.database, lambda tx: media.keep(tx, made))
        numbered = self._numbered(listed)
        assert numbered is not None
        return numbered

    def _numbered(self, listed: Pieces) -> Pieces | None:
        """The list with the numbers of its media; None where one is not known."""
        hashes = {listed["wave"]["sha256"], *(piece["sha256"] for piece in listed["pieces"])}
        known = run(self.database, lambda tx: media.of_hashes(tx, hashes))
        if len(known) < len(hashes):
            return None
        pieces = [{"id": known[piece["sha256"]].id, **piece} for piece in listed["pieces"]]
        return {"pieces": pieces, "wave": {"id": known[listed["wave"]["sha256"]].id, **listed["wave"]}}


def _times(piece: Piece) -> dict[str, int]:
    return {"start": piece["start"], "end": piece["end"], "duration_ms": piece["duration_ms"]}


def _row(kind: str, described: Mapping[str, Any], size: int) -> MediaRow:
    return MediaRow(
        kind=kind,
        mime=described["mime"],
        sha256=described["sha256"],
        width=described.get("width"),
        height=described.get("height"),
        orientation=None,
        duration_ms=described.get("duration_ms"),
        size=size,
    )
