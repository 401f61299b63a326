from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidGeometry
from geo.shapes import (
    bbox_rfc7946,
    cut_antimeridian,
    geodesic_length_m,
    highest_dimension,
    is_coverage,
    normalize,
    repair,
    round_coordinates,
    simplify_3857,
    snap_to_grid,
    wind_rfc7946,
    without_specks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

degrees = st.floats(-60, 60, allow_nan=False).map(lambda value: round(value, 6))
positions = st.tuples(degrees, degrees)
rings = st.lists(positions, min_size=3, max_size=9, unique=True)
longitudes = st.floats(-180, 180, allow_nan=False).map(lambda value: round(value, 6))


@st.composite
def polygons(draw: st.DrawFn) -> BaseGeometry:
    """Draw a valid polygon, sometimes with holes or several parts."""
    shape = repair(shapely.Polygon(draw(rings)))
    hole = repair(shapely.Polygon(draw(rings)))
    return repair(shape.difference(hole)) if draw(st.booleans()) else shape


KEEPERS: list[Callable[[BaseGeometry | None], BaseGeometry | None]] = [
    repair,
    wind_rfc7946,
    cut_antimeridian,
    lambda geometry: round_coordinates(geometry, 7),
    highest_dimension,
    lambda geometry: snap_to_grid(geometry, 1.0),
    lambda geometry: normalize(np.array([geometry], dtype=object))[0],
    lambda geometry: simplify_3857(np.array([geometry], dtype=object), 1.0)[0],
    lambda geometry: without_specks(np.array([geometry], dtype=object), 1.0)[0],
]


@pytest.mark.parametrize("keeper", KEEPERS)
def test_none_and_empty_stay(keeper: Callable[[BaseGeometry | None], BaseGeometry | None]) -> None:
    assert keeper(None) is None
    for empty in (
        shapely.Point(),
        shapely.LineString(),
        shapely.Polygon(),
        shapely.MultiPolygon(),
        shapely.GeometryCollection(),
    ):
        kept = keeper(empty)
        assert kept is not None
        assert kept.is_empty


def test_nothing_has_no_length_and_no_box() -> None:
    assert (
        geodesic_length_m(None)
        == geodesic_length_m(shapely.LineString())
        == geodesic_length_m(shapely.Point(1, 1))
        == 0
    )
    assert bbox_rfc7946(None) is bbox_rfc7946(shapely.Polygon()) is bbox_rfc7946([]) is bbox_rfc7946([None]) is None


# ------------------------------------------------------------------------------------------------------------ repair


@given(rings)
def test_a_repaired_polygon_is_a_valid_polygon(ring: list[tuple[float, float]]) -> None:
    repaired = repair(shapely.Polygon(ring))
    assert repaired.is_valid
    assert repaired.geom_type in {"Polygon", "MultiPolygon"}
    assert repair(repaired) is repaired


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_coordinate_that_is_no_number_is_refused(bad: float) -> None:
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(0, 0), (1, bad)])
    with pytest.raises(InvalidGeometry, match=r"LineString.*not a finite number"):
        repair(line)


# ----------------------------------------------------------------------------------------------------------- winding


@given(polygons())
def test_winding_is_right_handed_and_doing_it_twice_changes_nothing(polygon: BaseGeometry) -> None:
    wound = wind_rfc7946(polygon)
    for part in shapely.get_parts(wound):
        if not part.is_empty:
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)
    assert wind_rfc7946(wound).equals_exact(wound, 0)
    assert wind_rfc7946(shapely.reverse(polygon)).equals(polygon)


def test_polygons_inside_a_collection_are_wound_too() -> None:
    clockwise = shapely.Polygon([(0, 0), (0, 1), (1, 1)])
    wound = wind_rfc7946(shapely.GeometryCollection([shapely.Point(0, 0), clockwise]))
    assert shapely.get_parts(wound)[1].exterior.is_ccw


# ------------------------------------------------------------------------------------------------------ antimeridian


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


# ---------------------------------------------------------------------------------------------------------- rounding


