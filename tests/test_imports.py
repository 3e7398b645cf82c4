"""Who may import whom: the shape of the program, kept by a test. Imports inside functions and for types count too."""

import ast
import fnmatch
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("bot", "storage", "config")

CORE = (
    "bot.app",
    "bot.turn",
    "bot.face",
    "bot.serving",
    "bot.presses",
    "bot.marking",
    "bot.replies",
    "bot.doors",
    "bot.letters",
    "bot.notify",
    "bot.schedule",
)
PURE = (
    "bot.labels*",
    "bot.wording*",
    "bot.backoff",
    "bot.characters",
    "bot.chat",
    "bot.buttons",
    "bot.draft",
    "bot.judged",
    "bot.links",
    "bot.payload",
    "bot.project",
    "bot.quality.measures",
    "bot.quality.parts",
    "bot.quality.consensus",
    "bot.quality.rover",
    "bot.quality.tokens",
    "bot.quality.values",
)
WIRING = ("bot.bootstrap", "bot.platforms", "bot.cli*", "bot.demo", "bot.__main__")
LIBRARIES = ("telegram*", "slack_bolt*", "slack_sdk*", "aiohttp*", "starlette*", "uvicorn*", "httpx*")
IMPURE = (*LIBRARIES, "sqlalchemy*", "asyncio*", "socket*", "urllib*", "os", "time", "storage*", "config*")
SQL_NAMES = {"Connection", "make_url", "OperationalError", "SQLAlchemyError"}
"""What may be named of the database's library outside storage: types to hand over and errors to tell, no statements."""


def modules() -> Iterator[tuple[str, Path]]:
    for package in OURS:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


EVERY = dict(modules())


def imported(path: Path) -> set[str]:
    """Full names of all that a file imports: of `from a import b` both `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def like(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def of(*patterns: str) -> list[str]:
    found = [name for name in EVERY if like(name, patterns)]
    assert found, f"no module is like {patterns}"
    return found


def offending(names: list[str], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{name} imports {one}"
        for name in names
        for one in sorted(imported(EVERY[name]))
        if like(one, forbidden) and not like(one, but)
    ]


@pytest.mark.parametrize("package", ["storage", "config"])
def test_storage_and_settings_import_nothing_of_ours(package):
    others = tuple(f"{one}*" for one in OURS if one != package)
    assert offending(of(f"{package}*"), *others) == []


def test_labels_measures_and_the_port_are_pure():
    assert offending(of(*PURE), *IMPURE) == []
    assert offending(of("bot.media*"), "storage*", "config*", *LIBRARIES) == []


def test_pure_modules_import_only_pure_modules_of_ours():
    assert offending(of(*PURE), "bot.*", but=(*PURE, *(f"{name}.*" for name in PURE))) == []


def test_the_core_knows_no_platform_no_network_and_no_settings():
    assert offending(of(*CORE), *LIBRARIES, "asyncio*", "bot.chats*", "bot.web*", "config*", "sqlalchemy*") == []


def test_the_core_reads_no_clock():
    assert offending(of(*CORE), "time", "time.*") == []
    for name in of(*CORE, *PURE):
        assert "datetime.now(" not in EVERY[name].read_text(), name


@pytest.mark.parametrize("platform", ["telegram", "slack", "browser"])
def test_an_adapter_imports_the_port_and_its_own(platform):
    names = of(f"bot.chats.{platform}*")
    web = ("bot.web.*",) if platform == "browser" else ()
    ours = ("bot.backoff*", "bot.characters*", "bot.chats.clock*", "bot.chat", "bot.chat.*", "bot.chats")
    mine = (*ours, f"bot.chats.{platform}*", *web)
    assert offending(names, "bot.*", "storage*", "config*", but=mine) == []


@pytest.mark.parametrize(
    ("library", "where"), [("telegram", "telegram"), ("slack_bolt", "slack"), ("slack_sdk", "slack")]
)
def test_a_platforms_library_is_imported_by_its_adapter_only(library, where):
    others = [name for name in EVERY if not like(name, (f"bot.chats.{where}*",))]
    assert offending(others, library, f"{library}.*") == []


def test_settings_are_read_where_the_program_is_wired():
    others = [name for name in EVERY if not like(name, (*WIRING, "config*"))]
    assert offending(others, "config*") == []


def test_only_storage_builds_statements():
    others = [name for name in EVERY if not like(name, ("storage*",))]
    allowed = ("sqlalchemy", "sqlalchemy.exc", "sqlalchemy.engine", *(f"sqlalchemy*.{name}" for name in SQL_NAMES))
    assert offending(others, "sqlalchemy*", "alembic*", "psycopg*", "sqlite3*", but=allowed) == []


def test_reports_and_exchange_are_used_by_commands_and_workers_only():
    users = (*WIRING, "bot.summaries", "bot.exchange*", "bot.quality*", "bot.report_terminal")
    others = [name for name in EVERY if not like(name, users)]
    assert offending(others, "bot.exchange*", "bot.quality.report*", "bot.quality.telling*", "bot.quality.chart*") == []


def test_no_platform_is_named_outside_its_adapter():
    """A platform's limits never surface as a condition on its name."""
    for name in of(*CORE, *PURE, "storage*"):
        for node in ast.walk(ast.parse(EVERY[name].read_text())):
            if isinstance(node, ast.Compare):
                compared = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                assert not {"telegram", "slack", "browser"} & {one for one in compared if isinstance(one, str)}, name


def test_an_import_of_the_core_loads_no_platform_and_nothing_heavy():
    import subprocess

    heavy = ["telegram", "slack_bolt", "slack_sdk", "aiohttp", "starlette", "alembic"]
    heavy += ["numpy", "scipy", "PIL", "matplotlib", "pyarrow", "croniter"]
    code = f"import sys, bot.app, storage.sqlite; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
