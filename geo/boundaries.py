"""Countries, land, borders, disputed lines and first-level units as the features of recorded files."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import shapely
import shapely.geometry
from pyproj import Geod

from geo.featurefile import feature, label_point, rounded
from geo.topology import UNIT_MARK, focus_of, territory_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

    from geo.territories import Territory
    from geo.topology import Topology

__all__ = [
    "AS_OF",
    "NAME_LANGUAGES",
    "admin1",
    "admin1_labels",
    "borders",
    "countries",
    "disputed_lines",
    "land",
]

AS_OF = "2022"
"""The year whose borders Natural Earth 5.1 shows."""

NAME_LANGUAGES = ("en", "fa", "ru", "kk", "uz", "tg")

_CLAIMANTS = {
    "Bolivian": "bo",
    "Chinese": "cn",
    "Georgian": "ge",
    "Guatemalan": "gt",
    "Indian": "in",
    "Japanese": "jp",
    "Kenyan": "ke",
    "Lebanese": "lb",
    "Moldovan": "md",
    "Pakistani": "pk",
    "Portuguese": "pt",
    "South Sudanese": "ss",
    "Sudanese": "sd",
    "Suriname": "sr",
    "Syrian": "sy",
    "Ukrainian": "ua",
    "Venezuelan": "ve",
    "Western Saharan": "eh",
}
"""The adjective in a claim's name → the claimant's alpha-2 code."""

CLAIMED_SHARE = 0.2
_ALONG_EDGE_DEG = 0.05

_GEOD = Geod(ellps="WGS84")


def countries(
    topology: Topology,
    rules: Sequence[Territory],
    names: Mapping[str, Mapping[str, str]],
    alpha_3: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    """Yield one feature per territory.

    Parameters
    ----------
    topology, rules
        The shapes, and the rule by which disputed areas stand apart.
    names
        Alpha-2 code → language → name.
    alpha_3
        Territory → Natural Earth's adm0 code: ISO 3166-1 alpha-3, except a few (``SDS`` for South Sudan).
    """
    disputed = {rule.id: rule for rule in rules if rule.status == "disputed"}
    for id_, shape in topology.territories().items():
        rule = disputed.get(id_)
        name: Mapping[str, str] = rule.name if rule else names[id_.upper()]
        lon, lat = label_point(shape)
        yield feature(
            id_,
            shape,
            a3=alpha_3.get(id_),
            iso_a2=None if rule else id_.upper(),
            **{f"name_{language}": name.get(language) for language in NAME_LANGUAGES},
            disputed=rule is not None,
            claimants=list(rule.claimants) if rule else [],
            focus=focus_of(id_),
            label_lon=lon,
            label_lat=lat,
        )


def land(topology: Topology) -> Iterator[dict[str, Any]]:
    """Yield one feature per landmass or island, numbered by falling size."""
    for number, polygon in enumerate(topology.land().geoms, start=1):
        yield feature(f"land/{number:04}", polygon)


def borders(
    topology: Topology,
    rules: Sequence[Territory],
    notes: Mapping[str, Mapping[str, Any]],
    lines: Sequence[Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Yield one feature per pair of territories with a common edge; ``left`` lies on the line's left hand.

    Parameters
    ----------
    topology, rules
        The shapes, and the rule by which disputed areas stand apart.
    notes
        Pair → entry of ``data/border_notes.json``.
    lines
        The features of :func:`disputed_lines`. A claim of one neighbor inside the other stands in ``claims``; if such
        lines are longer than a fifth of the border, it is disputed. Lines along the edge of an area that stands apart
        already do not count. A recorded line of control stays one between disputed areas.
    """
    disputed = {rule.id for rule in rules if rule.status == "disputed"}
    claims = _claims(topology, disputed, lines)
    for (left, right), border in topology.borders().items():
        id_ = f"{left}-{right}"
        length_m = _GEOD.geometry_length(border)
        claimed_m, claim_names = claims.get(id_, (0.0, set()))
        note = notes.get(id_, {})
        is_disputed = bool({left, right} & disputed) or claimed_m > CLAIMED_SHARE * length_m
        stated = note.get("status", "agreed")
        rivers = {river["river"]: river["name"] for river in note.get("rivers", ())}
        yield feature(
            id_,
            border,
            left=left,
            right=right,
            # Where the sides stand is known and recorded, whatever each of them claims.
            status="disputed" if is_disputed and stated != "line_of_control" else stated,
            claims=sorted(claim_names),
            note=note.get("note"),
            focus=note.get("focus", False),
            rivers=rivers,
            length_m=round(length_m),
            accuracy_m=note.get("accuracy_m"),
            as_of=AS_OF,
        )


