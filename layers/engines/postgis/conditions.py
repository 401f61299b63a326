"""Conditions: a filter as the WHERE of a query, with the same answers as :mod:`layers.engines.masks`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from psycopg import sql
from psycopg.types.numeric import Int4

from layers.engines.postgis.tables import LONGEST_DAYS, OPEN_END, OPEN_START
from layers.filter import MEMBERSHIP

if TYPE_CHECKING:
    from layers.engines.postgis.tables import LayerTable
    from layers.filter import Filter

__all__ = ["NOTHING", "Condition", "bbox_condition", "filter_condition"]

EPOCH: Final = date(1970, 1, 1).toordinal()

_FIRST_DAY, _LAST_DAY = date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH
_MARGIN_DEG: Final = 1e-6
"""By how much a box is looked up larger than it is compared: indexes hold coordinates in fewer digits."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that is true, false or NULL of a row, and the values that it names. Conditions with the same text have the same plan."""

    text: sql.Composable
    params: dict[str, Any] = field(default_factory=dict)
    shape: Shape | None = None
    """What the text is known by, where it is that of a filter."""

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is asked."""
        return self is NOTHING

    def __and__(self, other: Condition) -> Condition:
        if self.keeps_all or other.keeps_all:
            return other if self.keeps_all else self
        return Condition(sql.SQL("{} AND {}").format(self.text, other.text), self.params | other.params)


NOTHING: Final = Condition(sql.SQL("true"))


def filter_condition(table: LayerTable, wanted: Filter, *, keeps_unplaced: bool = False) -> Condition:
    """Return what a filter keeps; fields that look into a property the layer lacks keep all rows.

    ``keeps_unplaced`` lets what has no place be in every box.
    """
    shape = _shape_of(table, wanted, keeps_unplaced=keeps_unplaced)
    return NOTHING if shape == _NO_SHAPE else Condition(_text_of(table, shape), _params_of(shape, wanted), shape)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a filter asks of a layer, whatever the values: filters of one shape have the same text."""

    memberships: tuple[tuple[str, str], ...] = ()
    has_days: bool = False
    is_dated: bool = False
    is_attested: bool = False
    boxes: int = 0
    keeps_unplaced: bool = False


_NO_SHAPE: Final = Shape()


def _shape_of(table: LayerTable, wanted: Filter, *, keeps_unplaced: bool) -> Shape:
    box = wanted.bbox
    return Shape(
        tuple(
            (parameter, name)
            for parameter, name in MEMBERSHIP.items()
            if getattr(wanted, parameter) and (name in table.scalars or name in table.lists)
        ),
        has_days=bool(table.pair) and wanted.datetime is not None,
        is_dated=bool(table.pair) and not wanted.undated,
        is_attested=wanted.attested is not None and table.attested,
        boxes=0 if box is None else 1 if box[0] <= box[2] else 2,
        keeps_unplaced=box is not None and keeps_unplaced,
    )


@lru_cache(maxsize=1024)
def _text_of(table: LayerTable, shape: Shape) -> sql.Composed:
    parts: list[sql.Composable] = []
    for parameter, name in shape.memberships:
        column: sql.Composable = sql.Identifier(name)
        if name in table.lists:
            parts.append(sql.SQL("{} && {}::text[]").format(column, sql.Placeholder(parameter)))
            continue
        # Codes are told by their text, also those that are numbers.
        column = column if table.kinds[name] == "text" else sql.SQL("{}::text").format(column)
        parts.append(sql.SQL("{} = ANY({}::text[])").format(column, sql.Placeholder(parameter)))
    if shape.has_days:
        if table.is_partitioned:
            # What lies in a partition of its time has begun at most so long before.
            since = sql.SQL("(_since BETWEEN %(first)s - {} AND %(last)s OR _since = {})")
            parts.append(since.format(sql.Literal(LONGEST_DAYS), sql.Literal(OPEN_START)))
        parts.append(sql.SQL("_first_day <= %(last)s AND _last_day >= %(first)s"))
    if shape.is_dated:
        undated = sql.SQL("NOT (_first_day = {} AND _last_day = {})")
        parts.append(undated.format(sql.Literal(OPEN_START), sql.Literal(OPEN_END)))
    if shape.is_attested:
        parts.append(sql.SQL("_attested = %(attested)s"))
    if shape.boxes:
        within = _in_boxes(table, "bbox", shape.boxes)
        parts.append(sql.SQL("({} OR geom IS NULL)").format(within) if shape.keeps_unplaced else within)
    return sql.SQL(" AND ").join(parts)


def _params_of(shape: Shape, wanted: Filter) -> dict[str, Any]:
    params: dict[str, Any] = {parameter: list(getattr(wanted, parameter)) for parameter, _ in shape.memberships}
    if shape.has_days and wanted.datetime is not None:
        begin, end = wanted.datetime
        params["first"] = Int4(_FIRST_DAY if begin is None else begin.toordinal() - EPOCH)
        params["last"] = Int4(_LAST_DAY if end is None else end.toordinal() - EPOCH)
    if shape.is_attested:
        params["attested"] = wanted.attested
    if wanted.bbox is not None:
        params |= _box_params(wanted.bbox, "bbox")
    return params


def bbox_condition(table: LayerTable, bbox: tuple[float, float, float, float], name: str) -> Condition:
    """Return whether a feature's place is in a box of degrees; NULL for one without a place. ``name`` begins its parameters."""
    return Condition(_in_boxes(table, name, 1 if bbox[0] <= bbox[2] else 2), _box_params(bbox, name))


def _box_params(bbox: tuple[float, float, float, float], name: str) -> dict[str, Any]:
    """Return the limits of a box, which is two where it crosses the antimeridian."""
    west, south, east, north = bbox
    params = {f"{name}_s": south, f"{name}_n": north}
    for number, (left, right) in enumerate(((west, east),) if west <= east else ((west, 180.0), (-180.0, east))):
        params |= {f"{name}_w{number}": left, f"{name}_e{number}": right}
    return params


def _in_boxes(table: LayerTable, name: str, boxes: int) -> sql.Composed:
    parts = []
    for number in range(boxes):
        keys = {"w": f"{name}_w{number}", "s": f"{name}_s", "e": f"{name}_e{number}", "n": f"{name}_n"}
        held = {key: sql.SQL("{}::float8").format(sql.Placeholder(value)) for key, value in keys.items()}
        parts.append(sql.SQL(_IN_BOX_POINTS if table.points else _IN_BOX_SHAPES).format(**held))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


_IN_BOX_POINTS: Final = (
    f"(geom && ST_MakeEnvelope({{w}} - {_MARGIN_DEG}, {{s}} - {_MARGIN_DEG}, {{e}} + {_MARGIN_DEG}, {{n}} + {_MARGIN_DEG}, 4326)"
    " AND _lon_e7 / 1e7::float8 BETWEEN {w} AND {e} AND _lat_e7 / 1e7::float8 BETWEEN {s} AND {n})"
)
# A box without width or height becomes a line or a point, as whose outline it is compared.
_IN_BOX_SHAPES: Final = (
    f"(geom && ST_MakeEnvelope({{w}} - {_MARGIN_DEG}, {{s}} - {_MARGIN_DEG}, {{e}} + {_MARGIN_DEG}, {{n}} + {_MARGIN_DEG}, 4326)"
    " AND (_west >= {w} AND _east <= {e} AND _south >= {s} AND _north <= {n}"
    " OR ST_Intersects(geom, ST_SetSRID(ST_Envelope(ST_MakeLine(ST_MakePoint({w}, {s}), ST_MakePoint({e}, {n}))), 4326))))"
)
