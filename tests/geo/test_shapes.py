from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidGeometry
from geo.shapes import (
    geodesic_length_m,
    highest_dimension,
    repair,
    round_coordinates,
    single_parts,
    snap_to_grid,
    wind_rfc7946,
)
from tests.shapes import EMPTY, check_none_and_empty_stay, polygons, rings

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

KEEPERS: list[Callable[[BaseGeometry | None], BaseGeometry | None]] = [
    repair,
    wind_rfc7946,
    lambda geometry: round_coordinates(geometry, 7),
    highest_dimension,
    lambda geometry: snap_to_grid(geometry, 1.0),
]


@pytest.mark.parametrize("keeper", KEEPERS)
def test_none_and_empty_stay(keeper: Callable[[BaseGeometry | None], BaseGeometry | None]) -> None:
    check_none_and_empty_stay(keeper)


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


# ------------------------------------------------------------------------------------------------------------ length


def test_nothing_has_no_length() -> None:
    assert geodesic_length_m(None) == geodesic_length_m(shapely.Point(1, 1)) == 0
    assert [geodesic_length_m(empty) for empty in EMPTY] == [0] * len(EMPTY)


def test_a_quarter_of_a_meridian_is_ten_thousand_kilometres() -> None:
    meridian = shapely.LineString([(69, 0), (69, 90)])
    assert geodesic_length_m(meridian) == pytest.approx(10_001_965.7, abs=0.1)
    assert geodesic_length_m(shapely.reverse(meridian)) == geodesic_length_m(meridian)


def test_a_line_over_the_antimeridian_is_as_long_as_its_parts() -> None:
    line = shapely.LineString([(179, 10), (-179, 10)])
    assert geodesic_length_m(line) == pytest.approx(219_280, abs=20)


# ------------------------------------------------------------------------------------------------------------- parts


def test_of_a_mixed_collection_the_polygons_are_drawn() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(9, 9), shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])])
    assert highest_dimension(mixed).equals(shapely.box(0, 0, 1, 1))


def test_parts_are_single_whatever_they_were_wrapped_in() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    inner = shapely.GeometryCollection([shapely.MultiPoint([(2, 2), (3, 3)]), line])
    wrapped = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), inner, shapely.Point()])
    parts = single_parts([line, wrapped, *EMPTY])
    assert [part.geom_type for part in parts] == ["LineString", "Polygon", "Point", "Point", "LineString"]
    assert len(single_parts([])) == len(single_parts(EMPTY)) == 0
