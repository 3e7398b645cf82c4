"""`run` and `demo`: serving the chats until told to stop."""

import asyncio
import logging
import os
import secrets
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from bot.cli.trouble import Trouble
from config import settings as configuration
from config.settings import Settings

if TYPE_CHECKING:
    from bot.bootstrap import House

STOP_KEY = "Ctrl+C"
COME_BACK = "labelbot invite --owner"


@click.command("run", short_help="Serve every chat there are credentials for.", epilog="Example: labelbot run")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info")
def run_command(log_level: str) -> None:
    """Serve every chat there are credentials for, until SIGTERM or Ctrl+C."""
    from bot.bootstrap import PortTaken

    settings = configuration.read()
    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if log_level != "debug":  # says "INFO uvicorn.error" of everything, of a good start too
        logging.getLogger("uvicorn.error").setLevel("WARNING")
    try:
        bound = _bound(settings, move_on=False)
    except PortTaken as taken:
        with _bound(settings, move_on=True) as free:
            raise Trouble(f"{taken}, such as LABELBOT_LISTEN={_listens(settings, free)}") from taken
    _serve(settings, bound)


def serve_here() -> None:
    """What `run` does, for a beginning: on the next free port where this one is taken."""
    settings = configuration.read()
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s: %(message)s")
    bound = _bound(settings, move_on=True)
    if (listens := _listens(settings, bound)) != settings.listen and settings.port:
        click.echo(f"{settings.listen} is taken, so this one listens on {listens}. In another terminal, for invites:")
        click.echo(f"  export LABELBOT_LISTEN={listens}")
    _serve(settings, bound)


def _bound(settings: Settings, move_on: bool) -> socket:
    """The socket of the pages. PortTaken where only the port is at fault, else Trouble."""
    from bot.bootstrap import PortTaken, listen

    try:
        return listen(settings, move_on)
    except PortTaken:
        raise
    except (OSError, UnicodeError) as error:  # UnicodeError is of names that can be no host, such as "a..b"
        raise Trouble(
            f"cannot listen on {settings.listen} ({getattr(error, 'strerror', None) or 'no such host'}). "
            "LABELBOT_LISTEN must name an address of this machine, such as 127.0.0.1:8080"
        ) from error


def _listens(settings: Settings, bound: socket) -> str:
    return f"{settings.listen.rpartition(':')[0]}:{bound.getsockname()[1]}"


def _serve(settings: Settings, bound: socket) -> None:
    from bot.bootstrap import House, owner_link

    def ready(house: House) -> None:
        served = ", ".join(chat.platform for chat in house.chats)
        click.echo(f"labelbot serves {served}; pages at {house.address}; stop with {STOP_KEY}")
        link = owner_link(house.database, house.address)
        if link is not None:
            from bot.cli.people import show_qr

            click.echo(f"Nobody owns this labelbot yet. The first to open this link (within an hour) does:\n{link}")
            show_qr(link)
        else:
            click.echo(f"It has an owner. To come in from another browser or chat: {COME_BACK}")
        sys.stdout.flush()

    serve_until_told(settings, bound, ready, local_only=False)


@click.command(
    "demo",
    short_help="Try it: sample projects, chat in the browser, no token.",
    epilog="Example: labelbot demo --home /tmp/try-labelbot",
)
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), default=Path("labelbot-demo"), show_default=True
)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="moves on when the port is taken")
def demo_command(home: Path, listen: str) -> None:
    """Try everything in a folder of its own: sample projects, chat in the browser, no token, no network."""
    from bot.bootstrap import House, owner_link
    from bot.demo import fill

    home = home.absolute()
    if home.exists() and any(home.iterdir()) and not (home / "labelbot.db").exists():
        raise Trouble(f"{home} is not empty and no labelbot demo; name another folder with --home")
    settings = demo_settings(home, listen)
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s: %(message)s")
    fill(settings, click.echo)
    bound = _bound(settings, move_on=True)

    def ready(house: House) -> None:
        # The link that makes the first to open it the owner brings them back later; with an owner it is one made anew.
        link = owner_link(house.database, house.address, hours=24) or house.browser.link(secrets.token_urlsafe(16))
        house.door.owner_code = link.rpartition("/")[2]
        _say_where(home, link)

    serve_until_told(settings, bound, ready, local_only=True)


def demo_settings(home: Path, listen: str) -> Settings:
    """Settings of the folder alone: whatever tokens the environment holds stay unused."""
    (home).mkdir(parents=True, exist_ok=True)
    return configuration.read({"LABELBOT_HOME": str(home), "LABELBOT_LISTEN": listen}, home / "no.env")


def _say_where(home: Path, address: str) -> None:
    started = Path(sys.argv[0]).absolute()
    program = f"{sys.executable} -m bot" if started.name == "__main__.py" else shlex.quote(str(started))
    listens = urlsplit(address).netloc  # on another port than usual the invites must name it
    there = "" if listens == "127.0.0.1:8080" else f" LABELBOT_LISTEN={listens}"
    prefix = f"LABELBOT_HOME={shlex.quote(str(home))}{there} {program}"
    click.echo("")
    click.echo(f"  Open   {click.style(address, bold=True)}")
    click.echo(f"  Folder {home}")
    click.echo("  Then, in another terminal:")
    click.echo(f"    {prefix} report sentiment")
    click.echo(f"    {prefix} export sentiment --format csv -o sentiment.csv")
    click.echo(f"    {prefix} invite sentiment")
    click.echo(f"  Stop with {STOP_KEY}")
    sys.stdout.flush()


def serve_until_told(settings: Settings, bound: socket, ready: "Callable[[House], None]", *, local_only: bool) -> None:
    from bot.bootstrap import House, serve

    settings.home.mkdir(parents=True, exist_ok=True)

    def announce(house: House) -> None:
        try:
            ready(house)
        except BrokenPipeError:  # whoever read what is said here has gone, as `head` does: so do we
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            signal.raise_signal(signal.SIGTERM)

    asyncio.run(serve(settings, bound, announce, local_only=local_only))
    click.echo("stopped")
