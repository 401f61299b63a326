"""Ingredients: all that layers are made of, read and checked once for a build."""

from __future__ import annotations

import importlib.resources
import json
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from jsonschema import Draft202012Validator

from geo.datasets import read_features, read_json, read_sources
from geo.errors import InvalidRecords
from geo.gazetteer import Gazetteer
from geo.point_of_view import NEUTRAL, read_owners, regroup_borders, regroup_countries
from layers.records import read_coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from geo.datasets import Source
    from layers.records import Coverage

__all__ = ["Context", "Ingredients", "read_context"]

T = TypeVar("T")
_FILES = {
    "areas.json": "context_areas",
    "places.json": "context_places",
    "context/works.json": "context_works",
    "context/corridors.json": "context_corridors",
    "context/transport_corridors.json": "context_transport_corridors",
}
"""Data file → schema in layers/schemas."""


@dataclass(frozen=True, slots=True)
class Context:
    """Outside knowledge: what no article says, each record with references to ``works``.

    ``works`` by id; ``corridors`` (UNODC's routes, country to country) and ``transport_corridors`` (CAREC) as recorded,
    sorted by id.
    """

    works: Mapping[str, Mapping[str, Any]]
    corridors: tuple[Mapping[str, Any], ...]
    transport_corridors: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Everything a layer's ``build`` may use. Frames of Natural Earth are read when first asked for."""

    root: Path
    coverage: Coverage
    context: Context
    gazetteer: Gazetteer
    sources: tuple[Source, ...]
    point_of_view: str = NEUTRAL
    _frames: dict[str, gpd.GeoDataFrame] = field(default_factory=dict, repr=False, compare=False)
    # Not carried over by dataclasses.replace: what was made of other ingredients is not made of these.
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, root: Path) -> Ingredients:
        """Read the data folder.

        Parameters
        ----------
        root
            The data folder, see :func:`geo.datasets.data_root`.

        Raises
        ------
        InvalidRecords
            Records break their schema or name unknown ids; all faults of the context files at once.
        MissingData, UnrecordedSource, DamagedData
            See :mod:`geo.datasets`.

        Examples
        --------
        >>> from geo.datasets import data_root
        >>> ingredients = Ingredients.read(data_root())
        >>> [corridor["id"] for corridor in ingredients.context.corridors][:2]
        ['unodc-b1', 'unodc-n-tj']
        """
        gazetteer, context = read_context(root)
        return cls(root, read_coverage(root), context, gazetteer, tuple(read_sources(root)))

    def frame(self, name: str) -> gpd.GeoDataFrame:
        """Return a recorded feature collection by its name (``"naturalearth/borders"``), EPSG:4326; read once.

        Callers copy before they change it.
        """
        if name not in self._frames:
            self._frames[name] = read_features(self.root, name)
        return self._frames[name]

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, made once for this build: what several layers are made of. Do not change it."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

    def seen_from(self, point_of_view: str) -> Ingredients:
        """Return the same ingredients with countries and borders regrouped to a point of view.

        See :mod:`geo.point_of_view`; ``neutral`` is what is recorded.
        """
        if point_of_view == self.point_of_view:
            return self
        owners = read_owners(self.root, point_of_view)
        countries = regroup_countries(self.frame("naturalearth/countries"), owners)
        borders = regroup_borders(self.frame("naturalearth/borders"), owners)
        return replace(
            self,
            point_of_view=point_of_view,
            gazetteer=self.gazetteer.with_shapes(dict(zip(countries["id"], countries.geometry, strict=True))),
            _frames={**self._frames, "naturalearth/countries": countries, "naturalearth/borders": borders},
        )


def read_context(root: Path) -> tuple[Gazetteer, Context]:
    """Read areas, places and outside knowledge, and check them against their schemas and each other.

    Raises
    ------
    InvalidRecords
        With one line for every fault: file, record, field, what is wrong.
    """
    documents = {name: read_json(name, root) for name in _FILES}
    faults = [fault for name in _FILES for fault in _schema_faults(name, documents[name])]
    if faults:
        raise InvalidRecords(faults)
    gazetteer = Gazetteer.read(root)
    context = Context(
        works={work["id"]: work for work in documents["context/works.json"]["works"]},
        corridors=_by_id(documents["context/corridors.json"]["corridors"]),
        transport_corridors=_by_id(documents["context/transport_corridors.json"]["corridors"]),
    )
    faults = [*_doubled_ids(documents), *_broken_links(context, gazetteer)]
    if faults:
        raise InvalidRecords(faults)
    return gazetteer, context


def _by_id(records: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(sorted(records, key=lambda record: str(record["id"])))


def _schema_faults(name: str, document: Any) -> Iterator[str]:  # noqa: ANN401 -- JSON holds any type
    schema = json.loads(
        importlib.resources.files("layers").joinpath(f"schemas/{_FILES[name]}.schema.json").read_text(encoding="utf-8")
    )
    for error in sorted(
        Draft202012Validator(schema).iter_errors(document), key=lambda error: list(map(str, error.path))
    ):
        key, *rest = list(error.absolute_path) or ["the file"]
        record = ""
        if rest and isinstance(rest[0], int):
            entry = document[key][rest[0]]
            record = f"{entry.get('id', f'{key}[{rest[0]}]')}: " if isinstance(entry, dict) else f"{key}[{rest[0]}]: "
            rest = rest[1:]
        place = ".".join(map(str, rest)) or str(key)
        yield f"data/{name}: {record}{place}: {error.message}"


def _doubled_ids(documents: Mapping[str, Any]) -> Iterator[str]:
    for name, document in documents.items():
        ids = [record["id"] for records in document.values() for record in records]
        for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            yield f"data/{name}: {id_}: id: stands {ids.count(id_)} times"


def _broken_links(context: Context, gazetteer: Gazetteer) -> Iterator[str]:
    for record in context.corridors:
        where = f"data/context/corridors.json: {record['id']}"
        yield from (f"{where}: {fault}" for fault in _unknown_works(record, context))
        ends = {end for leg in record["legs"] for end in (leg["from"], leg["to"])}
        for end in sorted(ends - gazetteer.areas.keys() - gazetteer.places.keys()):
            yield f"{where}: legs: there is no area {end!r}"
    for record in context.transport_corridors:
        where = f"data/context/transport_corridors.json: {record['id']}"
        yield from (f"{where}: {fault}" for fault in _unknown_works(record, context))
        places = record["places"]
        for place in sorted(set(places) - gazetteer.places.keys()):
            yield f"{where}: places: there is no place {place!r} in data/places.json"
        for place in sorted(set(record["place_modes"]) - set(places)):
            yield f"{where}: place_modes: {place!r} is none of its places"
        neighbours = set(pairwise(places))
        for gap in record["gaps"] or ():
            if (gap["from"], gap["to"]) not in neighbours:
                yield f"{where}: gaps: {gap['from']} and {gap['to']} are no neighbours among its places"


def _unknown_works(record: Mapping[str, Any], context: Context) -> Iterator[str]:
    for reference in record["references"]:
        if reference["work"] not in context.works:
            yield f"references: there is no work {reference['work']!r} in data/context/works.json"
