"""What formats for training are made of: an item's text or sound with the one label it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot import subject
from bot.exchange.exported import Exported
from bot.exchange.sentences import counted, listed
from bot.exchange.writers.base import Context
from bot.labels.base import Label

TIED, UNLABELLED, REPEATED, TEXTLESS = "tied", "unlabelled", "repeated", "textless"


@dataclass(frozen=True, slots=True)
class Example:
    """`person` gave the label; it is empty where the label is the known right one, or what all came to."""

    item: Exported
    person: str
    label: Label


def examples(context: Context, one: Exported) -> Iterator[Example]:
    """At the level of items the gold label, else the consensus; at the level of answers each of them. What there is
    none of is counted as lost."""
    if one.merged is None:
        yield from _of_answers(context, one)
        return
    name, merged = context.asked.name, one.merged
    label = (one.gold or {}).get(name)
    label = merged.labels.get(name) if label is None else label
    if label is None:
        context.lost[TIED if name in merged.ties else UNLABELLED] += 1
    else:
        yield Example(one, "", label)


def _of_answers(context: Context, one: Exported) -> Iterator[Example]:
    name, count = context.asked.name, 0
    for answer in one.answers:
        if answer.labels is None or answer.labels.get(name) is None:
            context.lost[UNLABELLED] += 1
            continue
        count += 1
        yield Example(one, answer.person, answer.labels[name])
    context.lost[REPEATED] += count > 1


def text_of(context: Context, one: Exported) -> str | None:
    """The text that the question is about; None, and counted, where there is none."""
    text = subject.text_of(context.project, context.asked, one.data, one.media)
    if not text.strip():
        context.lost[TEXTLESS] += 1
        return None
    return text


def losses(context: Context) -> Iterator[str]:
    """Sentences on what every format of one question may leave out."""
    lost, level = context.lost, context.level
    others = [one.name for one in context.project.questions if one.name != context.asked.name]
    if others:
        yield f"It holds the answers to {context.asked.name}; those to {listed(others)} are not in it."
    what = "items" if level == "items" else "answers"
    if lost[UNLABELLED]:
        yield f"Left out for want of a label: {lost[UNLABELLED]:,} {what}."
    if lost[TIED]:
        yield f"Left out because their answers stand equal: {counted(lost[TIED], 'item')}."
    if lost[TEXTLESS]:
        yield f"Left out for want of a text: {lost[TEXTLESS]:,} {what}."
    if lost[REPEATED]:
        times = counted(lost[REPEATED], "item stands", "items stand")
        yield f"{times} in it once for each answer; --level items has one label of each."


def told(context: Context, kinds: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A sentence, with the count in the place of {}, for each of these kinds of loss that was counted."""
    for kind, sentence in kinds:
        if context.lost[kind]:
            yield sentence.format(f"{context.lost[kind]:,}")
