"""OpenAPI: the definition of the API in version 3.0, made from what the resources themselves name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geo.vocabulary import POINTS_OF_VIEW
from layers.expression import LANGUAGES
from layers.filter import MEMBERSHIP
from server.ogc.asked import GEOJSON, HTML, JSON, SCHEMA, Asked, blueprint, document_answer
from server.ogc.crs import OFFERED
from server.ogc.items import DEFAULT_LIMIT, FILTERS, MOST
from server.ogc.landing import OPENAPI
from server.ogc.tiles import TMS_ID
from server.tiles import MAXZOOM, MEDIA_TYPE

if TYPE_CHECKING:
    from flask import Response

PROBLEM: Final = "application/problem+json"


def _query(name: str, description: str, schema: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


def _path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _parameters(asked: Asked) -> dict[str, Any]:
    collections = [layer.id for layer in asked.release.catalog.exported]
    uri = {"type": "string", "format": "uri", "enum": list(OFFERED)}
    text, whole = {"type": "string"}, {"type": "integer"}
    meanings = {
        "attested": ("Whether it rests on a sentence of an article.", {"type": "string", "enum": ["true", "false"]}),
        "undated": ("Whether what has no date is kept.", {"type": "string", "enum": ["include", "exclude"]}),
    }
    found = {
        "f": _query("f", "The form of the answer; else the Accept header decides.", text | {"enum": ["json", "html"]}),
        "release": _query(
            "release", "Release that is asked; the latest without it.", text | {"enum": [asked.release.id]}
        ),
        "point_of_view": _query(
            "point_of_view", "To whom disputed areas count.", text | {"enum": list(POINTS_OF_VIEW)}
        ),
        "limit": _query(
            "limit",
            f"Most features of a page. A number above {MOST} counts as {MOST}.",
            whole | {"minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
            style="form",
            explode=False,
        ),
        "offset": _query(
            "offset",
            "How many features to pass over; links to pages carry it.",
            whole | {"minimum": 0, "maximum": 10**9, "default": 0},
        ),
        "bbox": _query(
            "bbox",
            "Features whose geometry touches the box, and those without one. Four numbers, or six with heights, in the "
            "order of the axes of bbox-crs; west greater than east crosses 180°.",
            {
                "type": "array",
                "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                "items": {"type": "number"},
            },
            style="form",
            explode=False,
        ),
        "datetime": _query(
            "datetime",
            "Features whose dates overlap an instant or an interval (a/b, ../b, a/..), and those without one. RFC 3339, "
            "or a day, a month or a year.",
            text,
            style="form",
            explode=False,
        ),
        "crs": _query("crs", "CRS of the answer, its axes in the order that the CRS defines.", uri),
        "bbox-crs": _query("bbox-crs", "CRS of bbox.", uri),
        "filter": _query("filter", "A condition in CQL2 over the queryables.", text),
        "filter-lang": _query("filter-lang", "Language of filter.", text | {"enum": list(LANGUAGES)}),
        "filter-crs": _query("filter-crs", "CRS of the coordinates in filter.", uri),
        "collectionId": _path("collectionId", "Id of a collection.", text | {"enum": collections}),
        "featureId": _path("featureId", "Id of a feature.", text),
        "tileMatrixSetId": _path("tileMatrixSetId", "The tile matrix set.", text | {"enum": [TMS_ID]}),
        "tileMatrix": _path("tileMatrix", "Zoom.", whole | {"minimum": 0, "maximum": MAXZOOM}),
        "tileRow": _path("tileRow", "Row, counted from the north.", whole | {"minimum": 0}),
        "tileCol": _path("tileCol", "Column, counted from the west.", whole | {"minimum": 0}),
    }
    for name in FILTERS:
        meaning, schema = meanings.get(name, (f"Ids of {name}, joined by commas; keeps what has any of them.", text))
        found[name] = _query(name, meaning, schema)
    assert set(MEMBERSHIP) <= set(found)  # noqa: S101 -- FILTERS holds them
    return found


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


def _paths() -> dict[str, Any]:
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


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:  # noqa: ANN401 -- OpenAPI objects
    return {"type": "object", "required": list(required), "properties": required | optional}


def _schemas() -> dict[str, Any]:
    text, anything = {"type": "string"}, {"type": "object"}
    links = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
    number = {"type": "integer", "minimum": 0}
    geometry = {"type": "object", "nullable": True, "required": ["type"], "properties": {"type": text}}
    feature = _object(
        {"type": text | {"enum": ["Feature"]}, "id": text, "geometry": geometry, "properties": anything, "links": links}
    )
    extent = _object({"spatial": anything, "temporal": anything})
    terms = dict.fromkeys(("attribution", "licence", "release", "release_date", "disclaimer", "citation"), text)
    collection = {
        "id": text,
        "title": text,
        "links": links,
        "extent": extent,
        "itemType": text,
        "crs": {"type": "array", "items": text},
    }
    return {
        "link": _object({"href": text, "rel": text, "type": text}, title=text, templated={"type": "boolean"}),
        "landingPage": _object({"title": text, "links": links, **terms}),
        "confClasses": _object({"conformsTo": {"type": "array", "items": text}}),
        "collection": _object({**collection, **terms}),
        "collections": _object(
            {"links": links, "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}}}
        ),
        "feature": feature,
        "featureCollection": _object(
            {
                "type": text | {"enum": ["FeatureCollection"]},
                "numberMatched": number,
                "numberReturned": number,
                "links": links,
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
                **terms,
            }
        ),
        "schema": _object({"$schema": text, "$id": text, "type": text, "title": text, "properties": anything}),
        "document": anything,
        "problem": _object({"type": text, "title": text, "status": {"type": "integer"}, "detail": text}, hint=text, parameter=text),
    }  # fmt: skip


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/problem"}
    return {"description": description, "content": {PROBLEM: {"schema": schema}, HTML: {"schema": {"type": "string"}}}}


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
        "paths": _paths(),
        "components": {
            "parameters": _parameters(asked),
            "schemas": _schemas(),
            "responses": {
                "InvalidParameter": _problem("A parameter is unknown or cannot be read."),
                "NotFound": _problem("There is no such resource, or no such release."),
                "ServerError": _problem("The service met an error."),
                "NotReady": _problem("Nothing has been built yet, or the release cannot be read."),
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
