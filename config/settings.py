"""Every setting: name, default, what it is for. Read once at the start; the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit


class BadSettings(ValueError):
    """A setting that cannot be; the message names the variable and what it wants."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`source` says where each value came from that is not a default: "environment" or the .env file's name."""

    home: Path = field(metadata={"env": "LABELBOT_HOME", "help": "folder of the database and the media"})
    database_url: str = field(
        metadata={"env": "LABELBOT_DATABASE_URL", "help": "where answers are kept: SQLite in the home, or PostgreSQL"}
    )
    listen: str = field(metadata={"env": "LABELBOT_LISTEN", "help": "address and port of the pages and webhooks"})
    public_url: str = field(metadata={"env": "LABELBOT_PUBLIC_URL", "help": "the address others reach it under"})
    telegram_token: str = field(
        metadata={
            "env": "TELEGRAM_BOT_TOKEN",
            "help": "the bot's token from BotFather; switches Telegram on",
            "secret": True,
        },
        repr=False,
    )
    telegram_api_url: str = field(
        metadata={"env": "TELEGRAM_API_URL", "help": "address of a Bot API server of your own"}
    )
    telegram_mode: str = field(metadata={"env": "TELEGRAM_MODE", "help": "how Telegram delivers: polling or webhook"})
    slack_bot_token: str = field(
        metadata={
            "env": "SLACK_BOT_TOKEN",
            "help": "the Bot User OAuth Token, xoxb-…; switches Slack on",
            "secret": True,
        },
        repr=False,
    )
    slack_app_token: str = field(
        metadata={"env": "SLACK_APP_TOKEN", "help": "the app-level token, xapp-…, for Socket Mode", "secret": True},
        repr=False,
    )
    slack_signing_secret: str = field(
        metadata={
            "env": "SLACK_SIGNING_SECRET",
            "help": "the app's signing secret, for HTTP in place of Socket Mode",
            "secret": True,
        },
        repr=False,
    )
    slack_api_url: str = field(metadata={"env": "SLACK_API_URL", "help": "address of another Slack, such as GovSlack"})
    slack_command: str = field(
        metadata={"env": "SLACK_COMMAND", "help": "the slash command's name, as in the manifest"}
    )
    source: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def files(self) -> Path:
        return self.home / "media"

    @property
    def drawings(self) -> Path:
        return self.home / "drawn"


def variables() -> list[tuple[str, str, str, bool]]:
    """(field, variable, what it is for, whether it is secret) of every setting."""
    known = [one for one in fields(Settings) if "env" in one.metadata]
    return [(one.name, one.metadata["env"], one.metadata["help"], bool(one.metadata.get("secret"))) for one in known]


def read(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """The settings from the environment, else from a `.env` file. Raises BadSettings."""
    environ = os.environ if environ is None else environ
    filed = _dotenv(env_file)
    found: dict[str, str] = {}
    source: dict[str, str] = {}
    for _, variable, _, _ in variables():
        for values, name in ((environ, "environment"), (filed, env_file.name)):
            if variable not in found and values.get(variable, "").strip():
                found[variable], source[variable] = values[variable].strip(), name
    return _checked(found, source)


def _checked(found: Mapping[str, str], source: Mapping[str, str]) -> Settings:
    home = Path(found.get("LABELBOT_HOME", "labelbot-data")).expanduser()
    return Settings(
        home=home,
        database_url=_database(found.get("LABELBOT_DATABASE_URL", f"sqlite:///{home.absolute()}/labelbot.db")),
        listen=_listen(found.get("LABELBOT_LISTEN", "127.0.0.1:8080")),
        public_url=_url("LABELBOT_PUBLIC_URL", found.get("LABELBOT_PUBLIC_URL", "")).rstrip("/"),
        telegram_token=_telegram_token(found.get("TELEGRAM_BOT_TOKEN", "")),
        telegram_api_url=_url("TELEGRAM_API_URL", found.get("TELEGRAM_API_URL", "")),
        telegram_mode=_one_of("TELEGRAM_MODE", found.get("TELEGRAM_MODE", "polling"), ("polling", "webhook")),
        slack_bot_token=_prefixed("SLACK_BOT_TOKEN", found.get("SLACK_BOT_TOKEN", ""), "xoxb-"),
        slack_app_token=_prefixed("SLACK_APP_TOKEN", found.get("SLACK_APP_TOKEN", ""), "xapp-"),
        slack_signing_secret=found.get("SLACK_SIGNING_SECRET", ""),
        slack_api_url=_url("SLACK_API_URL", found.get("SLACK_API_URL", "")),
        slack_command=_command(found.get("SLACK_COMMAND", "/label")),
        source=source,
    )


def _dotenv(path: Path) -> dict[str, str]:
    """NAME=value lines; `#` begins a comment, quotes around a value go."""
    if not path.is_file():
        return {}
    values = {}
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise BadSettings(f"{path.name}, line {number}: this is not UTF-8 text; save the file as UTF-8") from error
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not name.strip() or name.lstrip().startswith("#"):
            continue
        if not equals:
            raise BadSettings(f"{path.name}, line {number}: expected NAME=value")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def _database(url: str) -> str:
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise BadSettings("LABELBOT_DATABASE_URL must begin with sqlite:/// or postgresql://")
    from sqlalchemy.engine import make_url  # what reads it later, so that both take the same for a port

    try:
        make_url(url)
    except ValueError as error:
        raise BadSettings("LABELBOT_DATABASE_URL must read postgresql://user:password@host:port/name") from error
    return url


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise BadSettings(f"LABELBOT_LISTEN must be ADDRESS:PORT, such as 127.0.0.1:8080, not {value!r}")
    return value


def _url(name: str, value: str) -> str:
    if value and not _is_address(value):
        raise BadSettings(f"{name} must be an address that begins with https://, not {value!r}")
    return value


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, a port that is no number
        return False
    return whole and value.isprintable() and " " not in value


def _telegram_token(value: str) -> str:
    number, colon, secret = value.partition(":")
    if value and not (number.isdigit() and colon and secret):
        raise BadSettings("TELEGRAM_BOT_TOKEN looks wrong: BotFather gives NUMBER:LETTERS")
    return value


def _prefixed(name: str, value: str, prefix: str) -> str:
    if value and not value.startswith(prefix):
        raise BadSettings(f"{name} looks wrong: it begins with {prefix}")
    return value


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadSettings(f"{name} must be {' or '.join(allowed)}, not {value!r}")
    return value


def _command(value: str) -> str:
    return value if value.startswith("/") else f"/{value}"
