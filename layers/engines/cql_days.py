"""Days in expressions: instants and intervals of CQL2, and how two of them may lie in time.

Dates of records are days, so an instant of a finer kind counts as its day in UTC. Days are numbers since 1970; an end that
is open is :data:`OPEN_START` or :data:`OPEN_END`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from geo.errors import MalformedFilter
from layers.engines.masks import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.engines.queryables import Queryable
    from layers.expression import Node

__all__ = ["OPEN_END", "OPEN_START", "RELATIONS", "Operand", "is_temporal", "operand_of"]

OPEN_START: Final = -(2**31)
OPEN_END: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Operand:
    """An instant or an interval: each end is a day, or the name of a property of dates."""

    first: int | str
    last: int | str
    is_interval: bool


RELATIONS: Final[dict[str, Callable[[Any, Any, Any, Any], Any]]] = {
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


def is_temporal(known: Mapping[str, Queryable], node: Node) -> bool:
    """Whether an operand is an instant, an interval or a property of dates."""
    if not isinstance(node, dict):
        return False
    if "property" in node:
        asked = known.get(str(node["property"]))
        return asked is not None and asked.kind == "date"
    return bool({"date", "timestamp", "interval"} & set(node))


def operand_of(known: Mapping[str, Queryable], node: Node) -> Operand:
    """Return what an operand means.

    Raises
    ------
    MalformedFilter
        When the operand is no instant, interval or property of dates.
    """
    if isinstance(node, dict) and "interval" in node:
        return _interval(known, node["interval"])
    if is_temporal(known, node) and "property" in node:
        return Operand(str(node["property"]), str(node["property"]), is_interval=False)
    if isinstance(node, dict) and ("date" in node or "timestamp" in node):
        day = _day(node)
        return Operand(day, day, is_interval=False)
    raise _no_time(node)


def _interval(known: Mapping[str, Queryable], ends: Node) -> Operand:
    if not isinstance(ends, list) or len(ends) != 2:  # noqa: PLR2004 -- an interval has two ends
        raise _no_time(ends)
    bounds: list[int | str] = []
    for end, is_open in zip(ends, (OPEN_START, OPEN_END), strict=True):
        if isinstance(end, dict) and "property" in end:
            if not is_temporal(known, end):
                raise _no_time(end)
            bounds.append(str(end["property"]))
        else:
            bounds.append(is_open if end == ".." else _day(end))
    return Operand(bounds[0], bounds[1], is_interval=True)


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
