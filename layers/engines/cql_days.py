"""Days in expressions: instants and intervals of CQL2 as arrays of days, and how two of them may lie in time.

Dates of records are days, so an instant of a finer kind counts as its day in UTC. Days are numbers since 1970; an end that
is open is :data:`layers.engines.build.OPEN_START` or ``OPEN_END``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.errors import MalformedFilter
from layers.engines.masks import EPOCH
from layers.engines.queryables import FIRST_DAYS, queryables
from layers.filter import interval_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from layers.engines.columns import Columns
    from layers.expression import Node

    Integers = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

__all__ = ["RELATIONS", "Span", "is_temporal", "span_of"]

OPEN_START: Final = -(2**31)
OPEN_END: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of each row, or of all rows at once, and whether any is known."""

    first: Integers
    last: Integers
    known: Mask


RELATIONS: Final[dict[str, Callable[[Integers, Integers, Integers, Integers], Mask]]] = {
    "t_after": lambda a, _b, _c, d: a > d,
    "t_before": lambda _a, b, c, _d: b < c,
    "t_contains": lambda a, b, c, d: (a < c) & (b > d),
    "t_disjoint": lambda a, b, c, d: (b < c) | (a > d),
    "t_during": lambda a, b, c, d: (a > c) & (b < d),
    "t_equals": lambda a, b, c, d: (a == c) & (b == d),
    "t_finishedby": lambda a, b, c, d: (a < c) & (b == d),
    "t_finishes": lambda a, b, c, d: (a > c) & (b == d),
    "t_intersects": lambda a, b, c, d: (a <= d) & (b >= c),
    "t_meets": lambda _a, b, c, _d: b == c,
    "t_metby": lambda a, _b, _c, d: a == d,
    "t_overlappedby": lambda a, b, c, d: (a > c) & (a < d) & (b > d),
    "t_overlaps": lambda a, b, c, d: (a < c) & (b > c) & (b < d),
    "t_startedby": lambda a, b, c, d: (a == c) & (b > d),
    "t_starts": lambda a, b, c, d: (a == c) & (b < d),
}
"""Function → how it compares first and last day of one operand with those of the other (OGC 21-065, table 13)."""


def is_temporal(columns: Columns, node: Node) -> bool:
    """Whether an operand is an instant, an interval or a property of dates."""
    if not isinstance(node, dict):
        return False
    if "property" in node:
        asked = queryables(columns).get(str(node["property"]))
        return asked is not None and asked.kind == "date"
    return bool({"date", "timestamp", "interval"} & set(node))


def span_of(columns: Columns, node: Node) -> Span:
    """Return the days of an operand.

    Of an interval made of properties an end that a record does not have is open, and nothing is known where it has neither.

    Raises
    ------
    MalformedFilter
        When the operand is no instant, interval or property of dates.
    """
    if isinstance(node, dict) and "interval" in node:
        return _interval(columns, node["interval"])
    if is_temporal(columns, node) and "property" in node:
        days, known = _days(columns, str(node["property"]))
        return Span(days, days, known)
    if isinstance(node, dict) and ("date" in node or "timestamp" in node):
        day = np.array(_day(node))
        return Span(day, day, np.array(True))
    raise _no_time(node)


def _interval(columns: Columns, ends: Node) -> Span:
    if not isinstance(ends, list) or len(ends) != 2:  # noqa: PLR2004 -- an interval has two ends
        raise _no_time(ends)
    bounds: list[Integers] = []
    knows: list[Mask] = []
    for end, is_open in zip(ends, (OPEN_START, OPEN_END), strict=True):
        if isinstance(end, dict) and "property" in end:
            if not is_temporal(columns, end):
                raise _no_time(end)
            days, known = _days(columns, str(end["property"]))
            bounds.append(np.where(known, days, is_open))
            knows.append(known)
        else:
            bounds.append(np.array(is_open if end == ".." else _day(end)))
            knows.append(np.array(True))
    return Span(bounds[0], bounds[1], knows[0] | knows[1])


def _days(columns: Columns, name: str) -> tuple[Integers, Mask]:
    """A property's days: the first of a year or a month for one that begins, the last for one that ends."""
    is_first = name in FIRST_DAYS
    by_code = [0] + [interval_of(str(text))[0 if is_first else 1].toordinal() - EPOCH for text in columns.values(name)]
    codes = columns.codes(name)
    return np.array(by_code, dtype=np.int64)[codes], codes != 0


def _day(node: Node) -> int:
    text = node.get("date", node.get("timestamp")) if isinstance(node, dict) else node
    if not isinstance(text, str):
        raise _no_time(text)
    try:
        if "T" in text:
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC).date().toordinal() - EPOCH if moment.tzinfo else moment.toordinal() - EPOCH
        return date.fromisoformat(text).toordinal() - EPOCH
    except (ValueError, OverflowError):
        raise _no_time(text) from None


def _no_time(node: Node) -> MalformedFilter:
    return MalformedFilter(
        "filter",
        f"{str(node)[:60]!r} is no date, timestamp, interval or property of dates.",
        hint="For example T_INTERSECTS(INTERVAL(date_start, date_end), INTERVAL('2010-01-01', '..')).",
    )
