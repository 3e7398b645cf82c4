"""What admins reply to a question or a flag goes back to who asked; what those reply to that goes to the admins."""

from bot import notify, serving
from bot.characters import item_name, storable
from bot.chat import Message, Part, Reply, Text
from bot.face import BLANK
from bot.feedback import met
from bot.turn import Turn, snippet
from bot.wording import phrase, say
from storage import answers, people, threads
from storage.threads import Thread

LONGEST = 1000
"""Characters of a question, of what is said to it, and of other notes."""


def replied(turn: Turn, event: Reply) -> bool:
    """Passes on what replies to a message of ours that is a question, or answers one; False where it does not."""
    thread = threads.find(turn.tx, turn.person.chat, event.to)
    if thread is None or (thread.person == turn.person.id and thread.item is None):
        return False
    role = people.role(turn.tx, thread.project, turn.person.id)
    words = storable(event.text.strip())[:LONGEST]
    if not words:
        turn.tell(phrase("reply.not_text"))
    elif role is None and not turn.person.owner:
        turn.tell(phrase("refused.project"))
    elif not serving.may_show(turn, thread.project, thread.rules):
        turn.tell(serving.not_here(turn, thread.project, thread.rules))
    elif thread.person == turn.person.id:
        _ask_on(turn, thread, words)
    elif role in ("admin", "owner") or turn.person.owner:
        _answer(turn, thread, words)
    else:
        turn.tell(phrase("refused.admin"))
    return True


def _ask_on(turn: Turn, thread: Thread, words: str) -> None:
    _keep(turn, thread, "ask", words)
    notify.admins(turn, thread, "admin.asked", words)
    turn.tell(phrase("ask.done"))


def _answer(turn: Turn, thread: Thread, words: str) -> None:
    """From no admin in particular."""
    hearers = list(met(turn, thread.project, [thread.person]))
    for account, hearer in hearers:
        message = Message(text=_told(turn, thread, words, hearer.language), kind="question")
        about = (thread.project, thread.person, thread.item)
        turn.send_to(account, hearer.chat, hearer.chat_external, message, about=about)
    if hearers:
        _keep(turn, thread, "answer", words)
        people.record(turn.tx, turn.person.id, thread.project, "answer", {"item": thread.key})
    turn.tell(phrase("ask.passed_on" if hearers else "ask.gone"))


def _told(turn: Turn, thread: Thread, words: str, language: str) -> Text:
    title = turn.schema(thread.project, thread.rules).title
    if thread.item is None:
        return (Part(say(language, phrase("ask.said", title=title, words=words))),)
    said = say(language, phrase("ask.answered", title=title, item=item_name(thread.key or ""), words=words))
    quoted = Part(snippet(thread.data or {}), "quote")
    return (Part(said), BLANK, quoted, BLANK, Part(say(language, phrase("ask.reply"))))


def _keep(turn: Turn, thread: Thread, kind: str, words: str) -> None:
    """With the item, where reviewers read it."""
    if thread.item is not None:
        answers.remark(turn.tx, thread.project, thread.item, turn.person.id, kind, words)
