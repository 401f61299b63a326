"""Figures: the map for print, drawn in a process of its own; and the pictures that a release carries.

The serving processes never load the drawing library. Where the extra ``[figures]`` is not installed ``/figure`` answers 501
and the pictures that the build put into the release are all there is.
"""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, request

from geo import errors
from layers.figures.figure import Figure
from layers.figures.pictures import picture_path
from server.answers import REVALIDATE, released_answer
from server.cache import AnswerCache
from server.languages import page_language
from server.service import service
from server.static_files import STATIC
from server.turns import kept_or_made
from server.workers import run_worker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from layers.imprint import Imprint
    from layers.release import Release

__all__ = ["FONTS", "blueprint", "draw", "is_installed"]

blueprint = Blueprint("figures", __name__)

FONTS: Final = STATIC / "vendor" / "fonts"
MEDIA_TYPES: Final = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}
_CACHE: AnswerCache[bytes] = AnswerCache(limit_bytes=24_000_000)


def is_installed() -> bool:
    """Whether the extra ``[figures]`` is there."""
    return all(importlib.util.find_spec(name) is not None for name in ("matplotlib", "fontTools"))


def draw(
    release: Release,
    query: Mapping[str, Sequence[str]],
    format_: str,
    *,
    words: Mapping[str, Any],
    imprint: Imprint,
    cache: Path | None = None,
) -> bytes:
    """Return a figure as a file, drawn in a process of its own.

    ``query`` is what :meth:`layers.figures.figure.Figure.parse` reads, ``words`` are the page's texts in the figure's language.

    Raises
    ------
    MissingExtra
        When ``[figures]`` is not installed, or the page's fonts were not brought.
    MalformedFilter, EmptyView
        When the figure cannot be drawn as it was asked for.
    """
    if not is_installed():
        raise errors.MissingExtra(
            "Figures are not installed here.",
            hint="Install corridormap with its extra: pip install 'corridormap[figures]'.",
        )
    asked = {
        "release": str(release.path),
        "query": {name: list(values) for name, values in query.items()},
        "format": format_,
        "fonts": str(FONTS),
        "words": {key: text for key, text in words.items() if isinstance(text, str)},
        "point_of_view": imprint.point_of_view,
        "imprint": {"publisher": imprint.publisher, "contact": imprint.contact, "address": imprint.address},
        "cache": str(cache or Path(tempfile.gettempdir()) / "corridormap-figures"),
    }
    return run_worker("layers.figures.worker", asked, made="The figure", hint="Ask for fewer layers or a smaller part.")


@blueprint.get("/figure.<form>")
def figure(form: str) -> Response:
    """Answer a figure as SVG, PDF or PNG; the same address gives the same bytes for as long as the release is kept."""
    if form not in MEDIA_TYPES:
        abort(404, f"There is no figure in the form {form[:20]!r}. Use .svg, .pdf or .png.")
    release, imprint = service().release(), service().imprint
    query = request.args.to_dict(flat=False)
    query["lang"] = [page_language()]
    wanted = Figure.parse(query, point_of_view=imprint.point_of_view)
    key = f"{release.path}|{form}|{wanted.canonical()}|{imprint}"
    words = service().strings[wanted.lang]
    cache = service().workspace.path / ".figures"

    def make() -> bytes:
        return kept_or_made(_CACHE, key, lambda: draw(release, query, form, words=words, imprint=imprint, cache=cache))

    response = released_answer(
        make, MEDIA_TYPES[form], decided_by=f"{release.id}|{wanted.canonical()}|{imprint}", cache=REVALIDATE, level=1
    )
    response.headers["Content-Disposition"] = f'inline; filename="corridormap-{release.id}.{form}"'
    return response


@blueprint.get("/picture/<name>.png")
def picture(name: str) -> Response:
    """Answer one of the pictures that the release carries: ``overview`` or a layer, in English or Persian."""
    release = service().release()
    path = picture_path(release, name, "fa" if page_language() == "fa" else "en")
    if path is None:
        abort(404, "This release carries no such picture; build it where corridormap[figures] is installed.")
    return released_answer(
        path.read_bytes,
        "image/png",
        decided_by=f"{release.id}|{path.name}|{path.stat().st_size}",
        cache=REVALIDATE,
        level=1,
    )
