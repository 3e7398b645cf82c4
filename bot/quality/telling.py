"""The QA summary in words for a chat, and as a picture."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from bot.chat import Part, Style, Text
from bot.labels.base import cut
from bot.quality.measures import Agreement
from bot.quality.report import Accuracy, Disputed, LabelCount, PersonFigures, QuestionFigures, Report
from bot.wording import phrase, say

if TYPE_CHECKING:
    from bot.quality.chart import ChartWords

CAPTION: Final = 1000
"""UTF-16 code units; a picture's text may have 1,024 where it may have least."""
MESSAGE: Final = 3000
"""The same of a message of its own."""
LABELS: Final = 4
"""How many labels are named a question; the picture has the others."""
PARTS: Final = ("done", "leased", "open", "skipped", "flagged", "quarantined", "withdrawn", "gold")

TITLE_LONG, LABEL_LONG, SNIPPET_LONG, NAME_LONG = 80, 24, 60, 40
Block = tuple[int, Text]
"""How dispensable it is (0 not at all), and what it says."""


def text(report: Report, language: str) -> Text:
    """Without a word on single people. Never longer than a picture's text may be: what matters least gives way."""
    words = Words(language)
    head = (Part(cut(report.title, TITLE_LONG), "bold"), Part(f" · {words.date(report.today)}\n"))
    blocks: list[Block] = [(0, head), (0, _line(_progress(report, words)))]
    if report.parts.imported:
        blocks += [(2, _line(_parts(report, words), "quiet")), (1, _line(_pace(report, words)))]
        for question in report.questions:
            blocks += _question(question, words, alone=len(report.questions) == 1)
    if report.gold.labels:
        blocks.append((1, _line(words.accuracy(report.gold, _free(report.questions)))))
    if report.disputed:
        blocks.append((3, _line("\n" + words.say("report.disputed"))))
        blocks += [(4 + place, _dispute(one, words)) for place, one in enumerate(report.disputed)]
    return _fitted(blocks, CAPTION)


def people_text(report: Report, language: str) -> Text:
    """Per-person figures: for admins only."""
    words = Words(language)
    title = words.say("report.people", title=cut(report.title, TITLE_LONG))
    blocks: list[Block] = [(0, (Part(title + "\n", "bold"),))]
    busy = [one for one in report.people if _did(one)]
    if not busy:
        return (blocks[0][1][0], Part(words.say("report.nobody")))
    room = MESSAGE - _units(blocks[0][1]) - 40
    for place, person in enumerate(busy):
        line = _line(words.person(person))
        room -= _units(line)
        if room < 0:
            blocks.append((0, _line(words.say("report.others", count=words.count(len(busy) - place)))))
            break
        blocks.append((0, line))
    return _fitted(blocks, MESSAGE)


def picture(report: Report, language: str) -> bytes:
    """A PNG. Of several questions it shows the first that has labels to count."""
    # Matplotlib is loaded by whom a picture is asked of, and nobody else.
    from bot.quality import chart

    shown = next((one for one in report.questions if one.labels is not None), report.questions[0])
    counts = None
    if shown.labels is not None:
        counts = tuple(chart.LabelCount(one.name, say(language, one.title), one.count) for one in shown.labels)
    figures = chart.ChartFigures(
        name=report.project,
        title=report.title,
        as_of=report.today,
        progress=chart.Progress(**{part: getattr(report.parts, part) for part in PARTS}),
        labels=counts,
        days=tuple(chart.DayCount(day, count) for day, count in report.days),
        pace=report.pace.per_day,
        expected_end=report.pace.expected_end,
        agreement=shown.agreement,
    )
    return chart.summary_chart(figures, chart_words(language))


def chart_words(language: str) -> "ChartWords":
    from bot.quality.chart import ChartWords

    words = Words(language)
    # Braces are the chart's to fill in: each field stands for itself here.
    raw = {field: "{" + field + "}" for field in ("day", "month", "year", "done", "all", "percent", "date", "count")}
    raw |= {"days": "{days}", "pace": "{pace}"}
    return ChartWords(
        parts=tuple(words.say(f"report.part.{part}") for part in PARTS),
        months=tuple(words.say("report.months").split()),
        date=words.say("report.date", **raw),
        short_date=words.say("report.short_date", **raw),
        done=words.say("report.done", **raw),
        no_items=words.say("report.no_items"),
        expected_end=words.say("report.end", **raw),
        labels=words.say("report.chart.labels"),
        other=words.say("report.chart.other", **raw),
        no_labels=words.say("report.no_labels"),
        days=words.say("report.chart.days"),
        no_answers=words.say("report.no_labels"),
        none_lately=words.say("report.chart.none_lately", **raw),
        most=words.say("report.chart.most", **raw),
        pace=words.say("report.chart.pace", **raw),
        agreement=words.say("report.chart.agreement"),
        alpha=words.say("report.chart.alpha"),
        ac1=words.say("report.chart.ac1"),
        percent=words.say("report.chart.percent"),
        alike=words.say("report.chart.alike"),
        items=words.say("report.chart.items"),
    )


