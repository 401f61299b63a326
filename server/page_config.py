"""Page configuration: what the map page's script needs to know, and the list of all objects beside it."""

from __future__ import annotations

import math
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import request

from geo.errors import MalformedFilter
from geo.vocabulary import POINTS_OF_VIEW
from layers.corridor_texts import is_candidate, legend_rows
from layers.facts import title_of
from layers.filter import Filter
from layers.imprint import attribution
from layers.styles.style import IMPORT_LAYERS
from layers.styles.tokens import THEMES
from server.languages import DIRECTION, LANGUAGES
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.release import Release

__all__ = ["legend_counts", "object_groups", "page_config"]


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


def _layer_rows(release: Release, visible: set[str] | None) -> list[dict[str, Any]]:
    return [
        {
            "id": layer.id,
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
            counts.update(f"{layer_id}.{row}" for row in legend_rows(release.features(layer_id).records()))
    if "corridors" in release.catalog and (
        candidates := sum(map(is_candidate, release.features("corridors").records()))
    ):
        counts["corridors.candidate"] = candidates
    counts.update(
        {layer_id: release.features(layer_id).count for layer_id in IMPORT_LAYERS if layer_id in release.catalog}
    )
    if "borders" in release.catalog:
        borders = release.features("borders", view)
        for status, is_focus in zip(borders.cells("status"), borders.cells("focus"), strict=True):
            counts[f"borders.{'focus' if is_focus else status}"] += 1
    return dict(sorted(counts.items()))


def _organizations(release: Release, lang: str) -> list[dict[str, str]]:
    """Return the organizations whose members the map can show, by name."""
    if "organizations" not in release.catalog:
        return []
    records = list(release.features("organizations").records())
    members = {record["organization"] for record in records if record["kind"] == "membership"}
    rows = [record for record in records if record["kind"] == "organization" and record["organization"] in members]
    named = [{"id": row["id"], "title": title_of(row).get(lang, title_of(row)["en"])} for row in rows]
    return sorted(named, key=lambda row: row["title"])


def _doubts(release: Release) -> dict[str, str]:
    """Return by id the corridors that rest on a suspect number, or of which articles say different things."""
    if "corridors" not in release.layer_ids:
        return {}
    claims, conflicts = release.records("claims"), release.records("conflicts")
    found = {}
    for record in release.features("corridors").records(NAMED):
        named = [claims[id_] for id_ in record.get("claims") or [] if id_ in claims]
        if any(claim.get("integrity") == "suspect" for claim in named):
            found[record["id"]] = "suspect"
        if any(conflicts[id_]["state"] == "conflict" for id_ in record.get("conflicts") or [] if id_ in conflicts):
            found[record["id"]] = "conflict"
    return found


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
        for record in release.features(layer_id).records(NAMED)
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
    return release.derived("categories", lambda: Counter(release.features("incidents").counts(Filter())["category"]))


def _candidates(release: Release) -> int:
    """Return how many objects of the map a machine read and nobody has reviewed."""
    read: Mapping[str, int] = release.receipt.get("candidates", {})
    return sum(read.get(layer_id, 0) for layer_id in LISTED)


def page_config(release: Release, *, lang: str, theme: str, embed: bool) -> dict[str, Any]:
    """Return what the page's script needs to know, as JSON-ready values."""
    base = service().base_path
    asked = request.args.get("layers")
    view = service().point_of_view
    style = {"lang": lang, "release": release.id, "point_of_view": view} | ({"embed": "1"} if embed else {})
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
        "attribution": attribution(release, shown, lang),
        "disclaimer": service().imprint.disclaimer(release, lang),
        "licence": release.receipt["licence"],
        "borders_as_of": release.receipt["borders_as_of"],
        "point_of_view": view,
        "points_of_view": POINTS_OF_VIEW,
        "view": _view(),
        "open": request.args.get("open"),
        "layers": _layer_rows(release, None if asked is None else set(asked.split(","))),
        "categories": [{"id": name, "count": count} for name, count in sorted(categories.items())],
        "articles": len(articles),
        "independence_groups": len({article["independence_group"] for article in articles}),
        "counts": legend_counts(release, view),
        "candidates": _candidates(release),
        "organizations": release.derived(("organizations", lang), lambda: _organizations(release, lang)),
        "doubts": release.derived("doubts", lambda: _doubts(release)),
        "names": release.derived(("names", lang), lambda: _names(release, lang)),
        # One for each theme that the page may turn out to have.
        "style_urls": {
            each: f"{base}/style.json?{urlencode(style | {'theme': each})}"
            for each in (THEMES if theme == "auto" else [theme])
        },
        "evidence_url": f"{base}/evidence/",
    }


LISTED = (
    "incidents",
    "corridors",
    "context_corridors",
    "transport_corridors",
    *IMPORT_LAYERS,
    "borders",
    "organizations",
)
"""Layers whose objects stand in the page's list, which is the keyboard's way to them and the map where none is drawn."""

LISTED_OBJECTS = 500
"""Most objects of a layer that the list holds, the first by id; search, table and export hold all of them."""


def object_groups(release: Release, lang: str, view: str) -> list[dict[str, Any]]:
    """Return the objects of the map by layer, each with its id, its title and the area or dates that tell it apart."""
    groups = []
    for layer_id in LISTED:
        if layer_id not in release.layer_ids:
            continue
        items = []
        for record in release.features(layer_id, view).records(LISTED_OBJECTS):
            notes = [record.get(f"area_name_{lang}") or record.get("area_name_en"), record.get("valid_from")]
            note = ", ".join(str(text) for text in notes if text)
            items.append(
                {"id": record["id"], "title": title_of(record).get(lang, title_of(record)["en"]), "note": note}
            )
        groups.append({"layer": layer_id, "items": items, "total": release.receipt["layers"][layer_id]["count"]})
    return groups
