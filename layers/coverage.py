"""Coverage: the join of what happened, and of who is a member where, with areas, borders and corridors.

One tidy table: each row says how something on the left stands to something on the right. ``left_layer`` and
``right_layer`` are ids of layers, or ``areas`` for the ids by which records speak of countries, provinces and regions.
What the relations of incidents mean stands in :mod:`layers.whereabouts`; those of organizations are the relations of
their membership records. ``basis`` tells what a row rests on: ``attested`` (an article's record says it), ``context`` (an
outside work does) or ``geometry`` (nobody says it: shapes on this map meet).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers.filter import interval_of
from layers.surroundings import Surroundings
from layers.table import plain
from layers.whereabouts import Whereabouts, join_areal, join_placed, join_stated
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import geopandas as gpd

    from layers.ingredients import Ingredients
    from layers.workers import Workers

__all__ = [
    "COLUMNS",
    "LISTS",
    "feature_lists",
    "join",
    "join_incidents",
    "join_memberships",
    "join_pieces",
    "lists_of",
    "members_at",
    "records_of",
]

COLUMNS = (
    "left_layer",
    "left_id",
    "relation",
    "right_layer",
    "right_id",
    "distance_m",
    "share",
    "basis",
    "valid_from",
    "valid_to",
)
"""Of every table here. The dates are those of memberships, ISO 8601 at the precision of their source."""

Row = dict[str, Any]

_NUMBERS = ("distance_m", "share")

PER_PARTITION: Final = 1_000
"""Incidents that a worker joins at once."""

LISTS = ("corridors", "borders", "areas", "joins")
"""What :func:`feature_lists` gives each incident."""

_LIST_OF = {
    "corridors": "corridors",
    "context_corridors": "corridors",
    "borders": "borders",
    "areas": "areas",
}


def join(ingredients: Ingredients, incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the whole table of a release: incidents and memberships.

    Parameters
    ----------
    ingredients
        Records and data sets of the build.
    incidents
        Features of the incident layer, see :meth:`layers.whereabouts.Whereabouts.from_frame`; may be empty.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`, sorted by them, each row once. The order of the input makes no difference.

    Raises
    ------
    MissingData
        An incident names an area or a border that is none.
    """
    parts = (join_incidents(incidents, Surroundings.of(ingredients)), join_memberships(ingredients))
    return _tidy(row for part in parts for row in records_of(part))


def join_incidents(incidents: gpd.GeoDataFrame, around: Surroundings, workers: Workers = HERE) -> pd.DataFrame:
    """Return the rows of incidents alone; parameters, result and errors as of :func:`join`.

    What an incident joins depends on no other one: workers join so many at a time, to the same rows.
    """
    pieces = (incidents.iloc[at : at + PER_PARTITION] for at in range(0, len(incidents), PER_PARTITION))
    return _tidy(row for _, rows in join_pieces(pieces, around, _of_many(workers, len(incidents))) for row in rows)


def join_pieces(
    pieces: Iterable[gpd.GeoDataFrame], around: Surroundings, workers: Workers = HERE
) -> Iterator[tuple[gpd.GeoDataFrame, list[Row]]]:
    """Join incidents piece by piece: yield each piece with its rows as JSON objects, sorted by :data:`COLUMNS`, each once.

    Pieces are taken when they are needed, and let go of; of pieces in the order of ids the rows are in order too.
    """
    waiting: deque[gpd.GeoDataFrame] = deque()

    def parts() -> Iterator[tuple[Whereabouts, ...]]:
        for piece in pieces:
            waiting.append(piece)
            yield Whereabouts.from_frame(piece)

    for rows in workers.map(_joined, around, parts()):
        yield waiting.popleft(), _ordered(rows)


def _of_many(workers: Workers, count: int) -> Workers:
    """For what fits into one partition this process alone: handing it out would cost more."""
    return workers if count > PER_PARTITION else HERE


def _joined(around: Surroundings, whereabouts: Sequence[Whereabouts]) -> list[Row]:
    """Join some incidents: a worker's part."""
    found = (*join_placed(whereabouts, around), *join_areal(whereabouts, around), *join_stated(whereabouts, around))
    return [joined.row() for joined in found]


