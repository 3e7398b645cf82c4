"""Commands in a folder of the test's own, with and without a project there."""

import contextlib
import io
import shutil
import sys
from pathlib import Path

import pytest

from bot.cli import main
from config.settings import variables
from tests.cli.commands import REVIEWS, Labelbot, Said


def alone(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """In that folder, without settings from outside."""
    monkeypatch.chdir(folder)
    for _, variable, _, _ in variables():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def labelbot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Labelbot:
    """Runs a command in a folder of the test's own."""
    alone(monkeypatch, tmp_path)

    def command(*arguments: str, **settings: str) -> Said:
        with monkeypatch.context() as here:
            here.setattr(sys, "argv", ["labelbot", *arguments])
            for name, value in settings.items():
                here.setenv(name, value)
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Said(int(ended.value.code or 0), out, err)

    return command


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project of three items, made once: migrations take longer than most commands."""
    folder = tmp_path_factory.mktemp("begun")
    (folder / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as here, contextlib.redirect_stdout(io.StringIO()):
        alone(here, folder)
        here.setattr(sys, "argv", ["labelbot", "start", "reviews.csv", "--labels", "A,B", "--no-run"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    return folder


@pytest.fixture
def reviews(labelbot: Labelbot, begun: Path, tmp_path: Path) -> Labelbot:
    """With a project of three items."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return labelbot
