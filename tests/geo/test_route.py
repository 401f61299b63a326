from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.route import way_back

if TYPE_CHECKING:
    from random import Random

MEMBERS = {"central-asia": ("kg", "kz", "tj", "tm", "uz"), "europe": ("de", "fr")}
IDS = st.sampled_from(["af", "ru", "tj", "tj-kt", "uz", "de", "central-asia", "europe"])


@pytest.mark.parametrize(
    ("legs", "way"),
    [
        ([("af", "tj"), ("tj", "af")], ("af", "tj", "af")),
        ([("af", "af")], ("af", "af")),
        ([("af", "central-asia"), ("central-asia", "ru"), ("ru", "uz")], ("central-asia", "ru", "uz")),
        ([("tj-kt", "af"), ("af", "tj")], ("tj-kt", "af", "tj")),
        ([("af", "tj"), ("tj", "ru"), ("tj", "de"), ("de", "fr"), ("fr", "tj")], ("tj", "de", "fr", "tj")),
    ],
)
def test_a_way_back_is_found_and_shown(legs: list[tuple[str, str]], way: tuple[str, ...]) -> None:
    assert way_back(legs, MEMBERS) == way


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [("af", "central-asia"), ("central-asia", "europe"), ("central-asia", "ru")],
        # Two ways to one end are branches, and the second half of a step may be finer than the first.
        [("af", "tj"), ("af", "uz"), ("tj", "ru"), ("uz", "ru")],
        [("af", "central-asia"), ("central-asia", "uz"), ("uz", "ru")],
        [("tj-kt", "tj-su")],
    ],
)
def test_branches_and_steps_inside_an_area_are_no_way_back(legs: list[tuple[str, str]]) -> None:
    assert way_back(legs, MEMBERS) == ()


@given(st.lists(st.tuples(IDS, IDS), max_size=8), st.randoms())
def test_the_order_of_the_legs_makes_no_difference_and_the_way_is_one(
    legs: list[tuple[str, str]], random: Random
) -> None:
    way = way_back(legs, MEMBERS)
    shuffled = list(legs)
    random.shuffle(shuffled)
    assert way_back(shuffled, MEMBERS) == way
    assert set(pairwise(way)) <= set(legs)


@given(st.lists(IDS, min_size=2, max_size=6))
def test_a_chain_that_is_closed_always_has_a_way_back(ids: list[str]) -> None:
    assert way_back([*pairwise(ids), (ids[-1], ids[0])], MEMBERS)
