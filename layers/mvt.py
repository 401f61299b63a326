"""Mapbox Vector Tile 2.1, written with numpy.

:class:`TileSource` holds one layer's features and cuts tiles out of them; :func:`encode_tile` lays the layers of a tile side
by side. Beneath them lie :mod:`layers.tilepaths` (shapes as command integers), :mod:`layers.tilelayer` (the message of a
layer) and :mod:`layers.wire` (columns of protobuf bytes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import shapely
from shapely import GeometryType

from geo.antimeridian import normalize
from geo.featureid import integer_id
from geo.generalization import simplify_3857, without_specks
from geo.shapes import highest_dimension, repair
from geo.tilegrid import HALF_WORLD_M, MAX_ZOOM, Tile, check, project_3857
from layers.tilelayer import code_values, encode_layer
from layers.tilepaths import EXTENT, POINT, commands, cut_paths, reach_box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from layers.wire import ByteRows

    Integers = npt.NDArray[np.int64]
    Geometries = npt.NDArray[np.object_]
    Mask = npt.NDArray[np.bool_]

__all__ = ["TileSource", "encode_tile"]

TOLERANCE: Final = 2
"""Tile units by which a simplified shape may differ: a quarter of a CSS pixel on MapLibre's 512-pixel tiles."""


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
        codes, values = code_values([ids, *(frame[key].tolist() for key in keys[1:])])
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
        rows = np.sort(level.tree.query(reach_box(tile)))
        if mask is not None:
            rows = rows[mask[rows]]
        if not len(rows):
            return b""
        paths = cut_paths(level.geometries_3857[rows], self._kinds[rows], rows, tile)
        geometry, rows, kinds = commands(paths)
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
