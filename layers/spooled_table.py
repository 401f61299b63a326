"""SpooledTable: a layer's canonical table whose cells lie on disk as JSON texts, column by column.

A build makes each table piece by piece and lets go of the pieces: ids and geometries stay in memory, a point and an id
taking some 200 bytes. Digest, GeoParquet and the column file are made of the texts.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, Final, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.geojson import json_text
from layers.properties import is_missing, kind_of
from layers.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import numpy.typing as npt

    from layers.layer import Kind, Layer

__all__ = ["PER_PIECE", "SpooledTable", "canonical_text"]

PER_PIECE: Final = 2_000
"""Rows that are turned into texts, and read again, at once."""

_PYTHON: Final[Mapping[str, Callable[[Any], Any]]] = {"integer": int, "number": float, "boolean": bool}


class SpooledTable:
    """The features of a layer, sorted by id; see the module.

    ``names`` are its properties in order, without ``id`` and geometry; ``kinds`` their types. A cell's text is its JSON as
    the column file holds it, with the keys of objects in the order in which the builder gave them; what is missing is
    ``null``.
    """

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.ids: list[str] = []
        self.kinds: dict[str, Kind] = {}
        self._id_type: Any = object
        self._spool = Spool()
        self._shapes: list[npt.NDArray[np.object_]] = []
        self._lengths: list[int] = []

    @classmethod
    def of(cls, pieces: Iterable[gpd.GeoDataFrame], layer: Layer) -> Self:
        """Put canonical frames aside, one after the other: all have the same columns, ids ascend."""
        table = cls(layer)
        for piece in pieces:
            table.add(piece)
        return table

    def add(self, frame: gpd.GeoDataFrame) -> None:
        """Put the rows of a canonical frame aside after those that are there."""
        geometry = frame.geometry.name
        names = [str(name) for name in frame.columns if name not in {"id", geometry}]
        if not self.kinds:
            self.kinds = {name: kind_of(self.layer, name) for name in names}
            self._id_type = frame["id"].dtype
        elif names != self.names:
            raise ValueError(f"The pieces of layer {self.layer.id} have different columns.")
        shapes = np.asarray(frame.geometry.array, dtype=object)
        for start in range(0, max(len(frame), 1), PER_PIECE):
            piece = frame.iloc[start : start + PER_PIECE]
            for name, kind in self.kinds.items():
                self._spool.add("\n".join(_texts(piece[name], kind)).encode())
            self._lengths.append(len(piece))
        self.ids += map(str, frame["id"])
        self._shapes.append(shapes)

    @property
    def names(self) -> list[str]:
        """Its properties in order."""
        return list(self.kinds)

    @property
    def shapes(self) -> npt.NDArray[np.object_]:
        """The geometries (EPSG:4326), ``None`` where there is none."""
        if len(self._shapes) != 1:
            self._shapes = [np.concatenate([np.empty(0, dtype=object), *self._shapes])]
        return self._shapes[0]

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, name: object) -> bool:
        return name in self.kinds

    def id_cells(self, ids: list[str]) -> pd.Series[Any]:
        """Return ids as a column of the type that the builder gave them: GeoParquet tells texts and objects apart."""
        made: pd.Series[Any] = pd.Series(ids, dtype=self._id_type)
        return made

    def texts(self, name: str) -> Iterator[bytes]:
        """Yield the JSON text of each cell of a column."""
        for piece in range(len(self._lengths)):
            yield from self._piece(piece, self.names.index(name))

    def column(self, name: str) -> Column:
        """Return a column whose texts can be read in any order."""
        place, width = self.names.index(name), len(self.kinds)
        pieces = (piece for piece, length in enumerate(self._lengths) if length)
        return Column(self._spool, (piece * width + place for piece in pieces))

    def rows(self) -> Iterator[tuple[bytes, ...]]:
        """Yield the texts of each row, in the order of ``names``."""
        for piece, length in enumerate(self._lengths):
            if self.kinds:
                yield from zip(*(self._piece(piece, at) for at in range(len(self.kinds))), strict=True)
            else:
                yield from [()] * length

    def records(self, names: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Yield each row with its ``id``, ``geometry`` and some of its properties, those that it has not left out."""
        known = [name for name in names if name in self.kinds]
        columns = zip(*map(self.texts, known), strict=True) if known else repeat(())
        for id_, shape, texts in zip(self.ids, self.shapes, columns, strict=False):
            yield {"id": id_, "geometry": shape, **dict(zip(known, map(json.loads, texts), strict=True))}

    def canonical_rows(self) -> Iterator[bytes]:
        """Yield each row as the canonical JSON of id and properties, without those that are missing."""
        order = sorted(["id", *self.kinds])
        leads = [f'"{name}":'.encode() for name in order]
        forms = [canonical_text(self.kinds.get(name, "text")) for name in order]
        places = [self.names.index(name) if name != "id" else -1 for name in order]
        for id_, row in zip(self.ids, self.rows(), strict=True):
            texts = (*row, json_text(id_).encode())
            members = [
                lead + form(texts[place])
                for lead, form, place in zip(leads, forms, places, strict=True)
                if texts[place] != _NOTHING
            ]
            yield b"{" + b",".join(members) + b"}"

    def frames(self, length: int) -> Iterator[gpd.GeoDataFrame]:
        """Yield canonical frames of so many rows, at least one; what is JSON stands there as canonical text."""
        rows, start = self.rows(), 0
        while start < max(len(self), 1):
            columns = zip(*islice(rows, length), strict=True) if len(self) else repeat(())
            cells: dict[str, Any] = {"id": self.id_cells(self.ids[start : start + length])}
            for (name, kind), texts in zip(self.kinds.items(), columns, strict=False):
                form = canonical_text(kind) if kind == "json" else _value
                values = [None if text == _NOTHING else form(text) for text in texts]
                # Texts of JSON get the type that pandas gives texts.
                cells[name] = [each and each.decode() for each in values] if kind == "json" else settle(values, kind)
            shapes = gpd.GeoSeries(list(self.shapes[start : start + length]), crs=4326)
            yield gpd.GeoDataFrame(cells, geometry=shapes, crs=4326)
            start += length

    def frame(self) -> gpd.GeoDataFrame:
        """Return the whole table as a canonical frame, with lists and objects in it."""
        cells: dict[str, Any] = {"id": self.id_cells(self.ids)}
        cells |= {name: settle(map(_value, self.texts(name)), kind) for name, kind in self.kinds.items()}
        return gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(list(self.shapes), crs=4326), crs=4326)

    def _piece(self, piece: int, place: int) -> list[bytes]:
        content = self._spool[piece * len(self.kinds) + place]
        return content.split(b"\n") if self._lengths[piece] else []


