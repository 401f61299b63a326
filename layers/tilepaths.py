"""The paths of a tile: shapes in metres become paths in tile units, and paths the command integers of MVT §4.3.

Tile units: extent 4096, x to the east, y to the south, the origin at the tile's north-west corner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import shapely
from shapely import GeometryType

from geo.shapes import LINES, POLYGONS, highest_dimension, repair, snap_to_grid
from geo.tilegrid import HALF_WORLD_M, BoundingBox, Tile, bounds_3857
from layers.wire import ByteRows, ranges, varints, zigzag

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Geometries = npt.NDArray[np.object_]

__all__ = [
    "BUFFER",
    "EXTENT",
    "LINESTRING",
    "POINT",
    "POLYGON",
    "Paths",
    "commands",
    "cut_paths",
    "reach_box",
]

EXTENT: Final = 4096
"""Tile units along a tile's edge."""

BUFFER: Final = 64
"""Tile units that a tile reaches beyond its edge, so that strokes and symbols do not end there."""

POINT, LINESTRING, POLYGON = 1, 2, 3
"""GeomType of MVT §4.3.4."""

MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
"""Command ids of MVT §4.3.1."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths in tile units, laid end to end.

    A path is all points of a point feature, one line of a line feature, or one ring of a polygon feature without its
    closing vertex. ``xy`` is int64 of shape (vertices, 2); ``sizes`` (vertices of a path, at least 1), ``rows`` (the feature
    that it belongs to) and ``kinds`` have shape (paths,).
    """

    xy: Integers
    sizes: Integers
    rows: Integers
    kinds: Integers

    @classmethod
    def of(cls, xy: Integers, path: Integers, rows: Integers, kind: int) -> Self:
        """Make paths of one kind from vertices that each know their path; a path without vertices is left out."""
        sizes = np.bincount(path, minlength=len(rows))
        return cls(xy, sizes[sizes > 0], rows[sizes > 0], np.full(np.count_nonzero(sizes), kind))

    @classmethod
    def joined(cls, several: Sequence[Paths]) -> Self:
        """Join paths, at least one set of them: those of one feature together, features by ascending row."""
        xy = np.concatenate([paths.xy for paths in several])
        sizes = np.concatenate([paths.sizes for paths in several])
        rows = np.concatenate([paths.rows for paths in several])
        kinds = np.concatenate([paths.kinds for paths in several])
        order = np.argsort(rows, kind="stable")
        vertices = ranges((np.cumsum(sizes) - sizes)[order], sizes[order])
        return cls(xy[vertices], sizes[order], rows[order], kinds[order])


def commands(paths: Paths) -> tuple[ByteRows, Integers, Integers]:
    """Return the command integers of MVT §4.3, with the features that they draw.

    Parameters
    ----------
    paths
        Sorted by row. The paths of a feature are of one kind; a point feature has one path.

    Returns
    -------
    geometry, rows, kinds
        One row of bytes for each feature, the row that each was named by, and its kind.

    Examples
    --------
    The point of MVT §4.3.5.1 and the line of §4.3.5.3:

    >>> point = Paths.of(np.array([[25, 17]]), np.array([0]), np.array([0]), POINT)
    >>> line = Paths.of(np.array([[2, 2], [2, 10], [10, 10]]), np.array([0, 0, 0]), np.array([1]), LINESTRING)
    >>> geometry, rows, kinds = commands(Paths.joined([line, point]))
    >>> geometry.data.tolist(), geometry.lengths.tolist(), kinds.tolist()
    ([9, 50, 34, 9, 4, 4, 18, 0, 16, 16, 0], [3, 8], [1, 2])
    """
    rows, first_path = np.unique(paths.rows, return_index=True)
    first_vertex = np.cumsum(paths.sizes) - paths.sizes
    # Each pair is the step from the vertex before; the cursor starts at the tile's corner for every feature.
    steps = np.diff(paths.xy, axis=0, prepend=0)
    steps[first_vertex[first_path]] = paths.xy[first_vertex[first_path]]

    moved = np.where(paths.kinds == POINT, paths.sizes, 1)
    drawn = paths.sizes - moved
    closed = paths.kinds == POLYGON
    lengths = 1 + 2 * paths.sizes + (drawn > 0) + closed
    start = np.cumsum(lengths) - lengths
    stream = np.empty(int(lengths.sum()), dtype=np.uint64)
    stream[start] = moved << 3 | MOVE_TO
    line_to = start + 1 + 2 * moved
    stream[line_to[drawn > 0]] = (drawn << 3 | LINE_TO)[drawn > 0]
    stream[(start + lengths - 1)[closed]] = 1 << 3 | CLOSE_PATH
    nth = ranges(np.zeros_like(paths.sizes), paths.sizes)
    slots = np.repeat(start, paths.sizes) + 1 + 2 * nth + (nth >= np.repeat(moved, paths.sizes))
    stream[slots] = zigzag(steps[:, 0])
    stream[slots + 1] = zigzag(steps[:, 1])

    per_feature = np.add.reduceat(lengths, first_path) if len(first_path) else lengths
    return varints(stream).merge(per_feature), rows, paths.kinds[first_path]


