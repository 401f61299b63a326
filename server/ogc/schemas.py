"""Schemas: what a filter may ask of a collection, and which properties its features have, as JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from layers.codebook import entry_of
from layers.engines.queryables import GEOMETRY, Queryable
from server.ogc.asked import SCHEMA, Asked, blueprint, document_answer

if TYPE_CHECKING:
    from flask import Response

    from layers.engines.engine import Features
    from layers.layer import Layer

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_TYPES: Final[dict[str, dict[str, Any]]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "list": {"type": "array", "items": {"type": "string"}},
}


@blueprint.get("/collections/<collection_id>/queryables")
def collection_queryables(collection_id: str) -> Response:
    """Answer what a filter may ask of a collection."""
    asked = Asked.read()
    layer = asked.layer(collection_id)
    features = asked.features(layer)
    properties = {name: _queryable(layer, features, found) for name, found in features.queryables().items()}
    title = f"{layer.title['en']}: what filters may ask for"
    return _answer(asked, layer, title, properties, "queryables", "queryables.html")


@blueprint.get("/collections/<collection_id>/schema")
def schema(collection_id: str) -> Response:
    """Answer the properties of a collection's features."""
    asked = Asked.read()
    layer = asked.layer(collection_id)
    features = asked.features(layer)
    properties: dict[str, Any] = {"id": {**_described(layer, "id", "text"), "type": "string", "x-ogc-role": "id"}}
    for name, kind in features.kinds.items():
        found = _described(layer, name, kind) | _TYPES.get(kind, {})
        codes = entry_of(layer.id, name, kind).codes
        if codes and kind == "text":
            found["enum"] = [*codes, None]
            found["type"] = ["string", "null"]
        properties[name] = found
    geometry = {"x-ogc-role": "primary-geometry", "format": f"geometry-{'point' if features.has_points else 'any'}"}
    properties[GEOMETRY] = _described(layer, GEOMETRY, "geometry") | geometry
    return _answer(asked, layer, f"{layer.title['en']}: properties", properties, "schema", "schema.html")


def _answer(asked: Asked, layer: Layer, title: str, properties: dict[str, Any], path: str, template: str) -> Response:
    document = {
        "$schema": DIALECT,
        "$id": asked.address("collections", layer.id, path),
        "type": "object",
        "title": title,
        "description": layer.description["en"],
        "properties": properties,
        "additionalProperties": False,
    }
    links = asked.own_links(SCHEMA, title, "collections", layer.id, path)
    return document_answer(asked, document, template, media_type=SCHEMA, title=title, layer=layer, links=links)


def _described(layer: Layer, name: str, kind: str) -> dict[str, Any]:
    entry = entry_of(layer.id, name, kind)
    found: dict[str, Any] = {"title": name, "description": f"{entry.meaning} Null: {entry.null}."}
    if entry.unit:
        found["x-unit"] = entry.unit
    return found


def _queryable(layer: Layer, features: Features, asked: Queryable) -> dict[str, Any]:
    if asked.kind == "geometry":
        return _described(layer, GEOMETRY, "geometry") | {
            "format": f"geometry-{'point' if features.has_points else 'any'}",
            "x-ogc-role": "primary-geometry",
        }
    found = _described(layer, asked.name, features.kinds[asked.name]) | _TYPES[asked.kind]
    if asked.values and asked.kind == "list":
        found["items"] = {"type": "string", "enum": list(asked.values)}
    elif asked.values:
        found["enum"] = list(asked.values)
    return found
