"""Build: the column file of a layer, written once with its release.

A feature is a row. Placed points stand in Morton order, so that a tile is one slice of every column, and points without a
place after them; lines, polygons and mixed layers stand in the order of their ids. :func:`write_columns` takes a spooled
table and holds one column of it at a time, :func:`write_rows` what stands for it already as arrays (a million synthetic
points need no table).
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import shapely

from geo.antimeridian import normalize
from geo.featureid import integer_id
from geo.morton import BITS, interleave
from geo.tilegrid import HALF_WORLD_M, MAX_LATITUDE_DEG, project_3857
from layers.engines.arrayfile import ArrayFile, ArrayWriter
from layers.engines.coded import Coded, CodedList, Texts, smallest_type
from layers.engines.columns import FORMAT, Columns
from layers.engines.features import Members, write_features
from layers.engines.levels import drawn_shapes, write_levels
from layers.engines.spooled_cells import cells_of, members_of
from layers.filter import INTERVALS, MEMBERSHIP, interval_of
from layers.geojson import feature_texts, json_text
from layers.properties import is_missing
from layers.spooled_table import SpooledTable
from layers.tilelayer import value_field
from layers.wire import varint_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from layers.layer import Layer

    Integers = npt.NDArray[Any]
    Geometries = npt.NDArray[np.object_]

__all__ = [
    "FACETS",
    "OPEN_END",
    "OPEN_START",
    "Rows",
    "columns_of",
    "day_of",
    "degrees_e7",
    "morton_of",
    "write_columns",
    "write_rows",
]

FACETS: Final = ("areas",)
"""Lists that are counted but that no filter looks into."""

OPEN_START, OPEN_END = -(2**31), 2**31 - 1
"""Days that stand for an end of which nothing is known; both together say that there is no date at all."""

PER_PIECE: Final = 20_000
DEGREES_E7: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """The features of a layer as arrays of n rows, in the order of the file.

    ``ids`` and ``geometries`` are given in pieces, one after the other: the ids of some rows, and what stands in their GeoJSON
    texts between id and properties. ``members`` holds the properties as JSON texts, in the order of exports, see
    :func:`layers.engines.features.write_features`. ``scalars`` and ``lists`` hold coded properties, ``texts`` properties of which nearly every row has its own; a name that
    stands in ``tile`` travels in tiles, in that order. ``start`` and ``end`` are days since 1970 (int32) or ``None``,
    ``attested`` truth values or ``None``. ``kinds`` maps every property, in the order of exports, to its type.
    """

    count: int
    feature_ids: Integers
    ids: Iterable[Sequence[str]]
    geometries: Iterable[Sequence[str]]
    members: Mapping[str, Members | Iterable[Sequence[str]]]
    kinds: Mapping[str, str]
    tile: tuple[str, ...] = ()
    scalars: Mapping[str, Coded] = field(default_factory=dict)
    lists: Mapping[str, CodedList] = field(default_factory=dict)
    start: Integers | None = None
    end: Integers | None = None
    attested: Integers | None = None


def columns_of(table: gpd.GeoDataFrame, layer: Layer) -> Columns:
    """Return the columns of a canonical frame, in memory."""
    file = io.BytesIO()
    write_columns(file, SpooledTable.of([table], layer))
    return Columns(ArrayFile.of(file.getvalue(), layer.id))


def write_columns(file: BinaryIO, table: SpooledTable) -> None:
    """Write the column file of a table.

    Parameters
    ----------
    file
        Where to; written from its start to its end.
    table
        A row whose geometry is ``None`` or empty is unplaced. Properties, types and zooms of its layer decide what is stored.

    Raises
    ------
    InvalidGeometry
        When a coordinate is not a finite number.
    """
    shapes = normalize(table.shapes)
    is_placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if (shapely.get_type_id(shapes[is_placed]) == shapely.GeometryType.POINT).all():
        lon, lat = (coordinate(shapes[is_placed]) for coordinate in (shapely.get_x, shapely.get_y))
        codes = morton_of(lon, lat)
        order = np.argsort(codes, kind="stable")
        rows = np.concatenate([np.flatnonzero(is_placed)[order], np.flatnonzero(~is_placed)])
        _write(file, table, shapes, rows, (codes[order], degrees_e7(lon[order]), degrees_e7(lat[order])))
    else:
        _write(file, table, shapes, np.arange(len(table)), None)


def morton_of(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """Return the Morton codes of points in degrees, their cells counted from the north-west corner of WebMercatorQuad.

    >>> morton_of([0.0], [0.0]) == morton_of([0.0], [-0.00000001])
    array([ True])
    """
    x, y = project_3857(np.asarray(lon, dtype=np.float64), np.clip(lat, -MAX_LATITUDE_DEG, MAX_LATITUDE_DEG))
    across = 2.0**BITS
    column, row = (np.floor((m + HALF_WORLD_M) / (2 * HALF_WORLD_M) * across) for m in (x, -y))
    return interleave(*(np.clip(cells, 0, across - 1).astype(np.uint64) for cells in (column, row)))


def degrees_e7(degrees: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Return degrees as whole ten-millionths, the precision of canonical coordinates."""
    return np.rint(np.asarray(degrees, dtype=np.float64) * DEGREES_E7).astype(np.int32)


