"""Rows that other programs write with one question's labels in them, known by what stands in their first rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any, Final, TypeGuard

from bot.exchange.problems import BadRow
from bot.exchange.raw import Blob, Meter, Opened, Raw, Rows
from bot.exchange.readers.conll import cells as of_tags
from bot.exchange.shapes.labelled import Brought, Take, cells
from bot.exchange.spans import iob
from bot.labels.names import called
from bot.labels.pieces import joined
from bot.project import Project, Question

SPANS: Final = ("label", "labels", "entities", "spans")
TAGS: Final = ("ner_tags", "tags", "labels", "ner")
WORDS: Final = ("tokens", "words")
_STARTS: Final = ("start", "start_offset")
_ENDS: Final = ("end", "end_offset")
_OF_TOKENS: Final = frozenset({"pos_tags", "chunk_tags", "spaces", "lang", "langs"})
_OF_OTHERS: Final = frozenset({"meta", "relations", "Comments", "comments", "cats", "tokens", "answer"})
"""What doccano, spaCy and Prodigy write beside a text."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Rows of `opened`, whose labels are of one of these label types."""

    opened: Opened
    types: tuple[str, ...]
    take: Take
    meaning: str


def recognised(project: Project, opened: Opened, sample: Sequence[Raw]) -> Recognised | None:
    """None where nothing tells that there are labels which the project could take."""
    if opened.types:
        return Recognised(opened, opened.types, cells, "with labels")
    rows, asked = [raw.cells for raw in sample], {one.type for one in project.questions}
    found: Recognised | None = None
    if "spans" in asked:
        found = _tagged(opened, rows) or _spanned(opened, rows)
    if found is None and "transcript" in asked:
        found = _spoken(opened, rows)
    categories = next((one for one in project.questions if one.type in ("choice", "tags")), None)
    if found is None and categories is not None:
        found = _listed(opened, rows, categories)
    return found


def _tagged(opened: Opened, rows: Sequence[Mapping[str, Any]]) -> Recognised | None:
    """Words and a tag for each, as `datasets` of named entities have them."""
    for words in WORDS:
        for tags in TAGS:
            told = [row for row in rows if row.get(tags)]
            # One that is broken is rejected as a row, and says nothing of the others.
            if any(_words(row.get(words)) and _words(row[tags]) and all(map(iob.is_tag, row[tags])) for row in told):
                return Recognised(opened, ("spans",), partial(_of_tags, words, tags), f"words with {tags}")
    return None


