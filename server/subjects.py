"""Subjects: pages of one article, one organization, of conflicts, and of sources with their licences. They run no script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, render_template, request

from geo.errors import UnknownFeature
from layers.facts import interval_text, title_of
from layers.filter import Filter
from layers.imprint import attribution
from server.answers import REVALIDATE, answer
from server.evidence import article_facts
from server.languages import DIRECTION, page_language, page_theme
from server.passages import quoted, reader_role, whole_text
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.release import Release

    Record = Mapping[str, Any]

__all__ = ["blueprint", "link"]

blueprint = Blueprint("subjects", __name__)

MOST_OBJECTS = 500
"""Objects of a layer that a page lists; the map and the export hold all of them."""

_OF_ARTICLES = ("incidents", "corridors", "organizations")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


def link(path: str, **parameters: str | None) -> str:
    """Return the address of a page of ours that keeps the reader's language, theme and release, a permalink's too."""
    kept = {name: request.args.get(name) for name in ("lang", "theme", "release", "point_of_view")}
    kept["release"] = (request.view_args or {}).get("release_id") or kept["release"]
    query = urlencode({name: value for name, value in {**kept, **parameters}.items() if value})
    return f"{service().base_path}{quote(path)}" + (f"?{query}" if query else "")


def _page(template: str, release: Release, *, personal: bool = False, **values: object) -> Response:
    """Answer a page; a ``personal`` one holds what its reader alone may see, so that no cache keeps it."""
    lang = page_language()
    body = render_template(
        template,
        lang=lang,
        dir=DIRECTION[lang],
        theme=page_theme(),
        strings=service().strings[lang],
        base_path=service().base_path,
        release=release.receipt,
        disclaimer=service().imprint.disclaimer(release, lang),
        attribution=attribution(release, release.catalog.exported, lang),
        citation=service().imprint.citation(release),
        **values,
    )
    cache = "private, no-store" if personal else REVALIDATE
    response = answer(body.encode(), "text/html; charset=utf-8", cache=cache, vary="Accept-Language")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _objects(release: Release, layer_id: str, wanted: Filter) -> dict[str, Any] | None:
    """Return the objects of a layer that a filter keeps, with title and period, or ``None`` where there is none."""
    if layer_id not in release.layer_ids:
        return None
    kept = release.features(layer_id, service().point_of_view).select(wanted)
    items = []
    for feature in map(json.loads, kept.page(0, MOST_OBJECTS)):
        record = {"id": feature["id"], **feature["properties"]}
        start, end = (
            record.get(f"date_{end}") or record.get(f"valid_{way}") for end, way in (("start", "from"), ("end", "to"))
        )
        items.append({**record, "title": title_of(record), "period": interval_text(start, end)})
    return {"layer": layer_id, "total": kept.matched, "items": items} if items else None


@blueprint.get("/articles")
def articles() -> Response:
    """Answer the page of all articles."""
    release = service().release()
    rows = [
        {"id": id_, **article_facts(record), "total": sum(_count(release, layer, id_) for layer in _OF_ARTICLES)}
        for id_, record in release.records("articles").items()
    ]
    return _page("articles.html", release, articles=rows)


def _count(release: Release, layer_id: str, article_id: str) -> int:
    if layer_id not in release.layer_ids:
        return 0
    return release.features(layer_id).select(Filter(article=(article_id,))).matched


@blueprint.get("/articles/<article_id>")
def article(article_id: str) -> Response:
    """Answer the page of one article: all that is derived from it."""
    release = service().release()
    record, role = _record(release, "articles", article_id), reader_role()
    found = (_objects(release, layer_id, Filter(article=(article_id,))) for layer_id in _OF_ARTICLES)
    groups = [group for group in found if group]
    claims = [_quoted(release, claim, article_id) for claim in _naming(release, "claims", article_id)]
    spans = [
        (item["start"], item["end"], thing["id"])
        for group in groups
        for thing in group["items"]
        for item in thing.get("evidence") or []
        if item.get("article") == article_id
    ]
    return _page(
        "article.html",
        release,
        article={"id": article_id, **article_facts(record)},
        groups=groups,
        claims=claims,
        conflicts=_naming(release, "conflicts", article_id),
        pieces=whole_text(record, spans, role),
        personal=role is not None,
    )


def _naming(release: Release, kind: str, article_id: str) -> list[Record]:
    """Return the records of a kind with evidence in an article."""
    return [
        record
        for record in release.records(kind).values()
        if article_id in {item["article"] for item in [*(record.get("evidence") or []), *record.get("sides", [])]}
    ]


def _quoted(release: Release, record: Record, article_id: str | None = None) -> dict[str, Any]:
    known = release.records("articles")
    items = [i for i in record.get("evidence") or [] if i["article"] in known and article_id in {None, i["article"]}]
    return {**record, "evidence": quoted(items, known)}


def _record(release: Release, kind: str, record_id: str) -> Record:
    try:
        return release.records(kind)[record_id]
    except KeyError:
        raise UnknownFeature(
            f"Release {release.id} has no {kind.removesuffix('s')} {record_id[:80]!r}.",
            hint=f"See /articles or /{kind}.",
        ) from None


@blueprint.get("/organizations/<organization_id>")
def organization(organization_id: str) -> Response:
    """Answer the page of one organization: its members over time and its incidents."""
    release = service().release()
    record = _record(release, "organizations", organization_id)
    wanted = Filter(organization=(organization_id,))
    members = _objects(release, "organizations", wanted)
    rows = [item for item in members["items"] if item["kind"] == "membership"] if members else []
    return _page(
        "organization.html",
        release,
        organization=_quoted(release, record),
        members=sorted(rows, key=lambda row: (row.get("valid_from") or "", row["id"])),
        incidents=_objects(release, "incidents", wanted),
        articles={id_: article_facts(one) for id_, one in release.records("articles").items()},
    )


@blueprint.get("/conflicts")
def conflicts() -> Response:
    """Answer the page of all conflicts, side by side."""
    release = service().release()
    claims = release.records("claims")
    rows = [
        {**_quoted(release, record), "claims": [claims[id_] for id_ in record.get("about") or [] if id_ in claims]}
        for record in release.records("conflicts").values()
    ]
    known = {id_: article_facts(one) for id_, one in release.records("articles").items()}
    return _page("conflicts.html", release, conflicts=rows, articles=known)


@blueprint.get("/sources")
def sources() -> Response:
    """Answer the page of the data sets and works that the map rests on, with their licences."""
    release = service().release()
    return _page(
        "sources.html",
        release,
        sources=release.document("sources"),
        works=list(release.records("works").values()),
        articles=[{"id": id_, **article_facts(one)} for id_, one in release.records("articles").items()],
    )