@given(polygons(), st.integers(0, 7))
def test_rounding_keeps_a_shape_valid_and_near(polygon: BaseGeometry, decimals: int) -> None:
    rounded = round_coordinates(polygon, decimals)
    assert rounded.is_valid
    lonlat = shapely.get_coordinates(rounded)
    assert (lonlat == np.round(lonlat, decimals)).all()
    assert round_coordinates(rounded, decimals).equals_exact(rounded, 0)
    if not rounded.is_empty:
        assert rounded.within(polygon.buffer(10.0**-decimals))


def test_there_is_no_negative_zero() -> None:
    assert not np.signbit(shapely.get_coordinates(round_coordinates(shapely.Point(-1e-9, -0.0), 7))).any()


# ------------------------------------------------------------------------------------------------------ length, box


def test_a_quarter_of_a_meridian_is_ten_thousand_kilometres() -> None:
    meridian = shapely.LineString([(69, 0), (69, 90)])
    assert geodesic_length_m(meridian) == pytest.approx(10_001_965.7, abs=0.1)
    assert geodesic_length_m(shapely.reverse(meridian)) == geodesic_length_m(meridian)


def test_a_line_over_the_antimeridian_is_as_long_as_its_parts() -> None:
    line = shapely.LineString([(179, 10), (-179, 10)])
    assert geodesic_length_m(line) == pytest.approx(219_280, abs=20)


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


# ------------------------------------------------------------------------------------------------------- simplifying


def mosaic() -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return four cells that share wavy edges."""
    wave = [(x, np.sin(x) / 3) for x in np.linspace(0, 10, 200)]
    column = [(5 + np.sin(y) / 3, y) for y in np.linspace(-5, 5, 200)]
    lines = [shapely.LineString(wave), shapely.LineString(column), shapely.box(0, -5, 10, 5).exterior]
    cells = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    assert len(cells) == 4
    return cells


def test_a_simplified_coverage_does_not_gape() -> None:
    cells = mosaic()
    assert is_coverage(cells)
    simplified = simplify_3857(cells, 0.2)
    assert is_coverage(simplified)
    assert shapely.get_num_coordinates(simplified).sum() < shapely.get_num_coordinates(cells).sum() / 5
    assert shapely.union_all(simplified).area == pytest.approx(100, rel=0.02)
    assert not shapely.get_num_interior_rings(shapely.union_all(simplified))


def test_islands_that_do_not_touch_are_no_coverage() -> None:
    islands = np.array([shapely.box(i, 0, i + 0.5, 1) for i in range(3)])
    assert not is_coverage(islands)
    assert not is_coverage(islands[:1])
    assert not is_coverage(islands[:0])
    assert is_coverage(np.array([*islands, shapely.box(0.5, 0, 1, 1)]))


def test_overlapping_polygons_are_no_coverage_and_are_simplified_one_by_one() -> None:
    overlapping = np.array([*mosaic(), shapely.Point(5, 0).buffer(3)])
    assert not is_coverage(overlapping)
    simplified = simplify_3857(overlapping, 0.2)
    assert shapely.is_valid(simplified).all()
    assert (shapely.hausdorff_distance(simplified, overlapping) <= 0.2).all()


def test_nothing_is_simplified_at_tolerance_zero() -> None:
    cells = mosaic()
    assert shapely.equals_exact(simplify_3857(cells, 0), cells, 0).all()


def test_specks_go_and_the_rest_stays_in_its_row() -> None:
    islands = shapely.MultiPolygon([shapely.box(0, 0, 3, 3), shapely.box(5, 5, 5.1, 5.1)])
    speck = shapely.box(0, 0, 0.1, 0.1)
    kept = without_specks(np.array([speck, None, islands, shapely.Point(0, 0)]), 1.0)
    assert kept[0] is kept[1] is None
    assert kept[2].equals(shapely.box(0, 0, 3, 3))
    assert kept[3].equals(shapely.Point(0, 0))


def test_of_a_mixed_collection_the_polygons_are_drawn() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(9, 9), shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])])
    assert highest_dimension(mixed).equals(shapely.box(0, 0, 1, 1))


def test_plain_points_need_no_look_of_their_own() -> None:
    lonlat = np.random.default_rng(7).uniform(-180, 180, (1_000, 2)) / (1, 2)
    points = np.array(shapely.points(lonlat))
    kept = normalize(points)
    assert all(a is b for a, b in zip(points, kept, strict=True))
