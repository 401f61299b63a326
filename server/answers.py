"""Answers: bodies with the headers that let browsers, proxies and embeds keep them.

Strong ETag = sha256 of the body as sent; content named by a release never changes and is immutable; gzip is done once.
"""

from __future__ import annotations

import gzip
import hashlib
import json

from flask import Response, request

__all__ = ["IMMUTABLE", "REVALIDATE", "accepts_gzip", "answer", "json_answer"]

IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "public, no-cache"
SMALLEST_TO_GZIP = 600


def accepts_gzip() -> bool:
    """Whether the client of the current request takes gzip."""
    return request.accept_encodings["gzip"] > 0


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
    if compress and len(body) >= SMALLEST_TO_GZIP and accepts_gzip():
        sent = gzipped if gzipped is not None else gzip.compress(body, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    response = Response(sent, 200, headers, content_type=content_type)
    response.set_etag(hashlib.sha256(sent).hexdigest()[:32])
    response.make_conditional(request)
    return response


def json_answer(document: object, *, cache: str, content_type: str = "application/json", vary: str = "") -> Response:
    """Return a document as UTF-8 JSON."""
    return answer((json.dumps(document, ensure_ascii=False) + "\n").encode(), content_type, cache=cache, vary=vary)