class Words:
    """Sentences and figures as they are written in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._decimal, self._thousands = self.say("report.decimal"), self.say("report.thousands")

    def say(self, key: str, **fields: object) -> str:
        return say(self.language, phrase(key, **fields))

    def count(self, number: int) -> str:
        return f"{number:,}".replace(",", self._thousands)

    def figure(self, number: float, places: int) -> str:
        """With a typographic minus, and no -0.00."""
        written = f"{round(number, places) + 0.0:,.{places}f}".replace("-", "−")
        return written.translate({ord(","): self._thousands, ord("."): self._decimal})

    def amount(self, number: float) -> str:
        return self.count(round(number)) if number >= 10 else self.figure(number, 1)

    def percent(self, share: float) -> str:
        """Whole per cent; neither 0 nor 100 is said of what is not quite that."""
        if 0 < share < 0.01:
            return "<1 %"
        return ">99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"

    def date(self, day: date, key: str = "report.date") -> str:
        month = self.say("report.months").split()[day.month - 1]
        return self.say(key, day=day.day, month=month, year=day.year)

    def agreement(self, found: Agreement, free: bool) -> str:
        """α, AC1, per cent and how much was compared, together always."""
        if found.alpha is None or found.percent is None:
            return self.say("report.not_compared")
        figures = [f"α {self.figure(found.alpha, 2)}"]
        if found.ac1 is not None:
            figures.append(f"AC1 {self.figure(found.ac1, 2)}")
        figures.append(self.say("report.alike" if free else "report.equal", percent=self.percent(found.percent)))
        compared = {"items": self.count(found.items), "answers": self.count(found.answers)}
        figures.append(self.say("report.compared", **compared))
        return self.say("report.agreement", figures=" · ".join(figures))

    def accuracy(self, gold: Accuracy, free: bool) -> str:
        """Of free text it is said how near it came, for hardly any is equal."""
        share = (gold.closeness if free else gold.share) or 0.0
        counts = {"right": self.count(gold.right), "all": self.count(gold.labels)}
        return self.say("report.gold_alike" if free else "report.gold", percent=self.percent(share), **counts)

    def seconds(self, seconds: float) -> str:
        return self.say("report.seconds", seconds=self.figure(seconds, 1))

    def person(self, person: PersonFigures) -> str:
        figures = [] if person.median_seconds is None else [self.seconds(person.median_seconds)]
        if person.gold.labels:
            figures.append(self.say("report.person_gold", right=person.gold.right, all=person.gold.labels))
        for kind in ("skips", "flags", "late", "superseded"):
            if count := getattr(person, kind):
                figures.append(self.say(f"report.person_{kind}", count=self.count(count)))
        name, labels = cut(person.name, NAME_LONG), self.count(person.labels)
        return self.say("report.person", name=name, labels=labels, figures=" · ".join(figures)).rstrip(", ")


def _did(person: PersonFigures) -> bool:
    return any((person.labels, person.gold.labels, person.skips, person.flags, person.late, person.superseded))


def _progress(report: Report, words: Words) -> str:
    if not report.asked:
        return words.say("report.no_items")
    done = report.parts.done
    # Rounded down: 100 % is said when nothing is left.
    percent = 100 * done // report.asked
    return words.say("report.done", done=words.count(done), all=words.count(report.asked), percent=percent)


def _parts(report: Report, words: Words) -> str:
    counts = [(part, getattr(report.parts, part)) for part in PARTS]
    parts = " + ".join(f"{words.count(count)} {words.say(f'report.part.{part}')}" for part, count in counts if count)
    return words.say("report.imported", count=words.count(report.parts.imported), parts=parts)


def _pace(report: Report, words: Words) -> str:
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
    yield 1, _line(words.agreement(question.agreement, question.labels is None))


def _labels(labels: Sequence[LabelCount], answers: int, words: Words) -> str:
    """The most frequent ones with their share of the answers, which of tags may hold several."""
    often = sorted((one for one in labels if one.count), key=lambda one: -one.count)
    shown = often if len(often) <= LABELS + 1 else often[:LABELS]
    said = [f"{cut(say(words.language, one.title), LABEL_LONG)} {words.percent(one.count / answers)}" for one in shown]
    if len(shown) < len(often):
        said.append(words.say("report.others", count=words.count(len(often) - len(shown))))
    return " · ".join(said)


def _free(questions: Iterable[QuestionFigures]) -> bool:
    return any(question.labels is None for question in questions)


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
    return sum(len(part.text.encode("utf-16-le", "surrogatepass")) // 2 for part in said)


def _fitted(blocks: Sequence[Block], limit: int) -> Text:
    """The blocks in their order; of those that can be done without, the least needed and last go first."""
    kept = list(enumerate(blocks))
    while sum(_units(said) for _, (_, said) in kept) > limit and any(rank for _, (rank, _) in kept):
        kept.remove(max(kept, key=lambda one: (one[1][0], one[0])))
    parts = [part for _, (_, said) in kept for part in said]
    return (*parts[:-1], Part(parts[-1].text.rstrip("\n"), parts[-1].style))
