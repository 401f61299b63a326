"""Tiles made of a few shapes, and read back by a reader that is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import mapbox_vector_tile
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from layers.mvt import TileSource

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


def frame_of(*geometries: BaseGeometry | None, **columns: list[Any]) -> gpd.GeoDataFrame:
    ids = [f"f{i:04d}" for i in range(len(geometries))]
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=list(geometries), crs="EPSG:4326")


def source_of(*geometries: BaseGeometry | None, simplify: bool = False, **columns: list[Any]) -> TileSource:
    return TileSource.from_frame(
        frame_of(*geometries, **columns), name="things", tile_properties=columns, simplify=simplify
    )


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
