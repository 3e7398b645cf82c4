"""What a newcomer reads is true: its commands run, its links lead somewhere, and following it ends in a working bot."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from bot.app import COMMANDS as SPOKEN
from bot.cli import COMMANDS, labelbot
from bot.cli.defining import templates
from bot.exchange.formats import FORMATS
from bot.exchange.shapes.table import ROLES
from bot.labels import LABEL_TYPES
from bot.projectfile import BadProjectFile, parse
from config.settings import variables
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.running import READY, ROOT, free_port, wait

PAGES = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
README = ROOT / "README.md"
BIN = Path(sys.executable).parent
REVIEWS = "id,text\n1,Works perfectly\n2,Broke on the second day\n3,It is grey\n"
ANSWERS = "item,worker,label\n1,ada,cat\n1,bo,cat\n1,cy,dog\n2,ada,dog\n2,bo,dog\n"
SHORTEST = 'name = "x"\ntype = "choice"\nlabels = ["a", "b"]\n'


def blocks(page: Path, language: str) -> list[str]:
    """The contents of the page's fenced blocks of a language."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def commands(page: Path) -> list[str]:
    return [line for block in blocks(page, "bash") for line in block.splitlines() if line.strip()]


def environment(**more: str) -> dict[str, str]:
    """This machine's, without settings that would reach the program, or make inside of make; its commands come first
    in the path."""
    ours = {variable for _, variable, _, _ in variables()} | {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "PYTHONPATH": str(ROOT)} | more


