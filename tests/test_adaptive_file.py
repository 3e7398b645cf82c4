"""`overlap` as a table: read, kept, and refused where it makes no sense."""

import pytest

from bot.project import Adaptive, Project
from bot.projectfile import BadProjectFile, parse

FILE = 'name = "p"\ntype = "choice"\nlabels = ["a", "b"]\noverlap = '


def read(overlap: str) -> Project:
    return parse(FILE + overlap, types=("choice",))


def test_a_table_is_read_and_kept():
    found = read("{min = 2, max = 6, confidence = 0.9}")
    assert (found.overlap, found.adaptive) == (2, Adaptive(2, 6, 0.9))
    assert Project.from_config(found.as_config()) == found


def test_a_number_is_no_adaptive_overlap():
    assert (read("3").overlap, read("3").adaptive) == (3, None)


@pytest.mark.parametrize("wrong", ["{min = 0}", "{min = 5, max = 3}", "{confidence = 2}", "{most = 3}", '"two"'])
def test_nonsense_is_refused(wrong):
    with pytest.raises(BadProjectFile):
        read(wrong)
