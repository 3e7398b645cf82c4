"""What people hear of a reviewer's decision: once it has stood a while, and again where it was changed after that."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from bot import reviewing
from bot.apart import side_by_side
from bot.characters import cut
from bot.chat import Message, Outgoing, Part, Text
from bot.face import joined
from bot.labels import LABEL_TYPES
from bot.labels.base import Label
from bot.project import Project
from bot.schedule import part
from bot.turn import Turn, snippet
from bot.wording import phrase, say
from storage import feedback, people, projects, reviews
from storage.database import Transaction
from storage.feedback import Decided
from storage.people import Person

WAITS: Final = timedelta(minutes=3)
"""A slip of the finger is undone before anybody hears of it."""
AT_ONCE: Final = 10
"""Decisions told in one tick, which is one transaction."""
DESCRIBED: Final = 120
"""Characters of a label, and of an item's words."""


def tell(tx: Transaction, turn: Callable[[], Turn]) -> list[Outgoing]:
    """Tells people of the decisions that have stood long enough; `turn` makes one that is nobody's."""
    told: list[Outgoing] = []
    for decision in feedback.due(tx, tx.now - WAITS, AT_ONCE):
        if feedback.tell(tx, decision.id):
            part(tx, partial(_tell, decision, turn, told))
    return told


def _tell(decision: Decided, turn: Callable[[], Turn], told: list[Outgoing], tx: Transaction) -> None:
    """Only what is told as a whole is told."""
    telling = turn()
    _Telling(telling, decision).tell()
    told += telling.out


def retract(turn: Turn, item: int) -> None:
    """What people have heard of an item does not count any more, and nothing else is decided of it now."""
    decision = feedback.heard(turn.tx, item)
    if decision is not None:
        feedback.forget(turn.tx, decision.id)
        _Telling(turn, decision).retract()


class _Telling:
    """A decision told to those who had answered its item, as the project asked it then."""

    def __init__(self, turn: Turn, decision: Decided) -> None:
        self._turn, self._decision = turn, decision
        self._asked = turn.schema(decision.project, decision.version)
        given = reviewing.voices(self._asked, reviews.given(turn.tx, decision.item), decision.version)
        self._voices = {one.person: one for one in given if one.person != decision.person}

    def tell(self) -> None:
        before = feedback.heard(self._turn.tx, self._decision.item, self._decision.id)
        if before is None:
            self._each(partial(self._first, "review.feedback"))
        else:
            self._each(partial(self._corrected, reviewing.present(self._asked, before.label)))

    def retract(self) -> None:
        self._each(partial(self._first, "review.retracted"))

    def _first(self, key: str, mine: Mapping[str, Label], language: str) -> Message | None:
        return self._message(language, key, mine) if self._apart(mine) else None

    def _corrected(self, before: Mapping[str, Label], mine: Mapping[str, Label], language: str) -> Message | None:
        """One who has heard of the decision before hears where it says something else now."""
        if not reviewing.differs(self._asked, mine, before):
            return self._first("review.feedback", mine, language)
        if before == self._decision.label:
            return None
        key = "review.corrected" if self._apart(mine) else "review.right_after_all"
        return self._message(language, key, mine, before)

    def _apart(self, mine: Mapping[str, Label]) -> bool:
        return reviewing.differs(self._asked, mine, self._decision.label)

    def _message(
        self, language: str, key: str, mine: Mapping[str, Label], before: Mapping[str, Label] | None = None
    ) -> Message:
        label = self._decision.label
        apart = reviewing.differing(self._asked, mine, label)
        said_mine, counts = side_by_side(language, apart or self._asked.questions, mine, label)
        fields = {
            "title": self._asked.title,
            "item": snippet(self._decision.data, DESCRIBED) or self._decision.key,
            "label": counts,
            "mine": said_mine,
            "before": described(language, self._asked, before or {}),
        }
        note = "" if key == "review.retracted" else self._decision.note
        why: Text = (Part(say(language, phrase("review.because", note=note)), "quote"),) if note else ()
        return Message(text=joined([(Part(say(language, phrase(key, **fields))),), why]))

    def _each(self, says: Callable[[Mapping[str, Label], str], Message | None]) -> None:
        """Each of them hears of it once, where the project may be shown; from no reviewer in particular."""
        for account, hearer in met(self._turn, self._decision.project, list(self._voices)):
            message = says(self._voices[hearer.id].label, hearer.language)
            if message is not None:
                self._turn.send_to(account, hearer.chat, hearer.chat_external, message)


def met(turn: Turn, project: int, persons: list[int]) -> Iterable[tuple[int, Person]]:
    """(account, person) of those who are in the project still, by the limits it has now."""
    chats = turn.schema(project, projects.by_id(turn.tx, project).version).chats
    known = {one for one in persons if people.role(turn.tx, project, one) is None}
    for account, hearer in people.ways(turn.tx, persons) if persons else ():
        here = not chats or turn.platforms.get(account, "") in chats
        if here and hearer.chat and not hearer.blocked and hearer.id not in known:
            known.add(hearer.id)
            yield account, hearer


def described(language: str, asked: Project, label: Mapping[str, Label]) -> str:
    """The labels of all questions that are answered, in a few words."""
    told = [
        say(language, LABEL_TYPES[one.type].describe(one, label[one.name]))
        for one in asked.questions
        if label.get(one.name) is not None
    ]
    return cut(", ".join(told), DESCRIBED)
