"""Health: whether the process lives (``/healthz``) and whether it can serve a map (``/readyz``)."""

from __future__ import annotations

from flask import Blueprint, Response

from server.answers import json_answer
from server.service import service

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer as long as the process lives."""
    return json_answer({"status": "ok"}, cache="no-store")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer with the release that is served; 503 while there is none, 503 while its files cannot be read."""
    release = service().releases.get()
    for layer_id in release.layer_ids:
        release.columns(layer_id)
    for name in ("coverage", "search", "sources"):
        release.document(name)
    return json_answer({"status": "ready", "release": release.id, "date": release.receipt["date"]}, cache="no-store")
