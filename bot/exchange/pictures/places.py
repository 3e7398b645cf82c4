"""Where pictures lie in a data set: by the names they came with, safe on every disk and each its own."""

import re
from pathlib import PurePosixPath
from typing import Final

_UNSAFE: Final = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f\ud800-\udfff]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST: Final = 100


def safe(name: str) -> str:
    """`name` as a file or folder may be called on every system."""
    text = _UNSAFE.sub("_", name.replace("/", "_")).strip().rstrip(".")
    text = f"_{text}" if _RESERVED.fullmatch(text) or text.startswith(".") else text
    while len(text.encode("utf-8", "replace")) > _LONGEST:
        text = text[:-1]
    return text or "_"


class Names:
    """Names that are given once, whatever the case of their letters; a second one of a name is numbered."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self.changed = 0
        """How many are called otherwise than was wanted."""

    def given(self, wanted: PurePosixPath) -> PurePosixPath:
        """`wanted`, without its ending, or the next like it that is free."""
        found, number = wanted, 1
        while str(found).casefold() in self._taken:
            number += 1
            found = wanted.with_name(f"{wanted.name}-{number}")
        self._taken.add(str(found).casefold())
        self.changed += number > 1
        return found


def stem_of(reference: str, dropped: frozenset[str] = frozenset()) -> PurePosixPath:
    """A reference as a place below a folder, without its ending; folders that are called as one of `dropped` are not in
    it, for the format means something by them."""
    pieces = [piece for piece in reference.replace("\\", "/").split("/") if piece not in ("", ".", "..")]
    *folders, name = pieces or ["picture"]
    stem = name.rpartition(".")[0] or name
    kept = [safe(folder) for folder in folders if folder.casefold() not in dropped and not folder.endswith(":")]
    return PurePosixPath(*kept, safe(stem))


def flat(stem: PurePosixPath) -> PurePosixPath:
    """In no folder; what folders told apart still has names of its own."""
    return PurePosixPath(safe("_".join(stem.parts)))
