"""Shortcut: tiles and filtered GeoJSON answered before Flask is woken, which takes longer than to make them.

Only what is plainly in order is answered here, in the words of the routes' own functions. Everything else – errors,
redirects, conditions, other formats and methods – passes through to the routes, which say what is wrong.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import get_host

from geo.errors import CorridorMapError
from geo.tilegrid import Tile
from geo.vocabulary import POINTS_OF_VIEW
from layers.exports.export import FORMATS, Export, exported_layer
from layers.exports.texts import text_chunks
from layers.filter import Filter
from layers.imprint import Imprint
from server.answers import REVALIDATE, etag_of, takes_gzip
from server.exports import MOST_AT_ONCE, decided, disposition
from server.metrics import COUNTED
from server.packing import QUICK, SMALLEST, packed
from server.request_log import HEADER, sound_id, writes_requests
from server.service import HOST
from server.tiles import MEDIA_TYPE, AskedTile, TileQuery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from server.meter import Meter
    from server.service import Service

__all__ = ["DATA_HEADERS", "Shortcut"]

DATA_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # An embed in a sandbox has an opaque origin: without this it could load neither modules nor tiles.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""What every answer that is no page carries: no sniffing, no referrer to others, and free use from any page."""

_DATA_HEADERS: Final = tuple(DATA_HEADERS.items())

TILE_ROUTE: Final = "/tiles/<release_id>/<layers>/<int:z>/<int:x>/<int:y>.mvt"
EXPORT_ROUTE: Final = "/export/<layer_id>.<ending>"

_TILE = re.compile(r"/tiles/([0-9a-f]{12})/([a-z0-9_,-]+)/(\d{1,2})/(\d{1,6})/(\d{1,6})\.mvt", re.ASCII)
_GEOJSON = re.compile(r"/export/([a-z0-9_-]+)\.geojson", re.ASCII)
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_RANGE", "HTTP_IF_RANGE")

Headers = list[tuple[str, str]]


class Shortcut:
    """WSGI middleware between whatever mends the environment (prefix, proxy) and Flask.

    Parameters
    ----------
    application
        The routes.
    bound
        The service that they are bound to.
    meter
        Counts what is answered here and not counted by the tile cache.
    """

    def __init__(self, application: WSGIApplication, bound: Service, meter: Meter) -> None:
        self._application = application
        self._bound = bound
        self._meter = meter

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        answer = None
        if environ["REQUEST_METHOD"] == "GET":
            # What is wrong is met again by the route, which tells it.
            with suppress(CorridorMapError, HTTPException):
                answer = self._answer(environ)
        if answer is None:
            return self._application(environ, start_response)
        headers, body = answer
        headers += _DATA_HEADERS
        start_response("200 OK" if body else "204 NO CONTENT", headers)
        self._bound.releases.forget_pages()
        return [body] if body else []

    def _answer(self, environ: WSGIEnvironment) -> tuple[Headers, bytes] | None:
        """Return headers and body, or ``None`` where the routes must do it."""
        path = environ.get("PATH_INFO", "")
        if COUNTED in environ and (found := _TILE.fullmatch(path)) is not None:
            return self._tile(found, environ)
        if not writes_requests() and (found := _GEOJSON.fullmatch(path)) is not None:
            return self._geojson(found[1], environ)
        return None

    def _tile(self, found: re.Match[str], environ: WSGIEnvironment) -> tuple[Headers, bytes] | None:
        query = _tile_query(environ.get("QUERY_STRING", ""))
        if query is None:
            return None
        view = self._bound.config.point_of_view if query.point_of_view is None else query.point_of_view
        if view not in POINTS_OF_VIEW:
            return None
        z, x, y = found.group(3, 4, 5)
        asked = AskedTile.of(self._bound.releases.get(found[1]), found[2], Tile(int(z), int(x), int(y)), query, view)
        environ[COUNTED]["route"] = TILE_ROUTE
        return _packed(asked.make(), asked.decided_by, MEDIA_TYPE, asked.cache_control, asked.level, environ)

    def _geojson(self, layer_id: str, environ: WSGIEnvironment) -> tuple[Headers, bytes] | None:
        query = _export_query(environ.get("QUERY_STRING", ""))
        address = self._address(environ)
        if query is None or address is None or any(condition in environ for condition in _CONDITIONS):
            return None
        wanted, release_id, view = query
        if wanted == Filter():
            return None
        view = self._bound.config.point_of_view if view is None else view
        if view not in POINTS_OF_VIEW:
            return None
        release = self._bound.releases.get(release_id)
        imprint = Imprint(self._bound.config.publisher, self._bound.config.contact, address, view)
        chosen = Export.of(release, exported_layer(release.catalog, layer_id), wanted, imprint)
        if chosen.chosen.matched > MOST_AT_ONCE:
            return None
        body = b"".join(text_chunks(chosen, "geojson"))  # not kept: hardly two readers choose the same
        headers, body = _packed(body, decided(chosen, "geojson"), FORMATS["geojson"], REVALIDATE, QUICK, environ)
        headers.append(("Content-Disposition", disposition(chosen, "geojson")))
        headers.append((HEADER, sound_id(environ.get("HTTP_X_REQUEST_ID")) or secrets.token_hex(8)))
        self._meter.count(EXPORT_ROUTE, 200)
        return headers, body

    def _address(self, environ: WSGIEnvironment) -> str | None:
        """Return the absolute address of the service, as the routes find it; ``None`` where they must look."""
        if self._bound.config.public_url:
            return self._bound.config.public_url
        host = get_host(environ)
        return (
            f"{environ['wsgi.url_scheme']}://{host}{environ.get('SCRIPT_NAME', '')}" if HOST.fullmatch(host) else None
        )


def _packed(
    body: bytes, decided_by: str, media_type: str, cache: str, level: int, environ: WSGIEnvironment
) -> tuple[Headers, bytes]:
    """Return the headers of an answer about a release, and its body as it is sent."""
    headers: Headers = [("Cache-Control", cache), ("Vary", "Accept-Encoding"), ("Content-Type", media_type)]
    if not body:
        return headers, body
    coding = "gzip" if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else "identity"
    if coding == "gzip" and len(body) >= SMALLEST:
        body = packed(body, level)
        headers.append(("Content-Encoding", "gzip"))
    headers += [("Content-Length", str(len(body))), ("ETag", f'"{etag_of(decided_by, media_type, coding)}"')]
    return headers, body


@lru_cache(maxsize=256)
def _tile_query(query: str) -> TileQuery | None:
    """Return a query read, kept since one view asks for many tiles; ``None`` where it is no plain one."""
    values = _values(query)
    return None if values is None else TileQuery.parse(values)


@lru_cache(maxsize=64)
def _export_query(query: str) -> tuple[Filter, str | None, str | None] | None:
    """Return filter, release and point of view of an export's query; ``None`` where it is no plain one."""
    values = _values(query)
    if values is None:
        return None
    wanted = Filter.parse(values, also=["release", "point_of_view"])
    return wanted, values.get("release", [None])[0], values.get("point_of_view", [None])[0]


def _values(query: str) -> dict[str, list[str]] | None:
    if not query.isascii():
        return None
    try:
        return parse_qs(query, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
