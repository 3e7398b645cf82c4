"""How often each label was given to a question."""

from dataclasses import dataclass

from bot.labels.base import Said
from bot.quality.coding import Coder


@dataclass(frozen=True, slots=True)
class LabelCount:
    """`name` as exports hold it, `title` as people see it."""

    name: str
    title: Said
    count: int


def distribution(coder: Coder) -> tuple[LabelCount, ...]:
    """The project's labels as it lists them, also those never given; then others, as of a scale or removed since. A
    label that holds none of them, as of tags, is one of its own, and called what an export writes."""
    question = coder.question
    counts = {label.name: 0 for label in question.labels if not question.under(label.name)}
    titles: dict[str, Said] = {label.name: label.title for label in question.labels}
    for code, count in coder.counts().items():
        names = coder.names(code)
        for name in names:
            counts[name] = counts.get(name, 0) + count
            titles.setdefault(name, name if len(names) > 1 else coder.said(code))
    listed = [label.name for label in question.labels if label.name in counts]
    others = sorted(set(counts) - set(listed), key=lambda name: (len(name), name) if name.isdigit() else (99, name))
    return tuple(LabelCount(name, titles[name], counts[name]) for name in (*listed, *others))
