"""What a report tells admins of people whose answers want a look."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from bot.pausing import told
from bot.quality import watch
from bot.quality.watch import Finding
from bot.wording import say
from storage.notes import Note

if TYPE_CHECKING:
    from bot.quality.words import Words

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Sign:
    """`person` is a pseudonym. `state` is "open" of a note that admins have, "seen" of what was found just now."""

    person: str
    kind: str
    figures: Mapping[str, float]
    state: Literal["open", "seen"]


@dataclass(frozen=True, slots=True)
class Signs:
    """`people` have labeled, one of them `most` items. `enough` is whether that will do to say anything."""

    people: int
    most: int
    enough: bool
    signs: tuple[Sign, ...]


def signs(labels: Iterable[int], notes: Iterable[Note]) -> Signs:
    """`labels` is how many each person gave, gold apart; `notes` are the open ones."""
    counts = [count for count in labels if count]
    most = max(counts, default=0)
    enough = len(counts) >= watch.PEOPLE and most >= watch.ANSWERS
    return Signs(len(counts), most, enough, tuple(Sign(one.public, one.kind, one.figures, "open") for one in notes))


def with_seen(standing: Signs, found: Iterable[tuple[str, Finding]]) -> Signs:
    """With what was found just now, by pseudonym; it stands for an older note of the same kind."""
    seen = [Sign(person, one.kind, one.figures, "seen") for person, one in found]
    known = {(one.person, one.kind) for one in seen}
    older = [one for one in standing.signs if (one.person, one.kind) not in known]
    return replace(standing, signs=tuple(sorted((*older, *seen), key=lambda one: (one.person, one.kind))))


def too_few(standing: Signs, words: "Words") -> str:
    """Empty where there is enough to say something."""
    if standing.enough:
        return ""
    if standing.people < watch.PEOPLE:
        return words.say("watch.few_people", count=words.count(standing.people), least=watch.PEOPLE)
    return words.say("watch.few_answers", least=watch.ANSWERS)


def lines(standing: Signs, words: "Words", names: Mapping[str, str]) -> Iterator[str]:
    """Each sign a line, or that there is none, or that nothing can be said; `names` by pseudonym."""
    for one in standing.signs[:MOST_SHOWN]:
        name = names.get(one.person, one.person)
        who = one.person if name == one.person else f"{name} ({one.person})"
        yield words.say("watch.at", person=who, said=say(words.language, told(one.kind, one.figures)))
    if len(standing.signs) > MOST_SHOWN:
        yield words.say("report.others", count=words.count(len(standing.signs) - MOST_SHOWN))
    few = too_few(standing, words)
    if few:
        yield few
    elif not standing.signs:
        yield words.say("watch.nobody")
