"""Generalization: what a map at a small scale leaves out of shapes, their finer vertices and their specks.

Arrays of any shapes go through it when a zoom is drawn; how the recorded borders were simplified is told in
:mod:`geo.simplification`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.shapes import POLYGONS

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["is_coverage", "simplify_3857", "without_specks"]


def simplify_3857(
    geometries_3857: npt.NDArray[np.object_], tolerance_m: float, *, tiles: bool | None = None
) -> npt.NDArray[np.object_]:
    """Return the geometries with fewer vertices.

    Parameters
    ----------
    geometries_3857
        Array of shape (n,), EPSG:3857. ``None`` and empty ones are allowed and stay.
    tolerance_m
        In metres of the projection, not of the ground. At 0 or below nothing is done.
    tiles
        Whether those that are drawn are a coverage, if that is known: :func:`is_coverage` takes longer than all the rest.
        What was one stays one when it is simplified, and when some of it is left out.

    Returns
    -------
    array of shape (n,)
        Valid polygons stay valid. Polygons that tile the plane (a valid coverage: no overlaps, shared edges equal vertex by
        vertex) keep doing so, because a shared edge is simplified once; others are simplified one by one, within
        ``tolerance_m`` of the original. The ends of a line stay where they are.

    Examples
    --------
    >>> bent = np.array([shapely.LineString([(0, 0), (5, 0.1), (10, 0)]), None])
    >>> simplify_3857(bent, 1.0).tolist()
    [<LINESTRING (0 0, 10 0)>, None]
    """
    simplified = geometries_3857.copy()
    drawn = np.flatnonzero(~shapely.is_missing(simplified) & ~shapely.is_empty(simplified))
    if tolerance_m <= 0 or not len(drawn):
        return simplified
    shapes = simplified[drawn]
    if is_coverage(shapes) if tiles is None else tiles:
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
    else:
        shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    simplified[drawn] = shapes
    return simplified


def is_coverage(geometries: npt.NDArray[np.object_]) -> bool:
    """Tell whether all geometries are polygons that tile without overlap and share edges, vertex by vertex.

    Neither ``None`` nor empty geometries may be among them. Islands that nowhere touch are no coverage: nothing between
    them could gape.
    """
    if not np.isin(shapely.get_type_id(geometries), POLYGONS).all() or not shapely.is_valid(geometries).all():
        return False
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    order = np.lexsort((owner, xy[:, 1], xy[:, 0]))
    xy, owner = xy[order], owner[order]
    touches = (xy[1:] == xy[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    return bool(touches.any() and shapely.coverage_is_valid(geometries))


def without_specks(geometries: npt.NDArray[np.object_], smallest_area: float) -> npt.NDArray[np.object_]:
    """Return the geometries without those polygon parts that are smaller than an area.

    Parameters
    ----------
    geometries
        Array of shape (n,), of any CRS. ``None`` and empty ones stay; points and lines are kept as they are.
    smallest_area
        In the square of the CRS's unit.

    Returns
    -------
    array of shape (n,)
        A polygon of which nothing is left becomes ``None``; one that loses a part is a MultiPolygon.

    Examples
    --------
    >>> without_specks(np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 3, 3), shapely.Point(0, 0)]), 4.0).tolist()
    [None, <POLYGON ((3 0, 3 3, 0 3, 0 0, 3 0))>, <POINT (0 0)>]
    """
    kept = geometries.copy()
    which = np.flatnonzero(np.isin(shapely.get_type_id(kept), POLYGONS) & ~shapely.is_empty(kept))
    parts, owner = shapely.get_parts(kept[which], return_index=True)
    is_large = shapely.area(parts) >= smallest_area
    touched = np.unique(owner[~is_large])
    kept[which[touched]] = None
    again = is_large & np.isin(owner, touched)
    if again.any():
        rows, position = np.unique(owner[again], return_inverse=True)
        kept[which[rows]] = shapely.multipolygons(parts[again], indices=position)
    return kept
