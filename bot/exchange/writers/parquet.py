"""Parquet: flat columns with types; the same file with `datasets`' features in it for Hugging Face, where marks are
structures and marked texts have their words and tags besides."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from bot.exchange.exported import Exported, rows
from bot.exchange.flat import FlatColumn, layout
from bot.exchange.survey import CellType
from bot.exchange.writers.base import Context, Format, Writer
from bot.exchange.writers.examples import told
from bot.exchange.writers.tagging import OVERLAPPING, TAGS, Tagging, tag_feature
from bot.labels import LABEL_TYPES

GROUP: Final = 5000
GROUP_WITH_FILES: Final = 64
FEATURES: Final = {"image": "Image", "audio": "Audio", "video": "Video"}
_WORDS: Final = {"dtype": "string", "_type": "Value"}
_PLACE: Final = {"dtype": "int64", "_type": "Value"}
_LENGTH: Final = {"dtype": "float64", "_type": "Value"}
MARKS: Final = {
    "spans": {"start": _PLACE, "end": _PLACE, "label": _WORDS, "text": _WORDS},
    "boxes": {"label": _WORDS, "x": _LENGTH, "y": _LENGTH, "width": _LENGTH, "height": _LENGTH},
    "masks": {"label": _WORDS, "size": {"feature": _PLACE, "_type": "List"}, "counts": _WORDS},
}
"""What marks consist of, in the words of `datasets`."""
_DTYPES: Final = {"text": "string", "json": "string", "whole": "int64", "number": "float64", "truth": "bool"}


class Parquet:
    """`hub` adds what `datasets` wants to know: classes by name, and files within the table."""

    def __init__(self, file: BinaryIO, context: Context, hub: bool) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._pa, self._context = pa, context
        self._columns = layout(context.project, context.level, context.survey)
        self._tagging = Tagging.of(context) if hub else None
        if self._tagging:
            self._columns = self._tagging.columns(self._columns)
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
            if self._tagging:
                row |= self._tagging.cells(row, one)
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
        feature = self._features.get(column.name)
        return self._plain_arrow(column.type) if feature is None else self._of_feature(feature)

    def _plain_arrow(self, kind: CellType) -> Any:
        pa = self._pa
        plain = {"whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_(), "texts": pa.list_(pa.string())}
        return plain.get(kind, pa.string())

    def _of_feature(self, feature: Mapping[str, Any]) -> Any:
        pa, kind = self._pa, feature.get("_type")
        if kind is None:
            return pa.struct([(name, self._of_feature(one)) for name, one in feature.items()])
        if kind == "List":
            return pa.list_(self._of_feature(feature["feature"]))
        if kind in FEATURES.values():
            return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        dtypes = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}
        return pa.int64() if kind == "ClassLabel" else dtypes[feature["dtype"]]

    def _cell(self, column: FlatColumn, row: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> Any:
        value = column.value(row)
        feature = self._features.get(column.name, {})
        kind, inner = feature.get("_type"), feature.get("feature", {})
        if kind in FEATURES.values():
            return self._file(files.get(column.path[-1]))
        if value is None:
            return None
        if kind == "ClassLabel":
            return feature["names"].index(value)
        if inner.get("_type") == "ClassLabel":
            return [inner["names"].index(one) for one in value]
        if kind == "List":
            return _whole(value)
        # Of transcripts some are plain texts and some have times: a text stands as it is beside their JSON.
        return _plain("text" if column.question and isinstance(value, str) else column.type, value)

    def _file(self, media: Mapping[str, Any] | None) -> Any:
        if media is None or self._context.load is None:
            return None
        return {"bytes": self._context.load(media["sha256"]), "path": media.get("name") or media["sha256"]}


def _whole(value: Any) -> Any:
    """Without half characters, however deep."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {name: _whole(one) for name, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, (list, tuple)) else value


def _plain(kind: CellType, value: Any) -> Any:
    if kind == "json":
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and not value.isascii() else value


def _feature(column: FlatColumn, context: Context) -> dict[str, Any]:
    """A column in the words of `datasets`."""
    field = column.path[-1]
    if column.path[0] == "data" and context.load and field in context.survey.media:
        return {"_type": FEATURES[context.survey.media[field]]}
    if column.path[0] in TAGS:
        return tag_feature(column, context)
    if column.question and (marks := MARKS.get(context.project.question(column.question).type)):
        return {"feature": marks, "_type": "List"}
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


def _hub_losses(context: Context) -> Sequence[str]:
    overlapping = "Spans that overlap longer ones, or hold only white space, are in the label but not in ner_tags: {}."
    return [*_losses(context), *told(context, ((OVERLAPPING, overlapping),))]


def _losses(context: Context) -> Sequence[str]:
    columns = layout(context.project, context.level, context.survey)
    data = [column.path[-1] for column in columns if column.path[0] == "data" and column.type == "json"]
    losses = [f"Mixed or nested values of {', '.join(data[:8])} became JSON text."] if data else []
    if context.survey.uneven:
        losses.append("Parquet cannot tell a field that an item lacks from one that is null.")
    return [*losses, "Half characters (lone surrogates) became ?."] if context.survey.broken else losses


FORMAT: Final = Format(".parquet", _open, _losses)
HUB_FORMAT: Final = Format(".parquet", _open_hub, _hub_losses, place=_place)
