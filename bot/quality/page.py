"""The QA summary as the body of a web page: HTML without scripts and without styles of its own.

Whatever people wrote passes `html.escape`. People stand there by their pseudonyms, unless the project shows names and
the page is an admin's own. Links are beside the page's own address: `item?key=…` an item's page, `?…` a filter.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import escape
from typing import Final
from urllib.parse import quote

from bot.characters import item_name
from bot.filters import EVERYTHING, Wanted
from bot.labels.base import Said
from bot.quality import markup
from bot.quality.agreeing import Confusion, PeriodAgreement
from bot.quality.ambiguity import Example
from bot.quality.difficulties import aids, confused, unsure
from bot.quality.pagepeople import people
from bot.quality.report import LabelCount, QuestionFigures, Report
from bot.quality.telling import parts, speed
from bot.quality.words import Words
from bot.quality.work import Work
from bot.wording import say

LABELS_SHOWN: Final = 200
DAYS_SHOWN: Final = 31
OFTEN: Final = 0.2
"""From this share of a row on, one label is marked as taken for another."""


def body(
    report: Report, language: str, changed: str = "", form: str = "", work: Mapping[str, Work] | None = None
) -> str:
    """`changed` tells what changed since the summary before, `form` is that of `pagefilter`, `work` what people did in
    the last seven days."""
    words = Words(language)
    sections = [markup.section(_progress(report, changed, words))]
    if report.parts.imported:
        sections.append(markup.section([form]) if form else "")
        sections += [markup.section(question(one, words)) for one in report.questions]
    for lines in (_hard(report, words), _disputed(report, words), _ambiguous(report, words)):
        told = list(lines)
        sections += [markup.section(told)] if told else []
    if any(one.labels or one.gold.labels for one in report.people):
        sections += [markup.section(lines) for lines in people(report, work or {}, words)]
    return "\n".join((*sections, until(report, words)))


def item_address(key: str) -> str:
    """Beside the report's own address."""
    return f"item?key={quote(key, safe='')}"


def item_link(key: str) -> str:
    return markup.link(item_address(key), item_name(key))


def until(report: Report, words: Words) -> str:
    time = f"{report.as_of:%H:%M} UTC"
    return markup.paragraph(words.say("report.page.until", date=words.date(report.as_of.date()), time=time), "quiet")


def _progress(report: Report, changed: str, words: Words) -> Iterator[str]:
    yield markup.heading(1, report.title)
    yield markup.paragraph(words.date(report.today), "quiet")
    yield markup.paragraph(words.progress(report))
    if report.asked:
        label = escape(words.progress(report))
        yield f'<progress max="{report.asked}" value="{report.parts.done}" aria-label="{label}"></progress>'
    if changed:
        yield markup.paragraph(changed)
    if report.parts.imported:
        yield markup.paragraph(parts(report, words), "quiet")
        yield markup.paragraph(speed(report, words))
    if report.short.items:
        yield markup.paragraph(words.short(report.short))
    if report.gold.labels:
        yield markup.paragraph(words.accuracy(report.gold, any(one.labels is None for one in report.questions)))
    if report.reviewed:
        yield markup.paragraph(words.reviewed(report.reviewed))
    if report.savings is not None:
        yield markup.paragraph(words.savings(report.savings))
    yield from (markup.paragraph(line) for line in (*aids(report, words), unsure(report, words)) if line)
    if report.days:
        yield markup.heading(2, words.say("report.chart.days"))
        yield markup.days(_calendar(report), words, _day_address, words.say("report.chart.days"))


def _calendar(report: Report) -> list[tuple[date, int]]:
    """Every day from the first answer on, the newest DAYS_SHOWN of them: up to today, where anything is that new."""
    counts = dict(report.days)
    newest = max(counts)
    last = newest if (report.today - newest).days >= DAYS_SHOWN else max(report.today, newest)
    length = min(DAYS_SHOWN, (last - min(counts)).days + 1)
    shown = [last - timedelta(days=back) for back in reversed(range(length))]
    return [(day, counts.get(day, 0)) for day in shown]


def _day_address(day: date) -> str:
    return Wanted(first=day, last=day).address


