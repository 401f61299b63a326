"""PlaceTable: the curated table of places, ``data/lexicons/places.toml``, and where its places are said to be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import shapely

from geo.datasets import read_bytes, read_json
from geo.errors import InvalidRecords

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CuratedPlace", "PlaceTable"]

FILE = "lexicons/places.toml"

LANGUAGES = ("en", "fa", "ru", "kk", "uz", "tg")

KINDS = ("admin2", "city", "region", "feature")

DEFAULT_WEIGHT = 20_000

_FIELDS = {"id", "kind", "country", "names", "at", "where_prec", "weight"}
_COARSEST = 7

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CuratedPlace:
    """A place of the table; ``at`` says where it is in words of the table's header, ``None`` where nothing does.

    ``country`` is an upper-case ISO 3166-1 alpha-2 code or empty; ``where_prec`` ``None`` for the kind's usual one.
    """

    id: str
    kind: str
    names: Mapping[str, tuple[str, ...]]
    country: str
    at: str | None
    where_prec: int | None
    weight: int

    @property
    def name(self) -> str:
        """The English name that is shown."""
        return self.names["en"][0]

    @property
    def all_names(self) -> tuple[str, ...]:
        """All names in all languages."""
        return tuple(name for names in self.names.values() for name in names)

    def position(self, known: Mapping[str, Point], root: Path | None = None) -> Point | None:
        """Return (lon, lat) in degrees from the positions of known places, ``None`` where the table gives none.

        Raises
        ------
        InvalidRecords
            ``at`` names a place that is not known, or is written otherwise than the table's header says.
        """
        if self.at is None:
            return None
        how, _, what = self.at.partition(" ")
        if how == "river":
            for feature in read_json("naturalearth/border_rivers.geojson", root)["features"]:
                if feature["id"] == what:
                    point = shapely.geometry.shape(feature["geometry"]).interpolate(0.5, normalized=True)
                    return point.x, point.y
        ids = what.split() if how in {"near", "centre"} else [self.at]  # "continent Asia" is known by both words
        if lacking := [id_ for id_ in ids if id_ not in known]:
            raise InvalidRecords(
                [f"data/{FILE}, {self.id}: `at` names {', '.join(lacking)}, which no source that we hold places."]
            )
        points = [known[id_] for id_ in ids]
        return sum(lon for lon, _ in points) / len(points), sum(lat for _, lat in points) / len(points)


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """The curated places, more names of known ones by id (the first is to be shown) and points that are moved."""

    places: tuple[CuratedPlace, ...]
    aliases: Mapping[str, tuple[str, ...]]
    points: Mapping[str, Point]

    @classmethod
    def read(cls, root: Path | None = None) -> PlaceTable:
        """Read the table; ``root`` is the data folder, ``None`` means the project's own.

        Raises
        ------
        MissingData, DamagedData, UnrecordedSource
            See :mod:`geo.datasets`.
        InvalidRecords
            A row is not as the file's header says; all faults at once.

        Examples
        --------
        >>> table = PlaceTable.read()
        >>> next(place.country for place in table.places if place.id == "hairatan")
        'AF'
        """
        try:
            tables = tomllib.loads(read_bytes(FILE, root).decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidRecords([f"data/{FILE} is no TOML: {error}."]) from error
        rows, known, points = tables.get("place", []), tables.get("known", []), tables.get("points", {})
        if faults := [*_faults(rows), *_known_faults(known), *_point_faults(points)]:
            raise InvalidRecords(faults)
        return cls(
            tuple(_place(row) for row in rows),
            MappingProxyType({row["id"]: tuple(row["names"]) for row in known}),
            MappingProxyType({id_: (float(point["lon"]), float(point["lat"])) for id_, point in points.items()}),
        )


def _place(row: Mapping[str, Any]) -> CuratedPlace:
    return CuratedPlace(
        id=row["id"],
        kind=row["kind"],
        names=MappingProxyType({language: tuple(names) for language, names in row["names"].items()}),
        country=row.get("country", ""),
        at=row.get("at"),
        where_prec=row.get("where_prec"),
        weight=row.get("weight", DEFAULT_WEIGHT),
    )


def _faults(rows: list[dict[str, Any]]) -> list[str]:
    faults: list[str] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        where = f"data/{FILE}, place {number} ({row.get('id', 'no id')})"
        if not isinstance(row.get("id"), str) or not row["id"] or row["id"] in seen:
            faults.append(f"{where}: `id` must be a slug that no other row has.")
        seen.add(str(row.get("id")))
        if row.get("kind") not in KINDS:
            faults.append(f"{where}: `kind` must be one of {', '.join(KINDS)}.")
        if unknown := sorted(set(row) - _FIELDS):
            faults.append(f"{where}: {', '.join(unknown)} is unknown; write {', '.join(sorted(_FIELDS))}.")
        names = row.get("names", {})
        if not names.get("en"):
            faults.append(f"{where}: `names.en` is missing: its first name is shown.")
        faults += [
            f"{where}: `names.{language}` must be a list of names in one of {', '.join(LANGUAGES)}."
            for language, values in names.items()
            if language not in LANGUAGES or not _are_names(values)
        ]
        precision = row.get("where_prec")
        if precision is not None and precision not in range(1, _COARSEST + 1):
            faults.append(f"{where}: `where_prec` must be 1 to {_COARSEST}.")
    return faults


def _known_faults(rows: list[dict[str, Any]]) -> list[str]:
    return [
        f"data/{FILE}, known {number} ({row.get('id', 'no id')}): give `id` and a list of `names`."
        for number, row in enumerate(rows, 1)
        if not isinstance(row.get("id"), str) or not _are_names(row.get("names"))
    ]


def _point_faults(points: Mapping[str, Any]) -> list[str]:
    return [
        f"data/{FILE}, points.{id_}: give `lon`, `lat` and `why`."
        for id_, point in points.items()
        if not isinstance(point, dict) or set(point) != {"lon", "lat", "why"}
    ]


def _are_names(values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(name, str) and name.strip() for name in values)
