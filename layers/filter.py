"""Filter: which features of a layer are meant. Parsed once, used by tiles, exports, counts and pages alike.

The parameter names are the public ones everywhere: ``datetime, category, organization, article, language, status,
threat, where_prec, corridor, bbox, attested, undated`` (``release`` names the data, not a part of them).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, fields
from datetime import date
from datetime import datetime as datetime_
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.errors import MalformedFilter
from layers.table import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

    from layers.layer import Layer

__all__ = ["PARAMETERS", "Filter", "interval_of"]

_MEMBERSHIP = {
    "category": "category",
    "organization": "organizations",
    "article": "articles",
    "language": "languages",
    "status": "status",
    "threat": "threat",
    "where_prec": "where_prec",
    "corridor": "corridors",
}
"""Parameter → the column (a value or a list of values) that it looks into."""

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII)
_SLUG = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")


def interval_of(text: str) -> tuple[date, date]:
    """Return the first and last day of an ISO 8601 year, month, day or instant.

    Raises
    ------
    ValueError
        When the text is none of these or names a day that does not exist.

    >>> interval_of("2010-02")
    (datetime.date(2010, 2, 1), datetime.date(2010, 2, 28))
    """
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (int(part) if part else None for part in match.groups()[:3])
    if match[4]:
        datetime_.fromisoformat(text)
    assert year is not None  # noqa: S101 -- the pattern demands it
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, day), date(year, month, day)


@dataclass(frozen=True, slots=True)
class Filter:
    """What to keep; an unset field keeps everything.

    ``datetime`` is an inclusive interval of days whose ends may be open (``None``); records with a date keep their place
    by overlap, records without one by ``undated``. ``bbox`` is west, south, east, north in degrees, west > east when it
    crosses the antimeridian; features without geometry are outside every bbox. The value lists match when any matches.
    """

    datetime: tuple[date | None, date | None] | None = None
    category: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    article: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    threat: tuple[str, ...] = ()
    where_prec: tuple[str, ...] = ()
    corridor: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    attested: bool | None = None
    undated: bool = True

    @classmethod
    def parse(cls, query: Mapping[str, Sequence[str]], *, also: Iterable[str] = ()) -> Filter:
        """Read a filter from a query string's values.

        Parameters
        ----------
        query
            Parameter name → all values given for it. Values of a list may be comma-separated or repeated.
        also
            Names that the route itself understands and that are passed over here.

        Raises
        ------
        MalformedFilter
            For an unknown parameter, a doubled single-valued one, or a value that cannot be read; names the parameter.

        Examples
        --------
        >>> Filter.parse({"category": ["attack,seizure"], "datetime": ["2010/.."]}).canonical()
        'category=attack,seizure&datetime=2010-01-01/..'
        """
        allowed = [field.name for field in fields(cls)]
        for name in query:
            if name not in allowed and name not in set(also):
                raise MalformedFilter(
                    name, f"There is no parameter {name!r}.", hint=f"The filters are: {', '.join(allowed)}."
                )
        found: dict[str, Any] = {}
        for name, values in query.items():
            if name in _MEMBERSHIP:
                found[name] = _slugs(name, values)
            elif name in _SINGLE:
                if len(values) != 1:
                    raise MalformedFilter(name, f"{name} stands {len(values)} times.", hint="Give it once.")
                found[name] = _SINGLE[name](name, values[0].strip())
        return cls(**found)

    def canonical(self) -> str:
        """Return the one query string of this filter: set fields only, sorted; ``""`` when nothing is filtered."""
        parts = {name: ",".join(values) for name in _MEMBERSHIP if (values := getattr(self, name))}
        if self.datetime is not None:
            start, end = self.datetime
            parts["datetime"] = f"{start or '..'}/{end or '..'}"
        if self.bbox is not None:
            parts["bbox"] = ",".join(str(int(value)) if value.is_integer() else repr(value) for value in self.bbox)
        if self.attested is not None:
            parts["attested"] = str(self.attested).lower()
        if not self.undated:
            parts["undated"] = "exclude"
        return "&".join(f"{name}={parts[name]}" for name in sorted(parts))

    def check(self, layer: Layer, columns: Iterable[str]) -> None:
        """Refuse a filter that this layer cannot obey, rather than ignore it.

        Raises
        ------
        MalformedFilter
            When a set field looks into a property that the layer's features do not have.
        """
        present = set(columns)
        lacking = [name for name, column in _MEMBERSHIP.items() if getattr(self, name) and column not in present]
        if _interval_columns(present) is None:
            lacking += ["datetime"] * (self.datetime is not None) + ["undated"] * (not self.undated)
        if self.attested is not None and not present & {"evidence", "basis"}:
            lacking.append("attested")
        if lacking:
            able = [name for name, column in _MEMBERSHIP.items() if column in present]
            raise MalformedFilter(
                lacking[0],
                f"Layer {layer.id} cannot be filtered by {lacking[0]}.",
                hint=f"It can be by: {', '.join([*able, 'bbox'])}.",
            )

    def mask(self, table: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which rows of a canonical table are meant, as booleans of the same length.

        Fields that look into a property the table lacks keep all rows; :meth:`check` tells a single layer's caller so.
        """
        keep = np.ones(len(table), dtype=bool)
        for name, column in _MEMBERSHIP.items():
            wanted = frozenset(getattr(self, name))
            if wanted and column in table.columns:
                keep &= np.fromiter((_matches(cell, wanted) for cell in table[column]), bool, len(table))
        if self.datetime is not None and (columns := _interval_columns(table.columns)):
            keep &= _overlaps(table, columns, self.datetime, undated=self.undated)
        elif not self.undated and (columns := _interval_columns(table.columns)):
            keep &= ~(table[columns[0]].isna() & table[columns[1]].isna()).to_numpy(dtype=bool)
        if self.attested is not None and "evidence" in table.columns:
            keep &= np.fromiter((bool(cell) is self.attested for cell in table["evidence"]), bool, len(table))
        elif self.attested is not None and "basis" in table.columns:
            # What draws an object goes with it: marks carry no evidence of their own.
            keep &= (table["basis"] == "attested").to_numpy(dtype=bool) == self.attested
        if self.bbox is not None:
            keep &= _within(table, self.bbox)
        return keep


