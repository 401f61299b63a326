"""Request log: one JSON object a line for what a process has to say, each with the id of the request that it is about.

A request that comes with an ``X-Request-ID`` keeps it, if it is one; any other is given one. The answer carries it, so that
a reader's complaint, the proxy's log and ours can be laid side by side. A tile from a process's cache is as it was kept: it
carries the id that its request brought, and is given none. Addresses of readers and what they filter and search for are
not written.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from flask import g, has_request_context, request

from server.metrics import COUNTED

if TYPE_CHECKING:
    from flask import Flask, Response

__all__ = ["HEADER", "JsonLines", "configure", "log_request", "register", "server_lines", "sound_id", "writes_requests"]

HEADER: Final = "X-Request-ID"
REQUESTS: Final = "corridormap.requests"
"""The logger of requests."""

_SOUND = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")

log = logging.getLogger(REQUESTS)


def sound_id(given: str | None) -> str | None:
    r"""Return an id that a client gave if it may stand in a header and a log, else ``None``.

    >>> sound_id("7f3a-01"), sound_id("a b"), sound_id("x" * 129), sound_id("a\r\nSet-Cookie:"), sound_id(None)
    ('7f3a-01', None, None, None, None)
    """
    return given if given is not None and _SOUND.fullmatch(given) else None


def register(app: Flask) -> None:
    """Give every request of an app an id, and write it into the log once it is answered."""

    def begin() -> None:
        g.request_id = sound_id(request.headers.get(HEADER)) or secrets.token_hex(8)
        g.started_s = time.perf_counter()

    def end(response: Response) -> Response:
        if COUNTED in request.environ or "request_id" not in g:
            return response  # the tile cache keeps it for others, and writes each request itself
        response.headers[HEADER] = g.request_id
        if writes_requests():
            rule = request.url_rule.rule if request.url_rule else None
            told = (request.method, request.path, rule, response.status_code)
            id_, started_s = g.request_id, g.started_s
            response.call_on_close(lambda: log_request(*told, time.perf_counter() - started_s, id_))
        return response

    app.before_request(begin)
    app.after_request(end)


def writes_requests() -> bool:
    """Whether each request is written."""
    return log.isEnabledFor(logging.INFO)


def log_request(method: str, path: str, route: str | None, status: int, seconds: float, request_id: str | None) -> None:
    """Write a request that has been answered; the path without its query, which may say what a reader looks for."""
    told = {
        "request_id": request_id,
        "method": method,
        "path": path,
        "route": route,
        "status": status,
        "duration_ms": round(seconds * 1000, 3),
    }
    log.info("%s %s %d", method, path, status, extra={_FIELDS: told})


_FIELDS: Final = "corridormap_fields"


class JsonLines(logging.Formatter):
    r"""Writes each record as one JSON object: ``time`` (UTC), ``level``, ``logger``, ``message``, and what belongs to it.

    >>> record = logging.LogRecord("a", logging.ERROR, "", 0, "two\nlines of %s", ("it",), None)
    >>> json.loads(JsonLines().format(record))["message"]
    'two\nlines of it'
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line without its end."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context() and "request_id" in g:
            told["request_id"] = g.request_id
        told |= getattr(record, _FIELDS, {})
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def configure(*, requests: bool) -> None:
    """Let this process write JSON lines to standard error: what goes wrong and, where wanted, every request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    log.setLevel(logging.INFO if requests else logging.WARNING)


def server_lines() -> dict[str, Any]:
    """Return the logging configuration that makes the WSGI server's own lines such objects, for granian."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "server.request_log.JsonLines"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": {"handlers": ["lines"], "level": "INFO", "propagate": False}},
    }
