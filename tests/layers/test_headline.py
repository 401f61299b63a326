"""The title of a release says how many articles it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.vocabulary import LANGUAGES
from layers.headline import ARTICLES, headline

if TYPE_CHECKING:
    from layers.release import Release

TEMPLATES = dict.fromkeys(LANGUAGES, f"… {ARTICLES}")


@pytest.mark.parametrize(
    ("articles", "lang", "said"),
    [
        (1, "en", "one article"),
        (2, "en", "two articles"),
        (11, "en", "11 articles"),
        (1, "ru", "одной статье"),
        (2, "ru", "двум статьям"),
        (11, "ru", "11 статьям"),
        (21, "ru", "21 статье"),
        (111, "ru", "111 статьям"),
        (12, "fa", "۱۲ مقاله"),
        (12, "kk", "12 мақала"),
        (0, "en", "articles"),
    ],
)
def test_the_number_has_its_noun(articles: int, lang: str, said: str) -> None:
    assert headline(TEMPLATES, articles)[lang] == f"… {said}"


@given(st.integers(0, 100_000))
def test_no_language_is_left_with_the_placeholder(articles: int) -> None:
    assert all(text and ARTICLES not in text for text in headline(TEMPLATES, articles).values())


def test_a_title_without_the_placeholder_stays_as_it_is() -> None:
    assert headline({"en": "A map of {things}"}, 3) == {"en": "A map of {things}"}


def test_a_title_that_begins_with_the_number_begins_with_a_capital() -> None:
    assert headline({"kk": "{articles} бойынша"}, 2) == {"kk": "Екі мақала бойынша"}


def test_a_release_is_titled_by_what_it_holds(release: Release) -> None:
    assert len(release.records("articles")) == 2
    assert "two articles" in release.receipt["title"]["en"]
