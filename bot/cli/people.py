"""Invites and people: who may do what in a project."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

import click

from bot import pausing, payload
from bot.characters import harmless, storable
from bot.cli.session import Session, session
from bot.cli.trouble import Trouble
from bot.exchange.sentences import counted
from storage import invites, notes, outbox, people
from storage.database import Transaction, run
from storage.people import ROLES

WHY_LENGTH = 200
"""Of the reason that somebody who is paused is told."""
UNITS = {"m": 60, "h": 3600, "d": 86400}


class Span(click.ParamType[timedelta]):
    """A stretch of time such as 30m, 12h, 7d."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,4})\s*([mhd])", str(value))
        if found is None:
            self.fail(f"{value!r} is no time such as 30m, 12h or 7d", param, ctx)
        return timedelta(seconds=int(found[1]) * UNITS[found[2]])


class Pair(click.ParamType[tuple[str, str]]):
    """ID=VALUE, the value one of some or any."""

    def __init__(self, values: Sequence[str] = ()) -> None:
        self.name = "id=value"
        self._values = values

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        left, equals, right = str(value).partition("=")
        if not (left and equals and right):
            self.fail(f"{value!r}: write it as {'ID=ROLE' if self._values else 'ID=NAME'}", param, ctx)
        if self._values and right not in self._values:
            self.fail(f"no role “{right}”. There is: {', '.join(self._values)}", param, ctx)
        return left, right


@click.command(
    "invite",
    short_help="Print a code that lets people in, and its links.",
    epilog="Example: labelbot invite reviews --role reviewer --uses 5",
)
@click.argument("project", required=False)
@click.option("--role", type=click.Choice(ROLES[:3]), default="annotator", show_default=True)
@click.option("--uses", type=click.IntRange(1, 100_000), default=100, show_default=True, help="how many may use it")
@click.option("--expires", type=Span(), default="7d", show_default=True, help="30m, 12h, 7d")
@click.option("--owner", is_flag=True, help="instead: a one-time link for the owner of this labelbot")
@click.option("--revoke", is_flag=True, help="instead: end all codes handed out for it until now")
@click.option("--qr", is_flag=True, help="print the first link as a QR code too")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def invite_command(
    project: str | None,
    role: str,
    uses: int,
    expires: timedelta,
    owner: bool,
    revoke: bool,
    qr: bool,
    as_json: bool,
) -> None:
    """Print a code that lets people in, and the links that carry it; or end those handed out."""
    if owner == (project is not None):
        raise click.UsageError("name a project, or use --owner")
    if revoke:
        _revoke(project, as_json)
        return
    with session() as opened:
        row = None if project is None else opened.project(project)[0].id
        code = run(
            opened.database,
            lambda tx: people.invite(tx, row, "owner" if owner else role, 1 if owner else uses, tx.now + expires),
        )
        links = carriers(opened, code)
    if as_json:
        click.echo(json.dumps({"code": code, "links": links}))
        return
    lets_in = "the owner, once" if owner else f"{counted(uses, role)} of {project}"
    click.echo(f"Code: {code} ({lets_in})")
    for platform, link in links.items():
        click.echo(f"{platform:>9}: {link}")
    if qr and links:
        show_qr(next(iter(links.values())))


def _revoke(project: str | None, as_json: bool) -> None:
    with session() as opened:
        row = None if project is None else opened.project(project)[0].id
        ended = run(opened.database, lambda tx: _ended(tx, row))
    if as_json:
        click.echo(json.dumps({"revoked": ended}))
        return
    click.echo(f"{counted(ended, 'invite')} revoked; who has come in by one stays until removed.")


def _ended(tx: Transaction, project: int | None) -> int:
    ended = invites.revoke(tx, project)
    people.record(tx, None, project, "revoke", {"invites": ended})
    return ended


def carriers(opened: Session, code: str) -> dict[str, str]:
    """How each chat takes the code: a link, or what to type."""
    settings = opened.settings
    links: dict[str, str] = {}
    if settings.telegram_token:
        name = run(opened.database, lambda tx: people.bot_name(tx, "telegram"))
        links["telegram"] = f"https://t.me/{name}?start={code}" if name else f"send the bot: join {code}"
    if settings.slack_bot_token:
        links["slack"] = f"type: {settings.slack_command} join {code}"
    base = settings.public_url or f"http://{settings.listen}"
    links["browser"] = f"{base}/join/{code}"
    return links


def show_qr(link: str) -> None:
    import segno

    segno.make(link, error="m").terminal(compact=True)


