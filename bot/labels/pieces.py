"""A long clip's transcript, piece by piece: what is typed so far, and the texts with their times once all are."""

import json
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

from bot.labels.base import BadAnswer, Label, Work
from bot.project import Json
from bot.wording import phrase

Bounds: TypeAlias = tuple[tuple[int, int], ...]
"""(start, end) of each piece in milliseconds of the clip."""
_MOST: Final = 100_000


def begun(name: str, texts: Sequence[str]) -> Work:
    """What is typed so far of the question called `name`."""
    return {"of": name, "pieces": list(texts)}


def typed(name: str, work: Work) -> list[str]:
    """The texts of the pieces answered so far."""
    if not isinstance(work, Mapping) or work.get("of") != name:
        return []
    return [str(text) for text in _list(work.get("pieces"))]


def are_in(work: Work) -> bool:
    """Whether work is of a clip in pieces."""
    return isinstance(work, Mapping) and "pieces" in work


def added(work: Work, later: Work) -> int | None:
    """How many pieces were answered in `work`, where `later` has just more of them; else None."""
    if not isinstance(work, Mapping) or not isinstance(later, Mapping) or not (are_in(work) and are_in(later)):
        return None
    texts = _list(work["pieces"])
    same = work.get("of") == later.get("of") and list(_list(later.get("pieces")))[: len(texts)] == list(texts)
    return len(texts) if same else None


def first(work: Work, count: int) -> Work:
    """The work when only `count` pieces were answered."""
    assert isinstance(work, Mapping)
    return {**work, "pieces": list(_list(work["pieces"]))[:count]}


def corrected(name: str, work: Work, piece: int, text: str) -> Work:
    """The work on the question called `name` with another text for one piece, where that is answered."""
    texts = typed(name, work)
    return begun(name, [*texts[:piece], text, *texts[piece + 1 :]]) if piece < len(texts) else work


def again(name: str, work: Work, label: Label) -> Work:
    """The work as it stood with as many pieces, now that the label says what it does."""
    return begun(name, texts(label)[: len(typed(name, work))]) if typed(name, work) else work


def aligned(bounds: Bounds, texts: Sequence[str]) -> Label:
    """The label of a whole clip: its text, and each piece's with its times in seconds."""
    found: list[Json] = [
        {"start": round(start / 1000, 3), "end": round(end / 1000, 3), "text": text}
        for (start, end), text in zip(bounds, texts, strict=True)
    ]
    return {"text": joined(texts), "segments": found}


def joined(texts: Sequence[str]) -> str:
    """The texts with a blank between them, as far as they are written with blanks."""
    said = [text for text in texts if text]
    return "".join(text + _between(text, after) for text, after in pairwise([*said, ""]))


def _between(text: str, after: str) -> str:
    if not after:
        return ""
    return "" if _wide(text[-1]) and _wide(after[0]) else " "


def _wide(sign: str) -> bool:
    """Whether it is of a script without blanks: Chinese and Japanese, whose signs are wide, but not Korean."""
    return unicodedata.east_asian_width(sign) in "WF" and not unicodedata.name(sign, "").startswith("HANGUL")


def segments(label: Json) -> Sequence[Mapping[str, Any]] | None:
    """Those of a label that has times; None for a plain text."""
    found = label.get("segments") if isinstance(label, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, Sequence) else None


def words(label: Label) -> str:
    """What is said, whether or not it has times."""
    if type(label) is str:  # nearly always, and a million times in a report
        return label
    return str(label.get("text", "")) if isinstance(label, Mapping) else str(label)


def bounds(label: Label) -> Bounds | None:
    """Where the pieces of a label are, in milliseconds; None for a plain text."""
    found = segments(label)
    return None if found is None else tuple((_ms(one["start"]), _ms(one["end"])) for one in found)


def texts(label: Label) -> list[str]:
    return [str(one["text"]) for one in segments(label) or ()]


def with_text(label: Label, piece: int, text: str) -> Label:
    """The label with another text for one piece; None where it has no such piece."""
    where, said = bounds(label), texts(label)
    if where is None or piece >= len(said):
        return None
    return aligned(where, [*said[:piece], text, *said[piece + 1 :]])


def suggested(label: Label, where: Bounds) -> list[str] | None:
    """What a suggestion with times says in each of these pieces: a segment belongs where its middle is."""
    found = segments(label)
    if found is None:
        return None
    middles = [((one["start"] + one["end"]) * 500, str(one["text"])) for one in found]
    last = len(where) - 1
    return [
        joined([text for middle, text in middles if (start <= middle or not at) and (middle < end or at == last)])
        for at, (start, end) in enumerate(where)
    ]


def decoded(value: Json) -> Json:
    """A label with times that stands in a cell as JSON; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith("{") or '"segments"' not in value:
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return found if segments(found) is not None else value


def read(value: Mapping[str, Json], said: Callable[[str], str]) -> Label:
    """A label with times from outside; `said` judges each text that is not empty. Raises BadAnswer."""
    found = value.get("segments")
    if isinstance(found, str) or not isinstance(found, Sequence) or not 0 < len(found) <= _MOST:
        raise BadAnswer(phrase("transcript.segments"))
    read = sorted((_segment(one, said) for one in found), key=lambda one: (one[0], one[1]))
    return aligned(tuple((start, end) for start, end, _ in read), [text for _, _, text in read])


def _segment(value: Json, said: Callable[[str], str]) -> tuple[int, int, str]:
    if not isinstance(value, Mapping) or not isinstance(text := value.get("text", ""), str):
        raise BadAnswer(phrase("transcript.segments"))
    start, end = (_ms(value.get(name)) for name in ("start", "end"))
    if not 0 <= start < end:
        raise BadAnswer(phrase("transcript.segments"))
    return start, end, said(text) if text.strip() else ""


def _ms(seconds: Json) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not abs(seconds) < math.inf:
        raise BadAnswer(phrase("transcript.segments"))
    return round(seconds * 1000)


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def clock(milliseconds: int) -> str:
    """0:24, 61:05."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02}"
