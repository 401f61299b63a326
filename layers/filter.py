"""Filter: which features of a layer are meant. Parsed once, used by tiles, exports, counts and pages alike.

The parameter names are the public ones everywhere: ``datetime, category, organization, article, language, status,
threat, where_prec, corridor, bbox, attested, undated`` (``release`` names the data, not a part of them). What a filter keeps
is decided by the engine that holds the features (:mod:`layers.engines.masks`).
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass, fields
from datetime import UTC, date
from datetime import datetime as datetime_
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from geo.errors import MalformedFilter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = ["INTERVALS", "LONGEST_BYTES", "MEMBERSHIP", "PARAMETERS", "Filter", "interval_of"]

MEMBERSHIP: Final = {
    "category": "category",
    "organization": "organizations",
    "article": "articles",
    "language": "languages",
    "status": "status",
    "threat": "threat",
    "where_prec": "where_prec",
    "corridor": "corridors",
}
"""Parameter → the property (a value or a list of values) that it looks into."""

INTERVALS: Final = (("date_start", "date_end"), ("valid_from", "valid_to"))
"""Pairs of properties that hold the first and the last day of a feature; the first pair that a layer has counts."""

LONGEST_BYTES: Final = 8192
"""Longest filter, as UTF-8, that is read at all."""

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})([Tt][0-9:.]+(?:[Zz]|[+ -]\d{2}:\d{2})?)?)?)?", re.ASCII)
_SLUG = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")


def interval_of(text: str) -> tuple[date, date]:
    """Return the first and last day of an ISO 8601 year, month, day or instant; of an instant its day in UTC.

    The ``+`` of an offset may have become a space, as it does in addresses that were not encoded.

    Raises
    ------
    ValueError
        When the text is none of these or names a day that does not exist.

    >>> interval_of("2010-02")
    (datetime.date(2010, 2, 1), datetime.date(2010, 2, 28))
    >>> interval_of("2010-03-01T02:00:00+05:00")
    (datetime.date(2010, 2, 28), datetime.date(2010, 2, 28))
    """
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (int(part) if part else None for part in match.groups()[:3])
    if match[4]:
        moment = datetime_.fromisoformat(text.upper().replace(" ", "+"))
        try:
            day_in_utc = (moment.astimezone(UTC) if moment.tzinfo else moment).date()
        except OverflowError:
            raise ValueError(text) from None
        return day_in_utc, day_in_utc
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
            For an unknown parameter, a doubled single-valued one, a value that cannot be read, or more than
            :data:`LONGEST_BYTES` in all; names the parameter, for what is too long the longest one.

        Examples
        --------
        >>> Filter.parse({"category": ["attack,seizure"], "datetime": ["2010/.."]}).canonical()
        'category=attack,seizure&datetime=2010-01-01/..'
        """
        allowed = _FIELDS
        passed_over = set(also)
        for name in query:
            if name not in allowed and name not in passed_over:
                shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
                raise MalformedFilter(
                    shown, f"There is no parameter {shown!r}.", hint=f"The filters are: {', '.join(allowed)}."
                )
        lengths = {name: sum(len(value.encode()) for value in values) for name, values in query.items()}
        if sum(lengths.values()) > LONGEST_BYTES:
            longest = max(lengths, key=lambda name: lengths[name])
            raise MalformedFilter(
                longest,
                f"The filter has {sum(lengths.values()):,} bytes, most of them in {longest}; at most {LONGEST_BYTES:,} are read.",
                hint="Name fewer values, or ask in several requests.",
            )
        found: dict[str, Any] = {}
        for name, values in query.items():
            if name in MEMBERSHIP:
                found[name] = _slugs(name, values)
            elif name in _SINGLE:
                if len(values) != 1:
                    raise MalformedFilter(name, f"{name} stands {len(values)} times.", hint="Give it once.")
                found[name] = _SINGLE[name](name, values[0].strip())
        return cls(**found)

    def canonical(self) -> str:
        """Return the one query string of this filter: set fields only, sorted; ``""`` when nothing is filtered."""
        return _canonical(self)

    def check(self, layer_id: str, properties: Collection[str]) -> None:
        """Refuse a filter that a layer with these properties cannot obey, rather than ignore it.

        Raises
        ------
        MalformedFilter
            When a set field looks into a property that the layer's features do not have.
        """
        lacking = [name for name, column in MEMBERSHIP.items() if getattr(self, name) and column not in properties]
        if not any(set(pair) <= set(properties) for pair in INTERVALS):
            lacking += ["datetime"] * (self.datetime is not None) + ["undated"] * (not self.undated)
        if self.attested is not None and not {"evidence", "basis"} & set(properties):
            lacking.append("attested")
        if lacking:
            able = [name for name, column in MEMBERSHIP.items() if column in properties]
            raise MalformedFilter(
                lacking[0],
                f"Layer {layer_id} cannot be filtered by {lacking[0]}.",
                hint=f"It can be by: {', '.join([*able, 'bbox'])}.",
            )


