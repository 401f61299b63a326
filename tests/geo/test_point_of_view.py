"""Points of view regroup one topology: nothing is drawn twice, nothing is lost, nothing is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geo.datasets import data_root, read_features, read_json
from geo.point_of_view import NEUTRAL, POINTS_OF_VIEW, read_owners, regroup_borders, regroup_countries

if TYPE_CHECKING:
    import geopandas as gpd

OTHERS = POINTS_OF_VIEW[1:]


@pytest.fixture(scope="module")
def countries() -> gpd.GeoDataFrame:
    return read_features(data_root(), "naturalearth/countries")


@pytest.fixture(scope="module")
def borders() -> gpd.GeoDataFrame:
    return read_features(data_root(), "naturalearth/borders")


def test_every_disputed_area_has_a_recorded_rule_with_its_reason() -> None:
    for entry in read_json("territories.json"):
        if entry["status"] == "disputed":
            assert set(entry["views"]) == {*OTHERS, "basis"}, entry["id"]
            assert entry["views"]["basis"]
            for view in OTHERS:
                owner = entry["views"][view]
                assert owner is None or owner in entry["claimants"], entry["id"]


def test_neutral_is_what_is_recorded(countries: gpd.GeoDataFrame, borders: gpd.GeoDataFrame) -> None:
    owners = read_owners(None, NEUTRAL)
    assert regroup_countries(countries, owners) is countries
    assert regroup_borders(borders, owners) is borders


def test_an_unknown_point_of_view_is_refused() -> None:
    with pytest.raises(KeyError):
        read_owners(None, "mine")


@pytest.mark.parametrize("view", OTHERS)
def test_land_is_neither_lost_nor_counted_twice(countries: gpd.GeoDataFrame, view: str) -> None:
    seen = regroup_countries(countries, read_owners(None, view))
    assert seen["id"].is_unique
    assert list(seen["id"]) == sorted(seen["id"])
    recorded, counted = (shapely.area(frame.geometry.to_numpy()).sum() for frame in (countries, seen))
    assert counted == pytest.approx(recorded, rel=1e-12)
    assert shapely.coverage_is_valid(seen.geometry.to_numpy())
    assert seen.is_valid.all()


@pytest.mark.parametrize("view", OTHERS)
def test_a_border_is_the_edge_that_both_countries_share(
    countries: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, view: str
) -> None:
    owners = read_owners(None, view)
    outlines = regroup_countries(countries, owners).set_index("id").geometry.boundary
    seen = regroup_borders(borders, owners).set_index("id")
    for pair in ("md-ua", "in-pk", "cn-in", "af-pk", "ge-ru", "af-tj"):
        row = seen.loc[pair]
        for point in map(shapely.Point, shapely.get_coordinates(row.geometry)[::7]):
            assert outlines[row.left].distance(point) == 0
            assert outlines[row.right].distance(point) == 0


def test_crimea_is_counted_as_each_view_says(countries: gpd.GeoDataFrame, borders: gpd.GeoDataFrame) -> None:
    inland = shapely.Point(34.1, 45.2)
    holders = {}
    for view in POINTS_OF_VIEW:
        seen = regroup_countries(countries, read_owners(None, view))
        holders[view] = seen.loc[seen.contains(inland), "id"].tolist()
    assert holders == {"neutral": ["crimea"], "as-depicted": ["ru"], "iso": ["ua"]}
    lengths = {
        view: regroup_borders(borders, read_owners(None, view)).set_index("id")["length_m"] for view in POINTS_OF_VIEW
    }
    assert "crimea-ua" in lengths["neutral"].index
    assert lengths["as-depicted"]["ru-ua"] == pytest.approx(
        lengths["neutral"]["ru-ua"] + lengths["neutral"]["crimea-ua"], abs=2
    )
    assert lengths["iso"]["ru-ua"] == lengths["neutral"]["ru-ua"]


@pytest.mark.parametrize("view", OTHERS)
def test_a_view_settles_no_dispute(borders: gpd.GeoDataFrame, view: str) -> None:
    seen = regroup_borders(borders, read_owners(None, view)).set_index("id")
    assert seen.loc["in-pk", "status"] == "disputed"
    assert seen.loc["cn-in", "status"] == "disputed"
    apart = [pair for pair in seen.index if "kosovo" in pair or "northern-cyprus" in pair]
    assert apart
    assert set(seen.loc[apart, "status"]) == {"disputed"}


@pytest.mark.parametrize("view", OTHERS)
def test_the_order_of_rows_changes_nothing(countries: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, view: str) -> None:
    owners = read_owners(None, view)
    order = np.random.default_rng(5).permutation(len(borders))
    again = regroup_borders(borders.iloc[order].reset_index(drop=True), owners)
    once = regroup_borders(borders, owners)
    assert list(again["id"]) == list(once["id"])
    assert again.geometry.normalize().geom_equals_exact(once.geometry.normalize(), 0).all()
    shuffled = regroup_countries(countries.sample(frac=1, random_state=3), owners)
    assert list(shuffled["id"]) == list(regroup_countries(countries, owners)["id"])


@pytest.mark.parametrize("view", OTHERS)
def test_the_first_country_stays_on_the_left_hand_of_the_line(
    countries: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, view: str
) -> None:
    owners = read_owners(None, view)
    shapes = regroup_countries(countries, owners).set_index("id").geometry
    seen = regroup_borders(borders, owners).set_index("id")
    for pair in ("in-pk", "cn-in", "md-ua", "ge-ru"):
        row = seen.loc[pair]
        longest = max(shapely.get_parts(row.geometry), key=lambda line: line.length)
        beside = [
            (shapes[row.left].contains(left), shapes[row.right].contains(left))
            for left in _points_on_the_left(longest, 0.002)
        ]
        assert sum(first for first, _ in beside) > 5 * sum(second for _, second in beside), pair


def _points_on_the_left(line: shapely.LineString, offset_deg: float) -> list[shapely.Point]:
    """Points beside the middle of a line's pieces, on the left hand of their direction."""
    xy = shapely.get_coordinates(line)
    step = np.diff(xy, axis=0)
    long = np.hypot(*step.T) > 4 * offset_deg
    normal = np.column_stack([-step[:, 1], step[:, 0]])[long] / np.hypot(*step[long].T)[:, None]
    return [shapely.Point(point) for point in (xy[:-1] + xy[1:])[long] / 2 + normal * offset_deg]
