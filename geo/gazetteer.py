"""Gazetteer: the areas and places that records may name, by id.

Countries and provinces come from Natural Earth, regions from ``data/areas.json`` (which also moves the label point of a
country where the computed one misleads), named places from ``data/places.json``. A place whose position is not known is listed all the same and never guessed.
"""

from __future__ import annotations

import difflib
import json
import math
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import shapely

from geo.area import Area
from geo.datasets import read_json
from geo.errors import MissingData
from geo.shapes import geodesic_area_m2
from geo.vocabulary import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

__all__ = ["LANGUAGES", "Gazetteer", "Place"]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A named place, as a source names it.

    ``lon`` and ``lat`` (degrees) and ``geonames_id`` are ``None`` where the place was not found; ``note`` says why.
    ``country`` is a lower-case ISO 3166-1 alpha-2 code.
    """

    id: str
    name: Mapping[str, str | None]
    name_in_source: str
    country: str
    lon: float | None
    lat: float | None
    geonames_id: int | None
    note: str | None = None

    @property
    def is_resolved(self) -> bool:
        """Whether its position is known."""
        return self.lon is not None and self.lat is not None

    @property
    def point(self) -> tuple[float, float] | None:
        """The position as (lon, lat) in degrees, ``None`` where it is not known."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Areas and places by id. Ids of areas and of places are two separate sets."""

    areas: Mapping[str, Area]
    places: Mapping[str, Place]
    _radii_km: dict[str, float] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, root: Path | None = None) -> Gazetteer:
        """Read the gazetteer from the recorded data.

        Parameters
        ----------
        root
            The data folder; ``None`` means :func:`geo.datasets.data_root`.

        Raises
        ------
        MissingData
            A file is not there, or a region names a member that is no country.
        DamagedData, UnrecordedSource
            See :mod:`geo.datasets`.

        Examples
        --------
        >>> gazetteer = Gazetteer.read()
        >>> gazetteer.area("central-asia").members
        ('kg', 'kz', 'tj', 'tm', 'uz')
        >>> gazetteer.place("hairatan").is_resolved
        False
        """
        areas: dict[str, Area] = {}
        for name in ("countries", "admin1"):
            for area in _natural_earth_areas(read_json(f"naturalearth/{name}.geojson", root)):
                # Many points are looked up in few shapes.
                shapely.prepare(area.geometry)
                areas[area.id] = area
        regions = read_json("areas.json", root)
        for better in regions["label_points"]:
            area = _found("area", better["id"], areas)
            areas[area.id] = replace(area, label_lon=better["label_lon"], label_lat=better["label_lat"])
        for record in regions["areas"]:
            lacking = [member for member in record["members"] if member not in areas]
            if lacking:
                raise MissingData(
                    f"data/areas.json: {record['id']} names members that are no country: {', '.join(lacking)}.",
                    hint="Use lower-case ISO 3166-1 alpha-2 codes that data/naturalearth/countries.geojson has.",
                )
            areas[record["id"]] = Area(
                id=record["id"],
                name=MappingProxyType(record["name"]),
                geometry=None,
                label_lon=record["label_lon"],
                label_lat=record["label_lat"],
                members=tuple(record["members"]),
                is_labelled=record["labelled"],
            )
        places = {record["id"]: _place(record) for record in read_json("places.json", root)["places"]}
        return cls(MappingProxyType(dict(sorted(areas.items()))), MappingProxyType(dict(sorted(places.items()))))

    @property
    def regions(self) -> tuple[Area, ...]:
        """The areas that are made of countries, sorted by id."""
        return tuple(area for area in self.areas.values() if area.is_region)

    def area(self, area_id: str) -> Area:
        """Return an area by id.

        Raises
        ------
        MissingData
            No area has this id; the message names the nearest ones.
        """
        return _found("area", area_id, self.areas)

    def place(self, place_id: str) -> Place:
        """Return a place by id.

        Raises
        ------
        MissingData
            No place has this id; the message names the nearest ones.
        """
        return _found("place", place_id, self.places)

    def with_shapes(self, shapes: Mapping[str, BaseGeometry]) -> Gazetteer:
        """Return a gazetteer in which the named areas have other polygons (EPSG:4326); labels and names stay."""
        areas = {id_: replace(area, geometry=shapes.get(id_, area.geometry)) for id_, area in self.areas.items()}
        return replace(self, areas=MappingProxyType(areas))

    def covers(self, area_id: str, lon: float, lat: float) -> bool:
        """Tell whether a point (degrees) lies in the area; ``False`` where no shape of the area is held."""
        area = self.area(area_id)
        point = shapely.Point(lon, lat)
        shapes = (self.areas[id_].geometry for id_ in area.members or (area.id,))
        return any(shape is not None and shape.covers(point) for shape in shapes)

    def radius_km(self, area_id: str) -> float:
        """Return the radius in km of a circle as large as the area; 0 where no shape of the area is held."""
        if area_id not in self._radii_km:
            area = self.area(area_id)
            shapes = (self.areas[id_].geometry for id_ in area.members or (area.id,))
            area_m2 = sum(geodesic_area_m2(shape) for shape in shapes if shape is not None)
            self._radii_km[area_id] = math.sqrt(area_m2 / math.pi) / 1000.0
        return self._radii_km[area_id]

    def shape(self, area_id: str) -> BaseGeometry | None:
        """Return the area's polygons in EPSG:4326: a region's are its members', taken together.

        ``None`` where no shape is held (a province outside the region that is held in full).
        """
        area = self.area(area_id)
        if not area.is_region:
            return area.geometry
        members = [self.areas[member].geometry for member in area.members]
        return shapely.union_all([member for member in members if member is not None])


def _found(kind: str, id_: str, known: Mapping[str, T]) -> T:
    try:
        return known[id_]
    except KeyError:
        near = difflib.get_close_matches(id_, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"See data/{kind}s.json for the ids."
        raise MissingData(f"There is no {kind} {id_!r}.", hint=hint) from None


def _natural_earth_areas(collection: Mapping[str, Any]) -> Iterator[Area]:
    """Areas of a GeoJSON document; without a table, which takes longer to load than to read them."""
    features = collection["features"]
    shapes = shapely.from_geojson(
        [json.dumps(feature["geometry"]) if feature["geometry"] is not None else None for feature in features]
    )
    for feature, shape in zip(features, shapes, strict=True):
        said = feature["properties"]
        yield Area(
            id=str(feature["id"]).removeprefix("admin1/"),
            name=MappingProxyType({language: said.get(f"name_{language}") for language in LANGUAGES}),
            geometry=shape,
            label_lon=float(said["label_lon"]),
            label_lat=float(said["label_lat"]),
        )


def _place(record: Mapping[str, Any]) -> Place:
    return Place(
        id=record["id"],
        name=MappingProxyType(record["name"]),
        name_in_source=record["name_in_source"],
        country=record["country"],
        lon=record["lon"],
        lat=record["lat"],
        geonames_id=record["geonames_id"],
        note=record["note"],
    )
