"""Answers: bodies with the headers that let browsers, proxies and embeds keep them.

The strong ETag is the sha256 of all that decides the bytes: for what a release holds its id, what is asked of it, the media
type, the content coding and the version of corridormap, known before the body is made; otherwise the body itself. What a
release names never changes and is immutable; gzip is done once.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from server.packing import PACKER, SMALL, SMALLEST, packed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "IMMUTABLE",
    "REVALIDATE",
    "accepts_gzip",
    "answer",
    "etag_of",
    "json_answer",
    "released_answer",
    "takes_gzip",
]

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"


def accepts_gzip() -> bool:
    """Whether the client of the current request takes gzip."""
    return takes_gzip(request.headers.get("Accept-Encoding", ""))


@lru_cache(maxsize=64)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header takes gzip.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("*"), takes_gzip("gzip;q=0, deflate"), takes_gzip("")
    (True, True, False, False)
    """
    return parse_accept_header(accepted, Accept)["gzip"] > 0


@cache
def _version() -> str:
    try:
        return importlib.metadata.version("corridormap")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def answer(
    body: bytes, content_type: str, *, cache: str, vary: str = "", gzipped: bytes | None = None, compress: bool = True
) -> Response:
    """Return a cacheable answer, 304 when the client has it.

    Parameters
    ----------
    body
        The plain bytes.
    content_type
        Media type with its charset where it has one.
    cache
        Value of Cache-Control.
    vary
        Request headers besides Accept-Encoding that decide the body.
    gzipped
        The body's gzip when a cache holds it already; otherwise it is made here if the client takes it.
    compress
        ``False`` for what is packed already (fonts, pictures).
    """
    headers = {"Cache-Control": cache, "Vary": ", ".join(filter(None, ["Accept-Encoding", vary]))}
    sent = body
    if compress and len(body) >= SMALLEST and accepts_gzip():
        sent = gzipped if gzipped is not None else packed(body)
        headers["Content-Encoding"] = "gzip"
    response = Response(sent, 200, headers, content_type=content_type)
    response.set_etag(hashlib.sha256(sent).hexdigest()[:32])
    response.make_conditional(request)
    return response


def released_answer(
    make: Callable[[], bytes], content_type: str, *, decided_by: str, cache: str, level: int = SMALL
) -> Response:
    """Return an answer about a release, 304 without making the body when the client has it, 204 when it is empty.

    Parameters
    ----------
    make
        Returns the plain body; not called when the client has it.
    content_type
        As for :func:`answer`.
    decided_by
        All that decides the body: release, what is asked of it in its one canonical form, in whose name.
    cache
        Value of Cache-Control.
    level
        Of packing: ``QUICK`` for what is asked for once, ``SMALL`` for what many will ask for.
    """
    coding = "gzip" if accepts_gzip() else "identity"
    etag = etag_of(decided_by, content_type, coding)
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    if request.if_none_match.contains(etag):
        response = Response(status=304, headers=headers)
        response.set_etag(etag)
        return response
    body = make()
    if not body:
        # Flask would call it text/html, and what is a page may not be read by an embed in a sandbox.
        return Response(status=204, headers=headers, content_type=content_type)
    if coding == "gzip" and len(body) >= SMALLEST:
        body = packed(body, level)
        headers["Content-Encoding"] = "gzip"
    response = Response(body, 200, headers, content_type=content_type)
    response.set_etag(etag)
    return response


def etag_of(decided_by: str, content_type: str, coding: str) -> str:
    """Return the ETag, without its quotes, of an answer about a release; see :func:`released_answer`."""
    packer = PACKER if coding == "gzip" else ""
    return hashlib.sha256(f"{decided_by}|{content_type}|{coding}{packer}|{_version()}".encode()).hexdigest()[:32]


def json_answer(document: object, *, cache: str, content_type: str = "application/json", vary: str = "") -> Response:
    """Return a document as UTF-8 JSON."""
    return answer((json.dumps(document, ensure_ascii=False) + "\n").encode(), content_type, cache=cache, vary=vary)