def reach_box(tile: Tile) -> shapely.Polygon:
    """Return the tile with its buffer as a polygon in EPSG:3857: what lies outside is not in the tile."""
    reach = _reach(tile)
    return shapely.box(reach.west, reach.south, reach.east, reach.north)


def cut_paths(geometries_3857: Geometries, kinds: npt.NDArray[np.int8], rows: Integers, tile: Tile) -> Paths:
    """Return what a tile and its buffer show of some features.

    Parameters
    ----------
    geometries_3857
        EPSG:3857, shape (n,): valid, neither ``None`` nor empty, no collections.
    kinds
        ``POINT``, ``LINESTRING`` or ``POLYGON`` of each, shape (n,).
    rows
        The number by which each feature is known, ascending, shape (n,).
    tile
        ``z, x, y``.

    Returns
    -------
    Paths
        By ascending row. What collapses in tile units is left out: points of a feature that share a pixel are one point,
        a line keeps two vertices at least, a ring three. A line feature that is all in one pixel becomes that pixel, a
        ``POINT``: what is too short to be drawn is still there. No paths when nothing is left, or ``n`` is 0.

    Examples
    --------
    >>> paths = cut_paths(np.array([shapely.Point(0, 0)]), np.array([POINT]), np.array([7]), Tile(0, 0, 0))
    >>> paths.xy.tolist(), paths.rows.tolist()
    ([[2048, 2048]], [7])
    """
    several = []
    for kind, paths_of in ((POINT, _point_paths), (LINESTRING, _line_paths), (POLYGON, _polygon_paths)):
        of_kind = kinds == kind
        if of_kind.any():
            several.append(paths_of(geometries_3857[of_kind], rows[of_kind], tile))
    return Paths.joined(several) if several else Paths.of(np.empty((0, 2), dtype=np.int64), rows, rows, POINT)


def _point_paths(points_3857: Geometries, rows: Integers, tile: Tile) -> Paths:
    # Counted in pixels of the whole world and rounded down: a point then lies in one tile, whichever tile asks.
    parts, owner = shapely.get_parts(points_3857, return_index=True)
    world = EXTENT * 2**tile.z
    pixel = np.floor((shapely.get_coordinates(parts) * (1, -1) + HALF_WORLD_M) / (2 * HALF_WORLD_M) * world)
    xy = np.clip(pixel, 0, world - 1).astype(np.int64) - (tile.x * EXTENT, tile.y * EXTENT)
    inside = ((xy >= -BUFFER) & (xy < EXTENT + BUFFER)).all(axis=1)
    xy, owner = xy[inside], owner[inside]
    if len(parts) > len(rows):
        _, first = np.unique(np.column_stack([owner, xy]), axis=0, return_index=True)
        first.sort()
        xy, owner = xy[first], owner[first]
    return Paths.of(xy, owner, rows, POINT)


