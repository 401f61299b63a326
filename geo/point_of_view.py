"""Point of view: to whom a map counts a disputed area, as recorded rules and never as an edit of a line.

``neutral``, the default, leaves disputed areas as territories of their own. ``as-depicted`` counts each to the country
that Natural Earth's own code gives it to; ``iso`` counts it to the country that its ISO 3166-2 code begins with. The
rules stand in ``data/territories.json`` (``views``); an area for which a view names no owner stays a territory of its
own and stays marked. None of the three imitates the cartography of the United Nations or of any state.

Views only regroup what one topology holds: the owner's polygon is the union of the parts, the line between two parts of
one owner disappears, and every other line is the very same vertices.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from pyproj import Geod

from geo.border import border_id
from geo.boundaries import CLAIMED_SHARE
from geo.datasets import read_json
from geo.vocabulary import NEUTRAL, POINTS_OF_VIEW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

__all__ = ["NEUTRAL", "POINTS_OF_VIEW", "read_owners", "regroup_borders", "regroup_countries"]

_WGS84 = Geod(ellps="WGS84")


def read_owners(root: Path | None, point_of_view: str) -> Mapping[str, str]:
    """Return disputed area → country, for the areas that a point of view counts to a country; empty for ``neutral``.

    Parameters
    ----------
    root
        The data folder; ``None`` means :func:`geo.datasets.data_root`.
    point_of_view
        One of :data:`POINTS_OF_VIEW`; another one is a ``KeyError``.

    Examples
    --------
    >>> read_owners(None, "iso")["crimea"], read_owners(None, "as-depicted")["crimea"], dict(read_owners(None, "neutral"))
    ('ua', 'ru', {})
    """
    if point_of_view == NEUTRAL:
        return MappingProxyType({})
    entries = [entry for entry in read_json("territories.json", root) if entry["status"] == "disputed"]
    owners = {entry["id"]: entry["views"][point_of_view] for entry in entries}
    return MappingProxyType({area: owner for area, owner in sorted(owners.items()) if owner is not None})


def regroup_countries(countries: gpd.GeoDataFrame, owners: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return the countries with each owned area inside its owner, sorted by id; other columns are the owner's.

    ``countries`` is ``naturalearth/countries`` (EPSG:4326). Without owners it comes back as it is.
    """
    if not owners:
        return countries
    groups = countries["id"].map(lambda area: owners.get(area, area))
    kept = countries[~countries["id"].isin(owners)].set_index("id", drop=False).sort_index()
    shapes = {}
    for owner, parts in countries.groupby(groups).geometry:
        merged = parts.iloc[0] if len(parts) == 1 else shapely.coverage_union_all(parts.to_numpy())
        shapes[owner] = shapely.MultiPolygon(list(shapely.get_parts(merged)))
    return kept.assign(geometry=[shapes[country] for country in kept.index]).reset_index(drop=True)


def regroup_borders(borders: gpd.GeoDataFrame, owners: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return the borders between owners, sorted by id.

    ``borders`` is ``naturalearth/borders`` (EPSG:4326). A line between two parts of one owner is left out; lines that now
    divide the same two countries become one border. It takes status, note, rivers and accuracy of the pair's own line
    where there is one; it is ``disputed`` where more than a fifth of it is a line that the neutral view calls so, or a line of
    control: a view counts an area to a country, it does not settle a dispute.
    """
    if not owners:
        return borders
    pairs: dict[str, list[dict[str, Any]]] = {}
    for row in borders.to_dict("records"):
        left, right = (owners.get(side, side) for side in (row["left"], row["right"]))
        if left != right:
            # The first territory stays on the line's left hand, also where an owner's name comes in another order.
            turned = row["geometry"] if left < right else shapely.reverse(row["geometry"])
            sides = sorted((left, right))
            pairs.setdefault(border_id(left, right), []).append({**row, "geometry": turned, "sides": sides})
    made = [_one_border(pair, rows) for pair, rows in sorted(pairs.items())]
    return gpd.GeoDataFrame(made, columns=list(borders.columns), geometry="geometry", crs=borders.crs)


def _start(line: BaseGeometry) -> tuple[float, ...]:
    return tuple(shapely.get_coordinates(line)[0].tolist())


def _one_border(pair: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    own = next((row for row in rows if row["id"] == pair), None)
    if own is not None and len(rows) == 1:
        return {name: value for name, value in own.items() if name != "sides"}
    lines = [line for row in rows for line in shapely.get_parts(row["geometry"])]
    disputed_m = sum(row["length_m"] for row in rows if row["status"] in {"disputed", "line_of_control"})
    joined = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines), directed=True))
    ordered: list[Any] = sorted(joined, key=_start)
    merged = shapely.MultiLineString(ordered)
    base = own or {**rows[0], "status": "agreed", "note": None, "rivers": {}, "accuracy_m": None, "claims": []}
    left, right = rows[0]["sides"]
    return {
        **base,
        "id": pair,
        "left": left,
        "right": right,
        "status": "disputed" if disputed_m > CLAIMED_SHARE * sum(row["length_m"] for row in rows) else base["status"],
        "length_m": round(_WGS84.geometry_length(merged)),
        "geometry": merged,
    }
