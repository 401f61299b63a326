"""Evidence: what one object of the map rests on, as JSON for the panel and as a page of its own.

A sentence is shown where the operator has filed the article's text (``corridormap ingest``) and as far as CORRIDORMAP_TEXT
allows (:mod:`server.passages`, whose :func:`full_text_allowed` says who may read a whole article); otherwise the reader gets the fact in our own words, where to find the passage in the
published article, and the offsets as proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import shapely
from flask import Blueprint, Response, render_template, request

from layers.evidence import row_titles, rows_of
from layers.facts import facts_of, title_of
from layers.imprint import attribution
from server.answers import REVALIDATE, answer, json_answer
from server.languages import DIRECTION, page_language, page_theme
from server.passages import full_text_allowed, quoted, reader_role
from server.service import service

if TYPE_CHECKING:
    from layers.release import Release

__all__ = [
    "article_facts",
    "blueprint",
    "evidence_document",
    "find_feature",
    "full_text_allowed",
    "reader_role",
    "row_evidence",
]

blueprint = Blueprint("evidence", __name__)

Record = Mapping[str, Any]


def find_feature(release: Release, feature_id: str) -> tuple[str, Record]:
    """Return the layer id and the properties of one feature.

    Raises
    ------
    UnknownFeature
        When no layer of the release has a feature of that id.
    """
    view = service().point_of_view
    layer_id, feature = release.find(feature_id, view)
    return layer_id, {"id": feature["id"], **feature["properties"]}


def _bounds(release: Release, feature_id: str) -> list[float] | None:
    """Return west, south, east, north of what is drawn, in degrees, or ``None`` where nothing is."""
    _, feature = release.find(feature_id, service().point_of_view)
    if feature["geometry"] is None:
        return None
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    return [round(degrees, 5) for degrees in shape.bounds]


def _data_sets(release: Release) -> dict[str, Record]:
    """The passports of the data, in the form of works: a border rests on a data set, not on an article."""
    return {
        source["id"]: {
            "id": source["id"],
            "author": source["provider"],
            "title": source["title"],
            "place": None,
            "date": source["as_of"],
            "url": source["url"],
            "isbn": None,
            **({"citation": source["citation"]} if "citation" in source else {}),
        }
        for source in release.document("sources")
    }


def article_facts(article: Record) -> dict[str, Any]:
    """Return what readers are told of an article, with the direction of its script as ``dir``."""
    shown = ("title", "authors", "year", "publisher", "doi", "url", "language", "licence", "independence_group")
    language = str(article["language"])
    return {name: article.get(name) for name in shown} | {"dir": DIRECTION.get(language, "ltr")}


def row_evidence(release: Release, feature: Record) -> list[dict[str, Any]]:
    """Return the rows of data sets that a feature rests on, each with its ``title``, and its data set's ``work`` and ``licence``."""
    rows = rows_of(feature)
    if not rows:
        return []
    passports = release.derived("passports", lambda: {source["id"]: source for source in release.document("sources")})
    works = release.derived("data sets as works", lambda: _data_sets(release))
    found = []
    for row in rows:
        source = passports.get(row["dataset"], {})
        # A passport's title names the version that was imported last, which need not be the row's.
        title = str(source.get("title", row["dataset"])).removesuffix(f", version {source.get('version')}")
        work = {**works.get(row["dataset"], {"id": row["dataset"]}), "title": title}
        found.append({**row, "title": row_titles(row, title), "work": work, "licence": source.get("licence")})
    return found


def _named_by_facts(release: Release) -> dict[str, Mapping[str, Record]]:
    layer_id = "transport_corridors"
    rows = release.features(layer_id).records() if layer_id in release.catalog else ()
    titles = release.derived("titles of transport corridors", lambda: {row["id"]: title_of(row) for row in rows})
    return {"organizations": release.records("organizations"), "transport": titles}


def _chosen(records: Mapping[str, Record], ids: Iterable[str]) -> list[Record]:
    return [records[record_id] for record_id in ids if record_id in records]


def evidence_document(release: Release, feature_id: str) -> dict[str, Any]:
    """Return everything that one feature rests on.

    Raises
    ------
    UnknownFeature
        When the release has no such feature.
    """
    layer_id, feature = find_feature(release, feature_id)
    layer = release.catalog[layer_id]
    articles, works = release.records("articles"), {**release.records("works"), **_data_sets(release)}
    items = [item for item in feature.get("evidence") or [] if item.get("article") in articles]
    claims = _chosen(release.records("claims"), feature.get("claims") or [])
    conflict_ids = dict.fromkeys(
        [*(feature.get("conflicts") or []), *(i for c in claims for i in c.get("conflicts", []))]
    )
    conflicts = _chosen(release.records("conflicts"), conflict_ids)
    told = [feature, *claims, *conflicts]
    said = [item for record in told for item in [*(record.get("evidence") or []), *record.get("sides", [])]]
    named = {item["article"] for item in said if "article" in item}
    named |= {article for record in told for article in record.get("as_printed") or {}}
    title = title_of(feature)
    permalink = f"{service().base_url}/m/{release.id}?{urlencode({'open': feature_id}, safe='/')}"
    return {
        "id": feature_id,
        "layer": layer_id,
        "role": layer.role,
        "basis": feature.get("basis") or layer.role,
        "title": title,
        "gloss": {lang: text for lang in ("en", "fa", "ru", "kk") if (text := feature.get(f"gloss_{lang}"))},
        "category": feature.get("category"),
        "organization": feature.get("organization"),
        "flow": feature.get("flow"),
        "facts": facts_of(layer_id, feature, _named_by_facts(release)),
        "status": feature.get("status"),
        "reliability": feature.get("reliability"),
        "single_article": feature.get("single_article"),
        "articles": {name: article_facts(articles[name]) for name in sorted(named & set(articles))},
        "evidence": [*quoted(items, articles), *row_evidence(release, feature)],
        "references": [
            {"work": works.get(item["work"], {"title": item["work"]}), "says": item.get("says")}
            for item in feature.get("references") or []
        ],
        "claims": claims,
        "conflicts": conflicts,
        "bbox": _bounds(release, feature_id),
        "release": release.id,
        "permalink": permalink,
        "data_path": f"/object/{quote(feature_id)}.geojson?release={release.id}",
        "cite_paths": {
            form: f"/cite/{quote(feature_id)}.{form}?release={release.id}" for form in ("bib", "ris", "json")
        },
        "cite": f"“{title['en']}” ({feature_id}). {service().imprint.citation(release, address=permalink)}",
    }


@blueprint.get("/evidence/<path:feature_id>")
def evidence(feature_id: str) -> Response:
    """Answer what one object rests on: JSON for programs, a page for people."""
    release = service().release()
    document = evidence_document(release, feature_id)
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if best != "text/html" or "text/html" not in request.headers.get("Accept", ""):
        return json_answer(document, cache="no-cache", vary="Accept")
    lang = page_language()
    body = render_template(
        "evidence.html",
        evidence=document,
        lang=lang,
        dir=DIRECTION[lang],
        theme=page_theme(),
        strings=service().strings[lang],
        base_path=service().base_path,
        disclaimer=service().imprint.disclaimer(release, lang),
        attribution=attribution(release, [release.catalog[document["layer"]]], lang),
    )
    return answer(body.encode(), "text/html; charset=utf-8", cache=REVALIDATE, vary="Accept, Accept-Language")
