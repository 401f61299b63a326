"""Queryables: the properties of a layer that an expression may ask for, and how each is asked.

They are those that the columns hold coded, by value or by list, with the geometry. A property of dates is asked as a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from layers.filter import INTERVALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.engines.columns import Columns

__all__ = ["GEOMETRY", "Queryable", "queryables"]

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


FEW = 60


def queryables(columns: Columns) -> Mapping[str, Queryable]:
    """Return what may be asked of a layer, by name: the geometry first, then in the order of its exports."""
    found = {GEOMETRY: Queryable(GEOMETRY, "geometry")}
    for name, kind in columns.kinds.items():
        if name in columns.lists:
            found[name] = Queryable(name, "list", _few(columns, name))
        elif name in columns.scalars and name in FIRST_DAYS | LAST_DAYS:
            found[name] = Queryable(name, "date")
        elif name in columns.scalars and kind in {"text", "integer", "number", "boolean"}:
            found[name] = Queryable(name, kind, _few(columns, name))  # type: ignore[arg-type]  # one of those named
    return found


def _few(columns: Columns, name: str) -> tuple[str | int | float | bool, ...]:
    count = len(columns.messages(name).ends) - 1
    return columns.values(name) if count <= FEW else ()
