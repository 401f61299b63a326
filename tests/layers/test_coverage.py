from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.containment import join_points
from geo.errors import MissingData
from layers import coverage
from layers.coverage import (
    COLUMNS,
    LISTS,
    feature_lists,
    join,
    join_incidents,
    join_memberships,
    members_at,
    records_of,
)
from layers.incidents import LAYERS as INCIDENT_LAYERS
from layers.surroundings import Surroundings
from layers.whereabouts import DOUBT_M, REACH_M, RELATIONS

if TYPE_CHECKING:
    from random import Random

    from layers.ingredients import Ingredients

WGS84 = Geod(ellps="WGS84")

DUSHANBE = (68.7738, 38.5358)
"""Only ever given at where_prec 1: a point that a record would have to state."""

Row = dict[str, Any]


@pytest.fixture(scope="module")
def around(ingredients: Ingredients) -> Surroundings:
    return Surroundings.of(ingredients)


@pytest.fixture(scope="module")
def incidents(ingredients: Ingredients) -> gpd.GeoDataFrame:
    (layer,) = INCIDENT_LAYERS
    return layer.build(ingredients)


@pytest.fixture(scope="module")
def table(incidents: gpd.GeoDataFrame, around: Surroundings) -> pd.DataFrame:
    return join_incidents(incidents, around)


def frame(*rows: Row) -> gpd.GeoDataFrame:
    columns = ["id", "where_prec", "area_id", "border", "geometry_role", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(list(rows), columns=columns), geometry="geometry", crs=4326)


def placed(id_: str, lon: float, lat: float, where_prec: int = 1, **more: object) -> Row:
    return {"id": id_, "where_prec": where_prec, "geometry_role": "place", "geometry": shapely.Point(lon, lat)} | more


def areal(id_: str, area: str | None, where_prec: int | None, border: str | None = None) -> Row:
    role, point = (None, None) if area is None else ("representative", shapely.Point(70, 38))
    return {
        "id": id_, "area_id": area, "where_prec": where_prec, "border": border, "geometry_role": role, "geometry": point
    }  # fmt: skip


def rows(table: pd.DataFrame, left: str, relation: str | None = None, layer: str | None = None) -> list[Row]:
    return [
        row
        for row in records_of(table)
        if row["left_id"] == left
        and relation in {None, row["relation"]}
        and layer in {None, row["right_layer"]}
    ]  # fmt: skip


def ids(table: pd.DataFrame, left: str, relation: str | None = None, layer: str | None = None) -> list[str]:
    return [row["right_id"] for row in rows(table, left, relation, layer)]


def test_the_table_is_tidy_sorted_and_unique(ingredients: Ingredients, incidents: gpd.GeoDataFrame) -> None:
    whole = join(ingredients, incidents)
    assert tuple(whole.columns) == COLUMNS
    assert not whole.duplicated().any()
    keys = ["left_layer", "left_id", "relation", "right_layer", "right_id"]
    assert whole[keys].to_numpy().tolist() == sorted(whole[keys].to_numpy().tolist())
    assert set(whole["basis"]) == {"attested", "context", "geometry"}
    assert set(whole.loc[whole["left_layer"] == "incidents", "relation"]) <= set(RELATIONS)


def test_every_id_on_the_right_is_one_of_its_layer(
    ingredients: Ingredients, around: Surroundings, table: pd.DataFrame
) -> None:
    known = {
        "areas": set(ingredients.gazetteer.areas),
        "borders": set(around.borders),
        "border_segments": {stretch.id for stretch in around.stretches},
    }
    for layer in ("corridors", "context_corridors", "transport_corridors"):
        known[layer] = {target.id for target in around.corridors if target.layer == layer}
    for row in records_of(table):
        assert row["right_id"] in known[row["right_layer"]], row


def test_an_incident_in_tajikistan_happened_somewhere_in_it_and_inside_no_band(table: pd.DataFrame) -> None:
    (where,) = rows(table, "inc01", "somewhere_in")
    assert (where["right_id"], where["share"], where["basis"]) == ("tj", 1, "attested")
    assert ids(table, "inc01", "inside") == []
    assert ids(table, "inc01", layer="borders") == []
    (whole,) = (row for row in rows(table, "inc01", "overlaps") if row["right_id"] == "a6")
    assert (whole["share"], whole["distance_m"], whole["basis"]) == (1, None, "geometry")
    (band,) = (row for row in rows(table, "inc01", "overlaps") if row["right_id"] == "unodc-n-tj")
    assert 0.1 < band["share"] < 0.9


