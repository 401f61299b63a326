"""Places in expressions: which rows of a layer touch a geometry of CQL2."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.antimeridian import normalize
from geo.errors import MalformedFilter
from layers.engines.masks import mask
from layers.filter import Filter

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from layers.engines.columns import Columns
    from layers.expression import Node

    Mask = npt.NDArray[np.bool_]

__all__ = ["geometry_of", "intersects", "is_placed"]


def is_placed(columns: Columns) -> Mask:
    """Return which rows have a geometry."""
    if columns.has_points:
        return np.arange(columns.count) < columns.placed
    return np.isfinite(columns.file.array("box")[:, 0])


def geometry_of(node: Node, project: Callable[[Any], Any]) -> tuple[float, float, float, float] | BaseGeometry:
    """Return the box (west, south, east, north) or the geometry, in degrees, that a literal means.

    ``project`` turns the literal's coordinates, shape (n, 2), into longitude and latitude in degrees.

    Raises
    ------
    MalformedFilter
        When it is neither, or lies outside the world.
    """
    try:
        if isinstance(node, dict) and "bbox" in node:
            numbers = [float(number) for number in node["bbox"]]
            west, south, east, north = numbers if len(numbers) == 4 else (*numbers[:2], *numbers[3:5])  # noqa: PLR2004 -- with heights six
            (west, south), (east, north) = project(np.array([[west, south], [east, north]])).tolist()
            _check_world(west, south, east, north)
            return west, south, east, north
        shape = shapely.from_geojson(_json(node))
        shape = shapely.transform(shapely.force_2d(shape), project)
        _check_world(*shape.bounds)
    except (TypeError, ValueError, KeyError, shapely.errors.ShapelyError):
        raise MalformedFilter(
            "filter",
            f"{str(node)[:60]!r} is no geometry within the world.",
            hint="Use BBOX(60, 36, 75, 42) or a geometry in WKT, longitude first unless filter-crs says otherwise.",
        ) from None
    mended: BaseGeometry = normalize(np.array([shape], dtype=object))[0]
    return mended


def _check_world(west: float, south: float, east: float, north: float) -> None:
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 -- degrees
        raise ValueError


def _json(node: Node) -> str:
    if not isinstance(node, dict) or "type" not in node:
        raise TypeError
    return json.dumps(node)


def intersects(columns: Columns, place: tuple[float, float, float, float] | BaseGeometry) -> Mask:
    """Return which rows have a geometry that a box or another geometry touches."""
    if isinstance(place, tuple):
        return mask(columns, Filter(bbox=place), 0, columns.count)
    touched = np.zeros(columns.count, dtype=bool)
    if place is None or place.is_empty:
        return touched
    near = np.flatnonzero(mask(columns, Filter(bbox=place.bounds), 0, columns.count))
    shapely.prepare(place)
    if columns.has_points:
        lon, lat = (columns.file.array(name)[near] / 1e7 for name in ("lon_e7", "lat_e7"))
        touched[near] = shapely.intersects_xy(place, lon, lat)
    elif len(near):
        texts = [text[:-2].decode() for text in columns.feature_texts(near)]
        touched[near] = shapely.intersects(place, shapely.from_geojson(texts))
    return touched
