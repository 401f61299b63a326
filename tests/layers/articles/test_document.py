"""Documents: words, and the way from any of them back to the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.articles.wording.document import Document


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("8شورای ولایت", ["8", "شورای", "ولایت"]),
        ("ولایت1.", ["ولایت", "1", "."]),
        ("a year13 rests", ["a", "year", "13", "rests"]),
        ("Kurgan-Tyube12, 12-й", ["Kurgan-Tyube", "12", ",", "12-й"]),
        ("the 1990s", ["the", "1990s"]),
        ("o‘zbek", ["o‘zbek"]),
    ],
)
def test_words(source: str, words: list[str]) -> None:
    assert [token.text for token in Document.of(source).tokens] == words


@given(st.text(st.characters(exclude_categories=()), max_size=150))
def test_words_lead_back_to_the_source(source: str) -> None:
    document = Document.of(source)
    for token in document.tokens:
        assert document.text.reading[token.start : token.end] == token.text
        assert len(token.folded) == len(token.text)
        for start, end in document.spans(token.start, token.end):
            assert 0 <= start < end <= len(source)


@pytest.mark.parametrize("piece", ["a", "1", "۱", "a.", "- ", "ا", "\n", "A\n", "1,", "a-", "\ud800", "\0"])
def test_a_quarter_megabyte_of_anything_is_taken_apart_in_time(piece: str) -> None:
    Document.of(piece * (250_000 // len(piece)))
