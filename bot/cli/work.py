"""`work`: what each person did in some days, for pay and for thanks; a closed period's figures stay as they are."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from bot.cli.session import Session, session
from bot.cli.trouble import Trouble, writing
from storage.database import Transaction, run

if TYPE_CHECKING:
    from bot.project import Project
    from bot.quality.work import Work
    from storage.work import Period

DAY = click.DateTime(["%Y-%m-%d"])
TOLD = 5
"""People whose changes are told in the line; the rows have them all."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """`work` is as it stood when its days were closed, as far as they were; `changed` what has changed since. `closed`
    is the period that has just these days."""

    project: str
    first: date
    last: date
    zone: str
    work: "Mapping[str, Work]"
    changed: "Mapping[str, Work]"
    closed: "Period | None"
    names: Mapping[str, str] | None

    def rows(self) -> Iterator[dict[str, Any]]:
        """The busiest first; then what has changed since closing, so that the sum of both is what a recount says."""
        kinds = (("closed" if self.closed else "counted", self.work), ("adjustment", self.changed))
        for kind, found in kinds:
            for public, one in sorted(found.items(), key=lambda pair: (-pair[1].answers, pair[0])):
                yield self._row(kind, public, one)

    def _row(self, kind: str, public: str, one: "Work") -> dict[str, Any]:
        figures: dict[str, Any] = {"person": public}
        if self.names is not None:
            figures["name"] = self.names.get(public, "")
        figures["row"] = kind
        plain = one.as_json()
        del plain["active_seconds"]
        return figures | plain | {"active_minutes": one.active_minutes}


@click.command(
    "work",
    short_help="What each person did in some days, as CSV.",
    epilog="Example: labelbot work reviews --from 2026-03-01 --to 2026-03-31 -o march.csv --close",
)
@click.argument("project")
@click.option("--from", "first", type=DAY, required=True, metavar="DATE", help="the first day, such as 2026-03-01")
@click.option("--to", "last", type=DAY, required=True, metavar="DATE", help="the last day, counted whole")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="write the CSV there")
@click.option("--names", is_flag=True, help="names beside the pseudonyms")
@click.option("--close", "closing", is_flag=True, help="these days are over: keep their figures as they are, for ever")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
def work_command(
    project: str, first: datetime, last: datetime, output: Path | None, names: bool, closing: bool, as_json: bool
) -> None:
    """Answers, late ones, skips, flags and active minutes of each person. Days are those of the summary's time zone."""
    if last < first:
        raise click.UsageError("--to lies before --from")
    with session() as opened:
        sheet = _sheet(opened, project, first.date(), last.date(), names, closing)
    text = _json(sheet) if as_json else _csv(sheet)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        with writing(output):
            output.write_text(text, encoding="utf-8", newline="")
        click.echo(f"{output}: {len(sheet.work)} people", err=True)
    if sheet.changed:
        click.echo(_told(sheet.changed), err=True)


def _sheet(opened: Session, project: str, first: date, last: date, names: bool, closing: bool) -> _Sheet:
    from bot.quality import work
    from storage import figures
    from storage import work as stored

    row, asked = opened.project(project)
    zone = work.zone_of(asked)
    since, until = work.days(first, last, zone)
    if closing:
        _close(opened, row.id, asked, since, until)
    with opened.database.reading() as connection:
        figures.snapshot(connection)
        found = work.recount(connection, row.id, asked, since, until)
        former = stored.closed(connection, row.id, since, until)
        whole = [one for one in former if since <= one.since and one.until <= until]
        changed = work.since_closing(connection, row.id, asked, whole)
        people = figures.participants(connection, row.id)
    for one in former:
        if one not in whole:
            click.echo(f"{_days(one, zone)} is closed; its days here are counted anew.", err=True)
    named = {one.public: one.name for one in people} if names else None
    same = next((one for one in whole if (one.since, one.until) == (since, until)), None)
    return _Sheet(row.name, first, last, zone, work.changes(found, changed), changed, same, named)


def _close(opened: Session, project: int, asked: "Project", since: datetime, until: datetime) -> None:
    from bot.quality import work
    from storage import figures, projects
    from storage.work import OverlapError, close

    if until > datetime.now(UTC):
        raise Trouble("these days are not over yet; close them when they are")
    with opened.database.reading() as connection:
        figures.snapshot(connection)
        found = work.frozen(work.recount(connection, project, asked, since, until))

    def write(tx: Transaction) -> None:
        projects.lock(tx, project)
        close(tx, project, since, until, found)

    try:
        run(opened.database, write)
    except OverlapError as error:
        raise Trouble(
            f"{_days(error.former, work.zone_of(asked))} is closed already, and a day is closed once only; nothing was "
            "changed"
        ) from None


def _days(period: "Period", zone: str) -> str:
    """With hours where they were closed by the clocks of another time zone, whose days are not those of this one."""
    first, after = (moment.astimezone(ZoneInfo(zone)) for moment in (period.since, period.until))
    if {first.time(), after.time()} != {time.min}:
        return f"{first:%Y-%m-%d %H:%M} to {after:%Y-%m-%d %H:%M} ({zone})"
    return f"{first.date()} to {after.date() - timedelta(days=1)}"


def _told(changed: "Mapping[str, Work]") -> str:
    """One line, whatever has changed: nobody is to find out by comparing two files."""
    people = []
    for public, one in list(changed.items())[:TOLD]:
        differing = [f"{name} {by:+d}" for name, by in one.as_json().items() if by]
        people.append(f"{public} {', '.join(differing)}")
    more = f"; {len(changed) - TOLD} more people" if len(changed) > TOLD else ""
    return f"changed since closing: {'; '.join(people)}{more}"


def _csv(sheet: _Sheet) -> str:
    from bot.exchange.writers.csvs import neutral
    from bot.quality.work import FIGURES

    name = () if sheet.names is None else ("name",)
    figures = (*(one for one in FIGURES if one != "active_seconds"), "active_minutes")
    text = io.StringIO()
    writer = csv.DictWriter(text, ["person", *name, "row", *figures], lineterminator="\n")
    writer.writeheader()
    for row in sheet.rows():
        writer.writerow({key: neutral(value) if isinstance(value, str) else value for key, value in row.items()})
    return text.getvalue()


def _json(sheet: _Sheet) -> str:
    closed = None if sheet.closed is None else sheet.closed.closed_at.isoformat()
    about = {"project": sheet.project, "from": sheet.first.isoformat(), "to": sheet.last.isoformat()}
    return json.dumps(about | {"timezone": sheet.zone, "closed_at": closed, "people": list(sheet.rows())}) + "\n"
