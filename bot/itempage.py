"""An item's own page beside a report: what it holds, what people said of it, what that comes to and who decided what.

HTML without scripts; whatever people wrote passes `html.escape`. People go by their pseudonyms.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from bot.characters import item_name
from bot.chat import Media
from bot.comparing import Compared, drawn_on, said_by
from bot.draft import doubted
from bot.face import as_media
from bot.labels import LABEL_TYPES
from bot.labels.base import Label
from bot.project import Question
from bot.reviewing import Voice
from bot.wording import phrase, say
from storage.reviews import Decision, Remark

FIELD_LONG: Final = 20_000
"""Characters of a field that are shown."""

Address = Callable[[str], str]
"""Where a file is to be had, by its SHA-256."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An item as its page shows it: `drawing` is the picture of what people drew, painted already."""

    found: Compared
    decision: Decision | None
    remarks: Sequence[Remark]
    drawing: Media | None = None


def body(seen: Seen, language: str, address: Address) -> str:
    sections = (
        _item(seen, address),
        _answers(seen, language, address),
        _decision(seen, language),
        _remarks(seen, language),
    )
    filled = ("\n".join(lines) for lines in sections)
    return "\n".join(f"<section>\n{lines}\n</section>" for lines in filled if lines)


def _item(seen: Seen, address: Address) -> Iterator[str]:
    yield f"<h1>{escape(item_name(seen.found.key))}</h1>"
    shown = {medium["field"] for medium in seen.found.media}
    for medium in seen.found.media:
        yield _medium(as_media(medium), address)
    for field, value in seen.found.data.items():
        if field not in shown and isinstance(value, str | int | float):
            yield f'<h2 class="field">{escape(field)}</h2><p class="text">{escape(str(value)[:FIELD_LONG])}</p>'


def _medium(medium: Media, address: Address) -> str:
    source, alt = escape(address(medium.sha256)), escape(medium.alt)
    if medium.kind == "image":
        return f'<p><a href="{source}"><img class="shot" src="{source}" alt="{alt}" loading="lazy"></a></p>'
    if medium.kind == "audio":
        return f'<p><audio controls preload="none" src="{source}" aria-label="{alt}"></audio></p>'
    return f'<p><video controls preload="metadata" src="{source}" aria-label="{alt}"></video></p>'


def _answers(seen: Seen, language: str, address: Address) -> Iterator[str]:
    found = seen.found
    yield f"<h2>{_say(language, 'report.item.answers')}</h2>"
    if not found.given:
        yield f"<p>{_say(language, 'item.nobody')}</p>"
        return
    for question in found.project.questions:
        labels = [one.label[question.name] for one in found.given if question.name in one.label]
        if not found.project.single:
            yield f"<h3>{escape(question.title)}</h3>"
        if labels and not drawn_on(question):
            yield f"<p><b>{escape(found.consensus(question, language))}</b></p>"
    if seen.drawing is not None:
        source = escape(address(seen.drawing.sha256))
        alt = _say(language, "report.item.drawn")
        yield f'<p><a href="{source}"><img class="drawn" src="{source}" alt="{alt}"></a></p>'
    yield _side_by_side(found, language)


def _side_by_side(found: Compared, language: str) -> str:
    questions = found.project.questions
    titles = (
        [_say(language, "report.item.answer")] if found.project.single else [escape(one.title) for one in questions]
    )
    heads = "".join(f'<th scope="col">{one}</th>' for one in (_say(language, "report.page.person"), *titles))
    rows = "".join(
        f'<tr><th scope="row">{escape(one.public)}</th>'
        + "".join(f"<td>{_said(found, question, one, language)}</td>" for question in questions)
        + "</tr>"
        for one in found.given
    )
    return (
        f'<div class="wide" tabindex="0"><table class="said"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _said(found: Compared, question: Question, given: Voice, language: str) -> str:
    if doubted(found.project, question, given.label, given.unsure):
        return _say(language, "card.unsure")
    return escape(said_by(language, question, given)) if question.name in given.label else "–"


def _told(question: Question, label: Label, language: str) -> str:
    return escape(say(language, LABEL_TYPES[question.type].describe(question, label)))


def _decision(seen: Seen, language: str) -> Iterator[str]:
    if seen.decision is None:
        return
    yield f"<h2>{_say(language, 'report.item.decision')}</h2>"
    for question in seen.found.project.questions:
        if (label := seen.decision.label.get(question.name)) is not None:
            title = "" if seen.found.project.single else f"{escape(question.title)}: "
            yield f"<p>{title}<b>{_told(question, label, language)}</b></p>"
    if seen.decision.note:
        yield f"<p>{escape(say(language, phrase('review.because', note=seen.decision.note)))}</p>"


def _remarks(seen: Seen, language: str) -> Iterator[str]:
    if not seen.remarks:
        return
    yield f"<h2>{_say(language, 'report.item.remarks')}</h2>"
    for one in seen.remarks:
        kind = say(language, phrase(f"review.said.{one.kind}"))
        yield f"<p>{kind} {escape(one.public)}: {escape(one.text)}</p>"


def _say(language: str, key: str) -> str:
    return escape(say(language, phrase(key)))