PARAMETERS: tuple[str, ...] = (*(field.name for field in fields(Filter)), "release", "point_of_view")
"""Every public query name, with the two that name the data and not a part of them."""


def _slugs(name: str, values: Sequence[str]) -> tuple[str, ...]:
    items = sorted({item.strip() for value in values for item in value.split(",")})
    for item in items:
        if not _SLUG.fullmatch(item):
            raise MalformedFilter(
                name,
                f"{name}={item!r} is no id.",
                hint="Use lower-case ids, several with commas: category=attack,arrest.",
            )
    if name == "where_prec" and not all(item in set("1234567") for item in items):
        raise MalformedFilter(name, "where_prec is a UCDP precision from 1 to 7.", hint="For example where_prec=1,2,3.")
    return tuple(items)


def _datetime(name: str, text: str) -> tuple[date | None, date | None]:
    try:
        if "/" not in text:
            return interval_of(text)
        first, last = text.split("/")
        start = None if first in {"", ".."} else interval_of(first)[0]
        end = None if last in {"", ".."} else interval_of(last)[1]
    except ValueError:
        raise MalformedFilter(
            name,
            f"datetime={text!r} is no date or interval.",
            hint="Use 2010, 2010-09, 2010-09-19, or two of them: 2010/2014, ../2014, 2010/..",
        ) from None
    if start and end and start > end:
        raise MalformedFilter(name, f"datetime={text!r} ends before it starts.", hint="Put the earlier date first.")
    return start, end


def _bbox(name: str, text: str) -> tuple[float, float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
        west, south, east, north = numbers if len(numbers) == 4 else (*numbers[0:2], *numbers[3:5])  # noqa: PLR2004 -- with heights six
        is_valid = len(numbers) in {4, 6} and all(map(np.isfinite, numbers))
    except ValueError:
        is_valid = False
    if not (is_valid and -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 -- degrees, an EPSG code or an HTTP status
        raise MalformedFilter(
            name,
            f"bbox={text!r} is no box.",
            hint="Give west,south,east,north in degrees, for example bbox=60,36,75,42; west > east crosses 180°.",
        )
    return west, south, east, north


def _truth(name: str, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise MalformedFilter(name, f"{name}={text!r} is neither true nor false.", hint=f"Use {name}=true.")
    return text.lower() == "true"


def _undated(name: str, text: str) -> bool:
    if text not in {"include", "exclude"}:
        raise MalformedFilter(name, f"undated={text!r} is unknown.", hint="Use undated=include or undated=exclude.")
    return text == "include"


_SINGLE = {"datetime": _datetime, "bbox": _bbox, "attested": _truth, "undated": _undated}


def _matches(cell: object, wanted: frozenset[str]) -> bool:
    if isinstance(cell, list):
        return not wanted.isdisjoint(map(str, cell))
    return str(cell) in wanted


def _interval_columns(columns: Iterable[str]) -> tuple[str, str] | None:
    present = set(columns)
    for pair in (("date_start", "date_end"), ("valid_from", "valid_to")):
        if present.issuperset(pair):
            return pair
    return None


def _overlaps(
    table: gpd.GeoDataFrame, columns: tuple[str, str], wanted: tuple[date | None, date | None], *, undated: bool
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A record's interval, open where it says nothing, against the wanted one; ends are days, both inclusive."""
    first, last = wanted[0] or date.min, wanted[1] or date.max

    def overlaps(start: Any, end: Any) -> bool:  # noqa: ANN401 -- cells of a table
        start, end = plain(start), plain(end)
        if start is None and end is None:
            return undated
        return (start is None or interval_of(start)[0] <= last) and (end is None or interval_of(end)[1] >= first)

    rows = zip(table[columns[0]], table[columns[1]], strict=True)
    return np.fromiter((overlaps(start, end) for start, end in rows), bool, len(table))


def _within(table: gpd.GeoDataFrame, bbox: tuple[float, float, float, float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    west, south, east, north = bbox
    boxes = [shapely.box(west, south, east, north)]
    if west > east:
        boxes = [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    shapes = np.asarray(table.geometry.array, dtype=object)
    within = np.zeros(len(shapes), dtype=bool)
    for box in boxes:
        within |= shapely.intersects(shapes, box)
    return within
