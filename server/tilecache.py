"""Tile cache: answers tiles that were made before without waking Flask.

A tile's address names its release, layers, place and filter, and nothing else but the content coding decides its bytes. So
the address as it came, with the coding, is the key of the whole answer, headers included. Every other request, and every
answer that is no tile (errors, redirects), passes through.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_accept_header, unquote_etag

from server.cache import AnswerCache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["TileCache"]

LONGEST_KEY = 2048
"""Longer addresses are not worth their place."""

_KEPT = frozenset({"200 OK", "204 NO CONTENT"})
_OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})


@dataclass(frozen=True, slots=True)
class _Answer:
    """A whole answer; ``unchanged`` are the headers of its 304."""

    status: str
    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    etag: str | None
    body: bytes

    def __len__(self) -> int:
        return len(self.body) + 1200  # what the headers take, about


@lru_cache(maxsize=64)
def _takes_gzip(accepted: str) -> bool:
    from werkzeug.datastructures import Accept  # noqa: PLC0415 -- for the rare header alone

    return bool(parse_accept_header(accepted, Accept)["gzip"] > 0)


class TileCache:
    """WSGI middleware before everything else.

    Parameters
    ----------
    application
        What makes the tiles.
    limit_bytes
        Most bytes of answers that are kept.
    """

    def __init__(self, application: WSGIApplication, limit_bytes: int) -> None:
        self._application = application
        self._answers: AnswerCache[_Answer] = AnswerCache(limit_bytes)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if method not in {"GET", "HEAD"} or not path.endswith(".mvt"):
            return self._application(environ, start_response)
        coding = "gzip" if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else "identity"
        key = f"{coding} {path}?{environ.get('QUERY_STRING', '')}"
        if len(key) > LONGEST_KEY:
            return self._application(environ, start_response)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers.get_or_make(key, lambda: self._ask(environ), keeps=lambda made: made.status in _KEPT)
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and answer.etag is not None and (asked == answer.etag or _matches(asked, answer.etag)):
            start_response("304 NOT MODIFIED", answer.unchanged)
            return []
        start_response(answer.status, answer.headers)
        return [answer.body] if method == "GET" and answer.body else []

    def _ask(self, environ: WSGIEnvironment) -> _Answer:
        """Return the whole answer to a request, as if it were a plain GET."""
        plain: dict[str, Any] = {key: value for key, value in environ.items() if key not in _CONDITIONS}
        plain["REQUEST_METHOD"] = "GET"
        found: dict[str, Any] = {}

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
        return _Answer(found["status"], headers, unchanged, etag, body)


_CONDITIONS = frozenset(
    {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_RANGE", "HTTP_IF_RANGE"}
)


def _matches(asked: str, etag: str) -> bool:
    """Whether an If-None-Match names an ETag; weak ones count, as RFC 9110 §13.1.2 has it."""
    if asked.strip() == "*":
        return True
    wanted = unquote_etag(etag)[0]
    return any(unquote_etag(part.strip())[0] == wanted for part in asked.split(","))
