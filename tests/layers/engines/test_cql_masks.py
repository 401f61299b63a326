"""Expressions of CQL2 against the same question asked of each record in plain Python."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import MalformedFilter
from layers.engines.cql_masks import expression_mask
from layers.expression import parse
from layers.filter import interval_of
from layers.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Record = dict[str, Any]
BOX = shapely.box(60, 36, 75, 42)


def ids(release: Release, layer_id: str, text: str, language: str = "cql2-text") -> set[str]:
    columns = release.columns(layer_id)
    keep = expression_mask(columns, parse(text, language))
    return {columns.id_of(row) for row in keep.nonzero()[0].tolist()}


@cache
def features_of(path: Path, layer_id: str) -> tuple[Any, ...]:
    columns = Release.open(path).columns(layer_id)
    return tuple(map(columns.feature, range(columns.count)))


def said(release: Release, layer_id: str, holds: Callable[[Record], bool]) -> set[str]:
    features = features_of(release.path, layer_id)
    return {f["id"] for f in features if holds({**f["properties"], "geometry": f["geometry"]})}


def touches(record: Record, shape: shapely.Geometry) -> bool:
    geometry = record["geometry"]
    return geometry is not None and bool(shapely.intersects(shape, shapely.from_geojson(json.dumps(geometry))))


def first(text: str | None) -> date:
    return interval_of(text)[0] if text else date.min


def last(text: str | None) -> date:
    return interval_of(text)[1] if text else date.max


ASKED: list[tuple[str, str, Callable[[Record], bool]]] = [
    ("incidents", "category = 'attack'", lambda r: r["category"] == "attack"),
    ("incidents", "'attack' = category", lambda r: r["category"] == "attack"),
    ("incidents", "category <> 'attack' AND where_prec < 6", lambda r: r["category"] != "attack" and (r["where_prec"] or 9) < 6),
    ("incidents", "6 > where_prec", lambda r: (r["where_prec"] or 9) < 6),
    ("incidents", "NOT (category = 'attack' OR where_prec = 6)", lambda r: r["category"] != "attack" and (r["where_prec"] or 6) != 6),
    ("incidents", "where_prec BETWEEN 4 AND 5", lambda r: 4 <= (r["where_prec"] or 0) <= 5),
    ("incidents", "where_prec NOT BETWEEN 4 AND 5", lambda r: r["where_prec"] is not None and not 4 <= r["where_prec"] <= 5),
    ("incidents", "category IN ('attack', 'arrest')", lambda r: r["category"] in {"attack", "arrest"}),
    ("incidents", "category LIKE 'a%t_ck'", lambda r: r["category"] == "attack"),
    ("incidents", "CASEI(category) = CASEI('ATTACK')", lambda r: r["category"] == "attack"),
    ("incidents", "CASEI(title_ru) LIKE CASEI('%ХИЗБ%')", lambda r: "хизб" in r["title_ru"].casefold()),
    ("incidents", "date_start IS NULL", lambda r: r["date_start"] is None),
    ("incidents", "date_start IS NOT NULL", lambda r: r["date_start"] is not None),
    ("incidents", "geometry IS NULL", lambda r: r["geometry"] is None),
    ("incidents", "organizations IS NULL", lambda r: not r["organizations"]),
    ("incidents", "undated = true", lambda r: r["undated"]),
    ("incidents", "undated", lambda r: r["undated"]),
    ("incidents", "A_OVERLAPS(articles, ('kaznu-drugs'))", lambda r: "kaznu-drugs" in r["articles"]),
    (
        "incidents",
        "A_CONTAINS(articles, ('kaznu-drugs', 'jpir-narcoterrorism'))",
        lambda r: {"kaznu-drugs", "jpir-narcoterrorism"} <= set(r["articles"]),
    ),
    ("incidents", "A_EQUALS(languages, ('fa'))", lambda r: r["languages"] == ["fa"]),
    ("incidents", "A_CONTAINEDBY(languages, ('fa', 'kk'))", lambda r: set(r["languages"]) <= {"fa", "kk"}),
    ("incidents", "S_INTERSECTS(geometry, BBOX(60, 36, 75, 42))", lambda r: touches(r, BOX)),
    ("incidents", "NOT S_INTERSECTS(geometry, BBOX(60, 36, 75, 42))", lambda r: r["geometry"] is not None and not touches(r, BOX)),
    (
        "borders",
        "S_INTERSECTS(geometry, POLYGON((60 36, 75 36, 68 42, 60 36)))",
        lambda r: touches(r, shapely.Polygon([(60, 36), (75, 36), (68, 42)])),
    ),
    (
        "borders",
        "S_INTERSECTS(geometry, BBOX(170, 50, -170, 75))",
        lambda r: touches(r, shapely.union(shapely.box(170, 50, 180, 75), shapely.box(-180, 50, -170, 75))),
    ),
    ("organizations", "valid_from < DATE('1992-01-01')", lambda r: r["valid_from"] is not None and first(r["valid_from"]) < date(1992, 1, 1)),
    (
        "organizations",
        "T_AFTER(valid_from, TIMESTAMP('2001-06-15T23:59:59Z'))",
        lambda r: r["valid_from"] is not None and first(r["valid_from"]) > date(2001, 6, 15),
    ),
    (
        "organizations",
        "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('..', '1992-01-31'))",
        lambda r: (r["valid_from"] or r["valid_to"]) is not None and first(r["valid_from"]) <= date(1992, 1, 31),
    ),
    (
        "organizations",
        "T_DISJOINT(INTERVAL(valid_from, valid_to), INTERVAL('..', '1992-01-31'))",
        lambda r: (r["valid_from"] or r["valid_to"]) is not None and first(r["valid_from"]) > date(1992, 1, 31),
    ),
    ("organizations", "valid_from = DATE('1985-01-01')", lambda r: r["valid_from"] == "1985"),
]  # fmt: skip


@pytest.mark.parametrize(("layer_id", "text", "holds"), ASKED, ids=[text for _, text, _ in ASKED])
def test_an_expression_keeps_what_each_record_says(
    release: Release, layer_id: str, text: str, holds: Callable[[Record], bool]
) -> None:
    assert ids(release, layer_id, text) == said(release, layer_id, holds)


def test_json_means_what_text_means(release: Release) -> None:
    tree = {"op": "and", "args": [
        {"op": "=", "args": [{"property": "category"}, "attack"]},
        {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [40, 20, 90, 60]}]},
    ]}  # fmt: skip
    text = "category = 'attack' AND S_INTERSECTS(geometry, BBOX(40, 20, 90, 60))"
    assert ids(release, "incidents", json.dumps(tree), "cql2-json") == ids(release, "incidents", text)


def test_each_temporal_relation_is_the_one_of_allen(release: Release) -> None:
    """Every pair of intervals is in exactly one of the thirteen relations, and the others follow from them."""
    names = (
        "after", "before", "contains", "during", "equals", "finishedBy", "finishes", "meets", "metBy", "overlappedBy",
        "overlaps", "startedBy", "starts",
    )  # fmt: skip
    interval = "INTERVAL('2001-06-15', '2010-01-01')"
    found = [ids(release, "organizations", f"T_{name}(INTERVAL(valid_from, valid_to), {interval})") for name in names]
    dated = said(release, "organizations", lambda r: bool(r["valid_from"] or r["valid_to"]))
    assert set().union(*found) == dated
    assert sum(map(len, found)) == len(dated)
    apart = ids(release, "organizations", f"T_DISJOINT(INTERVAL(valid_from, valid_to), {interval})")
    assert apart == found[0] | found[1]
    assert ids(release, "organizations", f"T_INTERSECTS(INTERVAL(valid_from, valid_to), {interval})") == dated - apart


@settings(max_examples=60)
@given(
    st.recursive(
        st.sampled_from(["category = 'attack'", "where_prec > 5", "date_start > DATE('2011-01-01')", "geometry IS NULL", "undated"]),
        lambda inner: st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})")
        | inner.map(lambda each: f"NOT ({each})"),
        max_leaves=5,
    )
)  # fmt: skip
def test_not_is_what_is_left_where_something_is_said(release: Release, text: str) -> None:
    kept, left = ids(release, "incidents", text), ids(release, "incidents", f"NOT ({text})")
    assert not kept & left
    assert ids(release, "incidents", f"({text}) OR NOT ({text})") == kept | left


@pytest.mark.parametrize(
    "text",
    [
        "", "a like", "category =", "foo = 1", "category = 1", "where_prec = 'x'", "organizations = 'x'", "geometry = 1",
        "category = status", "frobnicate(category) = 'x'", "1", "'x'", "category IN (1)", "T_AFTER(date_start, DATE('2010-13-01'))",
        "T_AFTER(category, DATE('2010-01-01'))", "S_INTERSECTS(geometry, POINT(200 1))", "S_INTERSECTS(category, POINT(20 1))",
        "S_WITHIN(geometry, POINT(20 1))", "((category = 'a')", "category = 'a')", "(" * 5000, "x = " + "(" * 40 + "1" + ")" * 40,
        "NOT " * 3000 + "undated", "where_prec + 1 = 2", "where_prec < 1e999", "category LIKE 1", "x" * 9000,
        "S_INTERSECTS(geometry, BBOX(1, 50, 2, 40))",
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_once_and_at_once(release: Release, text: str) -> None:
    with pytest.raises(MalformedFilter) as told:
        ids(release, "incidents", text)
    assert told.value.parameter == "filter"
    assert told.value.hint


@pytest.mark.parametrize("text", ["[]", "{}", '{"op": "="}', "{", "null", '{"op":"and","args":[]}', "1" * 400])
def test_json_that_is_no_condition_is_told(release: Release, text: str) -> None:
    with pytest.raises(MalformedFilter):
        ids(release, "incidents", text, "cql2-json")


def test_a_pattern_full_of_stars_is_answered_at_once(release: Release) -> None:
    assert ids(release, "incidents", f"title_en LIKE '{'%a' * 60}b'") == set()
