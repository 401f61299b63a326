"""Shared keys: the pairs of articles that share rare keys are those that a comparison of all with all finds."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from layers.articles.versions import shared_keys
from layers.articles.versions.shared_keys import SharedKeys

if TYPE_CHECKING:
    import pytest

KEYS = st.frozensets(st.integers(0, 40).map(lambda key: key * 0x9E3779B97F4A7C15 % 2**64), max_size=12)
LEAST = (2, 1)


def shared(articles: list[tuple[frozenset[int], frozenset[int]]], most: int) -> list[tuple[int, int, tuple[int, ...]]]:
    keys = SharedKeys(kinds=2)
    for article, kinds in enumerate(articles):
        for kind, held in enumerate(kinds):
            keys.add(article, kind, held)
    return list(keys.pairs(most=most, least=LEAST))


def compared_with_all(
    articles: list[tuple[frozenset[int], frozenset[int]]], most: int
) -> list[tuple[int, int, tuple[int, ...]]]:
    holders = [Counter(key for kinds in articles for key in kinds[kind]) for kind in range(2)]
    found = []
    for (first, mine), (second, yours) in combinations(enumerate(articles), 2):
        counts = tuple(sum(holders[kind][key] <= most for key in mine[kind] & yours[kind]) for kind in range(2))
        if any(count >= least for count, least in zip(counts, LEAST, strict=True)):
            found.append((first, second, counts))
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(KEYS, KEYS), max_size=14), st.integers(2, 6))
def test_the_pairs_are_those_of_a_comparison_of_all_with_all(
    articles: list[tuple[frozenset[int], frozenset[int]]], most: int
) -> None:
    assert shared(articles, most) == compared_with_all(articles, most)


def test_rows_that_are_dealt_in_many_parts_give_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [(frozenset({at % 7, at % 5 + 100, at % 3 + 200}), frozenset({at % 11})) for at in range(40)]
    whole = shared(keys, 9)
    monkeypatch.setattr(shared_keys, "PER_DEAL", 8)
    assert shared(keys, 9) == whole == compared_with_all(keys, 9)
    assert whole


def test_the_number_of_pairs_grows_with_the_articles_and_not_with_their_square() -> None:
    def pairs(count: int) -> int:
        # Every article holds one key of its own, one that few share, and one that all have in common.
        return len(shared([(frozenset(), frozenset({at + 1000, at // 4, 999})) for at in range(count)], 24))

    assert (pairs(200), pairs(400)) == (50 * 6, 100 * 6)


def test_no_articles_share_nothing() -> None:
    assert shared([], 24) == shared([(frozenset(), frozenset())], 24) == []
