"""Ingredients: all that layers are made of, read and checked once for a build."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from geo.datasets import read_bytes, read_features, read_json, read_sources
from geo.errors import InvalidFeatures, InvalidRecords
from geo.gazetteer import Gazetteer
from geo.point_of_view import NEUTRAL, read_owners, regroup_borders, regroup_countries
from geo.soundness import check_features
from layers.candidates import NOTHING_READ, Candidates, MachineReading
from layers.corridor_file import FILE as CORRIDORS
from layers.corridor_file import SCHEMAS, parse
from layers.coverage_rules import way_faults
from layers.coverage_schema import form_faults, named_faults
from layers.imports.record import NOTHING_IMPORTED, Imported
from layers.records import read_coverage
from layers.workers import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd

    from geo.datasets import Source
    from layers.records import Coverage
    from layers.workers import Workers

__all__ = ["Context", "Ingredients", "check_recorded", "read_context"]

T = TypeVar("T")
_FILES = {
    "areas.json": "context_areas",
    "places.json": "context_places",
    "context/works.json": "context_works",
}
"""Data file → schema in layers/schemas of the whole of it."""
_OUTSIDE = ("context", "transport")
"""Arrays of the corridor file that hold outside knowledge."""


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
    """Everything a layer's ``build`` may use. Frames of Natural Earth are read when first asked for.

    ``coverage`` holds the reviewed records and those of ``candidates``, told apart by their ``status``; ``imported`` what users
    brought of data sets. ``workers`` may do what can be done in parts; what comes of it is the same.
    """

    root: Path
    coverage: Coverage
    context: Context
    gazetteer: Gazetteer
    sources: tuple[Source, ...]
    point_of_view: str = NEUTRAL
    candidates: Candidates = field(default_factory=Candidates, repr=False)
    imported: Imported = field(default=NOTHING_IMPORTED, repr=False)
    workers: Workers = field(default=HERE, repr=False, compare=False)
    _frames: dict[str, gpd.GeoDataFrame] = field(default_factory=dict, repr=False, compare=False)
    # Not carried over by dataclasses.replace: what was made of other ingredients is not made of these.
    _made: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(
        cls, root: Path, machine: MachineReading = NOTHING_READ, imported: Imported = NOTHING_IMPORTED
    ) -> Ingredients:
        """Read the data folder.

        Parameters
        ----------
        root
            The data folder, see :func:`geo.datasets.data_root`.
        machine
            What was read in articles, see :mod:`layers.candidates`; nothing without it.
        imported
            Records of data sets, see :mod:`layers.imports`; none without it.

        Raises
        ------
        InvalidRecords
            Records break their schema, contradict each other or name unknown ids; all faults of all files at once.
        MissingData, UnrecordedSource, DamagedData
            See :mod:`geo.datasets`.

        Examples
        --------
        >>> from geo.datasets import data_root
        >>> ingredients = Ingredients.read(data_root())
        >>> [corridor["id"] for corridor in ingredients.context.corridors][:2]
        ['unodc-b1', 'unodc-n-tj']
        """
        faults: list[str] = []
        try:
            gazetteer, context = read_context(root)
        except InvalidRecords as error:
            faults += error.faults
        try:
            coverage = read_coverage(root)
        except InvalidRecords as error:
            faults += error.faults
        if faults:
            raise InvalidRecords(list(dict.fromkeys(faults)))
        candidates = Candidates.of(machine, coverage, gazetteer)
        sources = tuple(read_sources(root))
        _check_datasets(imported, sources)
        return cls(
            root, candidates.added_to(coverage), context, gazetteer, sources, candidates=candidates, imported=imported
        )

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


def _check_datasets(imported: Imported, sources: Iterable[Source]) -> None:
    """An imported data set must not take the name of a recorded one."""
    taken = {source.id for source in sources}
    faults = [
        f"imports: data set {dataset.id}: id: is that of a source of data/sources.toml (allowed: another one)"
        for dataset in imported.datasets
        if dataset.id in taken
    ]
    if faults:
        raise InvalidRecords(faults)


def check_recorded(root: Path) -> None:
    """Check every recorded feature; where some are unsound, tell what is wrong with the coverage records with them.

    Nothing can be made of unsound features, so records are not read against them. Where all are sound,
    :meth:`Ingredients.read` checks the records.

    Raises
    ------
    InvalidFeatures
        With one line for each fault of features and records.
    """
    try:
        check_features(root)
    except InvalidFeatures as unsound:
        faults = list(unsound.faults)
        try:
            read_coverage(root)
        except InvalidRecords as broken:
            faults += broken.faults
        raise InvalidFeatures(faults) from None


def read_context(root: Path) -> tuple[Gazetteer, Context]:
    """Read areas, places and outside knowledge, and check them against their schemas and each other.

    Raises
    ------
    InvalidRecords
        With one line for every fault: file, record, field, what is wrong.
    """
    documents = {name: read_json(name, root) for name in _FILES}
    faults = [
        f"data/{name}: {fault}" for name, schema in _FILES.items() for fault in named_faults(schema, documents[name])
    ]
    corridors: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for table, records in _outside(root, faults).items():
        sound = []
        for number, record in enumerate(records, 1):
            id_ = record.get("id") if isinstance(record, dict) else None
            name = id_ if isinstance(id_, str) else f"#{number} of {table}"
            told = form_faults(SCHEMAS[table], record)
            faults += [f"data/{CORRIDORS}: record {name}: {path or 'the record'}: {text}" for path, text in told]
            sound += [] if told else [record]
        corridors[table] = _by_id(sound)
    if any(named_faults(schema, documents[name]) for name, schema in _FILES.items()):
        raise InvalidRecords(faults)
    gazetteer = Gazetteer.read(root)
    context = Context(
        works={work["id"]: work for work in documents["context/works.json"]["works"]},
        corridors=corridors["context"],
        transport_corridors=corridors["transport"],
    )
    faults += [*_doubled_ids({**documents, CORRIDORS: corridors}), *_broken_links(context, gazetteer)]
    if faults:
        raise InvalidRecords(faults)
    return gazetteer, context


def _outside(root: Path, faults: list[str]) -> dict[str, list[Any]]:
    """Return the arrays of outside knowledge; empty ones, and a fault more, where the file is no TOML."""
    try:
        arrays = parse(read_bytes(CORRIDORS, root).decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        faults.append(f"data/{CORRIDORS}: is no TOML: {error}")
    except UnicodeDecodeError as error:
        faults.append(f"data/{CORRIDORS}: byte {error.start}: is no UTF-8 (save the file as UTF-8)")
    else:
        return {table: arrays[table] for table in _OUTSIDE}
    return {table: [] for table in _OUTSIDE}


def _by_id(records: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    return tuple(sorted(records, key=lambda record: str(record["id"])))


def _doubled_ids(documents: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, document in documents.items():
        for records in document.values():
            for id_, count in sorted(Counter(record["id"] for record in records).items()):
                if count > 1:
                    yield f"data/{name}: record {id_}: id: stands {count} times (allowed: once)"


def _broken_links(context: Context, gazetteer: Gazetteer) -> Iterator[str]:
    members = {region.id: region.members for region in gazetteer.regions}
    for record in context.corridors:
        where = f"data/{CORRIDORS}: record {record['id']}"
        yield from (f"{where}: {fault}" for fault in _unknown_works(record, context))
        legs = [(leg["from"], leg["to"]) for leg in record["legs"]]
        # A place is told by the gate that refuses too fine a line.
        for end in sorted({end for leg in legs for end in leg} - gazetteer.areas.keys() - gazetteer.places.keys()):
            yield f"{where}: legs: there is no area {end!r} (allowed: ISO 3166 codes, regions of data/areas.json)"
        yield from (f"{where}: {path}: {fault}" for path, fault in way_faults(legs, members))
    for record in context.transport_corridors:
        where = f"data/{CORRIDORS}: record {record['id']}"
        yield from (f"{where}: {fault}" for fault in _unknown_works(record, context))
        places = record["places"]
        for place in sorted(set(places) - gazetteer.places.keys()):
            yield f"{where}: places: there is no place {place!r} (allowed: an id of data/places.json)"
        for place in sorted(set(record["place_modes"]) - set(places)):
            yield f"{where}: place_modes: {place!r} is none of its places (allowed: ids of its `places`)"
        neighbours = set(pairwise(places))
        for gap in record["gaps"] or ():
            if (gap["from"], gap["to"]) not in neighbours:
                yield (
                    f"{where}: gaps: {gap['from']} and {gap['to']} are no neighbours among its places "
                    "(allowed: two that follow each other)"
                )


def _unknown_works(record: Mapping[str, Any], context: Context) -> Iterator[str]:
    for number, reference in enumerate(record["references"]):
        if reference["work"] not in context.works:
            yield (
                f"references[{number}].work: there is no work {reference['work']!r} "
                "(allowed: an id of data/context/works.json)"
            )
