"""Publishing: a folder for any static host, object store or archive, which needs no server of ours.

It is made of what the service answers, asked of its own routes. The map in it is the single file, which holds its tiles and
evidence, so that it works with and without HTTP range requests, and from a disk.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from server.notebook import single_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from flask import Flask

    from layers.release import Release

__all__ = ["published_files", "write_folder"]

LANGUAGES: Final = ("en", "fa", "ru", "kk")
CITATIONS: Final = ("bib", "ris", "json", "txt", "jsonld")
FIGURES: Final = ("svg", "pdf", "png")

_README = """# {title}

corridormap release {release}, {date}. Published by {publisher}.

`index.html` is the map with its evidence; `index-fa.html`, `index-ru.html` and `index-kk.html` are the same in Persian,
Russian and Kazakh. Each opens from a disk too. Filters of categories work; what the service computes at request time
(search, tables of other layers, members of organizations over time, tiles beyond zoom {deepest}) does not.

Links and citations lead to {address}, where this folder is expected: `m/{release}/` leads to the map.

`data/` holds each layer as GeoJSON (RFC 7946), `figures/` the map for print, `citations/` how to cite it,
`datacite.json` a record for an archive that gives a DOI, `release.json` the receipt. `SHA256SUMS` lists every file:
`sha256sum --check SHA256SUMS`.

## Headers that the host should send

| files | header |
|---|---|
| all | `Access-Control-Allow-Origin: *`, `X-Content-Type-Options: nosniff` |
| `*.html` | `Content-Type: text/html; charset=utf-8`, `Cache-Control: no-cache` |
| `*.geojson` | `Content-Type: application/geo+json`, gzip |
| the rest | `Cache-Control: public, max-age=31536000` |

No range requests are needed. A policy for the pages, if the host sets one:
`default-src 'none'; script-src 'unsafe-inline' data: blob:; worker-src blob: data:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; connect-src data: blob:`

## Embed

    <iframe src="{address}/index.html" title="{title}" width="100%" height="560" loading="lazy" style="border:0"
      sandbox="allow-scripts allow-popups"></iframe>

## Terms

{licence}. {attribution}. {disclaimer}
"""


def published_files(
    app: Flask, release: Release, *, with_figures: bool, progress: Callable[[str], None]
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of every file of the folder but its list of checksums; the same for the same release."""
    client = app.test_client()
    day = str(release.receipt["date"])

    def asked(path: str, **parameters: str) -> bytes:
        answer = client.get(
            f"{path}?{urlencode({'release': release.id, **parameters})}", headers={"Accept-Language": "en"}
        )
        if answer.status_code >= _FAILED:
            raise RuntimeError(f"{path}: {answer.get_data(as_text=True)[:300]}")
        body: bytes = answer.data
        return body

    for lang in LANGUAGES:
        progress(f"map in {lang}")
        yield (
            ("index.html" if lang == "en" else f"index-{lang}.html"),
            single_file(app, {"lang": lang, "release": release.id}),
        )
    for layer in release.catalog.exported:
        progress(layer.id)
        yield f"data/{layer.id}.geojson", asked(f"/export/{layer.id}.geojson")
    for form in CITATIONS:
        # The day of the release stands for that of access, so that the folder is the same whenever it is made.
        yield f"citations/release.{form}", asked(f"/cite/release.{form}", accessed=day)
    for lang in ("en", "fa") if with_figures else ():
        for form in FIGURES:
            progress(f"figure {lang} {form}")
            yield f"figures/map-{lang}.{form}", asked(f"/figure.{form}", lang=lang)
    # A permalink leads to the map that is here.
    yield f"m/{release.id}/index.html", _LEADS_TO_MAP
    share = json.loads(asked("/share.json", lang="en"))
    yield "release.json", (release.path / "release.json").read_bytes()
    yield "datacite.json", (json.dumps(_deposit(release, share, app), ensure_ascii=False, indent=1) + "\n").encode()
    yield "README.md", _readme(release, share, app).encode()


_FAILED = 400
_LEADS_TO_MAP = (
    b'<!doctype html><meta charset="utf-8"><title>corridormap</title><meta http-equiv="refresh" content="0; url=../../index.html">'
    b'<a href="../../index.html">The map</a>\n'
)


def _publisher(app: Flask) -> str:
    return str(app.extensions["corridormap"].config.publisher)


def _readme(release: Release, share: Mapping[str, Any], app: Flask) -> str:
    from layers.imprint import Imprint  # noqa: PLC0415
    from server.single_file import DEEPEST_Z  # noqa: PLC0415

    receipt = release.receipt
    return _README.format(
        title=receipt["title"]["en"],
        release=release.id,
        address=app.extensions["corridormap"].config.public_url,
        date=receipt["date"],
        publisher=_publisher(app),
        deepest=DEEPEST_Z,
        licence=receipt["licence"],
        attribution=share["attribution"],
        disclaimer=Imprint(_publisher(app)).disclaimer(release),
    )


def _deposit(release: Release, share: Mapping[str, Any], app: Flask) -> dict[str, Any]:
    """The release as DataCite 4.5 metadata; the archive fills in the DOI."""
    receipt = release.receipt
    articles = [article for _, article in sorted(release.records("articles").items()) if article.get("doi")]
    return {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "titles": [{"title": text, "lang": lang} for lang, text in sorted(receipt["title"].items())],
        "creators": [{"name": _publisher(app), "nameType": "Organizational"}],
        "publisher": {"name": _publisher(app)},
        "publicationYear": str(receipt["date"])[:4],
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "GeoJSON and interactive map"},
        "version": release.id,
        "dates": [{"date": receipt["date"], "dateType": "Issued"}],
        "rightsList": [{"rights": receipt["licence"]}],
        "descriptions": [{"description": share["alt"], "descriptionType": "Abstract", "lang": "en"}],
        "relatedIdentifiers": [
            {"relatedIdentifier": article["doi"], "relatedIdentifierType": "DOI", "relationType": "IsDerivedFrom"}
            for article in articles
        ],
    }


def write_folder(folder: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write files and their checksums into a folder that is empty or not there yet; return how many bytes that is.

    Raises
    ------
    OSError
        When the folder holds something, or cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(17, "it holds something already", str(folder))
    sums = []
    written = 0
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        written += len(content)
    (folder / "SHA256SUMS").write_text("".join(sorted(sums, key=lambda line: line[66:])), encoding="utf-8")
    return written
