"""Single file: what the map needs when no service is there to ask, gathered from the service's own routes.

The page is the service's embed. What it would ask of the service while a reader looks at it (style, tiles, rows, evidence,
fonts, modules) is asked here and becomes part of the file, which :mod:`server.notebook` composes with folium;
``server/static/offline.js`` answers from it. The same release gives the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from geo.errors import CorridorMapError, MalformedFilter, MissingExtra
from geo.tilegrid import Tile, tile_at
from layers.filter import PARAMETERS
from server.static_files import STATIC, vendor_is_complete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

__all__ = [
    "DEEPEST_Z",
    "REGION",
    "Parts",
    "address_of",
    "as_json",
    "data_url",
    "get",
    "parts_of",
    "reachable",
    "tiles_of",
]

DEEPEST_Z: Final = 5
"""Deepest tiles inside; the map draws them larger beyond, where it is less detailed than the service's."""

REGION: Final = (-20.0, 5.0, 130.0, 72.0)
"""West, south, east, north of the tiles that are there, and of what a reader can look at, beyond :data:`WORLD_Z`."""

WORLD_Z: Final = 3
"""Up to this zoom all tiles of the world are there: at low zooms a wide screen sees most of it."""

_NOT_TOLD: Final = frozenset({"members", "coverage"})
"""Sources that the file leaves out, for its size: members of organizations and how articles cover areas."""

_FILTERS: Final = frozenset(PARAMETERS) - {"release", "point_of_view"}
_READERS: Final = frozenset({"category", "status"})
"""Filters that a reader can change in the file; the others are those of its address, for ever."""

_OF_TILES: Final[Mapping[str, frozenset[str]]] = {
    "map": frozenset({"article", "language"}),
    "incidents": _FILTERS - _READERS,
}
"""Source → filters that its tiles obey, as ``server/static/layers.mjs`` has it."""

_MODULE: Final = re.compile(r"""(from|import\(|import)\s*(['"])(?:\./)([\w/.-]+\.mjs)\2""")
_MAP: Final = '<div id="map"></div>'
_ROWS: Final = 1500
"""Incidents that hang in trays, as ``server/static/incidents.mjs`` has it; of more the tiles tell how many there are."""

_FAILED: Final = 400


@dataclass(frozen=True, slots=True)
class Parts:
    """A single file before folium composed it.

    ``html`` and ``body`` are the attributes of these elements; ``head``, ``before`` and ``after`` are markup: what stands in
    the head, and around the map in the body. ``inside`` is what ``offline.js`` answers from, ``modules`` the page's modules by
    the names of the file's import map. ``view`` is lon, lat (degrees) and zoom of MapLibre, ``None`` where the address named
    none.
    """

    html: str
    head: str
    body: str
    before: str
    after: str
    inside: Mapping[str, Any]
    modules: Mapping[str, str]
    view: Mapping[str, float] | None
    is_rtl: bool


def parts_of(app: Flask, parameters: Mapping[str, str], *, host: str = "") -> Parts:
    """Gather what the map needs to be one file without a network.

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
    MalformedFilter, CorridorMapError
        When the service refuses these parameters; the message is the service's.
    """
    if not vendor_is_complete():
        raise MissingExtra("The front-end assets are missing.", hint="Run `make assets`.")
    client = app.test_client()
    if host:
        client.environ_base["HTTP_HOST"] = host
    page = get(client, f"/embed?{urlencode(parameters)}").decode()
    config = json.loads(_between(page, "map-config"))
    base = config["absolute_url"]
    view = {name: config[name] for name in ("lang", "theme", "release", "point_of_view")}
    style = _style(client, view)
    inside = {
        "base": f"{base}/",
        "prefix": urlsplit(base).path,
        "style": style,
        "tiles": dict(_tiles(client, style, parameters)),
        "answers": dict(_answers(client, page, view, parameters)),
        "worker": base64.b64encode((STATIC / "vendor" / "maplibre-gl-worker.mjs").read_bytes()).decode(),
    }
    for source in style["sources"].values():
        if source["type"] == "vector":
            source["tiles"] = [f"inside://{source.pop('name')}/{{z}}/{{x}}/{{y}}"]
            source["maxzoom"] = DEEPEST_Z
    query = urlencode({name: value for name, value in parameters.items() if name != "release"})
    config |= {
        "base_url": base,
        "evidence_url": f"{base}/evidence/",
        "style_urls": {config["theme"]: "inside://style.json"},
        "query": query,
    }
    inside["unlinked"] = [f"{urlsplit(base).path}/evidence/"]
    if not host and not app.extensions["corridormap"].config.public_url:
        inside["unlinked"] = [base, "/"]
        page, inside["answers"] = _nameless(page), json.loads(_nameless(json.dumps(inside["answers"])))
    return _parts(page, config, inside)


