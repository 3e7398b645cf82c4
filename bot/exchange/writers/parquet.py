"""Parquet: flat columns with types; the same file with `datasets`' features in it for Hugging Face."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported, rows
from bot.exchange.flat import FlatColumn, layout
from bot.exchange.survey import CellType
from bot.exchange.writers.base import Context, Format, Writer
from bot.labels import LABEL_TYPES

GROUP: Final = 5000
GROUP_WITH_FILES: Final = 64
FEATURES: Final = {"image": "Image", "audio": "Audio", "video": "Video"}
_DTYPES: Final = {"text": "string", "json": "string", "whole": "int64", "number": "float64", "truth": "bool"}


class Parquet:
    """`hub` adds what `datasets` wants to know: classes by name, and files within the table."""

    def __init__(self, file: BinaryIO, context: Context, hub: bool) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa, self._context = pa, context
        self._columns = layout(context.project, context.level, context.survey)
        self._features = {column.name: _feature(column, context) for column in self._columns} if hub else {}
        self._held: list[dict[str, Any]] = []
        self._most = GROUP_WITH_FILES if hub and context.load else GROUP
        metadata = {"huggingface": json.dumps({"info": {"features": self._features}})} if hub else None
        self._schema = pa.schema([(column.name, self._arrow(column)) for column in self._columns], metadata)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, one: Exported) -> int:
        before = len(self._held)
        files = {media["field"]: media for media in one.media}
        for row in rows(self._context.project, self._context.level, one):
            self._held.append({column.name: self._cell(column, row, files) for column in self._columns})
        count = len(self._held) - before
        if len(self._held) >= self._most:
            self._flush()
        return count

    def finish(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._held:
            self._writer.write_table(self._pa.Table.from_pylist(self._held, self._schema))
            self._held.clear()

    def _arrow(self, column: FlatColumn) -> Any:
        pa = self._pa
        feature = self._features.get(column.name, {})
        if feature.get("_type") == "ClassLabel":
            return pa.int64()
        if feature.get("_type") == "List":
            return pa.list_(pa.int64())
        if feature.get("_type") in FEATURES.values():
            return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        plain = {"whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_(), "texts": pa.list_(pa.string())}
        return plain.get(column.type, pa.string())

    def _cell(self, column: FlatColumn, row: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> Any:
        value = column.value(row)
        feature = self._features.get(column.name, {})
        kind = feature.get("_type")
        if kind in FEATURES.values():
            return self._file(files.get(column.path[-1]))
        if value is None:
            return None
        if kind == "ClassLabel":
            return feature["names"].index(value)
        if kind == "List" and column.question:
            return [feature["feature"]["names"].index(one) for one in value]
        return _plain(column.type, value)

    def _file(self, media: Mapping[str, Any] | None) -> Any:
        if media is None or self._context.load is None:
            return None
        return {"bytes": self._context.load(media["sha256"]), "path": media.get("name") or media["sha256"]}


def _plain(kind: CellType, value: Any) -> Any:
    if kind == "json":
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value


def _feature(column: FlatColumn, context: Context) -> dict[str, Any]:
    """A column in the words of `datasets`."""
    field = column.path[-1]
    if column.path[0] == "data" and context.load and field in context.survey.media:
        return {"_type": FEATURES[context.survey.media[field]]}
    names = _classes(column, context)
    if names and column.type == "text":
        return {"names": names, "_type": "ClassLabel"}
    if column.type == "texts":
        inner = {"names": names, "_type": "ClassLabel"} if names else {"dtype": "string", "_type": "Value"}
        return {"feature": inner, "_type": "List"} if names else {"feature": inner, "_type": "List", "length": -1}
    return {"dtype": _DTYPES[column.type], "_type": "Value"}


def _classes(column: FlatColumn, context: Context) -> list[str]:
    """The labels that a question has or had, in the project's order; none where labels are free."""
    if not column.question or column.type not in ("text", "texts"):
        return []
    question = context.project.question(column.question)
    if not LABEL_TYPES[question.type].CATEGORICAL:
        return []
    known = [label.name for label in question.labels]
    return known + sorted(context.survey.names.get(question.name, set()) - set(known))


def _open(file: BinaryIO, context: Context) -> Writer:
    return Parquet(file, context, hub=False)


def _open_hub(file: BinaryIO, context: Context) -> Writer:
    return Parquet(file, context, hub=True)


def _place(part: str) -> str:
    """`datasets` finds its splits by these names."""
    return f"data/{part or 'train'}-00000-of-00001.parquet"


def _losses(context: Context) -> Sequence[str]:
    columns = layout(context.project, context.level, context.survey)
    data = [column.path[-1] for column in columns if column.path[0] == "data" and column.type == "json"]
    losses = [f"Mixed or nested values of {', '.join(data[:8])} became JSON text."] if data else []
    if context.survey.uneven:
        losses.append("Parquet cannot tell a field that an item lacks from one that is null.")
    return [*losses, "Half characters (lone surrogates) became ?."] if context.survey.broken else losses


FORMAT: Final = Format(".parquet", _open, _losses)
HUB_FORMAT: Final = Format(".parquet", _open_hub, _losses, place=_place)
