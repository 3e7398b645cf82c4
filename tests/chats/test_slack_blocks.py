"""Whatever a message holds, its blocks are ones Slack takes, and its words arrive unchanged."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.characters import cut, units
from bot.chat import Button, Form, FormField, Message, Part, Row, Style
from bot.chats.slack_blocks import message_blocks, modal, remains_blocks, shown_kind, text_blocks
from bot.chats.slack_text import clean, escape, fallback, typed, unescape
from tests.fakes.slack_blocks import message_complaints, view_complaints
from tests.fakes.slack_text import parse, shown
from tests.fakes.slack_text import typed as as_slack_sends

STYLES: tuple[Style, ...] = ("plain", "bold", "italic", "quote", "code", "strike", "quiet")
MARKUP = st.text(alphabet="<>&!@#*_~`|:[](){}\\\"'/ \nabc😀é\u202e\u200b\0", max_size=60)
ANYTHING = st.one_of(MARKUP, st.text(alphabet=st.characters(), max_size=200))
PARTS = st.lists(st.builds(Part, ANYTHING, st.sampled_from(STYLES)), max_size=40).map(tuple)
BUTTONS = st.builds(
    Button,
    title=ANYTHING,
    data=st.text(alphabet="abc:0", min_size=1, max_size=64),
    tone=st.sampled_from(("plain", "main", "quiet", "danger")),
    spoken=ANYTHING,
)
ROWS = st.lists(st.lists(BUTTONS, min_size=1, max_size=30).map(tuple), max_size=60).map(tuple)


def known(file: str) -> str:
    return "image/png"


@settings(max_examples=150, deadline=None)
@given(PARTS, ROWS)
def test_every_message_is_one_slack_takes(text: tuple[Part, ...], rows: tuple[Row, ...]) -> None:
    message = Message(text=text, buttons=rows, remains=text, remains_buttons=rows)
    for words, blocks in (message_blocks(message, {}), remains_blocks(message)):
        assert message_complaints(blocks, known) == []
        assert words
        assert len(escape(words).encode()) <= 4000
        found = parse(words)
        assert (found.mentions, found.links) == ([], [])


@settings(max_examples=200, deadline=None)
@given(MARKUP, st.sampled_from(STYLES))
def test_words_arrive_unchanged(text: str, style: Style) -> None:
    blocks = text_blocks((Part(text, style),))
    assert shown(blocks).strip("\n") == (clean(text).strip("\n") if text.strip() else "")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="a 😀<&", max_size=20_000), st.integers(1, 5000))
def test_a_clipped_text_fits_and_says_so(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert units(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert len(fallback(text).encode()) <= 3000


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0@"), min_size=1, max_size=80))
def test_what_people_type_is_read_as_they_typed_it(text: str) -> None:
    _, blocks = as_slack_sends(text, {})
    assert typed({"blocks": blocks}).replace("\ufe0f", "") == text.replace("\ufe0f", "")
    assert unescape(escape(text)) == text


def test_typed_lists_quotes_and_names_become_lines() -> None:
    def section(*leaves: dict[str, str], kind: str = "rich_text_section") -> dict[str, object]:
        return {"type": kind, "elements": list(leaves)}

    one, two = section({"type": "text", "text": "one"}), section({"type": "text", "text": "two"})
    elements = [
        section({"type": "text", "text": "first\n"}),
        {"type": "rich_text_list", "elements": [one, two]},
        section({"type": "user", "user_id": "U7"}, {"type": "text", "text": " said"}, kind="rich_text_quote"),
        section({"type": "emoji", "name": "shipit"}, {"type": "emoji", "name": "+1", "unicode": "1f44d-1f3fb"}),
        section({"type": "broadcast", "range": "here"}, {"type": "channel", "channel_id": "C1"}),
    ]
    message = {"blocks": [{"type": "rich_text", "elements": elements}]}
    assert typed(message) == "first\none\ntwo\n@U7 said\n:shipit:👍🏻\n@here#C1"


def test_text_without_blocks_loses_only_slacks_own_marks() -> None:
    assert (
        typed({"text": "see <https://a.example/?x=1&amp;y|a.example> &lt;b&gt;"}) == "see https://a.example/?x=1&y <b>"
    )


def test_a_text_that_changes_style_all_the_time_keeps_its_words() -> None:
    text = tuple(Part(f"{i}\n", "quote" if i % 2 else "quiet") for i in range(200))
    blocks = text_blocks(text)
    assert len(blocks) == 1
    assert shown(blocks).split() == [str(i) for i in range(200)]


def test_the_kind_of_a_message_is_told_from_its_blocks() -> None:
    message = Message(text=(Part("?"),))
    assert shown_kind(message_blocks(message, {}, sound=True)[1]) == "mixed"
    assert shown_kind(message_blocks(message, {})[1]) == "text"
    assert shown_kind([{"type": "image"}]) == "image"


@settings(max_examples=100, deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING, st.integers(1, 5000))
def test_every_form_is_one_slack_takes(title: str, label: str, value: str, limit: int) -> None:
    fields = (FormField("a", label, value, long=True, limit=limit), FormField("b", label, optional=True))
    view = modal(Form(title, "n:0:note:", fields, title), "D1")
    assert view_complaints(view, known, "modal") == []
