"""Nothing (more) to do in a project: why, what the person did there, and where else they are wanted."""

from datetime import timedelta
from typing import Final

from bot import face, qualifying, reviewcall
from bot.buttons import Pressed
from bot.chat import Button, Message, Part, Row
from bot.face import Former
from bot.project import Project
from bot.reviewcall import REVIEWERS
from bot.turn import Turn
from bot.wording import Figure, phrase
from storage import answers, cards, idle, people, projects, queue, reviews
from storage.people import Membership
from storage.projects import ProjectRow

NOTHING_LEFT: Final = ("done.none", "done.all", "done.for_now")
"""Of the reasons why somebody has nothing to do, those that end when items come."""


def finished(turn: Turn, row: ProjectRow, said: str, former: Former | None) -> None:
    """Nothing (more) to do here: what the person did, and where else they are wanted."""
    project = turn.schema(row.id, row.version)
    why = _why(turn, row, project, people.membership(turn.tx, row.id, turn.person.id))
    if project.call_back and why in NOTHING_LEFT:
        idle.told(turn.tx, row.id, turn.person.id)
    undo, again = _latest_undo(turn, row.id), _again(turn, row, project, why)
    if again and turn.shown is not None and not said and turn.ack is None:
        turn.toast("done.still")  # the message may say what it said before: without this a tap would show nothing
    message = Message(
        text=(Part(summary(turn, row)),),
        buttons=(
            *_review(turn, row),
            *again,
            *elsewhere(turn, row.id),
            *((undo,) if undo else ()),
        ),
    )
    turn.post(face.headed(turn, face.place(turn, message, None, former), said))


def _review(turn: Turn, row: ProjectRow) -> tuple[Row, ...]:
    """Where items wait for a reviewer, who is one is not told that there is nothing to do."""
    if turn.schema(row.id, row.version).review is None or row.state == "paused":
        return ()
    role = people.role(turn.tx, row.id, turn.person.id)
    count = reviews.waiting(turn.tx, row.id) if role in REVIEWERS or turn.person.owner else 0
    return (reviewcall.way(turn.language, row.id, count),) if count else ()


def _again(turn: Turn, row: ProjectRow, project: Project, why: str) -> tuple[Row, ...]:
    """Where items may come to want one answer more, a way to ask for one."""
    offered = project.adaptive is not None and why in ("done.for_now", "done.none")
    return ((turn.button("done.again", Pressed("", row.id, "p")),),) if offered else ()


def summary(turn: Turn, row: ProjectRow) -> str:
    """Why there is nothing for the person now, and what they did here."""
    project = turn.schema(row.id, row.version)
    member = people.membership(turn.tx, row.id, turn.person.id)
    done = 0 if member is None else member.answered
    lines = [turn.say(phrase(_why(turn, row, project, member), title=project.title))]
    if done:
        _, seconds = answers.today(turn.tx, turn.person.id, row.id, turn.tx.now - timedelta(days=365))
        lines.append(turn.say(phrase("done.count", count=done)) + pace(turn, seconds))
    return "\n".join(lines)


def _why(turn: Turn, row: ProjectRow, project: Project, member: Membership | None) -> str:
    done = 0 if member is None else member.answered
    if row.state == "paused":
        return "done.paused"
    if member is not None and qualifying.has_failed(turn, row.id, project, member.role):
        return "done.failed" if qualifying.is_led(turn, row.id, project) else "done.failed_alone"
    if project.had_enough(done):
        return "done.limit"
    if not done:
        return "done.none"
    return "done.all" if project.adaptive is None else "done.for_now"


def pace(turn: Turn, seconds: float | None) -> str:
    """ ", 3.2 s each"; nothing where it would round to nothing."""
    if seconds is None or seconds < 0.1:
        return ""
    return turn.say(phrase("stats.pace", seconds=Figure(seconds, 0 if seconds >= 10 else 1)))


def _latest_undo(turn: Turn, project: int) -> Row:
    """The way back from a message that is no card; it names the answer, so that a second tap does not go further."""
    answer = answers.latest(turn.tx, turn.person.id, project)
    card = None if answer is None or answer.card is None or answer.final else cards.by_id(turn.tx, answer.card)
    return () if card is None else (turn.button("card.undo", Pressed(card.nonce, 0, "u"), quiet=True),)


def elsewhere(turn: Turn, here: int) -> tuple[Row, ...]:
    mine = turn.person.id
    theirs = (member for member in people.memberships(turn.tx, mine) if member.project != here)
    others = [member for member in theirs if queue.waits(turn.tx, member.project, mine)]
    return tuple((project_button(turn, other.project),) for other in others[:5])


def project_button(turn: Turn, project: int) -> Button:
    row = projects.by_id(turn.tx, project)
    title = turn.schema(row.id, row.version).title
    return turn.button("projects.one", Pressed("", project, "p"), title=title)
