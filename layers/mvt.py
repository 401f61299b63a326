"""Mapbox Vector Tile 2.1, written with numpy.

Three steps, one section each:

1. *The wire*: columns of protobuf bytes, :class:`ByteRows`, that are built for all features at once.
2. *The geometry*: shapes in metres become paths in tile units, and paths become the command integers of MVT §4.3.
3. *The source*: :class:`TileSource` holds one layer's features and cuts tiles out of them.

:func:`encode_layer` is the seam between them: whatever can give ids, commands and coded properties as arrays, be it a
frame of shapes, memory-mapped columns or a grid of counts, writes its layer through it.

Tile units: extent 4096, x to the east, y to the south, the origin at the tile's north-west corner.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import pandas as pd
import shapely
from shapely import GeometryType

from geo.featureid import integer_id
from geo.shapes import (
    LINES,
    POLYGONS,
    highest_dimension,
    normalize,
    repair,
    simplify_3857,
    snap_to_grid,
    without_specks,
)
from geo.tilegrid import HALF_WORLD_M, MAX_ZOOM, BoundingBox, Tile, bounds_3857, check, project_3857

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Geometries = npt.NDArray[np.object_]
    Mask = npt.NDArray[np.bool_]

__all__ = [
    "ByteRows",
    "Paths",
    "TileSource",
    "commands",
    "encode_layer",
    "encode_tile",
    "encode_value",
    "varints",
    "zigzag",
]

EXTENT: Final = 4096
"""Tile units along a tile's edge."""

BUFFER: Final = 64
"""Tile units that a tile reaches beyond its edge, so that strokes and symbols do not end there."""

TOLERANCE: Final = 2
"""Tile units by which a simplified shape may differ: a quarter of a CSS pixel on MapLibre's 512-pixel tiles."""

POINT, LINESTRING, POLYGON = 1, 2, 3
"""GeomType of MVT §4.3.4."""

MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
"""Command ids of MVT §4.3.1."""

# Protobuf keys of vector_tile.proto: field number << 3 | wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four).
TILE_LAYER = 3 << 3 | 2
LAYER_VERSION, LAYER_NAME, LAYER_FEATURE = 15 << 3, 1 << 3 | 2, 2 << 3 | 2
LAYER_KEY, LAYER_VALUE, LAYER_EXTENT = 3 << 3 | 2, 4 << 3 | 2, 5 << 3
FEATURE_ID, FEATURE_TAGS, FEATURE_TYPE, FEATURE_GEOMETRY = 1 << 3, 2 << 3 | 2, 3 << 3, 4 << 3 | 2
VALUE_STRING, VALUE_FLOAT, VALUE_DOUBLE = 1 << 3 | 2, 2 << 3 | 5, 3 << 3 | 1
VALUE_UINT, VALUE_SINT, VALUE_BOOL = 5 << 3, 6 << 3, 7 << 3


# ---------------------------------------------------------------------------------------------------------- the wire


@dataclass(frozen=True, slots=True)
class ByteRows:
    """Byte strings of unequal length, one per row, laid end to end.

    ``data`` is uint8 of shape (sum of lengths,), ``lengths`` int64 of shape (rows,).
    """

    data: npt.NDArray[np.uint8]
    lengths: Integers

    @classmethod
    def of(cls, rows: Iterable[bytes]) -> Self:
        """Lay byte strings end to end."""
        rows = list(rows)
        return cls(np.frombuffer(b"".join(rows), dtype=np.uint8), np.array([len(row) for row in rows], dtype=np.int64))

    def take(self, rows: Integers) -> ByteRows:
        """Return some rows, in the order asked for."""
        starts = np.cumsum(self.lengths) - self.lengths
        return ByteRows(self.data[ranges(starts[rows], self.lengths[rows])], self.lengths[rows])

    def merge(self, counts: Integers) -> ByteRows:
        """Return rows that each hold ``counts[i]`` neighbours of these; a count may be 0."""
        ends = np.concatenate([[0], np.cumsum(self.lengths)])
        borders = np.concatenate([[0], np.cumsum(counts)])
        return ByteRows(self.data, np.diff(ends[borders]))


