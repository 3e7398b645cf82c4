"""The QA summary in words for a chat, and as a picture."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.characters import units
from bot.chat import Part, Style, Text
from bot.labels.base import cut
from bot.quality.changes import changed
from bot.quality.difficulties import aids, confusions, unsure
from bot.quality.pairs import Alike
from bot.quality.report import Disputed, LabelCount, PersonFigures, QuestionFigures, Report
from bot.quality.signs import too_few
from bot.quality.words import PARTS, Words
from bot.wording import say
from storage.readings import Reading

CAPTION: Final = 1000
"""UTF-16 code units; a picture's text may have 1,024 where it may have least."""
MESSAGE: Final = 3000
"""The same of a message of its own."""
LABELS: Final = 4
"""How many labels are named a question; the picture has the others."""
EVERYBODY: Final = 25
"""Of so many people each is told of."""
NAMED: Final = 10
"""Of more: so many who want a look, and so many of the busiest."""
TITLE_LONG, LABEL_LONG, SNIPPET_LONG = 80, 24, 60
Block = tuple[int, Text]
"""How dispensable it is (0 not at all), and what it says."""


def text(report: Report, language: str, before: Reading | None = None) -> Text:
    """Without a word on single people. Never longer than a picture's text may be: what matters least gives way.
    `before` is what was read for the summary before."""
    words = Words(language)
    blocks: list[Block] = [(0, heading(report, words)), (0, _line(words.progress(report)))]
    if before is not None:
        blocks.append((1, _line(changed(report, before.at, before.figures, words))))
    if report.parts.imported:
        blocks += [(2, _line(parts(report, words), "quiet")), (1, _line(speed(report, words)))]
        if report.short.items:
            blocks.append((1, _line(words.short(report.short))))
        for question in report.questions:
            blocks += _question(question, words, alone=len(report.questions) == 1)
    if report.gold.labels:
        blocks.append((1, _line(words.accuracy(report.gold, _free(report.questions)))))
    if report.reviewed:
        blocks.append((2, _line(words.reviewed(report.reviewed))))
    if report.savings is not None:
        blocks.append((2, _line(words.savings(report.savings))))
    blocks += [(2, _line(line)) for line in (*aids(report, words), unsure(report, words)) if line]
    blocks += [(3 + place, said) for place, said in enumerate(_confusions(report, words))]
    for place, said in enumerate(disputes(report, words)):
        heading_of_first = _line("\n" + words.say("report.disputed"), "bold") if not place else ()
        blocks.append((4 + place, (*heading_of_first, *said)))
    return _fitted(blocks, CAPTION)


def _confusions(report: Report, words: Words) -> Iterator[Text]:
    """A sentence each, and a line for each of its examples."""
    for said, examples in confusions(report, words):
        yield (*_line("\n" + said), *(part for one in examples for part in (Part("· "), *_line(one, "italic"))))


def people_text(report: Report, language: str) -> Text:
    """Per-person figures: for admins only. Of many people those are told that want a look, and the busiest."""
    words = Words(language)
    title = Part(words.say("report.people", title=cut(report.title, TITLE_LONG)) + "\n", "bold")
    busy = [one for one in report.people if _did(one)]
    if not busy:
        return (title, Part(words.say("report.nobody")))
    blocks: list[Block] = [(0, (title,))]
    if report.watch and (few := too_few(report.watch, words)):
        blocks.append((0, _line(few, "quiet")))
    if len(busy) <= EVERYBODY:
        blocks += [(1, _line(words.person(one))) for one in busy]
    else:
        blocks += _many(busy, words)
    return _fitted(blocks, MESSAGE)


def _many(busy: Sequence[PersonFigures], words: Words) -> Iterator[Block]:
    yield 0, _line(words.crowd(busy))
    low = apart(busy)
    for rank, key, some in ((1, "report.people_apart", low), (3, "report.people_busiest", busy)):
        if some:
            yield rank, _line("\n" + words.say(key, count=words.count(len(some))), "bold")
            yield from ((rank + 1, _line(words.person(one))) for one in some[:NAMED])


def apart(people: Iterable[PersonFigures]) -> list[PersonFigures]:
    """Those who differ from the others more than chance has it: their interval lies below the mean of all. The
    farthest first."""
    compared = [one for one in people if one.alike.share is not None]
    mean = mean_of([one.alike for one in compared])
    low = [one for one in compared if one.alike.high < mean]
    return sorted(low, key=lambda one: (one.alike.high, one.id))


