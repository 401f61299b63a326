from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from geo import containment
from geo.containment import join_points, lonlat_of
from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from random import Random

    from geo.containment import Many

POINT = st.tuples(st.integers(-180, 180), st.integers(-20, 20))


@st.composite
def box(draw: st.DrawFn) -> shapely.Polygon:
    west, south = draw(st.integers(-180, 170)), draw(st.integers(-20, 15))
    return shapely.box(west, south, west + draw(st.integers(1, 30)), south + draw(st.integers(1, 10)))


def pairs(points: Many, polygons: Many) -> list[tuple[int, int]]:
    found = join_points(points, polygons)
    return [(int(point), int(polygon)) for point, polygon in found.T]


def by_hand(points: list[tuple[int, int]], polygons: list[shapely.Polygon]) -> list[tuple[int, int]]:
    """Boxes by comparing numbers, with every point seen from one turn further west and east as well."""
    found = []
    for i, (lon, lat) in enumerate(points):
        for j, polygon in enumerate(polygons):
            west, south, east, north = polygon.bounds
            if south <= lat <= north and any(west <= lon + turn <= east for turn in (-360, 0, 360)):
                found.append((i, j))
    return found


@settings(deadline=None, max_examples=200)
@given(st.lists(POINT, max_size=30), st.lists(box(), max_size=6))
def test_boxes_hold_the_points_that_numbers_say_also_across_180(
    points: list[tuple[int, int]], polygons: list[shapely.Polygon]
) -> None:
    assert pairs(np.array(points, dtype=float).reshape(-1, 2), polygons) == by_hand(points, polygons)


@settings(deadline=None)
@given(st.lists(POINT, min_size=1, max_size=20), st.lists(box(), min_size=1, max_size=5), st.integers(-720, 720))
def test_turning_the_globe_changes_nothing(
    points: list[tuple[int, int]], polygons: list[shapely.Polygon], turn: int
) -> None:
    turned = [translate(polygon, turn % 360) for polygon in polygons]
    lonlat = np.array(points, dtype=float)
    assert pairs(lonlat + np.array([turn, 0]), turned) == pairs(lonlat, polygons)


@settings(deadline=None)
@given(st.lists(POINT, max_size=20), st.lists(box(), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_input_only_renumbers_the_output(
    points: list[tuple[int, int]], polygons: list[shapely.Polygon], random: Random
) -> None:
    order, places = list(range(len(points))), list(range(len(polygons)))
    random.shuffle(order)
    random.shuffle(places)
    shuffled = pairs(np.array([points[i] for i in order], dtype=float).reshape(-1, 2), [polygons[j] for j in places])
    lonlat = np.array(points, dtype=float).reshape(-1, 2)
    assert sorted((order[i], places[j]) for i, j in shuffled) == pairs(lonlat, polygons)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_odd_shapes_agree_with_geopandas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lonlat = rng.uniform(-30, 30, (200, 2))
    stars = []
    for _ in range(5):
        turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        rim = rng.uniform(2, 15, 12)
        stars.append(
            shapely.Polygon(rng.uniform(-20, 20, 2) + np.column_stack([rim * np.cos(turn), rim * np.sin(turn)]))
        )
    joined = gpd.sjoin(
        gpd.GeoDataFrame(geometry=shapely.points(lonlat), crs=4326), gpd.GeoDataFrame(geometry=stars, crs=4326)
    )
    assert pairs(lonlat, stars) == sorted(zip(joined.index, joined["index_right"], strict=True))


def test_more_points_than_one_block_are_joined_as_if_they_were_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lonlat = np.random.default_rng(7).uniform(-10, 10, (100, 2))
    polygons = [shapely.box(-5, -5, 5, 5), shapely.box(0, 0, 9, 9)]
    whole = pairs(lonlat, polygons)
    monkeypatch.setattr(containment, "BLOCK", 7)
    assert pairs(lonlat, polygons) == whole
    assert len(whole) > 30


def test_a_point_on_a_shared_border_lies_in_both_neighbours() -> None:
    assert pairs([shapely.Point(1, 0.5)], [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]) == [(0, 0), (0, 1)]


def test_what_is_no_place_or_no_shape_meets_nothing() -> None:
    square = shapely.box(0, 0, 2, 2)
    points = [None, shapely.Point(), shapely.Point(1, 1)]
    assert pairs(points, [None, shapely.Polygon(), square]) == [(2, 2)]
    assert join_points([], [square]).shape == (2, 0)
    assert join_points([shapely.Point(1, 1)], []).shape == (2, 0)
    assert join_points([None], [square]).dtype == np.int64


def test_a_hole_holds_nothing_and_a_bow_tie_is_repaired() -> None:
    ring = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    assert pairs([(4, 4), (1, 1.5), (1.8, 1)], [ring, tie]) == [(1, 0), (2, 0), (2, 1)]


@pytest.mark.parametrize(
    ("points", "polygons", "said"),
    [
        ([(37.0, 97.0)], [], "outside the world"),
        ([(np.inf, 7.0)], [], "outside the world"),
        ([shapely.box(0, 0, 1, 1)], [], "Number 0 of the points is a Polygon"),
        ([(0.0, 0.0)], [None, shapely.Point(0, 0)], "Number 1 of the polygons is a Point"),
    ],
)
def test_bad_input_is_refused_by_its_number(points: list[object], polygons: list[object], said: str) -> None:
    with pytest.raises(InvalidGeometry, match=said):
        pairs(points, polygons)


def test_longitudes_come_back_within_180() -> None:
    assert lonlat_of([(540.0, 1.0), (-180.0, 2.0), (np.nan, 3.0)])[:2].tolist() == [[-180.0, 1.0], [-180.0, 2.0]]
