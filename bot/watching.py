"""Notes on people: what admins are shown, what their buttons do, and what a paused person is told."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bot import pausing, serving, settling
from bot.buttons import Pressed, pack
from bot.characters import item_name, storable
from bot.chat import Button, Message, Part
from bot.labels import LABEL_TYPES
from bot.pausing import told
from bot.project import Project
from bot.turn import Turn
from bot.wording import phrase, say
from storage import notes, people, projects
from storage.notes import Note

SHOWN: Final = 10
AGAIN: Final = 100
"""Labels whose items one tap has served again."""
WORDS_LENGTH: Final = 1000
SAYS: Final = "paused person says"
MOST_SAID: Final = 10
HOUR: Final = 3_600_000_000
"""Of what a paused person types so much an hour reaches the admins' chats, in microseconds."""
DONE: Final = ("look", "serve", "pause", "dismiss")


def message(language: str, note: Note, title: str) -> Message:
    """A note as admins get it: nobody is paused by it."""
    said = say(language, phrase("watch.note", person=note.public, title=title))
    text = (Part(said + "\n", "bold"), Part(say(language, told(note.kind, note.figures))))
    return Message(text=text, buttons=tuple((_button(language, note, action),) for action in DONE))


def _button(language: str, note: Note, action: str) -> Button:
    return Button(say(language, phrase(f"watch.{action}")), pack(Pressed("", note.id, "v", action)))


def press(turn: Turn, pressed: Pressed) -> None:
    """An admin decides about a person."""
    note = notes.by_id(turn.tx, pressed.step)
    role = None if note is None else people.role(turn.tx, note.project, turn.person.id)
    action = ACTIONS.get(pressed.argument)
    if note is None or not (role in ("admin", "owner") or turn.person.owner):
        turn.toast("refused.admin", alert=True)
    elif action is None:
        turn.toast("press.gone")
    else:
        action(turn, note)


def _look(turn: Turn, note: Note) -> None:
    """Their newest answers, short; the note stays as it is."""
    project = _project(turn, note.project)
    if not serving.may_show(turn, note.project, projects.by_id(turn.tx, note.project).version):
        turn.tell(serving.not_here(turn, note.project, projects.by_id(turn.tx, note.project).version))
        return
    found = notes.latest(turn.tx, note.project, note.person, SHOWN)
    lines = [f"{item_name(key)}: {_label(turn, project, label)}" for key, label in found]
    heading = Part(turn.say(phrase("watch.latest", person=note.public)), "bold")
    listed = "\n".join(lines) or turn.say(phrase("item.nobody"))
    turn.post(Message(text=(heading, Part("\n" + listed))))


def _label(turn: Turn, project: Project, label: Mapping[str, Any]) -> str:
    return ", ".join(_described(turn, project, label))[:120]


def _described(turn: Turn, project: Project, label: Mapping[str, Any]) -> Iterator[str]:
    for question in project.questions:
        if question.name in label:
            value = label[question.name]
            yield turn.say(LABEL_TYPES[question.type].describe(question, value))


def _serve(turn: Turn, note: Note) -> None:
    """Asked anew of others; who taps once more goes further back."""
    row, items = projects.by_id(turn.tx, note.project), list[int]()
    with settling.changed(turn.tx, row.id, turn.schema(row.id, row.version), row.version, items):
        items += notes.serve_again(turn.tx, row.id, note.person, AGAIN)
    count = len(items)
    people.record(turn.tx, turn.person.id, note.project, "serve again", {"person": note.public, "answers": count})
    key = "watch.served_most" if count == AGAIN else "watch.served" if count else "watch.served_none"
    turn.tell(phrase(key, count=count, person=note.public))


def _pause(turn: Turn, note: Note) -> None:
    if not _decided(turn, note, "paused"):
        return
    notes.pause(turn.tx, note.project, note.person, note.kind)
    people.record(turn.tx, turn.person.id, note.project, "pause", {"person": note.public, "why": note.kind})
    rows = ((_button(turn.language, note, "resume"),),)
    turn.tell(phrase("watch.paused", person=note.public), rows, replaces=turn.shown)
    for letter in pausing.paused(turn.tx, note.person, note.kind, _project(turn, note.project).title):
        turn.send_to(*letter)


def _dismiss(turn: Turn, note: Note) -> None:
    if _decided(turn, note, "dismissed"):
        turn.tell(phrase("watch.dismissed", person=note.public), replaces=turn.shown)


def _decided(turn: Turn, note: Note, became: str) -> bool:
    if notes.decide(turn.tx, note.id, became, turn.person.id):
        return True
    turn.toast("watch.decided")
    return False


def _resume(turn: Turn, note: Note) -> None:
    resume(turn, note.project, note.person, note.public)
    turn.tell(phrase("watch.resumed", person=note.public), replaces=turn.shown)


def resume(turn: Turn, project: int, person: int, public: str) -> None:
    """Lets somebody go on, and tells them; nothing where they were not paused."""
    if not notes.resume(turn.tx, project, person):
        return
    people.record(turn.tx, turn.person.id, project, "resume", {"person": public})
    for letter in pausing.resumed(turn.tx, person, _project(turn, project).title, turn.commands):
        turn.send_to(*letter)


ACTIONS: Mapping[str, Callable[[Turn, Note], None]] = {
    "look": _look,
    "serve": _serve,
    "pause": _pause,
    "dismiss": _dismiss,
    "resume": _resume,
}


def answered(turn: Turn, words: str) -> bool:
    """What a paused person types goes to the project's admins; False for who is not paused where they are."""
    here = turn.person.project
    why = None if here is None else notes.reason(turn.tx, here, turn.person.id)
    if here is None or why is None:
        return False
    if people.recent(turn.tx, here, SAYS, turn.tx.micros - HOUR, turn.person.id) >= MOST_SAID:
        turn.tell(phrase("paused.enough"))
        return True
    said = storable(words.strip())[:WORDS_LENGTH]
    people.record(turn.tx, turn.person.id, here, SAYS, {"words": said})
    title = _project(turn, here).title
    for account, admin in people.admins(turn.tx, here):
        if admin.chat and not admin.blocked and admin.id != turn.person.id:
            heard = say(admin.language, phrase("watch.says", person=turn.person.public, title=title, words=said))
            message = _heard(turn, here, admin.language, heard)
            turn.send_to(account, admin.chat, admin.chat_external, message, about=(here, turn.person.id, None))
    turn.tell(phrase("paused.passed_on"))
    return True


def _heard(turn: Turn, project: int, language: str, said: str) -> Message:
    """With the way to let the person go on: a button of the note that paused them, else the command."""
    note = notes.pausing(turn.tx, project, turn.person.id)
    how = ""
    if note is None:
        name = projects.by_id(turn.tx, project).name
        how = say(language, phrase("watch.resume_how", name=name, person=turn.person.public)) + "\n"
    reply = Part(how + say(language, phrase("admin.reply")), "quiet")
    buttons = () if note is None else ((_button(language, note, "resume"),),)
    return Message(text=(Part(f"{said}\n\n"), reply), kind="question", buttons=buttons)


def _project(turn: Turn, project: int) -> Project:
    row = projects.by_id(turn.tx, project)
    return turn.schema(row.id, row.version)