def _claims(
    topology: Topology,
    disputed: set[str],
    lines: Sequence[Mapping[str, Any]],
) -> dict[str, tuple[float, set[str]]]:
    """Return pair → (length of the claim lines in metres, their names)."""
    shapes = topology.territories()
    apart = shapely.union_all([shapes[id_] for id_ in sorted(disputed)]).buffer(_ALONG_EDGE_DEG)
    claims: dict[str, tuple[float, set[str]]] = {}
    for line in lines:
        properties = line["properties"]
        claimant, within = properties["claimant"], properties["within"]
        left = shapely.geometry.shape(line["geometry"]).difference(apart)
        if not claimant or not within or claimant == within or left.is_empty:
            continue
        pair = "-".join(sorted((claimant, within)))
        length_m, names = claims.setdefault(pair, (0.0, set()))
        claims[pair] = (length_m + _GEOD.geometry_length(left), names | {properties["name"]})
    return claims


def disputed_lines(frame: gpd.GeoDataFrame, alpha_2: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield one feature per disputed line, numbered within its name in the order of country and place.

    Parameters
    ----------
    frame
        Columns ``name``, ``adm0_a3_l`` (the country that holds the land) and geometry, in EPSG:4326.
    alpha_2
        Natural Earth's alpha-3 code → territory.
    """
    ordered = sorted(
        zip(frame["name"], frame["adm0_a3_l"], frame.geometry, strict=True),
        key=lambda row: (row[0], row[1], row[2].bounds),
    )
    for name, group in itertools.groupby(ordered, key=lambda row: row[0]):
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        claimant = _CLAIMANTS.get(name.removesuffix(" claim")) if name.endswith(" claim") else None
        kind = "claim" if claimant else "ceasefire" if name.startswith("Ceasefire") else "other"
        for number, (_, a3, line) in enumerate(group, start=1):
            yield feature(
                f"{slug}-{number}",
                rounded(line, 5),
                name=name,
                claimant=claimant,
                within=alpha_2.get(a3),
                kind=kind,
            )


def admin1(topology: Topology, units: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one feature per first-level unit of the countries of focus 0 and 1.

    ``units`` maps the name of the area (``tj/tj-kt``) to its properties.
    """
    for area, shape in topology.units().items():
        unit = units[area]
        lon, lat = label_point(shape)
        yield feature(
            f"admin1/{area.partition(UNIT_MARK)[2]}",
            shape,
            iso_3166_2=unit["iso_3166_2"],
            name_en=unit["name_en"],
            name_fa=unit["name_fa"],
            name_ru=unit["name_ru"],
            kind=unit.get("type_en"),
            country=territory_in(area),
            source_code=unit["adm1_code"],
            wikidata=None,
            source_wikidata=unit.get("wikidataid"),
            label_lon=lon,
            label_lat=lat,
        )


def admin1_labels(
    units: Sequence[Mapping[str, Any]],
    shapes: Sequence[Any],
    areas: Sequence[str],
) -> Iterator[dict[str, Any]]:
    """Yield the label point of every named first-level unit of the world.

    It is the source's own point where that lies in the unit, else the one of :func:`geo.featurefile.label_point`.
    """
    for unit, shape, area in zip(units, shapes, areas, strict=True):
        if not unit.get("name"):
            continue
        point = shapely.Point(unit["longitude"], unit["latitude"])
        if not shape.contains(point):
            point = shapely.Point(label_point(shape))
        yield feature(
            f"admin1-label/{unit['adm1_code'].lower()}",
            rounded(point, 4),
            name_en=unit.get("name_en") or unit["name"],
            name_fa=unit.get("name_fa"),
            name_ru=unit.get("name_ru"),
            country=territory_in(area),
            iso_3166_2=None if "~" in unit["iso_3166_2"] else unit["iso_3166_2"],
        )
