"""Facets and search: how many features a filter keeps, and what of a release bears a name."""

from __future__ import annotations

from flask import Blueprint, Response, request

from geo.errors import MalformedFilter
from layers.filter import Filter
from layers.search import search
from server.answers import REVALIDATE, json_answer
from server.service import service

blueprint = Blueprint("facets", __name__)

LONGEST_QUERY = 200
"""Characters of a search that are read at all."""

FOUND_AT_MOST = 100


@blueprint.get("/counts")
def counts() -> Response:
    """Answer the totals of one layer under a filter, by category, organization, article, year and area."""
    release = service().release()
    asked = request.args.getlist("layer")
    if len(asked) != 1:
        raise MalformedFilter("layer", f"layer stands {len(asked)} times.", hint="Name one layer: layer=incidents.")
    layer = release.catalog[asked[0]]
    wanted = Filter.parse(request.args.to_dict(flat=False), also=["layer", "release", "point_of_view"])
    features = release.features(layer.id, service().point_of_view)
    wanted.check(layer.id, features.kinds)
    document = {"layer": layer.id, "release": release.id, "filter": wanted.canonical(), **features.counts(wanted)}
    return json_answer(document, cache=REVALIDATE)


@blueprint.get("/search")
def find() -> Response:
    """Answer the places, organizations, corridors and articles that bear a name, the best match first."""
    release = service().release()
    text = request.args.get("q", "").strip()
    if not text or len(text) > LONGEST_QUERY:
        raise MalformedFilter(
            "q", f"q has {len(text)} characters.", hint=f"Give 1 to {LONGEST_QUERY}, for example q=kabul."
        )
    limit = request.args.get("limit", "20")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= FOUND_AT_MOST):
        raise MalformedFilter(
            "limit", f"limit={limit[:20]!r} is no number from 1 to {FOUND_AT_MOST}.", hint="Use limit=20."
        )
    found = search(release.document("search"), text)
    shown = [{name: value for name, value in entry.items() if name != "keys"} for entry in found[: int(limit)]]
    return json_answer({"q": text, "release": release.id, "total": len(found), "results": shown}, cache=REVALIDATE)
