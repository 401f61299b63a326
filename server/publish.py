"""Publishing: a folder for any static host, object store or archive, which needs no server of ours.

It is made of what the service answers, asked of its own routes: the map (:mod:`server.published_map`), the single file, each
layer's data, figures, citations, the receipt, a record for an archive that gives a DOI, checksums.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from layers.imprint import Imprint
from server.deposit import datacite, zenodo
from server.notebook import single_file
from server.published_map import DEEPEST_Z, PublishedMap
from server.single_file import get

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from flask import Flask

    from layers.release import Release

__all__ = ["policy", "published_files", "write_folder"]

LANGUAGES: Final = ("en", "fa", "ru", "kk")
CITATIONS: Final = ("bib", "ris", "json", "txt", "jsonld")
FIGURES: Final = ("svg", "pdf", "png")
CHECKSUMS: Final = "SHA256SUMS"

_README = """# {title}

corridormap release {release}, {date}. Published by {publisher}.

`index.html` is the map with its evidence; `index-fa.html`, `index-ru.html` and `index-kk.html` are the same in Persian,
Russian and Kazakh. Serve this folder from any web server, for example `python -m http.server`. `file/map-*.html` are the
same map as one file each, which opens from a disk without any server.

Incidents can be filtered and dates chosen, where there are at most 1,500 of them; of more only categories and statuses can be
chosen. What the service computes when it is asked (search, filters of corridors, the table, members of organizations at a
date, tiles beyond zoom {deepest}) is not here.

Links and citations lead to {address}, where this folder is expected: `m/{release}/` leads to the map.

| folder | holds |
|---|---|
| `tiles/` | big layers as PMTiles 3, read by range requests; a host that knows none sends each whole, once |
| `shapes/` | small layers as the map draws them, GeoJSON |
| `data/` | each layer with all its properties, GeoJSON (RFC 7946) |
| `evidence/`, `object/`, `cite/` | what each object rests on, its GeoJSON, how to cite it |
| `figures/`, `pictures/` | the map for print; the pictures that stand in where no map can be drawn |
| `assets/` | scripts, styles, fonts and their licences |

`datacite.json` and `zenodo.json` are records for an archive that gives a DOI, `release.json` is the receipt. `SHA256SUMS`
lists every file: `sha256sum --check SHA256SUMS`.

## Headers that the host should send

| files | headers |
|---|---|
| all | `Access-Control-Allow-Origin: *`, `X-Content-Type-Options: nosniff`, `Cross-Origin-Resource-Policy: cross-origin` |
| `*.html` | `Content-Type: text/html; charset=utf-8`, `Cache-Control: no-cache`, the policy below |
| `*.mjs`, `*.js` | `Content-Type: text/javascript; charset=utf-8` (a browser refuses modules of another type) |
| `*.geojson` | `Content-Type: application/geo+json`, gzip |
| `*.pmtiles` | `Content-Type: application/vnd.pmtiles`, `Accept-Ranges: bytes`, `Access-Control-Expose-Headers: Content-Range, ETag`, no gzip |
| the rest | `Cache-Control: public, max-age=86400` |

Policy of the pages outside `file/`, which hold no script or style of their own:

    Content-Security-Policy: {policy}

Pages in `file/` carry their scripts and styles with them:

    Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline' data: blob:; worker-src blob: data:; style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; connect-src data: blob:

## Embed

    <iframe src="{address}/index.html" title="{title}" width="100%" height="560" loading="lazy" style="border:0"
      sandbox="allow-scripts allow-popups"></iframe>

## Terms

