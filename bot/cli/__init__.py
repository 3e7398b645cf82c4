"""The command line: argv in, exit code out. Each command's module is imported only when it is called."""

import importlib
import io
import sys
from typing import Final

import click

COMMANDS: Final = {
    "demo": "bot.cli.running",
    "start": "bot.cli.starting",
    "new": "bot.cli.defining",
    "check": "bot.cli.defining",
    "apply": "bot.cli.defining",
    "projects": "bot.cli.defining",
    "import": "bot.cli.data",
    "invite": "bot.cli.people",
    "run": "bot.cli.running",
    "report": "bot.cli.reporting",
    "item": "bot.cli.reporting",
    "work": "bot.cli.work",
    "export": "bot.cli.data",
    "aggregate": "bot.cli.aggregate",
    "people": "bot.cli.people",
    "doctor": "bot.cli.doctor",
}
FINE, MENDABLE, USAGE = 0, 1, 2


class Commands(click.Group):
    """Finds a command by its name, in the order a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[name])
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], list(COMMANDS), 1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean “{near[0]}”?", ctx) from None
            raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="labelbot", message="labelbot %(version)s")
def labelbot() -> None:
    """Label data where your team already is: Telegram, Slack, or a page in the browser.

    Try it: labelbot demo
    """


def main() -> None:
    """Exit codes: 0 fine, 1 something you can mend (one line says what), 2 wrong usage."""
    from bot.cli.trouble import Trouble, known, sentence

    _write_what_can_be_written()
    try:
        code = labelbot.main(prog_name="labelbot", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        code = 130
    except click.UsageError as error:
        error.show()
        code = USAGE
    except click.ClickException as error:
        error.show()
        code = MENDABLE
    except Exception as error:
        if not known(error):
            raise
        Trouble(sentence(error)).show()
        code = MENDABLE
    sys.exit(code if isinstance(code, int) else FINE)


def _write_what_can_be_written() -> None:
    """Where the terminal knows less than Unicode, a → becomes a ?: no reason to end halfway."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
