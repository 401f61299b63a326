"""Single file: the embed with everything inside, for a reader without a network and for the shelf.

The file is the service's own embed page. What it would ask of the service while a reader looks at it (style, tiles, rows,
evidence, fonts, modules) is asked here, of the same routes, and written into it; ``server/static/offline.js`` answers from
that. The same release gives the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from geo.errors import MissingExtra
from server.static_files import STATIC, vendor_is_complete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask
    from flask.testing import FlaskClient

__all__ = ["DEEPEST_Z", "single_file"]

DEEPEST_Z: Final = 5
"""Deepest tiles inside; the map draws them larger beyond, where it is less detailed than the service's."""

_REGION: Final = (-20.0, 5.0, 130.0, 72.0)
_NEAR: Final = (20.0, 26.0, 95.0, 60.0)
"""West, south, east, north of the tiles inside, up to zoom 3 and beyond."""

_WIDE_Z: Final = 3
_NOT_TOLD: Final = frozenset({"members", "coverage"})
"""Sources that the file leaves out, for its size: members of organizations and how articles cover areas."""

_MODULE: Final = re.compile(r"""(from|import\(|import)\s*(['"])\./([\w/.-]+\.mjs)\2""")
_WORKER: Final = "new URL('./vendor/maplibre-gl-worker.mjs', import.meta.url).href"


def single_file(app: Flask, parameters: Mapping[str, str], *, host: str = "") -> bytes:
    """Return the map as one HTML file that needs no network.

    Parameters
    ----------
    app
        The service; it is asked as a reader's browser would ask it.
    parameters
        What the address of an embed may hold, ``release`` among them.
    host
        Where readers reach the service when no public address is configured; with neither of them the file names none.

    Raises
    ------
    MissingExtra
        When the front-end assets were not brought.
    """
    if not vendor_is_complete():
        raise MissingExtra("The front-end assets are missing.", hint="Run `make assets`.")
    client = app.test_client()
    if host:
        client.environ_base["HTTP_HOST"] = host
    page = _get(client, f"/embed?{urlencode(parameters)}").decode()
    config = json.loads(_between(page, "map-config"))
    base = config["absolute_url"]
    view = {name: config[name] for name in ("lang", "theme", "release", "point_of_view")}
    style = _style(client, view)
    inside = {
        "base": f"{base}/",
        "prefix": urlsplit(base).path,
        "style": style,
        "tiles": dict(_tiles(client, style)),
        "answers": dict(_answers(client, page, view)),
        "worker": base64.b64encode((STATIC / "vendor" / "maplibre-gl-worker.mjs").read_bytes()).decode(),
    }
    for source in style["sources"].values():
        if source["type"] == "vector":
            source["tiles"] = [f"inside://{source.pop('name')}/{{z}}/{{x}}/{{y}}"]
            source["maxzoom"] = DEEPEST_Z
    config |= {"base_url": base, "evidence_url": f"{base}/evidence/", "style_url": "inside://style.json"}
    if not host and not app.extensions["corridormap"].config.public_url:
        page, inside["answers"] = _nameless(page), json.loads(_nameless(json.dumps(inside["answers"])))
    return _assembled(page, config, inside).encode()


def _nameless(text: str) -> str:
    """Take out links and addresses of a service that nobody can reach."""
    text = re.sub(r'<(?:meta|link) [^>]*"http://localhost[^>]*>\n?', "", text)
    text = re.sub(r'<a href="http://localhost/[^>]*>[^<]*</a>|<span class="embed-address"[^<]*</span>', "", text)
    return re.sub(r' ?http://localhost/[^\s"<\\]*', "", text)


def _get(client: FlaskClient, path: str) -> bytes:
    body: bytes = client.get(path, headers={"Accept-Language": "en"}).data
    return body


