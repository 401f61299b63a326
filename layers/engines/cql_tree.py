"""Tree of an expression: what a CQL2 tree asks, told step by step to an engine that answers in its own way.

What can be asked and what cannot is decided here, once for all engines. Truth has three values, as in SQL: a comparison with
what a record does not say is neither true nor false, and only what is true is kept.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from geo.errors import MalformedFilter
from layers.engines.cql_days import RELATIONS, Operand, is_temporal, operand_of
from layers.engines.cql_places import geometry_of
from layers.engines.queryables import GEOMETRY, Queryable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from layers.expression import Node

__all__ = ["COMPARISONS", "Evaluation", "folded"]

Truth = TypeVar("Truth")
Literal = str | int | float | bool

COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_FLIPPED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_LOGICAL: Final = ("and", "or", "not", "isnull")
_ARRAYS: Final = ("a_contains", "a_containedby", "a_equals", "a_overlaps")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "text": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
}


class Evaluation(ABC, Generic[Truth]):
    """Walks a tree and asks what it finds; an engine implements the questions.

    Parameters
    ----------
    known
        What may be asked of the layer.
    project
        Turns coordinates (n, 2) that stand in the expression into longitude and latitude in degrees.
    """

    def __init__(self, known: Mapping[str, Queryable], project: Callable[[Any], Any]) -> None:
        self.known, self.project = known, project

    @abstractmethod
    def constant(self, value: bool) -> Truth:
        """Return what is true, or false, of every row."""

    @abstractmethod
    def negated(self, found: Truth) -> Truth:
        """Return the opposite; what is neither stays so."""

    @abstractmethod
    def joined(self, op: str, parts: Sequence[Truth]) -> Truth:
        """Return conditions joined by ``and`` or ``or``."""

    @abstractmethod
    def is_null(self, asked: Queryable) -> Truth:
        """Return whether a property is not said; of a list whether it is empty."""

    @abstractmethod
    def related(self, op: str, one: Operand, other: Operand) -> Truth:
        """Return how two instants or intervals lie, by a key of :data:`layers.engines.cql_days.RELATIONS`."""

    @abstractmethod
    def dated(self, op: str, one: Operand, other: Operand) -> Truth:
        """Return how two days compare, by a key of :data:`COMPARISONS`."""

    @abstractmethod
    def touched(self, place: tuple[float, float, float, float] | BaseGeometry) -> Truth:
        """Return whether a row's place touches a box or a geometry, in degrees."""

    @abstractmethod
    def array(self, op: str, asked: Queryable, texts: tuple[str, ...]) -> Truth:
        """Return how a list compares with other texts, each of them once."""

    @abstractmethod
    def compared(self, op: str, asked: Queryable, literal: Literal | list[Literal], *, folds: bool) -> Truth:
        """Return how a property compares with a value, by a key of :data:`COMPARISONS`, ``like``, or ``in`` with a list.

        ``folds`` asks of the property what :func:`folded` gives; the literal is folded already.
        """

    def truth(self, node: Node) -> Truth:
        """Return what a tree says.

        Raises
        ------
        MalformedFilter
            When it names a property that cannot be asked for, compares what cannot be compared, or uses a function that is
            not offered.
        """
        if isinstance(node, bool):
            return self.constant(node)
        if isinstance(node, dict) and "property" in node:
            return self.truth({"op": "=", "args": [node, True]})
        args = node.get("args") if isinstance(node, dict) else None
        if not isinstance(args, list) or not args:
            raise _no_condition(node)
        op = str(node.get("op", "")).lower()
        return self._logical(op, args) if op in _LOGICAL else self._predicate(op, args)

    def _logical(self, op: str, args: list[Node]) -> Truth:
        if op == "isnull":
            return self.is_null(self._asked(args[0]))
        if op == "not":
            return self.negated(self.truth(args[0]))
        return self.joined(op, [self.truth(arg) for arg in args])

    def _predicate(self, op: str, args: list[Node]) -> Truth:
        if op == "between" and len(args) == 3:  # noqa: PLR2004 -- value, least, most
            least, most = {"op": ">=", "args": args[:2]}, {"op": "<=", "args": [args[0], args[2]]}
            return self.joined("and", [self.truth(least), self.truth(most)])
        if len(args) != 2:  # noqa: PLR2004 -- all others compare two things
            raise _no_condition({"op": op, "args": args})
        if op in RELATIONS:
            one, other = (operand_of(self.known, arg) for arg in args)
            return self.related(op, one, other)
        if op == "s_intersects":
            return self._place(args)
        if op in _ARRAYS:
            return self._array(op, args)
        if op in {*COMPARISONS, "like", "in"}:
            return self._compared(op, args)
        raise MalformedFilter("filter", f"The function {op[:60]!r} is not offered.", hint=OFFERED)

    def _asked(self, node: Node) -> Queryable:
        if not isinstance(node, dict) or "property" not in node:
            raise MalformedFilter(
                "filter",
                f"{str(node)[:60]!r} is no property.",
                hint="Compare a property with a value: where_prec <= 3.",
            )
        name = str(node["property"])
        if name not in self.known:
            raise MalformedFilter(
                "filter",
                f"The property {name[:60]!r} cannot be asked for.",
                hint=f"These can: {', '.join(self.known)}.",
            )
        return self.known[name]

    def _place(self, args: list[Node]) -> Truth:
        mine, literal = args if isinstance(args[0], dict) and "property" in args[0] else args[::-1]
        if self._asked(mine).kind != "geometry":
            raise MalformedFilter("filter", "S_INTERSECTS needs the geometry.", hint=f"Its name is {GEOMETRY}.")
        return self.touched(geometry_of(literal, self.project))

    def _array(self, op: str, args: list[Node]) -> Truth:
        asked, wanted = self._asked(args[0]), args[1]
        if asked.kind != "list" or not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
            raise MalformedFilter(
                "filter",
                f"{op.upper()} compares a property of several values with a list of texts.",
                hint="For example A_OVERLAPS(organizations, ('taliban', 'imu')).",
            )
        return self.array(op, asked, tuple(dict.fromkeys(wanted)))

    def _compared(self, op: str, args: list[Node]) -> Truth:
        if is_temporal(self.known, args[0]) or (op in COMPARISONS and is_temporal(self.known, args[1])):
            return self._dated(op, args)
        left, right = args
        if not _is_named(left) and op in COMPARISONS:
            left, right, op = right, left, _FLIPPED.get(op, op)
        folds = isinstance(left, dict) and str(left.get("op", "")).lower() == "casei"
        asked = self._asked(left["args"][0] if folds and left.get("args") else left)
        if asked.kind in {"list", "geometry"}:
            raise MalformedFilter(
                "filter",
                f"{asked.name} cannot be compared by {op}.",
                hint="Ask A_CONTAINS(organizations, ('taliban')) of a list, S_INTERSECTS of the geometry.",
            )
        if op == "in":
            if not isinstance(right, list):
                raise _no_condition(right)
            return self.compared(op, asked, [self._literal(asked, each, folds=folds) for each in right], folds=folds)
        literal = self._literal(asked, right, folds=folds)
        if op == "like" and asked.kind != "text":
            raise MalformedFilter("filter", f"LIKE compares texts; {asked.name} is {asked.kind}.", hint="Use =.")
        return self.compared(op, asked, literal, folds=folds)

    def _literal(self, asked: Queryable, node: Node, *, folds: bool) -> Literal:
        if folds and isinstance(node, dict) and str(node.get("op", "")).lower() == "casei" and node.get("args"):
            node = folded(node["args"][0])
        if _is_named(node):
            raise MalformedFilter(
                "filter", "A property can be compared with a value, not with another property.", hint=OFFERED
            )
        if not isinstance(node, _TYPES[asked.kind]) or (isinstance(node, bool) and asked.kind != "boolean"):
            raise MalformedFilter(
                "filter",
                f"{asked.name} is of type {asked.kind}; {str(node)[:60]!r} is not.",
                hint=_LITERALS[asked.kind],
            )
        return node  # type: ignore[return-value]  # one of the types that were looked at

    def _dated(self, op: str, args: list[Node]) -> Truth:
        if op in {"like", "in"}:
            raise MalformedFilter("filter", "Dates are compared by =, <, > and T_… functions.", hint=OFFERED)
        one, other = (operand_of(self.known, {"date": arg} if isinstance(arg, str) else arg) for arg in args)
        return self.dated(op, one, other)


OFFERED: Final = (
    "Offered are AND, OR, NOT, =, <>, <, >, <=, >=, IS NULL, LIKE, BETWEEN, IN, CASEI, S_INTERSECTS, A_CONTAINS, "
    "A_CONTAINEDBY, A_EQUALS, A_OVERLAPS and the temporal functions T_…, between a property and a value."
)
_LITERALS: Final = {
    "text": "Put texts in single quotes.",
    "integer": "Write a number without quotes.",
    "number": "Write a number without quotes.",
    "boolean": "Write true or false without quotes.",
}


def _is_named(node: Node) -> bool:
    return isinstance(node, dict) and ("property" in node or ("op" in node and "property" in str(node.get("args"))))


def folded(value: object) -> object:
    """Return a text without the difference of case, anything else as it is."""
    return value.casefold() if isinstance(value, str) else value


def _no_condition(node: Node) -> MalformedFilter:
    return MalformedFilter("filter", f"{str(node)[:60]!r} is no condition.", hint=OFFERED)