def question(found: QuestionFigures, words: Words, wanted: Wanted = EVERYTHING) -> Iterator[str]:
    """`wanted` is what the figures are of: a link to a label keeps the rest of it."""
    yield markup.heading(2, found.title)
    yield markup.paragraph(words.agreement(found.agreement, found.labels is None, found.interval))
    if found.consensus is not None:
        yield markup.paragraph(words.consensus(found.consensus))
    if found.labels and found.answers:
        heads = (words.say("report.page.label"), words.say("report.page.share"), "α")
        yield markup.table(heads, _labels(found, found.labels, words, wanted))
        if len(found.labels) > LABELS_SHOWN:
            others = words.say("report.others", count=words.count(len(found.labels) - LABELS_SHOWN))
            yield markup.paragraph(others, "quiet")
    if len(found.over_time) > 1:
        weekly = found.over_time[0].days == 7
        said = words.say("report.page.by_week" if weekly else "report.page.by_day")
        yield markup.heading(3, said)
        yield markup.over_time(found.over_time, words, said)
        yield markup.folded(words.say("report.page.as_table"), _periods(found.over_time, words))
    if found.confusion is not None:
        yield markup.heading(3, words.say("report.page.confusion"))
        yield _confusion(found.confusion, words)


def _labels(
    found: QuestionFigures, labels: Sequence[LabelCount], words: Words, wanted: Wanted
) -> Iterator[Sequence[str]]:
    alphas = {one.name: one.alpha for one in found.per_label if one.alpha is not None}
    for one in sorted(labels, key=lambda label: -label.count)[:LABELS_SHOWN]:
        share = one.count / found.answers
        alpha = words.figure(alphas[one.name], 2) if one.name in alphas else "–"
        title = say(words.language, one.title)
        address = replace(wanted, question=found.name, label=one.name).address
        name = markup.link(address, title) if one.count else escape(title)
        yield name + markup.bar(share), f"{words.percent(share)} · {words.count(one.count)}", alpha


def _periods(periods: Sequence[PeriodAgreement], words: Words) -> str:
    heads = (words.say("report.page.since"), "α", words.say("report.page.items"))
    rows = (
        (
            markup.link(
                Wanted(first=one.since, last=one.since + timedelta(days=one.days - 1)).address,
                words.date(one.since, "report.short_date"),
            ),
            words.figure(one.alpha, 2),
            words.count(one.items),
        )
        for one in periods
    )
    return markup.table(heads, rows)


def said(label: Said, words: Words) -> str:
    return escape(say(words.language, label))


def _confusion(found: Confusion, words: Words) -> str:
    """Columns go by the number of their row: eight names do not fit beside one another on a phone."""
    rows = (
        (f"{a + 1} {said(title, words)}", *(_share(share, a == b, words) for b, share in enumerate(shares)))
        for a, ((_, title), shares) in enumerate(zip(found.labels, found.shares, strict=True))
    )
    return markup.table(("", *(str(place + 1) for place in range(len(found.labels)))), rows, "crossed")


def _share(share: float, same: bool, words: Words) -> str:
    kind = ' class="same"' if same else ' class="often"' if share >= OFTEN else ""
    return f"<td{kind}>{words.percent(share).replace(' ', '') if share else '–'}</td>"


def _hard(report: Report, words: Words) -> Iterator[str]:
    """Labels that are confused, each pair with its examples."""
    pairs = [one for found in report.ambiguity.questions for one in found.confused]
    if pairs:
        yield markup.heading(2, words.say("report.page.hard"))
    for one in pairs:
        yield markup.paragraph(confused(one, words))
        if one.examples:
            yield "<ul>" + "".join(f"<li>{_example(found)}</li>" for found in one.examples) + "</ul>"


def _example(found: Example) -> str:
    return f"{item_link(found.item)} <i>{escape(found.snippet)}</i>"


def _disputed(report: Report, words: Words) -> Iterator[str]:
    if report.disputed:
        yield markup.heading(2, words.say("report.disputed"))
    for one in report.disputed:
        yield differing(Example(one.item, one.snippet), one.labels, words)


def differing(found: Example, labels: Sequence[tuple[Said, int]], words: Words, more: str = "") -> str:
    """An item and the labels given to it, those together that read the same; `more` is text behind them."""
    counts: Counter[str] = Counter()
    for label, count in labels:
        counts[said(label, words)] += count
    given = ", ".join(f"{label} ×{count}" for label, count in counts.items())
    return f"<p>{_example(found)}<br>{given}{escape(more)}</p>"


def _ambiguous(report: Report, words: Words) -> Iterator[str]:
    """Without those that stand among the disputed."""
    named = {one.item for one in report.disputed}
    found = [one for one in report.ambiguity.items if one.item not in named]
    if found:
        yield markup.heading(2, words.say("report.ambiguous"))
    for one in found:
        not_sure = f", {words.say('card.unsure')} ×{one.unsure}" if one.unsure else ""
        more = f"{not_sure} · H {words.figure(one.entropy, 2)}"
        yield differing(Example(one.item, one.snippet), one.labels, words, more)
