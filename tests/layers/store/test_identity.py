"""Ids of candidates stay while their triggers overlap, and no two candidates have one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from layers.articles.wording.text import Span
from layers.store.identity import Known, candidate_id, match

SHA = "ab" * 32
OTHER = "cd" * 32

spans = st.tuples(st.integers(0, 60), st.integers(1, 12)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
readings = st.lists(spans, max_size=12)


def first_reading(found: list[Span]) -> list[Known]:
    ids = match(SHA, "incident", [], found).ids
    return [Known(id_, span.start, span.end) for id_, span in zip(ids, found, strict=True)]


def test_an_id_is_made_of_article_type_and_trigger() -> None:
    ids = {
        candidate_id(sha, kind, span, nth)
        for sha in (SHA, OTHER)
        for kind in ("incident", "claim")
        for span in (Span(1, 5), Span(1, 6))
        for nth in (0, 1)
    }
    assert len(ids) == 16
    assert all(len(id_) == 16 for id_ in ids)


def test_what_overlaps_keeps_its_id_and_what_is_gone_is_retired() -> None:
    known = [Known("a", 10, 16), Known("b", 40, 46), Known("c", 80, 86)]
    result = match(SHA, "incident", known, [Span(8, 16), Span(44, 50), Span(120, 126)])
    assert result.ids[:2] == ("a", "b")
    assert result.new == {result.ids[2]}
    assert result.retired == ("c",)


def test_the_same_span_wins_over_one_that_shares_more_letters() -> None:
    known = [Known("wide", 0, 30), Known("same", 10, 12)]
    assert match(SHA, "claim", known, [Span(10, 12)]).ids == ("same",)


def test_two_candidates_of_one_trigger_keep_their_order() -> None:
    known = first_reading([Span(5, 9), Span(5, 9)])
    assert known[0].id != known[1].id
    again = match(SHA, "incident", known, [Span(5, 9), Span(5, 9)])
    assert again.ids == (known[0].id, known[1].id)


def test_touching_is_not_overlapping() -> None:
    assert match(SHA, "claim", [Known("a", 5, 9)], [Span(9, 12)]).retired == ("a",)


@given(readings)
@settings(max_examples=60)
def test_reading_again_changes_nothing(found: list[Span]) -> None:
    known = first_reading(found)
    again = match(SHA, "incident", known, found)
    assert again.ids == tuple(each.id for each in known)
    assert (again.new, again.retired) == (frozenset(), ())


@given(readings, readings, readings)
@settings(max_examples=60)
def test_ids_are_unique_through_any_history(first: list[Span], second: list[Span], third: list[Span]) -> None:
    known = first_reading(first)
    ever = {each.id: (each.start, each.end) for each in known}
    for found in (second, third):
        result = match(SHA, "incident", known, found)
        assert len(set(result.ids)) == len(found)
        before = {each.id for each in known}
        assert result.new.isdisjoint(before)
        assert set(result.ids) - result.new == before - set(result.retired)
        for id_, span in zip(result.ids, found, strict=True):
            if id_ not in result.new:
                assert ever[id_][0] < span.end
                assert span.start < ever[id_][1]
            ever[id_] = (span.start, span.end)
        retired = [Known(id_, *ever[id_]) for id_ in result.retired]
        known = [Known(id_, *ever[id_]) for id_ in result.ids] + retired
