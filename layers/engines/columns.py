"""Columns: one layer of a release, read from its column file.

Rows stand in the order of the file: placed points in Morton order and the unplaced after them, other layers by id. What is
handed out is a view of the mapped file; nothing is kept per feature.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.errors import DamagedRelease
from geo.featureid import integer_id
from layers.engines.arrayfile import ArrayFile
from layers.engines.coded import Texts
from layers.engines.features import FeatureTexts
from layers.engines.levels import Levels
from layers.tilelayer import decode_value
from layers.wire import content_of, varint_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy.typing as npt

    Integers = npt.NDArray[Any]

__all__ = ["FORMAT", "Columns", "Days"]

FORMAT: Final = 3
"""Of the column file. A file of another format is not read: `corridormap build` writes it anew."""

PER_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class Days:
    """The first, or the last, day of each row: ``codes`` (n,) into ``days`` since 1970, which ascend.

    An end of which nothing is known is a limit of int32: the least for a first day, the greatest for a last.
    """

    codes: Integers
    days: Integers

    @property
    def has_open(self) -> bool:
        """Whether of a row no such day is known."""
        return len(self.known) < len(self.days)

    @property
    def known(self) -> Integers:
        """The days without what is open."""
        limits = np.iinfo(np.int32)
        known: Integers = self.days[(self.days != limits.min) & (self.days != limits.max)]
        return known


class Columns:
    """The features of one layer. Made by :meth:`open`; nothing changes it afterwards, threads may share it.

    Parameters
    ----------
    file
        What :func:`layers.engines.build.write_columns` wrote.

    Raises
    ------
    DamagedRelease
        When the file is of another format.
    """

    def __init__(self, file: ArrayFile) -> None:
        meta = file.meta
        if meta.get("format") != FORMAT:
            raise DamagedRelease(
                f"{file.name} has format {meta.get('format')}; this corridormap reads {FORMAT}.",
                hint="Run `corridormap releases upgrade`, which makes what earlier versions wrote readable.",
            )
        self.file = file
        self.count = int(meta["rows"])
        """Features of the layer."""
        self.placed = int(meta["placed"])
        """Features that have a geometry."""
        self.has_points = bool(meta["points"])
        """Whether every geometry is one point, so that rows stand in Morton order."""
        self.kinds: Mapping[str, str] = dict(meta["kinds"])
        """Type of each property but ``id``, in the order of exports."""
        self.tile_properties: tuple[str, ...] = tuple(meta["tile"])
        self.lists = frozenset(meta["lists"])
        self.scalars = frozenset(meta["scalars"])

    @classmethod
    def open(cls, path: Path) -> Columns:
        """Open a column file.

        Raises
        ------
        DamagedRelease
            When it is missing, cut off, or of another format.
        """
        return cls(ArrayFile.open(path))

    def codes(self, name: str) -> Integers:
        """Codes of a property that is in :attr:`scalars`, 0 for none; shape (n,)."""
        return self.file.array(f"{name}.codes")

    def messages(self, name: str) -> Texts:
        """Values of a coded property as protobuf ``Value`` messages; code k is row k - 1."""
        return Texts(self.file, f"{name}.values")

    def values(self, name: str) -> tuple[Any, ...]:
        """Return the distinct values of a property, of which code k (k - 1 for a list) is the k-th."""
        texts = Texts(self.file, f"{name}.values")
        rows = texts.slices(np.arange(len(texts.ends) - 1))
        return tuple(row.decode() for row in rows) if name in self.lists else tuple(map(decode_value, rows))

    def cells(self, name: str) -> list[Any]:
        """Return a coded property of every row, ``None`` where it has none."""
        values = (None, *self.values(name))
        return [values[code] for code in self.codes(name).tolist()]

    def codes_of(self, name: str, wanted: tuple[str, ...]) -> list[int]:
        """Return the codes of those values of a property whose text is among the wanted ones."""
        lookup = self._lookups.get(name)
        if lookup is None:
            first = 0 if name in self.lists else 1
            lookup = {str(value): code for code, value in enumerate(self.values(name), start=first)}
            self._lookups[name] = lookup
        return [lookup[text] for text in wanted if text in lookup]

    @cached_property
    def _lookups(self) -> dict[str, dict[str, int]]:
        return {}

    @cached_property
    def levels(self) -> Levels:
        """The shapes of a layer that is not :attr:`has_points`."""
        return Levels(self.file)

    @property
    def has_days(self) -> bool:
        """Whether the layer's features have dates."""
        return "first_day.codes" in self.file

    @cached_property
    def first_day(self) -> Days:
        """The first day of each row of a layer that :attr:`has_days`."""
        return Days(self.file.array("first_day.codes"), self.file.array("first_day.days"))

    @cached_property
    def last_day(self) -> Days:
        """The last day of each row of a layer that :attr:`has_days`."""
        return Days(self.file.array("last_day.codes"), self.file.array("last_day.days"))

    @cached_property
    def days(self) -> tuple[int, int] | None:
        """The first and the last day that any feature names, in days since 1970; ``None`` where none does."""
        if not self.has_days:
            return None
        known = np.concatenate([self.first_day.known, self.last_day.known])
        return (int(known.min()), int(known.max())) if len(known) else None

    @property
    def tile_codes(self) -> Integers:
        """Codes of :attr:`tile_properties` into :attr:`tile_values`, shape (n, properties), 0 for none."""
        return self.file.array("tile.codes")

    @cached_property
    def tile_values(self) -> Texts:
        """Values of all tile properties, each once, as the fields of a tile's layer; code k is row k - 1."""
        return Texts(self.file, "tile.values")

    def tile_code_of(self, name: str) -> Integers:
        """Return what each code of a tile property is in :attr:`tile_codes`; shape (values + 1,)."""
        return self.file.array(f"{name}.tile")

    @cached_property
    def ids(self) -> Texts:
        """The ids as the fields of a tile's layer."""
        return Texts(self.file, "id")

    @property
    def id_words(self) -> npt.NDArray[np.uint64]:
        """The integers that stand for the ids in tiles, see :func:`layers.wire.varint_words`; shape (n,)."""
        return self.file.array("id_words")

    def id_of(self, row: int) -> str:
        """Return the id of a row."""
        return str(decode_value(content_of(self.ids.row(row))))

    def locate(self, feature_id: str) -> int | None:
        """Return the row of a feature, ``None`` when the layer has no such id."""
        wanted = int(varint_words(integer_id(feature_id))[0])
        order, hashes = self.file.array("by_feature_id"), self.id_words
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if int(hashes[order[middle]]) < wanted:
                low = middle + 1
            else:
                high = middle
        while low < len(order) and int(hashes[order[low]]) == wanted:
            row = int(order[low])
            if self.id_of(row) == feature_id:
                return row
            low += 1
        return None

    @cached_property
    def _features(self) -> FeatureTexts:
        return FeatureTexts(self.file, self.file.meta["own"])

    def feature(self, row: int) -> dict[str, Any]:
        """Return one feature as GeoJSON, read from its text."""
        found: dict[str, Any] = json.loads(self._features.joined(np.array([row]))[:-2])
        return found

    def feature_texts(self, rows: Integers) -> list[bytes]:
        """Return the GeoJSON texts of rows, each with the ``,`` and the line break that follow it."""
        return self._features.rows(rows)

    def record(self, row: int) -> dict[str, Any]:
        """Return one feature's id and properties."""
        feature = self.feature(row)
        return {"id": feature["id"], **feature["properties"]}

    def records(self, at_most: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the id and properties of every feature, sorted by id, or of the first so many."""
        rows = np.arange(self.count)
        if at_most is not None and at_most < self.count and "rank" in self.file:
            rows = np.argpartition(self.file.array("rank"), at_most)[:at_most]
        return map(self.record, self.in_order(rows)[:at_most].tolist())

    def in_order(self, rows: Integers) -> Integers:
        """Return rows sorted by the features' ids."""
        if "rank" not in self.file:
            return np.sort(rows)
        return rows[np.argsort(self.file.array("rank")[rows], kind="stable")]

    def ranks(self, rows: Integers) -> Integers:
        """Return the places of rows among all features sorted by id, ascending."""
        ranks: Integers = np.sort(self.file.array("rank")[rows] if "rank" in self.file else rows).astype(np.int64)
        return ranks

    def texts(self, rows: Integers) -> Iterator[bytes]:
        """Yield the GeoJSON texts of rows, in their order, many at once with ``,`` and a line break between them.

        Nothing is yielded for no rows.
        """
        for start in range(0, len(rows), PER_CHUNK):
            piece = self._features.joined(rows[start : start + PER_CHUNK])
            yield piece if start + PER_CHUNK < len(rows) else piece[:-2]

    def bounds(self, rows: Integers) -> tuple[float, float, float, float] | None:
        """Return west, south, east, north of rows in degrees, ``None`` when none is placed."""
        if self.has_points:
            placed = rows[rows < self.placed]
            if not len(placed):
                return None
            lon, lat = self.file.array("lon_e7")[placed], self.file.array("lat_e7")[placed]
            least, most = (int(lon.min()), int(lat.min())), (int(lon.max()), int(lat.max()))
            return (least[0] / 1e7, least[1] / 1e7, most[0] / 1e7, most[1] / 1e7)
        box = self.file.array("box")[rows]
        box = box[~np.isnan(box[:, 0])]
        if not len(box):
            return None
        west, south, _, _ = box.min(axis=0).tolist()
        _, _, east, north = box.max(axis=0).tolist()
        return west, south, east, north
