"""Items: the features of a collection, a page at a time, and one of them.

A page is a slice of the rows that the parameters keep, in the order of the column file. The links to the next and the previous
page name the release, so pages that are followed belong together whatever is built meanwhile.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import render_template, request

from geo.errors import UnknownFeature
from layers.codebook import entry_of
from server.evidence import row_evidence
from server.ogc.asked import GEOJSON, HTML, JSON, Asked, blueprint, deliver, document_answer, link
from server.ogc.crs import CRS84, geometry_in, read_crs
from server.ogc.selection import PARAMETERS, Page, read_page
from server.ogc.sketch import sketch
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from layers.engines.engine import Features
    from layers.layer import Layer


@blueprint.get("/collections/<collection_id>/items")
def items(collection_id: str) -> Response:
    """Answer a page of features."""
    asked = Asked.read(*PARAMETERS)
    layer = asked.layer(collection_id)
    features = asked.features(layer)
    page = read_page(features, layer)
    if asked.is_html:
        return deliver(asked, lambda: _as_page(asked, layer, features, page), HTML)
    response = deliver(asked, lambda: _as_geojson(asked, layer, page), GEOJSON)
    response.headers["Content-Crs"] = f"<{page.crs}>"
    return response


@blueprint.get("/collections/<collection_id>/items/<path:feature_id>")
def item(collection_id: str, feature_id: str) -> Response:
    """Answer one feature."""
    asked = Asked.read("crs")
    layer = asked.layer(collection_id)
    crs = read_crs("crs", request.args.get("crs"))
    feature = asked.features(layer).find(feature_id)
    if feature is None:
        raise UnknownFeature(
            f"Collection {layer.id} has no feature {feature_id[:80]!r}.", hint="Its features are listed at …/items."
        )
    here = ("collections", layer.id, "items", feature_id)
    document = {
        **feature,
        "geometry": geometry_in(crs, feature["geometry"]),
        "links": [
            *asked.own_links(GEOJSON, feature_id, *here, crs=request.args.get("crs")),
            link(asked.address("collections", layer.id), "collection", JSON, layer.title["en"]),
            *_about(asked, feature),
        ],
        **asked.terms([layer]),
    }
    more = {"title": _name(feature), "layer": layer, "sketch": sketch([feature])}
    response = document_answer(asked, document, "item.html", media_type=GEOJSON, **more)
    if not asked.is_html:
        response.headers["Content-Crs"] = f"<{crs}>"
    return response


def _about(asked: Asked, feature: Mapping[str, Any]) -> list[dict[str, Any]]:
    feature_id = str(feature["id"])
    own, named = asked.root.removesuffix("/ogc"), quote(feature_id, safe="/")
    rows = row_evidence(asked.release, feature["properties"])
    rests_on = "; ".join(row["title"]["en"] for row in rows) or "What this rests on"
    return [
        link(f"{own}/evidence/{named}?release={asked.release.id}", "evidence", JSON, rests_on),
        link(f"{own}/m/{asked.release.id}?open={quote(feature_id, safe='')}", "related", HTML, "On the map"),
    ]


def _paging(asked: Asked, layer: Layer, page: Page) -> list[dict[str, Any]]:
    here = ("collections", layer.id, "items")
    kept: dict[str, str | int | None] = {
        name: value for name, value in request.args.items() if name not in {"f", "limit", "offset"}
    }
    own: dict[str, str | int | None] = kept | {
        name: value for name, value in request.args.items() if name in {"limit", "offset"}
    }
    found = asked.own_links(GEOJSON, layer.title["en"], *here, **own)
    media_type = HTML if asked.is_html else GEOJSON
    form = "html" if asked.is_html else "json"
    pinned: dict[str, str | int | None] = kept | {"release": asked.release.id, "f": form, "limit": page.limit}
    if page.offset + page.limit < page.matched:
        following = asked.address(*here, **pinned | {"offset": page.offset + page.limit})
        found.append(link(following, "next", media_type, "The next page"))
    if page.offset > 0:
        before = asked.address(*here, **pinned | {"offset": max(page.offset - page.limit, 0)})
        found.append(link(before, "prev", media_type, "The page before"))
    return [*found, link(asked.address("collections", layer.id), "collection", JSON, layer.title["en"])]


def _as_geojson(asked: Asked, layer: Layer, page: Page) -> bytes:
    texts = page.texts()
    head = {
        "type": "FeatureCollection",
        "name": layer.id,
        "numberMatched": page.matched,
        "numberReturned": len(texts),
        "links": _paging(asked, layer, page),
        **asked.terms([layer]),
    }
    body = b",\n".join(_with_links(asked, page.crs, text) for text in texts)
    return json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "features": [\n' + body + b"\n]}\n"


def _with_links(asked: Asked, crs: str, text: bytes) -> bytes:
    feature = json.loads(text)
    links = json.dumps({"links": _about(asked, feature)[:1]}, separators=(",", ":"))[1:].encode()
    if crs == CRS84:
        return text[:-1] + b"," + links
    feature["geometry"] = geometry_in(crs, feature["geometry"])
    feature.pop("bbox", None)
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))[:-1].encode() + b"," + links


def _as_page(asked: Asked, layer: Layer, held: Features, page: Page) -> bytes:
    features = [json.loads(text) for text in page.texts()]
    shown = _columns(layer, held)
    rows = [
        {
            "id": feature["id"],
            "name": _name(feature),
            "cells": [feature["properties"].get(name) for name in shown],
            "href": asked.address("collections", layer.id, "items", feature["id"], f="html"),
            "evidence": _about(asked, feature)[0]["href"],
        }
        for feature in features
    ]
    links = _paging(asked, layer, page)
    return render_template(
        "ogc/items.html",
        asked=asked,
        lang="en",
        base_path=service().base_path,
        layer=layer,
        title=layer.title["en"],
        page=page,
        shown=shown,
        rows=rows,
        links=links,
        steps={each["rel"]: each["href"] for each in links if each["rel"] in {"prev", "next"}},
        sketch=sketch(features),
        document=asked.terms([layer]) | {"links": links},
    ).encode()


def _columns(layer: Layer, held: Features) -> dict[str, str]:
    """Return the properties that a page's table shows, each with its meaning: what tells features apart comes first."""
    others = [name for name in held.tile_properties if not name.startswith(("title_", "name_", *_ALIKE))]
    names = [name for name in dict.fromkeys([*_TELLING, *others]) if name in held.kinds][:_SHOWN_PROPERTIES]
    return {name: entry_of(layer.id, name, held.kinds[name]).meaning for name in names}


_TELLING = ("category", "kind", "flow", "depiction", "status", "date_start", "valid_from", "area_name_en", "where_prec")
_ALIKE = ("role", "geometry_role", "undated", "single_article", "area_id", "date_end")
_SHOWN_PROPERTIES = 5


def _name(feature: dict[str, Any]) -> str:
    properties = feature["properties"]
    return str(properties.get("title_en") or properties.get("name_en") or feature["id"])
