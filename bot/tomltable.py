"""A TOML table that knows its lines: values are asked for by key and kind, and a wrong one gets one sentence."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bot.tomllines import KeyPath, key_lines

_PLACE = re.compile(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)
_ALSO_CALLED = {
    "alias": "was",
    "annotators": "overlap",
    "categories": "labels",
    "choices": "labels",
    "classes": "labels",
    "cron": "every",
    "description": "help",
    "hint": "help",
    "id": "name",
    "kind": "type",
    "question": "title",
    "redundancy": "overlap",
    "schedule": "every",
    "text": "title",
    "timeout": "lease",
    "tz": "timezone",
}


class BadProjectFile(ValueError):
    """A project file its author can mend; `line` counts from 1, None when the file as a whole is meant. `others` are
    further mistakes, which the message names on lines of their own."""

    def __init__(self, file: str, line: int | None, reason: str, others: Iterable[BadProjectFile] = ()) -> None:
        self.file, self.line, self.reason, self.others = file, line, reason, tuple(others)
        first = f"{file}, line {line}: {reason}" if line else f"{file}: {reason}"
        super().__init__("\n".join((first, *map(str, self.others))))

    def each(self) -> tuple[BadProjectFile, ...]:
        """All the mistakes, one by one."""
        return (BadProjectFile(self.file, self.line, self.reason), *self.others)


def together(problems: Iterable[BadProjectFile]) -> BadProjectFile:
    """One error for all of them, in the order of their lines."""
    found = {(one.line or 0, one.reason): one for problem in problems for one in problem.each()}
    first, *others = (found[place] for place in sorted(found))
    return BadProjectFile(first.file, first.line, first.reason, others)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """How a sentence about an unknown word goes on: with the nearest of `known`, or with all of them."""
    lower = {one.lower(): one for one in known}
    if _ALSO_CALLED.get(word.lower()) in lower:
        return f"did you mean `{_ALSO_CALLED[word.lower()]}`?"
    if near := difflib.get_close_matches(word.lower(), lower, n=1):
        return f"did you mean `{lower[near[0]]}`?"
    if not known:
        return "there is none to choose from."
    return "it can be " + ", ".join(f"`{one}`" for one in known) + "."


def read(path: Path) -> str:
    """The text of a file, or BadProjectFile when it cannot be had."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadProjectFile(str(path), None, f"cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadProjectFile(str(path), line, "this is not UTF-8 text; save the file as UTF-8.") from error


def parse(text: str, file: str) -> Table:
    """The root table of a TOML text; BadProjectFile where it is not TOML."""
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except ValueError as error:  # also what int() says to a number of ten thousand digits
        found = _PLACE.match(str(error))
        line = int(found[2] or text.count("\n") + 1) if found else None
        raise BadProjectFile(file, line, _in_words(found[1] if found else str(error))) from error
    return Table(data, (), file, key_lines(text))


def _in_words(reason: str) -> str:
    if reason == "Invalid value":
        return "this is not a TOML value; text needs quotes around it."
    if reason.startswith("Cannot "):
        return "this key or table is already set further up; keep one of the two."
    return f"this is not valid TOML: {reason[:1].lower()}{reason[1:]}."


def _stray(key: str, known: Collection[str], elsewhere: Mapping[str, str]) -> str:
    return (
        f"`{key}` {elsewhere[key]}"
        if key in elsewhere
        else f"`{key}` is not a setting here; {did_you_mean(key, known)}"
    )


@dataclass(frozen=True)
class Table:
    """One table of the file `file` at `path`; `lines` are those of the whole file."""

    data: Mapping[str, object]
    path: KeyPath
    file: str
    lines: Mapping[KeyPath, int]

    def fail(self, reason: str, *keys: str | int) -> NoReturn:
        """Refuses the value at `keys`, or else the nearest thing around it that has a line."""
        raise self.bad(reason, *keys)

    def bad(self, reason: str, *keys: str | int) -> BadProjectFile:
        path = (*self.path, *keys)
        while path and path not in self.lines:
            path = path[:-1]
        return BadProjectFile(self.file, self.lines.get(path, 1), reason)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def only(self, known: Collection[str], elsewhere: Mapping[str, str] | None = None) -> None:
        """Refuses all keys outside `known`; `elsewhere` says where a key that strayed into this table belongs."""
        strays = [self.bad(_stray(key, known, elsewhere or {}), key) for key in self.data if key not in known]
        if strays:
            raise together(strays)

    def text(self, key: str, default: str | None = None, limit: int = 4000) -> str:
        """Text of 1 to `limit` characters, without blanks around it; required when there is no default."""
        value = self.data.get(key, default)
        if value is None:
            self.fail(f'`{key}` is missing; add {key} = "…" here.')
        if not isinstance(value, str):
            self.fail(f"`{key}` must be text in quotes.", key)
        value = value.strip()
        if key in self.data and not value:
            self.fail(f"`{key}` is empty; write something or take the line out.", key)
        if len(value) > limit:
            self.fail(f"`{key}` has {len(value)} characters; keep it to {limit}.", key)
        return value

    def named(self, key: str, pattern: re.Pattern[str], wanted: str, default: str | None = None) -> str:
        """Text that `pattern` matches as a whole; `wanted` says in words what it must be."""
        value = self.text(key, default)
        if key in self.data and not pattern.fullmatch(value):
            self.fail(f"`{key}` is {value!r}; it must be {wanted}.", key)
        return value

    def one_of(self, key: str, known: Collection[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in known:
            self.fail(f"{value!r} is not a `{key}`; {did_you_mean(value, known)}", key)
        return value

    def count(self, key: str, low: int, high: int, default: int) -> int:
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fail(f"`{key}` must be a whole number from {low} to {high}.", key)
        return value

    def share(self, key: str, high: float, default: float) -> float:
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= high:
            self.fail(f"`{key}` must be a number from 0 to {high}, such as {key} = {default}.", key)
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.fail(f"`{key}` must be true or false, without quotes.", key)
        return value

    def texts(self, key: str, default: Collection[str] = (), limit: int = 4000) -> tuple[str, ...]:
        """Different, non-empty texts of up to `limit` characters each."""
        value = self.data.get(key, list(default))
        if not isinstance(value, list):
            self.fail(f'`{key}` must be a list, such as {key} = ["…", "…"].', key)
        for index, one in enumerate(value):
            if not isinstance(one, str) or not 0 < len(one.strip()) <= limit:
                self.fail(f"each of `{key}` must be text in quotes of 1 to {limit} characters.", key, index)
            if one in value[:index]:
                self.fail(f"{one!r} stands twice in `{key}`; take one out.", key, index)
        return tuple(one.strip() for one in value)

    def some_of(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        values = self.texts(key)
        for index, one in enumerate(values):
            if one not in known:
                self.fail(f"{one!r} is none of the `{key}`; {did_you_mean(one, known)}", key, index)
        return values

    def table(self, key: str) -> Table:
        """The table under `key`, an empty one when there is none."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.fail(f"`{key}` must be a table that starts with [{key}].", key)
        return Table(value, (*self.path, key), self.file, self.lines)

    def tables(self, key: str) -> list[Table]:
        """The tables of [[key]]."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.fail(f"`{key}` must be tables that each start with [[{key}]].", key)
        for index, one in enumerate(value):
            if not isinstance(one, dict):
                self.fail(f"each of `{key}` must be a table that starts with [[{key}]].", key, index)
        return [Table(one, (*self.path, key, index), self.file, self.lines) for index, one in enumerate(value)]
