"""Landing page: where a client begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.ogc.asked import HTML, JSON, Asked, blueprint, document_answer, link

if TYPE_CHECKING:
    from flask import Response

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
"""Media type of the API's definition."""


@blueprint.get("/", strict_slashes=False)
def landing() -> Response:
    """Answer title, terms and the links that lead on."""
    asked = Asked.read()
    layers = asked.release.catalog.exported
    document = {
        "title": asked.release.receipt["title"]["en"],
        "description": "Borders, corridors, incidents and organizations as published articles report them. Every object "
        "links to the evidence that it rests on.",
        **asked.terms(layers),
        "links": [
            *asked.own_links(JSON, "This page"),
            link(asked.address("api", f="json"), "service-desc", OPENAPI, "The definition of this API (OpenAPI 3.0)"),
            link(asked.address("api", f="html"), "service-doc", HTML, "The definition of this API as a page"),
            link(asked.address("conformance"), "conformance", JSON, "Conformance classes"),
            link(asked.address("collections"), "data", JSON, "The collections of features"),
            link(f"{asked.root.removesuffix('/ogc')}/data", "related", HTML, "Files to take away"),
        ],
    }
    return document_answer(asked, document, "landing.html", title=document["title"])
