"""Levels: the lines and polygons of a layer as each zoom draws them, made by the build and stored as WKB.

Below a layer's ``maxzoom`` shapes lose vertices that a zoom cannot show, each level made from the next finer one; at
``maxzoom``, which clients magnify, they are whole. A level that leaves a shape as it was shares its bytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely import GeometryType

from geo.antimeridian import normalize
from geo.generalization import is_coverage, simplify_3857, without_specks
from geo.shapes import highest_dimension, repair
from geo.tilegrid import HALF_WORLD_M, project_3857
from layers.tilepaths import EXTENT, POINT

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.arrayfile import ArrayFile, ArrayWriter
    from layers.layer import Layer

    Integers = npt.NDArray[Any]
    Geometries = npt.NDArray[np.object_]

__all__ = ["Levels", "drawn_shapes", "write_levels"]

TOLERANCE: Final = 2
"""Tile units by which a simplified shape may differ: a quarter of a CSS pixel on MapLibre's 512-pixel tiles."""


EACH_ZOOM: Final = 6
"""Up to this zoom each has a level of its own; above, where little is left to take away, every second one and the odd ones
are drawn from the next."""


class Levels:
    """The shapes of a layer in EPSG:3857, level by level, and the tree that finds those that a box touches."""

    __slots__ = ("_file", "_tree", "_zooms", "kinds")

    def __init__(self, file: ArrayFile) -> None:
        self._file = file
        self._zooms: list[int] = file.meta["levels"]
        self._tree: shapely.STRtree | None = None
        self.kinds = file.array("shape_kind")

    @property
    def size_bytes(self) -> int:
        """How much all levels take."""
        return len(self._file.array("wkb"))

    def query(self, box: shapely.Polygon) -> Integers:
        """Return the rows whose boxes meet a box (EPSG:3857), ascending."""
        if self._tree is None:
            west, south, east, north = self._file.array("box_3857").T
            boxes = shapely.box(west, south, east, north)
            boxes[np.isnan(west)] = None
            self._tree = shapely.STRtree(boxes)
        return np.sort(self._tree.query(box))

    def shapes(self, rows: Integers, z: int) -> Geometries:
        """Return shapes as zoom ``z`` draws them, ``None`` where it is too far to show one."""
        starts = self._file.array("level_start")
        level = next((i for i, zoom in enumerate(self._zooms) if zoom >= z), len(starts) - 1)
        begin, length = starts[level][rows].tolist(), self._file.array("level_length")[level][rows].tolist()
        blobs = [
            self._file.read("wkb", start, start + size) if size else None
            for start, size in zip(begin, length, strict=True)
        ]
        return np.asarray(shapely.from_wkb(np.array(blobs, dtype=object)), dtype=object)


def drawn_shapes(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.int8]]:
    """Return shapes (EPSG:4326) as tiles draw them, with the kind of each (0 for none): EPSG:3857, valid, inside ±180.

    Of a collection the parts of the highest dimension are drawn; what is ``None`` or empty becomes ``None``.
    """
    shapes = normalize(geometries)
    for i in np.flatnonzero(shapely.get_type_id(shapes) == GeometryType.GEOMETRYCOLLECTION):
        shapes[i] = highest_dimension(shapes[i])
    shapes = project_3857(shapes)
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)  # clamping to the square may fold a polar shape
    shapes[broken] = [repair(shape) for shape in shapes[broken]]
    shapes[shapely.is_empty(shapes)] = None
    kinds = np.where(shapely.is_missing(shapes), 0, shapely.get_dimensions(shapes) + 1)
    return shapes, kinds.astype(np.int8)


def write_levels(
    writer: ArrayWriter, shapes_3857: Geometries, kinds: npt.NDArray[np.int8], layer: Layer
) -> dict[str, list[int]]:
    """Write every level of some shapes, and return what :class:`Levels` must find in the file's ``meta``."""
    is_simplified = layer.simplify and bool((kinds > POINT).any())
    below = range(layer.maxzoom - 1, layer.minzoom - 1, -1) if is_simplified else range(0)
    zooms = [z for z in below if z <= EACH_ZOOM or z % 2 == 0]
    # Members of one organization after the other are the same few states: each shape is simplified once.
    whole = np.array(shapely.to_wkb(shapes_3857, byte_order=1), dtype=object)
    place: dict[bytes | None, int] = {}
    which = np.array([place.setdefault(blob, len(place)) for blob in whole], dtype=np.int64)
    heap = _Heap()
    heap.add(list(place))
    for blobs in _simplified(tuple(place), tuple(zooms)):
        heap.add(blobs)
    start, length = (np.array(column[::-1], dtype=np.uint64)[:, which] for column in (heap.starts, heap.lengths))
    writer.write("wkb", np.frombuffer(b"".join(heap.blobs), dtype=np.uint8))
    writer.write("level_start", start)
    writer.write("level_length", length.astype(np.uint32))
    writer.write("box_3857", shapely.bounds(shapes_3857).reshape(-1, 4))
    writer.write("shape_kind", kinds)
    return {"levels": [*zooms[::-1], layer.maxzoom]}


@lru_cache(maxsize=4)
def _simplified(whole: tuple[bytes | None, ...], zooms: tuple[int, ...]) -> tuple[list[bytes | None], ...]:
    """Return shapes (WKB, EPSG:3857) as each zoom draws them, from the highest to the lowest.

    Kept for a while: a layer that is drawn from several points of view has mostly the same shapes in each.
    """
    level = np.array(shapely.from_wkb(np.array(whole, dtype=object)), dtype=object)
    tiles = is_coverage(level[~(shapely.is_missing(level) | shapely.is_empty(level))])
    found = []
    for z in zooms:
        unit_m = 2 * HALF_WORLD_M / 2**z / EXTENT
        # Half of what a zoom allows, since the finer levels have each taken half of theirs before.
        level = without_specks(simplify_3857(level, TOLERANCE / 2 * unit_m, tiles=tiles), unit_m**2)
        found.append(list(shapely.to_wkb(level, byte_order=1)))
    return tuple(found)


class _Heap:
    """Byte strings laid end to end, equal ones once; where those of each level stand, and how long they are."""

    def __init__(self) -> None:
        self.blobs: list[bytes] = []
        self.starts: list[list[int]] = []
        self.lengths: list[list[int]] = []
        self._known: dict[bytes, int] = {}
        self._end = 0

    def add(self, level: list[bytes | None]) -> None:
        """Add the strings of one level; ``None`` has the length 0."""
        for blob in level:
            if blob is not None and blob not in self._known:
                self._known[blob] = self._end
                self.blobs.append(blob)
                self._end += len(blob)
        self.starts.append([0 if blob is None else self._known[blob] for blob in level])
        self.lengths.append([0 if blob is None else len(blob) for blob in level])
