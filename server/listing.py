"""Listing: the rows of a layer under a filter, slim enough for a table and for the symbols of a map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from geo.errors import MalformedFilter
from geo.vocabulary import LANGUAGES
from layers.exports.export import exported_layer
from layers.facts import title_of
from layers.filter import Filter
from server.answers import REVALIDATE, json_answer
from server.service import service

if TYPE_CHECKING:
    import numpy.typing as npt

    from layers.engines.engine import Features
    from layers.release import Release

    Integers = npt.NDArray[Any]

__all__ = ["blueprint", "listed"]

blueprint = Blueprint("listing", __name__)

ROWS = 500
ROWS_AT_MOST = 5000

_TOLD = (
    "category", "status", "kind", "date_start", "date_end", "valid_from", "valid_to", "where_prec", "border", "area_id",
    "geometry_role",
)  # fmt: skip


@blueprint.get("/list")
def rows() -> Response:
    """Answer the rows of one layer under a filter."""
    release = service().release()
    asked = request.args.getlist("layer")
    if len(asked) != 1:
        raise MalformedFilter("layer", f"layer stands {len(asked)} times.", hint="Name one layer: layer=incidents.")
    layer = release.catalog[asked[0]]
    limit = request.args.get("limit", str(ROWS))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= ROWS_AT_MOST):
        raise MalformedFilter(
            "limit", f"limit={limit[:20]!r} is no number from 1 to {ROWS_AT_MOST}.", hint=f"Use limit={ROWS}."
        )
    wanted = Filter.parse(request.args.to_dict(flat=False), also=["layer", "limit", "release", "point_of_view"])
    features = release.features(layer.id, service().point_of_view)
    wanted.check(layer.id, features.kinds)
    return json_answer(
        {
            "layer": layer.id,
            "release": release.id,
            "filter": wanted.canonical(),
            **listed(features, wanted, int(limit), differing=_differing(release)),
        },
        cache=REVALIDATE,
    )


def _differing(release: Release) -> frozenset[str]:
    """Return the ids of conflicts in which articles say different things of the same."""
    records = release.records("conflicts").items()
    return frozenset(id_ for id_, record in records if record["state"] == "conflict")


def listed(
    features: Features, wanted: Filter, limit: int, *, differing: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return ``total``, ``unplaced`` and the first ``limit`` rows by first day and id; the undated come last.

    A row has ``conflict`` when one of its conflicts is among the ``differing`` ones.
    """
    kept = features.select(wanted)
    return {
        "total": kept.matched,
        "unplaced": kept.matched - kept.placed,
        "rows": [_row(json.loads(text), differing) for text in kept.earliest(limit)],
    }


def _row(feature: dict[str, Any], differing: frozenset[str]) -> dict[str, Any]:
    properties, geometry = feature["properties"], feature["geometry"]
    found = {"id": feature["id"], "title": title_of({"id": feature["id"], **properties})}
    found |= {name: properties[name] for name in _TOLD if properties.get(name) is not None}
    area = {lang: text for lang in LANGUAGES if (text := properties.get(f"area_name_{lang}"))}
    if area:
        found["area"] = area
    quantities = properties.get("quantities") or []
    found |= (
        {"suspect": True}
        if "suspect" in {properties.get("date_integrity"), *(q.get("integrity") for q in quantities)}
        else {}
    )
    found |= {"conflict": True} if differing.intersection(properties.get("conflicts") or []) else {}
    if geometry and geometry["type"] == "Point":
        found["lon"], found["lat"] = geometry["coordinates"]
    return found


@blueprint.get("/object/<path:feature_id>.geojson")
def single(feature_id: str) -> Response:
    """Answer one object as a GeoJSON feature, with all its properties and the notices of every export."""
    release = service().release()
    view = service().point_of_view
    layer_id, feature = release.find(feature_id, view)
    exported_layer(release.catalog, layer_id)
    notices = service().imprint.metadata(release, [release.catalog[layer_id]])
    return json_answer({**feature, "layer": layer_id, **notices}, cache=REVALIDATE, content_type="application/geo+json")