@lru_cache(maxsize=256)
def _canonical(wanted: Filter) -> str:
    parts = {name: ",".join(values) for name in MEMBERSHIP if (values := getattr(wanted, name))}
    if wanted.datetime is not None:
        start, end = wanted.datetime
        parts["datetime"] = f"{start or '..'}/{end or '..'}"
    if wanted.bbox is not None:
        parts["bbox"] = ",".join(str(int(value)) if value.is_integer() else repr(value) for value in wanted.bbox)
    if wanted.attested is not None:
        parts["attested"] = str(wanted.attested).lower()
    if not wanted.undated:
        parts["undated"] = "exclude"
    return "&".join(f"{name}={parts[name]}" for name in sorted(parts))


_FIELDS: Final = tuple(field.name for field in fields(Filter))

PARAMETERS: tuple[str, ...] = (*_FIELDS, "release", "point_of_view")
"""Every public query name, with the two that name the data and not a part of them."""

_SHOWN = 60


def _slugs(name: str, values: Sequence[str]) -> tuple[str, ...]:
    items = sorted({item.strip() for value in values for item in value.split(",")})
    for item in items:
        if not _SLUG.fullmatch(item):
            raise MalformedFilter(
                name,
                f"{name}={item[:_SHOWN]!r} is no id.",
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
        # QGIS writes the year 0 for no beginning; no calendar of ours has it.
        start = None if first in {"", ".."} or first.startswith("0000-") else interval_of(first)[0]
        end = None if last in {"", ".."} else interval_of(last)[1]
    except ValueError:
        raise MalformedFilter(
            name,
            f"datetime={text[:_SHOWN]!r} is no date or interval.",
            hint="Use 2010, 2010-09, 2010-09-19, or two of them: 2010/2014, ../2014, 2010/..",
        ) from None
    if start and end and start > end:
        raise MalformedFilter(name, f"datetime={text!r} ends before it starts.", hint="Put the earlier date first.")
    return start, end


def _bbox(name: str, text: str) -> tuple[float, float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
        west, south, east, north = numbers if len(numbers) == 4 else (*numbers[0:2], *numbers[3:5])  # noqa: PLR2004 -- with heights six
        is_valid = len(numbers) in {4, 6} and all(map(math.isfinite, numbers))
    except ValueError:
        is_valid = False
    if not (is_valid and -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 -- degrees, an EPSG code or an HTTP status
        raise MalformedFilter(
            name,
            f"bbox={text[:_SHOWN]!r} is no box.",
            hint="Give west,south,east,north in degrees, for example bbox=60,36,75,42; west > east crosses 180°.",
        )
    return west, south, east, north


def _truth(name: str, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise MalformedFilter(name, f"{name}={text[:_SHOWN]!r} is neither true nor false.", hint=f"Use {name}=true.")
    return text.lower() == "true"


def _undated(name: str, text: str) -> bool:
    if text not in {"include", "exclude"}:
        raise MalformedFilter(
            name, f"undated={text[:_SHOWN]!r} is unknown.", hint="Use undated=include or undated=exclude."
        )
    return text == "include"


_SINGLE = {"datetime": _datetime, "bbox": _bbox, "attested": _truth, "undated": _undated}
