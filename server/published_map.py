"""Published map: the page, style, tiles and answers of a folder that needs no server of ours.

Big layers are PMTiles, of which a browser asks the host for parts (HTTP range requests); small ones are GeoJSON. The page is
the service's embed; ``server/static/published/start.mjs`` starts it, ``server/static/offline.js`` answers what it asks.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from layers.engines.pyramid import write_archive
from layers.filter import Filter
from server.single_file import (
    REGION,
    address_of,
    as_json,
    get,
    holds_few,
    holds_incidents,
    incident_rows,
    noted,
    reachable,
    tiles_of,
)
from server.static_files import STATIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from flask import Flask
    from flask.testing import FlaskClient

    from geo.tilegrid import Tile
    from layers.release import Release

__all__ = ["DEEPEST_Z", "PublishedMap"]

DEEPEST_Z: Final = 7
"""Deepest tiles, unless others are asked for; the map draws them larger beyond."""

SMALL_BYTES: Final = 2_000_000
"""Layers that are less than this as GeoJSON, all of a source together, are published so."""

_SHARED: Final = frozenset({"share.mjs"})
_PAGES: Final = ("articles/", "organizations/", "conflicts", "codebook")
"""Pages that only the service has."""


@dataclass(frozen=True, slots=True)
class PublishedMap:
    """Makes the files of a folder from what the service answers about one release."""

    app: Flask
    release: Release
    base_url: str
    point_of_view: str
    deepest_z: int = DEEPEST_Z

    @property
    def _client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def _pinned(self) -> dict[str, str]:
        return {"release": self.release.id, "point_of_view": self.point_of_view}

    def page(self, lang: str) -> bytes:
        """Return the page in one language: all its files by relative addresses, no script or style in it."""
        has_few = holds_few(self._client, self.release.id)
        switches = {"lang": lang, "filters": "on" if has_few else "off", **self._pinned}
        page = noted(get(self._client, f"/embed?{urlencode(switches)}").decode(), lang, has_few=has_few)
        config = json.loads(_json_in(page, "map-config"))
        own, prefix = config["absolute_url"], urlsplit(self.base_url).path
        config |= {
            "base_url": self.base_url,
            "absolute_url": self.base_url,
            "evidence_url": f"{self.base_url}/evidence/",
        }
        config |= {
            "style_urls": {config["theme"]: f"published://style-{lang}.json"},
            "limits": [REGION[:2], REGION[2:]],
        }
        inside = {
            "base": f"{self.base_url}/",
            "prefix": prefix,
            "folder": ".",
            "unlinked": [f"{start}/{name}" for start in (self.base_url, prefix) for name in _PAGES],
        }
        page = re.sub(r'<link rel="(?:modulepreload|preload)"[^>]*>\n?|<link [^>]*json\+oembed[^>]*>\n?', "", page)
        page = re.sub(r'(href|src)="[^"]*?/static/[0-9a-f]+/([^"]+)"', r'\1="assets/\2"', page)
        picture = f"pictures/overview-{'fa' if lang == 'fa' else 'en'}.png"
        page = re.sub(r'(<img class="printed" src=")[^"]*', rf"\g<1>{picture}", page)
        page = re.sub(re.escape(own) + r'/picture/overview\.png\?[^"]*', f"{self.base_url}/{picture}", page)
        page = re.sub(r'href="[^"]*/cite/release\.jsonld[^"]*"', 'href="cite/release.jsonld"', page)
        page = re.sub(rf'href="{re.escape(prefix)}/evidence/([^"?]+)\?[^"]*"', r'href="evidence/\1.json"', page)
        page = page.replace(_script("map-config", _json_in(page, "map-config")), _script("map-config", as_json(config)))
        start = f'{_script("map-inside", as_json(inside))}\n<script src="assets/offline.js"></script>\n'
        start += '<script type="module" src="assets/published/start.mjs"></script>'
        return re.sub(r'<script type="module"[^>]*></script>', lambda _: start, page).encode()

    def style(self, lang: str) -> tuple[bytes, Mapping[str, str]]:
        """Return the style in one language, and the address of the service's tiles by source that becomes an archive."""
        style = json.loads(get(self._client, f"/style.json?{urlencode({'lang': lang, 'embed': '1', **self._pinned})}"))
        for faces in style["font-faces"].values():
            for face in faces:
                face["url"] = f"assets/vendor/fonts/{face['url'].rsplit('/', 1)[-1]}"
        archives = {}
        for name, source in list(style["sources"].items()):
            if source["type"] != "vector":
                continue
            address = urlsplit(source["tiles"][0].replace("{", "%7B").replace("}", "%7D"))
            if self._is_small(name, style):
                del style["sources"][name]
                for layer in style["layers"]:
                    if layer.get("source") == name:
                        held = layer.pop("source-layer")
                        layer["source"] = f"{name}-{held}"
                        style["sources"][layer["source"]] = {"type": "geojson", "data": f"shapes/{held}.geojson"}
                continue
            archives[name] = f"{address.path[address.path.index('/tiles/') :]}?{address.query}"
            source |= {
                "tiles": [f"published://{name}/{{z}}/{{x}}/{{y}}"],
                "maxzoom": min(source["maxzoom"], self.deepest_z),
            }
        text = json.dumps(style, ensure_ascii=False, separators=(",", ":"))
        return (text.replace(urlsplit(self.base_url).path + "/static/", "assets/") + "\n").encode(), archives

    def _is_small(self, source: str, style: Mapping[str, Any]) -> bool:
        """Whether the layers of a source are small; only corridors, whose drawing no filter of a page's changes."""
        if source != "map":
            return False
        held = {layer["source-layer"] for layer in style["layers"] if layer.get("source") == source}
        return sum(len(self.shapes(layer_id)) for layer_id in held) < SMALL_BYTES

    def shapes(self, layer_id: str) -> bytes:
        """Return a layer as GeoJSON with the properties that its tiles have, which are all that the style asks for."""
        held = self.release.features(layer_id, self.point_of_view)
        features = []
        for feature in (json.loads(text) for batch in held.select(Filter()).batches() for text in batch):
            if feature["geometry"] is None:
                continue
            kept = {name: feature["properties"].get(name) for name in held.tile_properties}
            told = {name: value for name, value in kept.items() if value is not None}
            features.append(
                {"type": "Feature", "properties": {"id": feature["id"], **told}, "geometry": feature["geometry"]}
            )
        document = {"type": "FeatureCollection", "features": features}
        return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()

    def files(self, languages: tuple[str, ...], progress: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of all that the map needs: pages, styles, tiles, shapes, answers, modules, fonts."""
        archives: Mapping[str, str] = {}
        for lang in languages:
            progress(f"page in {lang}")
            yield ("index.html" if lang == "en" else f"index-{lang}.html"), self.page(lang)
            made, archives = self.style(lang)
            yield f"style-{lang}.json", made
        for name, address in sorted(archives.items()):
            content = self._archive(name, address, progress)
            if content:
                yield f"tiles/{name}.pmtiles", content
        if "map" not in archives:
            for layer_id in ("corridors", "context_corridors", "transport_corridors", "corridor_marks"):
                if layer_id in self.release.catalog:
                    yield f"shapes/{layer_id}.geojson", self.shapes(layer_id)
        yield from self._answers(progress)
        yield from _assets()

    def _archive(self, name: str, address: str, progress: Callable[[str], None]) -> bytes:
        client = self._client
        made: list[tuple[Tile, bytes]] = []
        for tile in tiles_of(self.deepest_z):
            progress(f"tiles of {name}, zoom {tile.z}")
            if body := get(client, address_of(address, tile)):
                made.append((tile, gzip.compress(body, 9, mtime=0)))
        if not made:
            return b""
        told = json.loads(
            get(
                client,
                f"{address.split('/%7B', maxsplit=1)[0].replace(f'/{self.release.id}/', '/')}.json?release={self.release.id}",
            )
        )
        metadata = {key: told[key] for key in ("name", "description", "attribution", "vector_layers") if key in told}
        file = io.BytesIO()
        write_archive(file, made, (-180.0, -85.0, 180.0, 85.0), metadata)
        return file.getvalue()

    def _answers(self, progress: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
        """Yield rows, totals, and of each object that the page lists its evidence, its GeoJSON and how to cite it."""
        client, pinned = self._client, urlencode(self._pinned)
        if holds_incidents(client, self.release.id):
            rows = incident_rows(client, pinned, has_few=holds_few(client, self.release.id))
            yield "list.json", as_json(rows).encode() + b"\n"
            yield "counts.json", get(client, f"/counts?layer=incidents&{pinned}")
        page = get(client, f"/embed?{pinned}").decode()
        day = self.release.receipt["date"]
        for object_id in sorted(set(re.findall(r'data-open="([^"]+)"', page))):
            progress(f"evidence of {object_id}")
            path = quote(object_id)
            answer = client.get(f"/evidence/{path}?{pinned}", headers={"Accept": "application/json"})
            yield f"evidence/{object_id}.json", answer.data
            yield f"object/{object_id}.geojson", get(client, f"/object/{path}.geojson?{pinned}")
            for form in ("bib", "ris", "json"):
                yield f"cite/{object_id}.{form}", get(client, f"/cite/{path}.{form}?{pinned}&accessed={day}")


def _assets() -> Iterator[tuple[str, bytes]]:
    """Yield the front end: modules, styles, fonts and licences; PMTiles' import by an address that needs no import map."""
    named = {*reachable("embed.mjs"), "offline.js", "published/start.mjs", "published/forward.mjs"}
    named |= {path.name for path in STATIC.glob("*.css")} | {"icons/corridormap.svg"}
    vendored = ("maplibre-gl-worker.mjs", "maplibre-gl.css", "fflate.mjs", "pmtiles.mjs")
    named |= {f"vendor/{name}" for name in vendored}
    for folder in ("fonts", "licences"):
        named |= {path.relative_to(STATIC).as_posix() for path in (STATIC / "vendor" / folder).iterdir()}
    for name in sorted(named - _SHARED):
        content = (STATIC / name).read_bytes()
        if name == "vendor/pmtiles.mjs":
            content = content.replace(b'from"fflate"', b'from"./fflate.mjs"')
        yield f"assets/{name}", content


def _script(element_id: str, text: str) -> str:
    return f'<script type="application/json" id="{element_id}">{text}</script>'


def _json_in(page: str, element_id: str) -> str:
    found = re.search(_script(re.escape(element_id), "(.*?)"), page, re.DOTALL)
    assert found is not None  # noqa: S101 -- our own template
    return found[1]
