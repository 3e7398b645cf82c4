import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.files import Files, NoSuchFile


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path / "media")


def _all(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_put_is_found_under_its_hash(files):
    sha = files.put(b"a picture")

    assert sha == hashlib.sha256(b"a picture").hexdigest()
    with files.open(sha) as file:
        assert file.read() == b"a picture"
    assert files.path(sha).read_bytes() == b"a picture"
    assert files.size(sha) == 9


def test_the_same_content_is_kept_once_and_not_written_again(files, tmp_path):
    sha = files.put(b"same")
    written = files.path(sha).stat().st_ino

    assert files.put(b"same") == sha
    assert files.path(sha).stat().st_ino == written
    assert _all(tmp_path) == [files.path(sha)]


def test_nothing_is_a_file_too(files):
    assert files.size(files.put(b"")) == 0


def test_files_are_spread_over_folders(files):
    sha = files.put(b"x")

    assert files.path(sha).parent.name == sha[:2]


def test_a_deleted_file_is_gone_and_can_come_again(files):
    sha = files.put(b"forget me")

    assert files.delete(sha) is True
    assert files.delete(sha) is False
    for ask in (files.open, files.path, files.size):
        with pytest.raises(NoSuchFile):
            ask(sha)
    assert files.put(b"forget me") == sha
    assert files.size(sha) == 9


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "/etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n",
             "../" + "a" * 61, "a" * 62 + "/.", "a\0" * 32, "１" * 64]
)  # fmt: skip
def test_anything_but_a_hash_is_refused(files, name):
    for ask in (files.open, files.path, files.size, files.delete):
        with pytest.raises(ValueError, match="64 lower-case hexadecimal digits"):
            ask(name)


def test_many_writers_of_the_same_content_leave_one_whole_file(files, tmp_path):
    content = os.urandom(300_000)
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(files.put, [content] * 24))

    assert len(hashes) == 1
    assert [path.read_bytes() for path in _all(tmp_path)] == [content]


def test_a_disk_that_is_full_leaves_nothing_half_written(tmp_path):
    """The size of a file is limited in a child process; what it could write must not be found afterwards."""
    import subprocess
    import sys

    program = (
        "import resource, signal, sys, pathlib; from storage.files import Files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: Files(pathlib.Path(sys.argv[1])).put(bytes(200_000))\n"
        "except OSError: sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "media"], check=False)

    assert done.returncode == 7
    assert _all(tmp_path) == []


def test_a_file_the_disk_cut_short_is_written_again(files):
    sha = files.put(b"a whole file")
    files.path(sha).chmod(0o600)
    files.path(sha).write_bytes(b"a wh")

    files.put(b"a whole file")

    assert files.path(sha).read_bytes() == b"a whole file"


def test_only_the_owner_may_read(files):
    assert stat.S_IMODE(files.path(files.put(b"private")).stat().st_mode) == 0o600


def test_what_a_killed_process_left_is_swept(files, tmp_path):
    sha = files.put(b"kept")
    left = tmp_path / "media" / "arriving" / "tmpabc"
    left.write_bytes(b"half")

    assert files.sweep() == 0
    assert left.exists()
    assert files.sweep(older_than_seconds=0) == 1
    assert _all(tmp_path) == [files.path(sha)]


def test_sweeping_before_the_first_file_finds_nothing(files):
    assert files.sweep() == 0
