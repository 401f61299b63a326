"""Problems: every error as RFC 9457 problem+json, from one table; as a page for browsers.

The domain's errors know no HTTP; this table gives each its status. A document has ``type`` (a URN made from the error's
name), ``title``, ``status``, ``detail`` (what is wrong, with the facts), ``hint`` (what to do) and, for a query parameter,
``parameter``; for a release that was withdrawn ``successor``, the address of the map to use instead.
"""

from __future__ import annotations

import json
import logging
import re

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from geo import errors
from server.languages import LANGUAGES
from server.service import service

__all__ = ["STATUS", "known", "problem", "register"]

STATUS: dict[type[errors.CorridorMapError], int] = {
    errors.UnknownLayer: 404,
    errors.UnknownFeature: 404,
    errors.UnknownRelease: 404,
    errors.WithdrawnRelease: 410,
    errors.RestrictedRecords: 403,
    errors.EmptyView: 404,
    errors.TooBusy: 503,
    errors.UnknownNetworkKind: 404,
    errors.InvalidDecision: 400,
    errors.StaleDecision: 409,
    errors.OutsideTileMatrix: 404,
    errors.MalformedFilter: 400,
    errors.MissingRelease: 503,
    errors.DamagedRelease: 503,
    errors.DamagedBackup: 500,
    errors.UnusableStore: 500,
    errors.UnreachableDatabase: 503,
    errors.QueryTimeout: 503,
    errors.UnwritableWorkspace: 500,
    errors.MissingData: 500,
    errors.UnrecordedSource: 500,
    errors.DamagedData: 500,
    errors.InvalidFeatures: 500,
    errors.InvalidRecords: 500,
    errors.InvalidGeometry: 500,
    errors.TooPrecise: 500,
    errors.UnreadableNetwork: 400,
    errors.FailedDownload: 502,
    errors.UnreachablePlace: 404,
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.ForgedRequest: 403,
    errors.TooManyAttempts: 429,
    errors.InvalidAccount: 400,
    errors.UnknownAccount: 404,
    errors.RefusedUpload: 415,
    errors.UnusableCluster: 500,
    errors.UnreadableArticle: 400,
    errors.InvalidImport: 400,
    errors.PortInUse: 500,
    errors.MissingExtra: 501,
    errors.InvalidSetting: 500,
}
"""Error → HTTP status. A class that is not here takes its nearest ancestor's, else 500."""

_REASONS = {"size": 413, "kind": 415, "many": 429, "space": 507}
"""Why an upload was refused → HTTP status."""

_HINTS = {
    404: "Begin at the map; /data lists the files to take away, /ogc/api the addresses for programs.",
    405: "Read with GET or HEAD; nothing can be changed here.",
    413: "Send less at once.",
}

log = logging.getLogger(__name__)


def _slug(error: type[BaseException]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def _status_of(error: errors.CorridorMapError) -> int:
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    kind: str = "about:blank",
    hint: str = "",
    parameter: str | None = None,
    successor: str = "",
) -> Response:
    """Return an error as problem+json, or as a page when the client prefers HTML."""
    document = {"type": kind, "title": title, "status": status, "detail": detail}
    if hint:
        document["hint"] = hint
    if parameter is not None:
        document["parameter"] = parameter
    if successor:
        document["successor"] = f"{service().base_url}/m/{successor}"
    best = request.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
    if best == "text/html" and "text/html" in request.headers.get("Accept", ""):
        asked = request.args.get("lang")
        lang = asked if asked in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or "en"
        home = f"{service().base_path}/?lang={lang}"
        body = render_template("error.html", problem=document, lang=lang, strings=service().strings[lang], home=home)
        response = Response(body, status, content_type="text/html; charset=utf-8")
    else:
        body = json.dumps(document, ensure_ascii=False) + "\n"
        response = Response(body, status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:  # noqa: PLR2004 -- an HTTP status
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


RETRY_AFTER_S = 5
"""When a client may ask again for what cannot be had at the moment."""


def _title(error: type[BaseException]) -> str:
    return _slug(error).replace("-", " ").capitalize()


def known(error: errors.CorridorMapError) -> Response:
    """Return the answer to an error of ours; what the operator must mend also goes into the log."""
    status = _REASONS[error.reason] if isinstance(error, errors.RefusedUpload) else _status_of(error)
    if status >= 500:  # noqa: PLR2004 -- degrees, an EPSG code or an HTTP status
        log.error("%s: %s", type(error).__name__, error)
    return problem(
        status,
        _title(type(error)),
        error.message,
        kind=f"urn:corridormap:problem:{_slug(type(error))}",
        hint=error.hint,
        parameter=error.parameter if isinstance(error, errors.MalformedFilter) else None,
        successor=error.successor if isinstance(error, errors.WithdrawnRelease) else "",
    )


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # noqa: PLR2004 -- a redirect is no problem
        return Response(error.get_response().response, status, dict(error.get_headers()))
    allowed = sorted(getattr(error, "valid_methods", None) or ())
    hint = _HINTS.get(status, "")
    if "POST" in allowed:
        hint = f"This address takes {' and '.join(name for name in allowed if name != 'OPTIONS')}, from the form of its page."
    response = problem(status, error.name, error.description or error.name, hint=hint)
    if allowed:
        response.headers["Allow"] = ", ".join(allowed)
    return response


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error at %s", request.path, exc_info=error)
    return problem(
        500,
        "Unexpected error",
        "The service met an error that it does not know.",
        hint="Try again; if it stays, report the address and the time to the operator.",
    )


def register(app: Flask) -> None:
    """Let an app answer every error as a problem."""
    app.register_error_handler(errors.CorridorMapError, known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
