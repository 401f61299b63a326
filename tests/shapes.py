"""Shapes for tests: empty ones, and ones that hypothesis draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from hypothesis import strategies as st

from geo.shapes import repair

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

EMPTY: list[BaseGeometry] = [
    shapely.Point(),
    shapely.LineString(),
    shapely.Polygon(),
    shapely.MultiPolygon(),
    shapely.GeometryCollection(),
]


def check_none_and_empty_stay(keeper: Callable[[BaseGeometry | None], BaseGeometry | None]) -> None:
    """Hold that a function of geometries gives nothing for nothing, and an empty shape for one."""
    assert keeper(None) is None
    for empty in EMPTY:
        kept = keeper(empty)
        assert kept is not None
        assert kept.is_empty


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
