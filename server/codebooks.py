"""The codebook: what each property of each exported layer means, as JSON for programs and as a page for people."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from layers.codebook import codebook
from server.answers import REVALIDATE, answer, json_answer
from server.service import service

blueprint = Blueprint("codebooks", __name__)


@blueprint.get("/codebook")
def book() -> Response:
    """Answer the codebook."""
    release = service().release()
    entries = codebook(release)
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    asks_page = best == "text/html" and "text/html" in request.headers.get("Accept", "")
    if request.args.get("f", "html" if asks_page else "json") != "html":
        document = {
            "release": release.id,
            **service().imprint.metadata(release, release.catalog.exported),
            "layers": entries,
        }
        return json_answer(document, cache=REVALIDATE, vary="Accept")
    body = render_template("codebook.html", release=release, entries=entries, lang="en", base_path=service().base_path)
    return answer(body.encode(), "text/html; charset=utf-8", cache=REVALIDATE, vary="Accept")