def test_nothing_known_by_its_area_is_inside_or_at_a_distance(table: pd.DataFrame) -> None:
    for row in records_of(table):
        assert row["relation"] != "inside"
        assert row["relation"] != "near"
        assert row["distance_m"] is None


def test_an_unplaced_incident_joins_nothing(table: pd.DataFrame, incidents: gpd.GeoDataFrame) -> None:
    assert rows(table, "inc15") == []
    assert feature_lists(table, incidents["id"])["inc15"] == {name: [] for name in LISTS}


def test_kunduz_is_a_province_with_its_country_its_stretches_and_the_corridor_that_names_it(
    table: pd.DataFrame,
) -> None:
    assert ids(table, "inc04", "somewhere_in") == ["af", "af-kdz"]
    (border,) = rows(table, "inc04", "somewhere_along", "borders")
    assert (border["right_id"], border["share"], border["basis"]) == ("af-tj", 1, "attested")
    stretches = rows(table, "inc04", "somewhere_along", "border_segments")
    assert {row["right_id"] for row in stretches} == {"af-tj/af-kdz/tj-kt/amu-darya", "af-tj/af-kdz/tj-kt/panj"}
    assert sum(row["share"] for row in stretches) == pytest.approx(1, abs=0.002)
    (named,) = rows(table, "inc04", "stated_with")
    assert (named["right_id"], named["share"], named["basis"]) == ("a7", None, "attested")
    shares = {row["right_id"]: row["share"] for row in rows(table, "inc04", "overlaps", "corridors")}
    assert (shares["a4"], shares["a7"]) == (1, pytest.approx(1, abs=0.02))


def test_on_the_border_of_a_country_means_along_one_of_its_borders(table: pd.DataFrame) -> None:
    borders = rows(table, "inc02", "somewhere_along", "borders")
    assert {row["right_id"] for row in borders} == {"af-uz", "kg-uz", "kz-uz", "tj-uz", "tm-uz"}
    assert all(row["share"] < 1 and row["basis"] == "geometry" for row in borders)
    assert sum(row["share"] for row in borders) == pytest.approx(1, abs=0.003)


def test_a_region_is_its_countries_by_surface(table: pd.DataFrame) -> None:
    assert ids(table, "inc09", "somewhere_in") == ["central-asia"]
    members = rows(table, "inc09", "overlaps", "areas")
    assert {row["right_id"] for row in members} == {"kg", "kz", "tj", "tm", "uz"}
    assert max(members, key=lambda row: float(row["share"]))["right_id"] == "kz"
    assert sum(row["share"] for row in members) == pytest.approx(1, abs=0.003)


def test_lists_hold_what_a_filter_asks_for(table: pd.DataFrame, incidents: gpd.GeoDataFrame) -> None:
    lists = feature_lists(table, incidents["id"])
    assert set(lists) == set(incidents["id"])
    assert {"a3", "a4", "a5", "a7"} <= set(lists["inc04"]["corridors"])
    assert lists["inc04"]["borders"] == ["af-tj"]
    assert lists["inc04"]["areas"] == ["af", "af-kdz"]
    assert len(lists["inc04"]["joins"]) == len(rows(table, "inc04"))
    assert "left_id" not in lists["inc04"]["joins"][0]
    for mine in lists.values():
        for name in LISTS[:-1]:
            assert mine[name] == sorted(set(mine[name]))


def test_a_representative_point_is_never_the_place(around: Surroundings) -> None:
    row = areal("x", "tj", 6) | {"geometry": shapely.Point(*DUSHANBE)}
    as_point = join_incidents(frame(row | {"where_prec": 1}), around)
    assert ids(as_point, "x", "inside") == []
    assert ids(as_point, "x", "somewhere_in") == ["tj"]
    # Neither does a point make a place where the precision says that there is none.
    coarse = join_incidents(frame(row | {"geometry_role": "place"}), around)
    pd.testing.assert_frame_equal(coarse, join_incidents(frame(row), around))


