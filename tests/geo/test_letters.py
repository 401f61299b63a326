from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geo.letters import fold, fold_letter, read_letter
from layers.articles.wording.text import Text


@given(st.text())
def test_names_are_folded_as_texts_are(name: str) -> None:
    assert fold(name) == " ".join(Text.of(name).folded.split())


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.characters())
def test_a_folded_letter_is_one_letter(letter: str) -> None:
    assert all(len(fold_letter(each)) == 1 for each in read_letter(letter))
