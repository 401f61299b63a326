"""Pages: the map, its embed and the style that both draw with."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import fields
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from flask import Blueprint, Response, make_response, render_template, request

from geo.errors import MalformedFilter
from geo.vocabulary import POINTS_OF_VIEW
from layers.corridor_texts import is_candidate, legend_rows
from layers.facts import title_of
from layers.filter import Filter
from layers.imprint import attribution
from layers.style import Style
from server.answers import REVALIDATE, answer, json_answer
from server.languages import DIRECTION, LANGUAGES, page_language, page_theme
from server.service import service
from server.static_files import assets_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.release import Release


blueprint = Blueprint("pages", __name__)

VIEW_PARAMETERS = (
    "lang", "theme", "release", "point_of_view", "open", "lon", "lat", "z", "layers", "members", "coverage", "table",
)  # fmt: skip
"""What the address of a page may hold besides a filter: everything that brings back the same view."""


FILTERS = frozenset(field.name for field in fields(Filter)) - {"bbox", "attested"}
"""What the address of a page may hold of a filter; a page looks at its own box."""


def _view() -> dict[str, float] | None:
    """Return the view that the address names, or ``None`` when it names none."""
    given = {name: request.args[name] for name in ("lon", "lat", "z") if name in request.args}
    if not given:
        return None
    bounds = {"lon": 180.0, "lat": 85.0, "z": 24.0}
    found = {}
    for name, bound in bounds.items():
        try:
            value = float(given[name])
        except (KeyError, ValueError):
            value = math.nan
        if not -bound <= value <= bound:
            raise MalformedFilter(
                name, f"{name} is missing or no number within ±{bound:g}.", hint="Give lon, lat and z together."
            )
        found[name] = value
    return {"lon": found["lon"], "lat": found["lat"], "zoom": max(0.0, found["z"])}


def _layer_rows(release: Release, lang: str, visible: set[str] | None) -> list[dict[str, Any]]:
    return [
        {
            "id": layer.id,
            "title": layer.title[lang],
            "description": layer.description[lang],
            "role": layer.role,
            "count": release.receipt["layers"][layer.id]["count"],
            "unplaced": release.receipt["layers"][layer.id]["unplaced"],
            "visible": visible is None or layer.id in visible,
        }
        for layer in release.catalog.values()
    ]


def legend_counts(release: Release, view: str) -> dict[str, int]:
    """Return how many objects each row of the legend stands for, by ``layer.kind``; rows without objects are left out."""
    counts: Counter[str] = Counter()
    for layer_id in ("corridors", "context_corridors", "transport_corridors"):
        if layer_id in release.catalog:
            counts.update(f"{layer_id}.{row}" for row in legend_rows(release.columns(layer_id).records()))
    if "corridors" in release.catalog and (
        candidates := sum(map(is_candidate, release.columns("corridors").records()))
    ):
        counts["corridors.candidate"] = candidates
    if "borders" in release.catalog:
        borders = release.columns("borders", view)
        for status, is_focus in zip(borders.cells("status"), borders.cells("focus"), strict=True):
            counts[f"borders.{'focus' if is_focus else status}"] += 1
    return dict(sorted(counts.items()))


def _organizations(release: Release, lang: str) -> list[dict[str, str]]:
    """Return the organizations whose members the map can show, by name."""
    if "organizations" not in release.catalog:
        return []
    records = list(release.columns("organizations").records())
    members = {record["organization"] for record in records if record["kind"] == "membership"}
    rows = [record for record in records if record["kind"] == "organization" and record["organization"] in members]
    named = [{"id": row["id"], "title": title_of(row).get(lang, title_of(row)["en"])} for row in rows]
    return sorted(named, key=lambda row: row["title"])


NAMED = 500
"""Most names of a kind that a page brings along; what is beyond them is shown by its id and found by search."""


def _names(release: Release, lang: str) -> dict[str, dict[str, str]]:
    """Return the names of what a filter can name, by parameter and id."""

    def chosen(title: Mapping[str, str]) -> str:
        return title.get(lang) or title.get("en") or next(iter(title.values()))

    organizations = islice(release.records("organizations").items(), NAMED)
    articles = islice(release.records("articles").items(), NAMED)
    corridors = [
        record
        for layer_id in ("corridors", "context_corridors", "transport_corridors")
        if layer_id in release.layer_ids
        for record in release.columns(layer_id).records(NAMED)
    ]
    return {
        "organization": {id_: chosen(record["name"]) for id_, record in organizations},
        "article": {id_: chosen(record["title"]) for id_, record in articles},
        "corridor": {record["id"]: chosen(title_of(record)) for record in corridors},
    }


def _categories(release: Release) -> Counter[str]:
    """Return how many incidents are of each category."""
    if "incidents" not in release.catalog:
        return Counter()
    columns = release.columns("incidents")
    counts = np.bincount(columns.codes("category"), minlength=1)[1:].tolist()
    return Counter(dict(zip(columns.values("category"), counts, strict=False)))


def page_config(release: Release, *, lang: str, theme: str, embed: bool) -> dict[str, Any]:
    """Return what the page's script needs to know, as JSON-ready values."""
    base = service().base_path
    asked = request.args.get("layers")
    view = service().point_of_view
    query = urlencode({"lang": lang, "theme": theme, "release": release.id, "point_of_view": view})
    shown = list(release.catalog.values())
    articles = release.document("coverage").get("articles", [])
    categories = _categories(release)
    return {
        "release": release.id,
        "release_date": release.receipt["date"],
        "base_url": base,
        "absolute_url": service().base_url,
        "lang": lang,
        "languages": LANGUAGES,
        "dir": DIRECTION[lang],
        "theme": theme,
        "embed": embed,
        "title": release.receipt["title"],
        "publisher": service().config.publisher,
        "contact": service().config.contact or None,
        "attribution": attribution(release, shown),
        "disclaimer": service().imprint.disclaimer(release, lang),
        "licence": release.receipt["licence"],
        "borders_as_of": release.receipt["borders_as_of"],
        "point_of_view": view,
        "points_of_view": POINTS_OF_VIEW,
        "view": _view(),
        "open": request.args.get("open"),
        "layers": _layer_rows(release, lang, None if asked is None else set(asked.split(","))),
        "categories": [{"id": name, "count": count} for name, count in sorted(categories.items())],
        "articles": len(articles),
        "independence_groups": len({article["independence_group"] for article in articles}),
        "counts": legend_counts(release, view),
        "organizations": _organizations(release, lang),
        "names": release.derived(("names", lang), lambda: _names(release, lang)),
        "style_url": f"{base}/style.json?{query}",
        "evidence_url": f"{base}/evidence/",
    }


