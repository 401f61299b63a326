"""One layer of a vector tile as a message, made from arrays: ids, commands and coded properties.

Whatever can give these writes its features through :func:`point_features` or :func:`shape_features` and its layer through
:func:`encode_layer`. The format is MVT 2.1, the messages are those of its ``vector_tile.proto``.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.properties import is_missing
from layers.tilepaths import EXTENT, MOVE_TO, POINT
from layers.wire import (
    delimited,
    delimited_field,
    short_varints,
    varint,
    varint_field,
    varints,
    weave,
    word_rows,
    zigzag,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from layers.wire import ByteRows

    Integers = npt.NDArray[Any]

__all__ = ["decode_value", "encode_layer", "encode_value", "point_features", "shape_features", "value_field"]

# Protobuf keys of vector_tile.proto: field number << 3 | wire type (0 varint, 1 eight bytes, 2 length-delimited, 5 four).
TILE_LAYER = 3 << 3 | 2
LAYER_VERSION, LAYER_NAME, LAYER_FEATURE = 15 << 3, 1 << 3 | 2, 2 << 3 | 2
LAYER_KEY, LAYER_VALUE, LAYER_EXTENT = 3 << 3 | 2, 4 << 3 | 2, 5 << 3
FEATURE_ID, FEATURE_TAGS, FEATURE_TYPE, FEATURE_GEOMETRY = 1 << 3, 2 << 3 | 2, 3 << 3, 4 << 3 | 2
VALUE_STRING, VALUE_FLOAT, VALUE_DOUBLE = 1 << 3 | 2, 2 << 3 | 5, 3 << 3 | 1
VALUE_UINT, VALUE_SINT, VALUE_BOOL = 5 << 3, 6 << 3, 7 << 3


def encode_layer(name: str, features: bytes, keys: Sequence[str], values: bytes) -> bytes:
    """Return one layer, as a field of the Tile message: layers laid end to end are a tile.

    Parameters
    ----------
    name
        The layer's name, unique in its tile.
    features
        What :func:`point_features` or :func:`shape_features` returned.
    keys
        Names of the properties.
    values
        Their values as fields: see :func:`value_field`.

    Returns
    -------
    bytes
        ``b""`` when there are no features.
    """
    if not features:
        return b""
    return delimited(
        TILE_LAYER,
        b"".join(
            [
                bytes([LAYER_VERSION, 2]),
                delimited(LAYER_NAME, name.encode("utf-8")),
                features,
                *map(_key_field, keys),
                values,
                bytes([LAYER_EXTENT]) + varint(EXTENT),
            ]
        ),
    )


@lru_cache(maxsize=512)
def _key_field(key: str) -> bytes:
    return delimited(LAYER_KEY, key.encode("utf-8"))


def shape_features(id_words: npt.NDArray[np.uint64], kinds: npt.ArrayLike, geometry: ByteRows, tags: Integers) -> bytes:
    """Return features of any kind, as fields of a layer.

    Parameters
    ----------
    id_words
        Their ids as :func:`layers.wire.varint_words` gives them, shape (n,).
    kinds
        ``POINT``, ``LINESTRING`` or ``POLYGON`` of each feature, shape (n,).
    geometry
        The command integers of each feature, n rows: see :func:`layers.tilepaths.commands`.
    tags
        Of each feature which of the layer's values each of its keys has, shape (n, keys); -1 where it has none.
    """
    present = tags >= 0
    keys = np.broadcast_to(np.arange(tags.shape[1]), tags.shape)
    pairs = np.stack([keys[present], tags[present]], axis=1)
    features = weave(
        varints(np.full(len(tags), FEATURE_ID)),
        word_rows(id_words),
        delimited_field(FEATURE_TAGS, varints(pairs.ravel()).merge(2 * present.sum(axis=1))),
        varint_field(FEATURE_TYPE, kinds),
        delimited_field(FEATURE_GEOMETRY, geometry),
    )
    return delimited_field(LAYER_FEATURE, features).data.tobytes()


def point_features(id_words: npt.NDArray[np.uint64], x: Integers, y: Integers, tags: Integers) -> bytes:
    """Return features of one point each, as fields of a layer: what :func:`shape_features` returns of them, sooner.

    Each message is written into a row of four-byte words with room for the longest. Beside it stands, byte for byte, which of
    them are in use; the others are left out at the end. A row is::

        feature, length ×2, id | id ×4 | id ×4 | tags, length ×2, – | (key, value ×3) for each key |
        type, point, geometry, length | move, x ×2, – | y ×2, –, –

    Parameters
    ----------
    id_words, tags
        As there; at most 128 keys and 2**21 values.
    x, y
        Tile units, from -2**13 to 2**13 - 1, shape (n,).
    """
    count, keys = tags.shape
    content, in_use = np.empty((2, count, keys + 7), dtype="<u4")
    content[:, 1:3] = id_words.view("<u4").reshape(-1, 2)
    # A byte of an id is in use when the one before it goes on.
    in_use[:, 1:3] = ((id_words >> 7 & 0x0101010101010101) << 8 | 1).view("<u4").reshape(-1, 2)

    present = tags >= 0
    has_all = bool(present.all())
    words, used = short_varints(tags if has_all else np.where(present, tags, 0))
    used = used << 8 | 1
    if not has_all:
        used = used * present
    content[:, 4:-3], in_use[:, 4:-3] = words << 8 | np.arange(keys, dtype="<u4"), used
    in_tags = used.sum(
        axis=1, dtype="<u4"
    )  # of the first, second … bytes of its words each row counts how many it uses
    words, used = short_varints(_sum_of_bytes(in_tags))
    content[:, 3], in_use[:, 3] = words << 8 | FEATURE_TAGS, used << 8 | 1

    words, used = short_varints(zigzag([x, y]))
    geometry = _sum_of_bytes(used[0] + used[1]) + 1
    content[:, -3] = geometry << 24 | FEATURE_GEOMETRY << 16 | POINT << 8 | FEATURE_TYPE
    in_use[:, -3] = 0x01010101
    content[:, -2], in_use[:, -2] = words[0] << 8 | 1 << 3 | MOVE_TO, used[0] << 8 | 1
    content[:, -1], in_use[:, -1] = words[1], used[1]

    beside = in_use[:, 1] + in_use[:, 2] + in_use[:, 3]
    words, used = short_varints(_sum_of_bytes(in_tags + beside) + geometry + 5)
    content[:, 0], in_use[:, 0] = words << 8 | (FEATURE_ID << 24 | LAYER_FEATURE), used << 8 | (1 << 24 | 1)
    message: bytes = content.view(np.uint8)[in_use.view(bool)].tobytes()
    return message


def _sum_of_bytes(words: Integers) -> Integers:
    sums: Integers = (words & 0xFF) + (words >> 8 & 0xFF) + (words >> 16 & 0xFF) + (words >> 24)
    return sums


def value_field(value: object) -> bytes:
    """Return a property value as a field of a layer; see :func:`encode_value`.

    >>> value_field("af").hex(" ")
    '22 04 0a 02 61 66'
    """
    encoded = encode_value(value)
    if encoded is None:
        raise ValueError("A value that is missing is left out of a tile.")
    return delimited(LAYER_VALUE, encoded)


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
