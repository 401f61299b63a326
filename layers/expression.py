"""Expressions of CQL2 (OGC 21-065): text or JSON becomes the one tree that an engine evaluates.

The package ``cql2`` parses; what it does not look at is told here: how long and how deep an expression is.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import cql2

from geo.errors import MalformedFilter
from layers.filter import LONGEST_BYTES

__all__ = ["LANGUAGES", "Node", "parse"]

Node = Any
"""A node of CQL2 JSON: ``{"op": …, "args": […]}``, a literal, a property, an instant, an interval or a geometry."""

LANGUAGES: Final = ("cql2-text", "cql2-json")
"""What ``filter-lang`` may say."""

DEEPEST_BRACKETS: Final = 10
"""The parser tries every way to close what is open: the time it takes doubles with each bracket that is not."""

DEEPEST_TREE: Final = 64

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")


def parse(text: str, language: str) -> Node:
    """Return the tree of an expression.

    Raises
    ------
    MalformedFilter
        When it is none, or longer or deeper than is read. The message says where.

    >>> parse("category = 'attack' AND where_prec <= 3", "cql2-text")["op"]
    'and'
    """
    if len(text.encode()) > LONGEST_BYTES:
        raise MalformedFilter(
            "filter",
            f"The filter has {len(text.encode()):,} bytes; at most {LONGEST_BYTES:,} are read.",
            hint="Name fewer values, or ask in several requests.",
        )
    if language == "cql2-text":
        _check_brackets(text)
    try:
        expression = cql2.parse_text(text) if language == "cql2-text" else cql2.parse_json(text)
        tree = json.loads(json.dumps(expression.to_json(), allow_nan=False))
    except (cql2.ParseError, ValueError, RecursionError) as error:
        where = re.search(r"--> (\d+):(\d+)|column (\d+)", str(error))
        place = f" at character {where[2] or where[3]}" if where else ""
        raise MalformedFilter(
            "filter",
            f"The filter is no {language}{place}: {text[:60]!r}.",
            hint="For example category = 'attack' AND where_prec <= 3.",
        ) from None
    if _depth(tree) > DEEPEST_TREE:
        raise _too_deep()
    return tree


def _check_brackets(text: str) -> None:
    depth = deepest = 0
    for sign in _QUOTED.sub("", text):
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
        if depth < 0:
            break
    if deepest > DEEPEST_BRACKETS:
        raise _too_deep()
    if depth:
        raise MalformedFilter(
            "filter", "The filter has brackets that are not closed or were never opened.", hint="Close each bracket."
        )


def _too_deep() -> MalformedFilter:
    return MalformedFilter(
        "filter",
        f"The filter is nested too deeply; at most {DEEPEST_BRACKETS} brackets may be open at once.",
        hint="Write it without the outer brackets, or as several conditions joined by AND.",
    )


def _depth(tree: Node) -> int:
    deepest, level = 0, [tree]
    while level and deepest <= DEEPEST_TREE:
        deepest += 1
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    # Two levels of JSON, an object and its list, are one of the expression.
    return deepest // 2