def join_memberships(ingredients: Ingredients) -> pd.DataFrame:
    """Return the rows of organizations alone: the states in them, as attested and as known, with dates."""
    return _tidy(
        {
            "left_layer": "organizations",
            "left_id": record["organization"],
            "relation": record["relation"],
            "right_layer": "areas",
            "right_id": record["member"],
            "basis": record["basis"],
            "valid_from": record["valid_from"],
            "valid_to": record["valid_to"],
        }
        for record in ingredients.coverage.records("memberships")
    )


def members_at(table: pd.DataFrame, on: str) -> pd.DataFrame:
    """Return the memberships that hold at a date, or may hold.

    Parameters
    ----------
    table
        What :func:`join` or :func:`join_memberships` returned.
    on
        An ISO 8601 day, month or year (``2005-10``); a month or year is met when any day of it is.

    Returns
    -------
    DataFrame
        Rows of ``table`` in their order, with a column ``certain``: whether the membership held on every day of ``on``,
        whatever day a partial date means. An open end means: not known to have ended. Without a first date it may have
        held on any day up to its last, and is certain on none.

    Raises
    ------
    ValueError
        ``on`` is no date.
    """
    wanted = interval_of(on)
    rows = table[table["left_layer"] == "organizations"]
    holds = [_holds(row.valid_from, row.valid_to, wanted) for row in rows.itertuples()]
    is_possible, is_certain = np.array(holds, dtype=bool).reshape(-1, 2).T
    return rows.assign(certain=is_certain)[is_possible].reset_index(drop=True)


def feature_lists(table: pd.DataFrame, ids: Iterable[str]) -> dict[str, dict[str, list[Any]]]:
    """Return for each incident what it may have happened in, as lists for its feature's JSON properties.

    Parameters
    ----------
    table
        What :func:`join` or :func:`join_incidents` returned.
    ids
        Ids of all incidents, so that each has its lists, empty ones too.

    Returns
    -------
    dict
        By id: ``corridors`` (of all three corridor layers; the filter ``corridor=`` looks here), ``borders`` and ``areas``,
        sorted ids without what is merely near; and ``joins``, one object per row with ``relation``, ``layer``, ``id``,
        ``share``, ``distance_m`` and ``basis``, near ones too: how surely each of the ids is meant stands there alone.
    """
    return lists_of(records_of(table), ids)


def lists_of(rows: Iterable[Row], ids: Iterable[str]) -> dict[str, dict[str, list[Any]]]:
    """Return what :func:`feature_lists` does, of rows as JSON objects."""
    lists: dict[str, dict[str, list[Any]]] = {id_: {name: [] for name in LISTS} for id_ in sorted(ids)}
    for row in rows:
        if row["left_layer"] != "incidents" or row["left_id"] not in lists:
            continue
        mine, layer = lists[row["left_id"]], row["right_layer"]
        mine["joins"].append(
            {"layer": layer, "id": row["right_id"]}
            | {name: row[name] for name in ("relation", "share", "distance_m", "basis")}
        )
        if row["relation"] != "near" and layer in _LIST_OF:
            mine[_LIST_OF[layer]].append(row["right_id"])
    for mine in lists.values():
        mine |= {name: sorted(set(mine[name])) for name in LISTS[:-1]}
    return lists


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows as JSON objects, missing cells ``None``: for a document in a release."""
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _holds(valid_from: object, valid_to: object, wanted: tuple[date, date]) -> tuple[bool, bool]:
    """Tell whether a membership may hold on some day of ``wanted``, and whether it surely holds on all of them."""
    start, end = (None if (text := plain(value)) is None else interval_of(text) for value in (valid_from, valid_to))
    first, last = wanted
    possible = (start is None or start[0] <= last) and (end is None or end[1] >= first)
    certain = start is not None and start[1] <= first and (end is None or end[0] >= last)
    return possible, certain


def _ordered(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Sort rows and keep each once; every row gets all columns."""
    # The key is the row itself, with what is missing before what is there.
    unique = {tuple((value is not None, value) for value in map(row.get, COLUMNS)): row for row in rows}
    return [{name: unique[key].get(name) for name in COLUMNS} for key in sorted(unique)]


def _tidy(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    ordered = _ordered(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row[name] for row in ordered], dtype="Float64" if name in _NUMBERS else object)
            for name in COLUMNS
        }
    )
