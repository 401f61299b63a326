"""Masks of expressions: which rows of a column file a CQL2 tree keeps.

Three values, as in SQL: a comparison with what a record does not say is neither true nor false, and only what is true is
kept. A coded property is compared once per distinct value.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from geo.errors import MalformedFilter
from layers.engines.cql_days import RELATIONS, is_temporal, span_of
from layers.engines.cql_places import geometry_of, intersects, is_placed
from layers.engines.queryables import GEOMETRY, Queryable, queryables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from layers.engines.columns import Columns
    from layers.expression import Node

    Mask = npt.NDArray[np.bool_]

__all__ = ["COMPARISONS", "expression_mask"]

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


class Truth(NamedTuple):
    """Of each row whether a condition is true and whether it is false; it is neither where nothing is said."""

    is_true: Mask
    is_false: Mask


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
    return _Evaluation(columns, project).truth(tree).is_true


class _Evaluation:
    def __init__(self, columns: Columns, project: Callable[[Any], Any]) -> None:
        self.columns, self.project = columns, project
        self.known = queryables(columns)

    def truth(self, node: Node) -> Truth:
        if isinstance(node, bool):
            return Truth(np.full(self.columns.count, node), np.full(self.columns.count, not node))
        if isinstance(node, dict) and "property" in node:
            return self.truth({"op": "=", "args": [node, True]})
        args = node.get("args") if isinstance(node, dict) else None
        if not isinstance(args, list) or not args:
            raise _no_condition(node)
        op = str(node.get("op", "")).lower()
        return self._logical(op, args) if op in _LOGICAL else self._predicate(op, args)

    def _logical(self, op: str, args: list[Node]) -> Truth:
        if op == "isnull":
            return self._is_null(args[0])
        if op == "not":
            found = self.truth(args[0])
            return Truth(found.is_false, found.is_true)
        return self._joined(op, [self.truth(arg) for arg in args])

    def _predicate(self, op: str, args: list[Node]) -> Truth:
        if op == "between" and len(args) == 3:  # noqa: PLR2004 -- value, least, most
            least, most = {"op": ">=", "args": args[:2]}, {"op": "<=", "args": [args[0], args[2]]}
            return self._joined("and", [self.truth(least), self.truth(most)])
        if len(args) != 2:  # noqa: PLR2004 -- all others compare two things
            raise _no_condition({"op": op, "args": args})
        if op in RELATIONS:
            return self._related(op, args)
        if op == "s_intersects":
            return self._place(args)
        if op in _ARRAYS:
            return self._array(op, args)
        if op in {*COMPARISONS, "like", "in"}:
            return self._compared(op, args)
        raise MalformedFilter("filter", f"The function {op[:60]!r} is not offered.", hint=OFFERED)

    @staticmethod
    def _joined(op: str, parts: Sequence[Truth]) -> Truth:
        every, some = np.logical_and.reduce, np.logical_or.reduce
        if op == "or":
            every, some = some, every
        return Truth(every([part.is_true for part in parts]), some([part.is_false for part in parts]))

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

    def _is_null(self, node: Node) -> Truth:
        asked = self._asked(node)
        if asked.kind == "geometry":
            is_null = ~is_placed(self.columns)
        elif asked.kind == "list":
            is_null = np.diff(self.columns.file.array(f"{asked.name}.ends").astype(np.int64)) == 0
        else:
            is_null = self.columns.codes(asked.name) == 0
        return Truth(is_null, ~is_null)

    def _related(self, op: str, args: list[Node]) -> Truth:
        one, other = (span_of(self.columns, arg) for arg in args)
        holds = RELATIONS[op](one.first, one.last, other.first, other.last)
        return self._spread(holds, one.known & other.known)

    def _spread(self, holds: Mask, known: Mask) -> Truth:
        holds, known = (np.broadcast_to(each, (self.columns.count,)) for each in (holds, known))
        return Truth(holds & known, ~holds & known)

    def _place(self, args: list[Node]) -> Truth:
        mine, literal = args if isinstance(args[0], dict) and "property" in args[0] else args[::-1]
        if self._asked(mine).kind != "geometry":
            raise MalformedFilter("filter", "S_INTERSECTS needs the geometry.", hint=f"Its name is {GEOMETRY}.")
        touched = intersects(self.columns, geometry_of(literal, self.project))
        return Truth(touched, ~touched & is_placed(self.columns))

    def _array(self, op: str, args: list[Node]) -> Truth:
        asked, wanted = self._asked(args[0]), args[1]
        if asked.kind != "list" or not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
            raise MalformedFilter(
                "filter",
                f"{op.upper()} compares a property of several values with a list of texts.",
                hint="For example A_OVERLAPS(organizations, ('taliban', 'imu')).",
            )
        ends = self.columns.file.array(f"{asked.name}.ends").astype(np.int64)
        codes, sizes = self.columns.file.array(f"{asked.name}.codes"), np.diff(ends)
        texts = tuple(dict.fromkeys(wanted))
        is_wanted = np.isin(codes, self.columns.codes_of(asked.name, texts))
        hits = np.diff(np.concatenate([[0], np.cumsum(is_wanted)])[ends])
        holds = {
            "a_contains": hits == len(texts),
            "a_containedby": hits == sizes,
            "a_equals": (hits == len(texts)) & (sizes == len(texts)),
            "a_overlaps": hits > 0,
        }[op]
        return self._spread(holds, np.array(True))

    def _compared(self, op: str, args: list[Node]) -> Truth:
        if is_temporal(self.columns, args[0]) or (op in COMPARISONS and is_temporal(self.columns, args[1])):
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
        values = [_folded(value) if folds else value for value in self.columns.values(asked.name)]
        test = self._test(op, asked, right, folds=folds)
        holds = np.array([False, *map(test, values)])
        codes = self.columns.codes(asked.name)
        return Truth(holds[codes], ~holds[codes] & (codes != 0))

    def _test(self, op: str, asked: Queryable, right: Node, *, folds: bool) -> Callable[[Any], bool]:
        if op == "in":
            wanted = [self._literal(asked, each, folds=folds) for each in right] if isinstance(right, list) else None
            if wanted is None:
                raise _no_condition(right)
            return lambda value: value in wanted
        literal = self._literal(asked, right, folds=folds)
        if op == "like":
            if asked.kind != "text":
                raise MalformedFilter("filter", f"LIKE compares texts; {asked.name} is {asked.kind}.", hint="Use =.")
            pattern = _pattern(literal)
            return lambda value: pattern.fullmatch(value) is not None
        compare = COMPARISONS[op]
        return lambda value: bool(compare(value, literal))

    def _literal(self, asked: Queryable, node: Node, *, folds: bool) -> Any:  # noqa: ANN401 -- text, number or truth
        if folds and isinstance(node, dict) and str(node.get("op", "")).lower() == "casei" and node.get("args"):
            node = _folded(node["args"][0])
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
        return node

    def _dated(self, op: str, args: list[Node]) -> Truth:
        if op in {"like", "in"}:
            raise MalformedFilter("filter", "Dates are compared by =, <, > and T_… functions.", hint=OFFERED)
        spans = [span_of(self.columns, {"date": arg} if isinstance(arg, str) else arg) for arg in args]
        return self._spread(COMPARISONS[op](spans[0].first, spans[1].first), spans[0].known & spans[1].known)


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


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


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


def _no_condition(node: Node) -> MalformedFilter:
    return MalformedFilter("filter", f"{str(node)[:60]!r} is no condition.", hint=OFFERED)
