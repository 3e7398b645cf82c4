"""Writes docs/reference.md from the program itself: commands, settings, label types. `--check` only compares."""

import sys
from pathlib import Path

import click

from bot.cli import COMMANDS, labelbot
from bot.labels import LABEL_TYPES
from config.settings import variables

TARGET = Path(__file__).parent / "reference.md"


def commands() -> str:
    context = click.Context(labelbot, info_name="labelbot")
    parts = []
    for name in COMMANDS:
        command = labelbot.get_command(context, name)
        assert command is not None
        text = command.get_help(click.Context(command, info_name=f"labelbot {name}", max_content_width=100))
        parts.append(f"### labelbot {name}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def settings() -> str:
    rows = [f"| `{variable}` | {purpose} |" for _, variable, purpose, _ in variables()]
    return "\n".join(("| variable | what it is |", "|---|---|", *rows))


def label_types() -> str:
    rows = []
    for name, kind in LABEL_TYPES.items():
        options = ", ".join(f"`{option}`" for option in sorted(kind.OPTIONS)) or "–"
        rows.append(f"| `{name}` | {kind.TITLE} | {options} | `{kind.EXAMPLE.label!r}` |")
    return "\n".join(("| type | what it is for | options | a label |", "|---|---|---|---|", *rows))


def page() -> str:
    return f"""# Reference

Made from the program by `make docs`; a test compares them.

## Commands

Exit codes: 0 fine, 1 something you can mend (one line says what), 2 wrong usage.

{commands()}
## Settings

From the environment, or a `.env` file in the folder labelbot is started in.

{settings()}

## Label types

{label_types()}
"""


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text(encoding="utf-8") == page() else "docs/reference.md is old: make docs")
    TARGET.write_text(page(), encoding="utf-8")
