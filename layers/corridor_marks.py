"""Corridor marks: what draws the corridors of :mod:`layers.corridors`, and is never exported.

One layer of small features, told apart by ``kind``:

``ring``
    One of twelve nested polygons of an arrow's band, ``ring`` 1 (innermost) to 12; painted over each other they shade off.
``axis``
    The line of one leg: chevrons run along it. ``gap`` is 1 where a transport corridor leads over an unknown place.
``head``
    The tip of an arrow's leg, with ``bearing_deg`` clockwise from up on a Web Mercator screen.
``chip``
    Where the corridor's tag stands: the candidate point that is furthest from other corridors, tags and country names.
``waypoint``
    A resolved place of transport corridors, with its name; ``corridor`` lists all of them, separated by spaces.

``single`` is 1 where one article alone says it, ``other`` where something else than drugs is said to move, ``candidate``
where a machine read it and nobody has reviewed it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.band import Band
from geo.gazetteer import LANGUAGES
from layers.corridor_texts import DESCRIPTIONS, TITLES
from layers.corridors import (
    attested_records,
    basis_of_articles,
    build_corridors,
    drawn_corridors,
    is_candidate,
    is_other,
)
from layers.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from geo.area import Area
    from geo.corridor import Axis, Corridor
    from layers.ingredients import Ingredients

__all__ = ["LAYERS", "RINGS"]

RINGS = 12

CHIP_SHARES = (0.5, 0.42, 0.58, 0.34, 0.66)
"""Where along a leg a tag may stand, the middle first."""

NAME_STEPS = 0.25
"""Tags of an area stand this share of its box beside its label point, so as not to cover its name."""

TAG_CROWDING = 0.5
LINE_CROWDING = 2.5
"""Another tag counts as closer than it is, another line as further: two tags must not touch, a tag and a line may."""

Row = dict[str, Any]
LonLat = tuple[float, float]

_COLUMNS = (
    "id",
    "kind",
    "basis",
    "corridor",
    "depiction",
    "ring",
    "single",
    "other",
    "candidate",
    "gap",
    "bearing_deg",
    *(f"name_{language}" for language in LANGUAGES),
    "corridors",
    "articles",
    "geometry",
)


def build_marks(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """All marks, sorted by id: ``a1/axis/1``, ``a1/head/1``, ``a1/ring/07``, ``a1/chip``, ``waypoint/termez``."""
    records = {str(record["id"]): record for record in attested_records(ingredients)}
    bases = (
        dict.fromkeys(records, "attested")
        | {record["id"]: "context" for record in ingredients.context.corridors}
        | {record["id"]: "infrastructure" for record in ingredients.context.transport_corridors}
    )
    corridors = drawn_corridors(ingredients)
    rows: list[Row] = []
    for id_, corridor in corridors.items():
        rows += _line_marks(corridor, bases[id_], records.get(id_))
    # What a machine read has no tag, and moves none.
    tagged = {id_: basis for id_, basis in bases.items() if not is_candidate(records.get(id_, {}))}
    rows += _chips(ingredients, {id_: corridor for id_, corridor in corridors.items() if id_ in tagged}, tagged)
    rows += _waypoints(ingredients)
    for row in rows:
        row["corridors"] = row["corridor"].split()
        owner = records.get(row["corridor"])
        row["articles"] = basis_of_articles(owner) if owner else []
        row["depiction"] = owner["depiction"] if owner else None
        row["other"] = int(is_other(owner)) if owner else 0
        row["candidate"] = int(is_candidate(owner)) if owner else 0
    rows.sort(key=lambda row: str(row["id"]))
    return gpd.GeoDataFrame(rows, columns=list(_COLUMNS), geometry="geometry", crs=4326)


def _line_marks(corridor: Corridor, basis: str, record: Mapping[str, Any] | None) -> Iterator[Row]:
    def mark(name: str, kind: str, geometry: BaseGeometry, **properties: object) -> Row:
        return {
            "id": f"{corridor.id}/{name}",
            "kind": kind,
            "basis": basis,
            "corridor": corridor.id,
            "geometry": geometry,
            **properties,
        }

    is_arrow = corridor.attestation_class == "statement"
    for number, axis in enumerate(corridor.axes, start=1):
        single = _is_single(record, number - 1)
        yield mark(f"axis/{number}", "axis", axis.line, single=single, gap=int(axis.leg.is_gap))
        if is_arrow:
            bearing = round(axis.bearing_deg, 1) % 360.0
            yield mark(f"head/{number}", "head", shapely.Point(axis.end), single=single, bearing_deg=bearing)
    band = Band.around(corridor) if is_arrow else None
    for number, ring in enumerate(band.rings(RINGS) if band else (), start=1):
        yield mark(f"ring/{number:02d}", "ring", ring, ring=number)


def _is_single(record: Mapping[str, Any] | None, leg_index: int) -> int:
    """Tell whether one article alone states a leg: by the leg's own articles, else by the record; 0 for no article."""
    if record is None:
        return 0
    articles = record["legs"][leg_index].get("articles")
    return int(len(set(articles)) == 1 if articles else bool(record["single_article"]))


