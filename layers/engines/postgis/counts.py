"""Counts: how many of the features that a filter keeps are of each category, organization, article, year and area."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from psycopg import sql

from layers.engines.facets import FACETS
from layers.engines.postgis.conditions import filter_condition
from layers.engines.postgis.tables import OPEN_END, OPEN_START
from layers.filter import Filter

if TYPE_CHECKING:
    from layers.engines.postgis.database import Database
    from layers.engines.postgis.tables import LayerTable

__all__ = ["count"]


def count(database: Database, table: LayerTable, name: sql.Identifier, wanted: Filter) -> dict[str, Any]:
    """Return what :func:`layers.engines.facets.count` returns: the rows are read once for all facets.

    The totals without a filter were counted when the release was loaded.
    """
    if wanted == Filter():
        return table.counts
    condition = filter_condition(table, wanted)
    facets = {facet: column for facet, column in FACETS.items() if column in table.lists or column in table.scalars}
    columns = sorted(set(facets.values()))
    selected: list[sql.Composable] = [sql.SQL("geom IS NULL AS unplaced"), *map(sql.Identifier, columns)]
    parts: list[sql.Composable] = [
        sql.SQL("SELECT 0, NULL::text, NULL::int, count(*), count(*) FILTER (WHERE unplaced) FROM kept")
    ]
    if table.pair:
        selected += [sql.SQL("_first_day"), sql.SQL("_last_day")]
        parts.append(sql.SQL(_YEARS).format(**_limits(table)))
    for place, column in enumerate(columns, start=2):
        parts.append(
            sql.SQL(_OF_LISTS if column in table.lists else _OF_SCALARS).format(
                place=sql.Literal(place), column=sql.Identifier(column)
            )
        )
    query = sql.SQL("WITH kept AS MATERIALIZED (SELECT {} FROM {} WHERE {}) {}").format(
        sql.SQL(", ").join(selected), name, condition.text, sql.SQL(" UNION ALL ").join(parts)
    )
    rows = database.rows(query, condition.params)
    (_, _, _, total, unplaced) = next(row for row in rows if row[0] == 0)
    totals: dict[str, dict[str, int]] = {column: {} for column in columns}
    for place, value, _, number, _ in rows:
        if place > 1:
            totals[columns[place - 2]][_shown(table, columns[place - 2], value)] = number
    found: dict[str, Any] = {"total": total, "unplaced": unplaced, "undated": None}
    found |= {facet: dict(sorted(totals[column].items())) for facet, column in facets.items()}
    if table.pair:
        pairs = [(value, year, number) for place, value, year, number, _ in rows if place == 1]
        found["undated"], found["year"] = _by_year(table, pairs)
    return found


_OF_SCALARS = "SELECT {place}, {column}::text, NULL, count(*), 0 FROM kept WHERE {column} IS NOT NULL GROUP BY {column}"
_OF_LISTS = "SELECT {place}, item, NULL, count(*), 0 FROM kept, unnest({column}) AS item GROUP BY item"
_YEARS = (
    "SELECT 1, begun::text, ended, count(*), 0 FROM (SELECT"
    " extract(year FROM date '1970-01-01' + greatest(_first_day, {earliest}))::int AS begun,"
    " extract(year FROM date '1970-01-01' + least(_last_day, {latest}))::int AS ended"
    " FROM kept WHERE _first_day <> {open_start} OR _last_day <> {open_end}) AS dated GROUP BY begun, ended"
    " UNION ALL SELECT 1, NULL, NULL, count(*), 0 FROM kept WHERE _first_day = {open_start} AND _last_day = {open_end}"
)


def _limits(table: LayerTable) -> dict[str, sql.Literal]:
    earliest, latest = table.days or (0, 0)
    limits = {"earliest": earliest, "latest": latest, "open_start": OPEN_START, "open_end": OPEN_END}
    return {key: sql.Literal(value) for key, value in limits.items()}


def _shown(table: LayerTable, column: str, value: str) -> str:
    """Return a value as its text in Python, which writes truth values with a capital."""
    return value.capitalize() if table.kinds[column] == "boolean" else value


def _by_year(table: LayerTable, pairs: list[tuple[str | None, int | None, int]]) -> tuple[int, dict[str, int]]:
    """Return how many features have no date, and the totals by year, of the totals by first and last year."""
    undated = sum(number for begun, _, number in pairs if begun is None)
    dated = [(int(begun), ended, number) for begun, ended, number in pairs if begun is not None and ended is not None]
    if table.days is None or not dated:
        return undated, {}
    steps: dict[int, int] = {}
    for begun, ended, number in dated:
        # Dates that run backwards overlap no year.
        if ended >= begun:
            steps[begun] = steps.get(begun, 0) + number
            steps[ended + 1] = steps.get(ended + 1, 0) - number
    years = range(min(steps, default=0), max(steps, default=0))
    running = accumulate(steps.get(year, 0) for year in years)
    return undated, {f"{year:04d}": number for year, number in zip(years, running, strict=True) if number}
