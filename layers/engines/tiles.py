"""Tiles: one layer's part of a vector tile, cut out of its columns under a filter.

A point layer with more than :data:`BUDGET` points in a tile is drawn as a grid of :data:`GRID` by :data:`GRID` cells: each
point counts in the one cell that it lies in, so the counts of all tiles of a zoom add up to the filtered total.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.morton import BITS, deinterleave
from geo.tilegrid import Tile, check
from layers.engines.masks import mask
from layers.engines.morton_slices import slices_of_tiles
from layers.filter import Filter
from layers.tilelayer import code_values, encode_layer
from layers.tilepaths import BUFFER, EXTENT, POINT, Paths, commands, cut_paths, reach_box
from layers.wire import ByteRows

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.columns import Columns

    Integers = npt.NDArray[Any]

__all__ = ["BUDGET", "COUNT", "GRID", "MAX_ZOOM", "encode"]

BUDGET: Final = 5000
"""Most points that a tile draws one by one."""

GRID: Final = 64
"""Cells along the edge of a tile that draws more: 8 CSS pixels on MapLibre's 512-pixel tiles."""

COUNT: Final = "count"
"""Property of a cell that holds several features: how many. A feature that is alone in its cell is drawn as itself."""

MAX_ZOOM: Final = 20
"""Deepest zoom at which a stored point is known to a tile unit."""

DOMINANT: Final = "category"
"""Property of which a cell tells the most frequent value; of two as frequent ones the first."""

_EXTENT_BITS: Final = EXTENT.bit_length() - 1
_GRID_BITS: Final = GRID.bit_length() - 1


def encode(columns: Columns, name: str, tile: Tile, wanted: Filter, *, budget: int = BUDGET) -> bytes:
    """Return a layer's part of one tile, a whole tile in itself.

    Parameters
    ----------
    columns
        The layer's features.
    name
        The layer's name in the tile.
    tile
        ``z, x, y``, z to 20. The layer's own zooms are not asked for here.
    wanted
        Features that may appear; fields that the layer cannot obey keep all.
    budget
        Most points that are drawn one by one.

    Returns
    -------
    bytes
        One layer as a field of the Tile message, uncompressed; ``b""`` when nothing lies in the tile.

    Raises
    ------
    OutsideTileMatrix
        When there is no such tile.
    DamagedRelease
        When the column file is not what was written.
    """
    check(tile, MAX_ZOOM)
    if not columns.has_points:
        return _shapes(columns, name, tile, wanted)
    (own,) = slices_of_tiles(columns, tile.z, [(tile.x, tile.y)])
    if own[1] - own[0] > budget:
        (rows,) = _kept(columns, wanted, [own])
        if len(rows) > budget:
            return _grid(columns, name, tile, rows)
    rows, *around = _kept(columns, wanted, [own, *slices_of_tiles(columns, tile.z, _neighbours(tile))])
    near = [_near(columns, tile, each) for each in around if 0 < len(each) <= budget]
    return _points(columns, name, tile, np.concatenate([rows, *near]))


def _kept(columns: Columns, wanted: Filter, slices: list[tuple[int, int]]) -> list[Integers]:
    """Return the rows that a filter keeps of each slice; slices that follow each other are looked at together."""
    if wanted == Filter():
        return [np.arange(start, stop) for start, stop in slices]
    runs: list[tuple[int, int]] = []
    for start, stop in sorted(slices):
        if runs and start == runs[-1][1]:
            runs[-1] = (runs[-1][0], stop)
        elif start < stop:
            runs.append((start, stop))
    found = [start + np.flatnonzero(mask(columns, wanted, start, stop)) for start, stop in runs]
    rows = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    places = np.searchsorted(rows, np.array(slices)).tolist()
    return [rows[first:after] for first, after in places]


def _points(columns: Columns, name: str, tile: Tile, rows: Integers) -> bytes:
    """Draw points one by one."""
    if not len(rows):
        return b""
    xy = _in_tile(columns.file.array("morton")[rows], tile)
    geometry, _, kinds = commands(Paths.of(xy, np.arange(len(rows)), np.arange(len(rows)), POINT))
    keys, codes, values = _properties(columns, rows)
    return encode_layer(
        name,
        feature_ids=columns.file.array("feature_id")[rows],
        kinds=kinds,
        geometry=geometry,
        keys=keys,
        codes=codes,
        values=values,
    )


def _in_tile(codes: Integers, tile: Tile) -> Integers:
    """Return points in tile units, rounded down: a point then lies in one tile, whichever tile asks."""
    shift = np.uint64(BITS - tile.z - _EXTENT_BITS)
    x, y = (cells >> shift for cells in deinterleave(codes))
    return np.column_stack([x.astype(np.int64) - tile.x * EXTENT, y.astype(np.int64) - tile.y * EXTENT])


