"""Health: whether the process lives (``/healthz``) and whether it can serve a map (``/readyz``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from geo.errors import CorridorMapError
from server.answers import json_answer
from server.service import Service, service
from server.static_files import vendor_is_complete

if TYPE_CHECKING:
    from collections.abc import Callable

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer as long as the process lives."""
    return json_answer({"status": "ok"}, cache="no-store")


@dataclass(frozen=True, slots=True)
class _Check:
    """Something that is needed to serve: ``reason`` and ``hint`` are empty where it is there."""

    name: str
    reason: str = ""
    hint: str = ""

    def to_json(self) -> dict[str, str | bool]:
        told: dict[str, str | bool] = {"name": self.name, "ok": not self.reason}
        return told | {key: value for key, value in (("reason", self.reason), ("hint", self.hint)) if value}


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer with the release that is served; 503 with the reasons while this process cannot serve it."""
    bound = service()
    checks = [_checked(name, check, bound) for name, check in _CHECKS.items()]
    told = {"checks": [check.to_json() for check in checks]}
    failed = [check for check in checks if check.reason]
    if not failed:
        release = bound.releases.get()
        return json_answer(
            {"status": "ready", "release": release.id, "date": release.receipt["date"], **told}, cache="no-store"
        )
    problem = {
        "type": "urn:corridormap:problem:not-ready",
        "title": "Not ready",
        "status": 503,
        "detail": " ".join(check.reason for check in failed),
        "hint": " ".join(dict.fromkeys(check.hint for check in failed)),
        **told,
    }
    response = Response(json.dumps(problem, ensure_ascii=False) + "\n", 503, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = "5"
    return response


def _checked(name: str, check: Callable[[Service], None], bound: Service) -> _Check:
    try:
        check(bound)
    except CorridorMapError as error:
        return _Check(name, error.message, error.hint)
    return _Check(name)


def _check_release(bound: Service) -> None:
    """The latest release opens, with what every request may need of it."""
    release = bound.releases.get()
    for layer_id in release.layer_ids:
        release.features(layer_id)
    for name in ("coverage", "search", "sources"):
        release.document(name)


def _check_assets(_bound: Service) -> None:
    """The page has its map library and fonts."""
    if not vendor_is_complete():
        raise CorridorMapError("The front-end assets are missing.", hint="Run `make assets`, or install the wheel.")


def _check_store(bound: Service) -> None:
    """The coverage store answers, where people review."""
    if bound.config.review:
        from layers.store.lag import check_store  # noqa: PLC0415 -- a service without review knows no store

        check_store(bound.config.store_url)


_CHECKS: dict[str, Callable[[Service], None]] = {
    "release": _check_release,
    "assets": _check_assets,
    "store": _check_store,
}
"""What each needs is told by the error that it raises."""
