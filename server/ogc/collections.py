"""Collections: each exported layer with its extent, its terms and where its features, schemas and tiles are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from layers.engines.masks import EPOCH
from server.ogc.asked import GEOJSON, HTML, JSON, SCHEMA, Asked, blueprint, document_answer, link
from server.ogc.crs import CRS84, OFFERED

if TYPE_CHECKING:
    from flask import Response

    from layers.engines.engine import Features
    from layers.layer import Layer

__all__ = ["collection_document"]

_REL = "http://www.opengis.net/def/rel/ogc/1.0"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


def collection_document(asked: Asked, layer: Layer) -> dict[str, Any]:
    """Return what is said of one collection."""
    features, here = asked.features(layer), ("collections", layer.id)
    title = layer.title["en"]
    box = asked.release.receipt["layers"][layer.id]["bbox"] or [-180, -90, 180, 90]
    return {
        "id": layer.id,
        "title": title,
        "description": layer.description["en"],
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [box], "crs": CRS84},
            "temporal": {"interval": [_interval(asked, layer, features)], "trs": GREGORIAN},
        },
        "crs": list(OFFERED),
        "storageCrs": CRS84,
        "numberOfFeatures": features.count,
        **asked.terms([layer]),
        "links": [
            *asked.own_links(JSON, title, *here),
            link(asked.address(*here, "items"), "items", GEOJSON, f"{title}: the features"),
            link(asked.address(*here, "items", f="html"), "items", HTML, f"{title}: the features as a page"),
            link(
                asked.address(*here, "queryables"), f"{_REL}/queryables", SCHEMA, f"{title}: what filters may ask for"
            ),
            link(asked.address(*here, "schema"), f"{_REL}/schema", SCHEMA, f"{title}: the properties of its features"),
            link(asked.address(*here, "tiles"), f"{_REL}/tilesets-vector", JSON, f"{title}: vector tiles"),
            link(
                f"{asked.root.removesuffix('/ogc')}/export/{layer.id}.geojson?release={asked.release.id}",
                "enclosure",
                GEOJSON,
                f"{title}: all features in one file",
            ),
            *_licences(asked, layer),
        ],
    }


def _interval(asked: Asked, layer: Layer, features: Features) -> list[str | None]:
    def find() -> list[str | None]:
        begins, ends, goes_on = features.temporal
        first = None if begins is None else f"{_day(begins)}T00:00:00Z"
        last = None if ends is None else f"{_day(ends)}T23:59:59Z"
        # A record that goes on has no last day: then the whole collection has none.
        return [first, None if goes_on else last]

    return asked.release.derived(("temporal extent", layer.id, asked.imprint.point_of_view), find)


def _day(days: int) -> str:
    return date.fromordinal(days + EPOCH).isoformat()


def _licences(asked: Asked, layer: Layer) -> list[dict[str, Any]]:
    """Link the release's licence and, where SPDX knows them, those of the layer's sources."""
    terms = asked.imprint.metadata(asked.release, [layer])
    ids = dict.fromkeys([str(terms["licence"]), *terms["source_licences"]])
    known = [id_ for id_ in ids if not id_.startswith("LicenseRef-") and " " not in id_]
    return [link(f"https://spdx.org/licenses/{id_}.html", "license", HTML, f"Licence: {id_}") for id_ in known]


@blueprint.get("/collections")
def collections() -> Response:
    """Answer all collections, what is drawn on top first."""
    asked = Asked.read()
    layers = tuple(reversed(asked.release.catalog.exported))
    document = {
        "links": asked.own_links(JSON, "Collections", "collections"),
        "crs": list(OFFERED),
        "collections": [collection_document(asked, layer) for layer in layers],
    }
    return document_answer(asked, document, "collections.html", title="Collections")


@blueprint.get("/collections/<collection_id>")
def collection(collection_id: str) -> Response:
    """Answer one collection."""
    asked = Asked.read()
    document = collection_document(asked, asked.layer(collection_id))
    return document_answer(asked, document, "collection.html", title=document["title"])