def _style(client: FlaskClient, view: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
    style = json.loads(_get(client, f"/style.json?{urlencode(view)}"))
    for faces in style["font-faces"].values():
        for face in faces:
            face["url"] = _data_url(STATIC / "vendor" / "fonts" / face["url"].rsplit("/", 1)[-1], "font/woff2")
    for name, source in style["sources"].items():
        if source["type"] == "vector":
            source["name"] = name
    return style


def _tiles(client: FlaskClient, style: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- JSON
    """Yield the name and the gzipped bytes, as base64, of every tile that is inside."""
    for name, source in style["sources"].items():
        if source["type"] != "vector" or name in _NOT_TOLD:
            continue
        parts = urlsplit(source["tiles"][0].replace("{", "%7B").replace("}", "%7D"))
        address = parts.path[parts.path.index("/tiles/") :] + (f"?{parts.query}" if parts.query else "")
        for z in range(DEEPEST_Z + 1):
            west, south, east, north = _REGION if z <= _WIDE_Z else _NEAR
            (left, top), (right, bottom) = _tile(west, north, z), _tile(east, south, z)
            for x in range(left, right + 1):
                for y in range(top, bottom + 1):
                    asked = address.replace("%7Bz%7D", str(z)).replace("%7Bx%7D", str(x)).replace("%7By%7D", str(y))
                    body = _get(client, asked)
                    if body:
                        yield f"{name}/{z}/{x}/{y}", base64.b64encode(gzip.compress(body, 9, mtime=0)).decode()


def _tile(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile of WebMercatorQuad that holds a place."""
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(y * 2**z)


def _answers(client: FlaskClient, page: str, view: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield what the service answers to a reader who opens everything: rows, totals, the evidence of each object."""
    query = urlencode({"release": view["release"], "point_of_view": view["point_of_view"]})
    yield "/list", json.loads(_get(client, f"/list?layer=incidents&limit=1000&{query}"))
    yield "/counts", json.loads(_get(client, f"/counts?layer=incidents&{query}"))
    for object_id in sorted(set(re.findall(r'data-open="([^"]+)"', page))):
        answer = client.get(f"/evidence/{quote(object_id)}?{query}", headers={"Accept": "application/json"})
        yield f"/evidence/{object_id}", answer.get_json()


def _assembled(page: str, config: Mapping[str, Any], inside: Mapping[str, Any]) -> str:
    """Put styles, modules and answers into the page, and take out what would fetch anything."""
    page = re.sub(r'<link rel="(?:modulepreload|preload|icon)"[^>]*>\n?', "", page)
    page = re.sub(r'<link rel="stylesheet" href="[^"]*?/static/[0-9a-f]+/([^"]+)">', lambda found: _css(found[1]), page)
    page = re.sub(r'<img class="printed"[^>]*>', "", page)
    page = _replaced(page, "map-config", config)
    page = re.sub(r'<script type="module"[^>]*></script>\n?', "", page)
    modules = {
        f"corridormap/{path.relative_to(STATIC).as_posix()}": _module(path.read_text(encoding="utf-8"))
        for path in sorted([*STATIC.glob("*.mjs"), STATIC / "vendor" / "maplibre-gl.mjs"])
        if path.name not in {"share.mjs", "search.mjs.map"}
    }
    imports = json.dumps({"imports": modules})
    started = (
        "import { addProtocol } from 'corridormap/vendor/maplibre-gl.mjs';\n"
        "addProtocol('inside', window.corridormapInside.load);\n"
        "await import('corridormap/embed.mjs');\n"
    )
    scripts = (
        f'<script type="application/json" id="map-inside">{_json(inside)}</script>\n'
        f"<script>{(STATIC / 'offline.js').read_text(encoding='utf-8')}</script>\n"
        f'<script type="importmap">{imports}</script>\n'
        f'<script type="module">{started}</script>\n'
    )
    head, end, tail = page.rpartition("</body>")
    return f"{head}{scripts}{end}{tail}"


def _css(name: str) -> str:
    folder = (STATIC / name).parent

    def carried(found: re.Match[str]) -> str:
        path = folder / found[1]
        return f'url("{_data_url(path, "font/woff2")}")' if path.suffix == ".woff2" and path.is_file() else found[0]

    css = re.sub(r'url\("?((?!data:)[^")]+)"?\)', carried, (STATIC / name).read_text(encoding="utf-8"))
    return f"<style>{css}</style>"


def _module(text: str) -> str:
    """A module as an address that holds it, its imports by the names of the file's import map."""
    text = text.replace(_WORKER, "window.corridormapInside.worker()")
    named = _MODULE.sub(lambda found: f"{found[1]} {found[2]}corridormap/{found[3]}{found[2]}", text)
    return f"data:text/javascript;base64,{base64.b64encode(named.encode()).decode()}"


def _data_url(path: Any, media_type: str) -> str:  # noqa: ANN401 -- a path
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _json(document: object) -> str:
    """JSON that cannot end the script that it stands in."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _between(page: str, element_id: str) -> str:
    found = re.search(rf'<script type="application/json" id="{element_id}">(.*?)</script>', page, re.DOTALL)
    assert found is not None  # noqa: S101 -- our own template
    return found[1]


def _replaced(page: str, element_id: str, document: object) -> str:
    opened = f'<script type="application/json" id="{element_id}">'
    return page.replace(f"{opened}{_between(page, element_id)}", f"{opened}{_json(document)}", 1)
