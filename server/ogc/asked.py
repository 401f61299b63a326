"""Asked: what every request of the OGC API says about itself – release, point of view, form – and the answers in both forms."""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, render_template, request

from geo.errors import MalformedFilter
from layers.exports.export import exported_layer
from layers.imprint import attribution
from server.answers import REVALIDATE, released_answer
from server.service import service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layers.engines.engine import Features
    from layers.imprint import Imprint
    from layers.layer import Layer
    from layers.release import Release

__all__ = ["GEOJSON", "HTML", "JSON", "SCHEMA", "Asked", "blueprint", "deliver", "document_answer", "link"]

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA: Final = "application/schema+json"
HTML: Final = "text/html"

_EVERYWHERE = ("f", "release", "point_of_view")
_SHOWN = 60


def link(href: str, rel: str, media_type: str, title: str, **more: object) -> dict[str, Any]:
    """Return a link as OGC API documents hold it."""
    return {"href": href, "rel": rel, "type": media_type, "title": title, **more}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the release and point of view that it is about, and whether a person reads the answer."""

    release: Release
    imprint: Imprint
    is_html: bool
    root: str
    """Absolute address of the API, without a closing slash."""

    @classmethod
    def read(cls, *parameters: str) -> Asked:
        """Read the current request; ``parameters`` are those that its resource knows beside those of every one.

        Raises
        ------
        MalformedFilter
            For an unknown parameter, one that stands twice, or an ``f`` that is not offered.
        """
        known = (*_EVERYWHERE, *parameters)
        for name, values in request.args.lists():
            if name not in known:
                raise MalformedFilter(
                    name[:_SHOWN],
                    f"There is no parameter {name[:_SHOWN]!r} here.",
                    hint=f"There are: {', '.join(known)}.",
                )
            if name in _EVERYWHERE and len(values) > 1:
                raise MalformedFilter(name, f"{name} stands {len(values)} times.", hint="Give it once.")
        return cls(service().release(), service().imprint, _wants_html(), f"{service().base_url}/ogc")

    def layer(self, collection_id: str) -> Layer:
        """Return the layer that is the collection of an id, or raise UnknownLayer."""
        return exported_layer(self.release.catalog, collection_id)

    def features(self, layer: Layer) -> Features:
        """Return a layer's features as the point of view sees them."""
        return self.release.features(layer.id, self.imprint.point_of_view)

    def address(self, *path: str, **query: str | int | None) -> str:
        """Return the absolute address of a resource, with the release and point of view that were asked for."""
        asked = {name: request.args[name] for name in ("release", "point_of_view") if name in request.args}
        given = {name.replace("_crs", "-crs"): value for name, value in query.items() if value is not None}
        text = urlencode(asked | given)
        return "/".join([self.root, *(quote(part, safe="") for part in path)]) + (f"?{text}" if text else "")

    def own_links(self, media_type: str, title: str, *path: str, **query: str | int | None) -> list[dict[str, Any]]:
        """Return the links of a resource to itself and to its other form."""
        forms = [("json", media_type, "as JSON"), ("html", HTML, "as a page")]
        if self.is_html:
            forms.reverse()
        return [
            link(self.address(*path, **query | {"f": form}), rel, kind, f"{title} {words}")
            for rel, (form, kind, words) in zip(("self", "alternate"), forms, strict=True)
        ]

    def terms(self, layers: Iterable[Layer]) -> dict[str, Any]:
        """Return attribution, licence, release, dates, disclaimer and citation."""
        chosen = list(layers)
        return {"attribution": attribution(self.release, chosen), **self.imprint.metadata(self.release, chosen)}


def _wants_html() -> bool:
    form = request.args.get("f")
    if form is not None and form not in {"json", "html"}:
        raise MalformedFilter("f", f"f={form[:_SHOWN]!r} is not offered.", hint="Use f=json or f=html.")
    if form is not None:
        return form == "html"
    best = request.accept_mimetypes.best_match([GEOJSON, JSON, SCHEMA, HTML], default=JSON)
    return best == HTML and HTML in request.headers.get("Accept", "")


def deliver(asked: Asked, make: Callable[[], bytes], media_type: str) -> Response:
    """Return a body with ETag and Last-Modified; it is not made when the client has it."""
    query = urlencode(sorted(request.args.items(multi=True)))
    response = released_answer(
        make,
        f"{media_type}; charset=utf-8" if media_type == HTML else media_type,
        decided_by=f"{asked.release.id}|{request.path}|{query}|{asked.imprint}",
        cache=REVALIDATE,
        level=1,
    )
    response.headers["Vary"] = "Accept-Encoding, Accept"
    built_s = (asked.release.path / "release.json").stat().st_mtime
    response.headers["Last-Modified"] = formatdate(built_s, usegmt=True)
    response.headers["Access-Control-Expose-Headers"] = "Content-Crs, ETag, Last-Modified"
    return response


def document_answer(
    asked: Asked, document: dict[str, Any], template: str, *, media_type: str = JSON, **more: object
) -> Response:
    """Return a document: as JSON for programs, as a page that says all that it holds for people."""
    if asked.is_html:
        page = {"document": document, "asked": asked, "lang": "en", "base_path": service().base_path, **more}
        return deliver(asked, lambda: render_template(f"ogc/{template}", **page).encode(), HTML)
    return deliver(asked, (json.dumps(document, ensure_ascii=False) + "\n").encode, media_type)