def _neighbours(tile: Tile) -> list[tuple[int, int]]:
    """Return x, y of the up to eight tiles around a tile."""
    across = range(2**tile.z)
    steps = [(dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dx or dy]
    return [(tile.x + dx, tile.y + dy) for dx, dy in steps if tile.x + dx in across and tile.y + dy in across]


def _near(columns: Columns, tile: Tile, rows: Integers) -> Integers:
    """Return those rows whose points lie within the buffer of a tile.

    Not asked of a neighbour that is drawn as a grid: its points are not there one by one.
    """
    xy = _in_tile(columns.file.array("morton")[rows], tile)
    return rows[((xy >= -BUFFER) & (xy < EXTENT + BUFFER)).all(axis=1)]


def _properties(columns: Columns, rows: Integers) -> tuple[list[str], Integers, ByteRows]:
    """Return the properties of rows as :func:`encode_layer` takes them: ``id`` and what the layer sends with its tiles."""
    keys = ["id", *columns.tile_properties]
    codes = np.full((len(rows), len(keys)), -1, dtype=np.int64)
    codes[:, 0] = np.arange(len(rows))
    values = [columns.ids.take(rows)]
    known = len(rows)
    for j, key in enumerate(columns.tile_properties, start=1):
        own = columns.codes(key)[rows].astype(np.int64)
        used, codes[:, j] = _numbered(own, known)
        values.append(columns.messages(key).take(used - 1))
        known += len(used)
    return keys, codes, ByteRows.joined(values)


def _numbered(codes: Integers, first: int) -> tuple[Integers, Integers]:
    """Return the codes in use, without 0, and each code's place among them counted from ``first``; -1 for 0."""
    most = int(codes.max(initial=0))
    if most <= 16 * len(codes):
        is_used = np.zeros(most + 1, dtype=bool)
        is_used[codes] = True
        is_used[0] = False
        place = np.cumsum(is_used) - 1 + first
        place[0] = -1
        return np.flatnonzero(is_used), place[codes]
    used, place = np.unique(codes, return_inverse=True)
    has_none = int(used[0] == 0)
    return used[has_none:], np.where(codes == 0, -1, place - has_none + first)


def _grid(columns: Columns, name: str, tile: Tile, rows: Integers) -> bytes:
    """Draw points as cells. Rows stand in Morton order, so those of a cell stand together."""
    morton = columns.file.array("morton")[rows]
    cells = morton >> np.uint64(2 * (BITS - tile.z - _GRID_BITS))
    first = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
    counts = np.diff(first, append=len(rows))
    column, row = deinterleave(cells[first])
    side = EXTENT // GRID
    xy = np.column_stack([column.astype(np.int64) % GRID, row.astype(np.int64) % GRID]) * side + side // 2
    # A cell of one feature is that feature: it stands at its own place and can be opened.
    single, many = np.flatnonzero(counts == 1), np.flatnonzero(counts > 1)
    xy[single] = _in_tile(morton[first[single]], tile)
    keys, own, values = _properties(columns, rows[first[single]])
    codes = np.full((len(first), len(keys) + 1), -1, dtype=np.int64)
    codes[single, :-1] = own
    counted, numbers = code_values([counts[many].tolist()])
    codes[many, -1] = counted[:, 0] + len(values.lengths)
    values = ByteRows.joined([values, numbers])
    if DOMINANT in columns.tile_properties:
        dominant = _dominant(columns.codes(DOMINANT)[rows], first, counts)[many]
        used, codes[many, keys.index(DOMINANT)] = _numbered(dominant, len(values.lengths))
        values = ByteRows.joined([values, columns.messages(DOMINANT).take(used - 1)])
    geometry, _, kinds = commands(Paths.of(xy, np.arange(len(first)), np.arange(len(first)), POINT))
    return encode_layer(
        name,
        # A cell's number comes from its place on the map, so it is the same under every filter.
        feature_ids=np.where(counts == 1, columns.file.array("feature_id")[rows[first]], cells[first] + np.uint64(1)),
        kinds=kinds,
        geometry=geometry,
        keys=[*keys, COUNT],
        codes=codes,
        values=values,
    )


def _dominant(codes: Integers, first: Integers, counts: Integers) -> Integers:
    """Return the most frequent code of each run of rows, of two as frequent ones the lower; 0, for none, only where nothing else is."""
    most = int(codes.max(initial=0)) + 1
    if most * len(first) > 8 * len(codes) + 2**16:
        # Too many different values for a table: the runs are sorted instead.
        pair, frequency = np.unique(np.repeat(np.arange(len(first)), counts) * most + codes, return_counts=True)
        cell, code = np.divmod(pair, most)
        order = np.lexsort((code, -frequency, code == 0, cell))
        return code[order][np.flatnonzero(np.concatenate([[True], np.diff(cell[order]) != 0]))]
    place = np.repeat(np.arange(len(first), dtype=np.int64) * most, counts) + codes
    table = np.bincount(place, minlength=most * len(first)).reshape(len(first), most)
    if most == 1:
        return np.zeros(len(first), dtype=np.int64)
    has_any = table[:, 1:].any(axis=1)
    return np.where(has_any, table[:, 1:].argmax(axis=1) + 1, 0)


def _shapes(columns: Columns, name: str, tile: Tile, wanted: Filter) -> bytes:
    """Draw lines, polygons, and points of mixed layers."""
    rows = columns.levels.query(reach_box(tile))
    if wanted != Filter() and len(rows):
        rows = rows[mask(columns, wanted, 0, columns.count)[rows]]
    shapes = columns.levels.shapes(rows, tile.z)
    is_drawn = np.array([shape is not None for shape in shapes], dtype=bool)
    rows, shapes = rows[is_drawn], shapes[is_drawn]
    if not len(rows):
        return b""
    paths = cut_paths(shapes, columns.levels.kinds[rows], rows, tile)
    geometry, rows, kinds = commands(paths)
    keys, codes, values = _properties(columns, rows)
    return encode_layer(
        name,
        feature_ids=columns.file.array("feature_id")[rows],
        kinds=kinds,
        geometry=geometry,
        keys=keys,
        codes=codes,
        values=values,
    )
