"""Simplify the arcs of a coverage without tearing it.

Each arc is simplified once (Douglas-Peucker), with its ends kept, so both of its areas stay together. Where simplified
arcs would cross, run over each other or swallow an island, they are simplified less, step by step, until they do not.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.arcs import DECIMALS, Arc, faces
from geo.errors import InvalidGeometry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["drop_islands", "simplify_arcs"]

_COARSE_DEG = 0.01
"""From this tolerance on (about a kilometre) vertices are rounded to 0.0001°, about 11 m."""

_ROUNDS = 24
_SAME_AREA = 1e-6  # of the area: the same ring, begun at another vertex, gives another last digit


def simplify_arcs(arcs: Sequence[Arc], tolerance_deg: Callable[[Arc], Floats]) -> list[Arc]:
    """Simplify every arc, and keep the coverage whole.

    Parameters
    ----------
    arcs
        Of a valid coverage.
    tolerance_deg
        Gives the greatest distance, in degrees, by which the line may move at each of the arc's points; 0 keeps them.

    Returns
    -------
    list of Arc
        In the same order. Islands that a coarser coast swallowed are left out.

    Raises
    ------
    InvalidGeometry
        The arcs given cross each other.

    Examples
    --------
    >>> points = np.array([[0.0, 0.0], [1.0, 0.001], [2.0, 0.0]])
    >>> arc = Arc(points, left="a", right="b")
    >>> [len(a.points) for a in simplify_arcs([arc], lambda arc: np.full(len(arc.points), 0.01))]
    [2]
    """
    tolerances = [tolerance_deg(arc) for arc in arcs]
    simplified = [_simplify(arc, tolerance) for arc, tolerance in zip(arcs, tolerances, strict=True)]
    coarsest = np.array([float(tolerance.max()) for tolerance in tolerances])
    factors = np.ones(len(arcs))
    for _ in range(_ROUNDS):
        crossing = _crossing(simplified, coarsest * factors)
        if not crossing:
            return _without_swallowed(simplified)
        for number in crossing:
            factors[number] = 0.0 if factors[number] < 1 / _ROUNDS else factors[number] / 2
            simplified[number] = _simplify(arcs[number], tolerances[number] * factors[number])
    where = simplified[crossing[0]].points[0]
    raise InvalidGeometry(f"The arcs near ({where[0]}, {where[1]}) cross.", hint="Clean the coverage first.")


def drop_islands(arcs: Sequence[Arc], smallest_deg2: Callable[[Arc], float]) -> list[Arc]:
    """Leave out islands that are too small to be seen, but never the largest part of an area.

    Parameters
    ----------
    arcs
        Of a valid coverage.
    smallest_deg2
        Gives the least size of an island (square degrees, shrunk by the cosine of its latitude) that is kept.
    """
    largest: dict[str, float] = {}
    for face in faces(arcs):
        for label in face.labels - {None}:
            largest[str(label)] = max(largest.get(str(label), 0.0), face.polygon.area)
    kept = []
    for arc in arcs:
        if _is_island(arc):
            polygon = shapely.Polygon(arc.points)
            size = polygon.area * float(np.cos(np.radians(polygon.centroid.y)))
            is_largest = polygon.area > largest[arc.sides[0]] * (1 - _SAME_AREA)
            if size < smallest_deg2(arc) and not is_largest:
                continue
        kept.append(arc)
    return kept


def _simplify(arc: Arc, tolerance: Floats) -> Arc:
    """Simplify between the points where the tolerance changes; a ring is halved at the point farthest from its start."""
    if not tolerance.any():
        return arc
    along = np.minimum(tolerance[:-1], tolerance[1:])
    if arc.is_ring:
        polygon = shapely.Polygon(arc.points)
        # A small ring gets a small tolerance, so that it keeps its shape instead of collapsing.
        along = np.minimum(along, np.sqrt(polygon.area) / 8)
    cuts = {0, len(along), *(np.flatnonzero(np.diff(along)) + 1).tolist()}
    if arc.is_ring:
        cuts.add(int(np.argmax(np.hypot(*(arc.points - arc.points[0]).T))))
    places = sorted(cuts)
    pieces = []
    for start, end in pairwise(places):
        piece = arc.points[start : end + 1]
        if along[start] > 0:
            piece = shapely.get_coordinates(shapely.LineString(piece).simplify(along[start], preserve_topology=False))
            if along[start] >= _COARSE_DEG:
                piece[1:-1] = piece[1:-1].round(DECIMALS - 1)
        pieces.append(piece[:-1])
    points = np.vstack([*pieces, arc.points[-1:]])
    moved = np.ones(len(points), dtype=bool)
    moved[1:] = (points[1:] != points[:-1]).any(axis=1)
    return replace(arc, points=points[moved])


def _crossing(arcs: Sequence[Arc], tolerances: Floats) -> list[int]:
    """Return the arcs to be simplified less: of two that meet elsewhere than at common ends, the coarser."""
    lines = np.array([arc.line for arc in arcs])
    ends = np.array([[arc.points[0], arc.points[-1]] for arc in arcs])
    bad = set(np.flatnonzero(~shapely.is_simple(lines)).tolist())
    bad |= {number for number, arc in enumerate(arcs) if arc.is_ring and len(arc.points) <= len("ab") + 1}
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    first, second = first[first < second], second[first < second]
    meeting = shapely.intersection(lines[first], lines[second])
    is_line = ~np.isin(shapely.get_type_id(meeting), [0, 4])
    points, pair = shapely.get_coordinates(meeting, return_index=True)
    at_ends = [(points[:, None, :] == ends[which[pair]]).all(axis=2).any(axis=1) for which in (first, second)]
    is_crossing = is_line.copy()
    is_crossing[pair[~(at_ends[0] & at_ends[1])]] = True
    for a, b in zip(first[is_crossing].tolist(), second[is_crossing].tolist(), strict=True):
        coarser = max(tolerances[a], tolerances[b])
        bad |= {number for number in (a, b) if tolerances[number] == coarser}
    return sorted(bad)


def _without_swallowed(arcs: Sequence[Arc]) -> list[Arc]:
    """Leave out islands that now lie inside another area: their coast would cut a hole into it."""
    swallowed = {
        ring.normalize().wkb for face in faces(arcs) if len(face.labels) > 1 for ring in face.polygon.interiors
    }
    if not swallowed:
        return list(arcs)
    return [
        arc for arc in arcs if not (_is_island(arc) and shapely.LinearRing(arc.points).normalize().wkb in swallowed)
    ]


def _is_island(arc: Arc) -> bool:
    """Whether the arc is a closed coast with its area inside, and no lake."""
    return arc.is_ring and arc.is_coast and (arc.left is not None) == shapely.LinearRing(arc.points).is_ccw
