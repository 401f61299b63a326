"""Expressions: a CQL2 tree as SQL, whose three values are those of the tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import shapely
from psycopg import sql

from layers.engines.cql_days import OPEN_END, OPEN_START, RELATIONS
from layers.engines.cql_masks import comparison
from layers.engines.cql_tree import COMPARISONS, Evaluation, folded
from layers.engines.postgis.conditions import Condition, bbox_condition
from layers.engines.postgis.tables import day_column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from layers.engines.cql_days import Operand
    from layers.engines.cql_tree import Literal
    from layers.engines.postgis.tables import LayerTable
    from layers.engines.queryables import Queryable
    from layers.expression import Node

__all__ = ["expression_condition"]

_ARRAYS: Final = {
    "a_contains": "{column} @> {texts}",
    "a_containedby": "{column} <@ {texts}",
    "a_equals": "({column} @> {texts} AND {column} <@ {texts})",
    "a_overlaps": "{column} && {texts}",
}


def expression_condition(
    table: LayerTable,
    known: Mapping[str, Queryable],
    values: Callable[[str], tuple[Any, ...]],
    tree: Node,
    project: Callable[[Any], Any] = lambda lonlat: lonlat,
) -> Condition:
    """Return what an expression keeps.

    Parameters
    ----------
    table
        The layer.
    known
        What may be asked of it.
    values
        Returns the distinct values of a property.
    tree
        What :func:`layers.expression.parse` returned.
    project
        Turns coordinates (n, 2) that stand in the expression into longitude and latitude in degrees.

    Raises
    ------
    MalformedFilter
        As :meth:`layers.engines.cql_tree.Evaluation.truth` does.
    """
    return _Conditions(table, known, values, project).truth(tree)


class _Term:
    """A piece of SQL that Python's comparisons put together, so that what :data:`RELATIONS` says is said once."""

    def __init__(self, text: sql.Composable) -> None:
        self.text = text

    def _with(self, sign: str, other: _Term) -> _Term:
        return _Term(sql.SQL("({} {} {})").format(self.text, sql.SQL(sign), other.text))

    def __lt__(self, other: _Term) -> _Term:
        return self._with("<", other)

    def __gt__(self, other: _Term) -> _Term:
        return self._with(">", other)

    def __le__(self, other: _Term) -> _Term:
        return self._with("<=", other)

    def __ge__(self, other: _Term) -> _Term:
        return self._with(">=", other)

    def __eq__(self, other: object) -> Any:  # noqa: ANN401 -- a comparison that is made later
        return self._with("=", other) if isinstance(other, _Term) else NotImplemented

    def __ne__(self, other: object) -> Any:  # noqa: ANN401 -- as above
        return self._with("<>", other) if isinstance(other, _Term) else NotImplemented

    def __and__(self, other: _Term) -> _Term:
        return self._with("AND", other)

    def __or__(self, other: _Term) -> _Term:
        return self._with("OR", other)

    __hash__ = object.__hash__