class Column:
    """The JSON texts of a column, read in any order; 16 bytes of memory for a row."""

    def __init__(self, spool: Spool, numbers: Iterable[int]) -> None:
        self._spool = spool
        starts, ends = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for number in numbers:
            first, last = spool.place(number)
            breaks = np.flatnonzero(np.frombuffer(spool[number], np.uint8) == _BREAK) + first
            starts.append(np.concatenate([[first], breaks + 1]))
            ends.append(np.concatenate([breaks, [last]]))
        self._starts, self._ends = np.concatenate(starts), np.concatenate(ends)

    def __getitem__(self, row: int) -> bytes:
        return self._spool.read(int(self._starts[row]), int(self._ends[row]))


_NOTHING: Final = b"null"
_BREAK: Final = ord("\n")


def _texts(cells: Iterable[Any], kind: Kind) -> Iterator[str]:
    """Write cells as JSON. One and the same object many times in a row, as the evidence of a corridor's marks, is written once."""
    to_type = _PYTHON.get(kind)
    last, text = None, "null"
    for cell in cells:
        if is_missing(cell):
            yield "null"
            continue
        if cell is not last:
            last, text = cell, json_text(to_type(cell) if to_type else cell)
        yield text


def _value(text: bytes) -> Any:  # noqa: ANN401 -- JSON has no narrower name
    return json.loads(text)


def _sorted_json(text: bytes) -> bytes:
    """The canonical form of a JSON text, see :func:`layers.table.canonical_json`."""
    return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _whole(text: bytes) -> bytes:
    """One form for a number without a fraction, whatever its column's type was inferred to be."""
    value = json.loads(text)
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value).encode()


def canonical_text(kind: Kind) -> Callable[[bytes], bytes]:
    """Return what gives a cell's text the one form that a release id is made of; it remembers the last thousands."""
    if kind == "json":
        return lru_cache(maxsize=_REMEMBERED)(_sorted_json)
    return _whole if kind == "number" else bytes


_REMEMBERED: Final = 2_000


_DTYPES: Final[dict[Kind, Any]] = {"integer": "Int64", "number": "Float64", "boolean": "boolean"}


def settle(cells: Iterable[Any], kind: Kind) -> pd.Series[Any]:
    """Return plain cells as a column of their declared type, so that it is the same before and after GeoParquet.

    Whole numbers become ``Int64``, other numbers ``Float64``, truth values ``boolean`` (each with NA for nothing said);
    text and JSON become ``object`` with ``None``.

    >>> settle([1.0, None], "integer").dtype, settle(["a", None], "text").tolist()
    (Int64Dtype(), ['a', None])
    """
    dtype = _DTYPES.get(kind, object)
    made: pd.Series[Any] = pd.Series(
        pd.array(list(cells), dtype=dtype) if kind in _DTYPES else list(cells), dtype=dtype
    )
    return made
