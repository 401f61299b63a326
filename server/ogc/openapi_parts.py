"""Parts of the API's definition: its parameters, schemas and problems, as OpenAPI 3.0 names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geo.vocabulary import POINTS_OF_VIEW
from layers.expression import LANGUAGES
from server.ogc.asked import HTML
from server.ogc.crs import OFFERED
from server.ogc.selection import DEFAULT_LIMIT, FILTERS, MOST
from server.ogc.tiles import TMS_ID
from server.tiles import MAXZOOM

if TYPE_CHECKING:
    from server.ogc.asked import Asked

__all__ = ["parameters", "problem", "schemas"]

PROBLEM: Final = "application/problem+json"


def _query(name: str, description: str, schema: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema, **more}


def _path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def parameters(asked: Asked) -> dict[str, Any]:
    """Return every parameter, by the name that operations call it by."""
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
    return found


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:  # noqa: ANN401 -- OpenAPI objects
    return {"type": "object", "required": list(required), "properties": required | optional}


def schemas() -> dict[str, Any]:
    """Return the schemas of the answers."""
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


def problem(description: str) -> dict[str, Any]:
    """Return an answer that is a problem (RFC 9457)."""
    schema = {"$ref": "#/components/schemas/problem"}
    return {"description": description, "content": {PROBLEM: {"schema": schema}, HTML: {"schema": {"type": "string"}}}}
