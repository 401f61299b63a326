"""Queryables: the properties of a layer that an expression may ask for, and how each is asked.

They are those that the columns hold coded, by value or by list, with the geometry. A property of dates is asked as a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from layers.filter import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from layers.engines.columns import Columns

__all__ = ["FEW", "GEOMETRY", "Queryable", "queryables", "queryables_of"]

GEOMETRY = "geometry"
"""Name by which an expression calls a feature's place."""

Kind = Literal["text", "integer", "number", "boolean", "date", "list", "geometry"]

FIRST_DAYS = frozenset(first for first, _ in INTERVALS)
LAST_DAYS = frozenset(last for _, last in INTERVALS)


@dataclass(frozen=True, slots=True)
class Queryable:
    """One property that may be asked for; ``values`` are those that occur, sorted, where they are few."""

    name: str
    kind: Kind
    values: tuple[str | int | float | bool, ...] = ()


Values = tuple[str | int | float | bool, ...]

FEW = 60
"""Most values of a property that are listed."""


def queryables(columns: Columns) -> Mapping[str, Queryable]:
    """Return what may be asked of a layer, by name: the geometry first, then in the order of its exports."""

    def few(name: str) -> Values:
        return columns.values(name) if len(columns.messages(name).ends) - 1 <= FEW else ()

    return queryables_of(columns.kinds, columns.lists, columns.scalars, few)


def queryables_of(
    kinds: Mapping[str, str], lists: frozenset[str], scalars: frozenset[str], few: Callable[[str], Values]
) -> Mapping[str, Queryable]:
    """Return what may be asked of properties of these kinds; ``few`` gives the values of one, none where they are many."""
    found = {GEOMETRY: Queryable(GEOMETRY, "geometry")}
    for name, kind in kinds.items():
        if name in lists:
            found[name] = Queryable(name, "list", few(name))
        elif name in scalars and name in FIRST_DAYS | LAST_DAYS:
            found[name] = Queryable(name, "date")
        elif name in scalars and kind in {"text", "integer", "number", "boolean"}:
            found[name] = Queryable(name, kind, few(name))  # type: ignore[arg-type]  # one of those named
    return found
