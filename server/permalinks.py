"""Permalinks: ``/m/{release}`` is the map of one release, for as long as it is kept, with what was decided of it since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from layers.release_status import read_statuses
from server.answers import REVALIDATE, json_answer
from server.pages import map_page
from server.service import service

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["blueprint", "notice_of"]

blueprint = Blueprint("permalinks", __name__)


@blueprint.get("/m/<release_id>")
def pinned(release_id: str) -> Response | BaseResponse:
    """Answer the map of a release; ``latest`` leads to its id, with the rest of the address as it is."""
    if release_id == "latest":
        query = f"?{request.query_string.decode()}" if request.query_string else ""
        response = redirect(f"{service().base_path}/m/{service().releases.get().id}{query}", code=302)
        response.headers["Cache-Control"] = "no-cache"
        return response
    return map_page()


@blueprint.get("/releases")
def releases() -> Response:
    """Answer the releases of this service as JSON, the newest first, with what was decided of them."""
    own = service()
    latest, decided = own.workspace.latest(), read_statuses(own.workspace)
    rows = []
    for release_id, receipt in own.workspace.receipts():
        decision = decided.get(release_id)
        rows.append(
            {
                "release": release_id,
                "date": receipt["date"],
                "title": receipt["title"],
                "latest": release_id == latest,
                "records": "candidates" if receipt.get("candidates") else "reviewed",
                "status": decision.status if decision else None,
                "reason": decision.reason if decision else None,
                "successor": (decision.successor or None) if decision else None,
                "address": f"{own.base_url}/m/{release_id}",
            }
        )
    return json_answer({"releases": rows}, cache=REVALIDATE)


def notice_of(release_id: str) -> dict[str, str] | None:
    """Return what a page of a release tells its reader: that it was corrected, why, and where the mended one is."""
    own = service()
    decision = read_statuses(own.workspace).get(release_id)
    if decision is None or decision.status != "corrected":
        return None
    successor = decision.successor or own.workspace.latest()
    return {
        "reason": decision.reason,
        "date": decision.date,
        "address": f"{own.base_url}/m/{successor}",
        "release": successor,
    }
