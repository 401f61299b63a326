"""Tiles: vector tiles of a release, and the TileJSON that describes them.

Several layers in one address, joined by commas, come as one tile: on a slow network a request costs more than bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

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
from server.packing import QUICK, SMALL
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response as BaseResponse

    from layers.engines.engine import Features
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


def _check(wanted: Filter, release: Release, layers: tuple[Layer, ...]) -> None:
    """Refuse a filter that none of the layers can obey; in a composite tile the others stay as they are."""
    refusals = []
    for layer in layers:
        try:
            wanted.check(layer.id, release.features(layer.id).kinds)
        except MalformedFilter as refusal:
            refusals.append(refusal)
    if len(refusals) == len(layers):
        raise refusals[0]


@dataclass(frozen=True, slots=True)
class AskedTile:
    """A tile that somebody asks for, found to be one that there is."""

    release: Release
    layers: tuple[Layer, ...]
    where: Tile
    wanted: Filter
    point_of_view: str
    mark: str | None

    @classmethod
    def of(cls, release: Release, names: str, where: Tile, query: TileQuery, point_of_view: str) -> Self:
        """Read an address.

        Parameters
        ----------
        release
            The one that the address names.
        names
            Its layers, with commas between.
        where
            ``z, x, y``.
        query
            Its query.
        point_of_view
            From which borders are drawn.

        Raises
        ------
        UnknownLayer, OutsideTileMatrix
            When there is no such layer or tile.
        MalformedFilter
            When none of the layers can obey the filter.
        """
        layers = _layers(release, names)
        tilegrid.check(where, MAXZOOM)
        if query.wanted != _UNFILTERED:
            _check(query.wanted, release, layers)
        return cls(release, layers, where, query.wanted, point_of_view, query.mark)

    @property
    def decided_by(self) -> str:
        """All that decides its bytes."""
        named = ",".join(layer.id for layer in self.layers)
        place = f"{self.where.z}/{self.where.x}/{self.where.y}"
        release, asked = self.release, self.wanted.canonical()
        return f"{release.id}|{release.tile_mark}|{self.point_of_view}|{named}|{place}|{asked}"

    @property
    def cache_control(self) -> str:
        """For how long it may be kept: for ever where the address names the mark of what encoded it."""
        return IMMUTABLE if self.mark == self.release.tile_mark else REVALIDATE

    @property
    def level(self) -> int:
        """How it is packed."""
        return SMALL if self.wanted == _UNFILTERED else QUICK

    def make(self) -> bytes:
        """Return its bytes; ``b""`` when nothing is there."""
        return encode_tile(self.release, self.layers, self.where, self.wanted, self.point_of_view)


@dataclass(frozen=True, slots=True)
class TileQuery:
    """What the query of a tile's address says; ``point_of_view`` is not checked."""

    wanted: Filter
    mark: str | None
    point_of_view: str | None

    @classmethod
    def parse(cls, query: Mapping[str, Sequence[str]]) -> Self:
        """Read a query; raises MalformedFilter as :meth:`Filter.parse` does."""
        wanted = Filter.parse(query, also=["point_of_view", "v"])
        return cls(wanted, query.get("v", [None])[0], query.get("point_of_view", [None])[0])


_UNFILTERED = Filter()


@blueprint.get("/tiles/<release_id>/<layers>/<int:z>/<int:x>/<int:y>.mvt")
def tile(release_id: str, layers: str, z: int, x: int, y: int) -> BaseResponse:
    """Answer one vector tile (MVT 2.1, WebMercatorQuad)."""
    release = service().releases.get(release_id)
    if release_id != release.id:
        pinned = url_for(".tile", release_id=release.id, layers=layers, z=z, x=x, y=y)
        asked_for = request.query_string.decode("ascii", "replace")
        response = redirect(f"{pinned}?{asked_for}" if asked_for else pinned, 307)
        response.headers["Cache-Control"] = "no-cache"
        return response
    query = TileQuery.parse(request.args.to_dict(flat=False))
    asked = AskedTile.of(release, layers, Tile(z, x, y), query, service().point_of_view)
    return released_answer(
        asked.make, MEDIA_TYPE, decided_by=asked.decided_by, cache=asked.cache_control, level=asked.level
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
                    **_fields(release.features(layer.id)),
                },
            }
            for layer in chosen
        ],
        **service().imprint.metadata(release, chosen),
    }
    return json_answer(document, cache=REVALIDATE)


_FIELD = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
"""Type of a property → how TileJSON 3.0.0 calls it; all others are strings."""


def _fields(features: Features) -> dict[str, str]:
    fields = {name: _FIELD.get(features.kinds[name], "String") for name in features.tile_properties}
    return fields | ({COUNT: "Number"} if features.has_points else {})
