"""Texts cut into tokens, and spans as tags of them: whatever the text, nothing of it is lost."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from bot.exchange.spans import iob
from bot.exchange.spans.names import Names
from bot.exchange.spans.tokens import sentences, tokens
from bot.exchange.writers.docbin import pieces

SIGNS = st.sampled_from(
    [
        *(*"aB1.'-, \n\r\t_", "\r\n", "e\u0301", "\u0301", "\u200d", "\u200b", "\u00a0", "\u2028", "\x1f", "\0"),
        *("👩\u200d👧", "🇩🇪", "👋🏽", "東", "京", "。", "ש", "ל\u05b8", "ก", "\u0e31", "İ", "한"),
    ]
)


@st.composite
def marked(draw):
    """A text and spans of it, whatever they cut apart."""
    text = "".join(draw(st.lists(SIGNS, max_size=30)))
    places = st.integers(0, len(text))
    found = draw(st.lists(st.tuples(places, places, st.sampled_from(["A", "B"])), max_size=6))
    return text, sorted({iob.Span(start, end, name) for start, end, name in found if start < end})


@given(marked())
def test_tokens_hold_every_sign_but_white_space_and_end_where_spans_do(case):
    text, spans = case
    cuts = {place for one in spans for place in one[:2]}
    found = tokens(text, cuts)
    assert "".join(text[one.start : one.end] for one in found) == "".join(text.split())
    assert all(len(text[one.start : one.end].split()) == 1 for one in found)
    assert not [one for one in found for cut in cuts if one.start < cut < one.end]
    parted = sentences(text, found, [one[:2] for one in spans])
    assert [token for sentence in parted for token in sentence] == found
    borders = [(one[-1].end, other[0].start) for one, other in pairwise(parted)]
    assert not [1 for end, start in borders for span in spans if span.start < end and span.end > start]


@given(marked())
def test_what_spans_become_as_tags_is_read_as_the_same_spans(case):
    text, spans = case
    kept, left = iob.apart({one for span in spans if (one := iob.trimmed(text, span))})
    assert not [1 for one in kept for other in kept if one != other and one.start < other.end and other.start < one.end]
    found = tokens(text, (place for one in kept for place in one[:2]))
    tags = iob.tags(found, kept)
    assert iob.tagged(found, tags) == kept
    assert len(kept) + len(left) == len({iob.trimmed(text, span) for span in spans} - {None})


@given(marked())
@example(("aaa ", [iob.Span(0, 4, "A")]))
def test_the_words_of_a_docbin_are_the_text_again(case):
    text, spans = case
    words, spaces, places = pieces(text, spans)
    assert "".join(word + " " * space for word, space in zip(words, spaces, strict=True)) == text
    assert [text[start:end] for start, end in places] == words
    starts, ends = {start for start, _ in places}, {end for _, end in places}
    assert all(one.start in starts and one.end in ends for one in spans)


def test_words_are_what_readers_of_conll_expect():
    def cut(text):
        return [[text[one.start : one.end] for one in sentence] for sentence in sentences(text, tokens(text), ())]

    assert cut("Mr. O'Neil paid 3.50 $, e.g. in St. Louis. He left!") == [
        ["Mr", ".", "O'Neil", "paid", "3.50", "$", ",", "e.g", ".", "in", "St", ".", "Louis", "."], ["He", "left", "!"],
    ]  # fmt: skip
    assert cut("東京に。犬") == [["東", "京", "に", "。"], ["犬"]]
    assert cut("👩‍👩‍👧🇩🇪🇫🇷 a\u0301b") == [["👩‍👩‍👧", "🇩🇪", "🇫🇷", "a\u0301b"]]


def test_no_two_names_become_one_and_each_is_found_again():
    names = Names(["a b", "a_b", "a\tb", " "])
    made = [names(name) for name in ("a b", "a_b", "a\tb", " ", "new one")]
    assert made == ["a_b_2", "a_b", "a_b_3", "_", "new_one"]
    assert [names.back(one) for one in made] == ["a b", "a_b", "a\tb", " ", "new one"]
