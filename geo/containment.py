"""Containment: which of many points lie in which of some polygons.

Geometry is EPSG:4326 (lon, lat in degrees). A point on a polygon's edge lies in it, so a point on a shared border lies in
both neighbours. ±180 is one meridian: a point on it lies in what touches it from either side.

The points are sorted by longitude, a block at a time; each polygon then tests only the slice of a block that its bounding
box spans. Polygons are prepared (indexed by GEOS) once, so that a country of many thousand vertices costs no more for a
point than a small one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.antimeridian import normalize
from geo.errors import InvalidGeometry
from geo.shapes import POINTS, POLYGONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Many = npt.NDArray[Any] | Sequence[Any]

__all__ = ["join_points", "lonlat_of"]

BLOCK = 1 << 18
"""Points sorted and tested at a time: their coordinates fit a processor's cache, whatever the number of points."""

MERIDIAN_DEG = 180.0
POLE_DEG = 90.0


def lonlat_of(points: Many) -> npt.NDArray[np.float64]:
    """Return points as lon, lat in degrees, shape (n, 2), longitudes within ±180; NaN where there is no point.

    Parameters
    ----------
    points
        Points, shape (n,), where ``None`` and empty ones stand for no place; or lon, lat as numbers, shape (n, 2), where
        NaN does. A GeoSeries will do.

    Raises
    ------
    InvalidGeometry
        Something is no point, or a coordinate is infinite or beyond ±90 of latitude; names its position.

    Examples
    --------
    >>> lonlat_of([shapely.Point(190, 10), None]).tolist()
    [[-170.0, 10.0], [nan, nan]]
    """
    given: npt.NDArray[Any] = np.asarray(points)
    if given.dtype == object or given.size == 0:
        geometries = given.astype(object).ravel()
        wrong = np.flatnonzero(~np.isin(shapely.get_type_id(geometries), (-1, POINTS[0])))
        if len(wrong):
            raise InvalidGeometry(
                f"Number {wrong[0]} of the points is a {geometries[wrong[0]].geom_type}.",
                hint="Give Points, or None where no place is stated.",
            )
        geometries[shapely.is_empty(geometries)] = None
        lonlat = np.column_stack([shapely.get_x(geometries), shapely.get_y(geometries)]).astype(float)
    else:
        lonlat = given.astype(float)
    bad = np.flatnonzero((np.abs(lonlat[:, 1]) > POLE_DEG) | np.isinf(lonlat).any(axis=1))
    if len(bad):
        lon, lat = lonlat[bad[0]]
        raise InvalidGeometry(
            f"Number {bad[0]} of the points, {lon:g} {lat:g}, is outside the world.",
            hint="Coordinates are lon, lat in degrees; are they swapped?",
        )
    outside = np.abs(lonlat[:, 0]) > MERIDIAN_DEG
    if outside.any():
        lonlat = lonlat.copy()
        lonlat[outside, 0] = (lonlat[outside, 0] + MERIDIAN_DEG) % (2 * MERIDIAN_DEG) - MERIDIAN_DEG
    return lonlat


def join_points(points: Many, polygons: Many) -> npt.NDArray[np.int64]:
    """Return which points lie in which polygons.

    Parameters
    ----------
    points
        As :func:`lonlat_of` takes them. What is no place lies nowhere.
    polygons
        Polygons and MultiPolygons, shape (m,); they may overlap, be invalid (they are repaired) and cross ±180. ``None``
        and empty ones hold nothing. A GeoSeries will do.

    Returns
    -------
    array of int64, shape (2, k)
        Positions of point and polygon, sorted by point, then polygon; each pair once. Without pairs the shape is (2, 0).

    Raises
    ------
    InvalidGeometry
        As :func:`lonlat_of` does, or something is no polygon; names its position.

    Examples
    --------
    >>> join_points([(1, 1), (5, 5), (2, 1)], [shapely.box(0, 0, 2, 2), None, shapely.box(2, 0, 4, 2)]).tolist()
    [[0, 2, 2], [0, 0, 2]]
    """
    lonlat = lonlat_of(points)
    shapes = _polygons(polygons)
    found = [_join_block(lonlat[start : start + BLOCK], start, shapes) for start in range(0, len(lonlat), BLOCK)]
    return np.concatenate([np.empty((2, 0), np.int64), *found], axis=1)


def _polygons(polygons: Many) -> npt.NDArray[np.object_]:
    given: npt.NDArray[Any] = np.asarray(polygons, dtype=object).ravel()
    wrong = np.flatnonzero(~np.isin(shapely.get_type_id(given), (-1, *POLYGONS)))
    if len(wrong):
        raise InvalidGeometry(
            f"Number {wrong[0]} of the polygons is a {given[wrong[0]].geom_type}.",
            hint="Only polygons contain points; None stands for a shape that is not held.",
        )
    shapes = normalize(given)
    shapely.prepare(shapes)
    return shapes


def _join_block(lonlat: npt.NDArray[np.float64], start: int, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    # NaN compares false with everything and would break the search: what is no place is left out first.
    index = np.flatnonzero(~np.isnan(lonlat).any(axis=1))
    seam = index[np.abs(lonlat[index, 0]) == MERIDIAN_DEG]
    index = np.concatenate([index, seam])
    lon = lonlat[index, 0]
    lon[len(lon) - len(seam) :] *= -1.0
    by_lon = np.argsort(lon, kind="stable")
    index, lon = index[by_lon], lon[by_lon]
    lat = lonlat[index, 1]
    inside, owner = [], []
    for position, (shape, box) in enumerate(zip(shapes, shapely.bounds(shapes), strict=True)):
        if np.isnan(box[0]):
            continue
        west, south, east, north = box
        first, last = np.searchsorted(lon, west, "left"), np.searchsorted(lon, east, "right")
        near = first + np.flatnonzero((lat[first:last] >= south) & (lat[first:last] <= north))
        hits = index[near[shapely.intersects_xy(shape, lon[near], lat[near])]]
        inside.append(hits)
        owner.append(np.full(len(hits), position))
    if not inside:
        return np.empty((2, 0), np.int64)
    # One number for each pair sorts faster than two columns do, and drops what the seam has doubled.
    pairs = np.unique(np.concatenate(inside) * len(shapes) + np.concatenate(owner))
    return np.stack([pairs // len(shapes) + start, pairs % len(shapes)]).astype(np.int64)
