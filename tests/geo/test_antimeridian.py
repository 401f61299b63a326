from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.antimeridian import bbox_rfc7946, cut_antimeridian, normalize
from tests.shapes import EMPTY, check_none_and_empty_stay, degrees, longitudes, polygons

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

KEEPERS: list[Callable[[BaseGeometry | None], BaseGeometry | None]] = [
    cut_antimeridian,
    lambda geometry: normalize(np.array([geometry], dtype=object))[0],
]


@pytest.mark.parametrize("keeper", KEEPERS)
def test_none_and_empty_stay(keeper: Callable[[BaseGeometry | None], BaseGeometry | None]) -> None:
    check_none_and_empty_stay(keeper)


# -------------------------------------------------------------------------------------------------------------- the cut


@given(longitudes, degrees, longitudes, degrees)
def test_a_line_and_its_reverse_are_cut_alike(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> None:
    forth = cut_antimeridian(shapely.LineString([(lon_a, lat_a), (lon_b, lat_b)]))
    back = cut_antimeridian(shapely.LineString([(lon_b, lat_b), (lon_a, lat_a)]))
    assert shapely.normalize(forth).equals_exact(shapely.normalize(back), 0)


@given(st.lists(st.tuples(longitudes, degrees), min_size=2, max_size=8))
def test_a_cut_line_stays_inside_and_no_part_of_it_jumps(path: list[tuple[float, float]]) -> None:
    cut = cut_antimeridian(shapely.LineString(path))
    west, _, east, _ = cut.bounds
    assert -180 <= west <= east <= 180
    for part in shapely.get_parts(cut):
        assert (np.abs(np.diff(shapely.get_coordinates(part)[:, 0])) <= 180).all()
    again = cut_antimeridian(cut)
    assert again is cut
    steps = np.abs(np.diff([lon for lon, _ in path]))
    short_way = np.minimum(steps, 360 - steps).sum()
    walked = sum(np.abs(np.diff(shapely.get_coordinates(part)[:, 0])).sum() for part in shapely.get_parts(cut))
    assert walked == pytest.approx(short_way, abs=1e-6)


@given(polygons(), st.integers(-540, 540))
def test_cutting_a_shifted_polygon_keeps_its_area_and_its_place(polygon: BaseGeometry, shift: int) -> None:
    shifted = shapely.transform(polygon, lambda lonlat: lonlat + np.array([shift, 0]))
    cut = cut_antimeridian(shifted)
    assert cut.is_valid
    assert cut.area == pytest.approx(polygon.area, rel=1e-6, abs=1e-6)
    if not cut.is_empty:
        assert cut.bounds[0] >= -180
        assert cut.bounds[2] <= 180


@pytest.mark.parametrize(("lon", "inside"), [(180, 180), (-180, -180), (181, -179), (-181, 179), (540, -180), (725, 5)])
def test_a_point_is_wrapped(lon: float, inside: float) -> None:
    assert cut_antimeridian(shapely.Point(lon, 3)).equals(shapely.Point(inside, 3))


def test_a_polygon_that_spans_the_world_is_not_cut() -> None:
    antarctica = shapely.Polygon([(-180, -90), (180, -90), (180, -80), (0, -65), (-180, -80)])
    assert cut_antimeridian(antarctica) is antarctica


def test_a_line_once_round_the_world_keeps_every_part() -> None:
    cut = cut_antimeridian(shapely.LineString([(170, 0), (190, 0), (360, 0), (530, 0), (545, 0)]))
    assert [part.wkt for part in shapely.get_parts(cut)] == [
        "LINESTRING (170 0, 180 0)",
        "LINESTRING (-180 0, -170 0, 0 0, 170 0, 180 0)",
        "LINESTRING (-180 0, -175 0)",
    ]


def test_a_collection_is_cut_part_by_part() -> None:
    cut = cut_antimeridian(
        shapely.GeometryCollection([shapely.Point(190, 0), shapely.LineString([(179, 0), (-179, 0)])])
    )
    assert [part.geom_type for part in shapely.get_parts(cut)] == ["Point", "MultiLineString"]
    assert cut.bounds == (-180.0, 0.0, 180.0, 0.0)


def test_plain_points_need_no_look_of_their_own() -> None:
    lonlat = np.random.default_rng(7).uniform(-180, 180, (1_000, 2)) / (1, 2)
    points = np.array(shapely.points(lonlat))
    kept = normalize(points)
    assert all(a is b for a, b in zip(points, kept, strict=True))


# -------------------------------------------------------------------------------------------------------------- the box


def test_nothing_has_no_box() -> None:
    assert bbox_rfc7946(None) is bbox_rfc7946([]) is bbox_rfc7946([None]) is bbox_rfc7946(EMPTY) is None
    assert [bbox_rfc7946(empty) for empty in EMPTY] == [None] * len(EMPTY)


@given(st.lists(st.tuples(longitudes, degrees), min_size=1, max_size=6))
def test_the_box_of_points_holds_them_all_whatever_their_order(points: list[tuple[float, float]]) -> None:
    shapes = [shapely.Point(point) for point in points]
    box = bbox_rfc7946(shapes)
    assert box is not None
    assert box == bbox_rfc7946(shapes[::-1]) == bbox_rfc7946(shapely.MultiPoint(points))
    west, south, east, north = box
    for lon, lat in points:
        assert south <= lat <= north
        assert west <= lon <= east if west <= east else (lon >= west or lon <= east)


def test_the_box_of_fiji_is_the_one_of_the_rfc() -> None:
    fiji = [shapely.box(177, -20, 180, -16), shapely.box(-180, -19, -178, -17)]
    assert bbox_rfc7946(fiji) == bbox_rfc7946(fiji[::-1]) == (177.0, -20.0, -178.0, -16.0)
    assert bbox_rfc7946(shapely.box(177, -20, 182, -16)) == (177.0, -20.0, -178.0, -16.0)


def test_the_box_of_russia_crosses_and_that_of_antarctica_does_not() -> None:
    russia = shapely.MultiPolygon(
        [shapely.box(27, 41, 180, 81), shapely.box(-180, 65, -169, 71), shapely.box(19, 54, 22, 55)]
    )
    assert bbox_rfc7946(russia) == (19.0, 41.0, -169.0, 81.0)
    assert bbox_rfc7946(shapely.box(-180, -90, 180, -60)) == (-180.0, -90.0, 180.0, -60.0)
