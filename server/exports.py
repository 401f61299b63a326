"""Exports: a layer's features as a file, with the same filter as the map."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from layers.export import exported_layer, geojson_chunks
from layers.filter import Filter
from layers.imprint import DEFAULT_PUBLISHER, attribution
from server.answers import REVALIDATE, answer, released_answer
from server.cache import AnswerCache
from server.languages import DIRECTION, page_language, page_theme
from server.service import service

blueprint = Blueprint("exports", __name__)

MEDIA_TYPE = "application/geo+json"
_CACHE: AnswerCache[bytes] = AnswerCache(limit_bytes=8_000_000)


@blueprint.get("/export/<layer_id>.geojson")
def geojson(layer_id: str) -> Response:
    """Answer a layer as RFC 7946 GeoJSON."""
    release = service().release()
    layer = exported_layer(release.catalog, layer_id)
    wanted = Filter.parse(request.args.to_dict(flat=False), also=["release", "point_of_view"])
    imprint = service().imprint
    wanted.check(layer.id, release.columns(layer.id, imprint.point_of_view).kinds)
    key = f"{release.path}|{layer.id}|{wanted.canonical()}|{imprint}"
    response = released_answer(
        lambda: _CACHE.get_or_make(key, lambda: b"".join(geojson_chunks(release, layer, wanted, imprint))),
        MEDIA_TYPE,
        decided_by=f"{release.id}|{layer.id}|{wanted.canonical()}|{imprint}",
        cache=REVALIDATE,
        level=1 if wanted.canonical() else 6,
    )
    name = f"corridormap-{release.id}-{layer.id}{'-filtered' if wanted.canonical() else ''}.geojson"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@blueprint.get("/data")
def index() -> Response:
    """Answer the page that lists every file to take away."""
    release = service().release()
    lang = page_language()
    layers = [
        {
            "id": layer.id,
            "title": layer.title[lang],
            "description": layer.description[lang],
            "count": release.receipt["layers"][layer.id]["count"],
        }
        for layer in reversed(release.catalog.exported)  # what is drawn on top comes first
    ]
    body = render_template(
        "data.html",
        release=release.receipt,
        layers=layers,
        lang=lang,
        dir=DIRECTION[lang],
        theme=page_theme(),
        strings=service().strings[lang],
        base_path=service().base_path,
        default_publisher=DEFAULT_PUBLISHER,
        notices=service().imprint.metadata(release, release.catalog.exported),
        disclaimer=service().imprint.disclaimer(release, lang),
        attribution=attribution(release, release.catalog.exported),
    )
    return answer(body.encode(), "text/html; charset=utf-8", cache=REVALIDATE, vary="Accept-Language")
