"""OpenAPI: the definition of the API in version 3.0, made from what the resources themselves name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.ogc.asked import GEOJSON, HTML, JSON, SCHEMA, Asked, blueprint, document_answer
from server.ogc.landing import OPENAPI
from server.ogc.openapi_parts import parameters, problem, schemas
from server.ogc.selection import FILTERS
from server.tiles import MEDIA_TYPE

if TYPE_CHECKING:
    from flask import Response


def _answer(media_type: str, schema: str, description: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}, HTML: {"schema": {"type": "string"}}}
    return {"description": description, "content": content}


def _operation(
    summary: str,
    tag: str,
    name: str,
    ok: dict[str, Any],
    *parameters: str,
    **answers: Any,  # noqa: ANN401 -- OpenAPI objects
) -> dict[str, Any]:
    asked = [*parameters, "f", "release", "point_of_view"]
    # A release that is asked for may be missing, so every operation may answer 404.
    problems = {"400": "InvalidParameter", "404": "NotFound", "500": "ServerError", "503": "NotReady"}
    return {
        "get": {
            "summary": summary,
            "tags": [tag],
            "operationId": name,
            "parameters": [{"$ref": f"#/components/parameters/{each}"} for each in asked],
            "responses": {
                "200": ok,
                **answers,
                "304": {"description": "What the client has is still right."},
                **{code: {"$ref": f"#/components/responses/{each}"} for code, each in problems.items()},
            },
        }
    }


def operations() -> dict[str, Any]:
    """Return every address of the API and what can be asked there."""
    one = "collectionId"
    pages = ("limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", *FILTERS)
    tile = {
        "description": "A vector tile.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
    described = _answer(JSON, "document", "The document.")
    schema = _answer(SCHEMA, "schema", "A JSON Schema.")
    tiles = "/collections/{collectionId}/tiles"
    own = ("tileMatrixSetId", "tileMatrix", "tileRow", "tileCol")
    api = {
        "description": "This document.",
        "content": {OPENAPI: {"schema": {"type": "object"}}, HTML: {"schema": {"type": "string"}}},
    }
    return {
        "/": _operation("Landing page", "Capabilities", "getLandingPage", _answer(JSON, "landingPage", "Links.")),
        "/api": _operation("Definition of the API", "Capabilities", "getApi", api),
        "/conformance": _operation(
            "Conformance classes", "Capabilities", "getConformance", _answer(JSON, "confClasses", "The classes.")
        ),
        "/collections": _operation(
            "Collections", "Capabilities", "getCollections", _answer(JSON, "collections", "The collections.")
        ),
        "/collections/{collectionId}": _operation(
            "One collection", "Capabilities", "getCollection", _answer(JSON, "collection", "The collection."), one
        ),
        "/collections/{collectionId}/queryables": _operation(
            "What filters may ask for", "Schemas", "getQueryables", schema, one
        ),
        "/collections/{collectionId}/schema": _operation("Properties of features", "Schemas", "getSchema", schema, one),
        "/collections/{collectionId}/items": _operation(
            "Features, a page at a time", "Features", "getFeatures", _answer(GEOJSON, "featureCollection", "A page."), one, *pages
        ),
        "/collections/{collectionId}/items/{featureId}": _operation(
            "One feature", "Features", "getFeature", _answer(GEOJSON, "feature", "The feature."), one, "featureId", "crs"
        ),
        "/tileMatrixSets": _operation("Tile matrix sets", "Tiles", "getTileMatrixSets", described),
        "/tileMatrixSets/{tileMatrixSetId}": _operation(
            "One tile matrix set", "Tiles", "getTileMatrixSet", described, "tileMatrixSetId"
        ),
        tiles: _operation("Tilesets of a collection", "Tiles", "getTilesets", described, one),
        f"{tiles}/{{tileMatrixSetId}}": _operation("One tileset", "Tiles", "getTileset", described, one, "tileMatrixSetId"),
        f"{tiles}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _operation(
            "One vector tile", "Tiles", "getTile", tile, one, *own, "datetime", "bbox", *FILTERS,
            **{"204": {"description": "Nothing lies in the tile."}},
        ),
    }  # fmt: skip


def definition(asked: Asked) -> dict[str, Any]:
    """Return the OpenAPI 3.0 definition of the API for the release that is asked about."""
    title = asked.release.receipt["title"]["en"]
    licence = asked.release.receipt["licence"]
    contact = {"contact": {"email": asked.imprint.contact}} if "@" in asked.imprint.contact else {}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "version": asked.release.id,
            "description": f"{asked.imprint.disclaimer(asked.release)} Licence of the data: {licence}.",
            **contact,
        },
        "servers": [{"url": asked.root, "description": "This service"}],
        "tags": [{"name": name} for name in ("Capabilities", "Features", "Schemas", "Tiles")],
        "paths": operations(),
        "components": {
            "parameters": parameters(asked),
            "schemas": schemas(),
            "responses": {
                "InvalidParameter": problem("A parameter is unknown or cannot be read."),
                "NotFound": problem("There is no such resource, or no such release."),
                "ServerError": problem("The service met an error."),
                "NotReady": problem("Nothing has been built yet, or the release cannot be read."),
            },
        },
    }


@blueprint.get("/api")
def api() -> Response:
    """Answer the definition of the API."""
    asked = Asked.read()
    document = definition(asked)
    links = asked.own_links(OPENAPI, "The definition of this API", "api")
    return document_answer(
        asked, document, "api.html", media_type=OPENAPI, title="The definition of this API", links=links
    )
