"""Tables: what a release is in PostgreSQL, their names and their columns.

::

    corridormap.releases                 the loaded releases; corridormap.latest names the one that is served
    corridormap_<id>.files               receipt, documents and pictures of a release, as they are in its folder
    corridormap_<id>.layers              what is said of each layer table
    corridormap_<id>."incidents"         the features: rows as in the column file, partitioned by time where they have dates
    corridormap_<id>."incidents.texts"   their GeoJSON, in the order of their ids
    corridormap_<id>."borders.shapes"    lines and polygons as zooms draw them (EPSG:3857), each once
    corridormap_<id>."borders.levels"    which shape each row has at which zoom
    corridormap_<id>."incidents.dense"   tiles in which more points lie than a tile draws one by one

Properties have their own names, in their own types; what the engine needs beside them begins with an underscore. x and y
count the cells of 32 bits from the north-west corner of WebMercatorQuad, less 2**31, and Morton codes are less 2**63, so that
both fit into PostgreSQL's signed integers.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Final

from psycopg import sql

from layers.filter import INTERVALS

__all__ = ["CATALOG", "LONGEST_DAYS", "OPEN_END", "OPEN_START", "SHIFT_CODE", "SHIFT_XY", "LayerTable", "schema_of"]

CATALOG: Final = "corridormap"
"""Schema of what is said of all releases."""

OPEN_START, OPEN_END = -(2**31), 2**31 - 1
"""Days that stand for an end of which nothing is known."""

LONGEST_DAYS: Final = 366
"""Longest interval of the features that lie in a partition of their time; all others lie in the first one."""

SHIFT_XY, SHIFT_CODE = 2**31, 2**63

_RELEASE_ID: Final = re.compile(r"[0-9a-f]{12}")


def schema_of(release_id: str) -> str:
    """Return the name of a release's schema.

    Raises
    ------
    ValueError
        When the id is none.
    """
    if not _RELEASE_ID.fullmatch(release_id):
        raise ValueError(release_id)
    return f"{CATALOG}_{release_id}"


@dataclass(frozen=True, slots=True, eq=False)
class LayerTable:
    """What is said of one layer table; stored with it as JSON.

    ``kinds`` are the types of the properties in the order of exports; ``pair`` the two that hold first and last day, if the
    layer has both; ``temporal`` the first day that any feature begins on, the last that any ends on, and whether one goes on;
    ``counts`` the totals without a filter; ``levels`` the zooms that shapes are kept for.
    """

    name: str
    count: int
    placed: int
    points: bool
    kinds: dict[str, str]
    tile: list[str]
    lists: list[str]
    scalars: list[str]
    pair: list[str]
    attested: bool
    days: list[int] | None
    temporal: list[Any]
    values: dict[str, int]
    counts: dict[str, Any]
    levels: list[int]
    shape_kinds: list[int]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @property
    def is_partitioned(self) -> bool:
        """Whether its rows lie in partitions by time."""
        return self.points and bool(self.pair)

    @property
    def other_days(self) -> list[str]:
        """Properties of dates beside the pair; each has its day in a column of its own."""
        dates = [name for pair in INTERVALS for name in pair]
        return [name for name in self.scalars if name in dates and name not in self.pair]

    def columns(self) -> dict[str, str]:
        """Return the columns with their types, in order."""
        found = {
            "_row": "int NOT NULL",
            "_rank": "int NOT NULL",
            "_feature_id": "bigint NOT NULL",
            "id": _TEXT + " NOT NULL",
        }
        if self.is_partitioned:
            found["_since"] = "int NOT NULL"
        if self.pair:
            found |= {"_first_day": "int NOT NULL", "_last_day": "int NOT NULL"}
        found |= {day_column(name): "int" for name in self.other_days}
        if self.points:
            found |= {"_morton": "bigint", "_x": "int", "_y": "int", "_lon_e7": "int", "_lat_e7": "int"}
        else:
            found |= dict.fromkeys(("_west", "_south", "_east", "_north"), "float8") | {"_kind": "smallint NOT NULL"}
        if self.attested:
            found["_attested"] = "boolean NOT NULL"
        found |= {name: _TYPES.get(self.kinds[name], _TEXT) for name in self.scalars}
        found |= dict.fromkeys(self.lists, "text[] NOT NULL")
        return found | {"geom": f"geometry({'Point' if self.points else 'Geometry'}, 4326)"}


_TEXT: Final = 'text COLLATE "C"'
_TYPES: Final = {"integer": "bigint", "number": "float8", "boolean": "boolean"}


def day_column(name: str) -> str:
    """Return the column that holds the day of a property of dates outside the pair."""
    return f"_day {name}"


def qualified(schema: str, name: str) -> sql.Identifier:
    """Return a table's name with its schema, quoted."""
    return sql.Identifier(schema, name)