def _nameless(text: str) -> str:
    """Take out links and addresses of a service that nobody can reach."""
    text = re.sub(r'<(?:meta|link) [^>]*"http://localhost[^>]*>\n?', "", text)
    text = re.sub(r'<a href="http://localhost/[^>]*>[^<]*</a>|<span class="embed-address"[^<]*</span>', "", text)
    return re.sub(r' ?http://localhost/[^\s"<\\]*', "", text)


def get(client: FlaskClient, path: str) -> bytes:
    """Return what the service answers; what it refuses is raised as the error that it tells."""
    answer = client.get(path, headers={"Accept-Language": "en"})
    if answer.status_code >= _FAILED:
        told = client.get(path, headers={"Accept": "application/json"}).get_json(silent=True) or {}
        detail, hint = str(told.get("detail") or answer.status), str(told.get("hint") or "")
        if told.get("parameter"):
            raise MalformedFilter(told["parameter"], detail, hint=hint)
        raise CorridorMapError(detail, hint=hint)
    body: bytes = answer.data
    return body


def _style(client: FlaskClient, view: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
    style = json.loads(get(client, f"/style.json?{urlencode({**view, 'embed': '1'})}"))
    for faces in style["font-faces"].values():
        for face in faces:
            face["url"] = data_url(STATIC / "vendor" / "fonts" / face["url"].rsplit("/", 1)[-1], "font/woff2")
    for name, source in style["sources"].items():
        if source["type"] == "vector":
            source["name"] = name
    return style


def _tiles(client: FlaskClient, style: Any, parameters: Mapping[str, str]) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- JSON
    """Yield the name and the gzipped bytes, as base64, of every tile that is inside."""
    for name, source in style["sources"].items():
        if source["type"] != "vector" or name in _NOT_TOLD:
            continue
        parts = urlsplit(source["tiles"][0].replace("{", "%7B").replace("}", "%7D"))
        kept = {key: value for key, value in parameters.items() if key in _OF_TILES.get(name, ())}
        query = "&".join(filter(None, [parts.query, urlencode(kept)]))
        address = f"{parts.path[parts.path.index('/tiles/') :]}?{query}"
        for tile in tiles_of(DEEPEST_Z):
            if body := get(client, address_of(address, tile)):
                yield f"{name}/{tile.z}/{tile.x}/{tile.y}", base64.b64encode(gzip.compress(body, 9, mtime=0)).decode()


def address_of(template: str, tile: Tile) -> str:
    """Return the address of a tile, of a template in which ``{z}``, ``{x}`` and ``{y}`` are percent-encoded."""
    for part in ("z", "x", "y"):
        template = template.replace(f"%7B{part}%7D", str(getattr(tile, part)))
    return template


def tiles_of(deepest_z: int) -> Iterator[Tile]:
    """Yield every tile of a map that needs no service, down to a zoom."""
    for z in range(deepest_z + 1):
        west, south, east, north = (-180.0, -85.0, 180.0, 85.0) if z <= WORLD_Z else REGION
        first, last = tile_at(west, north, z), tile_at(east, south, z)
        for x in range(first.x, last.x + 1):
            for y in range(first.y, last.y + 1):
                yield Tile(z, x, y)


def _answers(
    client: FlaskClient, page: str, view: Mapping[str, str], parameters: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Yield what the service answers to a reader who opens everything: rows, totals, the evidence of each object."""
    query = urlencode({"release": view["release"], "point_of_view": view["point_of_view"]})
    kept = {key: value for key, value in parameters.items() if key in _FILTERS - _READERS}
    filtered = "&".join(filter(None, [query, urlencode(kept)]))
    yield "/list", json.loads(get(client, f"/list?layer=incidents&limit={_ROWS}&{filtered}"))
    yield "/counts", json.loads(get(client, f"/counts?layer=incidents&{filtered}"))
    for object_id in sorted(set(re.findall(r'data-open="([^"]+)"', page))):
        answer = client.get(f"/evidence/{quote(object_id)}?{query}", headers={"Accept": "application/json"})
        yield f"/evidence/{object_id}", answer.get_json()


def _parts(page: str, config: Mapping[str, Any], inside: Mapping[str, Any]) -> Parts:
    """Put styles and answers into the page, take out what would fetch anything, and part it around the map."""
    page = re.sub(r'<link rel="(?:modulepreload|preload|icon)"[^>]*>\n?', "", page)
    page = re.sub(r'<link rel="stylesheet" href="[^"]*?/static/[0-9a-f]+/([^"]+)">', lambda found: _css(found[1]), page)
    page = re.sub(r'<img class="printed"[^>]*>', "", page)
    page = _replaced(page, "map-config", config)
    page = re.sub(r'<script type="module"[^>]*></script>\n?', "", page)
    found = re.search(r"<html([^>]*)>\s*<head>(.*?)</head>\s*<body([^>]*)>(.*)</body>", page, re.DOTALL)
    assert found is not None  # noqa: S101 -- our own template
    before, there, after = found[4].partition(_MAP)
    assert there  # noqa: S101 -- our own template
    modules = {
        f"corridormap/{name}": _module((STATIC / name).read_text(encoding="utf-8"))
        for name in reachable("embed.mjs")
        if name != "map.mjs"
    }
    bridge = (STATIC / "vendor" / "leaflet-maplibre-gl.mjs").read_text(encoding="utf-8")
    modules |= {
        "corridormap/gl/map.mjs": _module((STATIC / "map.mjs").read_text(encoding="utf-8")),
        "corridormap/map.mjs": _module((STATIC / "single_file" / "map.mjs").read_text(encoding="utf-8")),
        "corridormap/vendor/leaflet-maplibre-gl.mjs": _module(
            bridge.replace('"maplibre-gl"', '"./vendor/maplibre-gl.mjs"')
        ),
        "leaflet": "data:text/javascript,export default window.L",
    }
    return Parts(
        html=found[1],
        head=f"{found[2]}{_css('single_file/map.css')}",
        body=found[3],
        before=before,
        after=after,
        inside=inside,
        modules=dict(sorted(modules.items())),
        view=config["view"],
        is_rtl=config["dir"] == "rtl",
    )


def reachable(start: str) -> list[str]:
    """Return the names, below ``server/static``, of a module and of all that it may import, sorted."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            text = (STATIC / name).read_text(encoding="utf-8")
            # The worker is started by its address; a module that is vendored imports no other of ours.
            waiting += [] if name.startswith("vendor/") else [match[3] for match in _MODULE.finditer(text)]
    return sorted(found)


def _css(name: str) -> str:
    folder = (STATIC / name).parent

    def carried(found: re.Match[str]) -> str:
        path = folder / found[1]
        return f'url("{data_url(path, "font/woff2")}")' if path.suffix == ".woff2" and path.is_file() else found[0]

    css = re.sub(r'url\("?((?!data:)[^")]+)"?\)', carried, (STATIC / name).read_text(encoding="utf-8"))
    return f"<style>{css}</style>"


def _module(text: str) -> str:
    """A module as an address that holds it, its imports by the names of the file's import map."""
    named = _MODULE.sub(lambda found: f"{found[1]} {found[2]}corridormap/{found[3]}{found[2]}", text)
    return f"data:text/javascript;base64,{base64.b64encode(named.encode()).decode()}"


def data_url(path: Path, media_type: str) -> str:
    """Return a file as an address that holds it."""
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def as_json(document: object) -> str:
    """Return JSON that cannot end the script that it stands in."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _between(page: str, element_id: str) -> str:
    found = re.search(rf'<script type="application/json" id="{element_id}">(.*?)</script>', page, re.DOTALL)
    assert found is not None  # noqa: S101 -- our own template
    return found[1]


def _replaced(page: str, element_id: str, document: object) -> str:
    opened = f'<script type="application/json" id="{element_id}">'
    return page.replace(f"{opened}{_between(page, element_id)}", f"{opened}{as_json(document)}", 1)
