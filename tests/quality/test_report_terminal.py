"""The table of people in terminals of different widths."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.quality.pairs import Alike
from bot.quality.report import Accuracy
from bot.report_terminal import terminal
from tests.quality.test_report import simple

SHARE = Alike(0.5, 40, 0.3, 0.75)
GOLD = Accuracy(15, 12, 0.8)


@pytest.fixture
def people(database):
    """Makes the first lines of the table of one person, its heading first."""
    report = simple(database, [["positive", "negative"]] * 6)

    def lines(width, name, **figures):
        one = replace(report.people[0], name=name, role="reviewer", alike=SHARE, skill=SHARE, **figures)
        out = io.StringIO()
        terminal(replace(report, people=(one,)), Console(file=out, width=width), "en")
        told = out.getvalue().splitlines()
        start = next(place for place, line in enumerate(told) if line.startswith("person"))
        return [*told[start:], ""][:3]

    return lines


@pytest.mark.parametrize("name", ["Bo", "Wilhelmina Fotheringham"])
def test_at_eighty_columns_a_person_is_a_line_with_gold_too(people, name):
    heading, line, after = people(80, name, gold=GOLD)
    assert (heading.split()[-1], line.split()[-1]) == ("gold", "12/15")
    assert line.count("50 %") == 2
    assert "50 % (30 to 75 %)" in line
    assert line.startswith(name[:10])
    assert not after.strip()


def test_intervals_go_where_names_would(people):
    figures = {"gold": GOLD, "skips": 3, "flags": 1, "late": 2}
    heading, line, after = people(80, "Wilhelmina Fotheringham", **figures)
    assert (heading.split()[-1], line.split()[-1]) == ("late", "2")
    assert line.count("50 %") == 2
    assert "(" not in line
    assert not after.strip()
    _, wide, _ = people(140, "Wilhelmina Fotheringham", **figures)
    assert wide.count("50 % (30 to 75 %)") == 2
    assert wide.startswith("Wilhelmina Fotheringham ")
