"""Text and buttons in Telegram's terms: UTF-16 offsets, limits, nothing that may be refused."""

from hypothesis import given
from hypothesis import strategies as st

from bot.characters import MARK, cut, storable, units
from bot.chat import Button, Part, Style
from bot.chats.telegram_keyboard import keyboard
from bot.chats.telegram_text import length, render

STYLES: list[Style] = ["plain", "bold", "italic", "quote", "code", "strike", "quiet"]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates among them
PARTS = st.lists(st.builds(Part, ANY_TEXT, st.sampled_from(STYLES)), max_size=12).map(tuple)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def marked(rendered: tuple[str, list[dict[str, object]]]) -> list[str]:
    """What the entities of a rendered text cover."""
    text, entities = rendered
    return [utf16(text)[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le") for e in entities]


def test_entities_count_in_utf16() -> None:
    text = (Part("😀 hi "), Part("bold👍🏽", "bold"), Part(" then "), Part("код", "code"))
    rendered = render(text, 4096)
    assert rendered[0] == "😀 hi bold👍🏽 then код"
    assert marked(rendered) == ["bold👍🏽", "код"]
    assert [entity["type"] for entity in rendered[1]] == ["bold", "code"]


def test_every_style_has_an_entity() -> None:
    text = tuple(Part("x", style) for style in STYLES)
    kinds = [entity["type"] for entity in render(text, 4096)[1]]
    assert kinds == ["bold", "italic", "blockquote", "code", "strikethrough", "italic"]


@given(PARTS, st.integers(2, 60))
def test_any_text_fits_any_limit_with_valid_entities(parts: tuple[Part, ...], limit: int) -> None:
    text, entities = render(parts, limit)
    assert text.strip()
    assert units(text) <= limit
    text.encode()
    assert "\0" not in text
    for words in marked((text, entities)):
        assert words
    assert len(entities) <= 100


@given(PARTS)
def test_text_under_the_limit_arrives_unchanged(parts: tuple[Part, ...]) -> None:
    whole = "".join(storable(part.text) for part in parts)
    assert length(parts) == units(whole)
    assert render(parts, 4096)[0] == (whole if whole.strip() else MARK)


def test_over_the_limit_the_item_gives_way_and_not_the_question() -> None:
    text, entities = render((Part("3 / 20\n", "quiet"), Part("😀" * 3000), Part("\nHow is it?", "bold")), 4096)
    assert text.startswith("3 / 20\n😀")
    assert text.endswith("😀…\nHow is it?")
    assert 4094 <= units(text) <= 4096
    assert marked((text, entities)) == ["3 / 20\n", "\nHow is it?"]


def test_thousands_of_tiny_parts_fit_too() -> None:
    text, entities = render(tuple(Part("x", "bold") for _ in range(5000)), 4096)
    assert text == "x" * 4095 + MARK
    assert len(entities) == 100


def test_a_name_calls_nobody_where_it_must_not() -> None:
    assert render((Part("ask @anna, a@b.c"),), 4096)[0] == "ask @anna, a@b.c"
    assert render((Part("ask @anna @ 5"),), 4096, mentions=False)[0] == "ask @\u2060anna @ 5"


@given(ANY_TEXT, st.integers(1, 20))
def test_cutting_leaves_a_mark_and_whole_characters(text: str, limit: int) -> None:
    text = storable(text)
    shown = cut(text, limit)
    assert units(shown) <= limit
    assert shown == text or (shown.endswith(MARK) and text.startswith(shown[:-1]))
    shown.encode()


def test_rows_are_at_most_eight_wide_and_the_last_row_survives_a_hundred() -> None:
    many = tuple(Button(str(number), f"n:0:set:{number}") for number in range(120))
    rows = keyboard((many, (Button("↩", "n:0:undo:"),)))["inline_keyboard"]
    assert max(map(len, rows)) == 8
    assert sum(map(len, rows)) <= 100
    assert rows[-1] == [{"text": "↩", "callback_data": "n:0:undo:"}]


def test_buttons_that_telegram_would_refuse_are_left_out() -> None:
    row = (
        Button("form", "n:0:form:", opens_form=True),
        Button("here", url="http://localhost:8080/x"),
        Button("nothing"),
        Button("page", url="https://example.org/x"),
        Button("a\ud800", "n:0:set:a", tone="main"),
        Button(" ", "n:0:set:b", tone="danger"),
    )
    assert keyboard((row, ()))["inline_keyboard"] == [
        [
            {"text": "page", "url": "https://example.org/x"},
            {"text": "a", "callback_data": "n:0:set:a", "style": "primary"},
            {"text": MARK, "callback_data": "n:0:set:b", "style": "danger"},
        ]
    ]
    assert keyboard(((),)) is None
