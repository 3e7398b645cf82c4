"""The buttons under an admin's private summary: review, hold the project and let it go on, more answers, export."""

from dataclasses import replace
from typing import Final

from bot import notify, reviewcall
from bot.buttons import Pressed, pack
from bot.chat import Button, Row
from bot.project import Project
from bot.spreading import SPREAD
from bot.turn import Turn, called
from bot.wording import phrase, say
from storage import people, projects, reviews, runs
from storage.projects import ProjectRow

ACTION: Final = "z"
MOST_OVERLAP: Final = 100
ADMINS: Final = ("admin", "owner")


def rows(row: ProjectRow, overlap: int, language: str, page: str = "", waiting: int = 0) -> tuple[Row, ...]:
    """`overlap` is the project's now: a button asks for one more than was wanted when it was shown. `page` is the
    address of the report's page; none where others cannot reach us. So many items are `waiting` for a reviewer."""

    def does(argument: str, of: str = "") -> Button:
        said = say(language, phrase(f"manage.{argument}"))
        return Button(said, pack(Pressed("", row.id, ACTION, argument + of)))

    held = row.state == "paused"
    shown: list[Row] = [reviewcall.way(language, row.id, waiting)] if waiting else []
    shown += [(does("go" if held else "pause"), does("more", str(overlap))), (does("export"),)]
    if page:
        shown.append((Button(say(language, phrase("manage.page")), url=page),))
    return tuple(shown)


def press(turn: Turn, pressed: Pressed) -> None:
    role = people.role(turn.tx, pressed.step, turn.person.id)
    if not (role in ADMINS or turn.person.owner):
        turn.toast("refused.admin", alert=True)
        return
    try:
        row = projects.by_id(turn.tx, pressed.step)
    except projects.NoProjectError:
        turn.toast("press.gone")
        return
    if pressed.argument in ("pause", "go"):
        _hold(turn, row, pressed.argument)
    elif pressed.argument.startswith("more"):
        _more(turn, row, pressed.argument.removeprefix("more"))
    elif pressed.argument == "export":
        turn.tell(phrase("manage.export_how", name=row.name))
    else:
        turn.toast("press.gone")


def _hold(turn: Turn, row: ProjectRow, argument: str) -> None:
    became = "paused" if argument == "pause" else "open"
    project = turn.schema(row.id, row.version)
    title = project.title
    if row.state == became:
        _answer(turn, row, turn.say(phrase(f"manage.{became}_already", title=title)))
        return
    projects.set_state(turn.tx, row.id, became)
    people.record(turn.tx, turn.person.id, row.id, became, {})
    _answer(turn, row, turn.say(phrase(f"manage.{became}", title=title)))
    notify.colleagues(turn, row, phrase(f"manage.{became}_by", title=title, person=called(turn.person, project)))


def _answer(turn: Turn, row: ProjectRow, said: str) -> None:
    """With buttons for what holds now, for those above it are of before."""
    now = projects.by_id(turn.tx, row.id)
    project = turn.schema(now.id, now.version)
    waiting = 0 if project.review is None else reviews.waiting(turn.tx, row.id)
    turn.tell(said, buttons=rows(now, project.overlap, turn.language, waiting=waiting))


def _more(turn: Turn, row: ProjectRow, before: str) -> None:
    """One answer an item more than `before`: the project has a new version at once; a worker brings it to the items. A
    second tap on an old message, and one on what another admin has changed, asks for nothing."""
    project = turn.schema(row.id, row.version)
    if before != str(project.overlap):
        _answer(turn, row, turn.say(phrase("manage.raised_already", title=project.title, count=project.overlap)))
        return
    if project.overlap >= MOST_OVERLAP:
        turn.tell(phrase("manage.most", count=project.overlap))
        return
    raised = _raised(project)
    waits = 0 if project.review is None else reviews.reopening(turn.tx, row.id, raised.overlap)
    projects.save(turn.tx, row.name, raised.as_config())
    runs.now(turn.tx, row.id, SPREAD)
    people.record(turn.tx, turn.person.id, row.id, "overlap", {"overlap": raised.overlap})
    figures = {"title": project.title, "before": project.overlap, "count": raised.overlap}
    told = turn.say(phrase("manage.raised", **figures))
    if waits:
        told += " " + turn.say(phrase("manage.disputes_one" if waits == 1 else "manage.disputes", count=waits))
    _answer(turn, row, told)
    notify.colleagues(turn, row, phrase("manage.raised_by", person=called(turn.person, project), **figures))


def _raised(project: Project) -> Project:
    """Where the overlap goes by confidence, the most is never less than the least."""
    more, adaptive = project.overlap + 1, project.adaptive
    if adaptive is not None:
        adaptive = replace(adaptive, min=more, max=max(more, adaptive.max))
    return replace(project, overlap=more, adaptive=adaptive)