def test_a_stated_point_is_inside_its_areas_and_at_a_distance_from_borders(around: Surroundings) -> None:
    found = join_incidents(frame(placed("x", *DUSHANBE)), around)
    inside = rows(found, "x", "inside", "areas")
    assert [row["right_id"] for row in inside] == ["tj", "tj-du"]
    assert all((row["distance_m"], row["share"]) == (0, 1) for row in inside)
    near = {row["right_id"]: row["distance_m"] for row in rows(found, "x", "near", "borders")}
    # About 53 km west of the city on the ground; Natural Earth's line lies within its accuracy of that.
    assert near["tj-uz"] == pytest.approx(52_000, abs=6_000)
    assert all(0 < metres <= REACH_M for metres in near.values())
    assert "near" not in {row["relation"] for row in rows(found, "x", layer="areas")}


def test_a_point_in_doubt_is_inside_only_with_all_its_doubt(around: Surroundings) -> None:
    (lon, lat), west = (66.0, 48.0), 1.0
    deep = join_incidents(frame(placed("deep", lon, lat, 2)), around)
    assert "kz" in ids(deep, "deep", "inside")
    line = around.borders["tj-uz"]
    start = shapely.get_coordinates(line)[100]
    east_lon, east_lat, _ = WGS84.fwd(start[0], start[1], 90, west * 1000)
    beside = join_incidents(frame(placed("beside", east_lon, east_lat, 2)), around)
    assert {"tj", "uz"} <= set(ids(beside, "beside", "overlaps", "areas"))
    assert not {"tj", "uz"} & set(ids(beside, "beside", "inside", "areas"))
    exact = join_incidents(frame(placed("beside", east_lon, east_lat, 1)), around)
    assert len({"tj", "uz"} & set(ids(exact, "beside", "inside", "areas"))) == 1
    assert DOUBT_M[1] == 0 < DOUBT_M[2] < DOUBT_M[3]


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(points=st.lists(st.tuples(st.floats(-180, 180), st.floats(-80, 80)), min_size=1, max_size=5))
def test_the_distance_is_0_exactly_when_the_point_is_inside(
    points: list[tuple[float, float]], around: Surroundings
) -> None:
    found = join_incidents(frame(*(placed(f"p{i}", *point) for i, point in enumerate(points))), around)
    for row in records_of(found):
        assert row["relation"] in {"inside", "near"}
        assert (row["distance_m"] == 0) == (row["relation"] == "inside")
    inside = {
        (row["left_id"], row["right_layer"], row["right_id"])
        for row in records_of(found)
        if row["relation"] == "inside"
    }
    for i, (lon, lat) in enumerate(points):
        for target in around.corridors:
            is_inside = target.shape.geom_type.endswith("Polygon") and target.shape.intersects(shapely.Point(lon, lat))
            assert ((f"p{i}", target.layer, target.id) in inside) == is_inside


@pytest.mark.slow
@settings(deadline=None, max_examples=5)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(
    random: Random, incidents: gpd.GeoDataFrame, around: Surroundings
) -> None:
    more = frame(placed("p1", *DUSHANBE), placed("p2", 66.0, 48.0, 2), placed("p3", 179.9, 66.0, 3))
    both = pd.concat([incidents[[*more.columns]], more], ignore_index=True)
    order = list(range(len(both)))
    random.shuffle(order)
    shuffled = gpd.GeoDataFrame(both.iloc[order].reset_index(drop=True), geometry="geometry", crs=4326)
    pd.testing.assert_frame_equal(join_incidents(shuffled, around), join_incidents(both, around))


def test_nothing_joins_nothing(around: Surroundings) -> None:
    for empty in (frame(), frame(areal("x", None, None)), frame(areal("x", "tj", None)), frame(areal("x", None, 6))):
        found = join_incidents(empty, around)
        assert tuple(found.columns) == COLUMNS
        assert len(found) == 0
    assert feature_lists(join_incidents(frame(), around), []) == {}
    bare = gpd.GeoDataFrame({"id": ["x"]}, geometry=[None], crs=4326)
    assert len(join_incidents(bare, around)) == 0
    assert len(members_at(join_incidents(frame(), around), "2005")) == 0


@pytest.mark.parametrize(("area", "border"), [("xx-nowhere", None), ("tj", "tj-zz"), ("tj", "zz")])
def test_an_unknown_area_or_border_is_refused_by_name(around: Surroundings, area: str, border: str | None) -> None:
    with pytest.raises(MissingData, match=area if border is None else border):
        join_incidents(frame(areal("x", area, 5, border)), around)


