"""Labels by what somebody typed or another program wrote: names, titles, parts of them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeGuard

from bot.labels.base import BadAnswer, cut
from bot.project import Json, LabelDef, Question
from bot.wording import phrase

NAMED = 8
"""How many labels a sentence lists."""
QUOTED = 40
"""How many characters of what was typed a sentence repeats."""
NAME_MOST = 1000
"""Characters, of what may be a label's name: whoever types more means none, and to fold it would take its time."""
LARGEST = 1e9
"""Pixels, or what else a mark is measured in; numbers beyond it are no measure of anything."""

_MARKS = dict.fromkeys([0xFE0E, 0xFE0F, 0x200D, *range(0x1F3FB, 0x1F400)])  # how an emoji looks, not which it is
_EMOJI = frozenset({"So", "Me", "Cn"})  # Cn: emoji younger than this Python


def as_text(value: Json) -> str | None:
    """A plain value as it would stand in a text file; None for null, lists and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (str, int, float)) else None


def storable(text: str) -> str:
    """`text`, if every database and file can hold it: no NUL and no half of a surrogate pair. Raises BadAnswer."""
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise BadAnswer(phrase("label.unreadable"))
    return text


def called(question: Question, text: str) -> tuple[LabelDef, ...]:
    """The label of that name or title, whatever its case and emoji; several where titles are the same."""
    if len(text) > NAME_MOST:
        return ()
    exact = question.label(text.strip())
    if exact:
        return (exact,)
    for form in (_folded, _bare):
        wanted = form(text)
        found = tuple(one for one in question.labels if wanted and wanted in (form(one.name), form(one.title)))
        if found:
            return found
    return ()


def fitting(question: Question, text: str) -> tuple[LabelDef, ...]:
    """The labels with `text` in their name or title."""
    wanted = _bare(text) or _folded(text)
    if not wanted:
        return ()
    return tuple(
        one
        for one in question.labels
        if any(wanted in form(said) for form in (_folded, _bare) for said in (one.name, one.title))
    )


def answerable(question: Question, label: LabelDef, parents: bool) -> bool:
    """Whether `label` is an answer and not just a group of answers."""
    return parents or not question.under(label.name)


def named(question: Question, value: Json, parents: bool) -> LabelDef:
    """The one label that `value`, from outside, stands for. Raises BadAnswer."""
    text = as_text(value)
    if text is None or not text.strip():
        raise BadAnswer(phrase("label.missing"))
    found = called(question, text)
    if not found:
        raise unknown(question, text)
    if len(found) > 1:
        raise BadAnswer(phrase("label.ambiguous", text=cut(text, QUOTED), labels=_listed(one.name for one in found)))
    if not answerable(question, found[0], parents):
        inside = _listed(one.title for one in question.under(found[0].name))
        raise BadAnswer(phrase("label.group", label=found[0].title, labels=inside))
    return found[0]


def unknown(question: Question, text: str) -> BadAnswer:
    """What to say of a text that is no label: which it is near, else which there are."""
    near = fitting(question, text) or question.labels
    return BadAnswer(phrase("label.unknown", text=cut(text.strip(), QUOTED), labels=_listed(one.title for one in near)))


def studio_value(result: Mapping[str, Json], *keys: str) -> Json:
    """What a Label Studio result holds under the first of `keys` that is there. Raises BadAnswer."""
    value = result.get("value")
    if isinstance(value, Mapping):
        for key in keys:
            if value.get(key) is not None:
                return value[key]
    raise BadAnswer(phrase("label.missing"))


def studio_choices(result: Mapping[str, Json]) -> list[Json]:
    """The labels of a `choices` or `taxonomy` result; of a path from group to label, the label."""
    value = studio_value(result, "choices", "taxonomy")
    return [one[-1] if is_list(one) and one else one for one in (value if is_list(value) else [value])]


def is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _listed(titles: Iterable[str]) -> str:
    held = list(titles)
    return ", ".join(held[:NAMED]) + (", …" if len(held) > NAMED else "")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    return " ".join(plain.split())


def _bare(text: str) -> str:
    """Without emoji; empty where there is nothing else."""
    return " ".join("".join(sign for sign in _folded(text) if unicodedata.category(sign) not in _EMOJI).split())


def number_in(value: Json) -> float | None:
    """The number it is; None for none, and for one that no picture is as large as: JSON's whole numbers have no end,
    and those beyond a float's would fail in every sum."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= LARGEST:
        return None
    return value