LISTED = ("incidents", "corridors", "context_corridors", "transport_corridors", "borders", "organizations")
"""Layers whose objects stand in the page's list, which is the keyboard's way to them and the map where none is drawn."""

LISTED_OBJECTS = 2000
"""Most objects of a layer that the list holds, the first by id; the export holds all of them."""


def object_groups(release: Release, lang: str, view: str) -> list[dict[str, Any]]:
    """Return the objects of the map by layer, each with its id, its title and the area or dates that tell it apart."""
    groups = []
    for layer_id in LISTED:
        if layer_id not in release.layer_ids:
            continue
        items = []
        for record in release.columns(layer_id, view).records(LISTED_OBJECTS):
            notes = [record.get(f"area_name_{lang}") or record.get("area_name_en"), record.get("valid_from")]
            note = ", ".join(str(text) for text in notes if text)
            items.append(
                {"id": record["id"], "title": title_of(record).get(lang, title_of(record)["en"]), "note": note}
            )
        groups.append({"layer": layer_id, "items": items})
    return groups


def _embedders(configured: str) -> str:
    """Who may embed the map: whom the operator names, and the service's own pages."""
    return configured if configured in {"*", "'none'"} or "'self'" in configured else f"'self' {configured}"


def _policy(*, embed: bool) -> str:
    """The content security policy of a page: nothing from outside, no inline script or style.

    An embed in a sandbox has an opaque origin, which ``'self'`` does not match: there the service is named by address,
    and the map's worker is started from a ``data:`` address.
    """
    own = f"'self' {service().origin}" if embed else "'self'"
    frames = _embedders(service().config.frame_ancestors) if embed else "'self'"
    worker = f"worker-src {own} data: blob:" if embed else "worker-src 'self'"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {own}" + (" data:" if embed else ""),
            worker,
            f"style-src {own}",
            f"img-src {own} data: blob:",
            f"font-src {own}",
            f"connect-src {own}" + (" data: blob:" if embed else ""),
            "base-uri 'none'",
            "form-action 'none'" if embed else "form-action 'self'",
            f"frame-ancestors {frames}",
        ]
    )


def _page(template: str, *, embed: bool) -> Response:
    release = service().release()
    lang, theme, view = page_language(), page_theme(), service().point_of_view
    # A filter that nobody can obey is refused here, not by every request of the page; other names are not ours to judge.
    known = {name: values for name, values in request.args.to_dict(flat=False).items() if name in FILTERS}
    Filter.parse(known)
    body = render_template(
        template,
        config=page_config(release, lang=lang, theme=theme, embed=embed),
        lang=lang,
        dir=DIRECTION[lang],
        theme=theme,
        strings=service().strings[lang],
        objects=release.derived(("objects", lang, view), lambda: object_groups(release, lang, view)),
    )
    response = answer(body.encode(), "text/html; charset=utf-8", cache=REVALIDATE, vary="Accept-Language")
    response.headers["Content-Security-Policy"] = _policy(embed=embed)
    return make_response(response)


@blueprint.get("/")
def map_page() -> Response:
    """Answer the map."""
    return _page("map.html", embed=False)


@blueprint.get("/embed")
def embed_page() -> Response:
    """Answer the map for an iframe in another page."""
    return _page("embed.html", embed=True)


@blueprint.get("/style.json")
def style() -> Response:
    """Answer the MapLibre style of a release in one language and theme."""
    release = service().release()
    own = service()
    assets_url = own.base_url.removesuffix(own.base_path) + assets_path()
    made = Style(
        lang=page_language(),
        theme=page_theme(),
        release=release.id,
        base_url=own.base_url,
        assets_url=assets_url,
        point_of_view=own.point_of_view,
        held=release.layer_ids,
        mark=release.tile_mark,
    )
    return json_answer(made.to_dict(), cache=REVALIDATE, vary="Accept-Language, Host")
