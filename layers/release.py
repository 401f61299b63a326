"""Release: an immutable, content-named set of layers with its receipt.

A release's id is the first 12 hex digits of the sha256 of its canonical records (see :mod:`layers.table`), the layers'
own descriptions, the passports of the data it was made from and ``FORMAT_VERSION``. Its date is an input
(``data/release.toml``). ``release.json`` is the receipt: what went in, what came out with sha256 and counts, and the library
versions beside it.

A request is answered from ``columns/`` and the JSON documents alone (:meth:`Release.columns`, :meth:`Release.document`);
``layers/``, the GeoParquet, is for exports and for who checks the release (:meth:`Release.table`).
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from geo.errors import DamagedRelease, UnknownFeature, UnknownLayer
from geo.vocabulary import NEUTRAL, POINTS_OF_VIEW
from layers.catalog import Catalog
from layers.engines.column_features import ColumnFeatures
from layers.engines.columns import Columns
from layers.engines.pyramid import Pyramid
from layers.figures.pictures import picture_damage
from layers.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from layers.engines.engine import Engine, Features

__all__ = [
    "FORMAT_VERSION",
    "UPGRADED",
    "Release",
    "file_sha256",
    "read_receipt",
    "table_name",
    "table_names",
    "tile_mark",
]

T = TypeVar("T")
_MEMBERS = {"id", "files", "layers", "tables", "date", "title", "licence", "borders_as_of"}
FORMAT_VERSION = 2
"""Of ``release.json`` and the files beside it; it takes part in the release id."""


def table_name(layer: Layer, point_of_view: str) -> str:
    """Return the name of a layer's table: ``borders`` for the neutral view, ``borders@iso`` for another one.

    Layers that every point of view sees alike have the one name.
    """
    return f"{layer.id}@{point_of_view}" if layer.has_views and point_of_view != NEUTRAL else layer.id


def table_names(catalog: Catalog) -> tuple[tuple[str, Layer, str], ...]:
    """Return (name, layer, point of view) of every table that a release of a catalog holds, in drawing order."""
    return tuple(
        (table_name(layer, view), layer, view)
        for layer in catalog.values()
        for view in (POINTS_OF_VIEW if layer.has_views else (NEUTRAL,))
    )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_ENCODERS = (
    "mvt",
    "tilelayer",
    "tilepaths",
    "wire",
    *(f"engines/{name}" for name in ("coded", "tiles", "masks", "levels")),
)


def tile_mark(catalog: Catalog) -> str:
    """Return eight hex digits that change with all that decides a tile's bytes besides its release: layers and encoder."""
    sha = hashlib.sha256()
    for layer in catalog.values():
        sha.update(f"{layer.id} {layer.tile_properties} {layer.minzoom} {layer.maxzoom} {layer.simplify}\n".encode())
    for module in _ENCODERS:
        sha.update(importlib.resources.files("layers").joinpath(f"{module}.py").read_bytes())
    return sha.hexdigest()[:8]


UPGRADED = "upgraded"
"""Folder, in that of a release, of what :mod:`layers.upgrade` made for this version; the receipt says nothing of it."""

_BESIDE = ("pictures/", ".pictures", f"{UPGRADED}/", f".{UPGRADED}/")


def _kept(path: Path, name: str) -> Path:
    """A file of a release, or what an upgrade made to be read in its place."""
    made = path / UPGRADED / name
    return made if made.is_file() else path / name


def read_receipt(path: Path) -> dict[str, Any]:
    """Read the receipt of the release in a folder, of this format or an earlier one.

    Raises
    ------
    DamagedRelease
        When it cannot be read, lacks a member, or was written by a later version of corridormap.
    """
    try:
        receipt: dict[str, Any] = json.loads((path / "release.json").read_text(encoding="utf-8"))
        version = int(receipt["format_version"])
        lacking = sorted(_MEMBERS - set(receipt))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedRelease(
            f"The receipt of release {path.name} cannot be read ({type(error).__name__}).",
            hint="Run `corridormap build` again.",
        ) from error
    if lacking:
        raise DamagedRelease(
            f"The receipt of release {path.name} lacks {', '.join(lacking)}.", hint="Run `corridormap build` again."
        )
    if version > FORMAT_VERSION:
        raise DamagedRelease(
            f"Release {path.name} has format {version}; this corridormap reads up to {FORMAT_VERSION}.",
            hint="Upgrade corridormap, or build the release anew with `corridormap build`.",
        )
    return receipt