def day_of(text: object, *, last: bool) -> int:
    """Return the first or last day of an ISO 8601 date in days since 1970; what is missing is open."""
    if is_missing(text):
        return OPEN_END if last else OPEN_START
    return interval_of(str(text))[last].toordinal() - 719_163


def _write(
    file: BinaryIO,
    table: SpooledTable,
    shapes: Geometries,
    order: Integers,
    points: tuple[Integers, Integers, Integers] | None,
) -> None:
    layer, kinds = table.layer, table.kinds
    ids = [table.ids[row] for row in order.tolist()]
    shapes = shapes[order]
    filters = [name for name in (*MEMBERSHIP.values(), *FACETS) if name in table]
    lists = {name: CodedList.of(cells_of(table, name, order)) for name in filters if kinds[name] == "json"}
    tile = tuple(name for name in layer.tile_properties if name in table and name != "id")
    scalars = dict.fromkeys([*tile, *(name for name in filters if name not in lists)])
    pair = next((pair for pair in INTERVALS if all(name in table for name in pair)), None)
    rows = Rows(
        count=len(ids),
        feature_ids=np.array([integer_id(each) for each in ids], dtype=np.uint64),
        ids=_pieces(ids),
        geometries=_geometries(ids, shapes),
        members={name: members_of(table, name, order) for name in table.names},
        kinds=kinds,
        tile=tile,
        scalars={name: Coded.of(cells_of(table, name, order)) for name in scalars},
        lists=lists,
        start=pair and _days(table, pair[0], order, last=False),
        end=pair and _days(table, pair[1], order, last=True),
        attested=_attested(table, order),
    )
    writer = ArrayWriter(file)
    if points is not None:
        write_rows(writer, rows, points, order)
    else:
        drawn, drawn_kinds = drawn_shapes(shapes)
        box = _bounds_4326(shapes)
        extra = write_levels(writer, drawn, drawn_kinds, layer)
        writer.write("box", box)
        extra |= _write_common(writer, rows)
        writer.finish(_meta(rows, is_points=False, placed=int(np.isfinite(box[:, 0]).sum())) | extra)


def write_rows(
    writer: ArrayWriter, rows: Rows, points: tuple[Integers, Integers, Integers], id_rank: Integers | None = None
) -> None:
    """Write the column file of a layer of points.

    Parameters
    ----------
    writer
        A fresh one; it is finished here.
    rows
        Placed points first, in Morton order.
    points
        Of the placed ones: Morton codes, ascending, and longitude and latitude in ten-millionths of a degree (int32).
    id_rank
        Where each row stands among the sorted ids, if that is not its place in the file.
    """
    codes, lon_e7, lat_e7 = points
    if len(codes) and bool((codes[1:] < codes[:-1]).any()):
        raise ValueError("The points are not in Morton order.")
    writer.write("morton", codes)
    writer.write("lon_e7", lon_e7)
    writer.write("lat_e7", lat_e7)
    if id_rank is not None:
        writer.write("rank", id_rank.astype(np.uint32))
    extra = _write_common(writer, rows)
    writer.finish(_meta(rows, is_points=True, placed=len(codes)) | extra)


