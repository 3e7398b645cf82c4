"""A summary's sentences and figures as they are written in one language."""

from collections.abc import Callable, Sequence
from datetime import date
from statistics import quantiles
from typing import Final

from bot.labels.base import cut
from bot.quality.agreeing import Interval, PeriodAgreement
from bot.quality.measures import Agreement
from bot.quality.pairs import Alike
from bot.quality.report import Accuracy, PersonFigures, Report
from bot.quality.reviewed import Reviewed
from bot.quality.savings import Savings
from bot.quality.skilled import Standing
from bot.wording import Figure, phrase, say, written
from storage.shortage import Shortage

PARTS: Final = ("done", "leased", "open", "skipped", "flagged", "quarantined", "withdrawn", "gold")
NAME_LONG: Final = 40

ENOUGH_DECISIONS: Final = 10
"""Fewer say nothing of how often reviewers go against the answers."""


class Words:
    """Sentences and figures as they are written in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, **fields: object) -> str:
        return say(self.language, phrase(key, **fields))

    def count(self, number: int) -> str:
        return written(self.language, Figure(number, 0))

    def figure(self, number: float, places: int) -> str:
        return written(self.language, Figure(number, places))

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

    def progress(self, report: Report) -> str:
        if not report.asked:
            return self.say("report.no_items")
        done = report.parts.done
        # Rounded down: 100 % is said when nothing is left.
        percent = 100 * done // report.asked
        said = self.say("report.done", done=self.count(done), all=self.count(report.asked), percent=percent)
        given, wanted = report.labels, report.labels + report.pace.wanted
        # With one label an item that would be the same again.
        if report.pace.wanted and (given, wanted) != (done, report.asked):
            said += " · " + self.say("report.given", given=self.count(given), wanted=self.count(wanted))
        return said

    def agreement(self, found: Agreement, free: bool, interval: Interval | None = None) -> str:
        """α with its interval, AC1, per cent and how much was compared, together always."""
        if found.alpha is None or found.percent is None:
            return self.say("report.not_compared")
        figures = [f"α {self.figure(found.alpha, 2)}{self.interval(interval)}"]
        if found.ac1 is not None:
            figures.append(f"AC1 {self.figure(found.ac1, 2)}")
        figures.append(self.say("report.alike" if free else "report.equal", percent=self.percent(found.percent)))
        compared = {"items": self.count(found.items), "answers": self.count(found.answers)}
        figures.append(self.say("report.compared", **compared))
        return self.say("report.agreement", figures=" · ".join(figures))

    def interval(self, found: Interval | None) -> str:
        if found is None:
            return ""
        low, high = self.figure(found.low, 2), self.figure(found.high, 2)
        return f" ({self.say('report.interval', low=low, high=high)})"

    def share(self, found: Alike) -> str:
        """With the bounds of its interval."""
        bounds = self.say("report.interval", low=f"{100 * found.low:.0f}", high=self.percent(found.high))
        return f"{self.percent(found.share or 0.0)} ({bounds})"

    def over_time(self, periods: Sequence[PeriodAgreement], most: int) -> str:
        """α of the latest periods, one behind the other."""
        key = "report.by_week" if periods[0].days == 7 else "report.by_day"
        shown = [f"{self.date(one.since, 'report.short_date')} {self.figure(one.alpha, 2)}" for one in periods[-most:]]
        return self.say(key, figures=" · ".join(shown))

    def accuracy(self, gold: Accuracy, free: bool) -> str:
        """Of free text it is said how near it came, for hardly any is equal."""
        share = (gold.closeness if free else gold.share) or 0.0
        counts = {"right": self.count(gold.right), "all": self.count(gold.labels)}
        return self.say("report.gold_alike" if free else "report.gold", percent=self.percent(share), **counts)

    def reviewed(self, found: Reviewed) -> str:
        """The queue, what was decided, and how often against the answers."""
        said = self.say("report.reviewed", waiting=self.count(found.waiting), decided=self.count(found.decided))
        if found.share is None or found.interval is None or found.judged < ENOUGH_DECISIONS:
            return said
        low, high = found.interval
        bounds = self.say("report.interval", low=f"{100 * low:.0f}", high=self.percent(high))
        counts = {"overturned": self.count(found.overturned), "judged": self.count(found.judged)}
        return f"{said} · {self.say('report.overturned', percent=self.percent(found.share), bounds=bounds, **counts)}"

    def short(self, found: Shortage) -> str:
        """Of items that nobody is left for."""
        key = "report.short_one" if found.items == 1 else "report.short"
        return self.say(key, count=self.count(found.items), people=self.count(found.people))

    def savings(self, found: Savings) -> str:
        """What adaptive overlap saves, and how much should be right. The fixed number that is right as often is named
        only where it is more than was given."""
        counts = {"items": self.count(found.items), "each": self.figure(found.each, 1), "most": found.most}
        alike = (
            "report.saved_alike"
            if found.alike is not None and found.each < found.alike < found.most
            else "report.saved"
        )
        shares = {"share": self.percent(found.of_alike or 0.0), "share_most": self.percent(found.of_most)}
        saved = self.say(alike, alike=found.alike, **counts, **shares)
        return saved if found.right is None else f"{saved}. {self._right(found, found.right)}"

    def _right(self, found: Savings, right: float) -> str:
        if found.interval is None:
            return self.say("report.right", right=self.percent(right))
        low, high = map(self.percent, found.interval)
        return self.say(
            "report.right_gold", right=self.percent(right), known=self.count(found.known), low=low, high=high
        )

    def consensus(self, found: Standing) -> str:
        counts = {"items": self.count(found.items), "confidence": self.figure(found.confidence, 2)}
        return self.say("report.consensus", **counts, sure=self.percent(found.sure), method=found.method)

    def seconds(self, seconds: float) -> str:
        return self.say("report.seconds", seconds=self.figure(seconds, 1))

    def crowd(self, people: Sequence[PersonFigures]) -> str:
        """Many people in one line: their medians, and between what bounds the middle half lies."""
        said = [
            self.say("report.crowd", people=self.count(len(people))),
            self.say("report.crowd_labels", **self._spread([one.labels for one in people], self.amount)),
        ]
        alike = [one.alike.share for one in people if one.alike.share is not None]
        if alike:
            said.append(self.say("report.crowd_alike", **self._spread(alike, self.percent)))
        return " · ".join(said)

    def _spread(self, values: Sequence[float], written: Callable[[float], str]) -> dict[str, str]:
        low, middle, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else 3 * list(values)
        return {"middle": written(middle), "low": written(low), "high": written(high)}

    def person(self, person: PersonFigures) -> str:
        figures = [] if person.median_seconds is None else [self.seconds(person.median_seconds)]
        if person.gold.labels:
            figures.append(self.say("report.person_gold", right=person.gold.right, all=person.gold.labels))
        if person.alike.share is not None:
            figures.append(self.say("report.person_alike", percent=self.percent(person.alike.share)))
        for kind in ("skips", "flags", "late", "superseded"):
            if count := getattr(person, kind):
                figures.append(self.say(f"report.person_{kind}", count=self.count(count)))
        name, labels = cut(person.name, NAME_LONG), self.count(person.labels)
        return self.say("report.person", name=name, labels=labels, figures=" · ".join(figures)).rstrip(", ")
