"""One layer of a vector tile as a message, made from arrays: ids, commands and coded properties.

Whatever can give these, be it a frame of shapes, memory-mapped columns or a grid of counts, writes its layer through
:func:`encode_layer`. The format is MVT 2.1, the messages are those of its ``vector_tile.proto``.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from typing import TYPE_CHECKING

import numpy as np

from layers.properties import is_missing
from layers.tilepaths import EXTENT
from layers.wire import ByteRows, delimited, delimited_field, varint, varint_field, varints, weave, zigzag

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

__all__ = ["code_values", "decode_value", "encode_layer", "encode_value"]

# Protobuf keys of vector_tile.proto: field number << 3 | wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four).
TILE_LAYER = 3 << 3 | 2
LAYER_VERSION, LAYER_NAME, LAYER_FEATURE = 15 << 3, 1 << 3 | 2, 2 << 3 | 2
LAYER_KEY, LAYER_VALUE, LAYER_EXTENT = 3 << 3 | 2, 4 << 3 | 2, 5 << 3
FEATURE_ID, FEATURE_TAGS, FEATURE_TYPE, FEATURE_GEOMETRY = 1 << 3, 2 << 3 | 2, 3 << 3, 4 << 3 | 2
VALUE_STRING, VALUE_FLOAT, VALUE_DOUBLE = 1 << 3 | 2, 2 << 3 | 5, 3 << 3 | 1
VALUE_UINT, VALUE_SINT, VALUE_BOOL = 5 << 3, 6 << 3, 7 << 3


def encode_layer(
    name: str,
    *,
    feature_ids: npt.ArrayLike,
    kinds: npt.ArrayLike,
    geometry: ByteRows,
    keys: Sequence[str],
    codes: Integers,
    values: ByteRows,
) -> bytes:
    """Return one layer, as a field of the Tile message: layers laid end to end are a tile.

    Parameters
    ----------
    name
        The layer's name, unique in its tile.
    feature_ids
        Unsigned integers, shape (n,).
    kinds
        ``POINT``, ``LINESTRING`` or ``POLYGON`` of each feature, shape (n,).
    geometry
        The command integers of each feature, n rows: see :func:`layers.tilepaths.commands`.
    keys
        Names of the properties, k of them.
    codes
        Index into ``values`` of each feature's property, shape (n, k); -1 where the feature has none.
    values
        ``Value`` messages: see :func:`encode_value`. Only those in use are written, as only the keys in use are.

    Returns
    -------
    bytes
        ``b""`` when there are no features.
    """
    if not len(geometry.lengths):
        return b""
    present = codes >= 0
    has_key = present.any(axis=0)
    is_used = np.zeros(len(values.lengths), dtype=bool)
    is_used[codes[present]] = True
    value_index = np.cumsum(is_used) - 1
    key_index = np.broadcast_to(np.cumsum(has_key) - 1, codes.shape)
    pairs = np.stack([key_index[present], value_index[codes[present]]], axis=1)
    features = weave(
        varint_field(FEATURE_ID, feature_ids),
        delimited_field(FEATURE_TAGS, varints(pairs.ravel()).merge(2 * present.sum(axis=1))),
        varint_field(FEATURE_TYPE, kinds),
        delimited_field(FEATURE_GEOMETRY, geometry),
    )
    return delimited(
        TILE_LAYER,
        b"".join(
            [
                bytes([LAYER_VERSION, 2]),
                delimited(LAYER_NAME, name.encode("utf-8")),
                delimited_field(LAYER_FEATURE, features).data.tobytes(),
                *(delimited(LAYER_KEY, keys[i].encode("utf-8")) for i in np.flatnonzero(has_key).tolist()),
                delimited_field(LAYER_VALUE, values.take(np.flatnonzero(is_used))).data.tobytes(),
                bytes([LAYER_EXTENT]) + varint(EXTENT),
            ]
        ),
    )


def code_values(columns: Sequence[Sequence[object]]) -> tuple[Integers, ByteRows]:
    """Return columns of properties as :func:`encode_layer` takes them.

    Parameters
    ----------
    columns
        At least one, all of the same length; see :func:`encode_value` for what they may hold and what it raises.

    Returns
    -------
    codes, values
        Codes of shape (rows, columns), -1 where a tile leaves the value out, and the ``Value`` messages that they stand
        for, each once, in the order in which they first come, column by column.

    Examples
    --------
    >>> codes, values = code_values([["af", "tj"], [None, "af"]])
    >>> codes.tolist(), len(values.lengths)
    ([[0, -1], [1, 0]], 2)
    """
    codes = np.full((len(columns[0]), len(columns)), -1, dtype=np.int64)
    table: dict[bytes, int] = {}
    for j, column in enumerate(columns):
        for i, value in enumerate(column):
            encoded = encode_value(value)
            if encoded is not None:
                codes[i, j] = table.setdefault(encoded, len(table))
    return codes, ByteRows.of(table)


def encode_value(value: object) -> bytes | None:
    """Return one property value as a ``Value`` message, or ``None`` where a tile leaves it out.

    Parameters
    ----------
    value
        str, bool, int, float, their numpy scalars; date and datetime become ISO 8601, a list or dict its JSON. A float
        travels in four bytes where that loses nothing. ``None``, NaN, NaT and ``pandas.NA`` are left out.

    Raises
    ------
    TypeError
        For any other type.
    OverflowError
        For an integer outside -2**63 … 2**64 - 1.

    Examples
    --------
    >>> encode_value("af").hex(" "), encode_value(True).hex(" "), encode_value(-1).hex(" ")
    ('0a 02 61 66', '38 01', '30 01')
    >>> encode_value(0.5).hex(" "), encode_value(float("nan"))
    ('15 00 00 00 3f', None)
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple | dict):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    if is_missing(value):
        return None
    match value:
        case str():
            return delimited(VALUE_STRING, value.encode("utf-8"))
        case bool():
            return bytes([VALUE_BOOL, value])
        case int() if not -(2**63) <= value < 2**64:
            raise OverflowError(f"{value} does not fit into the 64 bits that a tile has for an integer.")
        case int():
            return (
                bytes([VALUE_UINT]) + varint(value) if value >= 0 else bytes([VALUE_SINT]) + varint(int(zigzag(value)))
            )
        case float():
            with np.errstate(over="ignore"):
                is_short = float(np.float32(value)) == value
            return struct.pack("<Bf", VALUE_FLOAT, value) if is_short else struct.pack("<Bd", VALUE_DOUBLE, value)
        case dt.date():
            return delimited(VALUE_STRING, value.isoformat().encode("ascii"))
    raise TypeError(f"A vector tile has no place for a {type(value).__name__}: {value!r}.")


