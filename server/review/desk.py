"""Desk: what all pages of review need, bound to one Flask app: the store, the ground of small maps, the index of places."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from flask import Blueprint, current_app

from geo.gazetteer_cache import open_index
from layers.records import read_coverage
from layers.review.ground import Ground
from layers.review.placenames import Placenames
from layers.review.printed import PrintedReader

if TYPE_CHECKING:
    from pathlib import Path

    from geo.gazetteer_index import GazetteerIndex
    from layers.store.review_store import ReviewStore

__all__ = ["Desk", "blueprint", "desk", "now", "read_ahead"]

KEY = "corridormap.review"

blueprint = Blueprint("review", __name__)
"""All views of this folder."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The store, and what is read from disk once for a process, when it is first asked for."""

    store: ReviewStore
    root: Path

    @property
    def ground(self) -> Ground:
        """What small maps are drawn on."""
        return _ground(self.root)

    @property
    def reviewed_ids(self) -> frozenset[str]:
        """Ids of the records that people wrote: what a candidate may be one with."""
        return _reviewed_ids(self.root)

    @property
    def names(self) -> Placenames:
        """What places and organizations are called in the interface's languages."""
        return _names(self.root)

    @property
    def printed(self) -> PrintedReader:
        """The reader of dates and quantities."""
        return PrintedReader.open(self.root)

    @property
    def index(self) -> GazetteerIndex:
        """The world's places by name."""
        return _index(self.root)


def read_ahead(root: Path) -> None:
    """Read what every card needs, so that the first page waits no longer than the next.

    Raises
    ------
    DataError
        A file is missing or damaged.
    """
    _ground(root)
    _names(root)
    PrintedReader.open(root)


@lru_cache(maxsize=2)
def _ground(root: Path) -> Ground:
    return Ground.read(root)


@lru_cache(maxsize=2)
def _names(root: Path) -> Placenames:
    organizations = {record["id"]: record["name"] for record in read_coverage(root).records("organizations")}
    return Placenames.read(root, _ground(root).gazetteer, organizations)


@lru_cache(maxsize=2)
def _reviewed_ids(root: Path) -> frozenset[str]:
    coverage = read_coverage(root)
    kinds = ("incidents", "claims", "corridors")
    return frozenset(record["id"] for kind in kinds for record in coverage.records(kind))


@lru_cache(maxsize=2)
def _index(root: Path) -> GazetteerIndex:
    return open_index(root=root)


def desk() -> Desk:
    """Return the current app's desk."""
    return cast("Desk", current_app.extensions[KEY])


def now() -> str:
    """Return the moment of a decision, ISO 8601 in UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