{licence}. {attribution}. {disclaimer}
"""


def policy(origin: str) -> str:
    """Return the content security policy of a published page that is reached at an origin, also from a sandbox."""
    own = f"'self' {origin}"
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {own} data:",
            f"worker-src {own} data: blob:",
            f"style-src {own}",
            f"img-src {own} data: blob:",
            f"font-src {own}",
            f"connect-src {own} data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def published_files(
    app: Flask,
    release: Release,
    *,
    with_figures: bool,
    deepest_z: int = DEEPEST_Z,
    progress: Callable[[str], None],
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of every file of the folder but its list of checksums; the same for the same release."""
    client = app.test_client()
    config = app.extensions["corridormap"].config
    day = str(release.receipt["date"])

    def asked(path: str, **parameters: str) -> bytes:
        return get(client, f"{path}?{urlencode({'release': release.id, **parameters})}")

    published = PublishedMap(app, release, config.public_url, config.point_of_view, deepest_z)
    yield from published.files(LANGUAGES, progress)
    for lang in LANGUAGES:
        progress(f"single file in {lang}")
        yield f"file/map-{lang}.html", single_file(app, {"lang": lang, "release": release.id})
    for layer in release.catalog.exported:
        progress(layer.id)
        yield f"data/{layer.id}.geojson", asked(f"/export/{layer.id}.geojson")
    for subject in ("release", *(layer.id for layer in release.catalog.exported)):
        for form in CITATIONS if subject == "release" else CITATIONS[:4]:
            # The day of the release stands for that of access, so that the folder is the same whenever it is made.
            content = asked(f"/cite/{subject}.{form}", accessed=day)
            if form == "jsonld":
                content = _with_data_here(content, config.public_url)
            yield f"cite/{subject}.{form}", content
    for path in sorted((release.path / "pictures").glob("*.png")):
        yield f"pictures/{path.name}", path.read_bytes()
    for lang in ("en", "fa") if with_figures else ():
        for form in FIGURES:
            progress(f"figure {lang} {form}")
            yield f"figures/map-{lang}.{form}", asked(f"/figure.{form}", lang=lang)
    yield f"m/{release.id}/index.html", _LEADS_TO_MAP
    share = json.loads(asked("/share.json", lang="en"))
    yield "release.json", (release.path / "release.json").read_bytes()
    yield "datacite.json", _json(datacite(release, share, config.publisher, config.public_url))
    yield "zenodo.json", _json(zenodo(release, share, config.publisher, config.public_url))
    yield "README.md", _readme(release, share, app, deepest_z).encode()


_LEADS_TO_MAP = (
    b'<!doctype html><meta charset="utf-8"><title>corridormap</title>'
    b'<noscript><meta http-equiv="refresh" content="0; url=../../index.html"></noscript>'
    b'<script type="module" src="../../assets/published/forward.mjs"></script>'
    b'<a href="../../index.html">The map</a>\n'
)
"""A permalink leads to the map that is here."""


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _with_data_here(json_ld: bytes, address: str) -> bytes:
    """Name the folder's own files as what can be downloaded."""
    document = json.loads(json_ld)
    for download in document["distribution"]:
        download["contentUrl"] = f"{address}/data/{download['name']}.geojson"
    return _json(document)


def _readme(release: Release, share: Mapping[str, Any], app: Flask, deepest_z: int) -> str:
    receipt, config = release.receipt, app.extensions["corridormap"].config
    parts = urlsplit(config.public_url)
    return _README.format(
        title=receipt["title"]["en"],
        release=release.id,
        address=config.public_url,
        date=receipt["date"],
        publisher=config.publisher,
        deepest=deepest_z,
        policy=policy(f"{parts.scheme}://{parts.netloc}"),
        licence=receipt["licence"],
        attribution=share["attribution"],
        disclaimer=Imprint(config.publisher).disclaimer(release),
    )


def write_folder(folder: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write files and their checksums into a folder that is empty or not there yet; return how many bytes that is.

    Until all are written they lie in it as ``.partial``, which a run that was broken off may leave and the next one takes away.

    Raises
    ------
    OSError
        When the folder holds something, another process publishes into it, or it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / ".partial"
    with _held(folder):
        if any(path != aside for path in folder.iterdir()):
            raise FileExistsError(errno.EEXIST, "it holds something already", str(folder))
        shutil.rmtree(aside, ignore_errors=True)
        try:
            written = _write(aside, files)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        for path in sorted(aside.iterdir(), key=lambda path: path.name == CHECKSUMS):  # they come last
            path.rename(folder / path.name)
        aside.rmdir()
    return written


def _write(folder: Path, files: Iterator[tuple[str, bytes]]) -> int:
    sums = []
    written = 0
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        written += len(content)
    (folder / CHECKSUMS).write_text("".join(sorted(sums, key=lambda line: line[66:])), encoding="utf-8")
    return written


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder, so that of two processes one publishes into it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OSError(errno.EBUSY, "another process publishes into it", str(folder)) from error
        except OSError:
            pass  # a file system that knows no locks
        yield
    finally:
        os.close(handle)
