"""Proximity: how far points are from lines and from the edges of polygons, in metres on the WGS 84 ellipsoid.

Nearness in degrees is no nearness on the ground. So the nearest point of each edge is found in space: point and edge are
taken to earth-centred coordinates, where an edge shorter than :data:`STEP_DEG` is as good as straight and neither ±180
nor a pole is anything special; the distance to that nearest point is then measured along the ellipsoid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import Geod

from geo.antimeridian import normalize
from geo.containment import lonlat_of
from geo.shapes import POLYGONS

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.containment import Many

__all__ = ["Nearness", "edge_distances"]

STEP_DEG = 0.05
"""Longest edge, in degrees. Between its ends the ellipsoid rises by less than 1 m over the straight line."""

M_PER_DEG = 110_000.0
"""A little less than any degree of a meridian, so that boxes made with it are large enough."""

BLOCK = 1 << 12
"""Points that are looked at at a time: each meets some hundred edges."""

_WGS84 = Geod(ellps="WGS84")

Nearness = tuple["npt.NDArray[np.int64]", "npt.NDArray[np.int64]", "npt.NDArray[np.float64]"]
"""Position of the point, position of the shape, distance in metres; three arrays of one length."""


def edge_distances(points: Many, shapes: Many, reach_m: float) -> Nearness:
    """Return which points lie within reach of which lines or polygon edges, and how far.

    Parameters
    ----------
    points
        Points as :func:`geo.containment.lonlat_of` takes them (EPSG:4326); what is no place is near nothing.
    shapes
        Lines, polygons and their Multi types in EPSG:4326, shape (m,); of a polygon its edges count, so that a point deep
        inside is far. ±180 is no edge. ``None`` and empty ones are far from everything.
    reach_m
        In metres, at least 0.

    Returns
    -------
    Nearness
        Sorted by point, then shape; each pair once, with its smallest distance, ``0 <= distance <= reach_m``.

    Raises
    ------
    InvalidGeometry
        As :func:`geo.containment.lonlat_of` does.

    Examples
    --------
    >>> meridian = shapely.LineString([(70, 30), (70, 40)])
    >>> point, shape, metres = edge_distances([(71, 35), (80, 35)], [None, meridian], 100_000)
    >>> point.tolist(), shape.tolist(), np.round(metres, -2).tolist()
    ([0], [1], [91300.0])
    """
    lonlat = lonlat_of(points)
    nothing = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
    box_point, boxes = _boxes(lonlat, reach_m)
    starts, ends, owner = _edges(shapes, boxes)
    if not len(starts):
        return nothing
    tree = shapely.STRtree(_box_array(np.minimum(starts, ends), np.maximum(starts, ends)))
    found = [nothing]
    for first in range(0, len(boxes), BLOCK):
        which, edge = tree.query(boxes[first : first + BLOCK])
        which = box_point[which + first]
        metres = _to_edges(lonlat[which], starts[edge], ends[edge])
        near = metres <= reach_m
        found.append((which[near], owner[edge[near]], metres[near]))
    point, shape, metres = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.lexsort((metres, shape, point))
    point, shape, metres = point[order], shape[order], metres[order]
    is_first = np.ones(len(point), dtype=bool)
    is_first[1:] = (np.diff(point) != 0) | (np.diff(shape) != 0)
    return point[is_first], shape[is_first], metres[is_first]


def _edges(
    shapes: Many, boxes: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return starts and ends, shape (e, 2), of the edges of shapes near the boxes, and each edge's shape's position."""
    given = normalize(np.asarray(shapes, dtype=object).ravel())
    near = np.unique(shapely.STRtree(given).query(boxes)[1])
    is_area = np.isin(shapely.get_type_id(given), POLYGONS)
    outlines = np.where(is_area[near], shapely.boundary(given[near]), given[near])
    lines, owner = shapely.get_parts(outlines, return_index=True)
    lonlat, line = shapely.get_coordinates(shapely.segmentize(lines, STEP_DEG), return_index=True)
    joined = np.flatnonzero(line[1:] == line[:-1])
    starts, ends, of = lonlat[joined], lonlat[joined + 1], near[owner[line[joined]]]
    # Polygons are cut at ±180, and their halves belong together; a line that runs along it is a line.
    on_seam = (np.abs(starts[:, 0]) == 180.0) & (np.abs(ends[:, 0]) == 180.0)  # noqa: PLR2004 -- degrees
    keep = ~(on_seam & is_area[of])
    return starts[keep], ends[keep], of[keep].astype(np.int64)


def _boxes(lonlat: npt.NDArray[np.float64], reach_m: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Return boxes that hold all within reach of each point, and whose they are; beyond ±180 a point has a second one."""
    index = np.flatnonzero(~np.isnan(lonlat).any(axis=1))
    lon, lat = lonlat[index].T
    tall = reach_m / M_PER_DEG
    # A circle on a sphere reaches this far east and west; where it holds a pole, every longitude is near.
    ratio = math.sin(math.radians(min(tall, 90.0))) / np.maximum(np.cos(np.radians(lat)), 1e-12)
    holds_pole = np.abs(lat) + tall >= 90.0  # noqa: PLR2004 -- degrees
    wide = np.where(holds_pole, 180.0, np.degrees(np.arcsin(np.minimum(ratio, 1.0))) * 1.01)
    boxes, whose = [], []
    for turn in (-360.0, 0.0, 360.0):
        seen = (lon + turn + wide >= -180.0) & (lon + turn - wide <= 180.0)  # noqa: PLR2004 -- degrees
        x, y, w = lon[seen] + turn, lat[seen], wide[seen]
        boxes.append(_box_array(np.column_stack([x - w, y - tall]), np.column_stack([x + w, y + tall])))
        whose.append(index[seen])
    return np.concatenate(whose), np.concatenate(boxes)


def _box_array(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.box(*low.T, *high.T), dtype=object)


def _to_edges(
    lonlat: npt.NDArray[np.float64], starts: npt.NDArray[np.float64], ends: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the distance in metres of each point to the edge in its row."""
    here, start, end = _in_space(lonlat), _in_space(starts), _in_space(ends)
    along = end - start
    squared = np.maximum((along * along).sum(axis=1), 1e-12)
    share = np.clip(((here - start) * along).sum(axis=1) / squared, 0.0, 1.0)[:, None]
    nearest = starts + (ends - starts) * share
    _, _, metres = _WGS84.inv(lonlat[:, 0], lonlat[:, 1], nearest[:, 0], nearest[:, 1])
    return np.asarray(metres, dtype=np.float64)


def _in_space(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return earth-centred, earth-fixed coordinates in metres, shape (n, 3), of lon, lat on the ellipsoid."""
    lam, phi = np.radians(lonlat).T
    squeeze = 1.0 - _WGS84.es
    normal = _WGS84.a / np.sqrt(1.0 - _WGS84.es * np.sin(phi) ** 2)
    across = normal * np.cos(phi)
    return np.column_stack([across * np.cos(lam), across * np.sin(lam), normal * squeeze * np.sin(phi)])
