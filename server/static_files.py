"""Static files: the page's modules, styles and fonts, gzipped once and kept by browsers for ever.

An address carries a mark of all files' content in its path, ``/static/<mark>/app.mjs``: what a module imports, a style
sheet names or a worker loads by a relative address carries it too, and a new version of any file is a new address. An
address without the mark, or with an old one, answers the file as it is now and asks to be checked each time.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
import re
import stat
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, g
from werkzeug.security import safe_join

from server.answers import IMMUTABLE, REVALIDATE, answer
from server.service import service

__all__ = ["STATIC", "asset_url", "assets_path", "blueprint", "module_urls", "vendor_is_complete", "without_comments"]

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
blueprint = Blueprint("static_files", __name__)

_COMMENT = re.compile(rb"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)(?=\n|\Z)", re.MULTILINE | re.DOTALL)
_MARKED = re.compile(r"([0-9a-f]{10})/(.+)")
_MEDIA_TYPES = {
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_PACKED_ALREADY = frozenset({".woff2", ".png", ".jpg"})

Stamp = tuple[str, int, int]
"""Path below the folder, time of change in ns, size in bytes: what tells a file from its past."""


def _stamps() -> tuple[Stamp, ...]:
    """Look through the folder; what goes meanwhile, as an upgrade replaces it, is not there."""
    found = []
    for folder, _, names in os.walk(STATIC):
        below = Path(folder).relative_to(STATIC)
        for name in names:
            with suppress(FileNotFoundError):
                status = Path(folder, name).stat()
                found.append(((below / name).as_posix(), status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def _mark(stamps: tuple[Stamp, ...]) -> str:
    sha = hashlib.sha256()
    for name, _, _ in stamps:
        with suppress(FileNotFoundError):  # as above: the next look has another mark
            sha.update(f"{name}\0{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()}\n".encode())
    return sha.hexdigest()[:10]


def without_comments(source: bytes) -> bytes:
    r"""Return a module or a style sheet of ours with its whole-line comments emptied: they are a quarter of what readers load.

    Lines keep their numbers, so that what a browser reports is found in the repository. A comment beside code stays.

    >>> without_comments(b"/** What it is.\n * @returns {number}\n */\nlet a = 1; // one\n  // two\nlet b = '//';\n")
    b"\n\n\nlet a = 1; // one\n\nlet b = '//';\n"
    """
    return _COMMENT.sub(lambda found: b"\n" * found[0].count(b"\n"), source)


@lru_cache(maxsize=256)
def _read(path: str, modified_ns: int, size: int) -> tuple[bytes, bytes | None]:  # noqa: ARG001 -- part of the key
    """Return a file's bytes as they are sent, and their gzip where that helps."""
    content = Path(path).read_bytes()
    if Path(path).suffix in {".mjs", ".css"} and VENDOR not in Path(path).parents:
        content = without_comments(content)
    return content, None if Path(path).suffix in _PACKED_ALREADY else gzip.compress(content, 9, mtime=0)


@blueprint.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Answer one file under ``server/static``."""
    marked = _MARKED.fullmatch(name)
    plain = marked[2] if marked else name
    joined = safe_join(str(STATIC), plain)
    path = Path(joined or STATIC)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError
        content, packed = _read(str(path), status.st_mtime_ns, status.st_size)
    except OSError:  # it is not there, or no more, or its name is longer than the file system allows
        abort(404, f"There is no file {plain[:80]!r}. If it lies under vendor/, run `make assets`.")
    kind = _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    cache = IMMUTABLE if marked and _is_current(marked[1], (plain, status.st_mtime_ns, status.st_size)) else REVALIDATE
    return answer(content, kind, cache=cache, gzipped=packed, compress=packed is not None)


def _is_current(mark: str, read: Stamp) -> bool:
    """Whether a mark is the one of all files as they are now, that which has just been read among them."""
    stamps = _stamps()
    return read in stamps and mark == _mark(stamps)


def assets_path() -> str:
    """Return the path, prefix included, under which all static files lie as they are now: ``/static/<mark>``."""
    if "assets_mark" not in g:  # a page names many files; the folder is looked through once for all of them
        g.assets_mark = _mark(_stamps())
    return f"{service().base_path}/static/{g.assets_mark}"


def asset_url(name: str) -> str:
    """Return the path of one file under ``server/static``, with the mark of all files' content."""
    return f"{assets_path()}/{name}"


def module_urls(*without: str) -> list[str]:
    """Return the paths of the page's own modules but some, so that a page can ask for all at once.

    A browser learns of a module only from the one that imports it: on a far network each step costs a round trip.
    """
    return [asset_url(path.name) for path in sorted(STATIC.glob("*.mjs")) if path.name not in without]


def vendor_is_complete() -> bool:
    """Whether the pinned front-end assets have been brought (``make assets``, or from the wheel)."""
    return (STATIC / "vendor" / "manifest.json").is_file()
