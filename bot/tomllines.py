"""Which line each key of a TOML text stands on: tomllib tells values, but not where they were."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_BETWEEN = re.compile(r"(?:[\s,]|#[^\n]*)*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_PLAIN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'" r"|[^,\]}\n#]+", re.DOTALL
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of each key of a valid TOML text; elements of arrays stand under their index."""
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.lines


class _Scanner:
    """Walks a text that tomllib has accepted, so it may be lenient: it only has to find where things stand."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[KeyPath, int] = {}
        self.sizes: dict[KeyPath, int] = {}

    def scan(self) -> None:
        table: KeyPath = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)

    def header(self) -> KeyPath:
        start, width = self.at, 2 if self.text.startswith("[[", self.at) else 1
        self.at += width
        *parents, last = self.key()
        self.at += width
        path = (*self.newest(parents, start), last)
        self.note(path, start)
        if width == 2:
            self.sizes[path] = self.sizes.get(path, 0) + 1
            path = (*path, self.sizes[path] - 1)
            self.note(path, start)
        return path

    def newest(self, keys: list[str], start: int) -> KeyPath:
        """`keys` with the index of the newest table wherever an array of tables is meant."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            self.note(path, start)
            if path in self.sizes:
                path = (*path, self.sizes[path] - 1)
        return path

    def pair(self, table: KeyPath) -> None:
        start, path = self.at, table
        for key in self.key():
            path = (*path, key)
            self.note(path, start)
        self.skip(_EQUALS)
        self.value(path)

    def key(self) -> list[str]:
        keys = []
        while found := _KEY.match(self.text, self.at):
            self.at = found.end()
            word = found[1]
            keys.append(next(iter(tomllib.loads(f"{word} = 0"))) if word[0] in "\"'" else word)
            if not found[2]:
                break
        return keys

    def value(self, path: KeyPath) -> None:
        if self.text[self.at] == "[":
            for index in self.until("]"):
                self.note((*path, index), self.at)
                self.value((*path, index))
        elif self.text[self.at] == "{":
            for _ in self.until("}"):
                self.pair(path)
        else:
            self.skip(_PLAIN)

    def until(self, closing: str) -> Iterator[int]:
        """Steps from the opening bracket over what the caller reads, one element a turn, past `closing`."""
        self.at += 1
        index = 0
        self.skip(_BETWEEN)
        while self.text[self.at] != closing:
            yield index
            index += 1
            self.skip(_BETWEEN)
        self.at += 1

    def note(self, path: KeyPath, at: int) -> None:
        self.lines.setdefault(path, self.text.count("\n", 0, at) + 1)

    def skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self.text, self.at):
            self.at = found.end()
