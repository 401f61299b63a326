"""Conditions: a filter as the WHERE of a query, with the same answers as :mod:`layers.engines.masks`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
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
    found = NOTHING
    for parameter, name in MEMBERSHIP.items():
        values = list(getattr(wanted, parameter))
        if values and name in table.scalars:
            # Codes are told by their text, also those that are numbers.
            column = (
                sql.Identifier(name)
                if table.kinds[name] == "text"
                else sql.SQL("{}::text").format(sql.Identifier(name))
            )
            found &= Condition(
                sql.SQL("{} = ANY({}::text[])").format(column, sql.Placeholder(parameter)), {parameter: values}
            )
        elif values and name in table.lists:
            text = sql.SQL("{} && {}::text[]").format(sql.Identifier(name), sql.Placeholder(parameter))
            found &= Condition(text, {parameter: values})
    if table.pair and (wanted.datetime is not None or not wanted.undated):
        found &= _days_condition(table, wanted)
    if wanted.attested is not None and table.attested:
        found &= Condition(sql.SQL("_attested = %(attested)s"), {"attested": wanted.attested})
    if wanted.bbox is not None:
        within = bbox_condition(table, wanted.bbox, "bbox")
        if keeps_unplaced:
            within = Condition(sql.SQL("({} OR geom IS NULL)").format(within.text), within.params)
        found &= within
    return found


def _days_condition(table: LayerTable, wanted: Filter) -> Condition:
    """A feature's interval, open where it says nothing, against the wanted one; both ends are days and inclusive."""
    found = NOTHING
    if wanted.datetime is not None:
        begin, end = wanted.datetime
        first = _FIRST_DAY if begin is None else begin.toordinal() - EPOCH
        last = _LAST_DAY if end is None else end.toordinal() - EPOCH
        text = "_first_day <= %(last)s AND _last_day >= %(first)s"
        if table.is_partitioned:
            # What lies in a partition of its time has begun at most so long before.
            text = f"(_since BETWEEN %(first)s - {LONGEST_DAYS} AND %(last)s OR _since = {OPEN_START}) AND {text}"
        found = Condition(sql.SQL(text), {"first": Int4(first), "last": Int4(last)})
    if not wanted.undated:
        found &= Condition(sql.SQL(f"NOT (_first_day = {OPEN_START} AND _last_day = {OPEN_END})"))
    return found


def bbox_condition(table: LayerTable, bbox: tuple[float, float, float, float], name: str) -> Condition:
    """Return whether a feature's place is in a box of degrees; NULL for one without a place. ``name`` begins its parameters."""
    west, south, east, north = bbox
    params: dict[str, Any] = {f"{name}_s": south, f"{name}_n": north}
    boxes = ((west, east),) if west <= east else ((west, 180.0), (-180.0, east))
    parts = []
    for number, (left, right) in enumerate(boxes):
        keys = {"w": f"{name}_w{number}", "s": f"{name}_s", "e": f"{name}_e{number}", "n": f"{name}_n"}
        params |= {keys["w"]: left, keys["e"]: right}
        held = {key: sql.SQL("{}::float8").format(sql.Placeholder(value)) for key, value in keys.items()}
        parts.append(sql.SQL(_IN_BOX_POINTS if table.points else _IN_BOX_SHAPES).format(**held))
    return Condition(sql.SQL("({})").format(sql.SQL(" OR ").join(parts)), params)


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
