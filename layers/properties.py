"""Properties: the type of each property that a feature may have, declared and never inferred.

A name means the same in every layer, but where a layer's ``types`` say otherwise. What is not named is text; what a layer
lists in its ``json_properties`` is JSON. A build refuses a value of another type, so a column never changes its type with its content.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from layers.layer import Kind, Layer

__all__ = ["DECLARED", "fits", "is_missing", "kind_of"]

DECLARED: Final[dict[str, Kind]] = {
    "bearing_deg": "number",
    "candidate": "integer",
    "drawn_direction_deg": "integer",
    "drawn_length_km": "integer",
    "focus": "integer",
    "gap": "integer",
    "half_width_km": "integer",
    "km": "integer",
    "label_lat": "number",
    "label_lon": "number",
    "length_m": "number",
    "other": "integer",
    "rank": "integer",
    "ring": "integer",
    "single": "integer",
    "single_article": "boolean",
    "undated": "boolean",
    "where_prec": "integer",
}
"""Name → type, where it is not text."""


def kind_of(layer: Layer, name: str) -> Kind:
    """Return the declared type of one property of a layer."""
    return "json" if name in layer.json_properties else layer.types.get(name) or DECLARED.get(name, "text")


def fits(value: Any, kind: Kind) -> bool:  # noqa: ANN401 -- a cell may hold anything
    """Tell whether a cell that is not missing is of a type.

    >>> fits(5.0, "integer"), fits(5.5, "integer"), fits(True, "integer"), fits(1, "boolean"), fits(math.inf, "number")
    (True, False, False, True, False)
    """
    is_truth = isinstance(value, bool | np.bool_)
    is_number = isinstance(value, int | float | np.integer | np.floating) and not is_truth and math.isfinite(value)
    match kind:
        case "text":
            return isinstance(value, str)
        case "boolean":
            return is_truth or (is_number and value in {0, 1})
        case "integer":
            return is_number and float(value).is_integer()
        case "number":
            return is_number
        case "json":
            return True


_SAYING: Final = frozenset({str, int, bool, list, dict, tuple})
"""Types of which every value says something."""


def is_missing(value: object) -> bool:
    """Tell whether a cell says nothing: ``None``, NaN, NaT or ``pandas.NA``, known by name because serving needs no pandas.

    >>> [is_missing(value) for value in (None, math.nan, 0, "", [])]
    [True, True, False, False, False]
    """
    kind = type(value)
    if kind in _SAYING:
        return False
    if value is None or kind.__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float | np.floating) and math.isnan(value)
