"""Pages: the map, its embed and the style that both draw with."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, make_response, render_template, request

from layers.filter import Filter
from layers.sketch import sketch
from layers.styles.style import Style
from server.answers import REVALIDATE, answer, json_answer, released_answer
from server.languages import DIRECTION, FONTS, page_language, page_theme, picture_theme, read_strings
from server.page_config import object_groups, page_config
from server.service import service
from server.static_files import STATIC, assets_path

if TYPE_CHECKING:
    from collections.abc import Mapping

blueprint = Blueprint("pages", __name__)

VIEW_PARAMETERS = (
    "lang", "theme", "release", "point_of_view", "open", "lon", "lat", "z", "layers", "members", "coverage", "table",
)  # fmt: skip
"""What the address of a page may hold besides a filter: everything that brings back the same view."""


FILTERS = frozenset(field.name for field in fields(Filter)) - {"bbox", "attested"}
"""What the address of a page may hold of a filter; a page looks at its own box."""


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


ELSEWHERE = frozenset(
    {"article", "claim", "conflicts", "counted", "data", "error", "footer", "incident_role", "nav", "page", "polarity"}
    | {"skip", "slot"}
)
"""First parts of the keys of words that templates set; no script of a map page asks for them."""


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    """The interface's words that the scripts of a map page may ask for."""
    read = read_strings(STATIC / "i18n", of_review=False)
    return {
        lang: {key: text for key, text in words.items() if key.partition(".")[0] not in ELSEWHERE}
        for lang, words in read.items()
    }


def _page(template: str, *, embed: bool) -> Response:
    release = service().release()
    release = release.public() if embed else release
    # A frame is white as the page around it most likely is, unless its address says otherwise.
    lang, theme, view = page_language(), page_theme("light" if embed else "auto"), service().point_of_view
    # A filter that nobody can obey is refused here, not by every request of the page; other names are not ours to judge.
    known = {name: values for name, values in request.args.to_dict(flat=False).items() if name in FILTERS}
    Filter.parse(known)
    body = render_template(
        template,
        config=page_config(release, lang=lang, theme=theme, embed=embed),
        lang=lang,
        dir=DIRECTION[lang],
        fonts=FONTS[lang],
        theme=theme,
        strings=service().strings[lang],
        script_words=_words()[lang],
        asked={name: ",".join(values) for name, values in known.items()},
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


@blueprint.get("/sketch.svg")
def sketched() -> Response:
    """Answer the map as a plain picture, for browsers that cannot draw it."""
    release = service().release()
    lang, theme, view = page_language(), picture_theme(), service().point_of_view
    wanted = Filter.parse(request.args.to_dict(flat=False), also=["lang", "theme", "release", "point_of_view"])
    return released_answer(
        lambda: sketch(release, lang=lang, theme=theme, wanted=wanted, point_of_view=view).encode(),
        "image/svg+xml",
        decided_by=f"{release.id}|sketch|{lang}|{theme}|{view}|{wanted.canonical()}",
        cache=REVALIDATE,
    )


@blueprint.get("/style.json")
def style() -> Response:
    """Answer the MapLibre style of a release in one language and theme; with ``embed=1`` of what others may see."""
    release = service().release()
    release = release.public() if request.args.get("embed") == "1" else release
    own = service()
    assets_url = own.base_url.removesuffix(own.base_path) + assets_path()
    made = Style(
        lang=page_language(),
        theme=picture_theme(),
        release=release.id,
        base_url=own.base_url,
        assets_url=assets_url,
        point_of_view=own.point_of_view,
        held=release.layer_ids,
        mark=release.tile_mark,
    )
    return json_answer(made.to_dict(), cache=REVALIDATE, vary="Accept-Language, Host")