def _words(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _of_tags(words: str, tags: str, row: Mapping[str, Any]) -> Brought:
    held, marks = row.get(words), row.get(tags)
    if not _words(held) or not _words(marks) or len(held) != len(marks) or not all(map(iob.is_tag, marks)):
        raise BadRow(f"{words} and {tags} must be lists of equal length, of words and of tags such as B-LOC or O")
    pairs = [(" ".join(word.split()), tag) for word, tag in zip(held, marks, strict=True) if word.strip()]
    made = of_tags([pairs])
    others = {name: value for name, value in row.items() if name not in {words, tags, "id", "text", *_OF_TOKENS}}
    return Brought(row.get("id"), {"text": made["text"], **others}, made["label"])


def _spanned(opened: Opened, rows: Sequence[Mapping[str, Any]]) -> Recognised | None:
    """A text and a list of its spans, in one of the ways of doccano, spaCy and Prodigy."""
    if not any(isinstance(row.get("text"), str) for row in rows):
        return None
    for column in SPANS:
        lists = [held for row in rows if isinstance(held := row.get(column), list)]
        told = [one for held in lists for one in held]
        if any(_span(one) is not None for one in told):
            return Recognised(opened, ("spans",), partial(_of_spans, column), f"texts with spans in {column}")
    return None


def _span(value: Any) -> iob.Span | None:
    if isinstance(value, Mapping):
        value = [_first(value, _STARTS), _first(value, _ENDS), value.get("label")]
    if not isinstance(value, (list, tuple)) or len(value) < 3 or not isinstance(value[2], str):
        return None
    start, end = value[:2]
    return iob.Span(start, end, value[2]) if _place(start) and _place(end) else None


def _place(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _first(value: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value[name] for name in names if name in value), None)


def _of_spans(column: str, row: Mapping[str, Any]) -> Brought:
    text, held = row.get("text"), row.get(column)
    if not isinstance(text, str):
        raise BadRow("it has no text")
    spans = [_span(one) for one in held or ()] if held is None or isinstance(held, list) else [None]
    sound = [one for one in spans if one is not None]
    if len(sound) < len(spans):
        raise BadRow(f"{column} must be a list of [start, end, label]")
    outside = next((one for one in sound if not 0 <= one.start < one.end <= len(text)), None)
    if outside is not None:
        raise BadRow(f"{column}: {outside.start} to {outside.end} is no stretch of a text of {len(text)} characters")
    return Brought(_key(row), _others(row, column), None if held is None else iob.label_of(text, sound))


def _key(row: Mapping[str, Any]) -> Any:
    """The item's own id where an export of ours tells it, else the row's."""
    meta = row.get("meta")
    own = meta.get("item") if isinstance(meta, Mapping) else None
    return row.get("id") if own is None else own


def _others(row: Mapping[str, Any], column: str) -> dict[str, Any]:
    left = {"id", column, *_OF_OTHERS}
    return {name: value for name, value in row.items() if name not in left and not name.startswith("_")}


def _listed(opened: Opened, rows: Sequence[Mapping[str, Any]], question: Question) -> Recognised | None:
    """doccano's texts with a list of labels, if these are the project's."""
    for column in ("label", "labels"):
        told = [row.get(column) for row in rows]
        names = {name for one in told if _words(one) for name in one or ()}
        if names and all(map(_words, told)) and all(called(question, name) for name in names):
            return Recognised(opened, (question.type,), partial(_of_list, column), f"texts with labels in {column}")
    return None


def _of_list(column: str, row: Mapping[str, Any]) -> Brought:
    return Brought(_key(row), _others(row, column), row.get(column))


def _spoken(opened: Opened, rows: Sequence[Mapping[str, Any]]) -> Recognised | None:
    columns = set(opened.columns or ()) or {name for row in rows for name in row}
    if columns >= {"audio_filepath", "text"}:
        grouped = replace(opened, rows=partial(_grouped, opened))
        return Recognised(grouped, ("transcript",), _of_nemo, "a NeMo manifest")
    if columns >= {"path", "sentence"}:
        return Recognised(opened, ("transcript",), partial(_of_voice, opened), "clips of Common Voice")
    if columns >= {"file_name", "transcription"}:
        return Recognised(opened, ("transcript",), _of_audiofolder, "sounds with transcriptions")
    return None


def _grouped(opened: Opened, meter: Meter) -> Rows:
    """Rows that follow one another and are pieces of one sound become one row."""
    for _, group in groupby(opened.rows(meter), lambda raw: (raw.reason, raw.cells.get("audio_filepath"))):
        rows = list(group)
        if len(rows) == 1 or rows[0].reason is not None or not all("offset" in raw.cells for raw in rows):
            yield from rows
        else:
            yield Raw(rows[0].line, {**rows[0].cells, "pieces": [dict(raw.cells) for raw in rows]})


def _of_nemo(row: Mapping[str, Any]) -> Brought:
    left = {"audio_filepath", "text", "offset", "duration", "pieces", "id"}
    data = {"audio": row.get("audio_filepath")} | {name: one for name, one in row.items() if name not in left}
    pieces = row.get("pieces") or ([row] if row.get("offset") else [])
    told = list(map(_piece, pieces))
    label: Any = {"text": joined([str(one["text"]) for one in told]), "segments": told}
    return Brought(row.get("id", row.get("audio_filepath")), data, label if pieces else row.get("text"))


def _piece(row: Mapping[str, Any]) -> dict[str, Any]:
    try:
        start, length = float(row["offset"]), float(row["duration"])
    except (KeyError, TypeError, ValueError):
        raise BadRow("offset and duration must be numbers of seconds") from None
    return {"start": round(start, 3), "end": round(start + length, 3), "text": row.get("text") or ""}


def _of_voice(opened: Opened, row: Mapping[str, Any]) -> Brought:
    path = str(row.get("path") or "")
    place = f"clips/{path}" if (opened.base / "clips" / path).is_file() else path
    told = {name: one for name, one in row.items() if one not in (None, "") and name not in ("path", "sentence")}
    return Brought(path, {"audio": place, **told}, _unquoted(str(row.get("sentence") or "")) or None)


def _unquoted(text: str) -> str:
    """Some releases were quoted as CSV is, where marks stand within."""
    inside = text[1:-1].replace('""', "")
    quoted = len(text) > 1 and text[0] == text[-1] == '"' and inside != text[1:-1] and '"' not in inside
    return text[1:-1].replace('""', '"') if quoted else text


def _of_audiofolder(row: Mapping[str, Any]) -> Brought:
    sound = row.get("file_name")
    data = {name: one for name, one in row.items() if name not in ("file_name", "transcription", "item", "id")}
    key = row.get("item") or (sound.name if isinstance(sound, Blob) else sound)
    return Brought(key, {"audio": sound, **data}, row.get("transcription") or None)