def varints(values: npt.ArrayLike) -> ByteRows:
    """Return each value as a protobuf varint.

    Parameters
    ----------
    values
        Unsigned integers below 2**64, shape (n,). Empty gives no rows.

    Examples
    --------
    >>> rows = varints([1, 300])
    >>> rows.data.tobytes().hex(" "), rows.lengths.tolist()
    ('01 ac 02', [1, 2])
    """
    numbers = np.asarray(values, dtype=np.uint64)
    thresholds = np.uint64(1) << np.arange(7, 64, 7, dtype=np.uint64)
    lengths = np.searchsorted(thresholds, numbers, side="right") + 1
    place = np.arange(lengths.max(initial=1))
    septets = (numbers[:, None] >> (7 * place).astype(np.uint64) & np.uint64(0x7F)).astype(np.uint8)
    septets |= (place < lengths[:, None] - 1).astype(np.uint8) << 7
    return ByteRows(septets[place < lengths[:, None]], lengths)


def zigzag(values: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Return signed integers (int64) as unsigned ones, small stays small.

    Examples
    --------
    >>> zigzag([0, -1, 1, -2]).tolist()
    [0, 1, 2, 3]
    """
    numbers = np.asarray(values, dtype=np.int64)
    return (numbers << 1 ^ numbers >> 63).astype(np.uint64)


def ranges(starts: Integers, sizes: Integers) -> Integers:
    """Return ``starts[0] … starts[0]+sizes[0]-1, starts[1] …`` as one array.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    return np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def weave(*columns: ByteRows) -> ByteRows:
    """Return rows that hold one row of each column, in order: the fields of a message side by side."""
    lengths = np.sum([column.lengths for column in columns], axis=0)
    starts = np.cumsum(lengths) - lengths
    woven = np.empty(int(lengths.sum()), dtype=np.uint8)
    for column in columns:
        woven[ranges(starts, column.lengths)] = column.data
        starts = starts + column.lengths
    return ByteRows(woven, lengths)


def varint_field(key: int, values: npt.ArrayLike) -> ByteRows:
    """Return one varint field per value."""
    rows = varints(values)
    return weave(varints(np.full(len(rows.lengths), key)), rows)


def delimited_field(key: int, rows: ByteRows) -> ByteRows:
    """Return one length-delimited field per row."""
    return weave(varints(np.full(len(rows.lengths), key)), varints(rows.lengths), rows)


def varint(value: int) -> bytes:
    """Return one unsigned integer below 2**64 as a varint."""
    septets = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits
        septets.append(value & 0x7F | 0x80)
        value >>= 7
    septets.append(value)
    return bytes(septets)


def delimited(key: int, content: bytes) -> bytes:
    """Return one length-delimited field."""
    return varint(key) + varint(len(content)) + content


def encode_value(value: object) -> bytes | None:
    """Return one property value as a ``Value`` message, or ``None`` where a tile leaves it out.

    Parameters
    ----------
    value
        str, bool, int, float, their numpy scalars; date and datetime become ISO 8601, a list or dict its JSON. A float
        travels in four bytes where that loses nothing. ``None``, NaN, NaT and ``pandas.NA`` are left out.

    Raises
    ------
    TypeError
        For any other type.
    OverflowError
        For an integer outside -2**63 … 2**64 - 1.

    Examples
    --------
    >>> encode_value("af").hex(" "), encode_value(True).hex(" "), encode_value(-1).hex(" ")
    ('0a 02 61 66', '38 01', '30 01')
    >>> encode_value(0.5).hex(" "), encode_value(float("nan"))
    ('15 00 00 00 3f', None)
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple | dict):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    if value is None or value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return None
    match value:
        case str():
            return delimited(VALUE_STRING, value.encode("utf-8"))
        case bool():
            return bytes([VALUE_BOOL, value])
        case int() if not -(2**63) <= value < 2**64:
            raise OverflowError(f"{value} does not fit into the 64 bits that a tile has for an integer.")
        case int():
            return (
                bytes([VALUE_UINT]) + varint(value) if value >= 0 else bytes([VALUE_SINT]) + varint(int(zigzag(value)))
            )
        case float():
            with np.errstate(over="ignore"):
                is_short = float(np.float32(value)) == value
            return struct.pack("<Bf", VALUE_FLOAT, value) if is_short else struct.pack("<Bd", VALUE_DOUBLE, value)
        case dt.date():
            return delimited(VALUE_STRING, value.isoformat().encode("ascii"))
    raise TypeError(f"A vector tile has no place for a {type(value).__name__}: {value!r}.")


def _plain(value: object) -> object:
    """Return what ``json`` can write for a numpy scalar, an array or a date inside a list or dict."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"JSON has no place for a {type(value).__name__}: {value!r}.")


def encode_layer(
    name: str,
    *,
    feature_ids: npt.ArrayLike,
    kinds: npt.ArrayLike,
    geometry: ByteRows,
    keys: Sequence[str],
    codes: Integers,
    values: ByteRows,
) -> bytes:
    """Return one layer, as a field of the Tile message: layers laid end to end are a tile.

    Parameters
    ----------
    name
        The layer's name, unique in its tile.
    feature_ids
        Unsigned integers, shape (n,).
    kinds
        ``POINT``, ``LINESTRING`` or ``POLYGON`` of each feature, shape (n,).
    geometry
        The command integers of each feature, n rows: see :func:`commands`.
    keys
        Names of the properties, k of them.
    codes
        Index into ``values`` of each feature's property, shape (n, k); -1 where the feature has none.
    values
        ``Value`` messages: see :func:`encode_value`. Only those in use are written, as only the keys in use are.

    Returns
    -------
    bytes
        ``b""`` when there are no features.
    """
    if not len(geometry.lengths):
        return b""
    present = codes >= 0
    has_key = present.any(axis=0)
    used = np.unique(codes[present])
    key_index = np.broadcast_to(np.cumsum(has_key) - 1, codes.shape)
    pairs = np.stack([key_index[present], np.searchsorted(used, codes[present])], axis=1)
    features = weave(
        varint_field(FEATURE_ID, feature_ids),
        delimited_field(FEATURE_TAGS, varints(pairs.ravel()).merge(2 * present.sum(axis=1))),
        varint_field(FEATURE_TYPE, kinds),
        delimited_field(FEATURE_GEOMETRY, geometry),
    )
    return delimited(
        TILE_LAYER,
        b"".join(
            [
                bytes([LAYER_VERSION, 2]),
                delimited(LAYER_NAME, name.encode("utf-8")),
                delimited_field(LAYER_FEATURE, features).data.tobytes(),
                *(delimited(LAYER_KEY, keys[i].encode("utf-8")) for i in np.flatnonzero(has_key).tolist()),
                delimited_field(LAYER_VALUE, values.take(used)).data.tobytes(),
                bytes([LAYER_EXTENT]) + varint(EXTENT),
            ]
        ),
    )


# ------------------------------------------------------------------------------------------------------ the geometry


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
        """Join paths, those of one feature together, features by ascending row."""
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
    long_enough = (np.bincount(path, minlength=len(parts)) > 1)[path]
    return Paths.of(xy[long_enough], path[long_enough], rows[owner], LINESTRING)


def _polygon_paths(polygons_3857: Geometries, rows: Integers, tile: Tile) -> Paths:
    snapped = shapely.transform(_in_tile_units(_clip(polygons_3857, tile), tile), np.rint)
    # Rounding, and sometimes the fast clip, leaves rings that cross or collapse: those few are cut with the full overlay.
    # A collection counts as valid even if its polygons overlap.
    broken = ~shapely.is_valid(snapped) | (shapely.get_type_id(snapped) == GeometryType.GEOMETRYCOLLECTION)
    if broken.any():
        cut = shapely.intersection([repair(polygon) for polygon in polygons_3857[broken]], _reach_box(tile))
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


def _reach_box(tile: Tile) -> shapely.Polygon:
    reach = _reach(tile)
    return shapely.box(reach.west, reach.south, reach.east, reach.north)


def _clip(geometries_3857: Geometries, tile: Tile) -> Geometries:
    reach = _reach(tile)
    try:
        return shapely.clip_by_rect(geometries_3857, reach.west, reach.south, reach.east, reach.north)
    except shapely.GEOSException:
        return shapely.intersection(shapely.make_valid(geometries_3857), _reach_box(tile))


def _in_tile_units(geometries_3857: Geometries, tile: Tile) -> Geometries:
    box = bounds_3857(tile)
    units_per_m = EXTENT / (box.east - box.west)
    return shapely.transform(geometries_3857, lambda xy: (xy - (box.west, box.north)) * (units_per_m, -units_per_m))


# -------------------------------------------------------------------------------------------------------- the source


@dataclass(frozen=True, slots=True)
class Level:
    """A layer's shapes as one zoom draws them: EPSG:3857, one per feature (``None`` allowed), with their index."""

    geometries_3857: Geometries
    tree: shapely.STRtree


@dataclass(frozen=True, slots=True, eq=False)
class TileSource:
    """One layer's features, ready to be cut into tiles. Made by :meth:`from_frame`; nothing changes it afterwards.

    Below ``maxzoom`` shapes are simplified for their zoom, when that zoom is first asked for; at ``maxzoom``, which clients
    magnify, they are whole. A mask has one value for each row of ``ids``. The buffer does not reach over the antimeridian.
    """

    name: str
    ids: tuple[str, ...]
    minzoom: int
    maxzoom: int
    simplify: bool
    keys: tuple[str, ...]
    _feature_ids: npt.NDArray[np.uint64]
    _kinds: npt.NDArray[np.int8]
    _codes: Integers
    _values: ByteRows
    _whole: Level
    _levels: dict[int, Level] = field(default_factory=dict, repr=False)

    @classmethod
    def from_frame(
        cls,
        frame: gpd.GeoDataFrame,
        *,
        name: str,
        tile_properties: Iterable[str] = (),
        minzoom: int = 0,
        maxzoom: int = 14,
        simplify: bool = True,
    ) -> Self:
        """Make a source from a frame.

        Parameters
        ----------
        frame
            EPSG:4326, with a string column ``id``, unique, and an active geometry column. Tiles keep its order. A row whose
            geometry is ``None`` or empty is in no tile. Invalid shapes are repaired, those over ±180 cut; of a collection
            the parts of the highest dimension are drawn. An empty frame gives empty tiles.
        name
            The layer's name in the tile.
        tile_properties
            Columns that travel in a tile, beside ``id``, which always does.
        minzoom, maxzoom
            Zooms that the layer has tiles for, both included; at most 24.
        simplify
            Whether shapes may lose vertices below ``maxzoom``.

        Raises
        ------
        ValueError
            When the frame has another CRS, lacks a column, or an id comes twice.
        """
        keys = ("id", *(key for key in dict.fromkeys(tile_properties) if key != "id"))
        if missing := [key for key in keys if key not in frame.columns]:
            raise ValueError(f"The frame of layer {name} has no column {', '.join(missing)}.")
        if frame.crs is not None and not frame.crs.equals("EPSG:4326"):
            raise ValueError(f"The frame of layer {name} is in {frame.crs.to_string()}; tiles are cut from EPSG:4326.")
        ids = tuple(str(each) for each in frame["id"])
        if len(set(ids)) != len(ids):
            raise ValueError(f"The frame of layer {name} has an id twice.")
        codes, values = _code_values([ids, *(frame[key].tolist() for key in keys[1:])])
        geometries_3857, kinds = _drawable(np.asarray(frame.geometry.array, dtype=object))
        return cls(
            name=name,
            ids=ids,
            minzoom=minzoom,
            maxzoom=min(maxzoom, MAX_ZOOM),
            simplify=simplify,
            keys=keys,
            _feature_ids=np.array([integer_id(each) for each in ids], dtype=np.uint64),
            _kinds=kinds,
            _codes=codes,
            _values=values,
            _whole=Level(geometries_3857, shapely.STRtree(geometries_3857)),
        )

    def encode(self, tile: Tile, mask: Mask | None = None) -> bytes:
        """Return the layer's part of one tile, a whole tile in itself.

        Parameters
        ----------
        tile
            ``z, x, y``. Outside ``minzoom … maxzoom`` the layer is empty.
        mask
            Shape (n,), true for the features that may appear; ``None`` for all.

        Returns
        -------
        bytes
            One layer as a field of the Tile message, uncompressed; ``b""`` when nothing lies in the tile.

        Raises
        ------
        OutsideTileMatrix
            When there is no such tile.
        ValueError
            When the mask has another length than the layer.
        """
        check(tile, MAX_ZOOM)
        if mask is not None and np.shape(mask) != (len(self.ids),):
            raise ValueError(
                f"A mask of shape {np.shape(mask)} does not fit the {len(self.ids)} features of {self.name}."
            )
        if not self.minzoom <= tile.z <= self.maxzoom:
            return b""
        level = self._level(tile.z)
        rows = np.sort(level.tree.query(_reach_box(tile)))
        if mask is not None:
            rows = rows[mask[rows]]
        several = []
        for kind, paths_of in ((POINT, _point_paths), (LINESTRING, _line_paths), (POLYGON, _polygon_paths)):
            of_kind = rows[self._kinds[rows] == kind]
            if len(of_kind):
                several.append(paths_of(level.geometries_3857[of_kind], of_kind, tile))
        if not several:
            return b""
        geometry, rows, kinds = commands(Paths.joined(several))
        return encode_layer(
            self.name,
            feature_ids=self._feature_ids[rows],
            kinds=kinds,
            geometry=geometry,
            keys=self.keys,
            codes=self._codes[rows],
            values=self._values,
        )

    def _level(self, z: int) -> Level:
        if not self.simplify or z >= self.maxzoom or not (self._kinds > POINT).any():
            return self._whole
        # Two threads may both build a level; they build the same, and the first stays.
        if z not in self._levels:
            unit_m = 2 * HALF_WORLD_M / 2**z / EXTENT
            shapes = simplify_3857(self._whole.geometries_3857, TOLERANCE * unit_m)
            shapes = without_specks(shapes, unit_m**2)
            self._levels.setdefault(z, Level(shapes, shapely.STRtree(shapes)))
        return self._levels[z]


def encode_tile(sources: Iterable[TileSource], tile: Tile, masks: Mapping[str, Mask] | None = None) -> bytes:
    """Return one tile with a layer from each source, uncompressed.

    Parameters
    ----------
    sources
        In the order that the layers are to have. No two may share a name.
    tile
        ``z, x, y``.
    masks
        By the source's name, see :meth:`TileSource.encode`; a source without one is drawn whole.

    Returns
    -------
    bytes
        A Tile message; ``b""`` when no layer has anything there.

    Raises
    ------
    OutsideTileMatrix
        When there is no such tile.
    ValueError
        When two sources share a name, or a mask does not fit.
    """
    sources = list(sources)
    if len({source.name for source in sources}) != len(sources):
        raise ValueError("Two layers of one tile have the same name.")
    check(tile, MAX_ZOOM)
    return b"".join(source.encode(tile, (masks or {}).get(source.name)) for source in sources)


def _code_values(columns: Sequence[Sequence[object]]) -> tuple[Integers, ByteRows]:
    """Return the columns as codes, shape (rows, columns), and the values that they stand for, each once."""
    codes = np.full((len(columns[0]), len(columns)), -1, dtype=np.int64)
    table: dict[bytes, int] = {}
    for j, column in enumerate(columns):
        for i, value in enumerate(column):
            encoded = encode_value(value)
            if encoded is not None:
                codes[i, j] = table.setdefault(encoded, len(table))
    return codes, ByteRows.of(table)


def _drawable(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.int8]]:
    """Return the shapes in EPSG:3857, valid and inside ±180, with the kind of each (0 for none)."""
    shapes = normalize(geometries)
    for i in np.flatnonzero(shapely.get_type_id(shapes) == GeometryType.GEOMETRYCOLLECTION):
        shapes[i] = highest_dimension(shapes[i])
    shapes = project_3857(shapes)
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)  # clamping to the square may fold a polar shape
    shapes[broken] = [repair(shape) for shape in shapes[broken]]
    kinds = np.where(shapely.is_empty(shapes), 0, shapely.get_dimensions(shapes) + 1)
    return shapes, kinds.astype(np.int8)