def _write_common(writer: ArrayWriter, rows: Rows) -> dict[str, Any]:
    """Write what all layers have, and return what of it the file's ``meta`` must tell."""
    writer.write("id_words", varint_words(rows.feature_ids))
    writer.write("by_feature_id", np.argsort(rows.feature_ids, kind="stable").astype(np.uint32))
    for name, coded in rows.scalars.items():
        coded.write(writer, name)
    for name, listed in rows.lists.items():
        listed.write(writer, name)
    if rows.attested is not None:
        writer.write("attested", rows.attested)
    for name, column in (("first_day", rows.start), ("last_day", rows.end)):
        if column is not None:
            days, codes = np.unique(column, return_inverse=True)
            writer.write(f"{name}.days", days)
            writer.write(f"{name}.codes", codes.astype(smallest_type(len(days))))
    _write_tile_values(writer, rows)
    ids = list(rows.ids)
    Texts.write(writer, "id", ([value_field(value) for value in piece] for piece in ids))
    return {"own": write_features(writer, ids, rows.geometries, rows.members)}


def _write_tile_values(writer: ArrayWriter, rows: Rows) -> None:
    """Write what tiles tell of each row side by side, as codes into one table of values: a tile knows no value twice."""
    table: dict[bytes, int] = {}
    codes = np.zeros((rows.count, len(rows.tile)), dtype=np.uint32)
    for place, name in enumerate(rows.tile):
        coded = rows.scalars[name]
        known = [0] + [table.setdefault(value_field(value), len(table) + 1) for value in coded.values]
        code_of = np.array(known, dtype=np.uint32)
        writer.write(f"{name}.tile", code_of)
        codes[:, place] = code_of[coded.codes]
    writer.write("tile.codes", codes.astype(smallest_type(len(table))))
    Texts.write(writer, "tile.values", [list(table)])


def _meta(rows: Rows, *, is_points: bool, placed: int) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "rows": rows.count,
        "placed": placed,
        "points": is_points,
        "kinds": list(rows.kinds.items()),
        "tile": list(rows.tile),
        "lists": sorted(rows.lists),
        "scalars": sorted(rows.scalars),
    }


def _days(table: SpooledTable, name: str, order: Integers, *, last: bool) -> npt.NDArray[np.int32]:
    """The days of a column of dates in the order of the file."""
    days = [day_of(cell, last=last) for cell in cells_of(table, name, order)]
    return np.array(days, dtype=np.int32)


def _pieces(items: list[str]) -> Iterable[list[str]]:
    for start in range(0, max(len(items), 1), PER_PIECE):
        yield items[start : start + PER_PIECE]


def _geometries(ids: list[str], shapes: Geometries) -> Iterable[list[str]]:
    for start in range(0, max(len(ids), 1), PER_PIECE):
        piece = ids[start : start + PER_PIECE]
        texts = feature_texts(piece, shapes[start : start + PER_PIECE], [dict[str, object]()] * len(piece))
        yield [
            text[len(_BEFORE_ID) + len(json_text(id_)) : -len(_AFTER)] for id_, text in zip(piece, texts, strict=True)
        ]


_BEFORE_ID: Final = '{"type":"Feature","id":'
_AFTER: Final = ',"properties":{}}'


def _attested(table: SpooledTable, order: Integers) -> npt.NDArray[np.bool_] | None:
    """Whether an article says it. A row of a data set is evidence too, but no article's.

    What draws an object goes with it: marks carry no evidence of their own, but their object's ``basis``.
    """
    if "evidence" in table:
        said = [_is_said_by_an_article(text) for text in table.texts("evidence")]
    elif "basis" in table:
        said = [text == b'"attested"' for text in table.texts("basis")]
    else:
        return None
    return np.array(said, dtype=bool)[order]


def _is_said_by_an_article(evidence: bytes) -> bool:
    if evidence in _NO_EVIDENCE or b'"row"' not in evidence:
        return evidence not in _NO_EVIDENCE
    return bool(json.loads(evidence)[0].get("kind") != "row")


_NO_EVIDENCE: Final = (b"null", b"[]")


def _bounds_4326(shapes: Geometries) -> npt.NDArray[np.float64]:
    """West, south, east, north of each shape; NaN where there is none."""
    return shapely.bounds(shapes).reshape(-1, 4)
