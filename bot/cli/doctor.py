"""`doctor`: everything that can be wrong, what is wrong of it, and what mends it."""

import asyncio
import json
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bot.chat import ChatError, Finding
from bot.cli.session import shown_url
from bot.cli.trouble import of_database, of_system
from config import settings as configuration
from config.settings import BadSettings, Settings

if TYPE_CHECKING:
    from storage.database import Database, Transaction

LOW_DISK = 1_000_000_000
"""Bytes below which an import may fill the disk."""
FAILURES_SHOWN = 3


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
    if not offline:
        yield from _public(settings)
    yield from _platforms(settings, offline)


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, variable, purpose, secret in configuration.variables():
        value = getattr(settings, name)
        origin = settings.source.get(variable)
        shown = "set" if secret and value else shown_url(value) if name == "database_url" else value
        where = f" (from {origin})" if origin else " (default)" if value else ""
        yield Finding(True, f"{variable} = {shown if value else 'not set'}{where}: {purpose}")


def _python() -> Finding:
    return Finding(True, f"Python {sys.version.split()[0]}")


def _folder(settings: Settings) -> Iterator[Finding]:
    home = settings.home.absolute()
    try:
        settings.files.mkdir(parents=True, exist_ok=True)
        probe = settings.files / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        yield Finding(
            False, f"cannot write to {home}: {error.strerror}", "give this user the folder, or set LABELBOT_HOME"
        )
        return
    yield Finding(True, f"can write to {home}")
    free = shutil.disk_usage(home).free
    yield Finding(free > LOW_DISK, f"{free / 1e9:.1f} GB of disk are free", "make room, or move LABELBOT_HOME")


def _database(settings: Settings, forget: bool) -> Iterator[Finding]:
    from sqlalchemy.exc import SQLAlchemyError

    from storage.database import opened, run
    from storage.migrations import NewerSchemaError, migrate

    where = shown_url(settings.database_url)
    try:
        migrate(settings.database_url)
        with opened(settings.database_url) as database:
            yield Finding(True, f"database {where} answers and has this program's schema")
            if forget:
                run(database, _forget)
            yield from _kept(database)
    except NewerSchemaError as error:
        yield Finding(False, str(error), "install the newer labelbot, or restore the backup from before")
    except (SQLAlchemyError, OSError) as error:
        cause = of_system(error) if isinstance(error, OSError) else of_database(error) or error
        yield Finding(False, f"database {where}: {cause}", "see that it runs and that LABELBOT_DATABASE_URL is right")


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


def _some(lines: Iterator[str]) -> str:
    first = list(lines)[:FAILURES_SHOWN]
    return f" ({'; '.join(first)})" if first else ""


def _ffmpeg() -> Finding:
    from bot.media import ffmpeg

    missing = ffmpeg.missing()
    return Finding(missing is None, missing or "ffmpeg is there", "reinstall the package imageio-ffmpeg")


def _public(settings: Settings) -> Iterator[Finding]:
    url = settings.public_url
    if not url:
        yield Finding(True, "no public address: Telegram by polling and Slack by Socket Mode need none")
        return
    if not url.startswith("https://"):
        yield Finding(False, f"{url} is not https", "put a proxy with a certificate before labelbot")
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=10) as answer:
            yield Finding(answer.status == 200, f"{url}/healthz answers {answer.status}", "let the proxy pass it on")
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        yield Finding(False, f"{url} cannot be reached: {reason}", "start `labelbot run`; see DNS, proxy and firewall")


def _platforms(settings: Settings, offline: bool) -> Iterator[Finding]:
    if not settings.telegram_token and not settings.slack_bot_token:
        yield Finding(True, "no token: only the browser chat is served")
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        yield Finding(
            False,
            "Slack has a bot token and no way to receive",
            "set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for HTTP",
        )
        return
    if not offline:
        yield from asyncio.run(_ask(settings))


async def _ask(settings: Settings) -> list[Finding]:
    from bot.platforms import checkers

    found: list[Finding] = []
    for name, check in checkers(settings):
        try:
            found += await asyncio.wait_for(check(), 30)
        except (ChatError, TimeoutError) as error:
            found.append(Finding(False, f"{name}: {error or 'no answer in 30 s'}", "see the token and the network"))
    return found
