"""Tiles: vector tiles of a release, and the TileJSON that describes them.

Several layers in one address, joined by commas, come as one tile: on a slow network a request costs more than bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from geo import tilegrid
from geo.errors import MalformedFilter
from geo.tilegrid import Tile
from geo.vocabulary import NEUTRAL
from layers.engines.tiles import COUNT
from layers.filter import Filter
from layers.imprint import attribution
from layers.mvt import encode_tile
from server.answers import IMMUTABLE, REVALIDATE, json_answer, released_answer
from server.service import service

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from layers.engines.columns import Columns
    from layers.layer import Layer
    from layers.release import Release

blueprint = Blueprint("tiles", __name__)

MAXZOOM = 14
"""Deepest zoom that is served; clients draw deeper ones from it."""
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


def _layers(release: Release, names: str) -> tuple[Layer, ...]:
    """Return the layers of a comma-separated list, each once, in drawing order."""
    catalog = release.catalog
    asked = {catalog[name].id for name in names.split(",")}
    return tuple(layer for layer in catalog.values() if layer.id in asked)


def _tile_filter() -> Filter:
    return Filter.parse(request.args.to_dict(flat=False), also=["point_of_view", "v"])


def _check(wanted: Filter, release: Release, layers: tuple[Layer, ...]) -> None:
    """Refuse a filter that none of the layers can obey; in a composite tile the others stay as they are."""
    refusals = []
    for layer in layers:
        try:
            wanted.check(layer.id, release.columns(layer.id).kinds)
        except MalformedFilter as refusal:
            refusals.append(refusal)
    if len(refusals) == len(layers):
        raise refusals[0]


@blueprint.get("/tiles/<release_id>/<layers>/<int:z>/<int:x>/<int:y>.mvt")
def tile(release_id: str, layers: str, z: int, x: int, y: int) -> BaseResponse:
    """Answer one vector tile (MVT 2.1, WebMercatorQuad)."""
    release = service().releases.get(release_id)
    if release_id != release.id:
        pinned = url_for(".tile", release_id=release.id, layers=layers, z=z, x=x, y=y)
        query = request.query_string.decode("ascii", "replace")
        response = redirect(f"{pinned}?{query}" if query else pinned, 307)
        response.headers["Cache-Control"] = "no-cache"
        return response
    chosen = _layers(release, layers)
    where = Tile(z, x, y)
    tilegrid.check(where, MAXZOOM)
    wanted = _tile_filter()
    _check(wanted, release, chosen)
    view = service().point_of_view
    named = ",".join(layer.id for layer in chosen)
    return released_answer(
        lambda: encode_tile(release, chosen, where, wanted, view),
        MEDIA_TYPE,
        decided_by=f"{release.id}|{release.tile_mark}|{view}|{named}|{z}/{x}/{y}|{wanted.canonical()}",
        cache=IMMUTABLE if request.args.get("v") == release.tile_mark else REVALIDATE,
        level=1 if wanted.canonical() else 6,
    )


@blueprint.get("/tiles/<layers>.json")
def tilejson(layers: str) -> Response:
    """Answer TileJSON 3.0.0 of one layer, or of several joined by commas."""
    release = service().release()
    chosen = _layers(release, layers)
    wanted = Filter.parse(request.args.to_dict(flat=False), also=["release", "point_of_view"])
    _check(wanted, release, chosen)
    view = service().point_of_view
    base = f"{service().base_url}/tiles/{release.id}/{','.join(layer.id for layer in chosen)}"
    asked = [wanted.canonical(), "" if view == NEUTRAL else f"point_of_view={view}", f"v={release.tile_mark}"]
    query = "&".join(filter(None, asked))
    boxes = [box for layer in chosen if (box := release.receipt["layers"][layer.id]["bbox"])]
    limit = 85.0511287
    document = {
        "tilejson": "3.0.0",
        "name": ", ".join(layer.title["en"] for layer in chosen),
        "description": " ".join(layer.description["en"] for layer in chosen),
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [base + "/{z}/{x}/{y}.mvt" + f"?{query}"],
        "minzoom": min(layer.minzoom for layer in chosen),
        "maxzoom": MAXZOOM,
        "bounds": [
            min((box[0] for box in boxes), default=-180.0),
            max(-limit, min((box[1] for box in boxes), default=-limit)),
            max((box[2] for box in boxes), default=180.0),
            min(limit, max((box[3] for box in boxes), default=limit)),
        ],
        "attribution": attribution(release, chosen),
        "vector_layers": [
            {
                "id": layer.id,
                "description": layer.description["en"],
                "minzoom": layer.minzoom,
                "maxzoom": MAXZOOM,
                "fields": {
                    "id": "String",
                    **_fields(release.columns(layer.id)),
                },
            }
            for layer in chosen
        ],
        **service().imprint.metadata(release, chosen),
    }
    return json_answer(document, cache=REVALIDATE)


_FIELD = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
"""Type of a property → how TileJSON 3.0.0 calls it; all others are strings."""


def _fields(columns: Columns) -> dict[str, str]:
    fields = {name: _FIELD.get(columns.kinds[name], "String") for name in columns.tile_properties}
    return fields | ({COUNT: "Number"} if columns.has_points else {})
