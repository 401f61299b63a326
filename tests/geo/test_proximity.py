from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.affinity import translate

from geo.containment import join_points
from geo.proximity import edge_distances

WGS84 = Geod(ellps="WGS84")

LON, LAT = st.floats(-180, 180), st.floats(-84, 84)


def dense_m(lonlat: tuple[float, float], line: shapely.LineString) -> float:
    """The smallest distance to points every 0.002 degrees of a line: slow, and made of Geod alone."""
    xy = shapely.get_coordinates(shapely.segmentize(line, 0.002))
    n = len(xy)
    return float(np.min(WGS84.inv(np.full(n, lonlat[0]), np.full(n, lonlat[1]), xy[:, 0], xy[:, 1])[2]))


@settings(deadline=None, max_examples=60)
@given(LON, LAT, st.floats(0, 360), st.floats(0.1, 90), st.floats(-1, 1), st.floats(-1, 1))
def test_a_distance_is_the_smallest_one_along_the_ellipsoid(
    lon: float, lat: float, azimuth: float, km: float, east: float, north: float
) -> None:
    assume(abs(east) + abs(north) > 0.05)
    start_lon, start_lat, _ = WGS84.fwd(lon, lat, azimuth, km * 1000)
    line = shapely.LineString([(start_lon, start_lat), (start_lon + east, min(max(start_lat + north, -86), 86))])
    expected = dense_m((lon, lat), line)
    assume(expected < 99_000)
    point, shape, metres = edge_distances([(lon, lat)], [line], 100_000)
    assert (point.tolist(), shape.tolist()) == ([0], [0])
    # The points of the slow way lie up to 220 m apart, so it may only be longer, and by little.
    assert metres[0] <= expected + 0.5
    assert metres[0] >= expected - 120


@settings(deadline=None, max_examples=40)
@given(LON, LAT, st.floats(-360, 360))
def test_turning_the_globe_changes_no_distance(lon: float, lat: float, turn: float) -> None:
    line = shapely.LineString([(lon - 0.4, lat + 0.2), (lon + 0.3, lat + 0.5)])
    turned = translate(line, turn)
    _, _, metres = edge_distances([(lon, lat)], [line], 200_000)
    _, _, again = edge_distances([(lon + turn, lat)], [turned], 200_000)
    assert again.tolist() == pytest.approx(metres.tolist(), abs=0.01)
    assert len(metres) == 1


@settings(deadline=None, max_examples=60)
@given(st.floats(-30, 30), st.floats(-30, 30))
def test_a_point_is_at_no_distance_exactly_when_it_is_on_the_edge(lon: float, lat: float) -> None:
    square = shapely.box(-10, -10, 10, 10)
    _, _, metres = edge_distances([(lon, lat)], [square], 5_000_000)
    off_deg = abs(max(abs(lon), abs(lat)) - 10)
    assume(off_deg == 0 or off_deg > 1e-6)
    # A hundredth of a micrometre is what eight-byte numbers leave.
    assert (metres[0] < 0.001) == (off_deg == 0)
    assert join_points([(lon, lat)], [square]).shape[1] == (max(abs(lon), abs(lat)) <= 10)


def test_a_meridian_beside_the_pole_is_near_on_the_other_side_of_it() -> None:
    line = shapely.LineString([(0, 89.0), (0, 89.8)])
    _, _, metres = edge_distances([(180, 89.9)], [line], 50_000)
    assert metres.tolist() == pytest.approx([WGS84.inv(180, 89.9, 0, 89.8)[2]], abs=1)


def test_the_antimeridian_is_no_edge_of_a_polygon_but_may_be_a_line() -> None:
    across = shapely.box(170, 60, 190, 70)
    assert len(edge_distances([(180, 65)], [across], 100_000)[0]) == 0
    line = shapely.LineString([(180, 60), (180, 70)])
    assert edge_distances([(-179, 65)], [line], 100_000)[2].tolist() == pytest.approx([47_000], abs=500)


def test_beyond_reach_and_beside_nothing_there_is_no_row() -> None:
    line = shapely.LineString([(70, 30), (70, 40)])
    for points, shapes in (
        ([(75, 35)], [line]), ([None], [line]), ([], [line]), ([(70, 35)], []), ([(70, 35)], [None, shapely.Polygon()]),
    ):  # fmt: skip
        assert [len(each) for each in edge_distances(points, shapes, 100_000)] == [0, 0, 0]


def test_rows_are_sorted_and_each_pair_stands_once() -> None:
    lines = [shapely.LineString([(0, 0), (3, 3)]), shapely.LineString([(0, 0.1), (3, 3.1)])]
    point, shape, _ = edge_distances([(2, 2), (1, 1)], lines, 300_000)
    assert list(zip(point.tolist(), shape.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
