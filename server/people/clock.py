"""Clock: the time of events and sessions; the store is given it and never reads it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

__all__ = ["now_iso", "now_iso_ms", "now_s"]


def now_s() -> int:
    """Return whole seconds since 1970, UTC."""
    return int(time.time())


def now_iso() -> str:
    """Return the time as ISO 8601 in UTC, to the second: ``2026-03-01T12:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now_iso_ms() -> str:
    """Return the time as ISO 8601 in UTC, to the millisecond: for what is taken in the order in which it came."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
