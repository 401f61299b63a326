"""Front-end assets as the running service sees them: where each lies, and whether the vendored ones are complete."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app

from server.service import service

__all__ = ["asset_url", "vendor_is_complete"]


@lru_cache(maxsize=512)
def _version(path: str, modified_ns: int, size: int) -> str:  # noqa: ARG001 -- both tell a changed file from its past
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def asset_url(name: str) -> str:
    """Return the address of a file under ``server/static``, with a mark of its content so that it can be kept for ever.

    A file that is not there keeps its plain address: the browser then says which one is missing.
    """
    path = Path(str(current_app.static_folder)) / name
    address = f"{service().base_path}/static/{name}"
    if not path.is_file():
        return address
    status = path.stat()
    return f"{address}?v={_version(str(path), status.st_mtime_ns, status.st_size)}"


def vendor_is_complete(static: Path) -> bool:
    """Whether the pinned front-end assets have been brought (``make assets``, or from the wheel)."""
    return (static / "vendor" / "manifest.json").is_file()
