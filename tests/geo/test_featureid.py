from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.featureid import integer_id


@given(st.text())
def test_an_id_is_a_javascript_integer_and_never_zero(text: str) -> None:
    number = integer_id(text)
    assert 0 < number < 2**53
    assert float(number) == number
    assert number == integer_id(text)


@pytest.mark.parametrize("text", ["", "af-tj", "душанбе", "کندز"])
def test_an_id_is_the_head_of_the_sha256_in_binary(text: str) -> None:
    bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(text.encode()).digest())
    assert integer_id(text) == int(bits[:53], 2)


def test_the_ids_of_many_features_differ() -> None:
    ids = [f"incident-{i}" for i in range(100_000)]
    assert len({integer_id(each) for each in ids}) == len(ids)
