"""Calls people back who were told that nothing is left, when items have come or opened again since: one quiet line."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from bot.buttons import Pressed, pack
from bot.chat import Button, Message, Outgoing, Part
from bot.feedback import met
from bot.project import Project
from bot.schedule import part
from bot.turn import Turn
from bot.wording import phrase, say
from storage import idle
from storage.database import Transaction
from storage.idle import Idle

WAITS: Final = timedelta(minutes=15)
"""So long after they were told: others are at it still, and what comes in that time comes in one call."""
REST: Final = timedelta(hours=4)
"""Between two calls to one person in one project."""
WAVE: Final = timedelta(minutes=30)
"""So long a place is kept for who was called; then the next ones are."""
AT_ONCE: Final = 10
"""People called in one tick, which is one transaction."""
LOOKED_AT: Final = 10
"""People of a project for whom one tick looks whether something has come for them, a stretch further each time."""


def call(tx: Transaction, turn: Callable[[], Turn]) -> list[Outgoing]:
    """No more people than there are places; `turn` makes one that is nobody's."""
    called: list[Outgoing] = []
    for project, version in idle.missing(tx, tx.now - WAITS, tx.now - REST):
        if len(called) < AT_ONCE:
            part(tx, partial(_call_some, project, version, turn, called))
    return called


def _call_some(project: int, version: int, turn: Callable[[], Turn], called: list[Outgoing], tx: Transaction) -> None:
    """What is called is called as a whole."""
    calling = turn()
    asked = calling.schema(project, version)
    waiting = idle.waiting(tx, project, tx.now - WAITS, tx.now - REST, LOOKED_AT)
    room = min(AT_ONCE - len(called), _places(tx, project, waiting))
    for one in waiting:
        if len(calling.out) < room and _wanted(calling, project, asked, one):
            _tell(calling, project, asked, one)
    called += calling.out


def _places(tx: Transaction, project: int, waiting: list[Idle]) -> int:
    """Free places on what has come, but those of people who are on their way."""
    if not waiting:
        return 0
    coming = idle.coming(tx, project, tx.now - WAVE)
    return idle.free(tx, project, min(one.seq for one in waiting), coming + AT_ONCE) - coming


def _wanted(turn: Turn, project: int, asked: Project, one: Idle) -> bool:
    """Whether they may be dealt something that has come."""
    if not asked.call_back or asked.had_enough(one.answered):
        idle.came(turn.tx, project, one.person)
        return False
    if idle.waits(turn.tx, project, one):
        return True
    idle.looked(turn.tx, project, one)
    return False


def _tell(turn: Turn, project: int, asked: Project, one: Idle) -> None:
    if not idle.called(turn.tx, project, one.person):
        return
    for account, hearer in met(turn, project, [one.person]):
        said = Part(say(hearer.language, phrase("recall.more", title=asked.title)))
        button = Button(say(hearer.language, phrase("recall.go")), pack(Pressed("", project, "p")))
        message = Message(text=(said,), buttons=((button,),))
        turn.send_to(account, hearer.chat, hearer.chat_external, message)
