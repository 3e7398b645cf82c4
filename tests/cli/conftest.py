"""Commands in a folder of the test's own, with and without a project there."""

import sys
from pathlib import Path

import pytest

from bot.cli import main
from config.settings import variables
from tests.cli.commands import REVIEWS, Labelbot, Said


@pytest.fixture
def labelbot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Labelbot:
    """Runs a command in a folder of the test's own, without settings from outside."""
    monkeypatch.chdir(tmp_path)
    for _, variable, _, _ in variables():
        monkeypatch.delenv(variable, raising=False)

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


@pytest.fixture
def reviews(labelbot: Labelbot) -> Labelbot:
    """With a project of three items."""
    Path("reviews.csv").write_text(REVIEWS, encoding="utf-8")
    assert labelbot("start", "reviews.csv", "--labels", "A,B", "--no-run").code == 0
    return labelbot
