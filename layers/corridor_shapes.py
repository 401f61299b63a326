"""Corridor shapes: the borders, areas and label points that a corridor without a line is drawn as, whole or along a province."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from geo.errors import InvalidGeometry
from geo.shapes import geodesic_length_m

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from layers.ingredients import Ingredients

__all__ = ["along_borders", "as_a_whole"]

ALONG_DEG = 0.02
"""A border runs along a province within this distance: both are Natural Earth's, but cut and simplified apart."""


def as_a_whole(record: Mapping[str, Any], ingredients: Ingredients) -> BaseGeometry:
    """Return what a record without a line is drawn as, in EPSG:4326.

    Whole borders, or their part along the areas that the record names beside them (MultiLineString); whole areas (Polygon or
    MultiPolygon); or label points (MultiPoint).

    Raises
    ------
    InvalidGeometry
        There is no such border, the border does not run along the areas, or no shape of an area is held.
    """
    depiction = record["depiction"]
    if depiction == "border":
        borders = ingredients.frame("naturalearth/borders").set_index("id").geometry
        wanted = [border["id"] for border in record["borders"]]
        lacking = [id_ for id_ in wanted if id_ not in borders.index]
        if lacking or not wanted:
            raise InvalidGeometry(
                f"Corridor {record['id']}: there is no border {', '.join(lacking) or 'in the record'}.",
                hint="A border's id is the pair of its countries in alphabetical order: af-tj.",
            )
        whole = shapely.MultiLineString([line for id_ in wanted for line in shapely.get_parts(borders[id_])])
        return _part_along(whole, record, ingredients) if record["areas"] else whole
    areas = [ingredients.gazetteer.area(area["id"]) for area in record["areas"]]
    if not areas:
        raise InvalidGeometry(f"Corridor {record['id']}: it names no area.", hint="Name at least one in `areas`.")
    if depiction == "label":
        return shapely.MultiPoint([area.label_point for area in areas])
    shapes = [ingredients.gazetteer.shape(area.id) for area in areas]
    if depiction != "area" or any(shape is None for shape in shapes):
        lacking = [area.id for area, shape in zip(areas, shapes, strict=True) if shape is None]
        raise InvalidGeometry(
            f"Corridor {record['id']}: it cannot be drawn as {depiction}; no shape is held of {', '.join(lacking) or 'it'}.",
            hint="Draw it as a label, or add the area's shape to data/naturalearth.",
        )
    return shapely.union_all(shapes)


def _part_along(border: BaseGeometry, record: Mapping[str, Any], ingredients: Ingredients) -> BaseGeometry:
    """Return the part of a border that runs along the areas which the record names beside it."""
    shapes = [ingredients.gazetteer.shape(area["id"]) for area in record["areas"]]
    near = shapely.union_all([shape.buffer(ALONG_DEG) for shape in shapes if shape is not None])
    parts = [part for part in shapely.get_parts(border.intersection(near)) if part.geom_type == "LineString"]
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(parts)))
    long_enough = [part for part in merged if part.length > 2 * ALONG_DEG]
    if not long_enough:
        raise InvalidGeometry(
            f"Corridor {record['id']}: its border does not run along the areas that it names.",
            hint="Check the ids in `borders` and `areas`, or leave `areas` empty to mean the whole border.",
        )
    return shapely.MultiLineString(long_enough)


def along_borders(
    record: Mapping[str, Any], ingredients: Ingredients, lines: Mapping[str, BaseGeometry]
) -> dict[str, Any]:
    """Return the km that are drawn of each border: the whole of it, or its part along the areas of the record."""
    whole = shapely.union_all(list(shapely.get_parts(as_a_whole(record, ingredients))))
    km = {
        border["id"]: geodesic_length_m(shapely.intersection(lines[border["id"]], whole)) / 1000
        for border in record["borders"]
    }
    return {
        "drawn_length_km": round(sum(km.values())),
        "drawn_direction_deg": None,
        "drawn_through": [],
        "drawn_through_units": [],
        "drawn_over_borders": [{"border": id_, "band_km": round(km[id_])} for id_ in sorted(km)],
        "drawn_legs": [],
    }