def decode_value(message: bytes) -> str | bool | int | float:
    """Return what :func:`encode_value` was given; a list or dict comes back as its JSON.

    Raises
    ------
    ValueError
        When the bytes are no such message.

    Examples
    --------
    >>> [decode_value(encode_value(value)) for value in ("Ош", True, 300, -7, 0.5, 0.1)]
    ['Ош', True, 300, -7, 0.5, 0.1]
    """
    key, rest = message[0], message[1:]
    match key:
        case _ if key == VALUE_STRING:
            length, used = _read_varint(rest)
            return rest[used : used + length].decode("utf-8")
        case _ if key == VALUE_BOOL:
            return bool(rest[0])
        case _ if key == VALUE_UINT:
            return _read_varint(rest)[0]
        case _ if key == VALUE_SINT:
            number = _read_varint(rest)[0]
            return number >> 1 ^ -(number & 1)
        case _ if key == VALUE_FLOAT:
            return float(struct.unpack("<f", rest)[0])
        case _ if key == VALUE_DOUBLE:
            return float(struct.unpack("<d", rest)[0])
    raise ValueError(f"A Value message does not begin with {key}.")


def _read_varint(content: bytes) -> tuple[int, int]:
    """Return the number that some bytes begin with, and how many of them it takes."""
    number = 0
    for place, septet in enumerate(content):
        number |= (septet & 0x7F) << (7 * place)
        if not septet & 0x80:
            return number, place + 1
    raise ValueError("A varint is cut off.")


def _plain(value: object) -> object:
    """Return what ``json`` can write for a numpy scalar, an array or a date inside a list or dict."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"JSON has no place for a {type(value).__name__}: {value!r}.")
