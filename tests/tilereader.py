"""Tiles made of a few shapes, and read back by a reader that is not ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import mapbox_vector_tile
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from layers.engines.build import columns_of
from layers.engines.tiles import encode
from layers.filter import Filter
from layers.layer import Layer

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geo.tilegrid import Tile
    from layers.engines.columns import Columns


@dataclass(frozen=True)
class Source:
    """Columns in memory, and the tiles cut out of them."""

    columns: Columns
    name: str = "things"

    @property
    def ids(self) -> list[str]:
        return [self.columns.id_of(row) for row in range(self.columns.count)]

    def encode(self, tile: Tile, wanted: Filter | None = None, *, budget: int = 5000) -> bytes:
        return encode(self.columns, self.name, tile, wanted or Filter(), budget=budget)


def made_up_layer(*tile_properties: str, **more: Any) -> Layer:
    """Return a layer for a test, with these properties in its tiles; ``more`` as a layer takes it."""
    found: dict[str, Any] = {
        "id": "things", "title": {"en": "Things"}, "description": {"en": "For a test."}, "role": "base",
        "build": lambda _: None, "sources": (), "simplify": False,
    }  # fmt: skip
    return Layer(**found | {"tile_properties": tile_properties} | more)


def frame_of(*geometries: BaseGeometry | None, **columns: list[Any]) -> gpd.GeoDataFrame:
    ids = [f"f{i:04d}" for i in range(len(geometries))]
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(geometries), crs="EPSG:4326")


def source_of(*geometries: BaseGeometry | None, simplify: bool = False, **columns: list[Any]) -> Source:
    return Source(columns_of(frame_of(*geometries, **columns), made_up_layer(*columns, simplify=simplify)))


def decoded(data: bytes) -> list[dict[str, Any]]:
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    features: list[dict[str, Any]] = layers["things"]["features"] if layers else []
    return features


def shapes_of(data: bytes) -> list[BaseGeometry]:
    return [shapely.geometry.shape(feature["geometry"]) for feature in decoded(data)]


def message_of(data: bytes) -> Any:
    message = vector_tile_pb2.tile()
    message.ParseFromString(data)
    return message