def test_a_million_points_would_be_tested_at_once(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many incidents are placed, areas, lines and corridors are each asked once."""
    calls = []

    def counted(points: Any, polygons: Any) -> Any:
        calls.append(len(points))
        return join_points(points, polygons)

    monkeypatch.setattr("layers.whereabouts.join_points", counted)
    lonlat = np.random.default_rng(3).uniform((55, 30), (80, 50), (200, 2))
    join_incidents(frame(*(placed(f"p{i:03d}", *point) for i, point in enumerate(lonlat))), around)
    assert calls == [200, 200, 200]


@pytest.mark.long
@pytest.mark.parametrize("view", ["neutral", "as-depicted", pytest.param("iso", marks=pytest.mark.slow)])
def test_every_point_of_view_has_surroundings(ingredients: Ingredients, view: str) -> None:
    around = Surroundings.of(ingredients.seen_from(view))
    assert {"af-tj", "tj-uz"} <= set(around.borders)
    assert around.country_of["af-kdz"] == "af"


def membership(valid_from: str | None, valid_to: str | None, member: str = "uz") -> Row:
    return {
        "organization": "csto", "member": member, "relation": "member", "basis": "context",
        "valid_from": valid_from, "valid_to": valid_to,
    }  # fmt: skip


def memberships(*records: Row) -> pd.DataFrame:
    held = SimpleNamespace(coverage=SimpleNamespace(records=lambda kind: records if kind == "memberships" else ()))
    return join_memberships(held)  # type: ignore[arg-type]  # only its memberships are asked for


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "on", "expected"),
    [
        ("2006-06", "2012-12-19", "2006-06-15", "may"),
        ("2006-06", "2012-12-19", "2006-07-01", "does"),
        ("2006-06", "2012-12-19", "2012-12-19", "does"),
        ("2006-06", "2012-12-19", "2012-12-20", "not"),
        ("2006-06", "2012-12-19", "2006-05-31", "not"),
        ("2006-06", "2012-12-19", "2012", "may"),
        ("2006-06", "2012", "2012-03-01", "may"),
        ("2001", None, "2030-01-01", "does"),
        ("2001", None, "2001", "may"),
        (None, "2012", "1950-01-01", "may"),
        (None, None, "1950-01-01", "may"),
    ],
)
def test_members_at_a_date(valid_from: str | None, valid_to: str | None, on: str, expected: str) -> None:
    found = members_at(memberships(membership(valid_from, valid_to)), on)
    assert {0: "not", 1: "does" if found["certain"].any() else "may"}[len(found)] == expected


DATES = st.one_of(st.none(), st.dates().map(str), st.integers(1990, 2020).map(str))


@settings(deadline=None)
@given(st.lists(st.tuples(DATES, DATES), max_size=8), st.randoms(use_true_random=False), st.integers(1985, 2025))
def test_memberships_do_not_depend_on_their_order(
    spans: list[tuple[str | None, str | None]], random: Random, year: int
) -> None:
    records = [membership(*span) for span in spans]
    before = memberships(*records)
    random.shuffle(records)
    pd.testing.assert_frame_equal(memberships(*records), before)
    by_day, by_year = members_at(before, f"{year}-07-01"), members_at(before, str(year))
    # What holds on a day may hold in its year; what surely holds all year surely holds on the day.
    keys = ["valid_from", "valid_to"]
    in_year, on_day = (set(map(str, each[keys].to_numpy().tolist())) for each in (by_year, by_day))
    assert on_day <= in_year
    sure_year = set(map(str, by_year.loc[by_year["certain"], keys].to_numpy().tolist()))
    assert sure_year <= set(map(str, by_day.loc[by_day["certain"], keys].to_numpy().tolist()))


def test_who_was_in_the_csto_in_2008(ingredients: Ingredients) -> None:
    found = members_at(join_memberships(ingredients), "2008-01-01")
    csto = found[(found["left_id"] == "csto") & (found["basis"] == "context")]
    assert csto["right_id"].tolist() == ["am", "by", "kg", "kz", "ru", "tj", "uz"]
    assert csto["certain"].all()
    attested = found[(found["left_id"] == "csto") & (found["basis"] == "attested")]
    assert len(attested) > 0
    assert not attested["certain"].any()


def test_a_word_that_is_no_date_is_refused(ingredients: Ingredients) -> None:
    with pytest.raises(ValueError, match="lately"):
        members_at(join_memberships(ingredients), "lately")


def test_the_columns_of_an_empty_table_have_the_types_of_a_full_one(table: pd.DataFrame) -> None:
    assert dict(coverage._tidy([]).dtypes) == dict(table.dtypes)
