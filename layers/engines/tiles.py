"""Tiles: one layer's part of a vector tile, cut out of its columns under a filter.

A point layer with more than :data:`BUDGET` points in a tile is drawn as a grid of :data:`GRID` by :data:`GRID` cells: each
point counts in the one cell that it lies in, so the counts of all tiles of a zoom add up to the filtered total.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.morton import BITS, code_of, deinterleave, interleave
from geo.tilegrid import Tile, check
from layers.engines.coded import numbered
from layers.engines.masks import Predicate
from layers.engines.morton_slices import bounds_of_cells, runs_of_cells, slice_of_tile
from layers.tilelayer import encode_layer, point_features, shape_features, value_field
from layers.tilepaths import BUFFER, EXTENT, commands, cut_paths, reach_box
from layers.wire import varint_words

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.columns import Columns
    from layers.filter import Filter

    Integers = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

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

_DENSE: Final = 50_000
"""Points of a tile from which on its buffer is looked for in smaller cells."""


def _ring(zooms: int) -> Integers:
    """Return x and y of the cells around a tile, so many zooms deeper, counted from its corner."""
    side = np.arange(-1, (1 << zooms) + 1)
    x, y = np.meshgrid(side, side)
    is_outside = (x < 0) | (x >= 1 << zooms) | (y < 0) | (y >= 1 << zooms)
    return np.stack([x[is_outside], y[is_outside]])


_RINGS: Final = {is_dense: (zooms, _ring(zooms)) for is_dense, zooms in ((False, 3), (True, 5))}
"""How many zooms deeper than the tile the cells of its ring are, and their places."""


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
    predicate = Predicate.of(columns, wanted)
    if not columns.has_points:
        return _shapes(columns, name, tile, predicate)
    start, stop = slice_of_tile(columns, tile.z, tile.x, tile.y)
    if predicate.keeps_all and stop - start > budget:
        return _grid(columns, name, tile, slice(start, stop))
    rows = predicate.rows(start, stop)
    if len(rows) > budget:
        return _grid(columns, name, tile, rows)
    x, y = _in_tile(columns.file.array("morton")[rows], tile)
    around, x_around, y_around = _around(columns, tile, predicate, budget, is_dense=stop - start > _DENSE)
    if len(around):
        rows, x, y = (np.concatenate(pair) for pair in ((rows, around), (x, x_around), (y, y_around)))
    if not len(rows):
        return b""
    keys, tags, values = _tags(columns, columns.tile_codes[rows], rows)
    return encode_layer(name, point_features(columns.id_words[rows], x, y, tags), keys, values)


def _in_tile(codes: Integers, tile: Tile) -> tuple[Integers, Integers]:
    """Return points in tile units, rounded down: a point then lies in one tile, whichever tile asks."""
    shift = BITS - tile.z - _EXTENT_BITS
    # In 32 bits what lies west or north of the tile comes out right too, however large the numbers are before.
    column, row = deinterleave(codes)
    x, y = (column >> shift) - np.uint32(tile.x * EXTENT), (row >> shift) - np.uint32(tile.y * EXTENT)
    return x.view(np.int32), y.view(np.int32)


def _around(
    columns: Columns, tile: Tile, predicate: Predicate, budget: int, *, is_dense: bool
) -> tuple[Integers, Integers, Integers]:
    """Return the rows whose points lie in the buffer of a tile, and where they lie in tile units.

    They are looked for in a ring of cells along its edge, smaller ones where many points are. What lies in a neighbour that is
    drawn as a grid is left out: its points are not there one by one.
    """
    zooms, ring = _RINGS[is_dense]
    z = tile.z + zooms
    x, y = (tile.x << zooms) + ring[0], (tile.y << zooms) + ring[1]
    if not (0 < tile.x < 2**tile.z - 1 and 0 < tile.y < 2**tile.z - 1):
        is_there = (x >= 0) & (x < 1 << z) & (y >= 0) & (y < 1 << z)
        x, y = x[is_there], y[is_there]
    cells = interleave(x, y)
    cells.sort()
    rows = predicate.of_runs(*runs_of_cells(columns, z, cells))
    x, y = _in_tile(columns.file.array("morton")[rows], tile)
    # Unsigned, what lies before the buffer is far behind it.
    is_near = ((x + BUFFER).view(np.uint32) < EXTENT + 2 * BUFFER) & (
        (y + BUFFER).view(np.uint32) < EXTENT + 2 * BUFFER
    )
    rows, x, y = rows[is_near], x[is_near], y[is_near]
    if not len(rows):
        return rows, x, y
    across, down = x >> _EXTENT_BITS, y >> _EXTENT_BITS
    for dx, dy in set(zip(across.tolist(), down.tolist(), strict=True)):
        start, stop = slice_of_tile(columns, tile.z, tile.x + dx, tile.y + dy)
        if stop - start > budget and predicate.count(start, stop) > budget:
            is_kept = (across != dx) | (down != dy)
            rows, x, y, across, down = (each[is_kept] for each in (rows, x, y, across, down))
    return rows, x, y


def _tags(
    columns: Columns, codes: Integers, rows: Integers, is_row: Mask | None = None, counts: Integers | None = None
) -> tuple[list[str], Integers, bytes]:
    """Return the properties of features as a layer of a tile has them.

    Parameters
    ----------
    columns
        The layer's features.
    codes
        What each feature has of the tile properties: codes of their values, 0 for none, shape (n, properties).
    rows
        The rows that are drawn as themselves and tell their ids.
    is_row
        Which of the features these are, in their order, shape (n,); ``None`` for all.
    counts
        How many features each other one stands for, shape (n,).

    Returns
    -------
    keys, tags, values
        The keys in use, which of the values each feature has of each (-1 for none), shape (n, keys), and the values as fields.
    """
    used, places = numbered(codes, len(columns.tile_values.ends), first=len(rows))
    values = [columns.ids.joined(rows), columns.tile_values.joined(used - 1)]
    keys = ["id", *columns.tile_properties]
    if is_row is not None:
        keys.append(COUNT)
    tags = np.empty((len(codes), len(keys)), dtype=np.int32)
    tags[:, 0] = np.arange(len(codes)) if is_row is None else np.where(is_row, is_row.cumsum() - 1, -1)
    tags[:, 1 : 1 + codes.shape[1]] = places
    if is_row is not None and counts is not None:
        told, place = np.unique(counts, return_inverse=True)
        tags[:, -1] = np.where(is_row, -1, place + len(rows) + len(used))
        values += map(_count_field, told.tolist())
    if tags.min(initial=0) < 0:
        has_key = (tags >= 0).any(axis=0)
        tags, keys = tags[:, has_key], [keys[place] for place in np.flatnonzero(has_key).tolist()]
    return keys, tags, b"".join(values)


@lru_cache(maxsize=1024)
def _count_field(count: int) -> bytes:
    return value_field(count)


def _grid(columns: Columns, name: str, tile: Tile, kept: slice | Integers) -> bytes:
    """Draw points as cells: rows of a slice, or of an array. They stand in Morton order, so those of a cell stand together."""
    cells, first, counts = _cells(columns, tile, kept)
    # A cell of one feature is that feature: it stands at its own place and can be opened.
    is_row = counts == 1
    rows = (first + kept.start if isinstance(kept, slice) else kept[first])[is_row]
    side = EXTENT // GRID
    x, y = (cell.view(np.int32) % GRID * side + side // 2 for cell in deinterleave(cells))
    x[is_row], y[is_row] = _in_tile(columns.file.array("morton")[rows], tile)
    codes = np.zeros((len(cells), len(columns.tile_properties)), dtype=columns.tile_codes.dtype)
    codes[is_row] = columns.tile_codes[rows]
    if DOMINANT in columns.tile_properties:
        dominant = _dominant(columns.codes(DOMINANT)[kept], first, counts)
        codes[~is_row, columns.tile_properties.index(DOMINANT)] = columns.tile_code_of(DOMINANT)[dominant[~is_row]]
    keys, tags, values = _tags(columns, codes, rows, is_row, counts)
    # A cell's number comes from its place on the map, so it is the same under every filter.
    id_words = varint_words(cells + np.uint64(1))
    id_words[is_row] = columns.id_words[rows]
    return encode_layer(name, point_features(id_words, x, y, tags), keys, values)


def _cells(columns: Columns, tile: Tile, kept: slice | Integers) -> tuple[Integers, Integers, Integers]:
    """Return the Morton codes of the cells that hold a row, the place of the first among the kept ones, and how many it holds."""
    z = tile.z + _GRID_BITS
    if isinstance(kept, slice):
        corner = code_of(tile.x, tile.y) << 2 * _GRID_BITS
        cells = np.arange(corner, corner + GRID * GRID, dtype=np.uint64)
        starts, stops = bounds_of_cells(columns, z, cells)
        is_any = stops > starts
        return cells[is_any], starts[is_any] - kept.start, (stops - starts)[is_any]
    cell_of_row = columns.file.array("morton")[kept] >> np.uint64(2 * (BITS - z))
    first = np.flatnonzero(np.concatenate([[True], cell_of_row[1:] != cell_of_row[:-1]]))
    return cell_of_row[first], first, np.diff(first, append=len(kept))


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


def _shapes(columns: Columns, name: str, tile: Tile, predicate: Predicate) -> bytes:
    """Draw lines, polygons, and points of mixed layers."""
    rows = columns.levels.query(reach_box(tile))
    if not predicate.keeps_all and len(rows):
        rows = rows[predicate.mask(rows)]
    shapes = columns.levels.shapes(rows, tile.z)
    is_drawn = np.array([shape is not None for shape in shapes], dtype=bool)
    rows, shapes = rows[is_drawn], shapes[is_drawn]
    if not len(rows):
        return b""
    geometry, rows, kinds = commands(cut_paths(shapes, columns.levels.kinds[rows], rows, tile))
    if not len(rows):
        return b""
    keys, tags, values = _tags(columns, columns.tile_codes[rows], rows)
    return encode_layer(name, shape_features(columns.id_words[rows], kinds, geometry, tags), keys, values)
