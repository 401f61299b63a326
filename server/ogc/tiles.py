"""Tiles: the vector tiles of a collection as OGC API Tiles names them, and the tile matrix set that they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, request
from werkzeug.exceptions import NotFound

from geo import tilegrid
from geo.tilegrid import HALF_WORLD_M, Tile
from layers.filter import Filter
from layers.mvt import encode_tile
from server.answers import REVALIDATE, released_answer
from server.ogc.asked import JSON, Asked, blueprint, document_answer, link
from server.ogc.crs import CRS84, EPSG_3857
from server.ogc.selection import FILTERS
from server.tiles import MAXZOOM, MEDIA_TYPE

if TYPE_CHECKING:
    from layers.layer import Layer

TMS_ID: Final = "WebMercatorQuad"
TMS_URI: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
TILING_SCHEME: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"

_PIXELS: Final = 256
_PIXEL_M: Final = 0.00028
"""Size of a pixel that scale denominators are reckoned with (OGC 17-083)."""


@blueprint.get("/tileMatrixSets")
def tile_matrix_sets() -> Response:
    """Answer the list of tile matrix sets: there is one."""
    asked = Asked.read()
    document = {
        "tileMatrixSets": [
            {
                "id": TMS_ID,
                "title": "Google Maps Compatible for the World",
                "uri": TMS_URI,
                "crs": EPSG_3857,
                "links": [link(asked.address("tileMatrixSets", TMS_ID), "self", JSON, TMS_ID)],
            }
        ],
        "links": asked.own_links(JSON, "Tile matrix sets", "tileMatrixSets"),
    }
    return document_answer(asked, document, "document.html", title="Tile matrix sets")


@blueprint.get("/tileMatrixSets/<tile_matrix_set_id>")
def tile_matrix_set(tile_matrix_set_id: str) -> Response:
    """Answer WebMercatorQuad (OGC 17-083r4) down to the deepest zoom that is served."""
    _check_set(tile_matrix_set_id)
    asked = Asked.read()
    document = {
        "id": TMS_ID,
        "title": "Google Maps Compatible for the World",
        "uri": TMS_URI,
        "crs": EPSG_3857,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(z) for z in range(MAXZOOM + 1)],
    }
    links = asked.own_links(JSON, TMS_ID, "tileMatrixSets", TMS_ID)
    return document_answer(asked, document, "document.html", title=f"Tile matrix set {TMS_ID}", links=links)


def _matrix(z: int) -> dict[str, Any]:
    cell_m = 2 * HALF_WORLD_M / (_PIXELS * 2**z)
    return {
        "id": str(z),
        "scaleDenominator": cell_m / _PIXEL_M,
        "cellSize": cell_m,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": _PIXELS,
        "tileHeight": _PIXELS,
        "matrixWidth": 2**z,
        "matrixHeight": 2**z,
    }


@blueprint.get("/collections/<collection_id>/tiles")
def tilesets(collection_id: str) -> Response:
    """Answer the list of a collection's tilesets: there is one."""
    asked = Asked.read()
    layer = asked.layer(collection_id)
    title = f"{layer.title['en']}: vector tiles"
    document = {
        "links": asked.own_links(JSON, title, "collections", layer.id, "tiles"),
        "tilesets": [_tileset(asked, layer)],
    }
    return document_answer(asked, document, "document.html", title=title)


@blueprint.get("/collections/<collection_id>/tiles/<tile_matrix_set_id>")
def tileset(collection_id: str, tile_matrix_set_id: str) -> Response:
    """Answer one tileset: what its tiles hold and where they are."""
    _check_set(tile_matrix_set_id)
    asked = Asked.read()
    layer = asked.layer(collection_id)
    features = asked.features(layer)
    box = asked.release.receipt["layers"][layer.id]["bbox"]
    document = {
        **_tileset(asked, layer),
        "tileMatrixSetLimits": _limits(layer, box),
        "layers": [
            {
                "id": layer.id,
                "title": layer.title["en"],
                "description": layer.description["en"],
                "dataType": "vector",
                "minTileMatrix": str(layer.minzoom),
                "maxTileMatrix": str(MAXZOOM),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        **{
                            name: {"type": _SCHEMA_TYPE.get(features.kinds[name], "string")}
                            for name in features.tile_properties
                        },
                    },
                },
            }
        ],
        **asked.terms([layer]),
    }
    if box:
        document["boundingBox"] = {"lowerLeft": box[:2], "upperRight": box[2:], "crs": CRS84}
    return document_answer(asked, document, "document.html", title=document["title"])


_SCHEMA_TYPE: Final = {"integer": "integer", "number": "number", "boolean": "boolean"}


def _tileset(asked: Asked, layer: Layer) -> dict[str, Any]:
    here = ("collections", layer.id, "tiles", TMS_ID)
    title = f"{layer.title['en']}: vector tiles in {TMS_ID}"
    template = asked.address(*here).partition("?")
    return {
        "title": title,
        "dataType": "vector",
        "crs": EPSG_3857,
        "tileMatrixSetURI": TMS_URI,
        "links": [
            *asked.own_links(JSON, title, *here),
            link(asked.address("tileMatrixSets", TMS_ID), TILING_SCHEME, JSON, f"The tile matrix set {TMS_ID}"),
            link(
                f"{template[0]}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{template[1]}{template[2]}",
                "item",
                MEDIA_TYPE,
                "A tile (Mapbox Vector Tile 2.1)",
                templated=True,
            ),
            link(asked.address("collections", layer.id), "geodata", JSON, layer.title["en"]),
        ],
    }


def _limits(layer: Layer, box: list[float] | None) -> list[dict[str, Any]]:
    west, south, east, north = box or (-180.0, -90.0, 180.0, 90.0)
    found = []
    for z in range(layer.minzoom, MAXZOOM + 1):
        first, last = tilegrid.tile_at(west, north, z), tilegrid.tile_at(east, south, z)
        found.append(
            {
                "tileMatrix": str(z),
                "minTileRow": first.y,
                "maxTileRow": last.y,
                "minTileCol": first.x,
                "maxTileCol": last.x,
            }
        )
    return found


@blueprint.get("/collections/<collection_id>/tiles/<tile_matrix_set_id>/<int:z>/<int:row>/<int:column>")
def collection_tile(collection_id: str, tile_matrix_set_id: str, z: int, row: int, column: int) -> Response:
    """Answer one vector tile; 204 where nothing lies."""
    _check_set(tile_matrix_set_id)
    asked = Asked.read("datetime", "bbox", *FILTERS)
    layer = asked.layer(collection_id)
    where = tilegrid.check(Tile(z, column, row), MAXZOOM)
    named = {name: values for name, values in request.args.lists() if name in {"datetime", "bbox", *FILTERS}}
    wanted = Filter.parse(named)
    wanted.check(layer.id, asked.features(layer).kinds)
    view = asked.imprint.point_of_view
    return released_answer(
        lambda: encode_tile(asked.release, (layer,), where, wanted, view),
        MEDIA_TYPE,
        decided_by=f"{asked.release.id}|{asked.release.tile_mark}|{view}|{layer.id}|{z}/{column}/{row}|{wanted.canonical()}",
        cache=REVALIDATE,
        level=1,
    )


def _check_set(tile_matrix_set_id: str) -> None:
    if tile_matrix_set_id != TMS_ID:
        raise NotFound(f"There is no tile matrix set of that name; there is {TMS_ID}.")