def _line_paths(lines_3857: Geometries, rows: Integers, tile: Tile) -> Paths:
    parts, owner = shapely.get_parts(_in_tile_units(_clip(lines_3857, tile), tile), return_index=True)
    parts, owner = _only(LINES, parts, owner)
    xy, path = _fresh_vertices(parts)
    is_long = np.bincount(path, minlength=len(parts)) > 1
    drawn = Paths.of(xy[is_long[path]], path[is_long[path]], rows[owner], LINESTRING)
    # Only where the whole line is in one pixel: of a longer one that merely reaches into the tile nothing is to be seen here.
    west, south, east, north = np.rint(shapely.bounds(_in_tile_units(lines_3857, tile))).T
    is_dot = (west == east) & (south == north)
    dots = np.unique(owner[is_dot[owner]])
    if not len(dots):
        return drawn
    pixels = np.stack([west[dots], south[dots]], axis=1).astype(np.int64)
    return Paths.joined([drawn, Paths.of(pixels, np.arange(len(dots)), rows[dots], POINT)])


def _polygon_paths(polygons_3857: Geometries, rows: Integers, tile: Tile) -> Paths:
    snapped = shapely.transform(_in_tile_units(_clip(polygons_3857, tile), tile), np.rint)
    # Rounding, and sometimes the fast clip, leaves rings that cross or collapse: those few are cut with the full overlay.
    # A collection counts as valid even if its polygons overlap.
    broken = ~shapely.is_valid(snapped) | (shapely.get_type_id(snapped) == GeometryType.GEOMETRYCOLLECTION)
    if broken.any():
        cut = shapely.intersection([repair(polygon) for polygon in polygons_3857[broken]], reach_box(tile))
        snapped[broken] = [snap_to_grid(highest_dimension(shape), 1.0) for shape in _in_tile_units(cut, tile)]
    # Counter-clockwise is positive by the surveyor's formula, which MVT §4.3.4.4 applies to y as it is, pointing south.
    parts, owner = shapely.get_parts(shapely.orient_polygons(snapped), return_index=True)
    parts, owner = _only(POLYGONS, parts, owner)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, path = _fresh_vertices(rings)
    is_closing = np.append(path[1:] != path[:-1], np.full(min(len(path), 1), True))
    return Paths.of(xy[~is_closing], path[~is_closing], rows[owner[part]], POLYGON)


def _only(kinds: tuple[GeometryType, ...], parts: Geometries, owner: Integers) -> tuple[Geometries, Integers]:
    """Return the parts of some kinds that are not empty: clipping leaves a point where a shape only touches the edge."""
    kept = np.isin(shapely.get_type_id(parts), kinds) & ~shapely.is_empty(parts)
    return parts[kept], owner[kept]


def _fresh_vertices(lines: Geometries) -> tuple[Integers, Integers]:
    """Return vertices rounded to tile units, and the line of each; a vertex that repeats the one before is left out."""
    coordinates, path = shapely.get_coordinates(lines, return_index=True)
    xy = np.rint(coordinates).astype(np.int64)
    fresh = np.ones(len(xy), dtype=bool)
    fresh[1:] = (path[1:] != path[:-1]) | (xy[1:] != xy[:-1]).any(axis=1)
    return xy[fresh], path[fresh]


def _reach(tile: Tile) -> BoundingBox:
    """Return the tile's box with its buffer, in metres."""
    box = bounds_3857(tile)
    buffer_m = (box.east - box.west) * BUFFER / EXTENT
    return BoundingBox(box.west - buffer_m, box.south - buffer_m, box.east + buffer_m, box.north + buffer_m)


def _clip(geometries_3857: Geometries, tile: Tile) -> Geometries:
    reach = _reach(tile)
    try:
        return shapely.clip_by_rect(geometries_3857, reach.west, reach.south, reach.east, reach.north)
    except shapely.GEOSException:
        return shapely.intersection(shapely.make_valid(geometries_3857), reach_box(tile))


def _in_tile_units(geometries_3857: Geometries, tile: Tile) -> Geometries:
    box = bounds_3857(tile)
    units_per_m = EXTENT / (box.east - box.west)
    return shapely.transform(geometries_3857, lambda xy: (xy - (box.west, box.north)) * (units_per_m, -units_per_m))
