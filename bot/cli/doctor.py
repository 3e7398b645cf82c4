"""`doctor`: everything that can be wrong, what is wrong of it, and what mends it."""

import asyncio
import json
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from typing import TYPE_CHECKING

import click

from bot.chat import ChatError, Finding
from bot.cli.session import shown_url, sqlite_file
from bot.cli.trouble import of_database, of_system
from bot.exchange.sentences import counted
from config import settings as configuration
from config.settings import BadSettings, Settings

if TYPE_CHECKING:
    from storage.database import Database, Transaction

LOW_DISK = 1_000_000_000
"""Bytes below which an import may fill the disk."""
FAILURES_SHOWN = 3
LOOKED_AT = 200
"""Bytes of an answer."""
SAMPLE = 50
"""Items of a project whose media are looked for."""
MAKE = (
    "if there should be one, LABELBOT_HOME or LABELBOT_DATABASE_URL names another place; else make a project: "
    "labelbot new sentiment, then labelbot apply sentiment.toml"
)
ADDRESS = "let the proxy pass it on to labelbot, and see that LABELBOT_PUBLIC_URL is right"

NO_PAGE = (
    "the page to mark on cannot be opened from Telegram and Slack; boxes, masks and names are marked in the chat, "
    "which does the whole job. To have the page there too, set LABELBOT_PUBLIC_URL to an https address that leads here"
)


@click.command("doctor", short_help="What is wrong, and what mends it.", epilog="Example: labelbot doctor")
@click.option("--json", "as_json", is_flag=True, help="for scripts")
@click.option("--offline", is_flag=True, help="ask no platform and no address")
@click.option("--forget", is_flag=True, help="forget the events set aside and the messages not sent until now")
def doctor_command(as_json: bool, offline: bool, forget: bool) -> None:
    """Look at everything that can be wrong, and say what mends it. Exit code 1 if anything is."""
    try:
        settings = configuration.read()
    except BadSettings as error:
        found = [Finding(False, str(error), "correct it in the environment or in .env")]
    else:
        found = list(examine(settings, offline, forget))
    if as_json:
        click.echo(json.dumps([{"ok": one.ok, "what": one.what, "mend": one.mend} for one in found]))
    else:
        for one in found:
            _show(one)
    sys.exit(0 if all(one.ok for one in found) else 1)


def _show(finding: Finding) -> None:
    sign = click.style("✓", fg="green") if finding.ok else click.style("✗", fg="red")
    click.echo(f"{sign} {finding.what}")
    if not finding.ok and finding.mend:
        click.echo(f"    → {finding.mend}")


def examine(settings: Settings, offline: bool, forget: bool = False) -> Iterator[Finding]:
    """All findings, the ground before what stands on it."""
    yield from _settings(settings)
    yield _python()
    yield from _folder(settings)
    yield from _database(settings, forget)
    yield _ffmpeg()
    yield from _page(settings)
    if not offline:
        yield from _public(settings)
    yield from _platforms(settings, offline)


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, variable, purpose, secret in configuration.variables():
        value = getattr(settings, name)
        if not value:
            yield Finding(True, f"{variable} is not set ({purpose})")
            continue
        origin = settings.source.get(variable)
        shown = "set" if secret else shown_url(value) if name == "database_url" else value
        yield Finding(True, f"{variable} = {shown} ({f'from {origin}' if origin else 'default'}): {purpose}")


def _python() -> Finding:
    return Finding(True, f"Python {sys.version.split()[0]}")


