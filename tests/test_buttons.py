"""Button data: what is packed comes back, in 64 bytes; nothing else is taken for ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import LIMIT, BadButton, Pressed, pack, unpack
from bot.turn import new_nonce

PRESSES = st.builds(
    Pressed,
    nonce=st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9_-]{16}", fullmatch=True)),
    step=st.integers(0, 10**18 - 1),
    action=st.sampled_from("abcdefghijklmnopqrstuvwxyz"),
    argument=st.from_regex(r"[!-~]{0,12}", fullmatch=True),
)


@given(PRESSES)
def test_what_is_packed_comes_back(pressed):
    data = pack(pressed)
    assert len(data.encode()) <= LIMIT
    assert unpack(data) == pressed


@given(st.text(max_size=80))
def test_anything_else_is_refused_or_would_be_packed_so(text):
    try:
        pressed = unpack(text)
    except BadButton:
        return
    assert pack(Pressed(pressed.nonce, pressed.step, pressed.action, pressed.argument))


@pytest.mark.parametrize(
    "data",
    ["", "x", "::", "n:1:a", "n:x:a:", "n:-1:a:", "n:١:a:", "n:1::", "n:1:ab:", "n:1:a:é", "n:1:a:b\n", "ń:1:a:"],
)
def test_what_we_never_make_is_refused(data):
    with pytest.raises(BadButton):
        unpack(data)


@pytest.mark.parametrize(
    "pressed",
    [
        Pressed("n" * 24, 10**17, "a", "x" * 30),
        Pressed("n", 1, "a", "two words"),
        Pressed("n", 1, "", ""),
        Pressed("n", -1, "a"),
    ],
)
def test_what_no_platform_would_carry_is_our_bug(pressed):
    with pytest.raises(ValueError, match="no platform would carry"):
        pack(pressed)


def test_a_nonce_has_96_bits_and_is_never_the_same():
    nonces = {new_nonce() for _ in range(1000)}
    assert len(nonces) == 1000
    assert {len(nonce) for nonce in nonces} == {16}
