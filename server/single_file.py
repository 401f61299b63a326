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
from layers.filter import MEMBERSHIP, PARAMETERS
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
    "holds_few",
    "holds_incidents",
    "incident_rows",
    "noted",
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
_FEW: Final = _FILTERS - {"bbox", "attested"}
_MANY: Final = frozenset({"category", "status"})
"""Filters that a reader can change in a file of few incidents, and of more than :data:`HUNG`, whose rows are not all in it;
the others are those of its address, for ever."""

_OF_CORRIDORS: Final = frozenset({"article", "language"})
"""Filters that the tiles of corridors obey, as ``server/static/layers.mjs`` has it."""

_MODULE: Final = re.compile(r"""(from|import\(|import)\s*(['"])(?:\./)([\w/.-]+\.mjs)\2""")
_MAP: Final = '<div id="map"></div>'
HUNG: Final = 1500
"""Incidents that hang in trays, as ``server/static/incidents.mjs`` has it; of more the tiles tell how many there are."""

_NOTE: Final = {
    "en": "A published copy: search, the table and filters of corridors need the service.",
    "fa": "این یک نسخهٔ جداست: جست‌وجو، جدول و صافی‌های کریدورها به سرویس نیاز دارند.",
    "ru": "Это копия: поиск, таблица и фильтры коридоров требуют сервиса.",
    "kk": "Бұл – көшірме: іздеуге, кестеге және дәліздердің сүзгілеріне қызмет керек.",
}
_NOTE_OF_MANY: Final = {
    "en": "A published copy: categories and statuses can be chosen here; search, the table and all other filters need the service.",
    "fa": "این یک نسخهٔ جداست: اینجا می‌توان دسته و وضعیت را برگزید؛ جست‌وجو، جدول و صافی‌های دیگر به سرویس نیاز دارند.",
    "ru": "Это копия: здесь можно выбирать категории и статусы; поиск, таблица и прочие фильтры требуют сервиса.",
    "kk": "Бұл – көшірме: мұнда санаттар мен күйлерді таңдауға болады; іздеуге, кестеге және басқа сүзгілерге қызмет керек.",
}
"""What only a copy says; the page of the service need not carry it."""

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
    has_few = holds_few(client, parameters.get("release", "latest"))
    page = get(client, f"/embed?{urlencode({**parameters, 'filters': 'on' if has_few else 'off'})}").decode()
    config = json.loads(_between(page, "map-config"))
    base = config["absolute_url"]
    view = {name: config[name] for name in ("lang", "theme", "release", "point_of_view")}
    page = noted(page, config["lang"], has_few=has_few)
    fixed = {name: value for name, value in parameters.items() if name in _FILTERS - (_FEW if has_few else _MANY)}
    style = _style(client, view)
    inside = {
        "base": f"{base}/",
        "prefix": urlsplit(base).path,
        "style": style,
        "tiles": dict(_tiles(client, style, fixed, parameters)),
        "answers": dict(_answers(client, page, view, fixed)),
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


def _tiles(
    client: FlaskClient,
    style: Any,  # noqa: ANN401 -- JSON
    fixed: Mapping[str, str],
    parameters: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Yield the name and the gzipped bytes, as base64, of every tile that is inside."""
    obeyed = {"map": {name: parameters[name] for name in _OF_CORRIDORS & set(parameters)}, "incidents": fixed}
    for name, source in style["sources"].items():
        if source["type"] != "vector" or name in _NOT_TOLD:
            continue
        parts = urlsplit(source["tiles"][0].replace("{", "%7B").replace("}", "%7D"))
        query = "&".join(filter(None, [parts.query, urlencode(sorted(obeyed.get(name, {}).items()))]))
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


def holds_incidents(client: FlaskClient, release_id: str) -> bool:
    """Whether a release holds the layer of incidents at all; of one without it the page asks for none."""
    release = client.application.extensions["corridormap"].releases.get(release_id)
    return "incidents" in release.catalog


def holds_few(client: FlaskClient, release_id: str) -> bool:
    """Whether all incidents of a release can be in a copy, row by row, so that any filter of theirs works there."""
    if not holds_incidents(client, release_id):
        return True
    counts = json.loads(get(client, f"/counts?{urlencode({'layer': 'incidents', 'release': release_id})}"))
    return bool(counts["total"] <= HUNG)


def noted(page: str, lang: str, *, has_few: bool) -> str:
    """Let the page say that it is a copy, and what cannot be done with it."""
    note = (_NOTE if has_few else _NOTE_OF_MANY)[lang]
    return page.replace("</footer>", f'<span class="embed-credits">{note}</span>\n</footer>', 1)


def incident_rows(client: FlaskClient, query: str, *, has_few: bool) -> Any:  # noqa: ANN401 -- JSON
    """Return what ``/list`` answers of incidents; of few of them each row also tells, as ``facets``, what filters look into."""
    listed = json.loads(get(client, f"/list?layer=incidents&limit={HUNG}&{query}"))
    if has_few:
        features = json.loads(get(client, f"/export/incidents.geojson?{query}"))["features"]
        told = {feature["id"]: feature["properties"] for feature in features}
        for row in listed["rows"]:
            row["facets"] = {name: _values(told[row["id"]].get(column)) for name, column in MEMBERSHIP.items()}
    return listed


def _values(value: Any) -> list[str]:  # noqa: ANN401 -- JSON
    return [] if value is None else [str(one) for one in (value if isinstance(value, list) else [value])]


def _answers(
    client: FlaskClient, page: str, view: Mapping[str, str], fixed: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Yield what the service answers to a reader who opens everything: rows, totals, the evidence of each object."""
    query = urlencode({"release": view["release"], "point_of_view": view["point_of_view"]})
    filtered = "&".join(filter(None, [query, urlencode(fixed)]))
    if holds_incidents(client, view["release"]):
        yield "/list", incident_rows(client, filtered, has_few=holds_few(client, view["release"]))
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
