"""What is said of somebody's answers: to admins, and to who is paused for it."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from bot.chat import Message, Part
from bot.wording import Figure, Phrase, phrase, say
from storage import people
from storage.database import Transaction

Letter: TypeAlias = tuple[int, int, str, Message]
"""(account, chat, the chat as the platform knows it, message)."""

NO_COMMANDS: Final[Mapping[int, str]] = {}
SHARES: Final = ("share", "first", "last", "low", "high")


def told(kind: str, figures: Mapping[str, float]) -> Phrase:
    """The sentence about what was found, for admins; shares as per cent."""
    shares = (*SHARES, "usual") if kind in ("gold", "careless") else SHARES
    plain = {name: _number(value, name in shares) for name, value in figures.items()}
    return phrase(f"watch.{kind}", **plain)


def _number(value: float, share: bool) -> str | Figure:
    if share:
        return f"{100 * value:.0f} %"
    return str(value) if isinstance(value, int) else Figure(value, 2)


def reason(kind: str, title: str) -> Phrase:
    """What a paused person is told: why, and how to answer. `kind` is that of a note, or an admin's own words."""
    if kind in ("spammer", "careless", "fast", "same", "drift", "gold"):
        return phrase(f"paused.{kind}", title=title)
    return phrase("paused.because", title=title, why=kind) if kind else phrase("paused.other", title=title)


def paused(tx: Transaction, person: int, kind: str, title: str) -> Iterator[Letter]:
    """What tells them so, wherever they are met; they answer it by typing."""
    return _letters(tx, person, reason(kind, title), True)


def resumed(tx: Transaction, person: int, title: str, commands: Mapping[int, str] = NO_COMMANDS) -> Iterator[Letter]:
    """`commands` are the accounts' own, by which a chat is told what to type."""
    return _letters(tx, person, phrase("paused.over", title=title), False, commands)


def _letters(
    tx: Transaction, person: int, said: Phrase, typed: bool, commands: Mapping[int, str] = NO_COMMANDS
) -> Iterator[Letter]:
    for account, hearer in people.everywhere(tx, person):
        if hearer.chat and not hearer.blocked:
            message = Message(text=(Part(say(hearer.language, said, commands.get(account, ""))),), typed=typed)
            yield account, hearer.chat, hearer.chat_external, message