@click.command(
    "people",
    short_help="Who labels here, in which role, how far.",
    epilog="Example: labelbot people reviews --role 3f2a=reviewer",
)
@click.argument("project")
@click.option("--rename", type=Pair(), metavar="ID=NAME", help="show somebody under another name")
@click.option("--role", "new_role", type=Pair(ROLES), metavar="ID=ROLE", help=f"one of {', '.join(ROLES)}")
@click.option("--remove", metavar="ID", help="end somebody's role; their answers stay")
@click.option("--pause", metavar="ID", help="deal somebody nothing more; a running labelbot tells them")
@click.option("--why", default="", metavar="TEXT", help="with --pause: the reason they are told")
@click.option("--resume", metavar="ID", help="let somebody go on who was paused; they are told too")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def people_command(
    project: str,
    rename: tuple[str, str] | None,
    new_role: tuple[str, str] | None,
    remove: str | None,
    pause: str | None,
    why: str,
    resume: str | None,
    as_json: bool,
) -> None:
    """Who labels here, in which role, how far; rename, change the role, pause, remove."""
    with session() as opened:
        row, asked = opened.project(project)
        run(opened.database, lambda tx: _change(tx, row.id, rename, new_role, remove))
        if why and pause is None:
            raise click.UsageError("--why belongs to --pause")
        if pause is not None:
            run(opened.database, lambda tx: _pause(tx, row.id, asked.title, pause, why))
        if resume is not None:
            run(opened.database, lambda tx: _resume(tx, row.id, asked.title, resume))
        members = run(opened.database, lambda tx: people.roster(tx, row.id))
        ways = run(opened.database, lambda tx: invites.still_open(tx, row.id)) if remove is not None else 0
    if ways:
        let = counted(ways, "code handed out still lets", "codes handed out still let")
        click.echo(f"{let} people in, the one removed too. To end that: labelbot invite {project} --revoke", err=True)
    if as_json:
        click.echo(json.dumps([member.as_json() for member in members]))
        return
    if not members:
        click.echo(f"Nobody yet. Let people in: labelbot invite {project}")
    for member in members:
        mark = "" if member.state == "active" else f"  ({member.state})"
        click.echo(f"{member.public}  {member.role:<10} {member.answered:>7} answers  {harmless(member.name)}{mark}")


def _change(
    tx: Transaction,
    project: int,
    rename: tuple[str, str] | None,
    new_role: tuple[str, str] | None,
    remove: str | None,
) -> None:
    led = bool(people.admins(tx, project))
    if rename is not None:
        who, name = rename
        people.rename(tx, _person(tx, project, who), name[:100])
    if new_role is not None:
        who, role = new_role
        people.set_role(tx, project, _person(tx, project, who), role)
        people.record(tx, None, project, "role", {"person": who, "role": role})
    if remove is not None:
        _remove(tx, project, remove)
    if led and not people.admins(tx, project):
        raise Trouble(
            "then nobody would own or administer the project; nothing was changed. Give somebody else the role first: "
            "--role ID=owner"
        )


def _pause(tx: Transaction, project: int, title: str, start: str, why: str) -> None:
    person = _person(tx, project, start)
    if notes.state(tx, project, person) != "active":
        raise Trouble(f"{start} is paused already")
    told = storable(why.strip())[:WHY_LENGTH]
    notes.pause(tx, project, person, told)
    people.record(tx, None, project, "pause", {"person": start, "why": told})
    _post(tx, pausing.paused(tx, person, told, title))


def _resume(tx: Transaction, project: int, title: str, start: str) -> None:
    person = _person(tx, project, start)
    if not notes.resume(tx, project, person):
        raise Trouble(f"{start} is not paused")
    people.record(tx, None, project, "resume", {"person": start})
    _post(tx, pausing.resumed(tx, person, title))


def _post(tx: Transaction, letters: Iterable[pausing.Letter]) -> None:
    """A running labelbot finds them in the outbox."""
    for account, chat, _, message in letters:
        outbox.add(tx, account=account, chat=chat, kind=message.kind, payload=payload.pack(message))


def _remove(tx: Transaction, project: int, start: str) -> None:
    person = _person(tx, project, start)
    people.remove(tx, project, person)
    people.record(tx, None, project, "remove", {"person": start})
    kept = next((one for _, one in people.admins(tx, project) if one.id == person), None)
    if kept is not None:
        click.echo(f"{kept.name} owns this whole labelbot, and so still sees and runs every project.", err=True)


def _person(tx: Transaction, project: int, start: str) -> int:
    found = [member for member in people.roster(tx, project) if member.public.startswith(start)]
    if len(found) != 1:
        raise Trouble(f"{'nobody' if not found else 'more than one person'} here has an id that begins with “{start}”")
    return found[0].id
