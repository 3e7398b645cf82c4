"""Which reader a source wants: by its name, and by what it holds where the name does not say."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.exchange import target
from bot.exchange.problems import BadImport
from bot.exchange.raw import Opened
from bot.exchange.readers import (
    arrow,
    coco,
    conll,
    docbin,
    folders,
    jsons,
    masks_png,
    speech,
    tables,
    texts,
    voc,
    yolo,
)  # fmt: skip

BY_SUFFIX: Final[dict[str, Callable[[Path], Opened]]] = {
    **dict.fromkeys(tables.SUFFIXES, tables.open_table),
    **dict.fromkeys(jsons.JSONL_SUFFIXES, jsons.open_lines),
    ".json": jsons.open_array,
    ".parquet": arrow.open_parquet,
    ".zip": folders.open_zip,
    ".txt": texts.open_text,
    **dict.fromkeys(conll.SUFFIXES, conll.open_conll),
    docbin.SUFFIX: docbin.open_docbin,
}
BY_CONTENT: Final[tuple[tuple[Callable[[Path], bool], Callable[[Path], Opened]], ...]] = (
    (arrow.is_folder, arrow.open_folder),
    (yolo.looks, yolo.open_folder),
    (voc.looks, voc.open_folder),
    (masks_png.looks, masks_png.open_folder),
    (Path.is_dir, folders.open_folder),
)
"""What a folder is, the first that fits."""
_INSTEAD: Final = {
    ".xlsx": "In the spreadsheet choose File › Save as › CSV UTF-8, and import that.",
    ".xls": "In the spreadsheet choose File › Save as › CSV UTF-8, and import that.",
    ".ods": "In the spreadsheet choose File › Save as › CSV, and import that.",
    ".gz": "Unpack it first.",
    ".tar": "Unpack it and import the folder.",
    ".tgz": "Unpack it and import the folder.",
}


def sources(path: Path) -> list[Path]:
    """The files to read of a folder that we exported, of one of speech, or of one whose parts each have a table of
    their files, as Hugging Face lays them out (`train/metadata.csv`); else the path itself."""
    if path.is_dir() and (spoken := speech.lists(path)):
        return spoken
    if not path.is_dir() or any((path / name).is_file() for name in folders.TABLES):
        return [path]
    made = target.ours(path / target.MANIFEST)
    if made is not None:
        files = target.files_of(made)
        names = [name for name in files if Path(name).name == name and files[name].get("format") != "imagefolder"]
        exported = [path / name for name in names if (path / name).is_file()]
        if exported and all(one.suffix.lower() in (".csv", ".jsonl", ".json") for one in exported):
            return exported
    return sorted(one for name in folders.LISTS for one in path.glob(f"*/{name}")) or coco.lists(path) or [path]


def open_source(path: Path) -> Opened:
    """Raises BadImport for what is not there, is empty or is of no format we read."""
    if not path.exists():
        raise BadImport(f"There is no {path}.")
    if path.is_dir():
        return next(opens for looks, opens in BY_CONTENT if looks(path))(path)
    if path.stat().st_size == 0:
        raise BadImport(f"{path.name} is empty.")
    suffix = path.suffix.lower()
    if suffix == ".json" and coco.looks(path):
        return coco.open_coco(path)
    if suffix == ".csv" and speech.is_ljspeech(path):
        return speech.open_ljspeech(path)
    if suffix == ".tsv" and speech.is_voice(path):
        return tables.open_table(path, quotes=False)
    if suffix in BY_SUFFIX:
        return BY_SUFFIX[suffix](path)
    instead = _INSTEAD.get(suffix, "Use " + ", ".join(sorted(BY_SUFFIX)) + " or a folder.")
    raise BadImport(f"{path.name} is of no kind that can be imported. {instead}")
