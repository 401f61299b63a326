"""Binary: rows as PostgreSQL's COPY takes them in its binary format, made of whole columns at once.

A field is its length as a big-endian int32, -1 for NULL, and its bytes as the type's ``send`` function writes them
(PostgreSQL manual, COPY, "Binary Format").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.wire import ByteRows, ranges, weave

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

__all__ = ["END", "START", "coded_field", "field", "list_field", "number_field", "point_field", "rows_of"]

START: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END: Final = b"\xff\xff"

_TEXT_OID: Final = 25
_HAS_SRID_POINT: Final = 0x20000001
"""Type of a point with a reference system in extended WKB."""


def rows_of(fields: Sequence[ByteRows]) -> bytes:
    """Return rows made of fields, each a column of the same length."""
    count = np.full(len(fields[0].lengths), len(fields), dtype=">i2")
    return weave(_fixed(count), *fields).data.tobytes()


def field(rows: ByteRows, is_null: Mask | None = None) -> ByteRows:
    """Return byte strings as fields; where ``is_null`` says so the string must be empty."""
    lengths = rows.lengths if is_null is None else np.where(is_null, -1, rows.lengths)
    return weave(_fixed(lengths.astype(">i4")), rows)


def number_field(values: npt.ArrayLike, dtype: str, is_null: Mask | None = None) -> ByteRows:
    """Return numbers as fields; ``dtype`` is big-endian: ``>i4`` int, ``>i8`` bigint, ``>f8`` float8, ``u1`` boolean."""
    rows = _fixed(np.asarray(values).astype(dtype))
    return field(rows if is_null is None else _without(rows, is_null), is_null)


def coded_field(codes: npt.NDArray[Any], values: Sequence[Any], sql_type: str) -> ByteRows:
    """Return a coded property (0 for none, else a place among ``values`` counted from 1) as fields of a type."""
    is_null = codes == 0
    if sql_type in _DTYPES:
        known = np.array([0, *values], dtype=_DTYPES[sql_type].lstrip(">").replace("u1", "bool"))
        return number_field(known[codes], _DTYPES[sql_type], is_null)
    table = ByteRows.of([b"", *(str(value).encode() for value in values)])
    return field(_chosen(table, codes.astype(np.int64)), is_null)


_DTYPES: Final = {"bigint": ">i8", "float8": ">f8", "boolean": "u1"}


def list_field(counts: npt.NDArray[Any], codes: npt.NDArray[Any], values: Sequence[str]) -> ByteRows:
    """Return lists of texts as fields of ``text[]``: ``codes`` into ``values``, laid end to end, ``counts`` for each row."""
    known = [value.encode() for value in values]
    table = ByteRows.of([len(value).to_bytes(4, "big") + value for value in known])
    items = _chosen(table, codes.astype(np.int64)).merge(counts)
    is_any = counts > 0
    # Dimensions, whether there are NULLs, type of the items; then of the one dimension its size and first index.
    head = np.zeros((len(counts), 5), dtype=">i4")
    head[:, 0], head[:, 2], head[:, 3], head[:, 4] = is_any, _TEXT_OID, counts, 1
    lengths = np.where(is_any, 20, 12)
    heads = ByteRows(head.view(np.uint8).reshape(-1, 20)[np.arange(20) < lengths[:, None]], lengths)
    return field(weave(heads, items))


def point_field(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], is_null: Mask) -> ByteRows:
    """Return points in degrees as fields of ``geometry(Point, 4326)``: extended WKB."""
    wkb = np.zeros(len(lon), dtype=[("order", "u1"), ("type", ">u4"), ("srid", ">u4"), ("x", ">f8"), ("y", ">f8")])
    wkb["type"], wkb["srid"], wkb["x"], wkb["y"] = _HAS_SRID_POINT, 4326, lon, lat
    return field(_without(_fixed(wkb), is_null), is_null)


def _chosen(table: ByteRows, places: npt.NDArray[np.int64]) -> ByteRows:
    """Return some rows of a table, in the order asked for."""
    starts = np.cumsum(table.lengths) - table.lengths
    return ByteRows(table.data[ranges(starts[places], table.lengths[places])], table.lengths[places])


def _fixed(values: npt.NDArray[Any]) -> ByteRows:
    size = values.dtype.itemsize
    return ByteRows(np.ascontiguousarray(values).view(np.uint8).reshape(-1), np.full(len(values), size, dtype=np.int64))


def _without(rows: ByteRows, is_null: Mask) -> ByteRows:
    """Return rows of one length without the bytes of those that are NULL."""
    if not len(rows.lengths):
        return rows
    data = rows.data.reshape(len(rows.lengths), -1)[~is_null]
    return ByteRows(data.reshape(-1), np.where(is_null, 0, rows.lengths))
