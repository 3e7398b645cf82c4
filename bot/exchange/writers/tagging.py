"""Marked texts as `datasets` of named entities have them: the words, and a tag for each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot import subject
from bot.exchange.exported import Exported
from bot.exchange.flat import FlatColumn
from bot.exchange.spans import iob
from bot.exchange.spans.tokens import tokens
from bot.exchange.writers.base import Context
from bot.project import Question

TOKENS: Final = "tokens"
NER_TAGS: Final = "ner_tags"
TAGS: Final = (TOKENS, NER_TAGS)
OVERLAPPING: Final = "overlapping"


@dataclass(frozen=True, slots=True)
class Tagging:
    """`questions` by what stands after the names of their columns: nothing for the first, else their own name."""

    context: Context
    questions: Mapping[str, Question]

    @staticmethod
    def of(context: Context) -> "Tagging | None":
        """None where no text is marked."""
        asked = [one for one in context.project.questions if one.type == "spans"]
        names = {one.name if place else "": one for place, one in enumerate(asked)}
        return Tagging(context, names) if asked else None

    def columns(self, others: Sequence[FlatColumn]) -> list[FlatColumn]:
        """Ours after the others; data of the same name is told apart."""
        ours = [
            FlatColumn(f"{kind}.{name}" if name else kind, "texts", (kind, question.name), question.name)
            for name, question in self.questions.items()
            for kind in TAGS
        ]
        taken = {one.name for one in ours}
        apart = (replace(one, name=f"data.{one.name}") if one.name in taken else one for one in others)
        return [*apart, *ours]

    def cells(self, row: Mapping[str, Any], one: Exported) -> dict[str, Any]:
        """{kind: {question's name: list}}, as columns' paths lead there."""
        made: dict[str, dict[str, Any]] = {kind: {} for kind in TAGS}
        for question in self.questions.values():
            text = subject.text_of(self.context.project, question, one.data, one.media)
            words, tags = self._tagged(text, self._label(question, row))
            made[TOKENS][question.name], made[NER_TAGS][question.name] = words, tags
        return made

    def _label(self, question: Question, row: Mapping[str, Any]) -> Any:
        label = row["label"]
        return label if self.context.project.single or label is None else label.get(question.name)

    def _tagged(self, text: str, label: Any) -> tuple[list[str], list[str] | None]:
        inside = [one for one in iob.spans_of(label) if 0 <= one.start < one.end <= len(text)]
        found = [one for span in inside if (one := iob.trimmed(text, span)) is not None]
        spans, _ = iob.apart(set(found))
        self.context.lost[OVERLAPPING] += len(iob.spans_of(label)) - len(spans)
        cut = tokens(text, (place for one in spans for place in one[:2]))
        words = [text[one.start : one.end] for one in cut]
        return words, None if label is None else iob.tags(cut, spans)


def tag_feature(column: FlatColumn, context: Context) -> dict[str, Any]:
    """A column of words or of tags, in the words of `datasets`."""
    inner: dict[str, Any] = {"dtype": "string", "_type": "Value"}
    if column.path[0] == NER_TAGS:
        inner = {"names": list(_names(context, column.question)), "_type": "ClassLabel"}
    return {"feature": inner, "_type": "List"}


def _names(context: Context, question: str) -> Iterator[str]:
    known = [one.name for one in context.project.question(question).labels]
    yield iob.OUTSIDE
    for name in known + sorted(context.survey.names.get(question, set()) - set(known)):
        yield from (f"B-{name}", f"I-{name}")
