"""Conformance: what the API claims, and nothing that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.ogc.asked import JSON, Asked, blueprint, document_answer

if TYPE_CHECKING:
    from flask import Response

__all__ = ["CONFORMS_TO"]

_CLASSES: Final = {
    "ogcapi-features-1/1.0": ("core", "geojson", "html", "oas30"),
    "ogcapi-features-2/1.0": ("crs",),
    "ogcapi-features-3/1.0": ("queryables", "filter", "features-filter"),
    "ogcapi-features-5/1.0": ("schemas", "core-roles-features", "returnables-and-receivables", "queryables"),
    "ogcapi-tiles-1/1.0": ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt"),
    "cql2/1.0": (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "temporal-functions",
        "array-functions",
    ),
}

CONFORMS_TO: Final = tuple(
    f"http://www.opengis.net/spec/{standard}/conf/{name}" for standard, names in _CLASSES.items() for name in names
)
"""URIs of the conformance classes."""


@blueprint.get("/conformance")
def conformance() -> Response:
    """Answer the conformance classes."""
    asked = Asked.read()
    document = {
        "conformsTo": list(CONFORMS_TO),
        "links": asked.own_links(JSON, "Conformance classes", "conformance"),
    }
    return document_answer(asked, document, "conformance.html", title="Conformance classes")
