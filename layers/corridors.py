"""Corridors: what articles state, what outside knowledge adds, and what governments have built, never mixed.

Three layers, told apart by ``basis``: ``attested`` (sentences of the articles), ``context`` (UNODC's routes, with
references) and ``infrastructure`` (public transport corridors, with references; they say nothing about crime). A fourth
holds the bands: how far from its line each of them may lie.

``depiction`` says what the geometry is: ``arrow`` (schematic legs from area to area), ``border`` (whole shared border
lines, or their part along a province that the record names), ``area`` (whole countries or provinces), ``label`` (label points only) or ``path`` (straight lines between named
places).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from geo.band import Band, half_width_km
from geo.corridor import ATTESTATION_CLASSES, Corridor, check_ends
from geo.curve import assign_lanes
from geo.errors import InvalidGeometry
from geo.gazetteer import LANGUAGES
from geo.mosaic import Mosaic
from geo.passage import passage
from geo.route import Route
from layers.corridor_shapes import along_borders, as_a_whole
from layers.corridor_texts import DESCRIPTIONS, GEOMETRY_NOTES, TITLES, is_candidate, is_other, legend_rows
from layers.layer import Layer
from layers.passage_texts import name_areas

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

    from layers.ingredients import Ingredients

__all__ = [
    "COLUMNS",
    "LAYERS",
    "attested_records",
    "basis_of_articles",
    "drawn_corridors",
    "is_candidate",
    "is_other",
    "legend_rows",
]

Record = dict[str, Any]

COLUMNS = (
    "id",
    *(f"title_{language}" for language in LANGUAGES),
    "gloss_en",
    "gloss_fa",
    "basis",
    "attestation_class",
    "depiction",
    "flow",
    "substance",
    "half_width_km",
    "single_article",
    "articles",
    "corridors",
    "claims",
    "conflicts",
    "status",
    "legs",
    "modes",
    "geometry_note",
    "note",
    "drawn_length_km",
    "drawn_direction_deg",
    "drawn_through",
    "drawn_through_units",
    "drawn_over_borders",
    "drawn_legs",
    "transport_in_same_areas",
    "also_found_by_machine",
    "evidence",
    "references",
    "geometry",
)
JSON_COLUMNS = (
    "substance",
    "note",
    "articles",
    "corridors",
    "claims",
    "conflicts",
    "legs",
    "modes",
    "geometry_note",
    "drawn_through",
    "drawn_through_units",
    "drawn_over_borders",
    "drawn_legs",
    "transport_in_same_areas",
    "also_found_by_machine",
    "evidence",
    "references",
)
TILE_COLUMNS = (
    *(f"title_{language}" for language in LANGUAGES),
    "basis",
    "attestation_class",
    "depiction",
    "flow",
    "status",
    "single_article",
    "half_width_km",
)


def attested_records(ingredients: Ingredients) -> tuple[Mapping[str, Any], ...]:
    """Return the corridor records of the coverage as JSON: reviewed ones, then candidates, each sorted by id.

    What a machine found comes last, so that it moves nothing that a person recorded.
    """
    return tuple(sorted(ingredients.coverage.records("corridors"), key=is_candidate))


def drawn_corridors(ingredients: Ingredients) -> dict[str, Corridor]:
    """Return what :func:`_draw_corridors` draws, drawn once in a build."""
    return ingredients.once("corridors", lambda: _draw_corridors(ingredients))


def drawn_passages(ingredients: Ingredients) -> dict[str, Record]:
    """Return what each corridor's drawn line and band lie on, as properties by record id; computed once in a build.

    Said of the drawing alone: A1 is drawn through Turkmenistan, which no article states. What is drawn along borders has
    their km; areas and labels have none of it.
    """
    return ingredients.once("passages", lambda: _measure_passages(ingredients))


def _measure_passages(ingredients: Ingredients) -> dict[str, Record]:
    countries, units = (ingredients.frame(f"naturalearth/{name}") for name in ("countries", "admin1"))
    states = Mosaic.of(dict(zip(countries["id"], countries.geometry, strict=True)))
    provinces = Mosaic.of(dict(zip(units["id"].str.removeprefix("admin1/"), units.geometry, strict=True)))
    borders = ingredients.frame("naturalearth/borders")
    lines = dict(zip(borders["id"], borders.geometry, strict=True))
    names = {id_: area.name for id_, area in ingredients.gazetteer.areas.items()}
    names |= {id_: place.name for id_, place in ingredients.gazetteer.places.items()}
    found = {
        id_: name_areas(passage(corridor, states, provinces, lines).properties(), names)
        for id_, corridor in drawn_corridors(ingredients).items()
    }
    for record in attested_records(ingredients):
        if record["depiction"] == "border":
            found[str(record["id"])] = name_areas(along_borders(record, ingredients, lines), names)
    return found


def transport_in_same_areas(record: Mapping[str, Any], ingredients: Ingredients) -> list[Record]:
    """Return the public transport corridors with places in countries that a statement names, and these; sorted.

    Geography, never evidence: that a trade corridor has stops in Uzbekistan says nothing of what a sentence about
    Uzbekistan means. A region stands for its members. The places are those that the transport corridor's source names,
    whether or not they could be put on the map.
    """
    named: set[str] = set()
    for leg in record["legs"]:
        for end in (leg["from"], leg["to"]):
            named.update(ingredients.gazetteer.area(end).members or (end,))
    found = []
    for transport in ingredients.context.transport_corridors:
        through = {ingredients.gazetteer.place(place).country for place in transport["places"]}
        if common := sorted(named & through):
            found.append({"corridor": transport["id"], "areas": common})
    return sorted(found, key=lambda item: str(item["corridor"]))


def _draw_corridors(ingredients: Ingredients) -> dict[str, Corridor]:
    """Return every corridor that is drawn as lines, by record id, checked against its attestation class.

    Attested ones come first, then context, then candidates, then infrastructure. Lanes are given over all arrows together,
    in this order, so that an attested arrow keeps its place whatever outside knowledge is added, and every recorded one
    whatever a machine found.

    Raises
    ------
    TooPrecise
        A record asks for a finer geometry than its class allows; names it.
    """
    gazetteer = ingredients.gazetteer
    attested = [record for record in attested_records(ingredients) if record["depiction"] == "arrow"]
    arrows = sorted((*attested, *ingredients.context.corridors), key=is_candidate)
    routes = {str(record["id"]): Route.of((leg["from"], leg["to"]) for leg in record["legs"]) for record in arrows}
    for record in arrows:
        _refuse_class(record, {"statement"})
        check_ends(record["id"], routes[record["id"]], gazetteer)
    lanes = assign_lanes(routes, gazetteer)
    corridors = {id_: Corridor.between_areas(id_, route, gazetteer, lanes[id_]) for id_, route in routes.items()}
    for record in ingredients.context.transport_corridors:
        _refuse_class(record, {"named_place"})
        unseen = [(gap["from"], gap["to"]) for gap in record["gaps"] or ()]
        corridors[record["id"]] = Corridor.through_places(record["id"], record["places"], gazetteer, unseen)
    for corridor in corridors.values():
        corridor.check(gazetteer)
    return corridors


def basis_of_articles(record: Mapping[str, Any]) -> list[str]:
    """Return the ids of the articles that a coverage record rests on, sorted."""
    return sorted({str(item["article"]) for item in record["evidence"]})


def build_corridors(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """Attested corridors, one feature per record: lines, borders, areas or label points by ``depiction``."""
    drawn, passages = drawn_corridors(ingredients), drawn_passages(ingredients)
    rows = []
    for record in attested_records(ingredients):
        id_, depiction = str(record["id"]), str(record["depiction"])
        geometry = drawn[id_].geometry if id_ in drawn else as_a_whole(record, ingredients)
        rows.append(
            _row(record, basis="attested", depiction=depiction, geometry=geometry)
            | {
                "flow": record["flow"],
                "substance": dict(record["substance"]),
                "note": record["note"],
                "single_article": bool(record["single_article"]),
                "articles": basis_of_articles(record),
                "claims": list(record["claims"]),
                "conflicts": list(record["conflicts"]),
                "status": record["status"],
                "legs": [dict(leg) for leg in record["legs"]],
                "evidence": list(record["evidence"]),
            }
            | passages.get(id_, {})
            | {"transport_in_same_areas": transport_in_same_areas(record, ingredients)}
            | {"also_found_by_machine": ingredients.candidates.found_again(id_, *record["claims"])}
        )
    return _frame(rows)


def build_context_corridors(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """UNODC's routes, one feature per record: schematic arrows from country area to country area."""
    drawn, passages = drawn_corridors(ingredients), drawn_passages(ingredients)
    return _frame(
        _row(record, basis="context", depiction="arrow", geometry=drawn[record["id"]].geometry)
        | {"legs": [dict(leg) for leg in record["legs"]]}
        | passages[record["id"]]
        | {"transport_in_same_areas": transport_in_same_areas(record, ingredients)}
        for record in ingredients.context.corridors
    )