def shell(line: str, folder: Path, env: Mapping[str, str]) -> str:
    """What a command says; it must end well."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line], cwd=folder, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def serving(line: str, folder: Path, env: Mapping[str, str], ready: str = READY) -> Iterator[Callable[[], str]]:
    """A command that serves, until the block ends; gives what it has said. It must then end well."""
    log = folder / "serving.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            ["bash", "-c", f"exec {line}"], cwd=folder, env=env, stdout=output, stderr=output, start_new_session=True
        )

    def said() -> str:
        return log.read_text("utf-8", "replace")

    try:
        wait(lambda: ready in said() or running.poll() is not None, 90, said)
        assert running.poll() is None, said()
        yield said
    finally:
        os.killpg(running.pid, signal.SIGINT)  # what a terminal sends to all of them
        code = running.wait(20)
    assert said().rstrip().endswith("stopped") if code == 0 else line.startswith("make"), said()


def serves(line: str) -> bool:
    words = shlex.split(line, comments=True)
    return words[:2] in (["labelbot", "run"], ["labelbot", "demo"]) or (
        words[:2] == ["labelbot", "start"] and "--no-run" not in words
    )


def test_the_commands_of_the_readme_run_one_after_the_other(tmp_path):
    env = environment(LABELBOT_LISTEN=f"127.0.0.1:{free_port()}")
    (tmp_path / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    (tmp_path / "answers.csv").write_text(ANSWERS, encoding="utf-8")
    (tmp_path / "photos").mkdir()
    for name in ("cat.jpg", "fig.jpg", "two-dogs.jpg"):
        shutil.copy(ROOT / "config/samples/images" / name, tmp_path / "photos")
    given = commands(README)
    assert len(given) > 12
    for line in given:
        if line.startswith(("make ", "source ")):
            continue  # of the checkout, not of a folder of one's own: see the tests below
        if serves(line):
            with serving(line, tmp_path, env, "/join/"):
                pass
        else:
            shell(line, tmp_path, env)
    assert (tmp_path / "images.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "out/images.csv").read_text(encoding="utf-8").count("\n") == 4
    assert (tmp_path / "dataset/README.md").is_file()
    assert (tmp_path / "consensus.csv").read_text(encoding="utf-8").startswith("item,label,confidence\n1,cat,")


def test_every_target_of_make_that_is_named_exists():
    named = {found for page in PAGES for found in re.findall(r"\bmake ([a-z]+)\b", _code(page))}
    assert {"demo", "test", "lint", "docs"} <= named
    for target in named:
        shell(f"make -n {target}", ROOT, environment())


def _code(page: Path) -> str:
    """What stands in code on a page, in blocks and within lines."""
    text = page.read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def test_make_demo_in_a_fresh_copy_serves_and_prints_what_to_do_next(tmp_path):
    copy = tmp_path / "labelbot"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "labelbot-*", "__pycache__", "docs", "tests", "benchmarks")
    )
    # An environment that is made already, so that nothing is downloaded: its mark is newer than what it is made from.
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    program = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bot "$@"\n'
    for name, content in (("labelbot", program), ("python", "#!/bin/sh\nexit 1\n")):
        (venv / "bin" / name).write_text(content, encoding="utf-8")
        (venv / "bin" / name).chmod(0o755)
    (venv / ".demo").touch()
    env = environment(PYTHONPATH=str(copy))
    with serving(f"make demo VENV={venv}", copy, env, "Stop with") as said:
        shown = said()
        assert re.search(r"Open +http://127\.0\.0\.1:\d+/join/\S+", shown)
        assert f"Folder {copy}/labelbot-demo" in shown
        assert shown.count(" items") == 8
        for command in ("report", "export"):
            (line,) = re.findall(rf"^ +(LABELBOT_HOME=.* {command} .*)$", shown, re.MULTILINE)
            shell(line, tmp_path, env)
    assert (tmp_path / "sentiment.csv").is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, heading = target.partition("#")
        found = page.parent / path if path else page
        assert found.exists(), target
        if heading:
            assert heading in _headings(found), target


def _headings(page: Path) -> set[str]:
    lines = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_commands_of_every_page_are_understood(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in commands(page):
        for part in re.split(r"[|;&>]", line):
            words = shlex.split(part, comments=True)
            if words[:1] == ["labelbot"] and len(words) > 1:
                _understood(words[1:])


def _understood(words: list[str]) -> None:
    """The command exists and takes these arguments; files it wants are there."""
    for word in words[1:]:
        if re.fullmatch(r"[\w-]+\.(toml|csv|jsonl|png)", word):
            Path(word).touch()
    context = click.Context(labelbot, info_name="labelbot")
    command = labelbot.get_command(context, words[0])
    assert command is not None, words
    command.make_context(words[0], words[1:], parent=context)


def projects_in(page: Path) -> Iterator[str]:
    """Project files on a page; a part of one is completed by the shortest."""
    for block in blocks(page, "toml"):
        yield block if re.search(r"^name = ", block, re.MULTILINE) else SHORTEST + block


TOML_PAGES = [page for page in PAGES if blocks(page, "toml")]


@pytest.mark.parametrize("page", TOML_PAGES, ids=lambda page: page.name)
def test_project_files_shown_are_project_files(page):
    options = {name: each.OPTIONS for name, each in LABEL_TYPES.items()}
    for text in projects_in(page):
        parse(text, page.name, types=LABEL_TYPES, options=options, check=lambda q: LABEL_TYPES[q.type].check(q))


def test_every_key_of_a_project_file_is_shown_in_its_page():
    page = ROOT / "docs/project-file.md"
    shown: set[str] = set()
    for block in blocks(page, "toml"):
        shown |= _keys(tomllib.loads(block))
    assert known_keys() <= shown


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(each) for each in value.values()))
    return set().union(*(_keys(each) for each in value)) if isinstance(value, list) else set()


def known_keys() -> set[str]:
    """What the program takes, as it tells somebody who asks for a key that no file has."""
    from bot import projectfile

    listed = (
        projectfile._PROJECT_KEYS,
        projectfile._SINGLE_KEYS,
        projectfile._QUESTION_KEYS,
        projectfile._LABEL_KEYS,
        projectfile._SUMMARY_KEYS,
        projectfile._REVIEW_KEYS,
        *(each.OPTIONS for each in LABEL_TYPES.values()),
    )
    return {key for keys in listed for key in keys}


def test_a_key_that_no_page_could_show_is_refused():
    with pytest.raises(BadProjectFile):
        parse(SHORTEST + "nothing = 1\n", types=LABEL_TYPES)


def test_every_command_word_setting_type_template_format_and_column_is_named():
    written = "\n".join(page.read_text(encoding="utf-8") for page in PAGES if page.name != "reference.md")
    for command in COMMANDS:
        assert re.search(rf"labelbot {command}\b|make {command}\b", written), command
    for name in (*(variable for _, variable, _, _ in variables()), *LABEL_TYPES, *FORMATS, *ROLES):
        assert f"`{name}`" in written, name
    for word in SPOKEN.keys() - {"start"}:  # which nobody types: Telegram has a button for it
        assert re.search(rf"(`/|/label |`){word}\b", written), word
    shown = README.read_text(encoding="utf-8")
    assert all(name in written for name in templates())
    assert all(f"`{name}`" in shown for name in (*LABEL_TYPES, *FORMATS))


def test_the_reference_is_what_the_program_says():
    done = subprocess.run(
        [sys.executable, "docs/reference.py", "--check"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_pictures_are_small():
    pictures = list((ROOT / "docs/images").glob("*.png"))
    assert sum(path.stat().st_size for path in pictures) <= 700_000
    assert {path.name for path in pictures} == set(re.findall(r"docs/images/([\w-]+\.png)", README.read_text("utf-8")))


@contextmanager
def followed(page: Path, folder: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Does what a page says up to its invite, with the .env it shows; gives what `labelbot invite` printed."""
    (folder / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    (folder / ".env").write_text(blocks(page, "text")[0], encoding="utf-8")
    given = commands(page)
    upto = next(index for index, line in enumerate(given) if line.startswith("labelbot invite"))
    start = given.index("labelbot run")
    for line in given[:start]:
        shell(line, folder, env)
    with serving(given[start], folder, env):
        for line in given[start + 1 : upto]:
            shell(line, folder, env)
        yield wait(lambda: _invite(given[upto], folder, env), 20)


def _invite(line: str, folder: Path, env: Mapping[str, str]) -> str:
    """Once the program has learnt what its bot is called; until then it has no link."""
    printed = shell(line, folder, env)
    return "" if "send the bot" in printed else printed


def test_following_the_page_on_telegram_ends_in_a_card(tmp_path):
    page = ROOT / "docs/telegram.md"
    token = blocks(page, "text")[0].partition("=")[2].strip()
    with FakeTelegram(token) as telegram:
        env = environment(LABELBOT_LISTEN=f"127.0.0.1:{free_port()}", TELEGRAM_API_URL=telegram.url)
        with followed(page, tmp_path, env) as printed:
            link = re.search(rf"telegram: https://t\.me/{telegram.username}\?start=(\S+)", printed)
            assert link, printed
            anna = telegram.user("Anna")
            anna.start(link[1])
            telegram.wait(lambda: any(message.buttons for message in anna.chat.from_bot))
            anna.press("positive")
            telegram.wait(lambda: "2 / 3" in str(anna.chat))


def test_following_the_page_on_slack_ends_in_a_card(tmp_path):
    page = ROOT / "docs/slack.md"
    tokens = dict(line.split("=") for line in blocks(page, "text")[0].split())
    with FakeSlack(tokens["SLACK_BOT_TOKEN"], tokens["SLACK_APP_TOKEN"], scopes=manifest_scopes()) as slack:
        slack.use_socket_mode()
        env = environment(LABELBOT_LISTEN=f"127.0.0.1:{free_port()}", SLACK_API_URL=f"{slack.url}/api/")
        with followed(page, tmp_path, env) as printed:
            typed = re.search(r"slack: type: (/label) (join \S+)", printed)
            assert typed, printed
            bo = slack.user("Bo")
            wait(lambda: slack.sockets)
            bo.command(typed[1], typed[2])
            wait(lambda: "positive" in str(bo.dm), 10, lambda: str(bo.dm))
            bo.press("positive")
            wait(lambda: "2 / 3" in str(bo.dm), 10, lambda: str(bo.dm))


def manifest_scopes() -> list[str]:
    import yaml

    manifest = yaml.safe_load((ROOT / "config/slack-manifest.yaml").read_text(encoding="utf-8"))
    scopes: list[str] = manifest["oauth_config"]["scopes"]["bot"]
    return scopes
