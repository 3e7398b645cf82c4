"""The part of the report's page that narrows it: a form without scripts, and the items that somebody asked for."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from typing import Final

from bot.filters import Wanted
from bot.project import Project
from bot.quality import markup
from bot.quality.ambiguity import Example
from bot.quality.page import differing, question
from bot.quality.selection import Selection
from bot.quality.words import Words

OPTIONS: Final = 500
"""Labels, or people, that one chooses among; of more one is typed."""


def form(project: Project, people: Sequence[tuple[str, str]], wanted: Wanted, words: Words) -> str:
    """`people` are (pseudonym, name) of whom one may ask for."""
    labels = [
        (f"{asked.name}/{label.name}", label.title if project.single else f"{asked.title}: {label.title}")
        for asked in project.questions
        for label in asked.labels
        if not asked.under(label.name)
    ]
    label = f"{wanted.question}/{wanted.label}" if wanted.label else ""
    fields = [_choice("label", labels, label, words)] if labels else []
    fields += [_choice("person", people, wanted.person, words)] if people else []
    fields += [_day("from", wanted.first, words), _day("to", wanted.last, words)]
    show = f'<button class="main">{escape(words.say("report.page.show"))}</button>'
    filled = f'<form method="get">{"".join(fields)}{show}</form>'
    said = escape(words.say("report.page.filter"))
    return f"<details{' open' if wanted else ''}><summary>{said}</summary>{filled}</details>"


def _choice(name: str, options: Sequence[tuple[str, str]], chosen: str, words: Words) -> str:
    if len(options) > OPTIONS:
        return _field(name, f'<input id="{name}" name="{name}" value="{escape(chosen)}">', words)
    listed = "".join(_option(value, title, value == chosen) for value, title in options)
    anybody = _option("", words.say("report.page.any"), False)
    return _field(name, f'<select id="{name}" name="{name}">{anybody}{listed}</select>', words)


def _field(name: str, control: str, words: Words) -> str:
    return f'<div><label for="{name}">{escape(words.say(f"report.page.{name}"))}</label>{control}</div>'


def _option(value: str, title: str, chosen: bool) -> str:
    return f'<option value="{escape(value)}"{" selected" if chosen else ""}>{escape(title)}</option>'


def _day(name: str, day: date | None, words: Words) -> str:
    value = "" if day is None else day.isoformat()
    return _field(name, f'<input id="{name}" type="date" name="{name}" value="{value}">', words)


def selected(found: Selection, title: str, form: str, words: Words) -> str:
    """The page of what was asked for, in place of the whole report's."""
    sections: list[Iterable[str]] = [_head(title, form, found, words)]
    if found.count:
        sections += [question(one, words, found.wanted) for one in found.questions]
        sections.append(_items(found, words))
    return "\n".join(markup.section(lines) for lines in sections)


def _head(title: str, form: str, found: Selection, words: Words) -> Iterator[str]:
    yield markup.heading(1, title)
    yield f'<p><a href="?">← {escape(words.say("report.page.whole"))}</a></p>'
    yield form
    key = "report.page.selected" if found.count else "report.page.selected_none"
    yield markup.paragraph(words.say(key, count=words.count(found.count)))


def _items(found: Selection, words: Words) -> Iterator[str]:
    yield markup.heading(2, words.say("report.page.worst"))
    yield from (differing(Example(one.item, one.snippet), one.labels, words) for one in found.items)
    if found.count > len(found.items):
        yield markup.paragraph(words.say("report.others", count=words.count(found.count - len(found.items))), "quiet")
