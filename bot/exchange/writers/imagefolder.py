"""ImageFolder: the pictures themselves, in a folder a class, as torchvision, Hugging Face and Ultralytics read them."""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from bot.exchange.exported import Exported
from bot.exchange.pictures.pictured import Pictures, losses
from bot.exchange.pictures.places import Names, safe
from bot.exchange.writers.base import Context, Format, Writer

MAIN: Final = "classes.json"


class Folders:
    def __init__(self, file: BinaryIO, context: Context) -> None:
        self._file = file
        self._context = context
        self._pictures = Pictures(context, level=True)
        self._names = Names()
        self._folders: dict[str, str] = {}
        for label in context.asked.labels:
            self._folder(label.name)

    def write(self, one: Exported) -> int:
        picture = self._pictures.taken(one)
        if picture is None or picture.content is None:
            return 0
        folder = PurePosixPath(picture.part, self._folder(str(picture.label)))
        self._pictures.put(folder / f"{picture.stem}{picture.ending}", picture.content)
        return 1

    def finish(self) -> None:
        """Which folder holds which label; those whose name is no name for a folder too."""
        folders = {folder: label for label, folder in self._folders.items()}
        self._file.write(json.dumps(folders, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        self._file.flush()

    def _folder(self, label: str) -> str:
        if label not in self._folders:
            self._folders[label] = str(self._names.given(PurePosixPath(safe(label))))
            self._context.lost["folders"] += self._folders[label] != label
        return self._folders[label]


def _open(file: BinaryIO, context: Context) -> Writer:
    return Folders(file, context)


def _losses(context: Context) -> Sequence[str]:
    found = list(losses(context, coordinates=False))
    if context.lost["folders"]:
        count = context.lost["folders"]
        found.append(f"Labels that no folder can be called by have another there: {count:,}; {MAIN} says which.")
    return found


def _place(part: str) -> str:
    return MAIN


FORMAT: Final = Format(".json", _open, _losses, place=_place, media=True, types=("choice",), single=True, whole=True)
