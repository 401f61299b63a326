"""Exports: a layer's features as a file, with the same filter as the map.

What is text is written here, piece by piece; what GDAL and Arrow write is written by a process of its own, so that this one
never loads them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zlib
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from flask import Blueprint, Response, abort, render_template, request

from geo.errors import CorridorMapError
from layers.exports.export import FORMATS, TEXTS, Export, exported_layer
from layers.exports.texts import csv_metadata, text_chunks
from layers.figures.worker import REFUSED
from layers.filter import Filter
from layers.imprint import DEFAULT_PUBLISHER, attribution
from server.answers import REVALIDATE, accepts_gzip, answer, json_answer, released_answer
from server.cache import AnswerCache
from server.languages import DIRECTION, page_language, page_theme
from server.packing import QUICK, SMALL
from server.service import service
from server.turns import MAKING, SENDING
from server.workers import refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

blueprint = Blueprint("exports", __name__)

MOST_AT_ONCE: Final = 20_000
"""Most features of a text that is made in one piece and kept; larger ones are sent while they are written."""

PIECE_BYTES: Final = 1 << 18
TIMEOUT_S: Final = 600
_CACHE: AnswerCache[bytes] = AnswerCache(limit_bytes=4_000_000)


@blueprint.get("/export/<layer_id>.<ending>")
def export(layer_id: str, ending: str) -> Response:
    """Answer a layer as a file in one of the formats."""
    if ending not in FORMATS:
        abort(404, f"There is no format {ending[:40]!r}; there are: {', '.join(FORMATS)}.")
    chosen = _chosen(layer_id)
    decided_by = decided(chosen, ending)
    if ending in TEXTS and chosen.chosen.matched <= MOST_AT_ONCE:
        response = released_answer(
            lambda: _CACHE.get_or_make(
                f"{chosen.release.path}|{decided_by}", lambda: b"".join(text_chunks(chosen, ending))
            ),
            FORMATS[ending],
            decided_by=decided_by,
            cache=REVALIDATE,
            level=QUICK if chosen.wanted.canonical() else SMALL,
        )
        if response.status_code == 204:  # noqa: PLR2004 -- no lines are a file too
            response = answer(b"", FORMATS[ending], cache=REVALIDATE)
    else:
        response = released_answer(lambda: b" ", FORMATS[ending], decided_by=decided_by, cache=REVALIDATE)
        if response.status_code == 200 and request.method == "GET":  # noqa: PLR2004 -- what the client has is not made again
            _stream(response, chosen, ending)
    response.headers["Content-Disposition"] = disposition(chosen, ending)
    if ending in {"csv", "geojsonl"}:
        response.headers["Link"] = f'<{_metadata_url(chosen)}>; rel="describedby"; type="application/csvm+json"'
        response.headers["Access-Control-Expose-Headers"] = "Content-Disposition, Link"
    return response


def decided(chosen: Export, ending: str) -> str:
    """Return all that decides the bytes of a file."""
    return f"{chosen.release.id}|{chosen.layer.id}|{ending}|{chosen.wanted.canonical()}|{chosen.imprint}"


def disposition(chosen: Export, ending: str) -> str:
    """Return the header that says how a browser calls a file, and whether it shows it."""
    kind = "inline" if ending == "geojson" else "attachment"
    return f'{kind}; filename="{chosen.filename(ending)}"'


@blueprint.get("/export/<layer_id>.csv-metadata.json")
def metadata(layer_id: str) -> Response:
    """Answer what a layer's CSV is and what its columns mean, as CSV on the Web has it."""
    chosen = _chosen(layer_id)
    url = _metadata_url(chosen).replace(".csv-metadata.json", ".csv")
    return json_answer(csv_metadata(chosen, url), cache=REVALIDATE, content_type="application/csvm+json")


def _chosen(layer_id: str) -> Export:
    release = service().release()
    layer = exported_layer(release.catalog, layer_id)
    wanted = Filter.parse(request.args.to_dict(flat=False), also=["release", "point_of_view"])
    return Export.of(release, layer, wanted, service().imprint)


def _metadata_url(chosen: Export) -> str:
    asked = request.query_string.decode("ascii", "replace")
    return f"{service().base_url}/export/{chosen.layer.id}.csv-metadata.json{'?' if asked else ''}{asked}"


def _stream(response: Response, chosen: Export, ending: str) -> None:
    """Let a response send its body while it is written, or from a file that is gone when it is sent; takes a turn for it."""
    with ExitStack() as turn:
        turn.callback(service().releases.forget_pages)  # what is read while it is sent is read after the request
        turn.enter_context(SENDING.take())
        response.headers.pop("Content-Length", None)
        if ending not in TEXTS:
            response.headers.pop("Content-Encoding", None)
            file = turn.enter_context(_written(chosen, ending))
            response.response = _pieces(file)
        else:
            pieces = text_chunks(chosen, ending)
            if accepts_gzip():
                response.headers["Content-Encoding"] = "gzip"
                pieces = _gzipped(pieces)
            response.response = pieces
        response.call_on_close(turn.pop_all().close)


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)  # gzip, whose header then says no time
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()


def _written(chosen: Export, ending: str) -> BinaryIO:
    """Have the file written, and return it open; the folder that holds it is gone then."""
    order = {
        "release": str(chosen.release.path),
        "database": service().config.database if service().config.engine == "postgis" else None,
        "layer": chosen.layer.id,
        "filter": {name: values for name, values in request.args.lists() if name not in {"release", "point_of_view"}},
        "imprint": asdict(chosen.imprint),
        "format": ending,
    }
    with MAKING.take(), tempfile.TemporaryDirectory(prefix="corridormap-export-") as folder:
        path = Path(folder) / f"{chosen.layer.id}.{ending}"
        command = [sys.executable, "-m", "layers.exports.files"]
        try:
            done = subprocess.run(  # noqa: S603 -- our own module
                command,
                input=json.dumps(order | {"path": str(path)}).encode(),
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CorridorMapError(
                f"The file was not written within {TIMEOUT_S} s.",
                hint="Narrow the filter, take geojson or csv, or use `corridormap export`.",
            ) from None
        if done.returncode != 0 or not path.is_file():
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            if done.returncode == REFUSED:
                raise refused(json.loads(last[0]))
            raise CorridorMapError(
                f"The file could not be written ({''.join(last)[:200]}).", hint="Try again, or take another format."
            )
        return path.open("rb")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


@blueprint.get("/data")
def index() -> Response:
    """Answer the page that lists every file to take away."""
    release = service().release()
    lang = page_language()
    layers = [
        {
            "id": layer.id,
            "title": layer.title[lang],
            "description": layer.description[lang],
            "count": release.receipt["layers"][layer.id]["count"],
        }
        for layer in reversed(release.catalog.exported)  # what is drawn on top comes first
    ]
    body = render_template(
        "data.html",
        release=release.receipt,
        layers=layers,
        lang=lang,
        dir=DIRECTION[lang],
        theme=page_theme(),
        strings=service().strings[lang],
        base_path=service().base_path,
        default_publisher=DEFAULT_PUBLISHER,
        notices=service().imprint.metadata(release, release.catalog.exported),
        disclaimer=service().imprint.disclaimer(release, lang),
        attribution=attribution(release, release.catalog.exported, lang),
    )
    return answer(body.encode(), "text/html; charset=utf-8", cache=REVALIDATE, vary="Accept-Language")
