"""Citations: a release, a layer, an object, an article or a view, in the forms that bibliographies read.

``/cite/release.bib``, ``/cite/incidents.ris``, ``/cite/a1.json``; ``/cite/view.txt?category=attack`` cites what a filter keeps.
The day of access is today's, or ``accessed=``.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, request

from geo.errors import MalformedFilter
from layers.citation import article_entry, articles_of, bibtex, caption, csl, dataset_entry, json_ld, plain, ris
from layers.facts import title_of
from layers.figures.figure import DRAWABLE
from layers.filter import PARAMETERS, Filter
from server.answers import REVALIDATE, answer
from server.evidence import find_feature
from server.languages import page_language
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.release import Release

__all__ = ["blueprint"]

blueprint = Blueprint("citations", __name__)

RELEASE, VIEW = "release", "view"
"""Names that are no object's: the whole release, and what a filter keeps of it."""

_FORMS: dict[str, tuple[Callable[[list[dict[str, Any]]], str], str]] = {
    "bib": (bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (ris, "application/x-research-info-systems; charset=utf-8"),
    "json": (csl, "application/vnd.citationstyles.csl+json"),
    "txt": (plain, "text/plain; charset=utf-8"),
}


@blueprint.get("/cite/<path:record_id>.<form>")
def cite(record_id: str, form: str) -> Response:
    """Answer how to cite a record; a release without such a record answers 404."""
    release = service().release()
    if form == "jsonld" and record_id == RELEASE:
        return answer(_json_ld(release).encode(), "application/ld+json; charset=utf-8", cache=REVALIDATE)
    if form not in _FORMS:
        abort(404, f"There is no form {form[:20]!r} of a citation. Use .bib, .ris, .json or .txt.")
    write, media_type = _FORMS[form]
    entries = _entries(release, record_id)
    body = write(entries)
    if form == "txt":
        body += "\n" + caption(release, service().imprint, entries, _layers(release), page_language())
    response = answer(body.encode(), media_type, cache="no-cache")
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", record_id)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _entries(release: Release, record_id: str) -> list[dict[str, Any]]:
    """Return what is to be cited as CSL-JSON items: the thing itself, then the articles that it rests on."""
    articles, view = release.records("articles"), service().point_of_view
    whole = release.receipt["title"]["en"]
    if record_id in articles:
        return [article_entry(articles[record_id])]
    if record_id == RELEASE:
        own = _own(release, f"corridormap-{release.id}", whole)
        return [own, *(article_entry(article) for _, article in sorted(articles.items()))]
    if record_id == VIEW:
        wanted = _wanted()
        own = _own(release, f"corridormap-{release.id}-view", whole, note=_note(wanted))
        return [own, *articles_of(release, _layers(release), wanted, view)]
    if record_id in release.catalog and release.catalog[record_id].is_exported:
        wanted = _wanted()
        wanted.check(record_id, release.features(record_id, view).kinds)
        own = _own(
            release, f"corridormap-{release.id}-{record_id}", release.catalog[record_id].title["en"], note=_note(wanted)
        )
        return [own, *articles_of(release, [record_id], wanted, view)]
    _, feature = find_feature(release, record_id)
    own = _own(release, record_id, title_of(feature)["en"], opened=record_id)
    return [own, *(article_entry(articles[name]) for name in feature.get("articles") or [] if name in articles)]


def _own(release: Release, id_: str, title: str, *, opened: str = "", note: str = "") -> dict[str, Any]:
    kept = {name: value for name, value in request.args.items() if name in _OF_A_VIEW and name != "release"}
    kept |= {"open": opened} if opened else {}
    query = f"?{urlencode(kept, safe=',/', quote_via=quote)}" if kept else ""
    address = f"{service().base_url}/m/{release.id}{query}"
    return dataset_entry(
        release, service().imprint, id_=id_, title=title, address=address, accessed=_accessed(), note=note
    )


_OF_A_VIEW = frozenset(PARAMETERS) | {"lon", "lat", "z", "layers", "lang", "theme"}


def _wanted() -> Filter:
    given = request.args.to_dict(flat=False)
    return Filter.parse(
        {name: values for name, values in given.items() if name in PARAMETERS}, also=["release", "point_of_view"]
    )


def _note(wanted: Filter) -> str:
    return f"Filter: {wanted.canonical()}" if wanted.canonical() else ""


def _layers(release: Release) -> tuple[str, ...]:
    """The layers of the view that is cited: those of 'layers=', else all that the map draws."""
    asked = {name.split(".")[0] for name in request.args.get("layers", "").split(",")}
    return tuple(name for name in DRAWABLE if name in release.catalog and (not asked - {""} or name in asked))


def _accessed() -> date:
    text = request.args.get("accessed")
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MalformedFilter(
            "accessed", f"accessed={text[:30]!r} is no day.", hint="Use a form like 2026-11-25."
        ) from None


def _json_ld(release: Release) -> str:
    base = service().base_url
    downloads = {
        layer.id: f"{base}/export/{layer.id}.geojson?release={release.id}" for layer in release.catalog.exported
    }
    document = json_ld(release, service().imprint, address=f"{base}/m/{release.id}", downloads=downloads)
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
