"""What is hard to tell, and what suggestions do, in sentences for the summary."""

from typing import Final

from bot.labels.base import Said, cut
from bot.quality.ambiguity import Ambiguous, Confused, Example, Unclear
from bot.quality.report import Report
from bot.quality.suggestions import ENOUGH, Aids
from bot.quality.words import Words
from bot.wording import say

LABEL_LONG: Final = 24
SNIPPET_LONG: Final = 40
LABELS: Final = 4


def confusions(report: Report, words: Words) -> list[tuple[str, list[str]]]:
    """(sentence, its examples) of the pairs of labels that are confused, by question."""
    return [
        (confused(one, words), [example(found) for found in one.examples])
        for question in report.ambiguity.questions
        for one in question.confused
    ]


def confused(one: Confused, words: Words) -> str:
    first, second = (_label(label, words) for label in one.labels)
    counts = {"percent": words.percent(one.share), "items": words.count(one.items)}
    key = "report.confused_as" if one.examples else "report.confused"
    return words.say(key, one=first, other=second, **counts)


def example(one: Example) -> str:
    """What an item is called, and how it begins."""
    name = cut(one.item, LABEL_LONG)
    return f"{name} “{cut(one.snippet, SNIPPET_LONG)}”" if one.snippet else name


def _label(label: Said, words: Words) -> str:
    return cut(say(words.language, label), LABEL_LONG)


def unsure(report: Report, words: Words) -> str:
    """How often people were not sure, by question where there are several; empty where nobody was."""
    unclear = [one for one in report.ambiguity.questions if one.unsure]
    if not unclear:
        return ""
    alone = len(report.ambiguity.questions) == 1
    return words.say("report.not_sure", shares=", ".join(_unsure(one, report, words, alone) for one in unclear))


def _unsure(one: Unclear, report: Report, words: Words, alone: bool) -> str:
    share = f"{words.percent(one.unsure_share or 0.0)} ({words.count(one.unsure)})"
    title = next(question.title for question in report.questions if question.name == one.question)
    return share if alone else f"{cut(title, 2 * LABEL_LONG)} {share}"


def ambiguous(report: Report, words: Words) -> list[str]:
    """A line each, the most ambiguous item first."""
    return [_ambiguous(one, words) for one in report.ambiguity.items]


def _ambiguous(one: Ambiguous, words: Words) -> str:
    given = [f"{_label(label, words)} ×{count}" for label, count in one.labels[:LABELS]]
    given += ["…"] if len(one.labels) > LABELS else []
    given += [f"{words.say('card.unsure')} ×{one.unsure}"] if one.unsure else []
    return f"{example(Example(one.item, one.snippet))}: {', '.join(given)} · H {words.figure(one.entropy, 2)}"


def aids(report: Report, words: Words) -> list[str]:
    """What suggestions do; nothing where none was recorded."""
    found = report.suggestions
    if not found.any:
        return []
    return [line for line in (_compared(found, words), _taken(found, words)) if line]


def _compared(found: Aids, words: Words) -> str:
    shown, withheld = found.shown, found.withheld
    counts = {"shown": words.count(shown.judged), "withheld": words.count(withheld.judged)}
    if found.difference is None or found.interval is None:
        return words.say("report.aids_few", **counts, enough=ENOUGH)
    low, high = found.interval
    told = words.say(
        "report.aids",
        **counts,
        with_it=words.percent(shown.accuracy or 0.0),
        without=words.percent(withheld.accuracy or 0.0),
        difference=_points(found.difference, words),
        low=_points(low, words),
        high=_points(high, words),
    )
    if shown.median_seconds is None or withheld.median_seconds is None:
        return told
    seconds = {"shown": words.figure(shown.median_seconds, 1), "withheld": words.figure(withheld.median_seconds, 1)}
    return f"{told} · {words.say('report.aids_seconds', **seconds)}"


def _points(share: float, words: Words) -> str:
    return ("+" if share > 0 else "") + words.figure(100 * share, 1)


def _taken(found: Aids, words: Words) -> str:
    told = []
    if found.shown.same_share is not None:
        told.append(words.say("report.aids_same", percent=words.percent(found.shown.same_share)))
    if found.wrong.same_share is not None and found.taken_over is not None:
        low, high = (words.percent(bound) for bound in found.taken_over)
        percent, count = words.percent(found.wrong.same_share), words.count(found.wrong.labels)
        told.append(words.say("report.aids_wrong", percent=percent, count=count, low=low, high=high))
    return " · ".join(told)
