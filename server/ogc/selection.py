"""Selection: which features of a collection a request asks for, and which slice of them is one page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import request

from geo.errors import MalformedFilter
from layers.expression import LANGUAGES, parse
from layers.filter import INTERVALS, MEMBERSHIP, Filter
from server.ogc.crs import from_crs, read_bbox, read_crs

if TYPE_CHECKING:
    from layers.engines.engine import Features, Selection
    from layers.layer import Layer

__all__ = ["DEFAULT_LIMIT", "FILTERS", "MOST", "PARAMETERS", "Page", "read_page"]

DEFAULT_LIMIT: Final = 100
MOST: Final = 10_000
"""Most features of a page; a larger ``limit`` counts as this."""

FILTERS: Final = (*MEMBERSHIP, "attested", "undated")
"""The map's own filters beside ``datetime`` and ``bbox``."""

PARAMETERS: Final = (
    "limit",
    "offset",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "filter",
    "filter-lang",
    "filter-crs",
    *FILTERS,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of what is asked for, and its CRS."""

    chosen: Selection
    limit: int
    offset: int
    crs: str

    @property
    def matched(self) -> int:
        """How many there are in all."""
        return self.chosen.matched

    def texts(self) -> list[bytes]:
        """Return the GeoJSON texts of the slice."""
        return self.chosen.page(self.offset, self.limit)


def read_page(features: Features, layer: Layer) -> Page:
    """Read the page that the current request asks for.

    Raises
    ------
    MalformedFilter
        When a parameter cannot be read, or the layer cannot be asked for it.
    """
    limit = min(_whole("limit", DEFAULT_LIMIT, least=1), MOST)
    offset = _whole("offset", 0, least=0)
    crs = read_crs("crs", request.args.get("crs"))
    bbox_crs, filter_crs = (read_crs(name, request.args.get(name)) for name in ("bbox-crs", "filter-crs"))
    bbox = _one("bbox") and read_bbox(str(_one("bbox")), bbox_crs)
    wanted = _wanted(features, layer, bbox if isinstance(bbox, tuple) else None)
    language = request.args.get("filter-lang")
    if language not in {None, *LANGUAGES}:
        raise MalformedFilter(
            "filter-lang", "That language is not offered.", hint=f"Use one of: {', '.join(LANGUAGES)}."
        )
    expression, tree = _one("filter"), None
    if expression is not None:
        guessed = "cql2-json" if expression.lstrip().startswith("{") else "cql2-text"
        tree = parse(expression, language or guessed)
    # As Features 1 wants it, what has no place is in every box and what has no date in every interval.
    chosen = features.select(wanted, tree, from_crs(filter_crs), keeps_unplaced=True)
    return Page(chosen, limit, offset, crs)


def _wanted(features: Features, layer: Layer, bbox: tuple[float, float, float, float] | None) -> Filter:
    """Return the map's filters that the current request names."""
    named = {name: values for name, values in request.args.lists() if name in {"datetime", *FILTERS}}
    wanted = Filter.parse(named)
    if not any(set(pair) <= features.kinds.keys() for pair in INTERVALS):
        wanted = replace(wanted, datetime=None)
    wanted.check(layer.id, features.kinds)
    return replace(wanted, bbox=bbox)


def _one(name: str) -> str | None:
    values = request.args.getlist(name)
    if len(values) > 1:
        raise MalformedFilter(name, f"{name} stands {len(values)} times.", hint="Give it once.")
    return values[0] if values else None


def _whole(name: str, default: int, *, least: int) -> int:
    text = _one(name)
    if text is None:
        return default
    digits = text.lstrip("0")[:12]  # more of them count more features than any layer has
    if not (text.isascii() and text.isdigit() and int(digits or "0") >= least):
        raise MalformedFilter(
            name, f"{name}={text[:60]!r} is no whole number from {least} on.", hint=f"For example {name}=10."
        )
    return int(digits or "0")
