"""oEmbed 1.0 for publishing systems, and what the page's embed dialog shows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, abort, request

from geo.errors import MalformedFilter
from layers.imprint import attribution
from server.answers import REVALIDATE, json_answer
from server.embeds import HEIGHT_PX, PICTURE_PX, WIDTH_PX, auto_height, embed_here, embed_of
from server.languages import LANGUAGES, page_language
from server.service import service

__all__ = ["blueprint"]

blueprint = Blueprint("oembed", __name__)

_PATHS = ("", "/", "/embed")


@blueprint.get("/oembed")
def oembed() -> Response:
    """Answer how to embed a map by its address; 404 for an address that is none of ours, 501 for XML."""
    address = request.args.get("url")
    if address is None:
        raise MalformedFilter("url", "oEmbed needs the address of a map.", hint="Give it as url=, percent-encoded.")
    if request.args.get("format", "json") != "json":
        abort(501, "Only format=json is offered.")
    release_id, given = _ours(address)
    release = service().releases.get(release_id)
    lang = given.get("lang", "en")
    embed = embed_of(release, given, lang if lang in LANGUAGES else "en")
    document: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": embed.title,
        "provider_name": "corridormap",
        "provider_url": service().base_url,
        "author_name": service().config.publisher,
        "html": str(embed.oembed_html),
        "width": _at_most("maxwidth", WIDTH_PX),
        "height": _at_most("maxheight", HEIGHT_PX),
        "cache_age": 86400,
    }
    if embed.picture:
        width, height = PICTURE_PX
        document |= {"thumbnail_url": embed.picture, "thumbnail_width": width, "thumbnail_height": height}
    return json_answer(document, cache=REVALIDATE, vary="Host")


def _ours(address: str) -> tuple[str | None, dict[str, str]]:
    """Return the release and the parameters that one of our own addresses names; 404 for others."""
    parts, own = urlsplit(address), urlsplit(service().base_url)
    path = parts.path.removeprefix(own.path)
    if (parts.scheme, parts.netloc) != (own.scheme, own.netloc) or not parts.path.startswith(own.path):
        abort(404, "This is not an address of this service.")
    given = dict(parse_qsl(parts.query))
    if path.startswith("/m/"):
        return path.removeprefix("/m/"), given
    if path not in _PATHS:
        abort(404, "No map is at this address; use that of the map or of an embed.")
    return given.get("release"), given


def _at_most(name: str, usual: int) -> int:
    text = request.args.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= _DIGITS and int(text) > 0):
        raise MalformedFilter(
            name, f"{name}={text[:30]!r} is no number of pixels.", hint=f"Use a form like {name}=600."
        )
    return min(usual, int(text))


_DIGITS = 6


@blueprint.get("/share.json")
def share() -> Response:
    """Answer what an editor pastes to show this view: permalink, frame, script, words and citation."""
    embed = embed_here(page_language())
    release = embed.release
    return json_answer(
        {
            "release": release.id,
            "title": embed.title,
            "alt": embed.alt,
            "permalink": embed.permalink,
            "embed": embed.address,
            "snippet": str(embed.snippet),
            "auto_height": auto_height(),
            "picture": embed.picture or None,
            "attribution": attribution(release, release.public().catalog.values()),
            "citation": service().imprint.citation(release, address=embed.permalink),
        },
        cache=REVALIDATE,
        vary="Accept-Language, Host",
    )
