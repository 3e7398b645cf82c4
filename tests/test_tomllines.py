"""Every key of a TOML file has the line that an editor shows."""

import tomllib

import pytest

from bot.tomllines import key_lines
from tests.test_projectfile import REVIEWS, TICKETS

NASTY = (
    r'''# a comment with [brackets] = "and quotes"
"quoted key" = "a # b ] }" # tail
a.b."c.d" = 1
'lit'  =  'C:\[x]'
multi = """
[not.a.table]
x = 1 \""" still"""
quotes = """"four""""
raw = '''
    "'''"
    r"""[[no]]
"""
    "'''"
    r'''
list = [ # why
  1, [2, 3], "]",   # ] here
  { x = 1, y = [ "}" ] },
  1979-05-27 07:32:00, """
  """, -inf,
]
[ t . "u v" ]
k = {a.b = 1, "c" = {}}
[[arr]]
[[arr.in]]
z = 1
[[arr.in]]
z = 2
[arr.sub]
w = 3
[[arr]]
[[arr.in]]
z = 4
'''
)


def paths(value, path=()):
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize("text", [NASTY, TICKETS, REVIEWS])
def test_every_key_of_a_file_has_a_line_and_no_other_has(text):
    assert set(key_lines(text)) == set(paths(tomllib.loads(text)))


def test_lines_are_those_an_editor_shows():
    lines, shown = key_lines(NASTY), NASTY.splitlines()
    for path, text in {
        ("quoted key",): '"quoted key"',
        ("a", "b", "c.d"): "a.b.",
        ("quotes",): "quotes",
        ("list", 1, 1): "  1, [2, 3]",
        ("list", 3, "y", 0): "  { x = 1",
        ("list", 5): "  1979",
        ("list", 6): '  """, -inf',
        ("t", "u v", "k", "a", "b"): "k = ",
        ("arr", 0, "in", 1, "z"): "z = 2",
        ("arr", 0, "sub", "w"): "w = 3",
        ("arr", 1, "in", 0, "z"): "z = 4",
    }.items():
        assert shown[lines[path] - 1].startswith(text)
