"""Surroundings: everything that an incident may have happened in, along or near, gathered once for the join.

Corridors with a line stand here as their band, those that are drawn as a whole border or area as that shape; one that is
only a label has no shape and is met by nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.border import Segment
from geo.errors import MissingData
from geo.mosaic import Mosaic
from geo.shapes import geodesic_length_m
from layers import border_segments
from layers.corridors import build_bands, build_context_corridors, build_corridors, build_transport_corridors
from layers.table import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from geo.gazetteer import Gazetteer
    from layers.ingredients import Ingredients

__all__ = ["Surroundings", "Target", "km_of", "targets_array"]

_CORRIDOR_LAYERS = {
    "corridors": build_corridors,
    "context_corridors": build_context_corridors,
    "transport_corridors": build_transport_corridors,
}


class Target(NamedTuple):
    """A corridor's band, border or area, or a border's line: a shape (EPSG:4326) with the feature that it stands for."""

    layer: str
    id: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What incidents are joined with. Every sequence is sorted by id.

    ``states`` and ``units`` are countries (with disputed areas) and provinces by area id; ``country_of`` tells to which a
    province belongs. ``stretches``, between one province and another, are of some borders only. ``stated`` maps corridor ids to the incidents that their
    records name.
    """

    gazetteer: Gazetteer
    states: Mosaic
    units: Mosaic
    country_of: Mapping[str, str]
    borders: Mapping[str, BaseGeometry]
    sides: Mapping[str, frozenset[str]]
    stretches: tuple[Segment, ...]
    corridors: tuple[Target, ...]
    stated: Mapping[str, tuple[str, ...]]
    _shapes: dict[str, BaseGeometry | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, ingredients: Ingredients) -> Surroundings:
        """Gather the surroundings from the records and the recorded data sets."""
        countries = ingredients.frame("naturalearth/countries")
        provinces = ingredients.frame("naturalearth/admin1")
        unit_ids = [str(id_).removeprefix("admin1/") for id_ in provinces["id"]]
        borders = ingredients.frame("naturalearth/borders").sort_values("id")
        return cls(
            gazetteer=ingredients.gazetteer,
            states=Mosaic.of(dict(zip(countries["id"], countries.geometry, strict=True))),
            units=Mosaic.of(dict(zip(unit_ids, provinces.geometry, strict=True))),
            country_of=dict(zip(unit_ids, provinces["country"], strict=True)),
            borders=dict(zip(borders["id"], borders.geometry, strict=True)),
            sides={row.id: frozenset((row.left, row.right)) for row in borders.itertuples()},
            stretches=_stretches(ingredients),
            corridors=_corridors(ingredients),
            stated={
                str(record["id"]): tuple(record["incidents"])
                for record in ingredients.coverage.records("corridors")
                if record["incidents"]
            },
        )

    def shape(self, area: str) -> BaseGeometry | None:
        """Return an area's polygons as :meth:`geo.gazetteer.Gazetteer.shape` does; made once."""
        if area not in self._shapes:
            self._shapes[area] = self.gazetteer.shape(area)
        return self._shapes[area]

    def along(self, border: str) -> tuple[str, ...]:
        """Return the border ids that a record's ``border`` may mean: itself, or every border of a country.

        Raises
        ------
        MissingData
            There is no such border, and no country of that id that has one.
        """
        if border in self.borders:
            return (border,)
        of_country = tuple(id_ for id_, sides in self.sides.items() if border in sides)
        if not of_country:
            raise MissingData(
                f"There is no border {border!r}, and no country {border!r} that has one.",
                hint="A border's id is the pair of its countries in alphabetical order: af-tj.",
            )
        return of_country


def km_of(shape: BaseGeometry | None) -> float:
    """Return the length of a line in km on the ellipsoid; 0 for ``None``."""
    return geodesic_length_m(shape) / 1000.0


def targets_array(targets: tuple[Target, ...]) -> npt.NDArray[np.object_]:
    """Return the shapes of targets as an array, shape (n,)."""
    shapes = np.empty(len(targets), dtype=object)
    shapes[:] = [target.shape for target in targets]
    return shapes


def _stretches(ingredients: Ingredients) -> tuple[Segment, ...]:
    frames = [layer.build(ingredients) for layer in border_segments.LAYERS]
    found = [
        Segment(row.border, row.first_unit, row.second_unit, plain(row.river), row.geometry)
        for frame in frames
        for row in frame[frame["kind"] == "segment"].itertuples()
    ]
    return tuple(sorted(found, key=lambda stretch: stretch.id))


def _corridors(ingredients: Ingredients) -> tuple[Target, ...]:
    bands = build_bands(ingredients)
    band_of = dict(zip(bands["corridor"], bands.geometry, strict=True))
    found = []
    for layer_id, build in _CORRIDOR_LAYERS.items():
        for row in build(ingredients).itertuples():
            shape = band_of.get(row.id, row.geometry if row.depiction in {"border", "area"} else None)
            if shape is not None and not shape.is_empty:
                shapely.prepare(shape)
                found.append(Target(layer_id, str(row.id), shape))
    return tuple(sorted(found, key=lambda target: target[:2]))