def _chips(ingredients: Ingredients, corridors: Mapping[str, Corridor], bases: Mapping[str, str]) -> Iterator[Row]:
    names = _mercator([area.label_point for area in ingredients.gazetteer.areas.values() if _is_named(area)])
    lines = {id_: _mercator(_vertices(corridor.axes)) for id_, corridor in corridors.items()}
    candidates = _candidates(ingredients, corridors)
    placed: list[LonLat] = []
    for id_, basis in bases.items():
        points = candidates.get(id_, [])
        if not points:
            continue
        here = _mercator(points)
        room = _nearest(here, names)
        for other, line in lines.items():
            if other != id_:
                room = np.minimum(room, LINE_CROWDING * _nearest(here, line))
        if placed:
            room = np.minimum(room, TAG_CROWDING * _nearest(here, _mercator(placed)))
        # Points of one room stay in their order of preference; the rounding keeps the choice the same everywhere.
        best = points[int(np.argmax(np.round(room, 6)))]
        placed.append(best)
        yield {
            "id": f"{id_}/chip",
            "kind": "chip",
            "basis": basis,
            "corridor": id_,
            "geometry": shapely.Point(best),
        }


def _is_named(area: Area) -> bool:
    """Tell whether a name is always on the map there: countries and labelled regions, no provinces."""
    return area.is_labelled if area.is_region else "-" not in area.id


def _candidates(ingredients: Ingredients, corridors: Mapping[str, Corridor]) -> dict[str, list[LonLat]]:
    """Where each corridor's tag may stand; a corridor that is only a label needs none."""
    points = {
        id_: [axis.at(share) for share in CHIP_SHARES for axis in corridor.axes] for id_, corridor in corridors.items()
    }
    for row in build_corridors(ingredients).to_dict("records"):
        geometry = row["geometry"]
        if row["depiction"] == "border":
            lines = sorted(shapely.get_parts(geometry), key=lambda line: (-line.length, line.bounds))[:6]
            spots = [line.interpolate(share, normalized=True) for share in CHIP_SHARES for line in lines]
            points[row["id"]] = [(spot.x, spot.y) for spot in spots]
        elif row["depiction"] == "area":
            points[row["id"]] = _inside(geometry)
    return points


def _inside(geometry: BaseGeometry) -> list[LonLat]:
    west, south, east, north = geometry.bounds
    middle = geometry.representative_point()
    spots = [
        shapely.Point(middle.x + dx * NAME_STEPS * (east - west), middle.y + dy * NAME_STEPS * (north - south))
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1), (0, 0))
    ]
    return [(spot.x, spot.y) for spot in spots if geometry.covers(spot)]


def _waypoints(ingredients: Ingredients) -> Iterator[Row]:
    users: dict[str, list[str]] = defaultdict(list)
    for record in ingredients.context.transport_corridors:
        for place_id in record["places"]:
            users[place_id].append(record["id"])
    for place_id in sorted(users):
        place = ingredients.gazetteer.place(place_id)
        if place.point is not None:
            yield {
                "id": f"waypoint/{place_id}",
                "kind": "waypoint",
                "basis": "infrastructure",
                "corridor": " ".join(users[place_id]),
                **{f"name_{language}": place.name.get(language) or place.name["en"] for language in LANGUAGES},
                "geometry": shapely.Point(place.point),
            }


def _vertices(axes: Sequence[Axis]) -> list[LonLat]:
    return [axis.at(index / 24) for axis in axes for index in range(25)]


def _mercator(points: Sequence[LonLat]) -> npt.NDArray[np.float64]:
    """Turn (lon, lat) in degrees into x, y on a Web Mercator screen, both in degrees at the equator; shape (n, 2)."""
    return np.array(
        [(lon, math.degrees(math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat))))))) for lon, lat in points]
    )


def _nearest(here: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return for each of ``here`` the distance to the nearest of ``others``."""
    return np.asarray(np.min(np.hypot(*(here[:, None, :] - others[None, :, :]).transpose(2, 0, 1)), axis=1))


LAYERS: tuple[Layer, ...] = (
    Layer(
        id="corridor_marks",
        title=TITLES["corridor_marks"],
        description=DESCRIPTIONS["corridor_marks"],
        role="drawing",
        build=build_marks,
        sources=("corridormap-records", "geonames", "natural-earth-admin1"),
        tile_properties=(
            "kind",
            "basis",
            "corridor",
            "depiction",
            "ring",
            "single",
            "other",
            "candidate",
            "gap",
            "bearing_deg",
            *(f"name_{language}" for language in LANGUAGES),
        ),
        json_properties=("corridors", "articles"),
    ),
)