@dataclass(frozen=True, slots=True)
class Release:
    """One release, opened for reading. What is in it is read when first asked for, then kept."""

    path: Path
    catalog: Catalog
    receipt: Mapping[str, Any]
    engine: Engine | None = None
    """Where the features are when they are not in the folder."""
    _tables: dict[str, gpd.GeoDataFrame] = field(default_factory=dict, repr=False)
    _columns: dict[str, Columns] = field(default_factory=dict, repr=False)
    _derived: dict[object, Any] = field(default_factory=dict, repr=False)
    _documents: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @classmethod
    def open(cls, path: Path, *, engine: Engine | None = None) -> Release:
        """Open the release in a folder, with the layers that it says it has; ``engine`` holds its features, else the folder.

        Raises
        ------
        DamagedRelease
            When the receipt cannot be read, or the release must be brought up to date first (:mod:`layers.upgrade`).
        """
        receipt = read_receipt(path)
        try:
            described = json.loads(_kept(path, "layers.json").read_text(encoding="utf-8"))
            catalog = Catalog.of(*map(Layer.from_dict, described))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedRelease(
                f"layers.json of release {path.name} cannot be read ({type(error).__name__}).",
                hint="If an earlier version wrote it, run `corridormap releases upgrade`; else `corridormap build` again.",
            ) from error
        return cls(path, catalog, receipt, engine)

    def public(self) -> Release:
        """Return the release without the layers that may not be passed on; itself where there are none."""
        shown = self.catalog.open()
        if shown is self.catalog:
            return self
        return self.derived("public", lambda: replace(self, catalog=shown, _derived={}))

    @property
    def id(self) -> str:
        """The 12 hex digits that name it."""
        return str(self.receipt["id"])

    @property
    def layer_ids(self) -> tuple[str, ...]:
        """Ids of the layers in it, in drawing order."""
        return tuple(self.catalog)

    def table(self, layer_id: str, point_of_view: str = NEUTRAL) -> gpd.GeoDataFrame:
        """Return a layer's canonical table (EPSG:4326, sorted by id), read with geopandas. Do not change it.

        A layer that does not differ with the point of view has one table for all of them. Requests are answered from
        :meth:`columns` instead.

        Raises
        ------
        UnknownLayer
            When the release has no such layer.
        DamagedRelease
            When its file cannot be read.
        """
        from layers.table import read_table  # noqa: PLC0415 -- what serves requests must not load geopandas

        name = self._table_name(layer_id, point_of_view)
        with self._lock:
            if name not in self._tables:
                try:
                    self._tables[name] = read_table(self.path / "layers" / f"{name}.parquet", self.catalog[layer_id])
                except (OSError, ValueError, KeyError) as error:
                    raise DamagedRelease(
                        f"Layer {name} of release {self.id} cannot be read ({type(error).__name__}).",
                        hint="Run `corridormap verify` to see what differs, then `corridormap build`.",
                    ) from error
            return self._tables[name]

    def table_path(self, layer_id: str, point_of_view: str = NEUTRAL) -> Path:
        """Return the GeoParquet file of a layer's canonical table, compared with the receipt.

        Raises
        ------
        UnknownLayer
            When the release has no such layer.
        DamagedRelease
            When the file is missing or not what was written.
        """
        file = f"layers/{self._table_name(layer_id, point_of_view)}.parquet"
        path = self.path / file
        if not path.is_file() or file_sha256(path) != self.receipt["files"].get(file):
            raise DamagedRelease(
                f"{file} of release {self.id} is missing or not what was written.",
                hint="Run `corridormap verify` to see what differs, then `corridormap build`.",
            )
        return path

    def features(self, layer_id: str, point_of_view: str = NEUTRAL) -> Features:
        """Return a layer's features, which answer every request; raises as :meth:`table` does.

        Ask for them once for each request.
        """
        if self.engine is not None:
            return self.engine.features(self._table_name(layer_id, point_of_view))
        return ColumnFeatures(self.columns(layer_id, point_of_view))

    def columns(self, layer_id: str, point_of_view: str = NEUTRAL) -> Columns:
        """Return a layer's columns, from which :meth:`features` are read; raises as :meth:`table` does.

        Ask for them once for each request: a file that was cut off while it was open is told here.
        """
        name = self._table_name(layer_id, point_of_view)
        with self._lock:
            columns = self._columns.get(name)
            if columns is None:
                columns = self._columns[name] = Columns.open(_kept(self.path, f"columns/{name}.columns"))
        columns.file.check_length()
        return columns

    def forget_pages(self) -> None:
        """Give the mapped pages of all columns back to the system; see :meth:`ArrayFile.forget`."""
        with self._lock:
            opened = list(self._columns.values())
        for columns in opened:
            columns.file.forget()

    def _table_name(self, layer_id: str, point_of_view: str) -> str:
        name = table_name(self.catalog[layer_id], point_of_view)
        if name not in self.receipt["tables"]:
            raise UnknownLayer(
                f"Release {self.id} holds no layer {name!r}.", hint=f"It holds: {', '.join(self.layer_ids)}."
            )
        return name

    @property
    def tile_mark(self) -> str:
        """Eight hex digits that change with all that decides a tile's bytes besides its release: layers and encoder.

        An address that carries it may be kept for ever; after an upgrade the style names another one.
        """
        if self.engine is None:
            return self._own_mark
        both = f"{self._own_mark} {self.engine.tile_mark}"
        return self.derived("tile mark of the engine", lambda: hashlib.sha256(both.encode()).hexdigest()[:8])

    @property
    def _own_mark(self) -> str:
        return self.derived("tile mark", lambda: tile_mark(self.catalog))

    def pyramid(self, layer_id: str, point_of_view: str = NEUTRAL) -> Pyramid | None:
        """Return the tiles of a layer's lowest zooms, made by the build; ``None`` where there are none, or other ones now.

        Raises
        ------
        DamagedRelease
            When the archive is not what was written.
        """
        file = f"pyramids/{self._table_name(layer_id, point_of_view)}.pmtiles"
        if file not in self.receipt["files"]:
            return None
        pyramid = self.derived(file, lambda: Pyramid(self.path / file))
        return pyramid if pyramid.mark == self._own_mark else None

    def document(self, name: str) -> Any:  # noqa: ANN401 -- whatever JSON the document holds
        """Return one of the JSON documents beside the layers: ``coverage`` or ``sources``. Do not change it.

        Raises
        ------
        DamagedRelease
            When it cannot be read.
        """
        with self._lock:
            if name not in self._documents:
                try:
                    self._documents[name] = json.loads(_kept(self.path, f"{name}.json").read_text(encoding="utf-8"))
                except (OSError, ValueError) as error:
                    raise DamagedRelease(
                        f"{name}.json of release {self.id} cannot be read ({type(error).__name__}).",
                        hint="Run `corridormap verify` to see what differs, then `corridormap build`.",
                    ) from error
            return self._documents[name]

    def derived(self, key: object, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, made once for this release: lists and indexes that many requests need.

        ``key`` names it; do not change what comes back.
        """
        with self._lock:
            if key not in self._derived:
                self._derived[key] = make()
            found: T = self._derived[key]
            return found

    def records(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the coverage records of one kind (``articles``, ``claims`` …) by id."""
        return self.derived(
            ("records", kind), lambda: {record["id"]: record for record in self.document("coverage").get(kind, [])}
        )

    def find(self, feature_id: str, point_of_view: str = NEUTRAL) -> tuple[str, dict[str, Any]]:
        """Return the layer of a feature, and the feature as GeoJSON.

        Raises
        ------
        UnknownFeature
            When no layer has an object of that id.
        """
        for layer_id in self.layer_ids:
            if self.catalog[layer_id].role != "drawing":
                feature = self.features(layer_id, point_of_view).find(feature_id)
                if feature is not None:
                    return layer_id, feature
        raise UnknownFeature(
            f"Release {self.id} has no object {feature_id[:80]!r}.",
            hint="Open the map and click an object, or see /data.",
        )

    def damage(self) -> list[str]:
        """Compare every file with the receipt; one line for each that is missing, changed or not listed."""
        return self.damage_of(self.path)

    @staticmethod
    def damage_of(path: Path) -> list[str]:
        """Return what :meth:`damage` does of a release that is not open; raises as :func:`read_receipt` does."""
        listed: Mapping[str, str] = read_receipt(path)["files"]
        faults = []
        for name, expected in listed.items():
            if not (path / name).is_file():
                faults.append(f"{name} is missing")
            elif file_sha256(path / name) != expected:
                faults.append(f"{name} has another sha256 than its receipt")
        faults += picture_damage(path / "pictures")
        # Folders beside its own files come and go meanwhile, which a walk of the system passes over.
        present = {
            name
            for place, _, names in os.walk(path)
            for each in names
            if not (name := Path(place, each).relative_to(path).as_posix()).startswith(_BESIDE)
        }
        faults += [f"{name} is not in the receipt" for name in sorted(present - set(listed) - {"release.json"})]
        return faults
