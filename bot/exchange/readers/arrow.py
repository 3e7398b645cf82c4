"""Parquet files, and the folders that Hugging Face `datasets` writes: Parquet or Arrow, with names for its classes."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

from bot.exchange.problems import BadImport
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows, plain

BATCH: Final = 1000
Convert: TypeAlias = Callable[[Any], Any]
_MEDIA: Final = frozenset({"Image", "Audio", "Video"})


def open_parquet(path: Path) -> Opened:
    return _opened(path, path.parent, "Parquet", [("", path)])


def open_folder(path: Path) -> Opened:
    """A folder as `save_to_disk` leaves it, or one that holds Parquet files; several splits are read one by one."""
    parts = _saved(path) or [(_split(part), part) for part in sorted(path.rglob("*.parquet"))]
    return _opened(path, path, "Hugging Face", parts)


def is_folder(path: Path) -> bool:
    marks = ("dataset_info.json", "dataset_dict.json", "state.json")
    return any((path / mark).is_file() for mark in marks) or next(path.rglob("*.parquet"), None) is not None


def _saved(path: Path) -> list[tuple[str, Path]]:
    listed = path / "dataset_dict.json"
    if listed.is_file():
        return [(split, part) for split in _splits(listed) for part in sorted((path / split).glob("*.arrow"))]
    return [("", part) for part in sorted(path.glob("*.arrow"))]


def _splits(listed: Path) -> list[str]:
    """Names of folders beside the file; raises BadImport where it lists anything else."""
    try:
        splits = json.loads(listed.read_text(encoding="utf-8"))["splits"]
        found = [split for split in splits if isinstance(split, str) and split not in ("", ".", "..")]
        if isinstance(splits, list) and found == splits and not any(sign in one for one in found for sign in "/\\\0"):
            return found
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        pass
    raise BadImport(f"{listed.parent.name}/{listed.name} cannot be read: it must list the names of its splits.")


def _split(part: Path) -> str:
    return part.stem.partition("-")[0]


def _opened(path: Path, base: Path, kind: str, parts: list[tuple[str, Path]]) -> Opened:
    if not parts:
        raise BadImport(f"{path.name} holds no data: there is no Arrow or Parquet file in it.")
    columns = tuple(_schema(parts[0][1]).names)
    if (twice := next((name for name in columns if columns.count(name) > 1), None)) is not None:
        raise BadImport(f"{path.name}: two columns are called {twice!r}; rename one of them.")
    splits = {split for split, _ in parts if split}
    notes = (f"Its splits {', '.join(sorted(splits))} are read as one.",) if len(splits) > 1 else ()
    rows = partial(_rows, parts)
    return Opened(path=path, format=kind, rows=rows, base=base, columns=columns, notes=notes)


def _schema(part: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if part.suffix == ".parquet":
            return pq.read_schema(part)
        with pa.memory_map(str(part)) as file, pa.ipc.open_stream(file) as stream:
            return stream.schema
    except (pa.ArrowException, OSError) as error:
        raise BadImport(f"{part.name} cannot be read: {_first(error)}.") from error


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _batches(part: Path, meter: Meter) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if part.suffix == ".parquet":
        with pq.ParquetFile(part) as file:
            meter.total += file.metadata.num_rows
            yield from file.iter_batches(batch_size=BATCH)
        return
    with pa.memory_map(str(part)) as file, pa.ipc.open_stream(file) as stream:
        for batch in stream:
            yield from (batch.slice(start, BATCH) for start in range(0, batch.num_rows, BATCH))


def _rows(parts: list[tuple[str, Path]], meter: Meter) -> Rows:
    import pyarrow as pa

    number = 0
    for _, part in parts:
        try:
            converts = _converts(part)
            for batch in _batches(part, meter):
                columns = {name: _column(batch.column(name), converts.get(name, plain)) for name in converts}
                for place in range(batch.num_rows):
                    number += 1
                    meter.done += 1
                    yield Raw(number, {name: values[place] for name, values in columns.items()})
        except (pa.ArrowException, OSError, ArithmeticError, TypeError, ValueError) as error:
            yield Raw(number + 1, {}, f"from here on {part.name} cannot be read: {_first(error)}")


def _column(column: Any, convert: Convert) -> list[Any]:
    return [convert(value) for value in column.to_pylist()]


def _converts(part: Path) -> dict[str, Convert]:
    """How each column's values become ours. Columns of a simple type need only be listed."""
    import pyarrow as pa

    schema = _schema(part)
    features = _features(schema, part.parent)
    converts: dict[str, Convert] = {}
    for field in schema:
        simple = pa.types.is_string(field.type) or pa.types.is_integer(field.type) or pa.types.is_boolean(field.type)
        converts[field.name] = _convert(features.get(field.name)) or (_same if simple else _value)
    return converts


def _features(schema: Any, folder: Path) -> Mapping[str, Any]:
    """What `datasets` knows of the columns: in the file's own metadata, else in the folder's description."""
    written = (schema.metadata or {}).get(b"huggingface")
    described = folder / "dataset_info.json"
    try:
        if written:
            found = json.loads(written)["info"]["features"]
        elif described.is_file():
            found = json.loads(described.read_text(encoding="utf-8")).get("features")
        else:
            found = None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BadImport(f"The description of the columns in {folder.name} cannot be read.") from error
    return found if isinstance(found, dict) else {}


def _convert(feature: Any) -> Convert | None:
    if isinstance(feature, list) and len(feature) == 1:
        return _each(_convert(feature[0]))
    if not isinstance(feature, Mapping):
        return None
    kind = feature.get("_type")
    if kind == "ClassLabel" and isinstance(feature.get("names"), list):
        return partial(_class_name, feature["names"])
    if kind in _MEDIA:
        return _media
    return _each(_convert(feature.get("feature"))) if kind in ("Sequence", "List", "LargeList") else None


def _each(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda values: None if values is None else [convert(value) for value in values]


def _class_name(names: list[str], value: Any) -> Any:
    """A negative number stands for no class."""
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else None


def _same(value: Any) -> Any:
    return value


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return Blob("", lambda: value)
    if isinstance(value, dict) and set(value) == {"bytes", "path"}:
        return _media(value)
    return plain(value)


def _media(value: Any) -> Any:
    if not isinstance(value, dict):
        return plain(value)
    content, path = value.get("bytes"), value.get("path")
    return Blob(path or "", lambda: content) if content is not None else path
