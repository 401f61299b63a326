"""Tile cache: answers tiles that were made before without waking Flask.

A tile's address names its release, layers, place and filter, and nothing else but the content coding decides its bytes. So
the address as it came, with the coding, is the key of the whole answer, headers included. Every other request, and every
answer that is no tile (errors, redirects), passes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from werkzeug.http import unquote_etag

from server.answers import takes_gzip
from server.cache import AnswerCache
from server.metrics import COUNTED
from server.request_log import HEADER, log_request, sound_id, writes_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from server.meter import Meter

__all__ = ["TileCache"]

LONGEST_KEY = 2048
"""Longer addresses are not worth their place."""

LOOK_EVERY_S = 1.0

_KEPT = frozenset({"200 OK", "204 NO CONTENT"})
_OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """A whole answer; ``unchanged`` are the headers of its 304. ``cell`` and ``unchanged_cell`` count them in the meter."""

    status: str
    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    etag: str | None
    body: bytes
    route: str | None
    cell: int
    unchanged_cell: int

    def __len__(self) -> int:
        return len(self.body) + 1200  # what the headers take, about


class TileCache:
    """WSGI middleware before everything else.

    Parameters
    ----------
    application
        What makes the tiles.
    limit_bytes
        Most bytes of answers that are kept.
    meter
        Counts every answer that is given here.
    mark
        Gives another value when what people decided of releases changed: a tile of one that was withdrawn is not served again.
        Asked for every :data:`LOOK_EVERY_S` seconds at most.
    """

    def __init__(
        self, application: WSGIApplication, limit_bytes: int, meter: Meter, mark: Callable[[], object] = lambda: None
    ) -> None:
        self._application = application
        self._answers: AnswerCache[_Answer] = AnswerCache(limit_bytes)
        self._meter = meter
        self._writes_requests = writes_requests()
        self._mark = mark
        self._seen: tuple[float, object] = (-1.0, None)

    def _decided(self) -> object:
        """The mark, as it was not longer than :data:`LOOK_EVERY_S` ago."""
        now = monotonic()
        if now - self._seen[0] > LOOK_EVERY_S or self._seen[0] < 0:
            self._seen = (now, self._mark())
        return self._seen[1]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if method not in {"GET", "HEAD"} or not path.endswith(".mvt"):
            return self._application(environ, start_response)
        coding = "gzip" if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else "identity"
        key = f"{self._decided()} {coding} {path}?{environ.get('QUERY_STRING', '')}"
        if len(key) > LONGEST_KEY:
            return self._application(environ, start_response)
        answer = self._answers.get(key)
        is_hit, started_s = answer is not None, perf_counter()
        if answer is None:
            answer = self._answers.get_or_make(key, lambda: self._ask(environ), keeps=lambda made: made.status in _KEPT)
        status, headers, cell = answer.status, answer.headers, answer.cell
        asked = environ.get("HTTP_IF_NONE_MATCH")
        is_unchanged = (
            asked is not None and answer.etag is not None and (asked == answer.etag or _matches(asked, answer.etag))
        )
        if is_unchanged:
            status, headers, cell = "304 NOT MODIFIED", answer.unchanged, answer.unchanged_cell
        if is_hit:
            self._meter.hit(cell)
        elif answer.status in _KEPT:
            self._meter.made(cell, perf_counter() - started_s)
        else:
            self._meter.count(answer.route, int(answer.status[:3]))
        given = environ.get("HTTP_X_REQUEST_ID")
        if given is not None and (request_id := sound_id(given)) is not None:
            headers = [*headers, (HEADER, request_id)]
        if self._writes_requests:
            log_request(method, path, answer.route, int(status[:3]), perf_counter() - started_s, sound_id(given))
        start_response(status, headers)
        return [] if is_unchanged or method == "HEAD" or not answer.body else [answer.body]

    def _ask(self, environ: WSGIEnvironment) -> _Answer:
        """Return the whole answer to a request, as if it were a plain GET."""
        plain: dict[str, Any] = {key: value for key, value in environ.items() if key not in _CONDITIONS}
        plain["REQUEST_METHOD"] = "GET"
        found: dict[str, Any] = {"route": None}
        plain[COUNTED] = found

        def note(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Callable[[bytes], object]:
            found.update(status=status, headers=list(headers))
            return lambda _: None

        chunks = self._application(plain, note)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        headers: list[tuple[str, str]] = found["headers"]
        etag = next((value for name, value in headers if name.lower() == "etag"), None)
        unchanged = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]
        route, status = found["route"], found["status"]
        cells = self._meter.cell(route, int(status[:3])), self._meter.cell(route, 304)
        return _Answer(status, headers, unchanged, etag, body, route, *cells)


_CONDITIONS = frozenset(
    {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_RANGE", "HTTP_IF_RANGE"}
)


def _matches(asked: str, etag: str) -> bool:
    """Whether an If-None-Match names an ETag; weak ones count, as RFC 9110 §13.1.2 has it."""
    if asked.strip() == "*":
        return True
    wanted = unquote_etag(etag)[0]
    return any(unquote_etag(part.strip())[0] == wanted for part in asked.split(","))
