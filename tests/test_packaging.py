"""What is installed: the wheel holds the program and nothing else, starts quickly, and shares its names with nobody."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.running import ROOT

NAMES = ("bot", "config", "storage")
LATER = ("numpy", "PIL", "matplotlib", "alembic", "telegram", "slack_bolt", "slack_sdk", "pyarrow", "uvicorn")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """Built as pip builds it, from what is there, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    how = ("--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
    command = [sys.executable, "-m", "pip", "wheel", *how, "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def contents(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_exactly_the_program(wheel):
    assert {name.partition("/")[0] for name in contents(wheel)} == set(NAMES)
    tracked = {
        path.relative_to(ROOT).as_posix()
        for name in NAMES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert contents(wheel) == tracked


@pytest.mark.parametrize(
    "kind",
    [
        "bot/web/static/*.js",
        "bot/web/static/*.css",
        "bot/web/templates/*.html",
        "config/projects/*.toml",
        "config/samples/*/items.jsonl",
        "config/samples/images/*.jpg",
        "config/samples/transcripts/*.mp3",
        "storage/migrations/env.py",
        "storage/migrations/versions/*.py",
    ],
)
def test_what_the_program_reads_at_run_time_is_in_the_wheel(wheel, kind):
    assert any(Path(name).match(kind) for name in contents(wheel))


def test_the_wheel_names_one_command_and_its_licence(wheel):
    about = {name.rpartition("/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert wheel.read(about["entry_points.txt"]).decode().split() == [
        "[console_scripts]",
        "labelbot",
        "=",
        "bot.__main__:main",
    ]
    assert "LICENSE" in about


def test_the_program_runs_from_its_wheel(wheel, tmp_path):
    wheel.extractall(tmp_path / "installed")
    for arguments in (("new", "sentiment"), ("apply", "sentiment.toml"), ("import", "sentiment", "one.txt")):
        (tmp_path / "one.txt").write_text("It works.\n", encoding="utf-8")
        done = started("-m", "bot", *arguments, folder=tmp_path, path=tmp_path / "installed")
        assert done.returncode == 0, done.stderr


def started(*arguments: str, folder: Path, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Python with the packages at `path` before all others."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(path), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", NAMES)
def test_our_names_belong_to_us_alone(name):
    """Another distribution with a package of one of these names would overwrite files of ours."""
    assert set(packages_distributions().get(name, ["labelbot"])) == {"labelbot"}


def test_python_m_bot_works_from_a_checkout(tmp_path):
    done = started("-m", "bot", "--help", folder=tmp_path)
    assert done.returncode == 0
    assert "labelbot demo" in done.stdout


def test_help_loads_no_heavy_library(tmp_path):
    """A command line that answers late is one that is not asked."""
    program = (
        "import sys\n"
        "from bot.cli import labelbot\n"
        "labelbot.main(['--help'], standalone_mode=False)\n"
        f"sys.exit(', '.join(name for name in {LATER!r} if name in sys.modules))\n"
    )
    done = started("-c", program, folder=tmp_path)
    assert "Commands:" in done.stdout
    assert done.stderr.strip() == ""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with what make reads, beside a Python without the venv module; it knows its version all the same."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    script(tmp_path / "python", f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "make", "touch", "mkdir", "cat"):
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}", encoding="utf-8")
    path.chmod(0o755)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """With the commands of `folder`/bin alone."""
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={"PATH": str(folder / "bin")},
        executable=shutil.which("make"),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_missing_venv_module_is_met_with_the_one_package_to_install(bare):
    done = make(bare, "demo", "PYTHON=./python")
    assert done.returncode != 0
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"apt install python{version}-venv" in done.stdout
    assert not (bare / ".venv").exists()


def test_a_missing_venv_module_is_met_with_uv_where_there_is_one(bare):
    script(bare / "bin/uv", 'echo "uv $*" > uv.log\n')
    assert make(bare, ".venv/bin/python", "PYTHON=./python").returncode == 0
    assert (bare / "uv.log").read_text() == "uv venv --seed --python ./python .venv\n"


def test_without_a_python_make_says_which_one_is_needed(bare):
    done = make(bare, "demo")
    assert done.returncode != 0
    assert "Python 3.11 or newer" in done.stdout


def test_the_script_of_ci_is_sound_and_runs_what_the_readme_names():
    subprocess.run(["bash", "-n", str(ROOT / ".ci/run")], check=True)
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make lint", "make test"]
    assert lines[-1] == "make test"