def _folder(settings: Settings) -> Iterator[Finding]:
    home = settings.home.absolute()
    try:
        there = next(folder for folder in (settings.files.absolute(), home, *home.parents) if folder.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        yield Finding(
            False, f"cannot write to {home}: {error.strerror}", "give this user the folder, or set LABELBOT_HOME"
        )
        return
    yield Finding(True, f"can write to {home}" if home.exists() else f"{home} is not there yet and can be made")
    free = shutil.disk_usage(there).free
    yield Finding(free > LOW_DISK, f"{free / 1e9:.1f} GB of disk are free", "make room, or move LABELBOT_HOME")


def _database(settings: Settings, forget: bool) -> Iterator[Finding]:
    """Looks at what there is: whoever only asks gets no database made, least of all in a mistaken place."""
    from sqlalchemy.exc import SQLAlchemyError

    from storage.database import opened, run

    where = shown_url(settings.database_url)
    if (path := sqlite_file(settings.database_url)) is not None and not path.exists():
        yield Finding(False, f"there is no database at {path} yet", MAKE)
        return
    try:
        with opened(settings.database_url) as database:
            unfit = _schema(database, where)
            if unfit is not None:
                yield unfit
                return
            yield Finding(True, f"database {where} answers and has this program's schema")
            if forget:
                run(database, _forget)
            yield from _kept(database)
            yield _media(settings, database)
    except (SQLAlchemyError, OSError) as error:
        cause = of_system(error) if isinstance(error, OSError) else of_database(error) or error
        yield Finding(False, f"database {where}: {cause}", "see that it runs and that LABELBOT_DATABASE_URL is right")


def _schema(database: "Database", where: str) -> Finding | None:
    """None where the database is as this program needs it."""
    from storage.migrations import HEAD, revision

    with database.reading() as connection:
        found = revision(connection)
    if found is None:
        return Finding(False, f"database {where} is empty", MAKE)
    if found > HEAD:
        what = f"this database has schema {found}, this program knows {HEAD}"
        return Finding(False, what, "install the newer labelbot, or restore the backup from before")
    if found < HEAD:
        what = f"database {where} has the older schema {found}"
        return Finding(False, what, "make a backup; `labelbot run` then brings it up to this program")
    return None


def _media(settings: Settings, database: "Database") -> Finding:
    """Whether the media folder is the one that belongs to the database, by some files of each project."""
    from storage import projects
    from storage.database import run
    from storage.exporting import pages
    from storage.files import Files, NoSuchFile

    wanted: dict[str, str] = {}
    with database.reading() as connection:
        for row in run(database, projects.every):
            page = next(pages(connection, row.id, superseded=False), None)
            items = [item for item in page.items if item.media and item.state != "withdrawn"] if page else []
            for item in items[:: max(1, len(items) // SAMPLE)]:
                wanted |= {media["sha256"]: f"{row.name}: {item.key}" for media in item.media or ()}
    files, lost = Files(settings.files), list[str]()
    for sha, item_of in wanted.items():
        try:
            files.path(sha)
        except NoSuchFile:
            lost.append(item_of)
    looked = counted(len(wanted), "media file was", "media files were")
    if not lost:
        return Finding(True, f"{looked} looked for, all there" if wanted else "no item has media")
    return Finding(
        False,
        f"{looked} looked for, and {len(lost)} not found in {settings.files.absolute()}" + _some(iter(lost)),
        "put the media folder of the backup back, or import again what the items came from; LABELBOT_HOME names the "
        "folder it is in",
    )


def _forget(tx: "Transaction") -> None:
    """Somebody has read of these faults; they would be gone by themselves after a week."""
    from storage import accounts, outbox

    most = 1_000_000
    accounts.forget_faults(tx, tx.micros + 1, most)
    outbox.forget_failures(tx, tx.micros + 1, most)


def _kept(database: "Database") -> Iterator[Finding]:
    from storage import accounts, outbox, people, projects
    from storage.database import run

    count = len(run(database, projects.every))
    yield Finding(True, f"{count} projects")
    owned = run(database, people.has_owner)
    yield Finding(True, "there is an owner" if owned else "nobody owns it yet: `labelbot run` prints the link")
    yield from run(database, lambda tx: list(_gold(tx)))
    events = run(database, lambda tx: accounts.set_aside(tx, 3))
    yield Finding(
        not events,
        f"{len(events)} events were set aside" + _some(f"{key}: {error}" for key, error in events),
        "this is a fault of ours: please report it with these lines, then `labelbot doctor --forget`",
    )
    unsent = run(database, outbox.failures)
    yield Finding(
        not unsent,
        f"{len(unsent)} messages could not be sent" + _some(error for _, error in unsent),
        "the reason stands beside it; an item set aside for it can be put back by the project's admins. "
        "`labelbot doctor --forget` when you have seen to it",
    )


def _gold(tx: "Transaction") -> Iterator[Finding]:
    """What project files want gold or people for, and have none or too few."""
    from bot.cli.wanting import wants
    from bot.project import Project
    from storage import projects

    for row in projects.every(tx):
        for one in wants(tx, row, Project.from_config(projects.config_of(tx, row.id, row.version))):
            yield Finding(False, one.what, one.mend) if one.wrong else Finding(True, str(one))


def _some(lines: Iterator[str]) -> str:
    first = list(lines)[:FAILURES_SHOWN]
    return f" ({'; '.join(first)})" if first else ""


def _ffmpeg() -> Finding:
    from bot.media import ffmpeg

    missing = ffmpeg.missing()
    return Finding(missing is None, missing or "ffmpeg is there", "reinstall the package imageio-ffmpeg")


def _page(settings: Settings) -> Iterator[Finding]:
    """Not an error: nobody needs the page, and whoever looks for its button finds here why there is none."""
    if not settings.telegram_token and not settings.slack_bot_token:
        return
    opens = settings.public_url.startswith("https://")
    yield Finding(
        True, f"the page to mark on opens from Telegram and Slack at {settings.public_url}" if opens else NO_PAGE
    )


def _public(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if not url:
        yield Finding(True, "no public address: Telegram by polling and Slack by Socket Mode need none")
        return
    if not url.startswith("https://"):
        yield Finding(False, f"{url} is not https", "put a proxy with a certificate before labelbot")
    yield _answers(f"{url}/healthz")


def _answers(url: str) -> Finding:
    """Whether it is labelbot that answers there: any site may say 200 to any address."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            ours = answer.read(LOOKED_AT).strip() == b"ok"
        return Finding(
            ours, f"{url} is answered by labelbot" if ours else f"{url} is answered by another site", ADDRESS
        )
    except urllib.error.HTTPError as error:
        said = error.read(LOOKED_AT).decode("utf-8", "replace").strip()
        if error.code == 503 and said.isprintable():  # as /healthz says what ails it
            return Finding(False, f"{url} answers 503: {said}", "see what the running labelbot logs")
        return Finding(False, f"{url} answers {error.code}", ADDRESS)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        told = of_system(reason) if isinstance(reason, OSError) else reason
        return Finding(False, f"{url} cannot be reached: {told}", "start `labelbot run`; see DNS, proxy and firewall")


def _platforms(settings: Settings, offline: bool) -> Iterator[Finding]:
    if not settings.telegram_token and not settings.slack_bot_token:
        yield Finding(True, "no token: only the browser chat is served")
    if not settings.slack_bot_token:
        yield from _no_bot(settings)
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        yield Finding(
            False,
            "Slack has a bot token and no way to receive",
            "set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for HTTP",
        )
        return
    if not offline:
        yield from asyncio.run(_ask(settings))


def _no_bot(settings: Settings) -> Iterator[Finding]:
    for variable, value in (
        ("SLACK_APP_TOKEN", settings.slack_app_token),
        ("SLACK_SIGNING_SECRET", settings.slack_signing_secret),
    ):
        if value:
            yield Finding(
                False,
                f"{variable} is set, but SLACK_BOT_TOKEN is not: Slack is not served",
                "set SLACK_BOT_TOKEN too: the Bot User OAuth Token (xoxb-…) from OAuth & Permissions",
            )


async def _ask(settings: Settings) -> list[Finding]:
    from bot.platforms import checkers

    found: list[Finding] = []
    for name, check in checkers(settings):
        try:
            found += await asyncio.wait_for(check(), 30)
        except (ChatError, TimeoutError) as error:
            found.append(Finding(False, f"{name}: {error or 'no answer in 30 s'}", "see the token and the network"))
    return found
