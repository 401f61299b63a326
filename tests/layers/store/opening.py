"""Opening a store as a process does at its start."""

from __future__ import annotations

from layers.store.engine import open_engine
from layers.store.schema import revision_of, upgrade


def opened_revision(url: str) -> str | None:
    """Bring the store up to date, which makes one where there is none; return its revision."""
    engine = open_engine(url)
    try:
        upgrade(engine)
        return revision_of(engine)
    finally:
        engine.dispose()