class _Conditions(Evaluation[Condition]):
    def __init__(
        self,
        table: LayerTable,
        known: Mapping[str, Queryable],
        values: Callable[[str], tuple[Any, ...]],
        project: Callable[[Any], Any],
    ) -> None:
        super().__init__(known, project)
        self.table, self.values = table, values
        self._number = 0

    def constant(self, value: bool) -> Condition:
        return Condition(sql.SQL("true" if value else "false"))

    def negated(self, found: Condition) -> Condition:
        return Condition(sql.SQL("NOT ({})").format(found.text), found.params)

    def joined(self, op: str, parts: Sequence[Condition]) -> Condition:
        params: dict[str, Any] = {}
        for part in parts:
            params |= part.params
        sign = sql.SQL(" AND " if op == "and" else " OR ")
        return Condition(sql.SQL("({})").format(sign.join(part.text for part in parts)), params)

    def is_null(self, asked: Queryable) -> Condition:
        if asked.kind == "list":
            return Condition(sql.SQL("cardinality({}) = 0").format(sql.Identifier(asked.name)))
        column = "geom" if asked.kind == "geometry" else asked.name
        return Condition(sql.SQL("{} IS NULL").format(sql.Identifier(column)))

    def related(self, op: str, one: Operand, other: Operand) -> Condition:
        first, second = self._span(one), self._span(other)
        return self._where_known(RELATIONS[op](first[0], first[1], second[0], second[1]), first[2], second[2])

    def dated(self, op: str, one: Operand, other: Operand) -> Condition:
        first, second = self._span(one), self._span(other)
        return self._where_known(COMPARISONS[op](first[0], second[0]), first[2], second[2])

    def touched(self, place: tuple[float, float, float, float] | BaseGeometry) -> Condition:
        name = self._fresh()
        if isinstance(place, tuple):
            return bbox_condition(self.table, place, name)
        if place is None or place.is_empty:
            return Condition(sql.SQL("(geom IS NULL AND NULL)"))
        held = sql.SQL("ST_Intersects(geom, ST_SetSRID(ST_GeomFromWKB({}::bytea), 4326))").format(sql.Placeholder(name))
        return Condition(held, {name: shapely.to_wkb(place)})

    def array(self, op: str, asked: Queryable, texts: tuple[str, ...]) -> Condition:
        name = self._fresh()
        held = sql.SQL("{}::text[]").format(sql.Placeholder(name))
        text = sql.SQL(_ARRAYS[op]).format(column=sql.Identifier(asked.name), texts=held)
        return Condition(text, {name: [_clean(each) for each in texts]})

    def compared(self, op: str, asked: Queryable, literal: Literal | list[Literal], *, folds: bool) -> Condition:
        column, name = sql.Identifier(asked.name), self._fresh()
        if folds and asked.kind == "text":
            # PostgreSQL folds in fewer ways than Unicode has: what compares is looked for among the values there are.
            test = comparison(op, literal)
            return self._is_one_of(column, name, [value for value in self.values(asked.name) if test(folded(value))])
        if isinstance(literal, list):
            return self._is_one_of(column, name, [_clean(each) for each in literal])
        if op == "like":
            pattern = _clean(str(literal))
            # A backslash at the end stands for itself.
            if len(pattern) - len(pattern.rstrip("\\")) & 1:
                pattern += "\\"
            return Condition(sql.SQL("{} LIKE {}::text").format(column, sql.Placeholder(name)), {name: pattern})
        text = sql.SQL("{} {} {}").format(column, sql.SQL(op), sql.Placeholder(name))
        return Condition(text, {name: _clean(literal)})

    def _is_one_of(self, column: sql.Identifier, name: str, values: list[Any]) -> Condition:
        if not values:
            return Condition(sql.SQL("({} IS NULL AND NULL)").format(column))
        return Condition(sql.SQL("{} = ANY({})").format(column, sql.Placeholder(name)), {name: values})

    def _where_known(self, holds: _Term, *known: sql.Composable) -> Condition:
        text = sql.SQL("CASE WHEN {} THEN {} END").format(sql.SQL(" AND ").join(known), holds.text)
        return Condition(text)

    def _span(self, operand: Operand) -> tuple[_Term, _Term, sql.Composable]:
        """First day, last day and whether any is known; an end of an interval that a record does not have is open."""
        bounds, knows = [], []
        for end, is_open in ((operand.first, OPEN_START), (operand.last, OPEN_END)):
            day = self._day(end) if isinstance(end, str) else sql.Literal(end)
            knows.append(sql.SQL("{} IS NOT NULL").format(day))
            opened = sql.SQL("coalesce({}, {})").format(day, sql.Literal(is_open)) if operand.is_interval else day
            bounds.append(_Term(opened))
        return bounds[0], bounds[1], sql.SQL("({})").format(sql.SQL(" OR ").join(knows))

    def _day(self, name: str) -> sql.Composable:
        """The day of a property; NULL where it is not said."""
        if name not in self.table.pair:
            return sql.Identifier(day_column(name))
        column, is_open = ("_first_day", OPEN_START) if name == self.table.pair[0] else ("_last_day", OPEN_END)
        return sql.SQL("nullif({}, {})").format(sql.Identifier(column), sql.Literal(is_open))

    def _fresh(self) -> str:
        self._number += 1
        return f"cql_{self._number}"


_NO_TEXT: Final = re.compile("\0")


def _clean(literal: Any) -> Any:  # noqa: ANN401 -- text, number or truth
    """Return a literal that PostgreSQL takes: no text there holds the character NUL, and none of ours the one after it."""
    return _NO_TEXT.sub("\1", literal) if isinstance(literal, str) else literal