def mean_of(found: Sequence[Alike]) -> float:
    """Of all these people together (0…1), each by their items."""
    items = sum(one.items for one in found)
    return sum((one.share or 0.0) * one.items for one in found) / items if items else 0.0


def picture(report: Report, language: str) -> bytes:
    """A PNG."""
    # Matplotlib is loaded by whom a picture is asked of, and nobody else.
    from bot.quality import chart

    return chart.summary_chart(report, Words(language))


def heading(report: Report, words: Words) -> Text:
    return (Part(cut(report.title, TITLE_LONG), "bold"), Part(f" · {words.date(report.today)}\n"))


def _did(person: PersonFigures) -> bool:
    return any((person.labels, person.gold.labels, person.skips, person.flags, person.late, person.superseded))


def parts(report: Report, words: Words) -> str:
    counts = [(part, getattr(report.parts, part)) for part in PARTS]
    said = " + ".join(f"{words.count(count)} {words.say(f'report.part.{part}')}" for part, count in counts if count)
    return words.say("report.imported", count=words.count(report.parts.imported), parts=said)


def speed(report: Report, words: Words) -> str:
    pace = report.pace
    if pace.per_day is None:
        return words.say("report.no_labels")
    said = [words.say("report.pace", pace=words.amount(pace.per_day), day=words.count(pace.last_day))]
    if pace.expected_end is not None:
        said.append(words.say("report.end", date=words.date(pace.expected_end, "report.short_date")))
    if report.median_seconds is not None:
        said.append(words.seconds(report.median_seconds))
    return " · ".join(said)


def _question(question: QuestionFigures, words: Words, *, alone: bool) -> Iterator[Block]:
    if not alone:
        yield 2, (Part(f"\n{cut(question.title, 2 * LABEL_LONG)}\n", "bold"),)
    if question.labels and question.answers:
        yield 2, _line(words.say("report.labels", labels=_labels(question.labels, question.answers, words)))
    yield 1, _line(words.agreement(question.agreement, question.labels is None, question.interval))


def _labels(labels: Sequence[LabelCount], answers: int, words: Words) -> str:
    """The most frequent ones with their share of the answers, which of tags may hold several. Where the picture has
    numbers for want of a font, this is their key, with as many as are there."""
    from bot.quality import chart

    numbers = {one.name: number for place, one in enumerate(labels, 1) if (number := chart.number(one, place, words))}
    most = chart.LABELS_SHOWN if numbers else LABELS
    often = sorted((one for one in labels if one.count), key=lambda one: -one.count)
    shown = often if len(often) <= most + 1 else often[:most]
    said = [
        f"{numbers.get(one.name, '')} {cut(say(words.language, one.title), LABEL_LONG)} ".lstrip()
        + words.percent(one.count / answers)
        for one in shown
    ]
    if len(shown) < len(often):
        said.append(words.say("report.others", count=words.count(len(often) - len(shown))))
    return " · ".join(said)


def _free(questions: Iterable[QuestionFigures]) -> bool:
    return any(question.labels is None for question in questions)


def disputes(report: Report, words: Words) -> list[Text]:
    """A line each, the worst first."""
    return [_dispute(one, words) for one in report.disputed]


def _dispute(one: Disputed, words: Words) -> Text:
    labels = ", ".join(
        f"{cut(say(words.language, label), LABEL_LONG)} ×{count}" for label, count in one.labels[:LABELS]
    )
    more = ", …" if len(one.labels) > LABELS else ""
    snippet = f" “{cut(one.snippet, SNIPPET_LONG)}”" if one.snippet else ""
    return (Part(f"{cut(one.item, LABEL_LONG)}{snippet}", "italic"), Part(f": {labels}{more}\n"))


def _line(said: str, style: Style = "plain") -> Text:
    return (Part(said, style), Part("\n"))


def _units(said: Text) -> int:
    return sum(units(part.text) for part in said)


def _fitted(blocks: Sequence[Block], limit: int) -> Text:
    """The blocks in their order; of those that can be done without, the least needed and last go first."""
    kept = list(enumerate(blocks))
    while sum(_units(said) for _, (_, said) in kept) > limit and any(rank for _, (rank, _) in kept):
        kept.remove(max(kept, key=lambda one: (one[1][0], one[0])))
    parts = [part for _, (_, said) in kept for part in said]
    return (*parts[:-1], Part(parts[-1].text.rstrip("\n"), parts[-1].style))
