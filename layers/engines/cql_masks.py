"""Masks of expressions: which rows of a column file a CQL2 tree keeps. A coded property is compared once per distinct value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from layers.engines.cql_days import OPEN_END, OPEN_START, RELATIONS
from layers.engines.cql_places import intersects, is_placed
from layers.engines.cql_tree import COMPARISONS, Evaluation, folded
from layers.engines.masks import EPOCH
from layers.engines.queryables import FIRST_DAYS, queryables
from layers.filter import interval_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from layers.engines.columns import Columns
    from layers.engines.cql_days import Operand
    from layers.engines.cql_tree import Literal
    from layers.engines.queryables import Queryable
    from layers.expression import Node

    Integers = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

__all__ = ["comparison", "expression_mask"]


class Truth(NamedTuple):
    """Of each row whether a condition is true and whether it is false; it is neither where nothing is said."""

    is_true: Mask
    is_false: Mask


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of each row, or of all rows at once, and whether any is known."""

    first: Integers
    last: Integers
    known: Mask


def expression_mask(columns: Columns, tree: Node, project: Callable[[Any], Any] = lambda lonlat: lonlat) -> Mask:
    """Return which rows an expression keeps, shape (n,).

    Parameters
    ----------
    columns
        The layer's features.
    tree
        What :func:`layers.expression.parse` returned.
    project
        Turns coordinates (n, 2) that stand in the expression into longitude and latitude in degrees.

    Raises
    ------
    MalformedFilter
        When it names a property that cannot be asked for, compares what cannot be compared, or uses a function that is not
        offered.
    """
    return _Masks(columns, project).truth(tree).is_true


class _Masks(Evaluation[Truth]):
    def __init__(self, columns: Columns, project: Callable[[Any], Any]) -> None:
        super().__init__(queryables(columns), project)
        self.columns = columns

    def constant(self, value: bool) -> Truth:
        return Truth(np.full(self.columns.count, value), np.full(self.columns.count, not value))

    def negated(self, found: Truth) -> Truth:
        return Truth(found.is_false, found.is_true)

    def joined(self, op: str, parts: Sequence[Truth]) -> Truth:
        every, some = np.logical_and.reduce, np.logical_or.reduce
        if op == "or":
            every, some = some, every
        return Truth(every([part.is_true for part in parts]), some([part.is_false for part in parts]))

    def is_null(self, asked: Queryable) -> Truth:
        if asked.kind == "geometry":
            is_null = ~is_placed(self.columns)
        elif asked.kind == "list":
            is_null = np.diff(self.columns.file.array(f"{asked.name}.ends").astype(np.int64)) == 0
        else:
            is_null = self.columns.codes(asked.name) == 0
        return Truth(is_null, ~is_null)

    def related(self, op: str, one: Operand, other: Operand) -> Truth:
        spans = self._span(one), self._span(other)
        holds = RELATIONS[op](spans[0].first, spans[0].last, spans[1].first, spans[1].last)
        return self._spread(holds, spans[0].known & spans[1].known)

    def dated(self, op: str, one: Operand, other: Operand) -> Truth:
        spans = self._span(one), self._span(other)
        return self._spread(COMPARISONS[op](spans[0].first, spans[1].first), spans[0].known & spans[1].known)

    def touched(self, place: tuple[float, float, float, float] | BaseGeometry) -> Truth:
        touched = intersects(self.columns, place)
        return Truth(touched, ~touched & is_placed(self.columns))

    def array(self, op: str, asked: Queryable, texts: tuple[str, ...]) -> Truth:
        ends = self.columns.file.array(f"{asked.name}.ends").astype(np.int64)
        codes, sizes = self.columns.file.array(f"{asked.name}.codes"), np.diff(ends)
        is_wanted = np.isin(codes, self.columns.codes_of(asked.name, texts))
        hits = np.diff(np.concatenate([[0], np.cumsum(is_wanted)])[ends])
        holds = {
            "a_contains": hits == len(texts),
            "a_containedby": hits == sizes,
            "a_equals": (hits == len(texts)) & (sizes == len(texts)),
            "a_overlaps": hits > 0,
        }[op]
        return self._spread(holds, np.array(True))

    def compared(self, op: str, asked: Queryable, literal: Literal | list[Literal], *, folds: bool) -> Truth:
        values = [folded(value) if folds else value for value in self.columns.values(asked.name)]
        holds = np.array([False, *map(comparison(op, literal), values)])
        codes = self.columns.codes(asked.name)
        return Truth(holds[codes], ~holds[codes] & (codes != 0))

    def _spread(self, holds: Mask, known: Mask) -> Truth:
        holds, known = (np.broadcast_to(each, (self.columns.count,)) for each in (holds, known))
        return Truth(holds & known, ~holds & known)

    def _span(self, operand: Operand) -> Span:
        """Of an interval made of properties an end that a record does not have is open; nothing is known where it has neither."""
        bounds, knows = [], []
        for end, is_open in ((operand.first, OPEN_START), (operand.last, OPEN_END)):
            days, known = self._days(end) if isinstance(end, str) else (np.array(end), np.array(True))
            bounds.append(np.where(known, days, is_open) if operand.is_interval else days)
            knows.append(known)
        return Span(bounds[0], bounds[1], knows[0] | knows[1])

    def _days(self, name: str) -> tuple[Integers, Mask]:
        """A property's days: the first of a year or a month for one that begins, the last for one that ends."""
        last = name not in FIRST_DAYS
        by_code = [0] + [interval_of(str(text))[last].toordinal() - EPOCH for text in self.columns.values(name)]
        codes = self.columns.codes(name)
        return np.array(by_code, dtype=np.int64)[codes], codes != 0


def comparison(op: str, literal: Literal | list[Literal]) -> Callable[[Any], bool]:
    """Return the test of a value that a comparison makes: a key of :data:`COMPARISONS`, ``like``, or ``in`` with a list."""
    if op == "in":
        return lambda value: isinstance(literal, list) and value in literal
    if op == "like":
        pattern = _pattern(str(literal))
        return lambda value: pattern.fullmatch(value) is not None
    compare = COMPARISONS[op]
    return lambda value: bool(compare(value, literal))


def _pattern(text: str) -> re.Pattern[str]:
    """A pattern of LIKE: % is any text, _ any character, a backslash takes the next one as it is."""
    pieces: list[str] = [""]
    for part in re.findall(r"\\.|.", text, re.DOTALL):
        if part == "%":
            pieces.append("")
        else:
            pieces[-1] += "." if part == "_" else re.escape(part[-1])
    if len(pieces) == 1:
        return re.compile(pieces[0], re.DOTALL)
    # Atomic groups: each piece is taken where it first comes, so a search never goes back.
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1])
    return re.compile(f"{pieces[0]}{middle}.*{pieces[-1]}", re.DOTALL)