def build_transport_corridors(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """Public transport corridors, one feature per record: lines between resolved neighbours, gaps left out.

    ``legs`` lists the gaps too, each with ``gap: true`` and what is not known: places that could not be found
    (``unresolved``), or a stretch of the source that was not read (``unseen``).
    """
    drawn, passages = drawn_corridors(ingredients), drawn_passages(ingredients)
    rows = []
    for record in ingredients.context.transport_corridors:
        corridor = drawn[record["id"]]
        legs = [
            {
                "from": axis.leg.origin,
                "to": axis.leg.destination,
                "gap": axis.leg.is_gap,
                "unresolved": list(axis.leg.unresolved),
                "unseen": axis.leg.unseen,
            }
            for axis in corridor.axes
        ]
        row = _row(record, basis="infrastructure", depiction="path", geometry=corridor.geometry)
        rows.append(row | {"legs": legs} | passages[record["id"]])
    return _frame(rows)


def build_bands(ingredients: Ingredients) -> gpd.GeoDataFrame:
    """Bands of all corridors that are drawn as lines, with the evidence and references of its corridor; made once a build."""
    return ingredients.once("bands", lambda: _wrap(ingredients))


def _wrap(ingredients: Ingredients) -> gpd.GeoDataFrame:
    owners = {
        row["id"]: row
        for build in (build_corridors, build_context_corridors, build_transport_corridors)
        for row in build(ingredients).to_dict("records")
    }
    rows = []
    for id_, corridor in drawn_corridors(ingredients).items():
        band = Band.around(corridor)
        if band is None:
            continue
        kept = {column: owners[id_][column] for column in COLUMNS}
        rows.append(kept | {"id": f"{id_}/band", "corridor": id_, "geometry": band.polygon})
    return _frame(rows, also=("corridor",))


def _refuse_class(record: Mapping[str, Any], allowed: set[str]) -> None:
    found = record["attestation_class"]
    if found not in allowed:
        known = "" if found in ATTESTATION_CLASSES else f" There are: {', '.join(ATTESTATION_CLASSES)}."
        raise InvalidGeometry(
            f"Corridor {record['id']}: a record of class {found} cannot be drawn in this way.{known}",
            hint=f"An arrow is a statement, a transport corridor goes through named places; here: {', '.join(allowed)}.",
        )


def _row(record: Mapping[str, Any], *, basis: str, depiction: str, geometry: BaseGeometry | None) -> Record:
    row: Record = dict.fromkeys(COLUMNS)
    row |= {f"title_{language}": record["title"].get(language) for language in LANGUAGES}
    row |= {f"gloss_{language}": record["gloss"].get(language) for language in ("en", "fa")}
    return row | {
        "id": record["id"],
        "basis": basis,
        "attestation_class": record["attestation_class"],
        "depiction": depiction,
        "half_width_km": half_width_km(record["attestation_class"]) if depiction in {"arrow", "path"} else None,
        "articles": [],
        "corridors": [record["id"]],
        "claims": [],
        "conflicts": [],
        "legs": [],
        "modes": list(record.get("modes", ())),
        "geometry_note": GEOMETRY_NOTES["border_part" if depiction == "border" and record["areas"] else depiction],
        "evidence": [],
        "references": list(record["references"]),
        "geometry": geometry,
    }


def _frame(rows: Iterable[Record], also: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    columns = [*COLUMNS[:-1], *also, "geometry"]
    return gpd.GeoDataFrame(
        sorted(rows, key=lambda row: str(row["id"])), columns=columns, geometry="geometry", crs=4326
    )


LAYERS: tuple[Layer, ...] = (
    Layer(
        id="corridor_bands",
        title=TITLES["corridor_bands"],
        description=DESCRIPTIONS["corridor_bands"],
        role="attested",
        build=build_bands,
        sources=("corridormap-records", "geonames", "natural-earth-admin1"),
        tile_properties=("corridor", "basis", "attestation_class", "half_width_km"),
        json_properties=JSON_COLUMNS,
    ),
    Layer(
        id="transport_corridors",
        title=TITLES["transport_corridors"],
        description=DESCRIPTIONS["transport_corridors"],
        role="infrastructure",
        build=build_transport_corridors,
        sources=("corridormap-records", "geonames"),
        tile_properties=TILE_COLUMNS,
        json_properties=JSON_COLUMNS,
    ),
    Layer(
        id="context_corridors",
        title=TITLES["context_corridors"],
        description=DESCRIPTIONS["context_corridors"],
        role="context",
        build=build_context_corridors,
        sources=("corridormap-records", "natural-earth-admin1"),
        tile_properties=TILE_COLUMNS,
        json_properties=JSON_COLUMNS,
    ),
    Layer(
        id="corridors",
        title=TITLES["corridors"],
        description=DESCRIPTIONS["corridors"],
        role="attested",
        build=build_corridors,
        sources=("corridormap-records", "natural-earth-admin1"),
        tile_properties=TILE_COLUMNS,
        json_properties=JSON_COLUMNS,
    ),
)
